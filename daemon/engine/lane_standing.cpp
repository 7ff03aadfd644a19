// The part of a lane that keeps people informed of the integration: its state, its last sync, its schedule.
#include "daemon/config/duration.hpp"
#include "daemon/core/log.hpp"
#include "daemon/engine/lane.hpp"
#include "daemon/engine/spawn.hpp"

#include <algorithm>
#include <utility>

namespace navette::engine {

namespace asio = boost::asio;
using std::chrono::steady_clock;

namespace {

// The last sync's time on the integration's row is for people: not written more often than this while nothing
// changes.
constexpr std::chrono::seconds kNoteEvery{10};

}  // namespace

void Lane::hold(const std::string& state, const std::string& message) {
    const auto& key = integration_->key();
    hold_ = true;
    retest_at_ = steady_clock::now() + workshop_.settings.retest;
    core::log(
        core::LogLevel::error,
        "the integration is held, its jobs are kept: " + message,
        {{"integration", key.id}, {"tenant", key.tenant_id}, {"state", state}}
    );
    auto noting = [](std::shared_ptr<Lane> lane, std::string value, std::string reason
                  ) -> asio::awaitable<void> {
        co_await lane->note_state(std::move(value), std::move(reason));
    };
    spawn(workshop_.executor, noting(shared_from_this(), state, storable(message)), "state");
}

void Lane::needs_consent(const std::string& sentence) {
    if (!hold_ && !stopping_) {
        hold("needs_reauth", sentence);
        changed_.notify();
    }
}

asio::awaitable<void> Lane::wait_while_held() {
    co_await changed_.wait_until(retest_at_);
    if (!hold_ || stopping_ || steady_clock::now() < retest_at_) {
        co_return;
    }
    retest_at_ = steady_clock::now() + workshop_.settings.retest;
    // What was switched off for good reason is switched on again by a person.
    if (integration_->row().state == "paused" || integration_->disable_after()) {
        co_return;
    }
    const auto integration = integration_;
    AttemptSession session(integration, account_, workshop_.transport, memory_);
    session.only_while(still_ours());
    session.renew_tokens_by(workshop_.tokens);
    const auto report = co_await guarded_test(integration->connector(), session);
    if (report.ok && integration == integration_) {
        core::log(
            core::LogLevel::info, "the integration works again", {{"integration", integration->key().id}}
        );
        co_await note_state("active", "");
        hold_ = false;
        look_closely();
    }
}

asio::awaitable<void> Lane::note_state(std::string state, std::string reason) {
    const auto key = integration_->key();
    if (const auto connection = co_await workshop_.express.database.connection()) {
        const auto noted =
            co_await store::set_integration_state(**connection, key, std::move(state), std::move(reason));
        if (!noted) {
            core::log(
                core::LogLevel::warning,
                "the integration's state could not be noted",
                {{"integration", key.id}, {"error", noted.error().message}}
            );
        }
    }
}

asio::awaitable<void> Lane::note_result(bool ok, std::string error) {
    const auto now = steady_clock::now();
    succeeded_ = succeeded_ || ok;
    failures_ = ok ? 0 : failures_ + 1;
    // Where much hangs on how long nothing succeeded, it is looked at more closely than that takes.
    const auto integration = integration_;
    const auto deadline = integration->disable_after();
    const auto every = deadline ? std::min<steady_clock::duration>(kNoteEvery, *deadline / 10) : kNoteEvery;
    if (last_ok_ == ok && now - last_note_ < every) {
        co_return;
    }
    last_ok_ = ok;
    last_note_ = now;
    store::LastSync last{integration->key(), ok ? "success" : "failed", error};
    last.succeeded = std::exchange(succeeded_, false);
    last.failures = std::exchange(failures_, 0);
    if (const auto connection = co_await workshop_.express.database.connection()) {
        const auto noted = co_await store::note_last_sync(**connection, last);
        if (!noted) {
            // Written with the next one. For people it shows elsewhere.
            last_ok_.reset();
            succeeded_ = succeeded_ || last.succeeded;
            failures_ += last.failures;
        } else if (integration == integration_) {
            disable_if_dead(*noted, error);
        }
    }
}

void Lane::disable_if_dead(const store::FailingSpell& spell, const std::string& last_error) {
    const auto& rule = integration_->manifest().disable;
    const auto deadline = integration_->disable_after();
    if (!rule || !deadline || hold_ || spell.failures < rule->attempts || spell.lasted < *deadline) {
        return;
    }
    hold(
        "error",
        "switched off: nothing has succeeded for " + config::duration_text(*deadline) + ", " +
            std::to_string(spell.failures) + " attempts failed, the last one with: " + last_error +
            "; once it is mended run: navettectl integration enable " + integration_->key().id
    );
    drop_prepared();
    changed_.notify();
}

asio::awaitable<void> Lane::note_flush(Gate::Flush flush) {
    const auto key = integration_->key();
    if (const auto connection = co_await workshop_.express.database.connection()) {
        const auto noted = co_await store::note_flush(
            **connection, {key, workshop_.node_id, epoch_, flush.flushed_at, flush.answered}
        );
        if (!noted) {
            core::log(
                core::LogLevel::warning,
                "that the integration was flushed could not be noted; it is done again after a restart",
                {{"integration", key.id}, {"error", noted.error().message}}
            );
        }
    }
}

}  // namespace navette::engine
