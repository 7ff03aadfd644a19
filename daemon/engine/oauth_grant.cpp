#include "daemon/engine/oauth_grant.hpp"

#include "daemon/secrets/wiping.hpp"

#include <algorithm>

namespace navette::engine {

namespace {

// Access and refresh tokens of some renewals: evidence of a long attempt may hold old ones.
constexpr std::size_t kRemembered = 8;

}  // namespace

core::Result<std::optional<OAuthTokens>> open_tokens(
    const std::string& sealed, const store::IntegrationKey& key, const std::optional<secrets::Vault>& vault
) {
    if (sealed.empty()) {
        return std::nullopt;
    }
    if (!vault) {
        return core::failure(
            core::ErrorKind::invalid, "it has OAuth tokens, but secrets.key is not set in the configuration"
        );
    }
    auto opened = vault->open(sealed, secrets::owner_of_oauth(key.tenant_id, key.id));
    if (!opened) {
        return std::unexpected(opened.error());
    }
    const secrets::WipedAtEnd wiped(*opened);
    auto tokens = decode_tokens(*opened);
    if (!tokens) {
        return std::unexpected(tokens.error());
    }
    return std::optional(std::move(*tokens));
}

OAuthGrant::~OAuthGrant() {
    wipe_tokens();
    std::ranges::for_each(known_, secrets::wipe);
}

void OAuthGrant::wipe_tokens() {
    if (tokens_) {
        secrets::wipe(tokens_->access_token);
        secrets::wipe(tokens_->refresh_token);
        tokens_.reset();
    }
}

core::Result<void> OAuthGrant::follow(
    const store::IntegrationRow& row, const std::optional<secrets::Vault>& vault
) {
    if (row.oauth_version <= version_) {
        return {};
    }
    auto opened = open_tokens(row.sealed_tokens, row.key, vault);
    if (!opened) {
        return std::unexpected(opened.error());
    }
    if (*opened) {
        take(std::move(**opened), row.oauth_version);
    } else {
        wipe_tokens();
        version_ = row.oauth_version;
    }
    return {};
}

void OAuthGrant::take(OAuthTokens tokens, std::int64_t version) {
    remember(tokens.access_token);
    remember(tokens.refresh_token);
    ++generation_;
    wipe_tokens();
    tokens_ = std::move(tokens);
    version_ = version;
    got_after_refusal_ = false;
}

void OAuthGrant::accepted(const std::string& access_token) {
    if (tokens_ && tokens_->access_token == access_token) {
        got_after_refusal_ = false;
    }
}

void OAuthGrant::remember(const std::string& token) {
    if (token.empty() || std::ranges::find(known_, token) != known_.end()) {
        return;
    }
    known_.push_back(token);
    if (known_.size() > kRemembered) {
        secrets::wipe(known_.front());
        known_.pop_front();
    }
}

}  // namespace navette::engine
