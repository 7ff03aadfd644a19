// Associations of written records with their parents: contacts and deals with companies, and so on.
#pragma once

#include "objects.hpp"

#include <navette/sdk/connector.hpp>

#include <vector>

namespace navette::hubspot {

/// Associates those records of the batch that were written with the parents that their operations name. A
/// record that cannot be associated is not done; the others stay as they are. Repeating it does no harm.
/// `batch` and `outcomes` outlive the call and go together.
sdk::Task<void> associate(
    sdk::Session& session,
    const Object& object,
    const std::vector<sdk::Operation>& batch,
    std::vector<sdk::Outcome>& outcomes
);

}  // namespace navette::hubspot
