// Changes and one record. Pages go by Shopify's cursor in the order of change: a row that changes meanwhile
// comes again at the end, and none is skipped. Deletions follow after the last page.
#include "bulk_reading.hpp"
#include "deletions.hpp"
#include "documents.hpp"
#include "read_objects.hpp"
#include "recipes.hpp"
#include "shown.hpp"
#include "sweep.hpp"

#include <navette/sdk/timestamp.hpp>

#include <algorithm>
#include <utility>

namespace navette::shopify {

namespace {

/// Shopify pages through 25,000 records of one list and no more: a sweep begins anew before that.
constexpr std::int64_t kDeepest = 24'000;

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
    if (cursor.bulk) {
        co_return co_await read_in_bulk(session, *object, std::move(cursor), request.limit);
    }
    json::object variables;
    if (const auto search = search_of(object->name, cursor.since); !search.empty()) {
        variables["query"] = search;
    }
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
    const auto end = sdk::text_at(*info, "endCursor");
    const bool has_more = sdk::is_true(*info, "hasNextPage") && !end.empty();
    if (has_more && cursor.after.empty()) {
        auto in_bulk = co_await begin_in_bulk(session, *object, cursor);
        if (!in_bulk) {
            co_return std::unexpected(std::move(in_bulk.error()));
        }
        if (*in_bulk) {  // which brings these records, too
            co_return std::move(**in_bulk);
        }
    }
    sdk::PullPage page;
    page.more = true;  // deletions follow
    for (const auto& node : *nodes) {
        if (!node.is_object() || sdk::text_at(node.get_object(), "id").empty()) {
            continue;
        }
        auto held = node.get_object();
        if (auto problem = co_await complete_lines(session, &held)) {
            co_return std::unexpected(std::move(*problem));
        }
        page.records.push_back(record_shown(object->name, std::move(held)));
        if (const auto changed = page.records.back().modified_at) {
            cursor.newest = std::max(cursor.newest, sdk::iso_text(*changed));
        }
    }
    cursor.read += static_cast<std::int64_t>(nodes->size());
    page.cursor = has_more ? next_page(*object, cursor, end) : end_cursor_of(cursor, cursor.newest);
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
    co_return record_shown(known->name, std::move(held));
}

}  // namespace navette::shopify
