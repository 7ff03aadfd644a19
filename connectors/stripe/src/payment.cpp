#include "payment.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace navette::stripe {

namespace {

using sdk::integer_at;
using sdk::object_at;
using sdk::text_at;

std::string upper_ascii(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    return text;
}

std::string trimmed(std::string_view text) {
    constexpr std::string_view kBlank = " \t\r\n";
    const auto begin = text.find_first_not_of(kBlank);
    return begin == std::string_view::npos
               ? std::string()
               : std::string(text.substr(begin, text.find_last_not_of(kBlank) - begin + 1));
}

/// The id of a member that is an id, or an expanded object with one.
std::string id_at(const json::object& object, std::string_view name) {
    const auto* expanded = object_at(object, name);
    return expanded != nullptr ? text_at(*expanded, "id") : text_at(object, name);
}

void set_text(json::object& fields, std::string_view name, std::string text) {
    if (!text.empty()) {
        fields[name] = std::move(text);
    }
}

void set_integer(json::object& fields, std::string_view name, std::optional<std::int64_t> number) {
    if (number) {
        fields[name] = *number;
    }
}

void set_order(json::object& fields, const json::object& object) {
    const auto* metadata = object_at(object, "metadata");
    if (metadata == nullptr || metadata->empty()) {
        return;
    }
    auto number = trimmed(text_at(*metadata, "order_number"));
    auto id = trimmed(text_at(*metadata, "order_id"));
    set_text(fields, "order_id", id.empty() ? number : std::move(id));
    set_text(fields, "order_number", std::move(number));
    fields["metadata"] = *metadata;
}

/// What payment intents, charges and refunds have in common.
json::object shared_fields(const json::object& object, const std::string& payment_intent) {
    json::object fields;
    set_text(fields, "payment_intent", payment_intent);
    set_text(fields, "currency", upper_ascii(text_at(object, "currency")));
    set_text(fields, "customer", id_at(object, "customer"));
    set_text(fields, "receipt_email", text_at(object, "receipt_email"));
    set_integer(fields, "created", integer_at(object, "created"));
    set_order(fields, object);
    return fields;
}

void set_refund_state(json::object& fields, const json::object& charge) {
    const auto amount = integer_at(charge, "amount");
    const auto refunded = integer_at(charge, "amount_refunded");
    const bool whole = sdk::is_true(charge, "refunded") || (amount && refunded && *refunded >= *amount);
    set_integer(fields, "refunded_cents", refunded);
    fields["status"] = whole ? "refunded" : "partially_refunded";
}

Payment from_intent(const json::object& intent, std::string_view status) {
    Payment payment;
    payment.payment_intent = text_at(intent, "id");
    auto& fields = payment.fields = shared_fields(intent, payment.payment_intent);
    fields["status"] = status;
    const auto received = status == "succeeded" ? integer_at(intent, "amount_received") : std::nullopt;
    set_integer(fields, "amount_cents", received ? received : integer_at(intent, "amount"));
    set_text(fields, "charge", id_at(intent, "latest_charge"));
    if (status == "canceled") {
        set_integer(fields, "canceled_at", integer_at(intent, "canceled_at"));
        set_text(fields, "cancellation_reason", text_at(intent, "cancellation_reason"));
    }
    const auto* failure = object_at(intent, "last_payment_error");
    if (status == "failed" && failure != nullptr) {
        auto code = text_at(*failure, "decline_code");
        set_text(fields, "failure_code", code.empty() ? text_at(*failure, "code") : std::move(code));
        set_text(fields, "failure_message", text_at(*failure, "message"));
        set_text(fields, "failed_charge", id_at(*failure, "charge"));
    }
    return payment;
}

Payment from_refunded_charge(const json::object& charge) {
    Payment payment;
    payment.payment_intent = id_at(charge, "payment_intent");
    auto& fields = payment.fields = shared_fields(charge, payment.payment_intent);
    set_text(fields, "charge", text_at(charge, "id"));
    set_integer(fields, "amount_cents", integer_at(charge, "amount"));
    set_refund_state(fields, charge);
    return payment;
}

Payment from_refund(const json::object& refund) {
    Payment payment;
    payment.payment_intent = id_at(refund, "payment_intent");
    payment.thin = true;
    auto& fields = payment.fields = shared_fields(refund, payment.payment_intent);
    set_text(fields, "refund", text_at(refund, "id"));
    set_text(fields, "refund_status", text_at(refund, "status"));
    set_text(fields, "refund_reason", text_at(refund, "reason"));
    set_text(fields, "charge", id_at(refund, "charge"));
    set_integer(fields, "refund_cents", integer_at(refund, "amount"));
    return payment;
}

}  // namespace

Payment read_payment(std::string_view event_type, const json::object& object) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kIntentEvents{{
        {"payment_intent.succeeded", "succeeded"},
        {"payment_intent.payment_failed", "failed"},
        {"payment_intent.canceled", "canceled"},
    }};
    for (const auto& [type, status] : kIntentEvents) {
        if (event_type == type) {
            return from_intent(object, status);
        }
    }
    // The type alone does not tell the object: older API versions sent charges with refund events.
    const auto kind = text_at(object, "object");
    if (event_type == "charge.refunded" && (kind == "charge" || kind.empty())) {
        return from_refunded_charge(object);
    }
    if ((event_type.starts_with("refund.") || event_type.starts_with("charge.refund.")) && kind == "refund") {
        return from_refund(object);
    }
    return {};
}

Payment read_intent(const json::object& intent) {
    const auto state = text_at(intent, "status");
    const auto* charge = object_at(intent, "latest_charge");
    const bool failed =
        state == "requires_payment_method" && object_at(intent, "last_payment_error") != nullptr;
    auto payment = from_intent(intent, failed ? std::string_view("failed") : std::string_view(state));
    if (state == "succeeded" && charge != nullptr && integer_at(*charge, "amount_refunded").value_or(0) > 0) {
        set_refund_state(payment.fields, *charge);
    }
    return payment;
}

}  // namespace navette::stripe
