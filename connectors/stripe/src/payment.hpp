// What an event or an object of Stripe says of a payment. Pure.
#pragma once

#include <navette/sdk/foreign_json.hpp>

#include <string>
#include <string_view>

namespace navette::stripe {

namespace json = sdk::json;

/// A payment intent as an event leaves it. `payment_intent` is empty where the event concerns no payment.
struct Payment {
    std::string payment_intent;  // "pi_..."
    /// The fields are not the whole story: the payment must be fetched (a refund does not tell how much of
    /// the payment is left).
    bool thin = false;
    /// status (succeeded, failed, canceled, refunded, partially_refunded; absent where thin), amount_cents
    /// (in the currency's smallest unit, as Stripe counts), currency (upper case), order_id, order_number,
    /// metadata, and what else the event tells.
    json::object fields;
};

/// Reads the object of an event (`data.object`) by the event's type.
[[nodiscard]] Payment read_payment(std::string_view event_type, const json::object& object);

/// Reads a payment intent whose `latest_charge` is expanded.
[[nodiscard]] Payment read_intent(const json::object& intent);

}  // namespace navette::stripe
