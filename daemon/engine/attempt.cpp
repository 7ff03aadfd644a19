#include "daemon/engine/attempt.hpp"

#include "daemon/engine/limit_headers.hpp"
#include "daemon/engine/loggable.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <optional>
#include <string_view>

namespace navette::engine {

namespace {

constexpr std::string_view kLeaseRanOut = "not sent: this node's lease ran out, another one may work on it";
constexpr std::string_view kStops =
    "not sent: the daemon stops or hands the integration over; it goes on later";
// How soon a wait ends once it is not wanted any more.
constexpr std::chrono::milliseconds kWaitStep{200};

}  // namespace

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
    if (is_cut_short_) {
        co_return std::unexpected(
            sdk::TransportFailure(sdk::TransportFailure::Kind::not_sent, std::string(kStops))
        );
    }
    if (!request.origin.empty()) {
        co_return co_await send_elsewhere(std::move(request));
    }
    const auto grant = integration_->grant();
    if (!grant) {
        co_return co_await send_once(std::move(request));
    }
    if (!co_await has_token()) {
        co_return std::unexpected(
            sdk::TransportFailure(sdk::TransportFailure::Kind::not_sent, token_trouble_->sentence)
        );
    }
    auto first = request;
    auto result = co_await send_once(std::move(first));
    const auto used = used_token_;
    if (!result || result->status != 401) {
        if (result) {
            grant->accepted(used);
        }
        co_return result;
    }
    // The platform did nothing but refuse the token, so the request may be sent again, once, with a new one.
    if (keeper_ == nullptr || !co_await keeper_->renewed_after(integration_, used)) {
        co_return result;
    }
    auto again = co_await send_once(std::move(request));
    if (again && again->status != 401) {
        grant->accepted(used_token_);
    }
    co_return again;
}

sdk::Task<bool> AttemptSession::has_token() {
    if (keeper_ == nullptr) {
        co_return true;
    }
    const auto ready = co_await keeper_->ready(integration_);
    if (!ready) {
        token_trouble_ = ready.error();
    }
    co_return ready.has_value();
}

sdk::Task<void> AttemptSession::get_token_for_now() {
    const auto grant = integration_->grant();
    const auto now = std::chrono::system_clock::now();
    if (!grant || keeper_ != nullptr || (grant->tokens() && !has_expired(*grant->tokens(), now))) {
        co_return;
    }
    using Kind = TokenTrouble::Kind;
    const auto& spec = integration_->auth().oauth;
    const auto way = way_to_renew(spec, grant->tokens());
    if (way == RenewalWay::refresh_token) {
        // Only the owner may spend it.
        token_trouble_ = TokenTrouble(
            Kind::passing,
            "the access token has run out; the daemon that works for the integration renews it, is one "
            "running "
            "and the integration enabled?"
        );
        co_return;
    }
    if (way == RenewalWay::none) {
        token_trouble_ = TokenTrouble(Kind::needs_consent, not_authorised(*integration_));
        co_return;
    }
    const auto client = integration_->oauth_client(spec);
    auto request = client ? renewal_request(spec, *client, way, {}, now)
                          : core::Result<outbound::WireRequest>(std::unexpected(client.error()));
    if (!request) {
        token_trouble_ = TokenTrouble(Kind::misconfigured, request.error().message);
        co_return;
    }
    request->timeout = integration_->manifest().timeout;
    const auto answer = co_await transport_.send(std::move(*request));
    auto tokens = read_token_answer(spec, answer, std::nullopt, now);
    if (tokens) {
        grant->take(std::move(*tokens), grant->version());
    } else {
        token_trouble_ = tokens.error();
    }
}

void AttemptSession::judge(sdk::Outcome& outcome) const {
    using Kind = sdk::OutcomeKind;
    const bool is_the_records_own = outcome.is_success() || outcome.kind == Kind::rejected ||
                                    outcome.kind == Kind::gone || outcome.kind == Kind::conflict;
    if (!token_trouble_ || is_the_records_own) {
        return;
    }
    const auto& trouble = *token_trouble_;
    auto put_right = sdk::Outcome::unavailable(trouble.sentence);
    if (trouble.kind == TokenTrouble::Kind::needs_consent) {
        put_right = sdk::Outcome::needs_reauth(trouble.sentence);
    } else if (trouble.kind == TokenTrouble::Kind::misconfigured) {
        put_right = sdk::Outcome::misconfigured(trouble.sentence);
    }
    put_right.retry_after = trouble.retry_after;
    put_right.maybe_applied = outcome.maybe_applied;
    outcome = std::move(put_right);
}

sdk::Task<sdk::HttpResult> AttemptSession::send_once(sdk::HttpRequest request) {
    ask_.route = std::string(sdk::to_string(request.method)) + " " + request.path;
    ask_.cost = request.cost;
    std::optional<Account::Place> place;
    if (account_) {
        const auto came = std::chrono::steady_clock::now();
        place.emplace(co_await Account::enter(account_, ask_));
        waited_ += std::chrono::steady_clock::now() - came;
    }
    if (still_ours_ && !still_ours_()) {
        co_return std::unexpected(
            sdk::TransportFailure(sdk::TransportFailure::Kind::not_sent, std::string(kLeaseRanOut))
        );
    }
    // Only now, for the wait may have outlasted an access token.
    auto wire = integration_->address(std::move(request));
    if (const auto& grant = integration_->grant(); grant && grant->tokens()) {
        used_token_ = grant->tokens()->access_token;
    }
    left_at_ = std::chrono::steady_clock::now();
    auto shown = wire;
    auto result = co_await exchange(std::move(wire), std::move(shown));
    if (result) {
        hear_headers(*result);
        auto& kept = exchanges_.back().response;
        kept.status = result->status;
        if (keeps_answers_) {
            kept = *result;
            kept.body = loggable(std::move(kept.body), integration_->manifest().logged_until);
        }
    }
    co_return result;
}

sdk::Task<sdk::HttpResult> AttemptSession::send_elsewhere(sdk::HttpRequest request) {
    using Kind = sdk::TransportFailure::Kind;
    if (still_ours_ && !still_ours_()) {
        co_return std::unexpected(sdk::TransportFailure(Kind::not_sent, std::string(kLeaseRanOut)));
    }
    auto wire = integration_->address_elsewhere(std::move(request));
    if (!wire) {
        co_return std::unexpected(sdk::TransportFailure(Kind::refused, std::move(wire.error().message)));
    }
    // Signed addresses and forms let anybody in who has them, and what they carry is the records themselves.
    outbound::WireRequest shown;
    shown.method = wire->method;
    shown.url = wire->url.substr(0, wire->url.find('?'));
    shown.body = wire->body.empty() ? "" : "(" + std::to_string(wire->body.size()) + " bytes)";
    auto result = co_await exchange(std::move(*wire), std::move(shown));
    if (result) {
        exchanges_.back().response.status = result->status;
        exchanges_.back().response.body = "(" + std::to_string(result->body.size()) + " bytes)";
    }
    co_return result;
}

sdk::Task<sdk::HttpResult> AttemptSession::exchange(outbound::WireRequest wire, outbound::WireRequest shown) {
    const auto began = std::chrono::steady_clock::now();
    Exchange exchange;
    exchange.request = std::move(shown);
    // Asked once more by who sends it: a new connection takes its time.
    wire.still_wanted = still_ours_;
    auto result = co_await transport_.send(std::move(wire));
    exchange.duration =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
    if (!result) {
        exchange.failure = result.error().message;
    }
    exchanges_.push_back(std::move(exchange));
    co_return result;
}

bool AttemptSession::may_have_written() const {
    return std::ranges::any_of(exchanges_, [](const Exchange& exchange) {
        const int status = exchange.response.status;
        return exchange.request.method != sdk::Method::get && (status < 400 || status >= 500);
    });
}

void AttemptSession::hear_headers(const sdk::HttpResponse& response) {
    for (const auto& headers : integration_->manifest().limit_headers) {
        if (const auto report = report_of(headers, response, now())) {
            report_limit(*report);
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
    account_->hear(heard);
}

sdk::Instant AttemptSession::now() const {
    return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

sdk::Task<void> AttemptSession::wait(std::chrono::milliseconds time) {
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
    const auto end = std::chrono::steady_clock::now() + time;
    for (auto now = end - time; now < end && !is_cut_short_; now = std::chrono::steady_clock::now()) {
        timer.expires_at(may_wait_ ? std::min(end, now + kWaitStep) : end);
        co_await timer.async_wait(boost::asio::use_awaitable);
        is_cut_short_ = may_wait_ && !may_wait_();
    }
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
            for (auto& outcome : outcomes) {
                session.judge(outcome);
            }
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

namespace {

/// The guard around calls that read: an exception is the connector's bug, told as a retry.
template <class Answer, class Method, class... Arguments>
sdk::Task<std::expected<Answer, sdk::Outcome>> guarded_reading(
    sdk::Connector& connector, AttemptSession& session, Method method, Arguments... arguments
) {
    std::string bug;
    try {
        auto answer = co_await (connector.*method)(session, std::move(arguments)...);
        if (!answer) {
            session.judge(answer.error());
        }
        co_return answer;
    } catch (const std::exception& error) {
        bug = error.what();
    } catch (...) {
        bug = "it threw something that is no std::exception";
    }
    co_return std::unexpected(
        sdk::Outcome::retry("a bug in the connector " + std::string(connector.slug()) + ": " + bug)
    );
}

}  // namespace

sdk::Task<std::expected<sdk::RemoteRecord, sdk::Outcome>> guarded_fetch(
    sdk::Connector& connector, AttemptSession& session, std::string object, std::string remote_id
) {
    co_return co_await guarded_reading<sdk::RemoteRecord>(
        connector, session, &sdk::Connector::fetch, std::move(object), std::move(remote_id)
    );
}

sdk::Task<std::expected<sdk::PullPage, sdk::Outcome>> guarded_pull(
    sdk::Connector& connector, AttemptSession& session, sdk::PullRequest request
) {
    co_return co_await guarded_reading<sdk::PullPage>(
        connector, session, &sdk::Connector::pull, std::move(request)
    );
}

sdk::Task<std::expected<std::vector<sdk::SubscriptionState>, sdk::Outcome>> guarded_subscriptions(
    sdk::Connector& connector, AttemptSession& session, sdk::SubscriptionPlan plan
) {
    co_return co_await guarded_reading<std::vector<sdk::SubscriptionState>>(
        connector, session, &sdk::Connector::subscriptions, std::move(plan)
    );
}

sdk::Task<sdk::TestReport> guarded_test(sdk::Connector& connector, AttemptSession& session) {
    sdk::TestReport report;
    try {
        co_await session.get_token_for_now();
        if (session.token_trouble()) {
            report.sentence = session.token_trouble()->sentence;
            co_return report;
        }
        report = co_await connector.test(session);
        if (!report.ok && session.token_trouble()) {
            report.sentence = session.token_trouble()->sentence;
        }
    } catch (const std::exception& error) {
        report.sentence = "a bug in the connector " + std::string(connector.slug()) + ": " + error.what();
    } catch (...) {
        report.sentence =
            "a bug in the connector " + std::string(connector.slug()) + ": it threw no std::exception";
    }
    co_return report;
}

}  // namespace navette::engine
