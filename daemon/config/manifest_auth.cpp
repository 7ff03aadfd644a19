#include "daemon/config/manifest_auth.hpp"

#include "daemon/config/checks.hpp"
#include "daemon/config/text_template.hpp"

#include <array>

namespace navette::config {

constexpr auto enum_names(AuthSpec::Type) {
    using Type = AuthSpec::Type;
    return std::array<std::pair<std::string_view, Type>, 6>{
        {{"none", Type::none},
         {"api_key", Type::api_key},
         {"basic", Type::basic},
         {"oauth1", Type::oauth1},
         {"oauth2", Type::oauth2},
         {"standard_webhooks", Type::standard_webhooks}}
    };
}

constexpr auto enum_names(AuthSpec::Scheme) {
    using Scheme = AuthSpec::Scheme;
    return std::array<std::pair<std::string_view, Scheme>, 3>{
        {{"any", Scheme::any}, {"http", Scheme::http}, {"https", Scheme::https}}
    };
}

constexpr auto enum_names(OAuthSpec::Grant) {
    using Grant = OAuthSpec::Grant;
    return std::array<std::pair<std::string_view, Grant>, 4>{
        {{"authorization_code", Grant::authorization_code},
         {"refresh_token", Grant::refresh_token},
         {"client_credentials", Grant::client_credentials},
         {"jwt_bearer", Grant::jwt_bearer}}
    };
}

constexpr auto enum_names(OAuthSpec::ClientAuth) {
    using ClientAuth = OAuthSpec::ClientAuth;
    return std::array<std::pair<std::string_view, ClientAuth>, 2>{
        {{"body", ClientAuth::body}, {"basic", ClientAuth::basic}}
    };
}

constexpr auto enum_names(OAuthSpec::BodyForm) {
    using BodyForm = OAuthSpec::BodyForm;
    return std::array<std::pair<std::string_view, BodyForm>, 2>{
        {{"form", BodyForm::form}, {"json", BodyForm::json}}
    };
}

namespace {

using Names = std::vector<std::string>;

/// The manifest's config fields, by what may stand where.
struct FieldNames {
    Names all;
    Names open;
    Names secret;
};

void need(Section& section, std::string_view key, std::string_view whom) {
    if (section.take(key) == nullptr) {
        section.complain(key, "is missing, " + std::string(whom) + " needs it");
    }
}

Verdict url_template(const std::string& text) {
    if (text.starts_with("https://") || text.starts_with("http://") || text.starts_with("${")) {
        return std::nullopt;
    }
    return Complaint{"is no address", "https://... or ${field}..."};
}

void read_parameters(
    Section& section, std::string_view key, std::vector<std::pair<std::string, std::string>>& parameters
) {
    const YamlNode* const node = section.take(key);
    if (node == nullptr || node->kind == YamlNode::Kind::null || node->unusable) {
        return;
    }
    if (node->kind != YamlNode::Kind::map) {
        section.complain(key, "is no map of names and values, expected such as {access_type: offline}");
        return;
    }
    for (const auto& entry : node->entries) {
        if (entry.value.kind == YamlNode::Kind::scalar) {
            parameters.emplace_back(entry.key, entry.value.text);
        } else {
            section.complain(key, in_quotes(entry.key) + " has no plain value, expected a text");
        }
    }
}

void check_grants(Section& section, const OAuthSpec& oauth) {
    using Grant = OAuthSpec::Grant;
    if (oauth.allows(Grant::authorization_code)) {
        need(section, "authorize_url", "the grant authorization_code");
    }
    if (oauth.allows(Grant::refresh_token) && !oauth.allows(Grant::authorization_code)) {
        section.complain("grants", "has refresh_token alone, expected authorization_code beside it");
    }
    if (oauth.allows(Grant::client_credentials)) {
        need(section, "client_secret", "the grant client_credentials");
    }
    if (oauth.allows(Grant::jwt_bearer)) {
        need(section, "jwt_subject", "the grant jwt_bearer");
        need(section, "jwt_audience", "the grant jwt_bearer");
        need(section, "jwt_key", "the grant jwt_bearer");
    }
    if (oauth.client_auth == OAuthSpec::ClientAuth::basic) {
        need(section, "client_secret", "client_auth: basic");
    }
    if (oauth.callback_hmac) {
        need(section, "client_secret", "callback_hmac");
    }
    if (oauth.refresh_grace.count() > 0 && !oauth.refresh_rotates) {
        section.complain(
            "refresh_grace", "has no meaning without refresh_rotates: true, where tokens are not spent"
        );
    }
}

void read_oauth(Section& section, AuthSpec& auth, const FieldNames& fields) {
    using namespace std::chrono_literals;
    auto& oauth = auth.oauth;
    section.key("authorize_url", oauth.authorize_url, url_template, template_of(fields.open));
    section.required("token_url", oauth.token_url, url_template, template_of(fields.open));
    section.key("scopes", oauth.scopes, not_empty);
    section.key("scope_separator", oauth.scope_separator, not_empty);
    section.key("pkce", oauth.pkce);
    section.required("client_id", oauth.client_id, one_of(fields.all));
    section.key("client_secret", oauth.client_secret, one_of(fields.secret));
    section.key("client_auth", oauth.client_auth);
    section.key("token_body", oauth.token_body);
    section.required("grants", oauth.grants);
    read_parameters(section, "extra", oauth.extra);
    read_parameters(section, "token_extra", oauth.token_extra);
    section.key("base_url_from", oauth.base_url_from, not_empty);
    std::chrono::milliseconds expires_in{0};
    if (section.key("expires_in", expires_in, at_least(1'000ms))) {
        oauth.expires_in = expires_in;
    }
    section.key("refresh_rotates", oauth.refresh_rotates);
    section.key("refresh_grace", oauth.refresh_grace);
    section.key("callback_hmac", oauth.callback_hmac);
    section.key("jwt_subject", oauth.jwt_subject, one_of(fields.all));
    section.key("jwt_audience", oauth.jwt_audience, url_template, template_of(fields.open));
    section.key("jwt_key", oauth.jwt_key, one_of(fields.secret));
    check_grants(section, oauth);
    if (auth.header.empty()) {
        auth.header = "Authorization";
    }
    if (auth.value.empty()) {
        auth.value = "Bearer ${access_token}";
    }
}

void read_one(Section& section, AuthSpec& auth, const FieldNames& fields) {
    section.required("type", auth.type);
    const bool is_oauth = auth.type == AuthSpec::Type::oauth2;
    auto value_names = fields.all;
    if (is_oauth) {
        value_names.emplace_back("access_token");
    }
    section.key("header", auth.header, header_name);
    section.key("value", auth.value, template_of(value_names));
    section.key("username", auth.username, template_of(fields.all));
    section.key("password", auth.password, template_of(fields.all));
    section.key("scheme", auth.scheme);
    section.key("consumer_key", auth.consumer_key, template_of(fields.all));
    section.key("consumer_secret", auth.consumer_secret, template_of(fields.all));
    section.key("secret", auth.secret, one_of(fields.secret));
    constexpr std::string_view kType = "this type of authentication";
    if (auth.type == AuthSpec::Type::api_key) {
        need(section, "header", kType);
        need(section, "value", kType);
    } else if (auth.type == AuthSpec::Type::basic) {
        need(section, "username", kType);
        need(section, "password", kType);
    } else if (auth.type == AuthSpec::Type::oauth1) {
        need(section, "consumer_key", kType);
        need(section, "consumer_secret", kType);
    } else if (auth.type == AuthSpec::Type::standard_webhooks) {
        need(section, "secret", kType);
    } else if (is_oauth) {
        read_oauth(section, auth, fields);
    }
}

}  // namespace

std::function<Verdict(const std::string&)> template_of(const std::vector<std::string>& field_names) {
    return [&field_names](const std::string& text) -> Verdict {
        const auto names = template_names(text);
        if (!names) {
            return Complaint{"has a ${ without }", "${name} for a config field"};
        }
        for (const std::string& name : *names) {
            if (auto complaint = choose(name, field_names)) {
                return Complaint{
                    "names " + in_quotes(name) + ", which is no config field",
                    "${name} with " + complaint->expected
                };
            }
        }
        return std::nullopt;
    };
}

void read_auth(Section& root, Manifest& manifest) {
    FieldNames fields;
    for (const auto& field : manifest.config) {
        fields.all.push_back(field.name);
        (field.type == ConfigField::Type::secret ? fields.secret : fields.open).push_back(field.name);
    }
    const YamlNode* const node = root.take("auth");
    const auto read = [&](Section& section) { read_one(section, manifest.auth.emplace_back(), fields); };
    if (node == nullptr || node->kind != YamlNode::Kind::list) {
        root.section("auth", read);
        return;
    }
    root.list("auth", read);
    for (std::size_t at = 0; at + 1 < manifest.auth.size(); ++at) {
        if (manifest.auth[at].type == AuthSpec::Type::none) {
            root.complain("auth", "lists something after type none, which fits always; put none last");
        }
    }
}

}  // namespace navette::config
