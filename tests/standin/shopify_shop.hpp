// One shop in memory: its records, who is told of changes, and what its operator set.
#pragma once

#include "tests/standin/json_table.hpp"
#include "tests/standin/shopify_bulk.hpp"
#include "tests/standin/shopify_search.hpp"
#include "tests/standin/site_clock.hpp"
#include "tests/standin/site_kind.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace navette::standin {

/// An answer of `errors` in place of data.
class ShopifyError : public std::runtime_error {
  public:
    ShopifyError(const std::string& message, std::string error_code)
        : std::runtime_error(message), code(std::move(error_code)) {}
    std::string code;
};

class ShopifyShop {
  public:
    explicit ShopifyShop(const SiteParts& parts);

    /// A page's nodes: the live rows that the connection's `query` finds, ordered by its `sortKey`
    /// (UPDATED_AT or the id), each with its "__cursor".
    struct Kind {
        JsonTable& table;
        boost::json::object (*full)(ShopifyShop&, JsonRow&);  // every field of its GraphQL type
        SearchFields (*search)(const JsonRow&);
    };
    boost::json::array nodes(const Kind& kind, const boost::json::object& arguments);

    /// Counts the create and tells it.
    void created(JsonRow& row, const std::string& kind, const RecordKeys& keys);
    /// Counts an update, moves the row's time and tells it.
    void changed(JsonRow& row, const std::string& kind, const std::string& action = "update");
    /// Removes the row, counts and tells it; false where there is none.
    bool erase(JsonTable& table, const std::string& id, const std::string& kind);

    /// Sends "orders/create" and the like to whoever subscribed.
    void tell(const std::string& kind, const std::string& what, const JsonRow& row);
    /// An address that gets everything from now on, signed with that secret (control action `webhook`).
    void tell_everything(std::string url, std::string secret);

    /// Whether the shop keeps metafields "navette.id" of that owner type unique.
    [[nodiscard]] bool keeps_unique(const std::string& owner_type, const boost::json::value& metafield) const;
    /// The live row that holds the custom id; null where none does. Throws ShopifyError where the shop has no
    /// definition of that metafield.
    JsonRow* find_by_custom_id(
        JsonTable& table, const std::string& owner_type, const boost::json::object& custom_id
    );

    [[nodiscard]] std::string next_id(const std::string& kind);
    void clear();

    SiteOptions options;
    Effects& effects;
    SiteClock clock;
    JsonTable customers;
    JsonTable products;
    JsonTable orders;
    JsonTable drafts;
    JsonTable subscriptions;
    JsonTable events;                                                               // of what was deleted
    std::set<std::string> definitions;                                              // "ORDER navette.id"
    std::map<std::string, std::pair<std::string, boost::json::object>> idempotent;  // key -> request, payload

    ShopifyBulk bulk;

  private:
    void send(
        const std::string& url, const std::string& secret, const std::string& topic, const std::string& body
    );

    struct Listener {
        std::string url;
        std::string secret;
    };

    Outbox& outbox_;
    std::vector<Listener> listeners_;
    std::map<std::string, std::uint64_t> last_ids_;
    std::uint64_t deliveries_ = 0;
};

/// The body of a webhook: the shape of the old REST API, with numeric ids and amounts as text.
[[nodiscard]] boost::json::object shopify_webhook_body(const std::string& kind, const JsonRow& row);

/// 42 of "gid://shopify/Order/42".
[[nodiscard]] std::int64_t shopify_number(std::string_view global_id);

/// {"field": [...], "message": ..., "code": ...}; no code where it is empty.
[[nodiscard]] boost::json::object shopify_user_error(
    const std::vector<std::string>& field, const std::string& message, std::string_view code = {}
);

/// Sets the member; whether that changed anything.
bool shopify_set(boost::json::object& fields, std::string_view name, boost::json::value value);

}  // namespace navette::standin
