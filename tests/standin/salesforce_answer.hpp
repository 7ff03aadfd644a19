// What Salesforce answers: a status and JSON, errors as it words them.
#pragma once

#include "tests/standin/message.hpp"

#include <boost/json/value.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace navette::standin {

struct SalesforceError {
    SalesforceError(std::string error_code, std::string words, std::vector<std::string> at_fault = {})
        : code(std::move(error_code)), message(std::move(words)), fields(std::move(at_fault)) {}

    std::string code;  // "REQUIRED_FIELD_MISSING"
    std::string message;
    std::vector<std::string> fields;
    boost::json::value duplicates;  // duplicateResult, where a duplicate rule refused the record
};

struct SalesforceAnswer {
    unsigned status = 200;
    boost::json::value body;
    bool has_body = true;
    std::string csv;  // instead of the body, where it is not empty
};

/// An error as an item of the array that a refused call answers: its code is `errorCode`.
boost::json::object call_error(const SalesforceError& error);

/// An error as a record's in a collection: its code is `statusCode`.
boost::json::object row_error(const SalesforceError& error);

/// A record's result in a collection that refused it.
boost::json::object refused_row(const SalesforceError& error);

/// A call that is refused as a whole.
SalesforceAnswer refused_call(unsigned status, const SalesforceError& error);

/// A call for one record that is refused: 404 where the record is not there, else 400.
SalesforceAnswer refused_record(const SalesforceError& error);

SalesforceAnswer answered(unsigned status, boost::json::value body);
SalesforceAnswer answered_nothing();

/// As it goes onto the wire.
Response on_wire(const SalesforceAnswer& answer);

}  // namespace navette::standin
