#include "daemon/engine/oauth_tokens.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace navette::engine {

namespace json = boost::json;

namespace {

using namespace std::chrono_literals;
using Grant = config::OAuthSpec::Grant;

constexpr std::chrono::milliseconds kMostAhead = 5min;
constexpr std::chrono::hours kIdle{7 * 24};
constexpr std::chrono::milliseconds kLongestPause = 1min;

std::int64_t to_number(OAuthTokens::Time time) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

std::optional<OAuthTokens::Time> time_at(const json::object& object, std::string_view name) {
    const auto* const value = object.if_contains(name);
    if (value == nullptr || !value->is_int64()) {
        return std::nullopt;
    }
    return OAuthTokens::Time(std::chrono::milliseconds(value->get_int64()));
}

std::string text_at(const json::object& object, std::string_view name) {
    const auto* const value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

constexpr std::array<std::pair<std::string_view, Grant>, 3> kGrants{{
    {"authorization_code", Grant::authorization_code},
    {"client_credentials", Grant::client_credentials},
    {"jwt_bearer", Grant::jwt_bearer},
}};

}  // namespace

std::string encode_tokens(const OAuthTokens& tokens) {
    json::object object;
    object["access_token"] = tokens.access_token;
    object["refresh_token"] = tokens.refresh_token;
    object["api_base"] = tokens.api_base;
    object["obtained_at"] = to_number(tokens.obtained_at);
    if (tokens.expires_at) {
        object["expires_at"] = to_number(*tokens.expires_at);
    }
    for (const auto& [name, grant] : kGrants) {
        if (tokens.got_by == grant) {
            object["got_by"] = name;
        }
    }
    return json::serialize(object);
}

core::Result<OAuthTokens> decode_tokens(std::string_view text) {
    boost::system::error_code error;
    const auto parsed = json::parse(text, error);
    const auto* const object = error ? nullptr : parsed.if_object();
    OAuthTokens tokens;
    if (object != nullptr) {
        tokens.access_token = text_at(*object, "access_token");
        tokens.refresh_token = text_at(*object, "refresh_token");
        tokens.api_base = text_at(*object, "api_base");
        tokens.obtained_at = time_at(*object, "obtained_at").value_or(OAuthTokens::Time());
        tokens.expires_at = time_at(*object, "expires_at");
        const auto got_by = text_at(*object, "got_by");
        for (const auto& [name, grant] : kGrants) {
            if (got_by == name) {
                tokens.got_by = grant;
            }
        }
    }
    if (tokens.access_token.empty()) {
        return core::failure(
            core::ErrorKind::invalid,
            "the stored OAuth tokens cannot be read; authorise it again: navettectl integration authorize"
        );
    }
    return tokens;
}

bool belong_to(const config::OAuthSpec& spec, const OAuthTokens& tokens) {
    // Nobody but a person is given a refresh token.
    const auto got_by =
        !tokens.got_by && !tokens.refresh_token.empty() ? Grant::authorization_code : tokens.got_by;
    return !got_by || spec.allows(*got_by);
}

bool may_be_consented(const OAuthTokens& tokens) {
    return !tokens.got_by || *tokens.got_by == Grant::authorization_code;
}

Grant grant_of(RenewalWay way) {
    switch (way) {
        case RenewalWay::client_credentials:
            return Grant::client_credentials;
        case RenewalWay::jwt_bearer:
            return Grant::jwt_bearer;
        default:
            return Grant::authorization_code;
    }
}

RenewalWay way_to_renew(const config::OAuthSpec& spec, const std::optional<OAuthTokens>& tokens) {
    if (tokens && !tokens->refresh_token.empty() && spec.allows(Grant::refresh_token)) {
        return RenewalWay::refresh_token;
    }
    if (tokens && may_be_consented(*tokens) && spec.allows(Grant::authorization_code)) {
        return RenewalWay::none;
    }
    if (spec.allows(Grant::client_credentials)) {
        return RenewalWay::client_credentials;
    }
    return spec.allows(Grant::jwt_bearer) ? RenewalWay::jwt_bearer : RenewalWay::none;
}

std::optional<OAuthTokens::Time> renewal_moment(const OAuthTokens& tokens) {
    if (tokens.expires_at) {
        const auto life =
            std::chrono::duration_cast<std::chrono::milliseconds>(*tokens.expires_at - tokens.obtained_at);
        return *tokens.expires_at - std::clamp(life / 5, std::chrono::milliseconds(0), kMostAhead);
    }
    if (!tokens.refresh_token.empty()) {
        return tokens.obtained_at + kIdle;
    }
    return std::nullopt;
}

bool has_expired(const OAuthTokens& tokens, OAuthTokens::Time now) {
    return tokens.expires_at && now >= *tokens.expires_at;
}

std::chrono::milliseconds renewal_pause(int failures, double random) {
    std::chrono::milliseconds pause = 1s;
    for (int doubling = 1; doubling < failures && pause < kLongestPause; ++doubling) {
        pause = std::min(pause * 2, kLongestPause);
    }
    return pause / 2 +
           std::chrono::milliseconds(static_cast<long>(random * static_cast<double>(pause.count() / 2)));
}

}  // namespace navette::engine
