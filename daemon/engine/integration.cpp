#include "daemon/engine/integration.hpp"

#include "daemon/config/duration.hpp"
#include "daemon/engine/remote_account.hpp"
#include "daemon/engine/tailored_manifest.hpp"
#include "daemon/outbound/standard_webhooks.hpp"
#include "daemon/secrets/encoding.hpp"
#include "daemon/secrets/proof_key.hpp"
#include "daemon/secrets/wiping.hpp"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <iterator>
#include <sstream>

namespace navette::engine {

namespace json = boost::json;

namespace {

constexpr std::size_t kSecretsBuffer = 16U << 10U;

std::vector<sdk::Header> auth_headers_for(
    const config::AuthSpec& auth,
    const json::object& settings,
    const std::map<std::string, std::string>& secrets
) {
    std::vector<sdk::Header> headers;
    switch (auth.type) {
        case config::AuthSpec::Type::none:
            break;
        case config::AuthSpec::Type::api_key:
            headers.push_back({auth.header, config::expand_template(auth.value, settings, secrets)});
            break;
        case config::AuthSpec::Type::basic: {
            const auto user = config::expand_template(auth.username, settings, secrets);
            const auto password = config::expand_template(auth.password, settings, secrets);
            headers.push_back({"Authorization", "Basic " + secrets::base64(user + ":" + password)});
            break;
        }
        case config::AuthSpec::Type::oauth1:             // address() signs each request
        case config::AuthSpec::Type::standard_webhooks:  // likewise
        case config::AuthSpec::Type::oauth2:             // its token changes: address() adds it
            break;
    }
    return headers;
}

void add_query(std::string& url, const std::vector<sdk::Header>& parameters) {
    char separator = url.find('?') == std::string::npos ? '?' : '&';
    for (const auto& parameter : parameters) {
        url += separator;
        url += sdk::path_segment(parameter.name) + "=" + sdk::path_segment(parameter.value);
        separator = '&';
    }
}

std::string all_of(const std::vector<std::string>& sentences) {
    std::string all;
    for (const auto& sentence : sentences) {
        all += all.empty() ? "" : "; ";
        all += sentence;
    }
    return all;
}

}  // namespace

core::Result<std::shared_ptr<const Integration>> Integration::assemble(
    store::IntegrationRow row,
    const plugins::Inventory& inventory,
    const std::optional<secrets::Vault>& vault,
    std::shared_ptr<OAuthGrant> grant,
    SharedMappings* shared
) {
    // Whoever lets it go last leaves no credentials behind in freed memory. Copies that were on their way to
    // a platform are not reached.
    const auto wipe_and_delete = [](Integration* gone) {
        for (auto& [name, value] : gone->secrets_) {
            secrets::wipe(value);
        }
        std::ranges::for_each(gone->secret_values_, secrets::wipe);
        for (auto& header : gone->auth_headers_) {
            secrets::wipe(header.value);
        }
        secrets::wipe(gone->consumer_.secret);
        std::ranges::for_each(gone->webhook_keys_, secrets::wipe);
        delete gone;
    };
    std::shared_ptr<Integration> made(new Integration(), wipe_and_delete);
    made->row_ = std::move(row);
    const auto& key = made->row_.key;
    const auto fail = [&](const std::string& why) {
        return core::failure(
            core::ErrorKind::invalid, "integration " + key.id + " of tenant " + key.tenant_id + ": " + why
        );
    };
    made->connector_ = inventory.find(made->row_.slug);
    if (!made->connector_) {
        return fail("no connector '" + made->row_.slug + "' is loaded here; see: navettectl connector list");
    }
    auto tailored = tailor(made->connector_, made->row_.mappings);
    if (!tailored) {
        return fail(tailored.error().message);
    }
    made->manifest_ = std::move(*tailored);
    const auto& manifest = *made->manifest_;

    if (!made->row_.sealed_secrets.empty()) {
        if (!vault) {
            return fail("it has secrets, but secrets.key is not set in the configuration");
        }
        auto opened = vault->open(made->row_.sealed_secrets, secrets::owner_of(key.tenant_id, key.id));
        if (!opened) {
            return fail(opened.error().message);
        }
        const secrets::WipedAtEnd wiped(*opened);
        auto decoded = decode_secrets(*opened);
        if (!decoded) {
            return fail(decoded.error().message);
        }
        made->secrets_ = std::move(*decoded);
    }
    std::vector<std::string> names;
    std::vector<std::string> values;
    for (const auto& [name, value] : made->secrets_) {
        names.push_back(name);
        values.push_back(value);
    }
    auto settings = config::check_integration_config(manifest, made->row_.settings, names);
    if (!settings) {
        return fail(all_of(settings.error()));
    }
    made->settings_ = std::move(*settings);
    if (!grant) {
        grant = std::make_shared<OAuthGrant>();
    }
    if (const auto followed = grant->follow(made->row_, vault); !followed) {
        return fail(followed.error().message);
    }
    auto base_url = config::expand_url(manifest.base_url, made->settings_, made->secrets_, true);
    if (!base_url) {
        return fail(base_url.error());
    }
    made->base_url_ = std::move(*base_url);
    while (made->base_url_.ends_with('/')) {
        made->base_url_.pop_back();
    }
    const bool has_consent = grant->tokens() && may_be_consented(*grant->tokens());
    made->auth_ =
        &config::choose_auth(manifest.auth, made->settings_, made->secrets_, has_consent, made->base_url_);
    // The integration works as somebody else by now: what was got for the former identity is not used up.
    if (made->auth_->type == config::AuthSpec::Type::oauth2 && grant->tokens() &&
        !belong_to(made->auth_->oauth, *grant->tokens())) {
        grant->set_aside();
    }
    if (made->auth_->type == config::AuthSpec::Type::oauth1) {
        made->consumer_.key =
            config::expand_template(made->auth_->consumer_key, made->settings_, made->secrets_);
        made->consumer_.secret =
            config::expand_template(made->auth_->consumer_secret, made->settings_, made->secrets_);
    }
    if (made->auth_->type == config::AuthSpec::Type::standard_webhooks) {
        const auto& field = made->auth_->secret;
        auto keys = outbound::webhook_keys(made->secrets_[field]);
        if (!keys) {
            return fail(field + " " + keys.error());
        }
        made->webhook_keys_ = std::move(*keys);
        // Each of them is hidden, not only all of them in a row.
        std::istringstream words(made->secrets_[field]);
        values.insert(values.end(), std::istream_iterator<std::string>(words), {});
    }
    if (manifest.disable) {
        const auto* after = made->settings_.if_contains(manifest.disable->after);
        const auto span = after != nullptr && after->is_string()
                              ? config::parse_duration(std::string_view(after->get_string()))
                              : std::nullopt;
        if (!span) {
            return fail(manifest.disable->after + " is no duration, expected such as 5d or 12h");
        }
        made->disable_after_ = span;
    }
    made->auth_headers_ = auth_headers_for(*made->auth_, made->settings_, made->secrets_);
    for (const auto& header : made->auth_headers_) {
        values.push_back(header.value);
    }
    made->secret_values_ = std::move(values);
    made->redactor_ = outbound::Redactor(made->secret_values_);
    if (made->auth_->type == config::AuthSpec::Type::oauth2) {
        made->grant_ = std::move(grant);
    }
    made->account_ = remote_account(manifest, key.id, made->settings_);

    if (auto schedule = sync::Schedule::parse(made->row_.frequency)) {
        made->schedule_ = std::move(*schedule);
    } else {
        made->schedule_problem_ = schedule.error().message;
    }
    if (auto rules = config::read_sync_rules(made->row_.sync_rules, manifest)) {
        made->sync_rules_ = std::move(*rules);
    } else {
        return fail("sync rules: " + all_of(rules.error()));
    }
    const bool has_own_rules = !made->row_.mappings.empty();
    auto mappings =
        shared != nullptr && !has_own_rules ? shared->of(made->connector_) : compile_mappings(manifest);
    if (!mappings) {
        return fail(mappings.error().front().text());
    }
    made->mappings_ = std::move(*mappings);
    return std::shared_ptr<const Integration>(std::move(made));
}

int Integration::max_retries() const {
    return row_.max_retries.value_or(manifest().retry.max_retries);
}

const sync::Mapping* Integration::mapping(const std::string& object) const {
    const auto found = mappings_->find(object);
    return found == mappings_->end() ? nullptr : &found->second;
}

const outbound::Redactor& Integration::redactor() const {
    if (grant_ && grant_->generation() != redactor_generation_) {
        auto values = secret_values_;
        values.insert(values.end(), grant_->known_tokens().begin(), grant_->known_tokens().end());
        redactor_ = outbound::Redactor(std::move(values));
        redactor_generation_ = grant_->generation();
    }
    return redactor_;
}

core::Result<OAuthClient> Integration::oauth_client(const config::OAuthSpec& spec) const {
    return client_of(spec, settings_, secrets_);
}

core::Result<outbound::WireRequest> Integration::address_elsewhere(sdk::HttpRequest request) const {
    const auto whole = request.origin + request.path;  // outlives the view of its parts
    const auto url = boost::urls::parse_uri(whole);
    const auto home = boost::urls::parse_uri(base_url_);
    const bool is_encrypted = url && url->scheme_id() == boost::urls::scheme::https;
    const bool is_plain = url && home && url->scheme_id() == boost::urls::scheme::http &&
                          home->scheme_id() == boost::urls::scheme::http;
    if (!is_encrypted && !is_plain) {
        return core::failure(
            core::ErrorKind::invalid, "the platform named a server by an address that is no https URL"
        );
    }
    // As it stands in the address: libcurl must not read another name from its escapes.
    auto host = std::string(url->encoded_host());
    std::ranges::transform(host, host.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    const bool is_plain_name = host.find('%') == std::string::npos;
    const auto allows = [&](const std::string& pattern) {
        return pattern.starts_with("*.")
                   ? host.size() > pattern.size() - 1 && host.ends_with(pattern.substr(1))
                   : host == pattern;
    };
    if (url->has_userinfo() || !is_plain_name || std::ranges::none_of(manifest().hosts, allows)) {
        return core::failure(
            core::ErrorKind::invalid,
            "the platform named the server " + host + ", which is not among the `hosts` of the connector " +
                manifest().slug + "; if it is the platform's, add it in connectors.d"
        );
    }
    outbound::WireRequest wire;
    wire.method = request.method;
    wire.url = whole;
    add_query(wire.url, request.query);
    wire.headers = std::move(request.headers);
    wire.headers.push_back({"User-Agent", "navette"});
    wire.body = std::move(request.body);
    wire.timeout = manifest().timeout;
    return wire;
}

outbound::WireRequest Integration::address(sdk::HttpRequest request) const {
    const auto* const tokens = grant_ && grant_->tokens() ? &*grant_->tokens() : nullptr;
    outbound::WireRequest wire;
    wire.method = request.method;
    wire.url = (tokens == nullptr ? base_url_ : at_api_base(base_url_, tokens->api_base)) + request.path;
    add_query(wire.url, request.query);
    wire.headers = std::move(request.headers);
    wire.headers.insert(wire.headers.end(), auth_headers_.begin(), auth_headers_.end());
    if (tokens != nullptr) {
        auto secrets = secrets_;
        secrets["access_token"] = tokens->access_token;
        wire.headers.push_back({auth_->header, config::expand_template(auth_->value, settings_, secrets)});
    }
    if (auth_->type == config::AuthSpec::Type::oauth1) {
        const auto time = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        wire.headers.push_back(
            {"Authorization",
             outbound::oauth1_authorization(consumer_, wire.method, wire.url, time, secrets::random_secret())}
        );
    }
    if (auth_->type == config::AuthSpec::Type::standard_webhooks) {
        // The id is the message's and stays; a request that has none is a message of its own.
        auto id = std::string(sdk::first_header(wire.headers, "webhook-id"));
        if (id.empty()) {
            id = "msg_" + secrets::random_secret();
            wire.headers.push_back({"webhook-id", id});
        }
        const auto time = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        wire.headers.push_back({"webhook-timestamp", std::to_string(time.time_since_epoch().count())});
        wire.headers.push_back(
            {"webhook-signature", outbound::webhook_signature(webhook_keys_, id, time, request.body)}
        );
    }
    wire.headers.push_back({"Accept", "application/json"});
    wire.headers.push_back({"User-Agent", "navette"});
    wire.body = std::move(request.body);
    wire.timeout = manifest().timeout;
    return wire;
}

std::string Integration::title() const {
    return manifest().slug + " integration " + key().id + " of tenant " + key().tenant_id;
}

std::string not_authorised(const Integration& integration) {
    return integration.manifest().name + " has not been authorised for integration " + integration.key().id +
           "; run: navettectl integration authorize " + integration.key().id;
}

std::string encode_secrets(const std::map<std::string, std::string>& secrets) {
    json::object object;
    for (const auto& [name, value] : secrets) {
        object[name] = value;
    }
    return json::serialize(object);
}

core::Result<std::map<std::string, std::string>> decode_secrets(std::string_view text) {
    // Usual secrets fit into the buffer, which is wiped; the document never sees the heap then.
    std::string buffer(kSecretsBuffer, '\0');
    const secrets::WipedAtEnd wiped(buffer);
    json::monotonic_resource memory(reinterpret_cast<unsigned char*>(buffer.data()), buffer.size());
    boost::system::error_code error;
    const auto parsed = json::parse(text, error, &memory);
    if (error || !parsed.is_object()) {
        return core::failure(core::ErrorKind::invalid, "the stored secrets cannot be read; enter them again");
    }
    std::map<std::string, std::string> secrets;
    for (const auto& [name, value] : parsed.as_object()) {
        secrets.emplace(name, value.is_string() ? std::string(value.as_string()) : json::serialize(value));
    }
    return secrets;
}

}  // namespace navette::engine
