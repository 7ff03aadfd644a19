// How a person lets navette act for them on a platform: the link that they follow, and what the platform
// sends back. Blocking: for navettectl and the API.
#pragma once

#include "daemon/engine/integration.hpp"
#include "daemon/store/admin_oauth.hpp"
#include "daemon/store/admin_session.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace navette::engine {

/// How long a link may be followed, and its consent be brought back.
inline constexpr std::chrono::minutes kConsentLife{10};

/// Where the platform sends the browser, below the public address: its app must allow this address.
inline constexpr const char* kCallbackPath = "/oauth/callback";

/// The manifest's OAuth section that a person can consent to; null where there is none, or where the client's
/// fields are missing.
[[nodiscard]] const config::OAuthSpec* consent_spec(const Integration& integration);

/// The link to consent at, good for once and for kConsentLife. `public_url`: how browsers reach navette,
/// without a slash at its end. Fails as `invalid` where the integration or the configuration cannot do it.
[[nodiscard]] core::Result<std::string> offer_consent(
    store::AdminSession& session,
    const Integration& integration,
    const std::optional<secrets::Vault>& vault,
    const std::string& public_url
);

/// The consent that `state` stands for, taken out of the database: it works once. None where it is unknown,
/// has run out or was used.
[[nodiscard]] core::Result<std::optional<store::ConsentState>> accept_consent(
    store::AdminSession& session, const std::string& state
);

/// Whether the callback's parameters carry the platform's signature, `hmac`, by the client's secret; and name
/// no other shop than the one that the token's address belongs to, and no time further than 90 s from `now`.
/// Pure.
[[nodiscard]] bool is_signed_callback(
    const std::vector<std::pair<std::string, std::string>>& query,
    const OAuthClient& client,
    OAuthTokens::Time now
);

}  // namespace navette::engine
