#include "bulk_query.hpp"

#include "bulk_state.hpp"
#include "documents.hpp"
#include "recipes.hpp"

#include <navette/sdk/timestamp.hpp>

#include <cstdint>
#include <utility>

namespace navette::shopify {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds kBusyFor = 1min;
// A lost request may still be on its way to Shopify's queue of operations.
constexpr std::chrono::milliseconds kLostWait = 2s;
constexpr std::string_view kOffUntil = "bulk_query_off_until";

std::int64_t seconds_of(sdk::Instant moment) {
    return std::chrono::duration_cast<std::chrono::seconds>(moment.time_since_epoch()).count();
}

/// How many there are; no more than matters is counted.
Task<std::expected<std::int64_t, Outcome>> count(Session& session, Object object, std::string since) {
    json::object variables{{"limit", object.bulk_from()}};
    if (const auto search = search_of(object.name, since); !search.empty()) {
        variables["query"] = search;
    }
    const auto data = co_await query(session, object.count, std::move(variables));
    if (!data) {
        co_return std::unexpected(data.error());
    }
    const auto* total = sdk::object_at(*data, "total");
    const auto number = total == nullptr ? std::nullopt : sdk::integer_at(*total, "count");
    if (!number) {
        co_return std::unexpected(Outcome::retry("Shopify did not tell how many there are"));
    }
    co_return *number;
}

BulkPlace place_of(const Session& session, const json::object& operation) {
    BulkPlace place;
    place.id = sdk::text_at(operation, "id");
    const auto created = sdk::from_iso_text(sdk::text_at(operation, "createdAt"));
    place.began = sdk::iso_text(created.value_or(session.now()));
    place.moved = seconds_of(session.now());
    return place;
}

/// The operation whose query has that name; nothing where there is none, or no answer.
Task<std::optional<BulkPlace>> find(Session& session, std::string name) {
    const auto data = co_await query(session, documents::kListBulkQueries, {});
    const auto* list = data ? sdk::object_at(*data, "bulkOperations") : nullptr;
    const auto* nodes = list == nullptr ? nullptr : sdk::array_at(*list, "nodes");
    for (const auto& node : nodes == nullptr ? json::array() : *nodes) {
        const auto* operation = node.if_object();
        if (operation != nullptr && !sdk::text_at(*operation, "id").empty() &&
            sdk::text_at(*operation, "query").find(name) != std::string::npos) {
            co_return place_of(session, *operation);
        }
    }
    co_return std::nullopt;
}

std::optional<BulkPlace> declined(
    Session& session, const std::string& why, std::chrono::seconds off_for = kBulkQueriesOff
) {
    session.remark("read by pages, not by a bulk operation: " + why);
    leave_bulk_queries_alone(session, off_for);
    return std::nullopt;
}

}  // namespace

bool takes_bulk_query(const Session& session) {
    const auto until = sdk::to_integer(session.recall(kOffUntil));
    return !until || seconds_of(session.now()) >= *until;
}

void leave_bulk_queries_alone(Session& session, std::chrono::seconds time) {
    session.remember(kOffUntil, seconds_of(session.now()) + time.count());
}

Task<std::expected<std::optional<BulkPlace>, Outcome>> begin_bulk_query(
    Session& session, Object object, std::string since
) {
    auto total = co_await count(session, object, since);
    if (!total && total.error().kind == sdk::OutcomeKind::retry) {
        co_await session.wait(kLostWait);
        total = co_await count(session, object, since);
    }
    if (!total) {
        if (is_of_account(total.error())) {
            co_return std::unexpected(total.error());
        }
        co_return declined(session, total.error().message);
    }
    if (*total < object.bulk_from()) {
        co_return std::nullopt;
    }
    const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(session.now().time_since_epoch());
    const auto name = "navette_" + std::string(object.name) + "_" + std::to_string(now.count());
    json::object variables{{"query", bulk_query_of(object, name, since, stock_location(session))}};
    variables["grouped"] = !object.children.name.empty();
    const auto data = co_await query(session, documents::kRunBulkQuery, std::move(variables));
    if (!data) {
        const auto& failure = data.error();
        if (failure.maybe_applied) {
            co_await session.wait(kLostWait);
            if (auto found = co_await find(session, name)) {
                co_return found;
            }
        }
        if (is_of_account(failure)) {
            co_return std::unexpected(failure);
        }
        co_return declined(session, failure.message);
    }
    const auto* payload = sdk::object_at(*data, "bulkOperationRunQuery");
    const auto* operation = payload == nullptr ? nullptr : sdk::object_at(*payload, "bulkOperation");
    if (operation == nullptr || sdk::text_at(*operation, "id").empty()) {
        const auto refused = user_error_of(*data, "bulkOperationRunQuery");
        const bool is_busy = refused.code == "OPERATION_IN_PROGRESS" || refused.code == "LIMIT_REACHED";
        const auto words = (refused.words.empty() ? std::string("no word of why") : refused.words) +
                           (refused.code.empty() ? "" : " (" + refused.code + ")");
        co_return declined(session, words, is_busy ? kBusyFor : kBulkQueriesOff);
    }
    co_return place_of(session, *operation);
}

}  // namespace navette::shopify
