// SipHash-2-4 with 128 bits of output (Aumasson, Bernstein; the reference is public domain).
//
// Why this one: hashes are stored and must never change with a compiler or a library, which rules out
// std::hash and boost::hash; every output bit depends on every input bit, so a part of the hash is a good
// hash too, which FNV-1a does not give; and it reads eight bytes a step in a page of code.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace navette::sync {

/// 32 hex digits, in the byte order of the reference implementation.
[[nodiscard]] std::string siphash128_hex(std::string_view bytes, std::uint64_t key0, std::uint64_t key1);

/// With navette's own key. Hashes made by it stand in databases and on platforms: neither key nor algorithm
/// may change.
[[nodiscard]] std::string stable_hash(std::string_view bytes);

}  // namespace navette::sync
