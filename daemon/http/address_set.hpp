// A set of networks, and whether an address is in it. Pure.
#pragma once

#include "daemon/core/error.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

#include <string>
#include <vector>

namespace navette::http {

class AddressSet {
  public:
    AddressSet() = default;

    /// `blocks`: CIDR, IPv4 or IPv6. Fails naming the one that cannot be read.
    [[nodiscard]] static core::Result<AddressSet> of(const std::vector<std::string>& blocks);

    /// An IPv4 address that came in over an IPv6 socket counts as the IPv4 address.
    [[nodiscard]] bool contains(const boost::asio::ip::address& address) const;
    [[nodiscard]] bool empty() const { return v4_.empty() && v6_.empty(); }

  private:
    std::vector<boost::asio::ip::network_v4> v4_;
    std::vector<boost::asio::ip::network_v6> v6_;
};

/// The IPv4 address that a mapped IPv6 address stands for; any other address itself.
[[nodiscard]] boost::asio::ip::address unmapped(const boost::asio::ip::address& address);

}  // namespace navette::http
