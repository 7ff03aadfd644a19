#include "daemon/outbound/oauth1.hpp"

#include <navette/sdk/signature.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace navette::outbound {

namespace {

using Pair = std::pair<std::string, std::string>;

std::optional<char> decoded_byte(std::string_view two_digits) {
    std::uint8_t byte = 0;
    const auto* const end = two_digits.data() + two_digits.size();
    const auto [stop, error] = std::from_chars(two_digits.data(), end, byte, 16);
    return two_digits.size() == 2 && error == std::errc{} && stop == end
               ? std::optional(static_cast<char>(byte))
               : std::nullopt;
}

/// A name or value of a query string as the server understands it.
std::string decoded(std::string_view text) {
    std::string plain;
    plain.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto byte = text[at] == '%' ? decoded_byte(text.substr(at + 1, 2)) : std::nullopt;
        if (byte) {
            plain += *byte;
            at += 2;
        } else {
            plain += text[at] == '+' ? ' ' : text[at];
        }
    }
    return plain;
}

/// Adds the parameters of a query string, encoded anew in the one way that is signed.
void add_parameters(std::string_view query, std::vector<Pair>& parameters) {
    while (!query.empty()) {
        const auto part = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(query.size(), part.size() + 1));
        const auto equals = part.find('=');
        const auto value = equals == std::string_view::npos ? std::string_view() : part.substr(equals + 1);
        if (!part.empty()) {
            parameters.emplace_back(
                sdk::path_segment(decoded(part.substr(0, equals))), sdk::path_segment(decoded(value))
            );
        }
    }
}

/// Scheme and host in lower case, no port where it is the scheme's own, the path as it is.
std::string base_uri(std::string_view url) {
    const auto scheme_end = url.find("://");
    if (scheme_end == std::string_view::npos) {
        return std::string(url);
    }
    const auto path = std::min(url.find('/', scheme_end + 3), url.size());
    std::string host(url.substr(0, path));
    std::ranges::transform(host, host.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 2> kOwnPorts{
        {{"http://", ":80"}, {"https://", ":443"}}
    };
    for (const auto& [scheme, port] : kOwnPorts) {
        if (host.starts_with(scheme) && host.ends_with(port)) {
            host.resize(host.size() - port.size());
        }
    }
    const auto rest = url.substr(path);
    return host + (rest.empty() ? "/" : std::string(rest));
}

}  // namespace

std::string oauth1_base_string(sdk::Method method, std::string_view url, std::string_view oauth_parameters) {
    const auto mark = std::min(url.find('?'), url.size());
    std::vector<Pair> parameters;
    add_parameters(url.substr(std::min(mark + 1, url.size())), parameters);
    add_parameters(oauth_parameters, parameters);
    std::ranges::sort(parameters);
    std::string joined;
    for (const auto& [name, value] : parameters) {
        joined += (joined.empty() ? "" : "&") + name + "=" + value;
    }
    return std::string(sdk::to_string(method)) + "&" + sdk::path_segment(base_uri(url.substr(0, mark))) +
           "&" + sdk::path_segment(joined);
}

std::string oauth1_authorization(
    const OAuth1Consumer& consumer,
    sdk::Method method,
    std::string_view url,
    std::chrono::sys_seconds time,
    std::string_view nonce
) {
    const std::array<Pair, 4> parameters{{
        {"oauth_consumer_key", sdk::path_segment(consumer.key)},
        {"oauth_nonce", sdk::path_segment(nonce)},
        {"oauth_signature_method", "HMAC-SHA256"},
        {"oauth_timestamp", std::to_string(time.time_since_epoch().count())},
    }};
    std::string signed_ones;
    std::string header = "OAuth ";
    for (const auto& [name, value] : parameters) {
        signed_ones += (signed_ones.empty() ? "" : "&") + name + "=" + value;
        header += name + "=\"" + value + "\", ";
    }
    // The token's secret, which would follow the "&", is empty.
    const auto key = sdk::path_segment(consumer.secret) + "&";
    const auto signature = sdk::base64(sdk::hmac_sha256(key, oauth1_base_string(method, url, signed_ones)));
    return header + "oauth_signature=\"" + sdk::path_segment(signature) + "\"";
}

}  // namespace navette::outbound
