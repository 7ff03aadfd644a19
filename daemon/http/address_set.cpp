#include "daemon/http/address_set.hpp"

#include <algorithm>

namespace navette::http {

namespace ip = boost::asio::ip;

ip::address unmapped(const ip::address& address) {
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
        return ip::make_address_v4(ip::v4_mapped, address.to_v6());
    }
    return address;
}

core::Result<AddressSet> AddressSet::of(const std::vector<std::string>& blocks) {
    AddressSet set;
    for (const auto& block : blocks) {
        boost::system::error_code error;
        if (block.find(':') == std::string::npos) {
            const auto network = ip::make_network_v4(block, error);
            if (!error) {
                set.v4_.push_back(network.canonical());
            }
        } else {
            const auto network = ip::make_network_v6(block, error);
            if (!error) {
                set.v6_.push_back(network.canonical());
            }
        }
        if (error) {
            return core::failure(
                core::ErrorKind::invalid,
                "'" + block + "' is not a network, expected one such as 10.0.0.0/8 or fd00::/8"
            );
        }
    }
    return set;
}

bool AddressSet::contains(const ip::address& address) const {
    const auto meant = unmapped(address);
    const auto covers = [](const auto& network, const auto& one) {
        using Network = std::decay_t<decltype(network)>;
        return Network(one, network.prefix_length()).canonical() == network;
    };
    if (meant.is_v4()) {
        return std::ranges::any_of(v4_, [&](const auto& network) { return covers(network, meant.to_v4()); });
    }
    return std::ranges::any_of(v6_, [&](const auto& network) { return covers(network, meant.to_v6()); });
}

}  // namespace navette::http
