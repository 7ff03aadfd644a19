// Products of a shop, and the variations that share their SKUs: unique by SKU, with a trash that keeps it.
#pragma once

#include "tests/standin/woocommerce_resource.hpp"

namespace navette::standin::woocommerce {

class Products final : public Resource {
  public:
    explicit Products(Shop& shop)
        : Resource(shop, "products", "product", [&shop](std::uint64_t) { return shop.post_id(); }) {}

    /// Variations are made by POST /products/{id}/variations.
    [[nodiscard]] Response answer(const Call& call) override;

    /// The live product or variation of that SKU, by the shop's collation; null where there is none.
    [[nodiscard]] JsonRow* by_sku(std::string_view sku);
    /// Takes so many pieces where the stock is counted; below zero as well.
    void take_stock(JsonRow& product, std::int64_t pieces);

  protected:
    Checked<json::object> made(const json::object& body, bool in_batch) override;
    Checked<json::object> edited(const JsonRow& row, const json::object& body) override;
    [[nodiscard]] const std::vector<Parameter>& parameters() const override;
    Checked<std::vector<JsonRow*>> selected(const Query& query) override;
    [[nodiscard]] const ListRules& rules() const override;
    [[nodiscard]] RecordKeys keys(const JsonRow& row) const override;
    [[nodiscard]] std::string unknown_id_code() const override {
        return "woocommerce_rest_product_invalid_id";
    }
    [[nodiscard]] std::string known_id_code() const override { return "woocommerce_rest_product_exists"; }
    [[nodiscard]] std::optional<Refusal> elsewhere(const JsonRow& row) const override;

  private:
    [[nodiscard]] std::optional<Refusal> refuse_sku(const std::string& sku, const std::string& own_id);
    void write(json::object& fields, const json::object& body);
};

/// A SKU as the shop compares it: without regard to case and to accents of Latin letters.
[[nodiscard]] std::string collated(std::string_view sku);

}  // namespace navette::standin::woocommerce
