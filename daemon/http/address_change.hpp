// A changed address must not carry away secrets that its changer cannot read.
#pragma once

#include "daemon/config/manifest.hpp"
#include "daemon/engine/integration_draft.hpp"
#include "daemon/http/integration_form.hpp"

#include <boost/json/object.hpp>

#include <string>
#include <vector>

namespace navette::http {

/// The secrets that would be sent to an address that this change sets, without having been entered with it:
/// whoever may write an integration may not read its secrets, and could have them sent to a host of their
/// own otherwise. `kept` are the secrets stored so far. Pure.
[[nodiscard]] std::vector<std::string> secrets_to_enter_again(
    const config::Manifest& manifest,
    const boost::json::object& before,
    const boost::json::object& after,
    const engine::SecretValues& kept,
    const IntegrationForm& form
);

/// Whether the change moves the platform's address or its token address.
[[nodiscard]] bool moves_address(
    const config::Manifest& manifest, const boost::json::object& before, const boost::json::object& after
);

}  // namespace navette::http
