// The API's description: the parts of docs/openapi as one document, and the route that serves it.
#pragma once

#include "daemon/http/router.hpp"

#include <boost/json/object.hpp>

#include <string_view>
#include <vector>

namespace navette::http {

/// The files of docs/openapi as they were when navette was built.
[[nodiscard]] const std::vector<std::string_view>& openapi_parts();

/// The parts as one document (docs/openapi/README.md). Throws std::logic_error where a part is no JSON
/// object, or where two of them give the same name: a mistake in navette.
[[nodiscard]] boost::json::object merge_openapi(const std::vector<std::string_view>& parts);

/// GET /openapi.json, open to all.
void add_openapi_route(Router& router);

}  // namespace navette::http
