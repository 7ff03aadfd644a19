#include "tests/standin/hubspot_search.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace navette::standin::hubspot {

namespace json = boost::json;

namespace {

constexpr std::size_t kLongestBody = 3'000;
constexpr std::size_t kMostGroups = 5;
constexpr std::size_t kMostFilters = 6;
constexpr std::size_t kMostFiltersInAll = 18;
constexpr std::int64_t kMostRows = 200;
constexpr std::int64_t kWindow = 10'000;
constexpr int kNotComparable = 2;

struct Filter {
    std::string property;
    std::string comparison;
    std::vector<std::string> values;
    bool by_number = false;
};
using Filters = std::vector<Filter>;

struct Query {
    std::vector<Filters> groups;
    std::vector<std::string> properties;
    std::string sorted_by{"hs_object_id"};
    bool descending = false;
    std::int64_t limit = 10;
    std::int64_t after = 0;
};

std::string text_of(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

const json::array& list_of(const json::object& object, std::string_view name) {
    static const json::array none;
    const auto* value = object.if_contains(name);
    return value != nullptr && value->is_array() ? value->get_array() : none;
}

std::vector<std::string> texts_of(const json::array& list) {
    std::vector<std::string> texts;
    for (const auto& one : list) {
        if (one.is_string()) {
            texts.emplace_back(one.get_string());
        }
    }
    return texts;
}

/// Numbers and times, which are compared as such; nothing for other texts.
std::optional<double> number_of(std::string_view text) {
    double number = 0;
    const auto* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    if (error == std::errc() && rest == end) {
        return number;
    }
    const auto time = time_of(text);
    return time ? std::optional<double>(static_cast<double>(*time)) : std::nullopt;
}

int compared(const std::string& left, const std::string& right, bool by_number) {
    if (by_number) {
        const auto a = number_of(left);
        const auto b = number_of(right);
        return !a || !b ? kNotComparable : (*a < *b ? -1 : (*a > *b ? 1 : 0));
    }
    return boost::beast::iequals(left, right) ? 0 : (left < right ? -1 : 1);
}

bool fits(const Filter& filter, const std::string& held) {
    const auto& wanted = filter.comparison;
    if (wanted == "HAS_PROPERTY" || wanted == "NOT_HAS_PROPERTY") {
        return held.empty() == (wanted == "NOT_HAS_PROPERTY");
    }
    if (held.empty()) {
        return wanted == "NEQ";
    }
    if (wanted == "IN") {
        return std::ranges::find(filter.values, held) != filter.values.end();
    }
    const auto order = compared(held, filter.values.front(), filter.by_number);
    if (order == kNotComparable) {
        return false;
    }
    if (wanted == "BETWEEN") {
        return order >= 0 && compared(held, filter.values.back(), filter.by_number) <= 0;
    }
    return (wanted == "EQ" && order == 0) || (wanted == "NEQ" && order != 0) ||
           (wanted == "LT" && order < 0) || (wanted == "LTE" && order <= 0) ||
           (wanted == "GT" && order > 0) || (wanted == "GTE" && order >= 0);
}

Checked<Filter> filter_of(const json::value& given, const Records& records) {
    static constexpr std::array<std::string_view, 10> kComparisons{
        "EQ", "NEQ", "LT", "LTE", "GT", "GTE", "BETWEEN", "IN", "HAS_PROPERTY", "NOT_HAS_PROPERTY"
    };
    if (!given.is_object()) {
        return std::unexpected(invalid_request("a filter is no object"));
    }
    const auto& object = given.get_object();
    Filter filter;
    filter.property = text_of(object, "propertyName");
    filter.comparison = text_of(object, "operator");
    const auto* property = records.schema().find(records.type(), filter.property);
    if (property == nullptr) {
        return std::unexpected(invalid_request("there is no property " + filter.property + " to filter by"));
    }
    if (std::ranges::find(kComparisons, filter.comparison) == kComparisons.end()) {
        return std::unexpected(invalid_request("the operator " + filter.comparison + " is unknown"));
    }
    filter.by_number = property->kind == ValueKind::number || property->kind == ValueKind::time;
    filter.values = filter.comparison == "IN" ? texts_of(list_of(object, "values"))
                                              : std::vector<std::string>{text_of(object, "value")};
    if (filter.comparison == "BETWEEN") {
        filter.values.push_back(text_of(object, "highValue"));
    }
    const bool needs_none = filter.comparison.ends_with("HAS_PROPERTY");
    if (!needs_none && (filter.values.empty() || filter.values.front().empty())) {
        return std::unexpected(invalid_request("a filter by " + filter.property + " has no value"));
    }
    return filter;
}

Checked<std::vector<Filters>> groups_of(const json::object& body, const Records& records) {
    std::vector<Filters> groups;
    std::size_t count = 0;
    for (const auto& given : list_of(body, "filterGroups")) {
        Filters filters;
        if (given.is_object()) {
            for (const auto& one : list_of(given.get_object(), "filters")) {
                auto filter = filter_of(one, records);
                if (!filter) {
                    return std::unexpected(std::move(filter.error()));
                }
                filters.push_back(std::move(*filter));
            }
        }
        count += filters.size();
        if (filters.empty() || filters.size() > kMostFilters || count > kMostFiltersInAll) {
            return std::unexpected(invalid_request("a group has 1 to 6 filters, all groups at most 18"));
        }
        groups.push_back(std::move(filters));
    }
    if (groups.size() > kMostGroups) {
        return std::unexpected(invalid_request("a search has at most 5 filter groups"));
    }
    return groups;
}

Checked<Query> query_of(std::string_view text, const Records& records) {
    boost::system::error_code error;
    const auto parsed = json::parse(text, error);
    if (error || !parsed.is_object() || text.size() > kLongestBody) {
        return std::unexpected(invalid_request(
            error ? "Invalid input JSON" : "the body of a search is an object of at most 3000 characters"
        ));
    }
    const auto& body = parsed.get_object();
    Query query;
    auto groups = groups_of(body, records);
    if (!groups) {
        return std::unexpected(std::move(groups.error()));
    }
    query.groups = std::move(*groups);
    query.properties = texts_of(list_of(body, "properties"));
    const auto& sorts = list_of(body, "sorts");
    if (sorts.size() > 1) {
        return std::unexpected(invalid_request("a search has one sort"));
    }
    if (!sorts.empty() && sorts.front().is_object()) {
        query.sorted_by = text_of(sorts.front().get_object(), "propertyName");
        query.descending = text_of(sorts.front().get_object(), "direction") == "DESCENDING";
    }
    if (records.schema().find(records.type(), query.sorted_by) == nullptr) {
        return std::unexpected(invalid_request("there is no property " + query.sorted_by + " to sort by"));
    }
    if (const auto* limit = body.if_contains("limit"); limit != nullptr) {
        query.limit = limit->is_int64() ? limit->get_int64() : 0;
    }
    if (const auto after = text_of(body, "after"); !after.empty()) {
        const auto offset = number_of(after);
        query.after = offset ? static_cast<std::int64_t>(*offset) : -1;
    }
    if (query.limit < 1 || query.limit > kMostRows || query.after < 0) {
        return std::unexpected(invalid_request("limit is 1 to 200, after a number as a text"));
    }
    if (query.after + query.limit > kWindow) {
        return std::unexpected(invalid_request("a search ends after 10000 results"));
    }
    return query;
}

}  // namespace

void Search::note(const JsonRow& row) {
    coming_.emplace_back(Clock::now() + lag_, row);
}

void Search::catch_up() {
    for (const auto now = Clock::now(); !coming_.empty() && coming_.front().first <= now;
         coming_.pop_front()) {
        auto& row = coming_.front().second;
        if (row.deleted) {
            rows_.erase(row.id);
        } else {
            rows_[row.id] = std::move(row);
        }
    }
}

Response Search::answer(const Records& records, std::string_view body) {
    const auto query = query_of(body, records);
    if (!query) {
        return refusal(query.error());
    }
    catch_up();
    const auto value_of = [&](const JsonRow& row, const std::string& property) {
        if (property == "hs_object_id") {
            return row.id;
        }
        if (property == "createdate" || property == records.type().modified) {
            return std::to_string(property == "createdate" ? row.created : row.modified);
        }
        return text_of(row.fields, property);
    };
    std::vector<const JsonRow*> found;
    for (const auto& [id, row] : rows_) {
        const bool wanted =
            query->groups.empty() || std::ranges::any_of(query->groups, [&](const Filters& group) {
                return std::ranges::all_of(group, [&](const Filter& filter) {
                    return fits(filter, value_of(row, filter.property));
                });
            });
        if (wanted) {
            found.push_back(&row);
        }
    }
    if (query->sorted_by != "hs_object_id") {
        const auto* property = records.schema().find(records.type(), query->sorted_by);
        const bool by_number = property->kind == ValueKind::number || property->kind == ValueKind::time;
        std::ranges::sort(found, [&](const JsonRow* left, const JsonRow* right) {
            const auto order =
                compared(value_of(*left, query->sorted_by), value_of(*right, query->sorted_by), by_number);
            return order == -1 || (order != 1 && left->id < right->id);
        });
    }
    if (query->descending) {
        std::ranges::reverse(found);
    }
    const auto begin = std::min(found.size(), static_cast<std::size_t>(query->after));
    const auto end = std::min(found.size(), begin + static_cast<std::size_t>(query->limit));
    json::array results;
    for (auto at = begin; at < end; ++at) {
        results.push_back(records.shown(*found[at], query->properties));
    }
    json::object answer{{"total", found.size()}, {"results", std::move(results)}};
    if (end < found.size()) {
        answer["paging"] = {{"next", {{"after", std::to_string(end)}}}};
    }
    return json_answer(200, answer);
}

void Search::clear() {
    coming_.clear();
    rows_.clear();
}

}  // namespace navette::standin::hubspot
