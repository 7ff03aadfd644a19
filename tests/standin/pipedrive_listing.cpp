#include "tests/standin/pipedrive_listing.hpp"

#include <navette/sdk/reading.hpp>
#include <navette/sdk/signature.hpp>

#include <boost/json.hpp>

#include <algorithm>
#include <functional>
#include <optional>
#include <set>

namespace navette::standin::pipedrive {

namespace {

std::set<std::string> parts_of(const std::string& list) {
    std::set<std::string> parts;
    for (std::size_t at = 0; at < list.size();) {
        const auto comma = std::min(list.find(',', at), list.size());
        parts.insert(list.substr(at, comma - at));
        at = comma + 1;
    }
    return parts;
}

/// Times are compared by the second, as they are told.
std::int64_t second_of(std::int64_t milliseconds) {
    return milliseconds / 1000;
}

struct Order {
    std::string by;
    bool descending = false;

    /// What rows are ordered by: the field, then the id, so that no two are equal.
    [[nodiscard]] std::pair<std::int64_t, std::int64_t> key(const JsonRow& row) const {
        const auto id = number_of(row.id);
        if (by == "update_time") {
            return {second_of(row.modified), id};
        }
        return {by == "add_time" ? second_of(row.created) : 0, id};
    }
    [[nodiscard]] bool before(const JsonRow& left, const JsonRow& right) const {
        return descending ? key(right) < key(left) : key(left) < key(right);
    }
};

Checked<Order> order_of(const Call& call) {
    Order order{call.parameter("sort_by"), call.parameter("sort_direction") == "desc"};
    static const std::set<std::string> known{"", "id", "update_time", "add_time"};
    if (!known.contains(order.by)) {
        return std::unexpected(Refusal(400, "sort_by: unknown field " + order.by));
    }
    return order;
}

/// The marks of the two times; refused where one cannot be read.
Checked<std::optional<std::int64_t>> time_of(const Call& call, const std::string& name) {
    const auto text = call.parameter(name);
    if (text.empty()) {
        return std::optional<std::int64_t>();
    }
    // RFC 3339 only: version 1's spelling is refused.
    const auto time =
        text.find('T') == std::string::npos || !text.ends_with('Z') ? std::nullopt : read_time(text);
    if (!time) {
        return std::unexpected(Refusal(400, name + " must be a time as 2025-01-01T10:20:00Z"));
    }
    return std::optional(second_of(*time));
}

bool has_state(const JsonRow& row, const Layout& layout, const std::set<std::string>& statuses) {
    if (layout.kind != "deals" || statuses.empty()) {
        return !row.deleted;
    }
    return statuses.contains(row.deleted ? "deleted" : sdk::text_at(row.fields, "status"));
}

bool has_references(const JsonRow& row, const Call& call) {
    return std::ranges::all_of(
        std::initializer_list<const char*>{"person_id", "org_id", "deal_id"},
        [&](const char* name) {
            const auto wanted = call.parameter(name);
            return wanted.empty() || sdk::text_at(row.fields, name) == wanted;
        }
    );
}

/// The key that a cursor holds: "<value>/<id>".
std::optional<std::pair<std::int64_t, std::int64_t>> key_in(const std::string& cursor) {
    const auto text = sdk::from_base64(cursor).value_or("");
    const auto slash = text.find('/');
    const auto value = sdk::to_integer(std::string_view(text).substr(0, slash));
    const auto id =
        slash == std::string::npos ? std::nullopt : sdk::to_integer(std::string_view(text).substr(slash + 1));
    return value && id ? std::optional(std::pair(*value, *id)) : std::nullopt;
}

}  // namespace

Checked<ListPage> page_of(JsonTable& table, const Layout& layout, const Call& call) {
    const auto limit = limit_of(call, 100, 500);
    const auto order = order_of(call);
    const auto since = time_of(call, "updated_since");
    const auto until = time_of(call, "updated_until");
    if (!limit || !order || !since || !until) {
        return std::unexpected(
            !limit   ? limit.error()
            : !order ? order.error()
            : !since ? since.error()
                     : until.error()
        );
    }
    const auto cursor = call.parameter("cursor");
    const auto from = key_in(cursor);
    if (!cursor.empty() && !from) {
        return std::unexpected(Refusal(400, "cursor is not one that was given out"));
    }
    const auto statuses = parts_of(call.parameter("status"));
    const auto ids = parts_of(call.parameter("ids"));
    std::vector<const JsonRow*> rows;
    for (const auto* row : table.changed_since(0)) {
        const auto modified = second_of(row->modified);
        const bool is_wanted = has_state(*row, layout, statuses) && has_references(*row, call) &&
                               (ids.empty() || ids.contains(row->id)) && (!*since || modified >= **since) &&
                               (!*until || modified < **until);
        const bool is_behind =
            !from || (order->descending ? order->key(*row) <= *from : order->key(*row) >= *from);
        if (is_wanted && is_behind) {
            rows.push_back(row);
        }
    }
    std::ranges::sort(rows, [&](const JsonRow* left, const JsonRow* right) {
        return order->before(*left, *right);
    });
    ListPage page;
    if (rows.size() > *limit) {
        const auto [value, id] = order->key(*rows[*limit]);
        page.next_cursor = sdk::base64(std::to_string(value) + "/" + std::to_string(id));
        rows.resize(*limit);
    }
    page.rows = std::move(rows);
    return page;
}

}  // namespace navette::standin::pipedrive
