// The interface that a platform's connector implements. This header and what it includes is all a connector
// may include of navette; docs/writing-a-connector.md builds one from nothing.
#pragma once

#include <navette/sdk/abi.hpp>
#include <navette/sdk/http.hpp>
#include <navette/sdk/outcome.hpp>
#include <navette/sdk/record.hpp>
#include <navette/sdk/subscription.hpp>
#include <navette/sdk/webhook.hpp>

#include <chrono>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace navette::sdk {

/// One integration as a connector sees it during a call. Owned by the daemon; never keep a reference after
/// the call.
class Session {
  public:
    virtual ~Session() = default;

    /// Sends one request: authenticated, rate-limited, timed, logged with secrets redacted. Redirects are not
    /// followed.
    virtual Task<HttpResult> send(HttpRequest request) = 0;

    /// The integration's public configuration, checked against the manifest's config fields, defaults filled
    /// in.
    [[nodiscard]] virtual const json::object& settings() const = 0;

    [[nodiscard]] virtual Instant now() const = 0;

    /// Returns after that time, or early where the daemon is about to stop: later requests are then not sent.
    /// Between two looks at a job that the platform works off by itself. The call keeps its place among the
    /// integration's calls meanwhile, so keep the sum below a minute, and below a quarter of an hour for a
    /// bulk run, which has a place of its own.
    virtual Task<void> wait(std::chrono::milliseconds time) = 0;

    /// A remark that belongs into the attempt's log row, such as a total that differs from what was sent.
    virtual void remark(std::string text) = 0;

    /// A value kept for this integration while the process lives (our own user id there, a code table); null
    /// if none.
    [[nodiscard]] virtual json::value recall(std::string_view key) const = 0;
    virtual void remember(std::string_view key, json::value value) = 0;

    /// What the answer to the last request said of a limit in its body; headers are named in the manifest. It
    /// lowers what is left of the account's budget, and never raises it above the manifest's limits.
    virtual void report_limit(LimitReport report);
};

inline void Session::report_limit(LimitReport) {}

struct TestReport {
    bool ok = false;
    std::string sentence;  // what works, or what is wrong and what to do about it
};

/// A platform's connector. One instance serves all integrations of its platform; it holds no state of its
/// own, so that several calls may be under way at once: the engine's interleave at `co_await` on one thread,
/// while the listener and the API call `verify`, `parse`, `acknowledge` and `test` on theirs. An exception
/// that leaves a function is caught, logged as the connector's bug, and counts as a failed attempt.
class Connector {
  public:
    virtual ~Connector() = default;

    /// The platform's slug, equal to the manifest's and to the library's file name.
    [[nodiscard]] virtual std::string_view slug() const = 0;

    /// Tries the credentials and the rights needed, writing nothing.
    virtual Task<TestReport> test(Session& session) = 0;

    /// Writes a batch of operations on one object (at most the manifest's `batch` at a time, of background
    /// work its `bulk`) and returns one outcome for each, in the same order. Holds no retry loop: the engine
    /// decides by the outcome's kind.
    virtual Task<std::vector<Outcome>> push(Session& session, std::vector<Operation> batch) = 0;

    /// Changes since the cursor. A failure is told as an outcome that is no success.
    virtual Task<std::expected<PullPage, Outcome>> pull(Session& session, PullRequest request);

    /// One remote object; `gone` where it does not exist.
    virtual Task<std::expected<RemoteRecord, Outcome>> fetch(
        Session& session, std::string object, std::string remote_id
    );

    /// Whether the webhook really came from the platform: over the raw bytes, in constant time. Pure.
    [[nodiscard]] virtual WebhookVerdict verify(const WebhookRequest& request, const WebhookKeys& keys) const;

    /// The events of a webhook, none where it carries none (a ping); a body that cannot be read is told in a
    /// sentence. Called before verify() too, for the account: it trusts nothing. Pure.
    [[nodiscard]] virtual std::expected<std::vector<WebhookEvent>, std::string> parse(
        const WebhookRequest& request
    ) const;

    /// The answer to a genuine webhook once its events are durable. Pure.
    [[nodiscard]] virtual WebhookReply acknowledge(const WebhookRequest& request) const;

    /// Looks at the webhook subscriptions that the platform holds for the plan's address, and, where the plan
    /// says so, creates what is missing and re-activates what the platform switched off; one state for each
    /// topic. A failure to look is told as an outcome that is no success. Name the capability
    /// `subscriptions`.
    virtual Task<std::expected<std::vector<SubscriptionState>, Outcome>> subscriptions(
        Session& session, SubscriptionPlan plan
    );
};

inline Task<std::expected<PullPage, Outcome>> Connector::pull(Session&, PullRequest request) {
    co_return std::unexpected(Outcome::rejected("this connector cannot pull " + request.object));
}

inline Task<std::expected<RemoteRecord, Outcome>> Connector::fetch(
    Session&, std::string object, std::string
) {
    co_return std::unexpected(Outcome::rejected("this connector cannot fetch " + object));
}

inline Task<std::expected<std::vector<SubscriptionState>, Outcome>> Connector::subscriptions(
    Session&, SubscriptionPlan
) {
    co_return std::unexpected(Outcome::rejected("this connector manages no webhook subscriptions"));
}

inline WebhookVerdict Connector::verify(const WebhookRequest&, const WebhookKeys&) const {
    return {false, "this connector takes no webhooks"};
}

inline std::expected<std::vector<WebhookEvent>, std::string> Connector::parse(const WebhookRequest&) const {
    return std::unexpected("this connector takes no webhooks");
}

inline WebhookReply Connector::acknowledge(const WebhookRequest&) const {
    return {};
}

}  // namespace navette::sdk
