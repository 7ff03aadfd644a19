// The part of a lane that turns jobs just read into operations, or decides them without a call.
#include "daemon/core/log.hpp"
#include "daemon/engine/lane.hpp"

#include <boost/json/serialize.hpp>

namespace navette::engine {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

// A child whose parent is not even queued looks again after this long.
constexpr milliseconds kParentAgain{30'000};

}  // namespace

asio::awaitable<void> Lane::prepare(std::vector<store::Job> jobs) {
    const auto integration = integration_;
    std::vector<std::pair<store::Job, JobPlan>> planned;
    std::vector<store::RecordName> names;
    for (auto& job : jobs) {
        in_hand_.insert(job.id);
        auto plan = plan_job(*integration, job);
        if (!plan) {
            auto completion = completion_of(job, "", plan.error());
            AttemptFacts facts;
            facts.attempts_before = job.attempts;
            apply(consequence_of(plan.error(), facts, integration->manifest().retry), completion);
            decide(std::move(completion));
            continue;
        }
        names.emplace_back(plan->object, job.entity_id);
        for (const auto& parent : plan->parents) {
            names.emplace_back(parent.object, parent.entity_id);
        }
        planned.emplace_back(std::move(job), std::move(*plan));
    }
    if (planned.empty()) {
        co_return;
    }
    const auto connection = co_await workshop_.database.connection();
    core::Result<std::vector<store::RecordState>> states = core::failure(core::ErrorKind::unavailable, "");
    if (connection) {
        states = co_await store::look_up_records(**connection, integration->key(), std::move(names));
    }
    if (!states || integration != integration_) {
        // The database went away, or the settings changed meanwhile: as if these had not been read.
        for (const auto& [job, plan] : planned) {
            in_hand_.erase(job.id);
        }
        look_at(steady_clock::now() + (states ? milliseconds(0) : kDatabaseAgain));
        co_return;
    }
    std::size_t at = 0;
    for (auto& [job, plan] : planned) {
        prepare_one(std::move(job), std::move(plan), *states, at);
    }
}

void Lane::prepare_one(
    store::Job job, JobPlan plan, const std::vector<store::RecordState>& states, std::size_t& at
) {
    const auto& own = states[at++];
    Ready ready;
    std::map<std::string, std::string> references;
    const ParentNeed* missing = nullptr;
    const store::RecordState* missing_state = nullptr;
    for (const auto& need : plan.parents) {
        const auto& parent = states[at++];
        if (!parent.remote_id.empty()) {
            references[need.reference] = parent.remote_id;
        } else if (missing == nullptr) {
            missing = &need;
            missing_state = &parent;
        }
    }
    if (missing != nullptr) {
        wait_for_parent(job, plan, *missing, *missing_state);
        return;
    }
    ready.hash = push_hash(plan, references);
    if (const auto reason = reason_to_skip(plan, job, own, ready.hash)) {
        auto completion = completion_of(job, plan.object, sdk::Outcome::skipped(*reason));
        completion.attempts = job.attempts;
        completion.linked = !own.remote_id.empty();
        completion.remote_id = own.remote_id;
        completion.pushed_hash = own.pushed_hash;
        completion.snapshot = boost::json::serialize(plan.fields);
        decide(std::move(completion));
        return;
    }
    if (const auto wait = unsettled(job, plan)) {
        auto completion =
            completion_of(job, plan.object, sdk::Outcome::retry("an earlier attempt may still take effect"));
        completion.verdict = store::Verdict::retry;
        completion.run_after = *wait;
        completion.logged = false;
        decide(std::move(completion));
        return;
    }
    ready.operation = operation_for(*integration_, job, plan, own, std::move(references));
    ready.job = std::move(job);
    ready.plan = std::move(plan);
    ready_.push_back(std::move(ready));
}

std::optional<milliseconds> Lane::unsettled(const store::Job& job, const JobPlan& plan) const {
    const auto* object = integration_->manifest().object(plan.object);
    if (!job.maybe_applied || object == nullptr) {
        return std::nullopt;
    }
    const auto left = std::chrono::duration_cast<milliseconds>(began_ + object->settle - steady_clock::now());
    return left.count() > 0 ? std::optional(left) : std::nullopt;
}

void Lane::wait_for_parent(
    const store::Job& job, const JobPlan& plan, const ParentNeed& need, const store::RecordState& state
) {
    const auto named = need.object + " " + need.entity_id;
    auto completion = completion_of(job, plan.object, sdk::Outcome::retry("waits for its " + named));
    completion.attempts = job.attempts;
    completion.logged = false;
    if (state.dead_letter) {
        // 'retry' is a passing cause: the sweep revives the child, and it finds its parent when that was
        // replayed.
        completion.verdict = store::Verdict::fail;
        completion.logged = true;
        completion.message = "its " + named + " could not be sent: " + *state.dead_letter;
    } else if (job.waited && *job.waited > workshop_.dependency_wait) {
        completion.verdict = store::Verdict::fail;
        completion.logged = true;
        completion.message = "waited for its " + named + ", which was never sent; enqueue that record first";
    } else {
        completion.verdict = store::Verdict::park;
        completion.run_after = kParentAgain;
        completion.parent = store::Parent{need.object, need.entity_id, need.data};
    }
    decide(std::move(completion));
}

void Lane::decide(store::Completion completion) {
    decided_.push_back(std::move(completion));
}

asio::awaitable<bool> Lane::flush_decided() {
    auto decided = std::exchange(decided_, {});
    std::vector<std::int64_t> ids;
    bool brings_parents = false;
    for (const auto& completion : decided) {
        ids.push_back(completion.job_id);
        brings_parents = brings_parents || completion.verdict == store::Verdict::park;
        if (completion.verdict == store::Verdict::fail) {
            core::log(
                core::LogLevel::warning,
                "dead letter: " + completion.message,
                {{"integration", integration_->key().id},
                 {"tenant", integration_->key().tenant_id},
                 {"job", completion.job_id}}
            );
        }
    }
    const bool written = co_await workshop_.journal.complete(std::move(decided), {});
    for (const auto id : ids) {
        in_hand_.erase(id);
    }
    // Parents brought along are new work, and a finished record frees its next job.
    look_ = look_ || brings_parents || written;
    co_return written;
}

}  // namespace navette::engine
