// Stock: counted by location. A count is set against the one that was read, so that none is overwritten
// unseen, and each change has an idempotency key of its own.
#include "recipes.hpp"

#include <navette/sdk/signature.hpp>

#include <utility>

namespace navette::shopify {

namespace {

constexpr std::string_view kLocation = "gid://shopify/Location/";

struct Held {
    std::string item;
    bool is_stocked = false;     // at the location
    std::int64_t available = 0;  // there
    std::string changed_at;
};

std::expected<Held, Outcome> read(const json::object& data) {
    const auto* variant = sdk::object_at(data, "productVariant");
    const auto* item = variant == nullptr ? nullptr : sdk::object_at(*variant, "inventoryItem");
    if (item == nullptr) {
        return std::unexpected(Outcome::gone("the product's variant is no more in the shop"));
    }
    Held held;
    held.item = sdk::text_at(*item, "id");
    const auto* level = sdk::object_at(*item, "inventoryLevel");
    if (level == nullptr) {
        return held;
    }
    held.is_stocked = true;
    held.changed_at = sdk::text_at(*level, "updatedAt");
    const auto* quantities = sdk::array_at(*level, "quantities");
    const auto* first =
        quantities == nullptr || quantities->empty() ? nullptr : quantities->front().if_object();
    held.available = first == nullptr ? 0 : sdk::integer_at(*first, "quantity").value_or(0);
    return held;
}

/// Equal for the same change sent twice, another for each other one: 5 to 4 today is not 5 to 4 tomorrow.
std::string key_of(const Held& held, const std::string& location, std::int64_t quantity) {
    return sdk::fingerprint(
        held.item + " " + location + " " + std::to_string(held.available) + " " + std::to_string(quantity) +
        " " + held.changed_at
    );
}

}  // namespace

std::string stock_location(const Session& session) {
    auto location = sdk::text_at(session.settings(), "stock_location");
    return location.empty() || location.starts_with(kLocation) ? location : std::string(kLocation) + location;
}

Task<Outcome> set_stock(
    Session& session, std::string variant_id, std::string location, std::int64_t quantity
) {
    json::object variables{{"id", variant_id}, {"location", location}};
    const auto data = co_await query(session, documents::kReadStock, std::move(variables));
    if (!data) {
        co_return data.error();
    }
    const auto held = read(*data);
    if (!held) {
        co_return held.error();
    }
    if (held->is_stocked && held->available == quantity) {
        co_return Outcome::done(variant_id);
    }
    const auto key = key_of(*held, location, quantity);
    const auto* name = "inventoryActivate";
    auto document = documents::kStockAtLocation;
    json::object asked{{"key", key}};
    if (held->is_stocked) {
        name = "inventorySetQuantities";
        document = documents::kSetStock;
        json::object row{{"inventoryItemId", held->item}, {"locationId", location}};
        row["quantity"] = quantity;
        row["changeFromQuantity"] = held->available;
        json::object input{{"name", "available"}, {"reason", "correction"}};
        input["quantities"] = json::array{std::move(row)};
        asked["input"] = std::move(input);
    } else {
        asked["item"] = held->item;
        asked["location"] = location;
        asked["quantity"] = quantity;
    }
    const auto answer = co_await query(session, document, std::move(asked));
    if (!answer) {
        auto failure = answer.error();
        failure.maybe_applied = false;  // the key lets it take effect once
        co_return failure;
    }
    const auto refused = user_error_of(*answer, name);
    if (refused.code == "CHANGE_FROM_QUANTITY_STALE" || refused.code == "IDEMPOTENCY_CONCURRENT_REQUEST" ||
        refused.code == "COMPARE_QUANTITY_STALE") {
        co_return Outcome::retry("Shopify: " + refused.words + "; the stock was changed meanwhile");
    }
    const auto payload = payload_of(*answer, name);
    co_return payload ? Outcome::done(variant_id) : payload.error();
}

}  // namespace navette::shopify
