// HubSpot's batch writes: up to 100 inputs, each told apart by its trace id alone.
#pragma once

#include "tests/standin/hubspot_records.hpp"

#include <string_view>

namespace navette::standin::hubspot {

struct BatchRules {
    bool strict = true;   // the account's own rules for new records are enforced
    bool partial = true;  // good inputs are written where bad ones are beside them and all have a trace id
};

/// POST .../batch/upsert: by a unique property, else by the record's id. Two inputs for one record refuse
/// all.
Response upsert_batch(Records& records, std::string_view body, BatchRules rules);
/// POST .../batch/update.
Response update_batch(Records& records, std::string_view body, BatchRules rules);
/// POST .../batch/archive: 204, whether the records are there or not.
Response archive_batch(Records& records, std::string_view body);

}  // namespace navette::standin::hubspot
