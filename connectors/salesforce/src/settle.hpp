// A second look at records that Salesforce refused.
#pragma once

#include "rows.hpp"

namespace navette::salesforce {

/// What a refused record comes to: a converted lead's contact is changed instead, the one record that a
/// duplicate rule finds is taken over, a missing key field is named; else what the result says. `fields` are
/// those that were sent, without our key.
sdk::Task<sdk::Outcome> settle(
    sdk::Session& session, const Object* object, sdk::Operation operation, json::object fields, Result result
);

}  // namespace navette::salesforce
