// Consents of people: asked for, brought back once by a browser, and the tokens that they end in.
#pragma once

#include "daemon/store/admin_session.hpp"
#include "daemon/store/leases.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace navette::store {

/// A consent that was asked for.
struct ConsentState {
    IntegrationKey key;
    std::string sealed_verifier;  // PKCE's; empty: none
    std::string redirect_uri;
};

/// Keeps it for `life` under the hash of its state, and forgets those that have run out.
[[nodiscard]] core::Result<void> save_consent_state(
    AdminSession& session, const std::string& state_hash, const ConsentState& state, std::chrono::seconds life
);

/// Takes it out: a second caller finds nothing. None where it is unknown or has run out.
[[nodiscard]] core::Result<std::optional<ConsentState>> take_consent_state(
    AdminSession& session, const std::string& state_hash
);

/// Stores the tokens of a consent, whatever tokens were in force; the integration is active again where it
/// was held, and its owner is told. `not_found` where it is gone.
[[nodiscard]] core::Result<void> store_consent(
    AdminSession& session,
    const IntegrationKey& key,
    const std::string& sealed_tokens,
    std::optional<std::chrono::system_clock::time_point> expires_at
);

}  // namespace navette::store
