// Orders of a shop: nothing of them is unique, and the shop counts their totals itself.
#pragma once

#include "tests/standin/woocommerce_order_lines.hpp"

namespace navette::standin::woocommerce {

class Orders final : public Resource {
  public:
    Orders(Shop& shop, Products& products, Resource& customers)
        : Resource(shop, "orders", "order", [&shop](std::uint64_t) { return shop.post_id(); }),
          customers_(customers),
          lines_(shop, products) {}

    void clear() override;

  protected:
    Checked<json::object> made(const json::object& body, bool in_batch) override;
    Checked<json::object> edited(const JsonRow& row, const json::object& body) override;
    [[nodiscard]] const std::vector<Parameter>& parameters() const override;
    [[nodiscard]] std::optional<Refusal> schema(const json::object& body) const override;
    Checked<std::vector<JsonRow*>> selected(const Query& query) override;
    [[nodiscard]] const ListRules& rules() const override;
    [[nodiscard]] json::object shown(const JsonRow& row) const override;
    [[nodiscard]] RecordKeys keys(const JsonRow& row) const override;
    [[nodiscard]] std::string unknown_id_code() const override {
        return "woocommerce_rest_shop_order_invalid_id";
    }
    [[nodiscard]] std::string known_id_code() const override { return "woocommerce_rest_shop_order_exists"; }
    void committed(JsonRow& row, const json::object& before) override;
    [[nodiscard]] bool tells_restoring() const override { return false; }

  private:
    [[nodiscard]] std::optional<Refusal> write(json::object& fields, const json::object& body);

    Resource& customers_;
    OrderLines lines_;
};

}  // namespace navette::standin::woocommerce
