#include "daemon/engine/account_news.hpp"

#include "daemon/core/log.hpp"

namespace navette::engine {

using State = core::Breaker::State;

void tell_answered(Account& account, core::PlatformMetrics& metrics) {
    const bool was_closed = account.breaker() == State::closed;
    account.answered();
    if (!was_closed && account.breaker() == State::closed) {
        metrics.breakers_open.add(-1);
    }
}

void tell_unavailable(
    Account& account,
    core::PlatformMetrics& metrics,
    const Integration& integration,
    const sdk::Outcome& outcome,
    double random
) {
    const auto before = account.breaker();
    if (before == State::closed) {
        metrics.breakers_open.add(1);
    }
    const auto pause = account.unavailable(std::chrono::steady_clock::now(), outcome.retry_after, random);
    if (before != State::open) {
        const auto& key = integration.key();
        metrics.breaker_opened.add();
        core::log(
            core::LogLevel::warning,
            "the platform is unavailable, its jobs wait: " + integration.redactor().text(outcome.message),
            {{"integration", key.id}, {"tenant", key.tenant_id}, {"pause_ms", pause.count()}}
        );
    }
}

void tell_throttled(
    Account& account,
    core::PlatformMetrics& metrics,
    const Integration& integration,
    const sdk::Outcome& outcome,
    std::chrono::milliseconds span
) {
    const auto& key = integration.key();
    account.freeze(span);
    metrics.throttled.add();
    core::log(
        core::LogLevel::warning,
        "the platform asked for fewer requests: " + integration.redactor().text(outcome.message),
        {{"integration", key.id}, {"tenant", key.tenant_id}, {"freeze_ms", span.count()}}
    );
}

}  // namespace navette::engine
