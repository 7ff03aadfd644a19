// A shop's webhooks: kept through the REST API, signed, never repeated, disabled after the seventh failure in
// a row.
#pragma once

#include "tests/standin/outbox.hpp"
#include "tests/standin/woocommerce_resource.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace navette::standin::woocommerce {

class Hooks {
  public:
    /// Borrows both.
    Hooks(Shop& shop, Outbox& outbox) : shop_(shop), outbox_(outbox) {}

    /// GET, POST /webhooks, and GET, PUT, DELETE /webhooks/{id}.
    [[nodiscard]] Response answer(const Call& call);

    /// Sends a change to whoever is subscribed to it.
    void deliver(const Change& change);

    /// A webhook of each topic of customers, products and orders for that address, without its ping.
    void subscribe_all(const std::string& url, const std::string& secret);
    /// As if so many deliveries of each webhook had failed.
    void fail_all(int times);

    void clear();

  private:
    struct Posted {
        std::string hook;
        std::int64_t at = 0;
        bool is_judged = false;
    };

    Checked<JsonRow*> create(const json::object& body);
    [[nodiscard]] std::optional<Refusal> write(json::object& fields, const json::object& body);
    [[nodiscard]] json::object shown(const JsonRow& row) const;
    void ping(const JsonRow& row);
    void post(const JsonRow& row, Delivery delivery);
    /// Counts what became of the deliveries so far.
    void judge();
    static void count_failure(JsonRow& row);

    Shop& shop_;
    Outbox& outbox_;
    JsonTable rows_;
    std::vector<Posted> posted_;  // in the order of the outbox
};

}  // namespace navette::standin::woocommerce
