// Customers: the shop refuses a second account with one e-mail address, whatever its case, so the create
// itself is the look-up; the account that is there is adopted where it is a customer's.
#include "record.hpp"

#include <algorithm>
#include <utility>

namespace navette::woocommerce {

namespace {

// Metadata of accounts whose name begins with "_" is dropped since WooCommerce 9.5.2.
constexpr std::string_view kOurKey = "navette_id";
constexpr std::size_t kLongestLogin = 60;

class Customers final : public Record {
    /// The bill's address has a name of its own, which follows the customer's where that is written.
    static void bill_to(json::object& fields) {
        for (const auto* name : {"first_name", "last_name"}) {
            const auto* told = fields.if_contains(name);
            if (told == nullptr) {
                continue;
            }
            auto value = *told;
            auto& billing = fields["billing"];
            if (billing.is_null()) {
                billing = json::object();
            }
            if (billing.is_object()) {
                billing.get_object().emplace(name, std::move(value));
            }
        }
    }

  public:
    [[nodiscard]] std::string_view path() const override { return "/wc/v3/customers"; }
    [[nodiscard]] bool is_destroyed() const override { return true; }

    [[nodiscard]] std::expected<json::object, Outcome>
    body(const sdk::Operation& operation, const json::object&) const override {
        auto fields = sendable(operation.fields);
        const auto email = sdk::text_at(fields, "email");
        const auto at = email.find('@');
        const bool is_kept = !operation.remote_id.empty() && !fields.contains("email");
        if (!is_kept && (at == std::string::npos || at == 0)) {
            return std::unexpected(Outcome::rejected("a customer needs an e-mail address", "email"));
        }
        bill_to(fields);
        if (const auto* billing = sdk::object_at(fields, "billing")) {
            const auto country = sdk::text_at(*billing, "country");
            if (!country.empty() && country.size() != 2) {
                return std::unexpected(Outcome::rejected(
                    "the country \"" + country +
                        "\" is no code of two letters; the shop would keep it and count the tax wrong",
                    "country"
                ));
            }
        }
        if (operation.remote_id.empty()) {
            if (at > kLongestLogin) {
                // The shop would make the login of it, which may have 60 characters.
                fields["username"] = lower_ascii(operation.key);
            }
            set_meta(fields, kOurKey, json::string(operation.key));
        }
        return fields;
    }

    Task<void> adopt(Session& session, Item& item) const override {
        const auto email = lower_ascii(sdk::text_at(item.body, "email"));
        // Without a role only those of customers are shown, though everybody's address is taken.
        auto found = co_await list(
            session,
            sdk::HttpRequest::get(std::string(path())).with_query("email", email).with_query("role", "all")
        );
        if (!found) {
            item.outcome = std::move(found.error());
            co_return;
        }
        std::erase_if(*found, [&](const json::object& account) {
            return lower_ascii(sdk::text_at(account, "email")) != email ||
                   sdk::integer_at(account, "id").value_or(0) <= 0;
        });
        if (found->empty()) {
            co_return;
        }
        const auto oldest = std::ranges::min_element(*found, {}, [](const json::object& account) {
            return sdk::integer_at(account, "id").value_or(0);
        });
        if (found->size() > 1) {
            session.remark("the shop has several accounts with this e-mail address; the oldest is used");
        }
        const auto role = sdk::text_at(*oldest, "role");
        const auto owner = meta_at(*oldest, kOurKey);
        if (role != "customer") {
            item.outcome = Outcome::conflict(
                "the e-mail address belongs to a user of the shop with the role " + role +
                ", who is left alone"
            );
        } else if (!owner.empty() && owner != item.operation.key) {
            item.outcome = Outcome::conflict(
                "the e-mail address belongs to the account of another record (" + owner + ")"
            );
        } else {
            item.remote_id = sdk::text_at(*oldest, "id");
            item.body.erase("username");
        }
    }
};

}  // namespace

const Record& customer_record() {
    static const Customers record;
    return record;
}

}  // namespace navette::woocommerce
