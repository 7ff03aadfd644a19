// The connection test, changes and one record. Pages go by Shopify's cursor in the order of change: a row
// that changes meanwhile comes again at the end, and none is skipped.
#include "documents.hpp"
#include "recipes.hpp"

#include <navette/sdk/timestamp.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace navette::shopify {

namespace {

constexpr std::chrono::minutes kOverlap{5};
constexpr int kLongestPage = 50;

struct Object {
    std::string_view name;
    std::string_view list;  // the member of the answer
    std::string_view pull;
    std::string_view fetch;
};

const Object* find_object(std::string_view name) {
    static constexpr std::array<Object, 3> kObjects{{
        {"customer", "customers", documents::kPullCustomers, documents::kFetchCustomer},
        {"product", "products", documents::kPullProducts, documents::kFetchProduct},
        {"order", "orders", documents::kPullOrders, documents::kFetchOrder},
    }};
    const auto* const found = std::ranges::find(kObjects, name, &Object::name);
    return found == kObjects.end() ? nullptr : found;
}

sdk::RemoteRecord record_of(json::object object) {
    sdk::RemoteRecord record;
    record.remote_id = sdk::text_at(object, "id");
    record.version = sdk::text_at(object, "updatedAt");
    record.modified_at = sdk::from_iso_text(record.version);
    record.fields = std::move(object);
    return record;
}

/// Where a sweep stands.
struct Cursor {
    std::string since;   // changes from this moment on, in UTC; empty: all
    std::string after;   // Shopify's cursor in this sweep
    std::string newest;  // the latest change of this sweep
};

Cursor read_cursor(const json::value& value) {
    const auto* object = value.if_object();
    if (object == nullptr) {
        return {};
    }
    return {sdk::text_at(*object, "since"), sdk::text_at(*object, "after"), sdk::text_at(*object, "newest")};
}

json::object filter_of(std::string_view object, const std::string& since) {
    json::object variables;
    if (!since.empty()) {
        // Customers are found by whole days only.
        const auto moment = object == "customer" ? since.substr(0, 10) : since + "Z";
        variables["query"] = "updated_at:>='" + moment + "'";
    }
    return variables;
}

/// Whether the scope is there; a right to write includes the right to read.
bool has_scope(const json::array& scopes, std::string_view wanted) {
    return std::ranges::any_of(scopes, [&](const json::value& scope) {
        return scope.is_object() && sdk::text_at(scope.get_object(), "handle") == wanted;
    });
}

std::string missing_scopes(const json::object& data) {
    const auto* installation = sdk::object_at(data, "currentAppInstallation");
    const auto* scopes = installation == nullptr ? nullptr : sdk::array_at(*installation, "accessScopes");
    std::string missing;
    for (const std::string_view wanted : {"write_customers", "write_products", "write_orders"}) {
        if (scopes == nullptr || !has_scope(*scopes, wanted)) {
            missing += (missing.empty() ? "" : ", ") + std::string(wanted);
        }
    }
    return missing;
}

}  // namespace

Task<sdk::TestReport> test_connection(Session& session) {
    const auto data = co_await query(session, documents::kTest, {}, Price::lookup);
    if (!data) {
        co_return sdk::TestReport{false, data.error().message};
    }
    const auto* shop = sdk::object_at(*data, "shop");
    const auto name = shop == nullptr ? std::string() : sdk::text_at(*shop, "name");
    if (const auto missing = missing_scopes(*data); !missing.empty()) {
        co_return sdk::TestReport{
            false,
            "the shop " + name + " answers, but the app lacks the scope " + missing +
                ": add it to the app and install it anew"
        };
    }
    const auto currency = shop == nullptr ? std::string() : sdk::text_at(*shop, "currencyCode");
    const auto ours = sdk::text_at(session.settings(), "currency");
    if (currency != ours) {
        co_return sdk::TestReport{
            false,
            "the shop " + name + " answers; its currency is " + currency +
                ", but the setting currency says " + ours + ": correct it"
        };
    }
    co_return sdk::TestReport{
        true, "the shop " + name + " answers, and the app has every scope that navette needs"
    };
}

Task<std::expected<sdk::PullPage, Outcome>> pull_changes(Session& session, sdk::PullRequest request) {
    const auto* object = find_object(request.object);
    if (object == nullptr) {
        co_return std::unexpected(
            Outcome::rejected("changes of " + request.object + " cannot be read from Shopify")
        );
    }
    auto cursor = read_cursor(request.cursor);
    auto variables = filter_of(object->name, cursor.since);
    variables["first"] = std::clamp(request.limit, 1, kLongestPage);
    if (!cursor.after.empty()) {
        variables["after"] = cursor.after;
    }
    const auto data = co_await query(session, object->pull, std::move(variables), Price::page);
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
        page.records.push_back(record_of(node.get_object()));
        if (const auto changed = page.records.back().modified_at) {
            cursor.newest = std::max(cursor.newest, sdk::iso_text(*changed));
        }
    }
    const auto end = sdk::text_at(*info, "endCursor");
    page.more = sdk::is_true(*info, "hasNextPage") && !end.empty();
    json::object next;
    if (page.more) {
        next["since"] = cursor.since;
        next["after"] = end;
        next["newest"] = cursor.newest;
    } else {
        const auto newest = sdk::from_iso_text(cursor.newest);
        next["since"] = newest ? sdk::iso_text(*newest - kOverlap) : cursor.since;
    }
    page.cursor = std::move(next);
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
    const auto data = co_await query(session, known->fetch, {{"id", remote_id}}, Price::page);
    if (!data) {
        co_return std::unexpected(data.error());
    }
    const auto* found = sdk::object_at(*data, known->name);
    if (found == nullptr || sdk::text_at(*found, "id").empty()) {
        co_return std::unexpected(Outcome::gone("Shopify has no " + object + " " + remote_id));
    }
    co_return record_of(*found);
}

}  // namespace navette::shopify
