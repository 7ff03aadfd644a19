// Products: the shop refuses a second product with one SKU and names the first, so the create itself is the
// look-up; what is there is adopted where it is ours or nobody's.
#include "record.hpp"

#include <navette/sdk/failure.hpp>

#include <algorithm>
#include <utility>

namespace navette::woocommerce {

namespace {

constexpr std::string_view kOurKey = "_navette_id";
constexpr std::size_t kLongestSku = 100;  // uniqueness looks at no more

class Products final : public Record {
  public:
    [[nodiscard]] std::string_view path() const override { return "/wc/v3/products"; }

    [[nodiscard]] std::expected<json::object, Outcome> body(
        const sdk::Operation& operation, const json::object& settings
    ) const override {
        auto fields = sendable(operation.fields);
        const auto sku = sdk::text_at(fields, "sku");
        const bool is_kept = !operation.remote_id.empty() && !fields.contains("sku");
        if (is_kept) {
            // An update that does not name the SKU leaves it.
        } else if (sku.empty() || sku.size() > kLongestSku || sku.find_first_of("<>,") != std::string::npos) {
            return std::unexpected(Outcome::rejected(
                "the SKU \"" + sdk::excerpt(sku, 120) +
                    "\" is empty, longer than 100 bytes, or holds < > or a comma, which the shop cannot keep",
                "sku"
            ));
        }
        const auto currency = sdk::text_at(operation.fields, "_currency");
        const auto own = sdk::text_at(settings, "currency");
        if (!currency.empty() && !own.empty() && lower_ascii(currency) != lower_ascii(own)) {
            return std::unexpected(Outcome::rejected(
                "the price is in " + currency + ", but the shop would take the same number in " + own,
                "currency"
            ));
        }
        if (const auto* stock = fields.if_contains("stock_quantity")) {
            const bool is_counted = !stock->is_null();
            const auto pieces = sdk::to_integer(*stock);
            if (is_counted && !pieces) {
                return std::unexpected(
                    Outcome::rejected("the stock is no whole number of pieces", "stock_quantity")
                );
            }
            fields["manage_stock"] = is_counted;
            if (is_counted) {
                fields["stock_quantity"] = *pieces;
            } else {
                fields.erase("stock_quantity");
            }
        }
        if (const auto* price = fields.if_contains("regular_price");
            price != nullptr && !price->is_null() && !is_price(*price)) {
            // "12,50" would become 1250 without a word.
            return std::unexpected(Outcome::rejected(
                "the price " + json::serialize(*price) + " is no decimal text such as \"12.50\"",
                "regular_price"
            ));
        }
        if (operation.remote_id.empty()) {
            set_meta(fields, kOurKey, json::string(operation.key));
        }
        return fields;
    }

    Task<void> adopt(Session& session, Item& item) const override {
        const auto sku = sdk::text_at(item.body, "sku");
        auto found = co_await find(session, sku, "any", item.owner);
        if (!found) {
            item.outcome = std::move(found.error());
            co_return;
        }
        if (found->empty()) {
            auto trashed = co_await find(session, sku, "trash", {});
            if (!trashed) {
                item.outcome = std::move(trashed.error());
            } else if (!trashed->empty()) {
                item.outcome = Outcome::conflict(
                    "product " + sdk::text_at(*trashed, "id") + " with the SKU " + sku +
                    " is in the shop's trash: restore it there, or delete it permanently"
                );
            }
            co_return;
        }
        const auto id = sdk::text_at(*found, "id");
        const auto owner = meta_at(*found, kOurKey);
        const auto held = sdk::text_at(*found, "sku");
        if (lower_ascii(held) != lower_ascii(sku)) {
            item.outcome = Outcome::conflict(
                "the shop takes the SKU " + sku + " for that of product " + id + ", " + held +
                ": letters with and without accents are equal there"
            );
            co_return;
        }
        if (sdk::text_at(*found, "type") == "variation") {
            item.outcome = Outcome::conflict(
                "the SKU " + sku + " belongs to variation " + id + " of product " +
                sdk::text_at(*found, "parent_id") + ", which navette does not write"
            );
        } else if (!owner.empty() && owner != item.operation.key) {
            item.outcome = Outcome::conflict(
                "the SKU " + sku + " belongs to the product of another record (" + owner + ")"
            );
        } else {
            item.remote_id = id;
        }
    }

    void inspect(Session& session, const Item& item, const json::object& answered) const override {
        const auto wanted = sdk::text_at(item.body, "sku");
        const auto kept = sdk::text_at(answered, "sku");
        if (answered.contains("sku") && kept != wanted) {
            session.remark("the shop keeps the SKU " + wanted + " as " + kept);
        }
    }

  private:
    static bool is_price(const json::value& price) {
        const auto* text = price.if_string();
        return text != nullptr && !text->empty() && text->front() != '.' &&
               std::ranges::count(*text, '.') <= 1 &&
               std::ranges::all_of(*text, [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
    }

    /// The product whose SKU this is, or that the shop named as its `owner`; an empty object where there is
    /// none.
    Task<std::expected<json::object, Outcome>> find(
        Session& session, std::string sku, std::string status, std::string owner
    ) const {
        auto request = sdk::HttpRequest::get(std::string(path())).with_query("sku", sku);
        if (status != "any") {
            request = std::move(request).with_query("status", status);
        }
        auto found = co_await list(session, std::move(request));
        if (!found) {
            co_return std::unexpected(std::move(found.error()));
        }
        for (auto& product : *found) {
            const auto id = sdk::text_at(product, "id");
            const bool is_equal = lower_ascii(sdk::text_at(product, "sku")) == lower_ascii(sku);
            if (!id.empty() && (is_equal || id == owner)) {
                co_return std::move(product);
            }
        }
        co_return json::object();
    }
};

}  // namespace

const Record& product_record() {
    static const Products record;
    return record;
}

}  // namespace navette::woocommerce
