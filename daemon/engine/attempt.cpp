#include "daemon/engine/attempt.hpp"

#include "daemon/engine/limit_headers.hpp"

#include <optional>

namespace navette::engine {

AttemptSession::AttemptSession(
    std::shared_ptr<const Integration> integration,
    std::shared_ptr<Account> account,
    Transport& transport,
    SessionMemory& memory,
    bool background
)
    : integration_(std::move(integration)),
      account_(std::move(account)),
      transport_(transport),
      memory_(memory) {
    ask_.background = background;
}

sdk::Task<sdk::HttpResult> AttemptSession::send(sdk::HttpRequest request) {
    ask_.route = std::string(sdk::to_string(request.method)) + " " + request.path;
    ask_.cost = request.cost;
    auto wire = integration_->address(std::move(request));
    std::optional<Account::Place> place;
    if (account_) {
        const auto came = std::chrono::steady_clock::now();
        place.emplace(co_await Account::enter(account_, ask_));
        waited_ += std::chrono::steady_clock::now() - came;
    }
    if (still_ours_ && !still_ours_()) {
        co_return std::unexpected(sdk::TransportFailure(
            sdk::TransportFailure::Kind::not_sent,
            "not sent: this node's lease ran out, another one may work on it"
        ));
    }
    const auto began = std::chrono::steady_clock::now();
    left_at_ = began;
    Exchange exchange;
    exchange.request = wire;
    // Asked once more by who sends it: a new connection takes its time.
    wire.still_wanted = still_ours_;
    auto result = co_await transport_.send(std::move(wire));
    exchange.duration =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
    if (result) {
        hear_headers(*result);
        exchange.response = *result;
    } else {
        exchange.failure = result.error().message;
    }
    exchanges_.push_back(std::move(exchange));
    co_return result;
}

void AttemptSession::hear_headers(const sdk::HttpResponse& response) {
    for (const auto& headers : integration_->manifest().limit_headers) {
        if (auto report = report_of(headers, response, now())) {
            report_limit(std::move(*report));
        }
    }
}

void AttemptSession::report_limit(sdk::LimitReport report) {
    if (!account_) {
        return;
    }
    core::RateReport heard;
    heard.as_of = left_at_;
    heard.route = ask_.route;
    heard.per = report.per;
    heard.remaining = report.remaining;
    heard.limit = report.limit;
    heard.reset_after = report.reset_after;
    if (report.cost) {
        heard.overpaid = ask_.cost - *report.cost;
        ask_.cost = *report.cost;
    }
    account_->hear(std::move(heard));
}

sdk::Instant AttemptSession::now() const {
    return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

boost::json::value AttemptSession::recall(std::string_view key) const {
    const auto found = memory_.find(key);
    return found == memory_.end() ? boost::json::value() : found->second;
}

void AttemptSession::remember(std::string_view key, boost::json::value value) {
    memory_.insert_or_assign(std::string(key), std::move(value));
}

sdk::Task<std::vector<sdk::Outcome>> guarded_push(
    sdk::Connector& connector, AttemptSession& session, std::vector<sdk::Operation> batch
) {
    const auto expected = batch.size();
    std::string bug;
    try {
        auto outcomes = co_await connector.push(session, std::move(batch));
        if (outcomes.size() == expected) {
            co_return outcomes;
        }
        bug = "it returned " + std::to_string(outcomes.size()) + " outcomes for " + std::to_string(expected) +
              " operations";
    } catch (const std::exception& error) {
        bug = error.what();
    } catch (...) {
        bug = "it threw something that is no std::exception";
    }
    const auto outcome =
        sdk::Outcome::retry("a bug in the connector " + std::string(connector.slug()) + ": " + bug);
    co_return std::vector<sdk::Outcome>(expected, sdk::Outcome(outcome).after_unknown_effect());
}

sdk::Task<sdk::TestReport> guarded_test(sdk::Connector& connector, AttemptSession& session) {
    sdk::TestReport report;
    try {
        report = co_await connector.test(session);
    } catch (const std::exception& error) {
        report.sentence = "a bug in the connector " + std::string(connector.slug()) + ": " + error.what();
    } catch (...) {
        report.sentence =
            "a bug in the connector " + std::string(connector.slug()) + ": it threw no std::exception";
    }
    co_return report;
}

}  // namespace navette::engine
