// Which integrations share a platform's limits.
#pragma once

#include "daemon/config/manifest.hpp"

#include <boost/json/object.hpp>

#include <string>

namespace navette::engine {

/// The name of the account on the platform that an integration works in, by the manifest's `account` fields;
/// limits count for all integrations of one name. `settings`: with the manifest's defaults. Without such
/// fields nothing tells two integrations apart, so each counts for itself.
[[nodiscard]] std::string remote_account(
    const config::Manifest& manifest, const std::string& integration_id, const boost::json::object& settings
);

}  // namespace navette::engine
