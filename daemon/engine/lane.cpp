#include "daemon/engine/lane.hpp"

#include "daemon/core/log.hpp"
#include "daemon/engine/spawn.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>

namespace navette::engine {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

// After this many full reads in a row a lane is busy for good: it looks by itself and need not be told of new
// work.
constexpr int kBusyAfter = 2;
// The last sync's time on the integration's row is for people: not written more often than this while nothing
// changes.
constexpr std::chrono::seconds kNoteEvery{10};

}  // namespace

Lane::Lane(Workshop& workshop, std::shared_ptr<const Integration> integration, std::int64_t epoch)
    : workshop_(workshop),
      integration_(std::move(integration)),
      epoch_(epoch),
      began_(steady_clock::now()),
      changed_(workshop.executor) {
    replace(integration_);
}

void Lane::replace(std::shared_ptr<const Integration> integration) {
    integration_ = std::move(integration);
    account_ = workshop_.accounts.of(integration_->account(), integration_->manifest());
    hold_ = integration_->row().state != "active";
    retest_at_ = steady_clock::now() + workshop_.retest;
    memory_.clear();
    paused_until_ = {};
    // What was prepared with the old settings is prepared anew.
    for (const auto& ready : ready_) {
        in_hand_.erase(ready.job.id);
    }
    ready_.clear();
    look();
}

void Lane::look() {
    look_ = true;
    changed_.notify();
}

void Lane::stop() {
    stopping_ = true;
    changed_.notify();
}

asio::awaitable<void> Lane::run() {
    while (!stopping_) {
        if (hold_) {
            co_await wait_while_held();
            continue;
        }
        const auto now = steady_clock::now();
        if (now < paused_until_) {
            co_await changed_.wait_until(paused_until_);
            continue;
        }
        if (now >= look_at_) {
            look_ = true;
            look_at_ = SteadyTime::max();
        }
        if (look_ && ready_.size() < static_cast<std::size_t>(workshop_.batch) / 2 + 1) {
            co_await refill();
            continue;
        }
        if (!decided_.empty()) {
            co_await flush_decided();
            continue;
        }
        if (start_some()) {
            continue;
        }
        if (ready_.empty() && running_ == 0 && !look_ && !told_asleep_) {
            told_asleep_ = true;
            workshop_.sleeps(integration_->key().id);
        }
        co_await changed_.wait_until(look_at_);
    }
}

void Lane::look_at(SteadyTime when) {
    look_at_ = std::min(look_at_, when);
}

asio::awaitable<void> Lane::refill() {
    look_ = false;
    const auto connection = co_await workshop_.database.connection();
    if (!connection) {
        look_at(steady_clock::now() + kDatabaseAgain);
        co_return;
    }
    const std::vector<std::int64_t> in_hand(in_hand_.begin(), in_hand_.end());
    auto picked = co_await store::pick(**connection, integration_->key(), in_hand, workshop_.batch);
    if (!picked) {
        core::log(
            core::LogLevel::warning,
            "cannot read the queue",
            {{"integration", integration_->key().id}, {"error", picked.error().message}}
        );
        look_at(steady_clock::now() + kDatabaseAgain);
        co_return;
    }
    if (picked->next_due) {
        look_at(steady_clock::now() + *picked->next_due + milliseconds(1));
    }
    const bool full = static_cast<int>(picked->jobs.size()) >= workshop_.batch;
    full_reads_ = full ? full_reads_ + 1 : 0;
    look_ = look_ || full;
    if (full_reads_ >= kBusyAfter && told_asleep_) {
        told_asleep_ = false;
        workshop_.wakes(integration_->key().id);
    }
    if (!picked->jobs.empty()) {
        co_await prepare(std::move(picked->jobs));
    }
}

bool Lane::start_some() {
    bool started = false;
    while (!ready_.empty() && !stopping_ && workshop_.lease_is_fresh()) {
        // The first job whose object has a free place; objects do not wait for each other.
        const auto fits = [&](const Ready& ready) {
            const auto* object = integration_->manifest().object(ready.plan.object);
            return object != nullptr && running_per_object_[ready.plan.object] < object->concurrency;
        };
        const auto first = std::ranges::find_if(ready_, fits);
        if (first == ready_.end()) {
            break;
        }
        const auto object = first->plan.object;
        const auto action = first->plan.action;
        const auto most = static_cast<std::size_t>(integration_->manifest().object(object)->batch);
        std::vector<Ready> batch;
        for (auto at = first; at != ready_.end() && batch.size() < most;) {
            if (at->plan.object == object && at->plan.action == action) {
                batch.push_back(std::move(*at));
                at = ready_.erase(at);
            } else {
                ++at;
            }
        }
        ++running_;
        ++running_per_object_[object];
        auto running = [](std::shared_ptr<Lane> lane, std::vector<Ready> jobs) -> asio::awaitable<void> {
            co_await lane->run_batch(std::move(jobs));
        };
        spawn(workshop_.executor, running(shared_from_this(), std::move(batch)), "a call of " + object);
        started = true;
    }
    return started;
}

asio::awaitable<void> Lane::run_batch(std::vector<Ready> batch) {
    const auto integration = integration_;
    const auto account = account_;
    const auto object = batch.front().plan.object;
    store::Start start;
    start.key = integration->key();
    start.epoch = epoch_;
    start.batch_id = next_batch_++;
    for (const auto& ready : batch) {
        start.job_ids.push_back(ready.job.id);
    }
    const store::Ended ended{start.key, start.epoch, start.batch_id};
    const auto asked_for = start.job_ids;
    const auto allowed = co_await workshop_.journal.start(std::move(start));
    // A job that was cancelled meanwhile, or a lease that was lost: nothing leaves.
    std::erase_if(batch, [&](const Ready& ready) {
        return std::ranges::find(allowed, ready.job.id) == allowed.end();
    });

    std::vector<store::Completion> completions;
    if (!batch.empty()) {
        AttemptSession session(integration, account, workshop_.transport, memory_);
        std::vector<sdk::Operation> operations;
        operations.reserve(batch.size());
        for (auto& ready : batch) {
            operations.push_back(std::move(ready.operation));
        }
        const auto began = std::chrono::system_clock::now();
        const auto began_steady = steady_clock::now();
        const auto outcomes = co_await guarded_push(integration->connector(), session, std::move(operations));
        const auto took = std::chrono::duration_cast<milliseconds>(steady_clock::now() - began_steady);
        const auto request = requests_json(session.exchanges(), integration->redactor());
        const auto response = responses_json(session.exchanges(), integration->redactor());
        for (std::size_t at = 0; at < batch.size(); ++at) {
            const auto& ready = batch[at];
            const auto& outcome = outcomes[at];
            AttemptFacts facts;
            facts.attempts_before = ready.job.attempts;
            facts.max_retries = ready.job.max_retries.value_or(integration->max_retries());
            facts.maybe_applied_before = ready.job.maybe_applied;
            facts.outages_in_a_row = outages_in_a_row_;
            facts.random = random();
            auto consequence = consequence_of(outcome, facts, integration->manifest().retry);
            if (outcome.maybe_applied && consequence.verdict == store::Verdict::retry) {
                consequence.run_after =
                    std::max(consequence.run_after, integration->manifest().object(object)->settle);
            }
            auto completion = completion_of(ready.job, object, outcome);
            apply(consequence, completion);
            completion.started_at = began;
            completion.duration = took;
            completion.request = request;
            completion.response = response;
            for (const auto& remark : session.remarks()) {
                completion.remarks.push_back(storable(integration->redactor().text(remark)));
            }
            if (ready.plan.action == sdk::Action::remove) {
                completion.unlinked = outcome.is_success();
            } else {
                completion.linked = outcome.kind == sdk::OutcomeKind::done && !outcome.remote_id.empty();
                completion.unlinked = outcome.kind == sdk::OutcomeKind::gone;
                completion.pushed_hash = ready.hash;
                completion.snapshot = boost::json::serialize(ready.plan.fields);
            }
            react(consequence, outcome);
            completions.push_back(std::move(completion));
        }
    }
    std::string status = "success";
    std::string error;
    for (const auto& completion : completions) {
        if (completion.verdict != store::Verdict::finish) {
            status = "failed";
            error = completion.message;
        }
    }
    const bool any = !completions.empty();
    std::vector<store::Ended> over;
    over.push_back(ended);
    co_await workshop_.journal.complete(std::move(completions), std::move(over));
    for (const auto id : asked_for) {
        in_hand_.erase(id);
    }
    --running_;
    --running_per_object_[object];
    if (hold_ && !stopping_) {
        for (const auto& ready : ready_) {
            in_hand_.erase(ready.job.id);
        }
        ready_.clear();
    }
    if (allowed.empty()) {
        // Most likely the lease is lost, which this node's ownership loop will learn: no hurry to try again.
        look_at(steady_clock::now() + kDatabaseAgain);
        changed_.notify();
    } else {
        look();
    }
    if (any) {
        co_await note_result(std::move(status), std::move(error));
    }
}

store::Completion Lane::completion_of(
    const store::Job& job, const std::string& object, const sdk::Outcome& outcome
) const {
    const auto& redactor = integration_->redactor();
    store::Completion completion;
    completion.key = integration_->key();
    completion.epoch = epoch_;
    completion.job_id = job.id;
    completion.attempts = job.attempts;
    completion.maybe_applied = job.maybe_applied;
    completion.outcome = sdk::to_string(outcome.kind);
    completion.message = storable(redactor.text(outcome.message));
    completion.field = storable(outcome.field);
    completion.object = object;
    completion.remote_id = storable(outcome.remote_id);
    completion.remote_version = storable(outcome.remote_version);
    completion.started_at = std::chrono::system_clock::now();
    return completion;
}

void Lane::apply(const Consequence& consequence, store::Completion& completion) const {
    completion.verdict = consequence.verdict;
    completion.attempts = consequence.attempts;
    completion.run_after = consequence.run_after;
    completion.maybe_applied = consequence.maybe_applied;
}

void Lane::react(const Consequence& consequence, const sdk::Outcome& outcome) {
    const auto& key = integration_->key();
    const auto message = integration_->redactor().text(outcome.message);
    if (outcome.kind != sdk::OutcomeKind::unavailable) {
        outages_in_a_row_ = 0;
    }
    if (consequence.pause) {
        ++outages_in_a_row_;
        paused_until_ = std::max(paused_until_, steady_clock::now() + *consequence.pause);
        core::log(
            core::LogLevel::warning,
            "the platform is unavailable, its jobs wait: " + message,
            {{"integration", key.id}, {"tenant", key.tenant_id}, {"pause_ms", consequence.pause->count()}}
        );
    }
    if (consequence.freeze) {
        account_->freeze(*consequence.freeze);
        core::log(
            core::LogLevel::warning,
            "the platform asked for fewer requests: " + message,
            {{"integration", key.id}, {"tenant", key.tenant_id}, {"freeze_ms", consequence.freeze->count()}}
        );
    }
    if (consequence.verdict == store::Verdict::fail) {
        core::log(
            core::LogLevel::warning,
            "dead letter: " + message,
            {{"integration", key.id}, {"tenant", key.tenant_id}}
        );
    }
    if (!consequence.hold_as.empty() && !hold_) {
        hold_ = true;
        retest_at_ = steady_clock::now() + workshop_.retest;
        core::log(
            core::LogLevel::error,
            "the integration is held, its jobs are kept: " + message,
            {{"integration", key.id}, {"tenant", key.tenant_id}, {"state", consequence.hold_as}}
        );
        auto noting = [](std::shared_ptr<Lane> lane, std::string state, std::string reason
                      ) -> asio::awaitable<void> {
            co_await lane->note_state(std::move(state), std::move(reason));
        };
        spawn(
            workshop_.executor, noting(shared_from_this(), consequence.hold_as, storable(message)), "state"
        );
    }
}

asio::awaitable<void> Lane::note_state(std::string state, std::string reason) {
    const auto key = integration_->key();
    if (const auto connection = co_await workshop_.database.connection()) {
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

asio::awaitable<void> Lane::note_result(std::string status, std::string error) {
    const auto now = steady_clock::now();
    if (status == last_status_ && now - last_note_ < kNoteEvery) {
        co_return;
    }
    last_status_ = status;
    last_note_ = now;
    const auto key = integration_->key();
    if (const auto connection = co_await workshop_.database.connection()) {
        // For people only: that it could not be written shows elsewhere.
        const auto noted =
            co_await store::note_last_sync(**connection, {key, std::move(status), std::move(error)});
        if (!noted) {
            last_status_.clear();
        }
    }
}

asio::awaitable<void> Lane::wait_while_held() {
    co_await changed_.wait_until(retest_at_);
    if (!hold_ || stopping_ || steady_clock::now() < retest_at_) {
        co_return;
    }
    retest_at_ = steady_clock::now() + workshop_.retest;
    if (integration_->row().state == "paused") {
        co_return;
    }
    const auto integration = integration_;
    AttemptSession session(integration, account_, workshop_.transport, memory_);
    const auto report = co_await guarded_test(integration->connector(), session);
    if (report.ok && integration == integration_) {
        core::log(
            core::LogLevel::info, "the integration works again", {{"integration", integration->key().id}}
        );
        co_await note_state("active", "");
        hold_ = false;
        look();
    }
}

double Lane::random() {
    return std::uniform_real_distribution<double>(0.0, 1.0)(workshop_.random);
}

}  // namespace navette::engine
