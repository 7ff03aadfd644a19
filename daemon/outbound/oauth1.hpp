// Signing requests by OAuth 1.0 (RFC 5849), one-legged: a consumer's key and secret, no token. Pure.
#pragma once

#include <navette/sdk/http.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace navette::outbound {

struct OAuth1Consumer {
    std::string key;
    std::string secret;
};

/// What is signed (RFC 5849 section 3.4.1): the method, the URL without its query and without the scheme's
/// own port, and every parameter of the query together with `oauth_parameters` ("name=value", encoded, joined
/// by
/// "&"), sorted. A body is not signed: only form bodies would be, and connectors send JSON.
[[nodiscard]] std::string oauth1_base_string(
    sdk::Method method, std::string_view url, std::string_view oauth_parameters
);

/// The value of the header Authorization for one request to that absolute URL, signed with HMAC-SHA256.
/// `nonce`: never used before with that time; of RFC 3986's unreserved characters, or it is encoded.
[[nodiscard]] std::string oauth1_authorization(
    const OAuth1Consumer& consumer,
    sdk::Method method,
    std::string_view url,
    std::chrono::sys_seconds time,
    std::string_view nonce
);

}  // namespace navette::outbound
