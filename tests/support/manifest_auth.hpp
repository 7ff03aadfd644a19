// Which way of authentication a connector's manifest chooses for an integration's credentials.
#pragma once

#include "tests/support/manifest_mapping.hpp"

#include <boost/json/object.hpp>

#include <map>
#include <string>
#include <vector>

namespace navette::support {

class ChosenAuth {
  public:
    explicit ChosenAuth(const std::string& slug) : manifest_(manifest_of(slug)) {}

    /// The alternative for these credentials; `has_tokens`: whether OAuth tokens are stored already.
    [[nodiscard]] const config::AuthSpec& of(
        const boost::json::object& settings,
        const std::map<std::string, std::string>& secrets,
        bool has_tokens = false
    ) const {
        return config::choose_auth(manifest_.auth, settings, secrets, has_tokens);
    }

    /// Whether an integration with these settings and secrets can be added.
    [[nodiscard]] bool accepts(
        const boost::json::object& settings, const std::vector<std::string>& secret_names
    ) const {
        return config::check_integration_config(manifest_, settings, secret_names).has_value();
    }

    [[nodiscard]] const config::Manifest& manifest() const { return manifest_; }

  private:
    config::Manifest manifest_;
};

}  // namespace navette::support
