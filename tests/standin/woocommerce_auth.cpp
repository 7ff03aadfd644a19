#include "tests/standin/woocommerce_auth.hpp"

#include "tests/standin/url.hpp"

#include <navette/sdk/http.hpp>
#include <navette/sdk/signature.hpp>

#include <boost/beast/core/string.hpp>

#include <cstdlib>
#include <map>
#include <utility>

namespace navette::standin::woocommerce {

namespace {

using Parameters = std::map<std::string, std::string>;

constexpr std::int64_t kClockTolerance = 15 * 60;

Refusal error(std::string words) {
    return {401, "woocommerce_rest_authentication_error", std::move(words), {}};
}

/// The pairs of "Authorization: OAuth a="1", b="2"", decoded.
Parameters header_parameters(std::string_view header) {
    constexpr std::string_view kScheme = "OAuth ";
    Parameters found;
    if (header.size() < kScheme.size() || !boost::beast::iequals(header.substr(0, kScheme.size()), kScheme)) {
        return found;
    }
    header.remove_prefix(kScheme.size());
    while (!header.empty()) {
        auto part = header.substr(0, header.find(','));
        header.remove_prefix(std::min(header.size(), part.size() + 1));
        while (part.starts_with(' ')) {
            part.remove_prefix(1);
        }
        const auto equals = part.find('=');
        if (equals == std::string_view::npos || !part.starts_with("oauth_")) {
            continue;
        }
        auto value = part.substr(equals + 1);
        if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
            value = value.substr(1, value.size() - 2);
        }
        found[std::string(part.substr(0, equals))] = percent_decoded(value, true);
    }
    return found;
}

std::pair<std::string, std::string> basic_of(std::string_view header) {
    constexpr std::string_view kScheme = "Basic ";
    const auto plain = header.starts_with(kScheme) ? sdk::from_base64(header.substr(kScheme.size()))
                                                   : std::optional<std::string>();
    const auto colon = plain ? plain->find(':') : std::string::npos;
    return colon == std::string::npos ? std::pair<std::string, std::string>()
                                      : std::pair(plain->substr(0, colon), plain->substr(colon + 1));
}

/// A name or value in the base string: decoded once more than it should be, then encoded twice.
std::string normalized(const std::string& text) {
    return sdk::path_segment(sdk::path_segment(percent_decoded(text)));
}

}  // namespace

Refusal Doorkeeper::stranger(const Request& request) {
    const bool is_batch = request.path().ends_with("/batch");
    const std::string verb = request.method == "GET"      ? "view"
                             : is_batch                   ? "batch"
                             : request.method == "POST"   ? "create"
                             : request.method == "DELETE" ? "delete"
                                                          : "edit";
    const auto words = verb == "view" ? "list" : verb;
    return {401, "woocommerce_rest_cannot_" + verb, "Sorry, you cannot " + words + " resources.", {}};
}

std::optional<Refusal> Doorkeeper::by_permission(const Request& request) const {
    const bool reads = request.method == "GET" || request.method == "HEAD" || request.method == "OPTIONS";
    const std::string needed = reads ? "read" : "write";
    if (keys_.permission == "read_write" || keys_.permission == needed) {
        return std::nullopt;
    }
    return error("The API key provided does not have " + needed + " permissions.");
}

std::optional<Refusal> Doorkeeper::by_secret(
    const Request& request, const std::string& key, const std::string& secret
) const {
    if (secret.empty() || key != keys_.consumer_key) {
        return stranger(request);
    }
    return secret == keys_.consumer_secret ? by_permission(request) : error("Consumer secret is invalid.");
}

std::optional<Refusal> Doorkeeper::by_signature(
    const Request& request, Parameters parameters, std::int64_t now
) {
    std::string missing;
    for (const auto* name :
         {"oauth_consumer_key", "oauth_timestamp", "oauth_nonce", "oauth_signature", "oauth_signature_method"
         }) {
        if (parameters[name].empty()) {
            missing += (missing.empty() ? "" : ", ") + std::string(name);
        }
    }
    if (!missing.empty()) {
        return Refusal{
            401,
            "woocommerce_rest_authentication_missing_parameter",
            "Missing OAuth parameters: " + missing,
            {}
        };
    }
    if (parameters["oauth_consumer_key"] != keys_.consumer_key) {
        return error("Consumer key is invalid.");
    }
    if (parameters["oauth_signature_method"] != "HMAC-SHA256") {
        return error("Invalid signature - signature method is invalid.");
    }
    const auto signature = parameters["oauth_signature"];
    parameters.erase("oauth_signature");
    const auto home = !keys_.home.empty()
                          ? keys_.home
                          : (keys_.is_tls ? "https://" : "http://") + std::string(request.header("host"));
    std::string joined;
    for (const auto& [name, value] : parameters) {
        joined += (joined.empty() ? "" : "%26") + normalized(name) + "%3D" + normalized(value);
    }
    const auto base =
        request.method + "&" + sdk::path_segment(home + std::string(request.path())) + "&" + joined;
    if (signature != sdk::base64(sdk::hmac_sha256(keys_.consumer_secret + "&", base))) {
        return error("Invalid signature - provided signature does not match.");
    }
    const auto time = std::strtoll(parameters["oauth_timestamp"].c_str(), nullptr, 10);
    if (std::llabs(now - time) > kClockTolerance) {
        return error("Invalid timestamp.");
    }
    if (!nonces_.insert(parameters["oauth_timestamp"] + " " + parameters["oauth_nonce"]).second) {
        return error("Invalid nonce - nonce has already been used.");
    }
    return by_permission(request);
}

std::optional<Refusal> Doorkeeper::refuse(const Request& request, std::int64_t now) {
    auto parameters = query_parameters(request.query());
    if (keys_.is_tls) {
        if (parameters.contains("consumer_key")) {
            return by_secret(request, parameters["consumer_key"], parameters["consumer_secret"]);
        }
        if (const auto [key, secret] = basic_of(request.header("authorization")); !key.empty()) {
            return by_secret(request, key, secret);
        }
    }
    auto sent = header_parameters(request.header("authorization"));
    if (sent.empty() && !parameters.contains("oauth_consumer_key")) {
        return stranger(request);
    }
    parameters.merge(sent);
    return by_signature(request, std::move(parameters), now);
}

}  // namespace navette::standin::woocommerce
