#include "daemon/engine/background.hpp"

#include "daemon/core/log.hpp"
#include "daemon/engine/account_news.hpp"
#include "daemon/engine/verdict.hpp"

#include <algorithm>

namespace navette::engine {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds kFirstPause{30'000};

double chance(std::mt19937_64& random) {
    return std::uniform_real_distribution<double>(0.0, 1.0)(random);
}

/// There is no job whose log they could stand in. Each is told once, since every page may remark the same.
void tell_remarks(AttemptSession& session, const Integration& integration) {
    for (const auto& remark : session.remarks()) {
        const auto told = "told: " + remark;
        if (session.recall(told).is_bool()) {
            continue;
        }
        session.remember(told, true);
        core::log(
            core::LogLevel::info,
            storable(integration.redactor().text(remark)),
            {{"integration", integration.key().id}, {"tenant", integration.key().tenant_id}}
        );
    }
}

}  // namespace

store::Owner owner_of(const Background& background, const OwnedIntegration& owned) {
    return {owned.integration->key(), background.node_id(), owned.epoch};
}

BackgroundCall::BackgroundCall(
    const Background& background, OwnedIntegration& owned, const std::function<bool()>& wanted
)
    : integration_(owned.integration),
      account_(background.accounts.of(integration_->account(), integration_->manifest())),
      random_(background.random),
      wanted_([wanted, holds = background.holds_lease, id = integration_->key().id, epoch = owned.epoch] {
          return wanted() && holds(id, epoch);
      }),
      session_(integration_, account_, background.transport, owned.memory, true) {
    session_.only_while(wanted_);
    session_.keep_no_answers();
    session_.renew_tokens_by(background.tokens);
}

std::optional<SteadyTime> BackgroundCall::may_begin() {
    return account_->may_start(std::chrono::steady_clock::now(), true);
}

std::optional<milliseconds> BackgroundCall::ended(const sdk::Outcome* failure) {
    auto& metrics = core::platform_metrics(integration_->manifest().slug);
    if (!wanted_()) {
        account_->give_back();
        return std::nullopt;
    }
    tell_remarks(session_, *integration_);
    if (failure != nullptr && failure->kind == sdk::OutcomeKind::unavailable) {
        tell_unavailable(*account_, metrics, *integration_, *failure, chance(random_));
        return failure->retry_after;
    }
    tell_answered(*account_, metrics);
    if (failure == nullptr) {
        return std::nullopt;
    }
    const auto freeze = consequence_of(*failure, {}, integration_->manifest().retry).freeze;
    if (freeze) {
        tell_throttled(*account_, metrics, *integration_, *failure, *freeze);
    }
    return freeze ? freeze : failure->retry_after;
}

std::string BackgroundCall::sentence_of(const sdk::Outcome& failure) const {
    return storable(integration_->redactor().text(failure.message));
}

milliseconds background_pause(int failures, milliseconds longest, std::mt19937_64& random) {
    auto pause = std::min(kFirstPause, longest);
    for (int at = 1; at < failures && pause < longest; ++at) {
        pause = std::min(pause * 2, longest);
    }
    return pause / 2 + milliseconds(static_cast<milliseconds::rep>(
                           static_cast<double>(pause.count()) / 2 * chance(random)
                       ));
}

}  // namespace navette::engine
