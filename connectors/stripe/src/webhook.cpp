#include "webhook.hpp"

#include "payment.hpp"

#include <navette/sdk/signature.hpp>
#include <navette/sdk/timestamp.hpp>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

namespace navette::stripe {

namespace {

constexpr std::string_view kHeader = "Stripe-Signature";

struct SignatureHeader {
    std::string_view time;  // as it stands: it is part of what is signed
    std::vector<std::string_view> signatures;
};

/// "t=1746093600,v1=...,v1=...,v0=..."; schemes other than v1 are ignored, as Stripe asks.
std::optional<SignatureHeader> read_header(std::string_view text) {
    SignatureHeader header;
    while (!text.empty()) {
        const auto item = text.substr(0, text.find(','));
        text.remove_prefix(std::min(text.size(), item.size() + 1));
        const auto equals = item.find('=');
        const auto name = item.substr(0, equals);
        const auto value = equals == std::string_view::npos ? std::string_view() : item.substr(equals + 1);
        if (name == "t") {
            if (!header.time.empty()) {
                return std::nullopt;  // two times: which one was signed is anyone's guess
            }
            header.time = value;
        } else if (name == "v1") {
            header.signatures.push_back(value);
        }
    }
    return header.time.empty() || header.signatures.empty() ? std::nullopt : std::optional(header);
}

bool is_any_right(
    const SignatureHeader& header, const std::string& body, std::span<const std::string> secrets
) {
    const auto is_signed = std::string(header.time) + "." + body;
    bool right = false;
    for (const auto& secret : secrets) {
        const auto expected = sdk::hex(sdk::hmac_sha256(secret, is_signed));
        for (const auto signature : header.signatures) {
            // Every pair is compared, so that the time taken does not tell which secret fits.
            const bool equal = sdk::equal_in_constant_time(signature, expected);
            right = right || (equal && !secret.empty());
        }
    }
    return right;
}

}  // namespace

sdk::WebhookVerdict verify_webhook(const sdk::WebhookRequest& request, const sdk::WebhookKeys& keys) {
    const auto is_ours = [](const sdk::Header& header) {
        return !sdk::first_header(std::span(&header, 1), kHeader).empty();
    };
    const auto lines = std::ranges::count_if(request.headers, is_ours);
    if (lines != 1) {
        return {
            false,
            lines == 0 ? "there is no header Stripe-Signature" : "there are several headers Stripe-Signature"
        };
    }
    const auto header = read_header(request.header(kHeader));
    const auto seconds = header ? sdk::to_integer(header->time) : std::nullopt;
    const auto time = seconds ? sdk::from_unix_seconds(*seconds) : std::nullopt;
    if (!time) {
        return {false, "the header Stripe-Signature names no time, or no signature of the scheme v1"};
    }
    if (!is_any_right(*header, request.body, keys.secrets)) {
        return {
            false,
            "the signature fits none of the signing secrets; each endpoint has its own, test mode another"
        };
    }
    const auto age = std::chrono::floor<std::chrono::seconds>(keys.now) - *time;
    if (age > keys.tolerance || age < -keys.tolerance) {
        const auto off = std::chrono::duration_cast<std::chrono::seconds>(age).count();
        return {
            false,
            "it was signed " + std::to_string(off) + " s ago, outside the tolerance of " +
                std::to_string(keys.tolerance.count()) + " s: a replay, or the clock of this machine is off"
        };
    }
    return {true, {}};
}

std::expected<sdk::WebhookEvent, std::string> read_event(const sdk::json::object& event) {
    const auto kind = sdk::text_at(event, "object");
    if (kind == "v2.core.event") {
        return std::unexpected(
            "this is a thin event, which holds no payment: choose the payload style Snapshot for the endpoint"
        );
    }
    sdk::WebhookEvent read;
    read.deduplication_key = sdk::text_at(event, "id");
    read.event_type = sdk::text_at(event, "type");
    if (kind != "event" || read.deduplication_key.empty() || read.event_type.empty()) {
        return std::unexpected("the body is no event of Stripe: it lacks object: event, an id or a type");
    }
    read.account = sdk::text_at(event, "account");
    read.thin = false;
    const auto created = sdk::integer_at(event, "created");
    read.occurred_at = created ? sdk::from_unix_seconds(*created) : std::nullopt;
    const auto* data = sdk::object_at(event, "data");
    const auto* object = data == nullptr ? nullptr : sdk::object_at(*data, "object");
    if (object == nullptr) {
        return std::unexpected("the event " + read.event_type + " holds no data.object");
    }
    auto payment = read_payment(read.event_type, *object);
    if (payment.payment_intent.empty()) {
        return read;
    }
    read.object = "payment";
    read.remote_id = std::move(payment.payment_intent);
    read.thin = payment.thin;
    read.fields = std::move(payment.fields);
    if (created) {
        read.fields["created"] = *created;
    }
    read.fields["event_id"] = read.deduplication_key;
    read.fields["livemode"] = sdk::is_true(event, "livemode");
    return read;
}

std::expected<std::vector<sdk::WebhookEvent>, std::string> parse_webhook(const sdk::WebhookRequest& request) {
    const auto body = sdk::read_json_object(request.body);
    if (!body) {
        return std::unexpected("the body is no JSON object");
    }
    auto event = read_event(*body);
    if (!event) {
        return std::unexpected(std::move(event.error()));
    }
    return std::vector{std::move(*event)};
}

}  // namespace navette::stripe
