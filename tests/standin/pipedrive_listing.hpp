// The lists of version 2: filters, an order, and a cursor that marks the first record of the next page.
#pragma once

#include "tests/standin/pipedrive_schema.hpp"

#include <string>
#include <vector>

namespace navette::standin::pipedrive {

struct ListPage {
    std::vector<const JsonRow*> rows;
    std::string next_cursor;  // empty at the end
};

/// The page that a list asks for by ids, person_id, org_id, deal_id, done, status, updated_since (inclusive),
/// updated_until, sort_by, sort_direction, limit (100, at most 500) and cursor. Deleted records are in none,
/// but for deals by status=deleted.
Checked<ListPage> page_of(JsonTable& table, const Layout& layout, const Call& call);

}  // namespace navette::standin::pipedrive
