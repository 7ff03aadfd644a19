// Writes down the requests that connectors make in tests, for the contract tests (tests/contract).
#pragma once

#include <navette/sdk/http.hpp>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <cstdlib>
#include <fstream>
#include <span>
#include <string>
#include <string_view>

namespace navette::support {

/// Appends one line of JSON {slug, method, target, content_type, body} to the file that
/// NAVETTE_RECORD_REQUESTS names; does nothing where it names none. `target`: an absolute URL, or path and
/// encoded query below the base URL. Of the headers only the content type is kept: others may hold secrets.
inline void record_request(
    std::string_view slug,
    sdk::Method method,
    std::string_view target,
    std::span<const sdk::Header> headers,
    std::string_view body
) {
    const char* const file = std::getenv("NAVETTE_RECORD_REQUESTS");
    if (file == nullptr || *file == '\0') {
        return;
    }
    boost::json::object line;
    line["slug"] = slug;
    line["method"] = sdk::to_string(method);
    line["target"] = target;
    line["content_type"] = sdk::first_header(headers, "Content-Type");
    line["body"] = body;
    std::ofstream(file, std::ios::app) << boost::json::serialize(line) + "\n";
}

}  // namespace navette::support
