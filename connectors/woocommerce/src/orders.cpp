// Orders: nothing of an order is unique in the shop, and it finishes what its client has given up on. So our
// key stands in `created_via` (settable and searchable since WooCommerce 9.9) and in the metadata, and a
// create that may have been applied is looked for before anything is created. Lines are written once: sent
// again they would be added.
#include "order_lines.hpp"
#include "record.hpp"

#include <navette/sdk/failure.hpp>
#include <navette/sdk/timestamp.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

namespace navette::woocommerce {

namespace {

constexpr std::string_view kOurKey = "_navette_key";
constexpr auto kOldShop = "orders_forget_created_via";
constexpr std::size_t kMostSkusAtOnce = 50;
constexpr auto kScannedBack = std::chrono::days(7);
constexpr int kMostScannedPages = 20;
constexpr std::size_t kScannedPage = 100;

/// Our key as the shop compares it: without regard to case, letters, digits, dots and hyphens only.
std::string created_via(std::string_view key) {
    auto text = "nvt." + lower_ascii(key);
    std::ranges::replace(text, '_', '-');
    return text;
}

enum class Place { open, paid, completed, closed };

/// How far a state is on its way; nothing for the states of plugins.
std::optional<Place> place_of(std::string_view status) {
    static constexpr std::array<std::pair<std::string_view, Place>, 9> kStates{{
        {"checkout-draft", Place::open},
        {"auto-draft", Place::open},
        {"pending", Place::open},
        {"on-hold", Place::open},
        {"failed", Place::open},
        {"processing", Place::paid},
        {"completed", Place::completed},
        {"refunded", Place::closed},
        {"cancelled", Place::closed},
    }};
    const auto* const found = std::ranges::find(kStates, status, &std::pair<std::string_view, Place>::first);
    return found == kStates.end() ? std::nullopt : std::optional(found->second);
}

/// What of a record that the shop holds differs from what is wanted: its state, only ever forward, and the
/// billing address.
json::object changes(Session& session, const Item& item, const json::object& remote) {
    json::object changed;
    const auto wanted = sdk::text_at(item.body, "status");
    const auto status = sdk::text_at(remote, "status");
    const auto from = place_of(status);
    const auto to = place_of(wanted);
    if (!wanted.empty() && wanted != status) {
        const bool forward = from && to && (*to > *from || (*to == Place::open && *from == Place::open));
        if (forward) {
            changed["status"] = wanted;
        } else {
            session.remark("the order is " + status + " in the shop and does not go back to " + wanted);
        }
    }
    const auto* ours = sdk::object_at(item.body, "billing");
    const auto* theirs = sdk::object_at(remote, "billing");
    if (ours != nullptr) {
        json::object billing;
        for (const auto& member : *ours) {
            const auto held = theirs == nullptr ? std::string() : sdk::text_at(*theirs, member.key());
            if (!member.value().is_null() && held != sdk::text_at(*ours, member.key())) {
                billing.emplace(member.key(), member.value());
            }
        }
        if (!billing.empty()) {
            changed["billing"] = std::move(billing);
        }
    }
    return changed;
}

class Orders final : public Record {
  public:
    [[nodiscard]] std::string_view path() const override { return "/wc/v3/orders"; }

    [[nodiscard]] std::expected<json::object, Outcome>
    body(const sdk::Operation& operation, const json::object&) const override {
        auto fields = sendable(operation.fields);
        if (!place_of(sdk::text_at(fields, "status")) && fields.contains("status")) {
            return std::unexpected(Outcome::rejected("WooCommerce knows no such state of an order", "status")
            );
        }
        const auto paid_at = sdk::integer_at(operation.fields, "_paid_at");
        if (const auto customer = operation.references.find("customer");
            customer != operation.references.end()) {
            fields["customer_id"] = sdk::to_integer(customer->second).value_or(0);
        }
        if (!operation.remote_id.empty()) {
            return fields;
        }
        if (sdk::text_at(fields, "status") == "processing" && paid_at) {
            fields.erase("status");
            fields["set_paid"] = true;  // makes it processing, and takes the stock
        }
        fields["created_via"] = created_via(operation.key);
        set_meta(fields, kOurKey, json::string(operation.key));
        if (const auto number = sdk::text_at(operation.fields, "_number"); !number.empty()) {
            set_meta(fields, "_navette_ref", json::string(number));
        }
        if (paid_at) {
            set_meta(fields, "_date_paid", *paid_at);
        }
        return fields;
    }

    Task<void> adopt(Session& session, Item& item) const override {
        auto found = session.recall(kOldShop).is_bool() ? co_await scan(session, item.operation.key)
                                                        : co_await find(session, item.operation.key);
        if (!found) {
            item.outcome = std::move(found.error());
        } else {
            item.remote_id = sdk::text_at(*found, "id");
        }
    }

    Task<void> complete(Session& session, std::vector<Item>& items) const override {
        co_await settle_known(session, items);
        std::vector<std::string> skus;
        for (const auto& item : items) {
            if (!item.outcome && item.remote_id.empty()) {
                const auto* lines = sdk::array_at(item.body, "line_items");
                for (auto& sku : lines == nullptr ? std::vector<std::string>() : skus_of(*lines)) {
                    if (std::ranges::find(skus, sku) == skus.end()) {
                        skus.push_back(std::move(sku));
                    }
                }
            }
        }
        const auto products = co_await resolve(session, std::move(skus));
        for (auto& item : items) {
            if (item.outcome || !item.remote_id.empty()) {
                continue;
            }
            if (!products) {
                item.outcome = products.error();
                continue;
            }
            const auto* lines = sdk::array_at(item.body, "line_items");
            auto shaped =
                shape_lines(lines == nullptr ? json::array() : *lines, *products, session.settings());
            if (shaped) {
                item.body["line_items"] = std::move(*shaped);
            } else {
                item.outcome = std::move(shaped.error());
            }
        }
    }

    void inspect(Session& session, const Item& item, const json::object& answered) const override {
        if (item.remote_id.empty() && answered.contains("created_via") &&
            sdk::text_at(answered, "created_via") != created_via(item.operation.key)) {
            session.remember(kOldShop, true);
        }
        const auto* wanted = item.operation.fields.if_contains("_amount_cents");
        const auto cents = wanted == nullptr ? std::nullopt : sdk::to_integer(*wanted);
        const auto total = sdk::text_at(answered, "total");
        const auto counted = to_cents(total);
        if (cents && counted && *cents != *counted) {
            session.remark(
                "order " + sdk::text_at(answered, "id") + ": the shop counts a total of " + total +
                ", the application " + std::to_string(*cents) + " cents; compare the shop's tax rates"
            );
        }
    }

  private:
    /// Orders that the shop has already: only what differs is sent, and never the lines.
    Task<void> settle_known(Session& session, std::vector<Item>& items) const {
        std::string ids;
        for (const auto& item : items) {
            if (!item.outcome && !item.remote_id.empty()) {
                ids += (ids.empty() ? "" : ",") + item.remote_id;
            }
        }
        if (ids.empty()) {
            co_return;
        }
        const auto found = co_await list(
            session,
            sdk::HttpRequest::get(std::string(path()))
                .with_query("include", ids)
                .with_query("per_page", "100")
                .with_query("_fields", "id,status,billing,total,date_modified_gmt")
        );
        for (auto& item : items) {
            if (item.outcome || item.remote_id.empty()) {
                continue;
            }
            if (!found) {
                item.outcome = found.error();
                continue;
            }
            const auto remote = std::ranges::find_if(*found, [&](const json::object& order) {
                return sdk::text_at(order, "id") == item.remote_id;
            });
            if (remote == found->end()) {
                item.outcome =
                    Outcome::gone("order " + item.remote_id + " is in the shop's trash, or no more");
                continue;
            }
            if (item.body.contains("set_paid")) {
                item.body["status"] = "processing";
            }
            auto changed = changes(session, item, *remote);
            if (changed.empty()) {
                item.outcome = outcome_of_object(*remote);
            } else {
                if (const auto paid_at = sdk::integer_at(item.operation.fields, "_paid_at");
                    paid_at && changed.contains("status")) {
                    set_meta(changed, "_date_paid", *paid_at);
                }
                item.body = std::move(changed);
            }
        }
    }

    static Task<std::expected<std::map<std::string, ProductId>, Outcome>> resolve(
        Session& session, std::vector<std::string> skus
    ) {
        std::map<std::string, ProductId> products;
        // The list of SKUs is separated by commas.
        std::erase_if(skus, [](const std::string& sku) { return sku.find(',') != std::string::npos; });
        for (std::size_t at = 0; at < skus.size(); at += kMostSkusAtOnce) {
            std::string wanted;
            for (auto next = at; next < std::min(skus.size(), at + kMostSkusAtOnce); ++next) {
                wanted += (wanted.empty() ? "" : ",") + skus[next];
            }
            const auto found = co_await list(
                session,
                sdk::HttpRequest::get("/wc/v3/products")
                    .with_query("sku", std::move(wanted))
                    .with_query("per_page", "100")
                    .with_query("_fields", "id,sku,type,parent_id")
            );
            if (!found) {
                co_return std::unexpected(found.error());
            }
            for (const auto& product : *found) {
                const auto id = sdk::integer_at(product, "id").value_or(0);
                const bool is_variation = sdk::text_at(product, "type") == "variation";
                const auto parent = sdk::integer_at(product, "parent_id").value_or(0);
                products.emplace(
                    lower_ascii(sdk::text_at(product, "sku")),
                    is_variation ? ProductId{parent, id} : ProductId{id, 0}
                );
            }
        }
        co_return products;
    }

    /// The order that carries our key; an empty object where there is none.
    Task<std::expected<json::object, Outcome>> find(Session& session, std::string key) const {
        for (const auto* status : {"any", "trash"}) {
            auto request = sdk::HttpRequest::get(std::string(path()))
                               .with_query("created_via", created_via(key))
                               .with_query("status", status)
                               .with_query("_fields", "id,created_via,meta_data");
            auto found = co_await list(session, std::move(request));
            if (!found) {
                co_return std::unexpected(std::move(found.error()));
            }
            bool is_filtered = true;
            for (auto& order : *found) {
                if (lower_ascii(sdk::text_at(order, "created_via")) != created_via(key)) {
                    is_filtered = false;
                } else if (meta_at(order, kOurKey) == key) {
                    if (std::string_view(status) == "trash") {
                        co_return std::unexpected(Outcome::conflict(
                            "the order is in the shop's trash as " + sdk::text_at(order, "id") +
                            ": restore it there, or delete it permanently"
                        ));
                    }
                    co_return std::move(order);
                }
            }
            if (!is_filtered) {
                // Before 9.9 the shop ignores the parameter and answers all orders.
                session.remember(kOldShop, true);
                co_return co_await scan(session, std::move(key));
            }
        }
        co_return json::object();
    }

    /// The same for a shop that cannot search: the orders of the last days, one page after the other.
    Task<std::expected<json::object, Outcome>> scan(Session& session, std::string key) const {
        const auto after = sdk::iso_text(session.now() - kScannedBack);
        for (int page = 1; page <= kMostScannedPages; ++page) {
            auto found = co_await list(
                session,
                sdk::HttpRequest::get(std::string(path()))
                    .with_query("after", after)
                    .with_query("dates_are_gmt", "true")
                    .with_query("orderby", "id")
                    .with_query("order", "asc")
                    .with_query("per_page", std::to_string(kScannedPage))
                    .with_query("page", std::to_string(page))
                    .with_query("_fields", "id,meta_data")
            );
            if (!found) {
                co_return std::unexpected(std::move(found.error()));
            }
            for (auto& order : *found) {
                if (meta_at(order, kOurKey) == key) {
                    co_return std::move(order);
                }
            }
            if (found->size() < kScannedPage) {
                co_return json::object();
            }
        }
        co_return std::unexpected(Outcome::conflict(
            "whether the order was created cannot be told: this shop is older than WooCommerce 9.9 and had "
            "more "
            "than 2000 orders within a week. Look for it in the shop, then replay or cancel the job"
        ));
    }
};

}  // namespace

const Record& order_record() {
    static const Orders record;
    return record;
}

}  // namespace navette::woocommerce
