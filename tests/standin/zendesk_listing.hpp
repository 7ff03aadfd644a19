// Plain lists: cursor paging (page[size], page[after]) and offset paging (page, per_page), at most 100 a
// page.
#pragma once

#include "tests/standin/zendesk_account.hpp"
#include "tests/standin/zendesk_answer.hpp"

#include <boost/json/array.hpp>

#include <string_view>

namespace navette::standin {

/// Whether a request asks for cursor paging.
bool pages_by_cursor(const ZendeskCall& call);

/// The page of `all` that the request asks for, under that name. Offsets beyond 10,000 rows are refused.
Response zendesk_page(const ZendeskCall& call, std::string_view name, boost::json::array all);

}  // namespace navette::standin
