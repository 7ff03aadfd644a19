// What a WooCommerce shop answers: JSON as PHP writes it, and its errors.
#pragma once

#include "tests/standin/message.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <expected>
#include <string>
#include <string_view>

namespace navette::standin::woocommerce {

namespace json = boost::json;

/// A WP_Error; `data` holds what stands beside the status.
struct Refusal {
    unsigned status = 400;
    std::string code;
    std::string message;
    json::object data;
};

template <class T>
using Checked = std::expected<T, Refusal>;

/// `rest_invalid_param` of one parameter; `detail` is its own code, such as "rest_not_in_enum".
[[nodiscard]] Refusal invalid_parameter(
    const std::string& name, const std::string& words, const std::string& detail = "rest_invalid_type"
);

/// JSON as PHP's json_encode writes it: "/" as "\/", and everything beyond ASCII as \uXXXX.
[[nodiscard]] std::string php_json(const json::value& value);

[[nodiscard]] Response json_answer(const json::value& value, unsigned status = 200);

/// {"code","message","data":{"status",...}}: the body of a refused call, and the "error" of a batch's item.
[[nodiscard]] json::object error_object(const Refusal& refusal);
[[nodiscard]] Response error_answer(const Refusal& refusal);

[[nodiscard]] Response html_answer(unsigned status, std::string body);

/// Text as WordPress keeps a name: trimmed, without tags, "&" as "&amp;".
[[nodiscard]] std::string kept_name(std::string_view text);

/// The member as text: numbers as PHP would turn them into one; empty for null and absent.
[[nodiscard]] std::string text_of(const json::object& object, std::string_view name);

}  // namespace navette::standin::woocommerce
