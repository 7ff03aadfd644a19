// The part of a lane that calls the connector and writes down what came of it.
#include "daemon/core/log.hpp"
#include "daemon/engine/account_news.hpp"
#include "daemon/engine/batch_split.hpp"
#include "daemon/engine/lane.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace navette::engine {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

// Jobs read longer ago than this may have been cancelled since: the start looks again.
constexpr milliseconds kFreshlyRead{1'000};
// Of a larger batch only the first job keeps the requests, whatever became of the others: a copy for each
// would take gigabytes.
constexpr std::size_t kOwnEvidence = 1'000;

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
        Batch permitted;
        for (auto& ready : batch) {
            if (std::ranges::find(allowed, ready->job.id) != allowed.end()) {
                permitted.push_back(std::move(ready));
            } else if (allowed.empty()) {
                sequencer_.returned(ready->job);
            } else {
                over(ready->job);
            }
        }
        batch = std::move(permitted);
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

void Lane::conclude(
    Batch& batch,
    const std::vector<sdk::Outcome>& outcomes,
    const AttemptSession& session,
    std::chrono::system_clock::time_point began,
    milliseconds took,
    std::vector<store::Completion>& completions,
    std::vector<store::Finished>& finished
) {
    const auto& object = batch.front()->plan.object;
    const auto& work = work_of(object);
    const auto& redactor = integration_->redactor();
    const bool split = failed_as_a_whole(outcomes);
    if (batch.size() > 1) {
        metrics_->batches.add();
    }
    if (split) {
        metrics_->batch_splits.add();
        core::log(
            core::LogLevel::info,
            "a batch failed as a whole and is taken apart",
            {{"integration", integration_->key().id},
             {"object", object},
             {"jobs", static_cast<long long>(batch.size())}}
        );
        for (const auto& ready : batch) {
            split_[ready->job.id] = (batch.size() + 1) / 2;
        }
    }
    std::array<bool, 16> seen{};  // outcome kinds of this batch that were reacted to
    // What came from the platform is still to be applied, even where the connector needed no request for it.
    const bool silent =
        session.exchanges().empty() && session.remarks().empty() && !batch.front()->plan.inbound;
    store::Finished plain;
    const auto request = requests_json(session.exchanges(), redactor);
    const auto response = responses_json(session.exchanges(), redactor);
    const auto first_id = batch.front()->job.id;
    const bool wrote = session.may_have_written();
    for (std::size_t at = 0; at < batch.size(); ++at) {
        const auto& ready = *batch[at];
        const auto& outcome = outcomes[at];
        if (silent && outcome.kind == sdk::OutcomeKind::done && !work.spec->linked && !work.is_parent) {
            plain.job_ids.push_back(ready.job.id);
            plain.places.push_back(ready.job.place);
            continue;
        }
        auto& seen_kind = seen.at(static_cast<std::size_t>(outcome.kind));
        auto completion = conclusion(ready, outcome, split, !std::exchange(seen_kind, true));
        note_doubt(ready, outcome, wrote, completion);
        completion.started_at = began;
        completion.duration = took;
        // One request carried the whole batch: it is kept with the first job and with those that it failed
        // for.
        const bool fails_for_many = batch.size() > kOwnEvidence;
        if (at == 0 || (!outcome.is_success() && !fails_for_many)) {
            completion.request = request;
            completion.response = response;
        } else {
            completion.request = "{\"see_job\":" + std::to_string(first_id) + "}";
        }
        for (const auto& remark : session.remarks()) {
            completion.remarks.push_back(storable(redactor.text(remark)));
        }
        completions.push_back(std::move(completion));
    }
    if (!plain.job_ids.empty()) {
        metrics_->attempts("done").add(static_cast<double>(plain.job_ids.size()));
        metrics_->jobs_finished.add(static_cast<double>(plain.job_ids.size()));
        plain.key = integration_->key();
        plain.epoch = epoch_;
        plain.object = object;
        plain.outcome = "done";
        plain.started_at = began;
        plain.duration = took;
        finished.push_back(std::move(plain));
        tell_answered(*account_, *metrics_);
    }
}

store::Completion Lane::conclusion(
    const Ready& ready, const sdk::Outcome& outcome, bool split, bool first_of_its_kind
) {
    const auto& object = ready.plan.object;
    const auto& work = work_of(object);
    AttemptFacts facts;
    facts.attempts_before = ready.job.attempts;
    facts.max_retries = ready.job.max_retries.value_or(integration_->max_retries());
    facts.maybe_applied_before = ready.job.maybe_applied;
    facts.random = random();
    auto consequence = consequence_of(outcome, facts, integration_->manifest().retry);
    if (split) {
        consequence.verdict = store::Verdict::retry;
        consequence.attempts = ready.job.attempts;
        consequence.run_after = milliseconds(0);
    }
    if (outcome.maybe_applied && consequence.verdict == store::Verdict::retry) {
        consequence.run_after = std::max(consequence.run_after, work.spec->settle);
    }
    auto completion = completion_of(ready.job, object, outcome);
    apply(consequence, completion);
    name_for_children(completion, ready.job);
    if (ready.put_off) {
        completion.verdict = store::Verdict::retry;
        completion.attempts = ready.job.attempts;
        completion.run_after = kMergeAgain;
        completion.logged = false;
        // The platform answered all the same: who waits for this call as the breaker's probe must hear so.
        react(consequence, outcome, first_of_its_kind);
        return completion;
    }
    if (!ready.merged.empty()) {
        completion.received = storable(ready.merged);
        completion.object = ready.plan.inbound ? ready.plan.inbound->object : object;
    } else if (ready.plan.inbound) {
        completion.object = ready.plan.inbound->object;
        completion.received =
            outcome.is_success() && !ready.plan.is_merged ? storable(change_json(*ready.plan.inbound)) : "";
    } else if (ready.plan.action == sdk::Action::remove) {
        completion.unlinked = outcome.is_success();
    } else if (work.spec->linked) {
        completion.linked = outcome.kind == sdk::OutcomeKind::done && !outcome.remote_id.empty();
        completion.unlinked = outcome.kind == sdk::OutcomeKind::gone;
        if (completion.linked) {
            completion.pushed_hash = ready.hash;
            completion.snapshot = ready.snapshot;
            completion.references_hash = ready.references_hash;
        }
    }
    metrics_->attempts(completion.outcome).add();
    react(consequence, outcome, first_of_its_kind);
    return completion;
}

void Lane::name_for_children(store::Completion& completion, const store::Job& job) const {
    const auto work = works_.find(completion.object);
    if (work == works_.end() || !work->second.is_parent) {
        return;
    }
    completion.awaited_as.push_back(completion.object + ":" + job.entity_id);
    if (job.entity_type != completion.object) {
        completion.awaited_as.push_back(job.entity_type + ":" + job.entity_id);
    }
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
    completion.message = outcome.message.empty() ? std::string() : storable(redactor.text(outcome.message));
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

void Lane::react(const Consequence& consequence, const sdk::Outcome& outcome, bool first_of_its_kind) {
    const auto& key = integration_->key();
    if (outcome.is_success()) {
        if (first_of_its_kind) {
            tell_answered(*account_, *metrics_);
        }
        return;
    }
    const auto message = integration_->redactor().text(outcome.message);
    if (consequence.verdict == store::Verdict::fail) {
        core::log(
            core::LogLevel::warning,
            "dead letter: " + message,
            {{"integration", key.id}, {"tenant", key.tenant_id}}
        );
    }
    if (!first_of_its_kind) {
        return;
    }
    if (outcome.kind == sdk::OutcomeKind::unavailable) {
        tell_unavailable(*account_, *metrics_, *integration_, outcome, random());
    } else {
        tell_answered(*account_, *metrics_);
    }
    if (consequence.freeze) {
        tell_throttled(*account_, *metrics_, *integration_, outcome, *consequence.freeze);
    }
    if (!consequence.hold_as.empty() && !hold_) {
        hold(consequence.hold_as, message);
    }
}

double Lane::random() {
    return std::uniform_real_distribution<double>(0.0, 1.0)(workshop_.random);
}

}  // namespace navette::engine
