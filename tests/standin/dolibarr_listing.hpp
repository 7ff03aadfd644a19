// The list endpoints: filter, order, page, properties.
#pragma once

#include "tests/standin/dolibarr_answer.hpp"
#include "tests/standin/dolibarr_environment.hpp"

#include <boost/json/fwd.hpp>

#include <functional>
#include <map>
#include <string>

namespace navette::standin {

using Query = std::map<std::string, std::string>;
using Show = std::function<boost::json::object(const Row&)>;

/// One page of a table, as `limit`, `page`, `sortfield`, `sortorder`, `sqlfilters`, `thirdparty_ids`,
/// `properties` and `pagination_data` of the query ask for. Refused when the SQL would fail, or when nothing
/// is found and the layout answers 404 then.
Checked<Response> list(
    const Table& table, const Query& query, DolibarrEnvironment& environment, const Show& show
);

/// Only the members that a comma-separated list names; all when it is empty.
boost::json::object only(const std::string& properties, boost::json::object object);

}  // namespace navette::standin
