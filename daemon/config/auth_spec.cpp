#include "daemon/config/auth_spec.hpp"

#include "daemon/config/manifest.hpp"
#include "daemon/config/text_template.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>

namespace navette::config {

namespace {

using Secrets = std::map<std::string, std::string>;

std::string value_of(const boost::json::object& settings, const std::string& name) {
    const auto* const value = settings.if_contains(name);
    if (value == nullptr || value->is_null()) {
        return {};
    }
    return value->is_string() ? std::string(value->get_string()) : boost::json::serialize(*value);
}

bool is_set(const std::string& name, const boost::json::object& settings, const Secrets& secrets) {
    const auto secret = secrets.find(name);
    return (secret != secrets.end() && !secret->second.empty()) || !value_of(settings, name).empty();
}

bool all_set(const std::string& text, const boost::json::object& settings, const Secrets& secrets) {
    const auto names = template_names(text);
    return names && std::ranges::all_of(*names, [&](const std::string& name) {
               return is_set(name, settings, secrets);
           });
}

bool fits(
    const AuthSpec& auth, const boost::json::object& settings, const Secrets& secrets, bool has_tokens
) {
    using Grant = OAuthSpec::Grant;
    const auto set = [&](const std::string& name) { return is_set(name, settings, secrets); };
    switch (auth.type) {
        case AuthSpec::Type::none:
            return true;
        case AuthSpec::Type::api_key:
            return all_set(auth.value, settings, secrets);
        case AuthSpec::Type::basic:
            return all_set(auth.username, settings, secrets) && all_set(auth.password, settings, secrets);
        case AuthSpec::Type::oauth1:
            return all_set(auth.consumer_key, settings, secrets) &&
                   all_set(auth.consumer_secret, settings, secrets);
        case AuthSpec::Type::standard_webhooks:
            return is_set(auth.secret, settings, secrets);
        case AuthSpec::Type::oauth2:
            break;
    }
    const auto& oauth = auth.oauth;
    if (!set(oauth.client_id)) {
        return false;
    }
    return (has_tokens && oauth.allows(Grant::authorization_code)) ||
           (oauth.allows(Grant::client_credentials) && set(oauth.client_secret)) ||
           (oauth.allows(Grant::jwt_bearer) && set(oauth.jwt_subject) && set(oauth.jwt_key));
}

/// A scheme is written in any case (RFC 3986, section 3.1).
bool is_for(const AuthSpec& auth, std::string_view base_url) {
    if (auth.scheme == AuthSpec::Scheme::any || base_url.empty()) {
        return true;
    }
    const std::string_view scheme = auth.scheme == AuthSpec::Scheme::http ? "http:" : "https:";
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::ranges::equal(base_url.substr(0, scheme.size()), scheme, {}, lower);
}

bool is_part_of_a_name(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_';
}

}  // namespace

bool OAuthSpec::allows(Grant grant) const {
    return std::ranges::find(grants, grant) != grants.end();
}

const AuthSpec& choose_auth(
    const std::vector<AuthSpec>& alternatives,
    const boost::json::object& settings,
    const std::map<std::string, std::string>& secrets,
    bool has_tokens,
    std::string_view base_url
) {
    static const AuthSpec kNone;
    if (alternatives.empty()) {
        return kNone;
    }
    for (const auto& auth : alternatives) {
        if (is_for(auth, base_url) && fits(auth, settings, secrets, has_tokens)) {
            return auth;
        }
    }
    const auto waiting = std::ranges::find_if(alternatives, [&](const AuthSpec& auth) {
        return auth.type == AuthSpec::Type::oauth2 && is_set(auth.oauth.client_id, settings, secrets);
    });
    return waiting == alternatives.end() ? alternatives.front() : *waiting;
}

std::expected<std::string, std::string> expand_url(
    std::string_view text,
    const boost::json::object& settings,
    const std::map<std::string, std::string>& secrets,
    bool may_be_empty
) {
    const bool begins_with_field = text.starts_with("${");
    const auto scheme = begins_with_field ? text.find('}') : text.find("://");
    const auto host = scheme == std::string_view::npos ? text.size() : scheme + (begins_with_field ? 1 : 3);
    const auto path = std::min(text.find('/', host), text.size());
    std::string mistake;
    bool first = begins_with_field;
    auto url = fill_template(text.substr(0, path), [&](const std::string& name) {
        auto value = value_of(settings, name);
        const bool is_whole = std::exchange(first, false);
        if (value.empty() && !may_be_empty) {
            mistake = name + " is required, the platform's address is made of it";
        } else if (!is_whole && !std::ranges::all_of(value, is_part_of_a_name)) {
            mistake =
                name + " may hold letters, digits, '-', '.' and '_' only, it becomes part of a host's name";
        }
        return value;
    });
    if (!mistake.empty()) {
        return std::unexpected(std::move(mistake));
    }
    return url + expand_template(text.substr(path), settings, secrets);
}

}  // namespace navette::config
