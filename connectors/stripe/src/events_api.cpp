#include "events_api.hpp"

#include "payment.hpp"
#include "webhook.hpp"

#include <navette/sdk/failure.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace navette::stripe {

namespace {

using sdk::HttpRequest;
using sdk::Outcome;
using sdk::Session;
using sdk::Task;

// Objects outside events are rendered in the key's own version unless one is named.
constexpr auto kVersion = "2026-10-28.endive";
constexpr std::int64_t kOverlapSeconds = 600;
constexpr int kLongestPage = 100;
constexpr std::array<std::string_view, 7> kTypes{
    "payment_intent.succeeded",
    "payment_intent.payment_failed",
    "payment_intent.canceled",
    "charge.refunded",
    "refund.created",
    "refund.updated",
    "refund.failed",
};

/// The words of {"error":{"message", ...}} with Stripe's id of the request, by which its support finds it.
std::string words_of(const sdk::HttpResponse& response) {
    const auto body = sdk::read_json_object(response.body);
    const auto* error = body ? sdk::object_at(*body, "error") : nullptr;
    auto words = error == nullptr ? sdk::excerpt(response.body) : sdk::text_at(*error, "message");
    if (words.empty() && error != nullptr) {
        words = sdk::text_at(*error, "code");
    }
    const auto request_id = response.header("Request-Id");
    return "Stripe answered " + std::to_string(response.status) + ": " +
           (words.empty() ? "no word of why" : words) +
           (request_id.empty() ? "" : " (request " + std::string(request_id) + ")");
}

/// Only reads are sent, so nothing is ever left open.
Outcome failure_of(const sdk::HttpResult& answer) {
    if (!answer) {
        return sdk::outcome_of(answer.error(), "Stripe", false);
    }
    const auto words = words_of(*answer);
    switch (answer->status) {
        case 401:
            return Outcome::needs_reauth(words + "; make a new restricted key and give it as api_key");
        case 403:
            return Outcome::misconfigured(
                words + "; grant the restricted key the right to read events, payment intents and charges"
            );
        case 404:
            return Outcome::gone(words);
        case 429:
            return Outcome::throttled(words, sdk::retry_after(*answer));
        default:
            break;
    }
    if (answer->status >= 200 && answer->status < 300) {
        return Outcome::retry(words + "; that is not what was asked for");
    }
    if (answer->status >= 300 && answer->status < 400) {
        return Outcome::misconfigured(words + "; base_url is redirected, enter the final address");
    }
    if (answer->status >= 500) {
        return Outcome::unavailable(words);
    }
    const bool passing = answer->status == 409 || answer->header("Stripe-Should-Retry") == "true";
    return passing ? Outcome::retry(words) : Outcome::rejected(words);
}

Task<std::expected<sdk::json::object, Outcome>> get(Session& session, HttpRequest request) {
    const auto answer = co_await session.send(std::move(request).with_header("Stripe-Version", kVersion));
    auto body = answer && answer->status == 200 ? sdk::read_json_object(answer->body) : std::nullopt;
    if (!body) {
        co_return std::unexpected(failure_of(answer));
    }
    co_return std::move(*body);
}

HttpRequest list_of_events(int limit) {
    auto request = HttpRequest::get("/v1/events").with_query("limit", std::to_string(limit));
    for (const auto type : kTypes) {
        request = std::move(request).with_query("types[]", std::string(type));
    }
    return request;
}

/// Where a sweep stands.
struct Cursor {
    std::optional<std::int64_t> since;  // events from this second on; none: all that are kept
    std::optional<std::int64_t> next;   // the newest second of this sweep; none: it has not begun
    std::string after;                  // the last event read in this sweep
};

Cursor read_cursor(const sdk::json::value& value) {
    const auto* object = value.if_object();
    if (object == nullptr) {
        return {};
    }
    return {
        sdk::integer_at(*object, "since"), sdk::integer_at(*object, "next"), sdk::text_at(*object, "after")
    };
}

sdk::json::object cursor_of(std::optional<std::int64_t> since) {
    sdk::json::object cursor;
    if (since) {
        cursor["since"] = *since;
    }
    return cursor;
}

std::optional<sdk::RemoteRecord> record_of(const sdk::json::object& event) {
    auto read = read_event(event);
    if (!read || read->object.empty()) {
        return std::nullopt;
    }
    sdk::RemoteRecord record;
    record.remote_id = std::move(read->remote_id);
    record.version = std::move(read->deduplication_key);
    record.modified_at = read->occurred_at;
    record.fields = std::move(read->fields);
    record.fields["event_type"] = read->event_type;
    record.fields["thin"] = read->thin;
    return record;
}

}  // namespace

Task<sdk::TestReport> test_connection(Session& session) {
    if (!sdk::is_true(session.settings(), "catch_up")) {
        co_return sdk::TestReport{
            true, "webhooks are checked as they arrive; catch_up is off, so no API key is used"
        };
    }
    const auto events = co_await get(session, list_of_events(1));
    if (!events) {
        co_return sdk::TestReport{false, "events cannot be read: " + events.error().message};
    }
    const auto intents = co_await get(
        session,
        HttpRequest::get("/v1/payment_intents")
            .with_query("limit", "1")
            .with_query("expand[]", "data.latest_charge")
    );
    if (!intents) {
        co_return sdk::TestReport{false, "payments cannot be read: " + intents.error().message};
    }
    co_return sdk::TestReport{true, "the API key may read events and payments"};
}

Task<std::expected<sdk::PullPage, Outcome>> pull_events(Session& session, sdk::PullRequest request) {
    if (request.object != "payment") {
        co_return std::unexpected(
            Outcome::rejected("only payments can be read from Stripe, no " + request.object)
        );
    }
    if (!sdk::is_true(session.settings(), "catch_up")) {
        co_return std::unexpected(
            Outcome::misconfigured("missed events are not read: set catch_up to true and give an api_key")
        );
    }
    auto cursor = read_cursor(request.cursor);
    auto asked = list_of_events(std::clamp(request.limit, 1, kLongestPage));
    if (cursor.since) {
        asked = std::move(asked).with_query("created[gte]", std::to_string(*cursor.since));
    }
    if (!cursor.after.empty()) {
        asked = std::move(asked).with_query("starting_after", cursor.after);
    }
    const auto body = co_await get(session, std::move(asked));
    if (!body) {
        co_return std::unexpected(body.error());
    }
    const auto* events = sdk::array_at(*body, "data");
    if (events == nullptr) {
        co_return std::unexpected(Outcome::retry("Stripe answered a list of events without data"));
    }
    sdk::PullPage page;
    std::string last;
    for (const auto& item : *events) {
        if (!item.is_object()) {
            continue;
        }
        const auto& event = item.get_object();
        last = sdk::text_at(event, "id");
        if (!cursor.next) {
            cursor.next = sdk::integer_at(event, "created");  // the list begins with the newest
        }
        if (auto record = record_of(event)) {
            page.records.push_back(std::move(*record));
        }
    }
    std::ranges::reverse(page.records);
    page.more = sdk::is_true(*body, "has_more") && !last.empty();
    if (page.more) {
        auto next = cursor_of(cursor.since);
        next["next"] = cursor.next ? sdk::json::value(*cursor.next) : sdk::json::value();
        next["after"] = last;
        page.cursor = std::move(next);
    } else {
        page.cursor = cursor_of(cursor.next ? std::optional(*cursor.next - kOverlapSeconds) : cursor.since);
    }
    co_return page;
}

Task<std::expected<sdk::RemoteRecord, Outcome>> fetch_payment(
    Session& session, std::string object, std::string remote_id
) {
    if (object != "payment") {
        co_return std::unexpected(Outcome::rejected("only payments can be read from Stripe, no " + object));
    }
    if (remote_id.empty()) {
        co_return std::unexpected(Outcome::gone("no id of a payment intent is known"));
    }
    if (!sdk::is_true(session.settings(), "catch_up")) {
        // Without a key the call would be refused, and hold the payments that need none.
        co_return std::unexpected(Outcome::skipped(
            "the event tells no amounts, and without catch_up and an API key they cannot be read; "
            "charge.refunded tells the same with them"
        ));
    }
    const auto body = co_await get(
        session,
        HttpRequest::get("/v1/payment_intents/" + sdk::path_segment(remote_id))
            .with_query("expand[]", "latest_charge")
    );
    if (!body) {
        co_return std::unexpected(body.error());
    }
    auto payment = read_intent(*body);
    if (payment.payment_intent.empty()) {
        co_return std::unexpected(Outcome::retry("Stripe answered with a payment intent without an id"));
    }
    sdk::RemoteRecord record;
    record.remote_id = std::move(payment.payment_intent);
    record.fields = std::move(payment.fields);
    co_return record;
}

}  // namespace navette::stripe
