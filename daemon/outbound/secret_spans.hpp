// Where secrets stand in a text, judged by value, by name and by place. Pure; all of it linear in the text's
// size.
#pragma once

#include "daemon/outbound/decoded_view.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace navette::outbound {

/// Bytes [begin, end) of the source text.
struct SecretSpan {
    std::size_t begin = 0;
    std::size_t end = 0;
    bool bare_json = false;  // a JSON value without quotes: what replaces it needs some
};

/// True for names of headers, JSON keys and query parameters whose values are secret wherever they appear.
[[nodiscard]] bool names_a_secret(std::string_view name);

/// Every occurrence of `needle`. `within_base64`: a needle from inside a base64 text, whose outermost bits
/// are in the characters beside it.
void find_value(
    const DecodedView& view, std::string_view needle, bool within_base64, std::vector<SecretSpan>& spans
);

/// The values of JSON members whose key names a secret; works on cut-off and invalid JSON too.
void find_json_members(const DecodedView& view, std::vector<SecretSpan>& spans);

/// `name=value` of query strings and forms where the name names a secret.
void find_parameters(const DecodedView& view, std::vector<SecretSpan>& spans);

/// The user info of URLs: https://user:password@host.
void find_user_info(const DecodedView& view, std::vector<SecretSpan>& spans);

}  // namespace navette::outbound
