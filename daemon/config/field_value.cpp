#include "daemon/config/field_value.hpp"

#include "daemon/config/checks.hpp"
#include "daemon/config/number.hpp"

#include <boost/json/string.hpp>

#include <cstdint>
#include <string_view>

namespace navette::config {
namespace {

Verdict convert_integer(boost::json::value& value) {
    Complaint complaint{"is not a whole number", "a whole number such as 5"};
    if (const auto* const text = value.if_string()) {
        const auto number = parse_number<std::int64_t>(std::string_view(text->data(), text->size()));
        if (!number) {
            return complaint;
        }
        value = *number;
    }
    return value.is_int64() ? Verdict() : complaint;
}

Verdict convert_boolean(boost::json::value& value) {
    if (const auto* const text = value.if_string();
        text != nullptr && (*text == "true" || *text == "false")) {
        value = *text == "true";
    }
    return value.is_bool() ? Verdict() : Complaint{"is neither yes nor no", "true or false"};
}

}  // namespace

Verdict convert_field(ConfigField::Type type, boost::json::value& value) {
    switch (type) {
        case ConfigField::Type::integer:
            return convert_integer(value);
        case ConfigField::Type::boolean:
            return convert_boolean(value);
        case ConfigField::Type::map:
            return value.is_object() ? Verdict() : Complaint{"is not a map", "names with values"};
        case ConfigField::Type::string:
        case ConfigField::Type::url:
        case ConfigField::Type::secret:
            break;
    }
    if (!value.is_string()) {
        return Complaint{"is not text", "text"};
    }
    return type == ConfigField::Type::url ? http_url(std::string(value.get_string())) : Verdict();
}

}  // namespace navette::config
