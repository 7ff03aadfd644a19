#include "tests/standin/salesforce_soql.hpp"

#include "tests/standin/salesforce_id.hpp"

#include <navette/sdk/reading.hpp>

#include <boost/json.hpp>

#include <algorithm>
#include <cctype>

namespace navette::standin {

namespace json = boost::json;

namespace {

using Kind = SoqlCondition::Kind;

json::value time_text(std::int64_t seconds) {
    return json::value(sdk::iso_text(sdk::Instant(std::chrono::seconds(seconds))) + ".000+0000");
}

char lower(char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) { return lower(c); });
    return text;
}

/// Milliseconds of a time, also of a day.
std::optional<std::int64_t> time_of(const json::value& value) {
    const auto* named = value.is_object() ? value.get_object().if_contains("time") : &value;
    if (named == nullptr || !named->is_string()) {
        return std::nullopt;
    }
    std::string text(named->get_string());
    const auto instant = sdk::from_loose_iso_text(text.size() == 10 ? text + "T00:00:00" : text);
    return instant ? std::optional<std::int64_t>(instant->time_since_epoch().count()) : std::nullopt;
}

/// Less, equal, greater: -1, 0, 1; nothing where one of them is null.
std::optional<int> compared(SalesforceType type, const json::value& left, const json::value& right) {
    const auto sign = [](const auto& one, const auto& other) {
        return one < other ? -1 : one > other ? 1 : 0;
    };
    if (left.is_null() || right.is_null()) {
        return left.is_null() && right.is_null() ? std::optional(0) : std::nullopt;
    }
    if (type == SalesforceType::datetime || type == SalesforceType::date) {
        return sign(time_of(left).value_or(0), time_of(right).value_or(0));
    }
    if (left.is_number() && right.is_number()) {
        return sign(left.to_number<double>(), right.to_number<double>());
    }
    if (left.is_bool() && right.is_bool()) {
        return sign(left.get_bool(), right.get_bool());
    }
    if (!left.is_string() || !right.is_string()) {
        return std::nullopt;
    }
    std::string one(left.get_string());
    std::string other(right.get_string());
    if (type == SalesforceType::reference) {
        return sign(short_salesforce_id(one), short_salesforce_id(other));
    }
    return sign(lower(std::move(one)), lower(std::move(other)));
}

bool holds(const SalesforceObject& object, const SalesforceRecord& record, const SoqlCondition& condition) {
    const auto part_holds = [&](const SoqlCondition& part) { return holds(object, record, part); };
    switch (condition.kind) {
        case Kind::all:
            return std::ranges::all_of(condition.parts, part_holds);
        case Kind::any:
            return std::ranges::any_of(condition.parts, part_holds);
        case Kind::none:
            return std::ranges::none_of(condition.parts, part_holds);
        case Kind::compare:
            break;
    }
    const auto type = object.field(condition.field)->type;
    const auto held = value_of(object, record, condition.field);
    if (condition.comparison == "IN") {
        return std::ranges::any_of(condition.values, [&](const json::value& wanted) {
            return compared(type, held, wanted) == 0;
        });
    }
    const auto& wanted = condition.values.front();
    if (condition.comparison == "LIKE") {
        return held.is_string() && wanted.is_string() && fits_like(held.get_string(), wanted.get_string());
    }
    const auto order = compared(type, held, wanted);
    if (condition.comparison == "=") {
        return order == 0;
    }
    if (condition.comparison == "!=") {
        return order != 0;
    }
    if (!order) {
        return false;
    }
    if (condition.comparison == "<") {
        return *order < 0;
    }
    if (condition.comparison == "<=") {
        return *order <= 0;
    }
    return condition.comparison == ">" ? *order > 0 : *order >= 0;
}

std::optional<SalesforceError> unknown_field(const SalesforceObject& object, const std::string& field) {
    if (object.field(field) != nullptr) {
        return std::nullopt;
    }
    return SalesforceError(
        "INVALID_FIELD",
        "No such column '" + field + "' on entity '" + object.name +
            "'. If you are attempting to use a custom field, be sure to append the '__c' after the custom "
            "field name."
    );
}

std::optional<SalesforceError> refused_condition(
    const SalesforceObject& object, const SoqlCondition& condition
) {
    for (const auto& part : condition.parts) {
        if (auto refused = refused_condition(object, part)) {
            return refused;
        }
    }
    if (condition.kind != Kind::compare) {
        return std::nullopt;
    }
    if (auto unknown = unknown_field(object, condition.field)) {
        return unknown;
    }
    const auto type = object.field(condition.field)->type;
    const bool wants_time = type == SalesforceType::datetime || type == SalesforceType::date;
    for (const auto& value : condition.values) {
        if (!value.is_null() && wants_time != value.is_object()) {
            return SalesforceError(
                "INVALID_FIELD",
                "value of filter criterion for field '" + condition.field + "' must be of type " +
                    (wants_time ? "dateTime and should not be enclosed in quotes" : "string")
            );
        }
    }
    return std::nullopt;
}

}  // namespace

bool fits_like(std::string_view text, std::string_view pattern) {
    if (pattern.empty()) {
        return text.empty();
    }
    if (pattern.front() == '%') {
        return fits_like(text, pattern.substr(1)) || (!text.empty() && fits_like(text.substr(1), pattern));
    }
    if (text.empty()) {
        return false;
    }
    if (pattern.front() == '\\' && pattern.size() > 1) {
        return text.front() == pattern[1] && fits_like(text.substr(1), pattern.substr(2));
    }
    const bool fits = pattern.front() == '_' || lower(text.front()) == lower(pattern.front());
    return fits && fits_like(text.substr(1), pattern.substr(1));
}

json::value value_of(const SalesforceObject& object, const SalesforceRecord& record, std::string_view field) {
    if (field == "Id") {
        return json::value(record.id);
    }
    if (field == "IsDeleted") {
        return record.deleted;
    }
    if (field == "CreatedDate") {
        return time_text(record.created);
    }
    if (field == "SystemModstamp" || field == "LastModifiedDate") {
        return time_text(record.modified);
    }
    const auto* value = record.fields.if_contains(field);
    const auto* known = object.field(field);
    const bool is_empty_text = value != nullptr && value->is_string() && value->get_string().empty();
    if (value == nullptr || known == nullptr || is_empty_text) {
        return nullptr;
    }
    return *value;
}

std::optional<SalesforceError> refused_query(const SalesforceObject& object, const SoqlQuery& query) {
    for (const auto& field : query.fields) {
        if (auto unknown = unknown_field(object, field)) {
            return unknown;
        }
    }
    for (const auto& order : query.order) {
        if (auto unknown = unknown_field(object, order.field)) {
            return unknown;
        }
    }
    return refused_condition(object, query.where);
}

std::vector<const SalesforceRecord*> run_soql(
    const SalesforceObject& object,
    const std::map<std::string, SalesforceRecord>& records,
    const SoqlQuery& query,
    bool with_deleted
) {
    std::vector<const SalesforceRecord*> found;
    for (const auto& [id, record] : records) {
        const bool is_seen = !record.purged && (with_deleted || !record.deleted);
        if (is_seen && holds(object, record, query.where)) {
            found.push_back(&record);
        }
    }
    std::ranges::sort(found, [&](const auto* left, const auto* right) {
        for (const auto& order : query.order) {
            const auto type = object.field(order.field)->type;
            const auto one = value_of(object, *left, order.field);
            const auto other = value_of(object, *right, order.field);
            const int sign = compared(type, one, other).value_or(one.is_null() ? -1 : 1);
            if (sign != 0) {
                return order.descending ? sign > 0 : sign < 0;
            }
        }
        return left->id < right->id;
    });
    found.resize(std::min(found.size(), query.limit));
    return found;
}

}  // namespace navette::standin
