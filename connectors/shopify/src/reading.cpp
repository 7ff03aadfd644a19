// Changes and one record. Pages go by Shopify's cursor in the order of change: a row that changes meanwhile
// comes again at the end, and none is skipped. Deletions follow after the last page.
#include "deletions.hpp"
#include "documents.hpp"
#include "recipes.hpp"
#include "shown.hpp"

#include <navette/sdk/timestamp.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace navette::shopify {

namespace {

constexpr std::chrono::minutes kOverlap{5};
/// Shopify pages through 25,000 records of one list and no more: a sweep begins anew before that.
constexpr std::int64_t kDeepest = 24'000;

struct Object {
    std::string_view name;
    std::string_view list;     // the member of the answer to `pull`
    std::string_view field;    // of the answer to `fetch`
    std::string_view kind;     // in global ids: gid://shopify/<kind>/1
    std::string_view subject;  // of events
    Document pull;
    Document fetch;
    int longest_page = 50;
};

const Object* find_object(std::string_view name) {
    static constexpr std::array<Object, 4> kObjects{{
        {"customer",
         "customers",
         "customer",
         "Customer",
         "CUSTOMER",
         documents::kPullCustomers,
         documents::kFetchCustomer},
        {"product",
         "products",
         "product",
         "Product",
         "PRODUCT",
         documents::kPullProducts,
         documents::kFetchProduct},
        {"order", "orders", "order", "Order", "ORDER", documents::kPullOrders, documents::kFetchOrder, 20},
        {"draft_order",
         "draftOrders",
         "draftOrder",
         "DraftOrder",
         "DRAFT_ORDER",
         documents::kPullDrafts,
         documents::kFetchDraft},
    }};
    const auto* const found = std::ranges::find(kObjects, name, &Object::name);
    return found == kObjects.end() ? nullptr : found;
}

/// What is asked for a product: with the stock of a location where the integration has one.
Document to_pull(const Object& object, const std::string& location) {
    return object.name == "product" && !location.empty() ? documents::kPullStockedProducts : object.pull;
}

Document to_fetch(const Object& object, const std::string& location) {
    return object.name == "product" && !location.empty() ? documents::kFetchStockedProduct : object.fetch;
}

sdk::RemoteRecord record_of(std::string_view kind, json::object object) {
    sdk::RemoteRecord record;
    record.remote_id = sdk::text_at(object, "id");
    record.version = sdk::text_at(object, "updatedAt");
    record.modified_at = sdk::from_iso_text(record.version);
    record.fields = shown_of(kind, std::move(object));
    return record;
}

/// Where a sweep stands.
struct Cursor {
    std::string since;      // changes from this moment on, in UTC; empty: all
    std::string after;      // Shopify's cursor in this sweep
    std::string newest;     // the latest change of this sweep
    std::int64_t read = 0;  // how many records this sweep has brought
    Deletions deletions;    // the sweep ends with these
    bool is_in_deletions = false;
};

Cursor read_cursor(const json::value& value, sdk::Instant now) {
    const auto* object = value.if_object();
    Cursor cursor;
    if (object != nullptr) {
        cursor.since = sdk::text_at(*object, "since");
        cursor.after = sdk::text_at(*object, "after");
        cursor.newest = sdk::text_at(*object, "newest");
        cursor.read = sdk::integer_at(*object, "read").value_or(0);
        cursor.is_in_deletions = sdk::is_true(*object, "in_deletions");
        cursor.deletions.since = sdk::text_at(*object, "deleted_since");
        cursor.deletions.newest = sdk::text_at(*object, "deleted_newest");
        if (const auto* seen = sdk::array_at(*object, "deletions_seen")) {
            cursor.deletions.seen = *seen;
        }
    }
    if (cursor.deletions.since.empty()) {
        // What was deleted before the first sweep began is not in it.
        cursor.deletions.since = sdk::iso_text(now - kOverlap);
    }
    return cursor;
}

/// What all cursors of a sweep carry.
json::object cursor_of(const Cursor& cursor, const std::string& since) {
    json::object next;
    next["since"] = since;
    next["deleted_since"] = cursor.deletions.since;
    if (!cursor.deletions.newest.empty()) {
        next["deleted_newest"] = cursor.deletions.newest;
    }
    if (!cursor.deletions.seen.empty()) {
        next["deletions_seen"] = cursor.deletions.seen;
    }
    return next;
}

/// Customers are found by whole days only.
std::string moment_of(std::string_view object, const std::string& since) {
    return object == "customer" ? since.substr(0, 10) : since + "Z";
}

json::object filter_of(std::string_view object, const std::string& since) {
    json::object variables;
    if (!since.empty()) {
        variables["query"] = "updated_at:>='" + moment_of(object, since) + "'";
    }
    return variables;
}

/// Where the sweep goes on after a page that was not its last.
json::object next_page(const Object& object, const Cursor& cursor, const std::string& end) {
    const bool is_deep = cursor.read >= kDeepest;
    const bool gets_on = !cursor.newest.empty() &&
                         moment_of(object.name, cursor.newest) != moment_of(object.name, cursor.since);
    if (is_deep && gets_on) {
        return cursor_of(cursor, cursor.newest);
    }
    auto next = cursor_of(cursor, cursor.since);
    next["after"] = end;
    next["newest"] = cursor.newest;
    next["read"] = cursor.read;
    return next;
}

Task<std::expected<sdk::PullPage, Outcome>> pull_deletions(Session& session, Object object, Cursor cursor) {
    auto read = co_await read_deletions(
        session, std::string(object.subject), std::string(object.kind), cursor.deletions, cursor.after
    );
    if (!read) {
        co_return std::unexpected(std::move(read.error()));
    }
    sdk::PullPage page;
    page.records = std::move(read->records);
    page.more = !read->after.empty();
    cursor.deletions = std::move(read->next);
    auto next = cursor_of(cursor, cursor.since);
    if (page.more) {
        next["in_deletions"] = true;
        next["after"] = read->after;
    }
    page.cursor = std::move(next);
    co_return page;
}

/// Adds the lines that did not fit into the order's first page of them; why not, where that fails.
Task<std::optional<Outcome>> complete_lines(Session& session, json::object* order) {
    auto* lines = order->if_contains("lineItems");
    while (lines != nullptr && lines->is_object()) {
        const auto* info = sdk::object_at(lines->get_object(), "pageInfo");
        auto* nodes = lines->get_object().if_contains("nodes");
        if (info == nullptr || nodes == nullptr || !nodes->is_array() ||
            !sdk::is_true(*info, "hasNextPage")) {
            break;
        }
        json::object variables{{"id", sdk::text_at(*order, "id")}};
        variables["after"] = sdk::text_at(*info, "endCursor");
        const auto data = co_await query(session, documents::kMoreLines, std::move(variables));
        if (!data) {
            co_return data.error();
        }
        const auto* held = sdk::object_at(*data, "order");
        const auto* more = held == nullptr ? nullptr : sdk::object_at(*held, "lineItems");
        const auto* rest = more == nullptr ? nullptr : sdk::array_at(*more, "nodes");
        const auto* next = more == nullptr ? nullptr : sdk::object_at(*more, "pageInfo");
        if (rest == nullptr || next == nullptr || rest->empty()) {
            co_return Outcome::retry("Shopify did not tell the order's other lines");
        }
        for (const auto& line : *rest) {
            nodes->get_array().push_back(line);
        }
        lines->get_object()["pageInfo"] = *next;
    }
    co_return std::nullopt;
}

}  // namespace

Task<std::expected<sdk::PullPage, Outcome>> pull_changes(Session& session, sdk::PullRequest request) {
    const auto* object = find_object(request.object);
    if (object == nullptr) {
        co_return std::unexpected(
            Outcome::rejected("changes of " + request.object + " cannot be read from Shopify")
        );
    }
    auto cursor = read_cursor(request.cursor, session.now());
    if (cursor.is_in_deletions) {
        co_return co_await pull_deletions(session, *object, std::move(cursor));
    }
    auto variables = filter_of(object->name, cursor.since);
    variables["first"] = std::clamp(request.limit, 1, object->longest_page);
    if (!cursor.after.empty()) {
        variables["after"] = cursor.after;
    }
    const auto location = stock_location(session);
    if (object->name == "product" && !location.empty()) {
        variables["location"] = location;
    }
    const auto data = co_await query(session, to_pull(*object, location), std::move(variables));
    if (!data) {
        co_return std::unexpected(data.error());
    }
    const auto* list = sdk::object_at(*data, object->list);
    const auto* nodes = list == nullptr ? nullptr : sdk::array_at(*list, "nodes");
    const auto* info = list == nullptr ? nullptr : sdk::object_at(*list, "pageInfo");
    if (nodes == nullptr || info == nullptr) {
        co_return std::unexpected(Outcome::retry("Shopify answered a list request with no list"));
    }
    sdk::PullPage page;
    for (const auto& node : *nodes) {
        if (!node.is_object() || sdk::text_at(node.get_object(), "id").empty()) {
            continue;
        }
        auto held = node.get_object();
        if (auto problem = co_await complete_lines(session, &held)) {
            co_return std::unexpected(std::move(*problem));
        }
        page.records.push_back(record_of(object->name, std::move(held)));
        if (const auto changed = page.records.back().modified_at) {
            cursor.newest = std::max(cursor.newest, sdk::iso_text(*changed));
        }
    }
    const auto end = sdk::text_at(*info, "endCursor");
    page.more = sdk::is_true(*info, "hasNextPage") && !end.empty();
    cursor.read += static_cast<std::int64_t>(nodes->size());
    if (page.more) {
        page.cursor = next_page(*object, cursor, end);
        co_return page;
    }
    const auto newest = sdk::from_iso_text(cursor.newest);
    auto next = cursor_of(cursor, newest ? sdk::iso_text(*newest - kOverlap) : cursor.since);
    next["in_deletions"] = true;
    page.cursor = std::move(next);
    page.more = true;
    co_return page;
}

Task<std::expected<sdk::RemoteRecord, Outcome>> fetch_record(
    Session& session, std::string object, std::string remote_id
) {
    const auto* known = find_object(object);
    if (known == nullptr) {
        co_return std::unexpected(Outcome::rejected("Shopify's connector knows no object " + object));
    }
    if (remote_id.empty()) {
        co_return std::unexpected(Outcome::gone("no id of a Shopify " + object + " is known"));
    }
    const auto location = stock_location(session);
    json::object variables{{"id", remote_id}};
    if (known->name == "product" && !location.empty()) {
        variables["location"] = location;
    }
    const auto data = co_await query(session, to_fetch(*known, location), std::move(variables));
    if (!data) {
        co_return std::unexpected(data.error());
    }
    const auto* found = sdk::object_at(*data, known->field);
    if (found == nullptr || sdk::text_at(*found, "id").empty()) {
        co_return std::unexpected(Outcome::gone("Shopify has no " + object + " " + remote_id));
    }
    auto held = *found;
    if (auto problem = co_await complete_lines(session, &held)) {
        co_return std::unexpected(std::move(*problem));
    }
    co_return record_of(known->name, std::move(held));
}

}  // namespace navette::shopify
