// The part of a lane that says what became of a call: of each of its jobs, and of the platform.
#include "daemon/core/log.hpp"
#include "daemon/engine/account_news.hpp"
#include "daemon/engine/batch_split.hpp"
#include "daemon/engine/lane.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace navette::engine {

using std::chrono::milliseconds;

namespace {

// Of a larger batch only the first job keeps the requests, whatever became of the others: a copy for each
// would take gigabytes.
constexpr std::size_t kOwnEvidence = 1'000;

}  // namespace

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
