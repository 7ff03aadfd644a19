#include "daemon/engine/oauth_consent.hpp"

#include "daemon/secrets/proof_key.hpp"
#include "daemon/secrets/wiping.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace navette::engine {

namespace {

constexpr std::chrono::seconds kTolerance{90};

/// Whether the text is the second of a time close to `now`.
bool is_near(std::string_view text, OAuthTokens::Time now) {
    long long second = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), second);
    const auto here = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
    return error == std::errc() && end == text.data() + text.size() && second >= 0 &&
           second <= here + kTolerance.count() && second >= here - kTolerance.count();
}

}  // namespace

const config::OAuthSpec* consent_spec(const Integration& integration) {
    for (const auto& auth : integration.manifest().auth) {
        const bool asks = auth.type == config::AuthSpec::Type::oauth2 &&
                          auth.oauth.allows(config::OAuthSpec::Grant::authorization_code);
        if (asks && integration.oauth_client(auth.oauth)) {
            return &auth.oauth;
        }
    }
    return nullptr;
}

core::Result<std::string> offer_consent(
    store::AdminSession& session,
    const Integration& integration,
    const std::optional<secrets::Vault>& vault,
    const std::string& public_url
) {
    const auto refuse = [](std::string why) {
        return core::failure(core::ErrorKind::invalid, std::move(why));
    };
    const auto* const spec = consent_spec(integration);
    if (spec == nullptr) {
        for (const auto& auth : integration.manifest().auth) {
            if (auth.type == config::AuthSpec::Type::oauth2 &&
                auth.oauth.allows(config::OAuthSpec::Grant::authorization_code)) {
                return refuse(integration.oauth_client(auth.oauth).error().message);
            }
        }
        return refuse(integration.manifest().name + " needs nobody's consent, its credentials are settings");
    }
    if (public_url.empty()) {
        return refuse(
            "listen.public_url is not set in the configuration, the platform could not send people back"
        );
    }
    if (!vault) {
        return refuse("secrets.key is not set in the configuration, tokens could not be stored");
    }
    const auto& key = integration.key();
    const auto state = secrets::random_secret();
    auto verifier = spec->pkce ? secrets::random_secret() : std::string();
    const secrets::WipedAtEnd wiped(verifier);
    store::ConsentState consent;
    consent.key = key;
    consent.redirect_uri = public_url + kCallbackPath;
    if (spec->pkce) {
        consent.sealed_verifier = vault->seal(verifier, secrets::owner_of_oauth(key.tenant_id, key.id));
    }
    const auto saved = store::save_consent_state(
        session, secrets::sha256(state), consent, std::chrono::seconds(kConsentLife)
    );
    if (!saved) {
        return std::unexpected(saved.error());
    }
    return authorize_address(*spec, *integration.oauth_client(*spec), consent.redirect_uri, state, verifier);
}

core::Result<std::optional<store::ConsentState>> accept_consent(
    store::AdminSession& session, const std::string& state
) {
    // Found by its hash, so how long that takes tells nothing of the state.
    return store::take_consent_state(session, secrets::sha256(state));
}

bool is_signed_callback(
    const std::vector<std::pair<std::string, std::string>>& query,
    const OAuthClient& client,
    OAuthTokens::Time now
) {
    std::string signature;
    std::vector<std::string> parts;
    for (const auto& [name, value] : query) {
        if (name == "hmac") {
            signature = value;
        } else if (name != "signature") {
            // As the platform signs it: names and values encoded, so that neither can pretend to be more of
            // them.
            parts.push_back(sdk::path_segment(name) + "=" + sdk::path_segment(value));
        }
        if ((name == "shop" && !client.token_url.starts_with("https://" + value + "/")) ||
            (name == "timestamp" && !is_near(value, now))) {
            return false;
        }
    }
    std::ranges::sort(parts);
    std::string text;
    for (const auto& part : parts) {
        text += (text.empty() ? "" : "&") + part;
    }
    return secrets::equal_in_constant_time(secrets::hmac_sha256_hex(client.secret, text), signature);
}

}  // namespace navette::engine
