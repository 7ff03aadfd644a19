// One call of Salesforce's REST API, read: also a part of a composite call.
#pragma once

#include "tests/standin/salesforce_answer.hpp"

#include <boost/json/value.hpp>

#include <map>
#include <string>
#include <vector>

namespace navette::standin {

struct SalesforceCall {
    std::string method;
    std::vector<std::string> path;  // decoded, behind the version: {"sobjects", "Contact", "003.."}
    std::map<std::string, std::string> query;
    boost::json::value body;  // null where it is none
    std::string text;         // the body as it came
    std::string version;      // "68.0"
    bool allow_duplicates = false;

    [[nodiscard]] std::string parameter(const std::string& name) const {
        const auto found = query.find(name);
        return found == query.end() ? std::string() : found->second;
    }
    /// The path's part of that number; empty where it is shorter.
    [[nodiscard]] std::string part(std::size_t number) const {
        return number < path.size() ? path[number] : std::string();
    }
    /// "/services/data/v68.0" and what follows.
    [[nodiscard]] std::string address(const std::string& rest) const {
        return "/services/data/v" + version + rest;
    }
};

/// The segments of a path, decoded; an encoded "/" stays within its segment.
std::vector<std::string> salesforce_segments(std::string_view path);

/// "Contact:Title, Id" ...: a list at its commas, blanks around the parts removed.
std::vector<std::string> split_at_commas(std::string_view text);

SalesforceAnswer no_such_resource();
SalesforceAnswer wrong_method(const std::string& method);

}  // namespace navette::standin
