// Which addresses a tenant-supplied URL may reach (the SSRF guard). Pure; asked after name resolution.
#pragma once

#include "daemon/core/error.hpp"

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace navette::outbound {

/// Public addresses are allowed; loopback, private, link-local, multicast, unspecified, carrier-grade NAT,
/// documentation ranges and their IPv4-mapped, NAT64 and 6to4 forms only inside the blocks that the operator
/// named.
class AddressPolicy {
  public:
    AddressPolicy() = default;

    /// `blocks`: CIDR, IPv4 or IPv6, such as "127.0.0.0/8" or "fd00::/8". Fails naming the block that cannot
    /// be read.
    [[nodiscard]] static core::Result<AddressPolicy> allowing(const std::vector<std::string>& blocks);

    [[nodiscard]] bool allows(const boost::asio::ip::address& address) const;

  private:
    struct Block {
        boost::asio::ip::address network;
        unsigned prefix = 0;
    };
    std::vector<Block> allowed_;
};

}  // namespace navette::outbound
