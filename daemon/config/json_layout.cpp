#include "daemon/config/json_layout.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <cstddef>

namespace navette::config {
namespace {

namespace json = boost::json;

constexpr std::size_t kColumns = 120;

std::string on_one_line(const json::value& value) {
    std::string text;
    if (const auto* members = value.if_object()) {
        for (const auto& member : *members) {
            text += (text.empty() ? "" : ", ") + json::serialize(member.key()) + ": " +
                    on_one_line(member.value());
        }
        return "{" + text + "}";
    }
    if (const auto* items = value.if_array()) {
        for (const auto& item : *items) {
            text += (text.empty() ? "" : ", ") + on_one_line(item);
        }
        return "[" + text + "]";
    }
    return json::serialize(value);
}

std::string laid_out(const json::value& value, std::size_t depth) {
    auto flat = on_one_line(value);
    if (flat.size() + 2 * depth <= kColumns || (!value.is_object() && !value.is_array())) {
        return flat;
    }
    const std::string indent(2 * (depth + 1), ' ');
    std::string text;
    if (const auto* members = value.if_object()) {
        for (const auto& member : *members) {
            text += (text.empty() ? "" : ",\n") + indent + json::serialize(member.key()) + ": " +
                    laid_out(member.value(), depth + 1);
        }
        return "{\n" + text + "\n" + std::string(2 * depth, ' ') + "}";
    }
    for (const auto& item : value.get_array()) {
        text += (text.empty() ? "" : ",\n") + indent + laid_out(item, depth + 1);
    }
    return "[\n" + text + "\n" + std::string(2 * depth, ' ') + "]";
}

}  // namespace

std::string json_layout(const json::value& value) {
    return laid_out(value, 0) + "\n";
}

}  // namespace navette::config
