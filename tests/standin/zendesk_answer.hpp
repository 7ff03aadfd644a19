// Zendesk's answers: records, and refusals in its several shapes.
#pragma once

#include "tests/standin/message.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace navette::standin {

/// What is wrong with one field.
struct ZendeskFault {
    std::string field;        // "base" where no field is at fault
    std::string description;  // "Email: x is not properly formatted"
    std::string error;        // "DuplicateValue"
};

Response zendesk_json(unsigned status, const boost::json::value& body);
/// {"user": {...}}
Response zendesk_record(unsigned status, std::string_view single, boost::json::object record);
Response zendesk_error(unsigned status, std::string_view error, std::string_view description = {});
/// {"error": {"title", "message"}}
Response zendesk_titled_error(unsigned status, std::string_view title, std::string_view message);
/// 422 RecordInvalid, every field's faults under the field's name.
Response zendesk_invalid(const std::vector<ZendeskFault>& faults);
/// {"errors": [{code, title, detail}]}: the webhooks' own shape.
Response zendesk_errors(unsigned status, std::string_view code, std::string_view detail);
Response zendesk_not_found();
/// The path or the plan does not have that.
Response zendesk_no_endpoint();
Response zendesk_html(unsigned status, std::string_view title);

}  // namespace navette::standin
