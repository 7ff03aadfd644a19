#include "daemon/outbound/address_policy.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace navette::outbound {

namespace ip = boost::asio::ip;

namespace {

using V4Bytes = ip::address_v4::bytes_type;
using V6Bytes = ip::address_v6::bytes_type;

struct V4Range {
    V4Bytes network;
    unsigned prefix;
};

struct V6Range {
    V6Bytes network;
    unsigned prefix;
};

// What the IANA IPv4 special-purpose registry does not call globally reachable.
constexpr auto kSpecialV4 = std::to_array<V4Range>({
    {{0, 0, 0, 0}, 8},        // "this network"
    {{10, 0, 0, 0}, 8},       // private
    {{100, 64, 0, 0}, 10},    // carrier-grade NAT
    {{127, 0, 0, 0}, 8},      // loopback
    {{169, 254, 0, 0}, 16},   // link-local, and the clouds' metadata services
    {{172, 16, 0, 0}, 12},    // private
    {{192, 0, 0, 0}, 24},     // protocol assignments
    {{192, 0, 2, 0}, 24},     // documentation
    {{192, 88, 99, 0}, 24},   // 6to4 relays, withdrawn
    {{192, 168, 0, 0}, 16},   // private
    {{198, 18, 0, 0}, 15},    // benchmarking
    {{198, 51, 100, 0}, 24},  // documentation
    {{203, 0, 113, 0}, 24},   // documentation
    {{224, 0, 0, 0}, 4},      // multicast
    {{240, 0, 0, 0}, 4},      // reserved, and broadcast
});

// Only 2000::/3 is handed out as global unicast: everything outside of it is special without being listed.
constexpr V6Range kGlobalUnicast{{0x20}, 3};
constexpr auto kSpecialV6 = std::to_array<V6Range>({
    {{0x20, 0x01}, 23},              // protocol assignments: Teredo, ORCHID, benchmarking
    {{0x20, 0x01, 0x0d, 0xb8}, 32},  // documentation
    {{0x3f, 0xff}, 20},              // documentation
});

constexpr V6Range kMapped{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96};
constexpr V6Range kNat64{{0x00, 0x64, 0xff, 0x9b}, 96};
constexpr V6Range kSixToFour{{0x20, 0x02}, 16};
constexpr unsigned kMappedPrefix = 96;

bool covers(std::span<const unsigned char> network, unsigned prefix, std::span<const unsigned char> address) {
    if (network.size() != address.size()) {
        return false;
    }
    const std::size_t whole = prefix / 8;
    if (!std::ranges::equal(network.first(whole), address.first(whole))) {
        return false;
    }
    const unsigned rest = prefix % 8;
    const unsigned mask = (0xFF00U >> rest) & 0xFFU;
    return rest == 0 || (network[whole] & mask) == (address[whole] & mask);
}

bool is_public(const ip::address_v4& address) {
    const auto bytes = address.to_bytes();
    return std::ranges::none_of(kSpecialV4, [&](const V4Range& range) {
        return covers(range.network, range.prefix, bytes);
    });
}

bool is_public(const ip::address_v6& address) {
    const auto bytes = address.to_bytes();
    return covers(kGlobalUnicast.network, kGlobalUnicast.prefix, bytes) &&
           std::ranges::none_of(kSpecialV6, [&](const V6Range& range) {
               return covers(range.network, range.prefix, bytes);
           });
}

ip::address_v4 v4_at(const V6Bytes& bytes, std::size_t offset) {
    return ip::address_v4(V4Bytes{bytes[offset], bytes[offset + 1], bytes[offset + 2], bytes[offset + 3]});
}

// The IPv4 host that a packet to `address` ends up at, where the address carries one.
ip::address destination(const ip::address& address) {
    if (address.is_v4()) {
        return address;
    }
    const auto bytes = address.to_v6().to_bytes();
    if (covers(kMapped.network, kMapped.prefix, bytes) || covers(kNat64.network, kNat64.prefix, bytes)) {
        return v4_at(bytes, 12);
    }
    if (covers(kSixToFour.network, kSixToFour.prefix, bytes)) {
        return v4_at(bytes, 2);
    }
    return address;
}

bool block_covers(const ip::address& network, unsigned prefix, const ip::address& address) {
    if (network.is_v4()) {
        return address.is_v4() && covers(network.to_v4().to_bytes(), prefix, address.to_v4().to_bytes());
    }
    return address.is_v6() && covers(network.to_v6().to_bytes(), prefix, address.to_v6().to_bytes());
}

std::optional<std::pair<ip::address, unsigned>> parse_block(std::string_view text) {
    const auto slash = text.find('/');
    if (slash == std::string_view::npos || text.find('%') != std::string_view::npos) {
        return std::nullopt;
    }
    boost::system::error_code error;
    auto network = ip::make_address(std::string(text.substr(0, slash)), error);
    if (error) {
        return std::nullopt;
    }
    const auto digits = text.substr(slash + 1);
    unsigned prefix = 0;
    const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
    if (code != std::errc{} || end != digits.data() + digits.size() ||
        prefix > (network.is_v4() ? 32U : 128U)) {
        return std::nullopt;
    }
    // The kernel hands us plain IPv4 for what is written as a mapped block.
    if (network.is_v6() && network.to_v6().is_v4_mapped() && prefix >= kMappedPrefix) {
        return std::pair(destination(network), prefix - kMappedPrefix);
    }
    return std::pair(network, prefix);
}

}  // namespace

core::Result<AddressPolicy> AddressPolicy::allowing(const std::vector<std::string>& blocks) {
    AddressPolicy policy;
    for (const auto& text : blocks) {
        const auto block = parse_block(text);
        if (!block) {
            return core::failure(
                core::ErrorKind::invalid,
                "the address block \"" + text +
                    "\" cannot be read: write an IPv4 or IPv6 network and its prefix length, such as "
                    "10.0.0.0/8, "
                    "192.168.1.5/32 or fd00::/8"
            );
        }
        policy.allowed_.push_back({block->first, block->second});
    }
    return policy;
}

bool AddressPolicy::allows(const ip::address& address) const {
    const auto reached = destination(address);
    if (reached.is_v4() ? is_public(reached.to_v4()) : is_public(reached.to_v6())) {
        return true;
    }
    return std::ranges::any_of(allowed_, [&](const Block& block) {
        return block_covers(block.network, block.prefix, address) ||
               block_covers(block.network, block.prefix, reached);
    });
}

}  // namespace navette::outbound
