// What a client wants an integration to be, laid over what it is. Pure.
#pragma once

#include "daemon/engine/integration_draft.hpp"
#include "daemon/http/exchange.hpp"
#include "daemon/http/request_body.hpp"
#include "daemon/store/admin_integrations.hpp"

#include <boost/json/object.hpp>

#include <map>
#include <optional>
#include <string>

namespace navette::http {

struct IntegrationForm {
    std::optional<std::string> tenant;
    std::optional<std::string> platform;
    std::optional<std::string> name;
    std::optional<boost::json::object> settings;
    /// A secret by its name; none: it is taken away.
    std::map<std::string, std::optional<std::string>> secrets;
    std::optional<store::SyncDirection> direction;
    std::optional<std::string> frequency;
    std::optional<int> max_retries;
    std::optional<boost::json::object> sync_rules;
    bool plan_first = false;      // of a new one: it waits for its plan
    bool resets_retries = false;  // max_retries: null, the connector's own hold again

    /// Reads the body of POST /integrations and PUT /integrations/{id}; what is wrong with it goes to
    /// `errors`. The application that navette replaces writes direction and frequency into config_public as
    /// well: they are no settings of a platform.
    [[nodiscard]] static IntegrationForm read(
        const boost::json::object& body, bool creating, FieldErrors& errors
    );

    /// What is given replaces what is there; settings and sync rules as a whole, the secrets one by one.
    void apply(store::IntegrationRow& row, engine::SecretValues& secrets) const;
};

/// Why an integration cannot be stored, by the names of the form. Without a key: 503, the operator's to mend.
[[nodiscard]] Response draft_problem(const engine::DraftFailure& failure);

}  // namespace navette::http
