// The part of a lane that calls the connector and writes down what came of it.
#include "daemon/core/metrics.hpp"
#include "daemon/engine/lane.hpp"

#include <algorithm>
#include <utility>

namespace navette::engine {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

// Jobs read longer ago than this may have been cancelled since: the start looks again.
constexpr milliseconds kFreshlyRead{1'000};

}  // namespace

asio::awaitable<void> Lane::run_batch(Batch batch, Way way) {
    const auto integration = integration_;
    const auto account = account_;
    const auto object = batch.front()->plan.object;
    // The end of a backlog has batches too, which can wait as all the others do.
    auto pass = batch.size() <= RightOfWay::kShortStep ? right_of_way() : RightOfWay::Pass();
    const auto now = steady_clock::now();
    auto& at = desk();
    store::Start start;
    start.key = integration->key();
    start.epoch = epoch_;
    start.batch_id = way.batch_id ? *way.batch_id : next_batch_++;
    start.suspect = way.suspect;
    const auto trusted = std::max(trusted_since_, now - kFreshlyRead);
    start.recheck = std::ranges::any_of(batch, [&](const auto& ready) { return ready->read_at < trusted; });
    start.job_ids.reserve(batch.size());
    start.sent = sent_of(batch);
    bool background = true;
    for (const auto& ready : batch) {
        start.job_ids.push_back(ready->job.id);
        background = background && ready->job.priority >= kBackground;
    }
    std::vector<store::Ended> ended{{start.key, start.epoch, start.batch_id}};
    // What was marked as it was read may be sent as long as that read is trusted.
    const bool stands_in_flight = way.batch_id && !start.recheck;
    if (way.batch_id && start.recheck) {
        start.batch_id = next_batch_++;
        ended.push_back({start.key, start.epoch, start.batch_id});
    }
    const auto allowed =
        stands_in_flight ? std::move(start.job_ids) : co_await at.journal.start(std::move(start));
    // A job that was cancelled meanwhile, or a lease that was lost: nothing leaves.
    if (allowed.size() < batch.size()) {
        batch = permitted(std::move(batch), allowed);
    }
    std::vector<store::Completion> completions;
    std::vector<store::Finished> finished;
    bool ok = true;
    std::string error;
    if (!batch.empty()) {
        AttemptSession session(integration, account, workshop_.transport, memory_, background);
        const auto goes_on = [this] { return steady_clock::now() < waits_end_; };
        session.wait_while(goes_on);
        // A bulk batch of many requests stops between two of them: what was done by then is written down.
        session.only_while(
            way.in_bulk ? [ours = still_ours(), goes_on] { return goes_on() && ours(); } : still_ours()
        );
        session.renew_tokens_by(workshop_.tokens);
        std::vector<sdk::Operation> operations;
        operations.reserve(batch.size());
        for (auto& ready : batch) {
            operations.push_back(std::move(ready->operation));
        }
        const auto began = std::chrono::system_clock::now();
        const auto began_steady = steady_clock::now();
        metrics_->pick_to_start.observe(began_steady - batch.front()->read_at);
        if (batch.size() == 1) {
            pass.arrive(began_steady);
        }
        pass.give_up();
        auto outcomes = batch.front()->plan.inbound
                            ? co_await fetch_all(integration, session, batch)
                            : co_await push_after_a_look(integration, session, batch, std::move(operations));
        co_await merge_fetched(integration, batch, outcomes, began_steady);
        const auto took = steady_clock::now() - began_steady;
        metrics_->call.observe(took);
        metrics_->limiter_wait.observe(session.waited());
        conclude(
            batch,
            outcomes,
            session,
            began,
            std::chrono::duration_cast<milliseconds>(took),
            completions,
            finished
        );
        for (const auto& completion : completions) {
            if (completion.verdict != store::Verdict::finish) {
                ok = false;
                error = completion.message;
            }
        }
    }
    pass.give_up();
    std::vector<std::pair<std::int64_t, Aftermath>> written;
    written.reserve(completions.size());
    for (const auto& completion : completions) {
        written.emplace_back(completion.job_id, Aftermath(completion));
    }
    co_await at.journal.complete(std::move(completions), std::move(finished), std::move(ended));
    // What has its own completion goes its way; all others of the batch are simply over.
    std::size_t kept = 0;
    for (const auto& ready : batch) {
        if (kept < written.size() && written[kept].first == ready->job.id) {
            settle_job(ready->job, written[kept++].second);
        } else {
            over(ready->job);
        }
    }
    --running_;
    auto& work = work_of(object);
    --work.running;
    if (way.in_bulk) {
        --work.bulk_running;
        look_ = true;
    }
    core::engine_metrics().calls_in_flight.add(-1);
    workshop_.places.give_back();
    if (way.suspect) {
        workshop_.suspects.give_back();
    }
    if (hold_ && !stopping_) {
        drop_prepared();
    }
    if (allowed.empty()) {
        account->give_back();
        // Most likely the lease is lost, which this node's ownership loop will learn: no hurry to try again.
        classes_.rewind();
        look_at(steady_clock::now() + kDatabaseAgain);
    }
    changed_.notify();
    if (!batch.empty()) {
        co_await note_result(ok, std::move(error));
    }
}

Lane::Batch Lane::permitted(Batch batch, const std::vector<std::int64_t>& allowed) {
    Batch kept;
    for (auto& ready : batch) {
        if (std::ranges::find(allowed, ready->job.id) != allowed.end()) {
            kept.push_back(std::move(ready));
        } else if (allowed.empty()) {
            sequencer_.returned(ready->job);
        } else {
            over(ready->job);
        }
    }
    return kept;
}

asio::awaitable<std::vector<sdk::Outcome>> Lane::fetch_all(
    std::shared_ptr<const Integration> integration, AttemptSession& session, Batch& batch
) {
    std::vector<sdk::Outcome> outcomes;
    for (auto& ready : batch) {
        auto& inbound = *ready->plan.inbound;
        auto fetched =
            co_await guarded_fetch(integration->connector(), session, inbound.object, inbound.remote_id);
        outcomes.push_back(take_fetched(inbound, std::move(fetched)));
    }
    co_return outcomes;
}

void Lane::settle_job(const store::Job& job, const Aftermath& aftermath) {
    switch (aftermath.verdict) {
        case store::Verdict::finish:
            metrics_->jobs_finished.add();
            over(job);
            break;
        case store::Verdict::fail:
            metrics_->jobs_failed.add();
            over(job);
            break;
        case store::Verdict::retry:
        case store::Verdict::park:
            sequencer_.returned(job);
            look_at(steady_clock::now() + aftermath.run_after + milliseconds(1));
            changed_.notify();
            break;
        case store::Verdict::merge:
            break;
    }
    if (aftermath.frees_children) {
        look_closely();  // those who waited for it are due
    } else if (aftermath.makes_work) {
        look();
    }
}

void Lane::over(const store::Job& job) {
    if (!split_.empty()) {
        split_.erase(job.id);
    }
    if (auto next = sequencer_.finished(job)) {
        leaders_.push_back(std::move(*next));
        changed_.notify();
    } else if (sequencer_.has_unread()) {
        changed_.notify();
    }
}

}  // namespace navette::engine
