// What Salesforce's error answers mean. Pure.
#pragma once

#include <navette/sdk/exchange.hpp>

#include <string>

namespace navette::salesforce {

namespace json = sdk::json;

/// What an answer that is no success comes to.
[[nodiscard]] sdk::Outcome failure_of(const sdk::HttpResponse& response, bool has_effect);

/// What one error of a record comes to, by its code. Such a record was surely not written.
[[nodiscard]] sdk::Outcome outcome_of_error(const json::value& error);

/// Salesforce's code of an error: `statusCode` in collections, `errorCode` elsewhere.
[[nodiscard]] std::string code_of(const json::value& error);

/// The first error of a body: an array of them, or one.
[[nodiscard]] const json::value* first_error(const json::value& body);

inline constexpr sdk::Platform kSalesforce{"Salesforce", failure_of};

}  // namespace navette::salesforce
