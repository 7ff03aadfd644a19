// The connection test: whether the shop answers, and what the app and the settings lack.
#include "documents.hpp"
#include "recipes.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

namespace navette::shopify {

namespace {

/// Whether the scope is there; a right to write includes the right to read.
bool has_scope(const json::array& scopes, std::string_view wanted) {
    return std::ranges::any_of(scopes, [&](const json::value& scope) {
        return scope.is_object() && sdk::text_at(scope.get_object(), "handle") == wanted;
    });
}

std::string missing_scopes(const json::object& data, bool writes_stock) {
    const auto* installation = sdk::object_at(data, "currentAppInstallation");
    const auto* scopes = installation == nullptr ? nullptr : sdk::array_at(*installation, "accessScopes");
    std::string missing;
    std::vector<std::string_view> all{"write_customers", "write_products", "write_orders"};
    if (writes_stock) {
        all.insert(all.end(), {"write_inventory", "read_locations"});
    }
    for (const auto wanted : all) {
        if (scopes == nullptr || !has_scope(*scopes, wanted)) {
            missing += (missing.empty() ? "" : ", ") + std::string(wanted);
        }
    }
    return missing;
}

bool may_write_drafts(const json::object& data) {
    const auto* installation = sdk::object_at(data, "currentAppInstallation");
    const auto* scopes = installation == nullptr ? nullptr : sdk::array_at(*installation, "accessScopes");
    return scopes != nullptr && has_scope(*scopes, "write_draft_orders");
}

/// What is wrong with the setting stock_location; empty where it is none or right.
Task<std::string> complaint_about_location(Session& session) {
    const auto id = stock_location(session);
    if (id.empty()) {
        co_return std::string();
    }
    const auto data = co_await query(session, documents::kLocation, {{"id", id}});
    if (!data) {
        co_return data.error().message;
    }
    const auto* location = sdk::object_at(*data, "location");
    if (location == nullptr) {
        co_return "the shop has no location " + id + ": correct the setting stock_location";
    }
    co_return sdk::is_true(*location, "isActive") ? std::string()
                                                  : "the location " + sdk::text_at(*location, "name") +
                                                        " is not active: correct the setting stock_location";
}

}  // namespace

Task<sdk::TestReport> test_connection(Session& session) {
    const auto data = co_await query(session, documents::kTest, {});
    if (!data) {
        co_return sdk::TestReport{false, data.error().message};
    }
    const auto* shop = sdk::object_at(*data, "shop");
    const auto name = shop == nullptr ? std::string() : sdk::text_at(*shop, "name");
    if (const auto missing = missing_scopes(*data, !stock_location(session).empty()); !missing.empty()) {
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
    if (const auto complaint = co_await complaint_about_location(session); !complaint.empty()) {
        co_return sdk::TestReport{false, complaint};
    }
    co_return sdk::TestReport{
        true,
        "the shop " + name + " answers, and the app has every scope that navette needs" +
            (may_write_drafts(*data) ? "" : "; draft orders need the scope write_draft_orders, too")
    };
}

}  // namespace navette::shopify
