// What is particular to customers, products and orders; push.cpp does the same with all of them.
#pragma once

#include "exchange.hpp"

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace navette::woocommerce {

/// One operation on its way to the shop.
struct Item {
    sdk::Operation operation;
    json::object body;               // what is sent
    std::string remote_id;           // empty: to be created
    std::string owner;               // whom the shop named as the holder of our natural key
    std::optional<Outcome> outcome;  // set: nothing more is to be done
};

class Record {
  public:
    virtual ~Record() = default;

    /// "/wc/v3/products"
    [[nodiscard]] virtual std::string_view path() const = 0;

    /// Whether a delete destroys instead of moving to the trash, which customers do not have.
    [[nodiscard]] virtual bool is_destroyed() const { return false; }

    /// What is sent for an operation, or why it cannot be.
    [[nodiscard]] virtual std::expected<json::object, Outcome> body(
        const sdk::Operation& operation, const json::object& settings
    ) const = 0;

    /// Reads what the bodies of a whole batch still lack, and settles items that need no write.
    virtual Task<void> complete(Session& session, std::vector<Item>& items) const;

    /// The record in the shop that an earlier create has made, or that holds our natural key: with its id as
    /// `remote_id` of the item and the body as an update needs it. Nothing changes where there is none. What
    /// must not be touched is the item's outcome.
    virtual Task<void> adopt(Session& session, Item& item) const = 0;

    /// A look at the record as the shop holds it now, for a remark.
    virtual void inspect(Session& session, const Item& item, const json::object& answered) const;
};

/// Null for an object that this connector does not know.
[[nodiscard]] const Record* find_record(std::string_view object);

[[nodiscard]] const Record& customer_record();
[[nodiscard]] const Record& product_record();
[[nodiscard]] const Record& order_record();

/// The members of `fields` that are sent: none whose name begins with "_".
[[nodiscard]] json::object sendable(const json::object& fields);

/// Writes a batch: looks for what may have been made before, sends the rest in one call, and adopts what
/// turns out to be there already.
[[nodiscard]] Task<std::vector<Outcome>> push_records(
    Session& session, const Record& record, std::vector<sdk::Operation> batch
);

/// Deletes one by one: the shop's batch delete would destroy what belongs into the trash.
[[nodiscard]] Task<std::vector<Outcome>> remove_records(
    Session& session, const Record& record, std::vector<sdk::Operation> batch
);

}  // namespace navette::woocommerce
