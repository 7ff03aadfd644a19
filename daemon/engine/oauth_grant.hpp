// The tokens of one integration as they are in force now. All that works for the integration on this thread
// shares one, so that new tokens reach work that began with the old ones.
#pragma once

#include "daemon/engine/oauth_tokens.hpp"
#include "daemon/secrets/vault.hpp"
#include "daemon/store/integrations.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

namespace navette::engine {

class OAuthGrant {
  public:
    OAuthGrant() = default;
    /// Wipes the tokens.
    ~OAuthGrant();
    OAuthGrant(const OAuthGrant&) = delete;
    OAuthGrant& operator=(const OAuthGrant&) = delete;

    /// Takes the row's tokens where they are newer than those known. Fails where they do not open.
    [[nodiscard]] core::Result<void> follow(
        const store::IntegrationRow& row, const std::optional<secrets::Vault>& vault
    );

    /// New tokens, which are number `version` in the database.
    void take(OAuthTokens tokens, std::int64_t version);

    [[nodiscard]] const std::optional<OAuthTokens>& tokens() const { return tokens_; }
    /// Forgets the tokens in force, until newer ones are taken: they were got for another identity.
    void set_aside() { wipe_tokens(); }
    /// Of the tokens in the database; -1 before follow().
    [[nodiscard]] std::int64_t version() const { return version_; }

    /// The tokens of the last while, those in force included: what a redactor must know.
    [[nodiscard]] const std::deque<std::string>& known_tokens() const { return known_; }
    /// Raised whenever known_tokens() change.
    [[nodiscard]] std::uint64_t generation() const { return generation_; }

    /// The tokens in force were got because the platform refused those before (401).
    void got_after_refusal() { got_after_refusal_ = true; }
    /// The platform answered a request with this access token by something else than 401.
    void accepted(const std::string& access_token);
    /// Whether a refusal of the tokens in force is a reason to renew them. Not where they were just renewed
    /// for that reason and were never accepted: that would go on for ever.
    [[nodiscard]] bool renews_after_refusal() const { return !got_after_refusal_; }

  private:
    void remember(const std::string& token);
    void wipe_tokens();

    std::optional<OAuthTokens> tokens_;
    std::int64_t version_ = -1;
    std::deque<std::string> known_;
    std::uint64_t generation_ = 0;
    bool got_after_refusal_ = false;
};

/// The tokens of a row, opened; none where it has none.
[[nodiscard]] core::Result<std::optional<OAuthTokens>> open_tokens(
    const std::string& sealed, const store::IntegrationKey& key, const std::optional<secrets::Vault>& vault
);

}  // namespace navette::engine
