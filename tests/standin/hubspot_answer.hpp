// How HubSpot words its answers.
#pragma once

#include "tests/standin/message.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace navette::standin::hubspot {

/// Why a request, or one input of a batch, is refused.
struct Refused {
    unsigned status = 400;
    std::string category;
    std::string message;
    boost::json::array errors;    // what is wrong in detail: message, code, context
    boost::json::object context;  // lists of texts by name
};

template <class T>
using Checked = std::expected<T, Refused>;

/// One property that HubSpot does not take, and its code: PROPERTY_DOESNT_EXIST, INVALID_OPTION, ...
struct PropertyFault {
    std::string property;
    std::string code;
    std::string message;
};

/// 400 VALIDATION_ERROR about the request as such.
Refused invalid_request(std::string message);
/// 400 VALIDATION_ERROR, each fault an inner error.
Refused invalid_properties(const std::vector<PropertyFault>& faults);
/// 404 OBJECT_NOT_FOUND.
Refused not_found(std::string_view id);
/// 409 CONFLICT, in the words that clients read the id from.
Refused taken(std::string_view existing_id);
/// 403 MISSING_SCOPES.
Refused missing_scope(const std::string& scope);
/// 401; `expired` tells a token that was good once.
Refused unauthorized(bool expired);

Response refusal(const Refused& refused);
/// 429. A policy: TEN_SECONDLY_ROLLING, SECONDLY, DAILY.
Response over_limit(std::string_view policy);

Response json_answer(unsigned status, const boost::json::object& body);
Response html_answer(unsigned status, std::string_view title);

/// The answer of a batch: 207 where there are errors, else `status`. `written_at` in ISO 8601.
Response batch_answer(
    unsigned status, boost::json::array results, boost::json::array errors, const std::string& written_at
);
/// One entry of a batch answer's `errors`.
boost::json::object batch_error(const Refused& refused, std::string_view trace);

/// "2026-11-21T05:54:43.120Z" of milliseconds since 1970.
std::string iso_time(std::int64_t milliseconds);

}  // namespace navette::standin::hubspot
