// What single users and organizations share with batches of them.
#pragma once

#include "recipes.hpp"

#include <string>

namespace navette::zendesk {

/// The record as Zendesk is to hold it, with our key as its external id. A linked user's has no address: see
/// settle_address.
[[nodiscard]] json::object party_record(const sdk::Operation& operation, const Resource& resource);

/// Writes one user or organization. An organization whose name is taken is adopted, unless another system's.
sdk::Task<sdk::Outcome> push_party(sdk::Session& session, Resource resource, sdk::Operation operation);

/// Where Zendesk shows another primary address of the user than the operation's: makes the operation's the
/// primary one, without a mail. An update of a user cannot do that. Else returns the outcome as it is.
sdk::Task<sdk::Outcome> settle_address(
    sdk::Session& session, sdk::Operation operation, json::value user, sdk::Outcome outcome
);

}  // namespace navette::zendesk
