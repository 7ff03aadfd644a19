#include "tests/standin/woocommerce_listing.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace navette::standin::woocommerce {

namespace {

constexpr std::int64_t kMostRows = 100;

Checked<std::int64_t> whole(
    const Query& query, const std::string& name, std::int64_t fallback, std::int64_t least, std::int64_t most
) {
    const auto found = query.find(name);
    if (found == query.end()) {
        return fallback;
    }
    const auto& text = found->second;
    std::int64_t number = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || stop != text.data() + text.size()) {
        return std::unexpected(invalid_parameter(name, name + " is not of type integer."));
    }
    if (number < least || number > most) {
        return std::unexpected(invalid_parameter(
            name,
            name + " must be between " + std::to_string(least) + " (inclusive) and " + std::to_string(most) +
                " (inclusive)",
            "rest_out_of_bounds"
        ));
    }
    return number;
}

std::int64_t second_of(std::int64_t time) {
    return time / 1000;
}

/// Takes out what is not in the spans that the query names; the bounds themselves are outside.
std::optional<Refusal> keep_dates(std::vector<JsonRow*>& rows, const Query& query, const Shop& shop) {
    const auto gmt = parameter(query, "dates_are_gmt");
    const bool is_gmt = gmt == "true" || gmt == "1";
    struct Bound {
        const char* name;
        std::int64_t JsonRow::* time;
        bool is_lower;
    };
    static const std::vector<Bound> kBounds{
        {"after", &JsonRow::created, true},
        {"before", &JsonRow::created, false},
        {"modified_after", &JsonRow::modified, true},
        {"modified_before", &JsonRow::modified, false},
    };
    for (const auto& bound : kBounds) {
        const auto text = parameter(query, bound.name);
        if (text.empty()) {
            continue;
        }
        const auto moment = shop.moment(text, is_gmt);
        if (!moment) {
            return invalid_parameter(bound.name, "Invalid date.", "rest_invalid_date");
        }
        std::erase_if(rows, [&](const JsonRow* row) {
            const auto second = second_of(row->*bound.time);
            return bound.is_lower ? second <= *moment : second >= *moment;
        });
    }
    return std::nullopt;
}

std::int64_t number_of(const JsonRow& row) {
    std::int64_t number = 0;
    std::from_chars(row.id.data(), row.id.data() + row.id.size(), number);
    return number;
}

void sort_rows(std::vector<JsonRow*>& rows, const std::string& orderby, bool ascending) {
    const auto key = [&](const JsonRow* row) {
        std::int64_t first = 0;
        std::string text;
        if (orderby == "modified") {
            first = second_of(row->modified);
        } else if (orderby == "date" || orderby == "registered_date") {
            first = second_of(row->created);
        } else if (orderby == "title" || orderby == "name") {
            text = text_of(row->fields, orderby == "title" ? "name" : "first_name");
        }
        return std::tuple(first, std::move(text), number_of(*row));
    };
    std::ranges::sort(rows, {}, key);
    if (!ascending) {
        std::ranges::reverse(rows);
    }
}

std::optional<Refusal> not_in(
    const std::string& name, const std::string& value, const std::vector<std::string>& values
) {
    if (std::ranges::find(values, value) != values.end()) {
        return std::nullopt;
    }
    std::string all;
    for (const auto& known : values) {
        all += (all.empty() ? "" : ", ") + known;
    }
    return invalid_parameter(name, name + " is not one of " + all + ".", "rest_not_in_enum");
}

}  // namespace

std::string parameter(const Query& query, const std::string& name, const std::string& fallback) {
    const auto found = query.find(name);
    return found == query.end() ? fallback : found->second;
}

std::vector<std::string> items_of(const Query& query, const std::string& name) {
    std::vector<std::string> items;
    const auto text = parameter(query, name);
    for (std::size_t at = 0; !text.empty() && at <= text.size();) {
        const auto end = std::min(text.find(',', at), text.size());
        auto item = text.substr(at, end - at);
        item.erase(0, std::min(item.find_first_not_of(' '), item.size()));
        item.erase(item.find_last_not_of(' ') + 1);
        items.push_back(std::move(item));
        at = end + 1;
    }
    return items;
}

json::object with_fields(json::object object, const Query& query) {
    const auto names = items_of(query, "_fields");
    if (names.empty()) {
        return object;
    }
    json::object kept;
    for (const auto& [name, value] : object) {
        if (std::ranges::find(names, name) != names.end()) {
            kept[name] = value;
        }
    }
    return kept;
}

Checked<Listing> listed(
    std::vector<JsonRow*> rows, const Query& query, const ListRules& rules, const Shop& shop
) {
    const auto per_page = whole(query, "per_page", 10, 1, kMostRows);
    const auto page = whole(query, "page", 1, 1, 1'000'000'000);
    const auto offset = whole(query, "offset", -1, 0, 1'000'000'000);
    for (const auto& number : {per_page, page, offset}) {
        if (!number) {
            return std::unexpected(number.error());
        }
    }
    const auto orderby = parameter(query, "orderby", rules.orderby);
    const auto order = parameter(query, "order", rules.order);
    if (auto refusal = not_in("orderby", orderby, rules.orders)) {
        return std::unexpected(std::move(*refusal));
    }
    if (auto refusal = not_in("order", order, {"asc", "desc"})) {
        return std::unexpected(std::move(*refusal));
    }
    if (rules.has_dates) {
        if (auto refusal = keep_dates(rows, query, shop)) {
            return std::unexpected(std::move(*refusal));
        }
    }
    if (const auto wanted = items_of(query, "include"); !wanted.empty()) {
        std::erase_if(rows, [&](const JsonRow* row) {
            return std::ranges::find(wanted, row->id) == wanted.end();
        });
    }
    sort_rows(rows, orderby, order == "asc");
    Listing listing;
    listing.total = rows.size();
    listing.per_page = static_cast<std::size_t>(*per_page);
    const auto first = static_cast<std::size_t>(*offset >= 0 ? *offset : (*page - 1) * *per_page);
    for (auto at = first; at < std::min(rows.size(), first + listing.per_page); ++at) {
        listing.rows.push_back(rows[at]);
    }
    return listing;
}

Response list_answer(json::array shown, const Listing& listing) {
    auto response = json_answer(std::move(shown));
    const auto pages = (listing.total + listing.per_page - 1) / listing.per_page;
    response.headers = {
        {"Access-Control-Expose-Headers", "X-WP-Total, X-WP-TotalPages, Link"},
        {"X-WP-Total", std::to_string(listing.total)},
        {"X-WP-TotalPages", std::to_string(pages)},
    };
    return response;
}

}  // namespace navette::standin::woocommerce
