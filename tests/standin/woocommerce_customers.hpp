// Customers of a shop: users of WordPress, unique by e-mail address and login, without a trash.
#pragma once

#include "tests/standin/woocommerce_resource.hpp"

namespace navette::standin::woocommerce {

class Customers final : public Resource {
  public:
    /// User 1 is the administrator admin@shop.test, whom the default list does not show.
    explicit Customers(Shop& shop);

    void clear() override;

  protected:
    Checked<json::object> made(const json::object& body, bool in_batch) override;
    Checked<json::object> edited(const JsonRow& row, const json::object& body) override;
    [[nodiscard]] const std::vector<Parameter>& parameters() const override;
    [[nodiscard]] std::optional<Refusal> schema(const json::object& body) const override;
    Checked<std::vector<JsonRow*>> selected(const Query& query) override;
    [[nodiscard]] const ListRules& rules() const override;
    [[nodiscard]] RecordKeys keys(const JsonRow& row) const override;
    [[nodiscard]] std::string unknown_id_code() const override { return "woocommerce_rest_invalid_id"; }
    [[nodiscard]] std::string known_id_code() const override { return "woocommerce_rest_customer_exists"; }
    [[nodiscard]] bool has_trash() const override { return false; }

  private:
    void add_administrator();
    void write(json::object& fields, const json::object& body);
};

/// Copies the parts of an address that `sent` holds; a text each.
void merge_address(json::object& fields, const char* name, const json::object& body);

[[nodiscard]] bool is_email(std::string_view text);
/// The value of one of the metadata; empty where there is none.
[[nodiscard]] std::string metadata_of(const json::object& fields, std::string_view key);

}  // namespace navette::standin::woocommerce
