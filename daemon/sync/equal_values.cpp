// When two values of a field are the same.
#include "daemon/sync/decimal.hpp"
#include "daemon/sync/three_way.hpp"
#include "daemon/sync/utf8.hpp"
#include "daemon/sync/value_text.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <iterator>

namespace navette::sync {
namespace {

namespace json = boost::json;

bool equal_lists(const json::array& a, const json::array& b) {
    return std::ranges::equal(a, b, equal_values);
}

bool equal_objects(const json::object& a, const json::object& b) {
    static const json::value none;
    const bool all_of_a = std::ranges::all_of(a, [&b](const json::key_value_pair& member) {
        const json::value* other = b.if_contains(member.key());
        return equal_values(member.value(), other == nullptr ? none : *other);
    });
    return all_of_a && std::ranges::all_of(b, [&a](const json::key_value_pair& member) {
               return member.value().is_null() || a.contains(member.key());
           });
}

/// Letters and digits, in small letters.
std::string essence(std::string_view text) {
    const std::string small = to_lower(text);
    std::string kept;
    kept.reserve(small.size());
    std::ranges::copy_if(small, std::back_inserter(kept), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               (static_cast<unsigned char>(c) & 0x80U) != 0;
    });
    return kept;
}

/// A text or number with one that is a number.
bool same_worth(const json::value& a, const json::value& b) {
    if (a.kind() == b.kind()) {
        return a == b;
    }
    const std::optional<Decimal> left = decimal_of(a);
    const std::optional<Decimal> right = decimal_of(b);
    if (!left || !right) {
        return plain_text(a) == plain_text(b);
    }
    const int scale = std::max(left->scale, right->scale);
    return left->units * power_of_ten(scale - left->scale) ==
           right->units * power_of_ten(scale - right->scale);
}

}  // namespace

bool equal_values(const json::value& a, const json::value& b) {
    if (a.is_null() || b.is_null()) {
        return a.is_null() && b.is_null();
    }
    // Texts are compared as texts: "007" and "7" are two postal codes.
    if (a.is_string() && b.is_string()) {
        return a.get_string() == b.get_string();
    }
    if (a.is_object() || b.is_object()) {
        return a.is_object() && b.is_object() && equal_objects(a.get_object(), b.get_object());
    }
    if (a.is_array() || b.is_array()) {
        return a.is_array() && b.is_array() && equal_lists(a.get_array(), b.get_array());
    }
    if (a.is_bool() || b.is_bool()) {
        return plain_text(a) == plain_text(b);
    }
    return same_worth(a, b);
}

bool is_respelled(const json::value& a, const json::value& b) {
    if (!a.is_string() || !b.is_string()) {
        return equal_values(a, b);
    }
    const std::string left = essence(std::string_view(a.get_string()));
    return !left.empty() && left == essence(std::string_view(b.get_string()));
}

}  // namespace navette::sync
