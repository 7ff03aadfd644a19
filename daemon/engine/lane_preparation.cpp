// The part of a lane that turns jobs just read into operations, or decides them without a call.
#include "daemon/core/log.hpp"
#include "daemon/engine/coalescing.hpp"
#include "daemon/engine/lane.hpp"

#include <boost/asio/post.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace navette::engine {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

// A child whose parent is not even queued looks again after this long.
constexpr milliseconds kParentAgain{30'000};
// Other lanes get the thread after this many jobs.
constexpr std::size_t kAtOnce = 128;

}  // namespace

asio::awaitable<void> Lane::prepare(std::vector<store::Job> leaders) {
    const auto integration = integration_;
    const bool is_read = co_await find_younger(leaders);
    auto large = is_read ? co_await read_large_data(leaders) : std::nullopt;
    if (!large || integration != integration_) {
        for (const auto& leader : leaders) {
            sequencer_.returned(leader);
        }
        reread();
        if (!large) {
            look_ = false;
            look_at(steady_clock::now() + kDatabaseAgain);
        }
        co_return;
    }
    std::vector<Planned> planned;
    planned.reserve(leaders.size());
    std::size_t done = 0;
    for (auto& leader : leaders) {
        if (++done % kAtOnce == 0) {
            co_await asio::post(workshop_.executor, asio::use_awaitable);
        }
        merge_followers(leader, *large);
        plan(leader, planned);
    }
    const auto begin_again = [&] {
        for (const auto& [job, job_plan] : planned) {
            sequencer_.returned(job);
        }
        reread();
    };
    if (!co_await merge_with_hub(planned)) {
        begin_again();
        look_ = false;
        look_at(steady_clock::now() + kDatabaseAgain);
        co_return;
    }
    std::vector<store::RecordName> names;
    for (const auto& [job, job_plan] : planned) {
        if (work_of(job_plan.object).spec->linked) {
            names.emplace_back(job_plan.object, job.entity_id);
        }
        for (const auto& parent : job_plan.parents) {
            names.emplace_back(parent.object, parent.entity_id);
        }
    }
    std::vector<store::RecordState> states;
    if (!names.empty()) {
        core::Result<std::vector<store::RecordState>> found = core::failure(core::ErrorKind::unavailable, "");
        if (const auto connection = co_await desk().database.connection()) {
            found = co_await store::look_up_records(**connection, integration->key(), std::move(names));
        }
        if (!found) {
            begin_again();
            look_ = false;
            look_at(steady_clock::now() + kDatabaseAgain);
            co_return;
        }
        states = std::move(*found);
    }
    if (integration != integration_) {
        // The settings changed meanwhile: as if these had not been read.
        begin_again();
        co_return;
    }
    std::size_t at = 0;
    for (auto& [job, job_plan] : planned) {
        prepare_one(std::move(job), std::move(job_plan), states, at);
    }
}

bool Lane::takes_in(const store::Job& leader) const {
    const auto meaning = integration_->manifest().event(leader.event_type, leader.entity_type);
    return meaning && !meaning->object.every_event && !leader.inbound && leader.operation != "delete";
}

asio::awaitable<bool> Lane::find_younger(std::vector<store::Job>& leaders) {
    if (has_all_) {
        // Whatever stood there a moment ago is in hand; what came since follows by itself.
        co_return true;
    }
    std::vector<store::RecordPlace> places;
    std::vector<const store::Job*> asked;
    for (const auto& leader : leaders) {
        if (takes_in(leader)) {
            places.push_back({leader.entity_type, leader.entity_id, leader.id});
            asked.push_back(&leader);
        }
    }
    if (places.empty()) {
        co_return true;
    }
    const auto connection = co_await desk().database.connection();
    if (!connection) {
        look_at(steady_clock::now() + kDatabaseAgain);
        co_return false;
    }
    const int most = sequencer_.most_of_each(places.size());
    sequencer_.reading_began();
    auto jobs = co_await store::read_records(**connection, integration_->key(), std::move(places), most);
    if (jobs) {
        std::size_t at = 0;
        for (const auto* leader : asked) {
            auto own = store::next_of_record(*jobs, at, leader->entity_type, leader->entity_id);
            if (!own.empty()) {
                sequencer_.take_younger(*leader, std::move(own), most);
            }
        }
    }
    sequencer_.reading_ended();
    co_return jobs.has_value();
}

void Lane::merge_followers(store::Job& leader, const DataById& large) {
    const auto& followers = sequencer_.followers(leader);
    if (followers.empty()) {
        return;
    }
    std::vector<store::Job> filled;
    if (!large.empty()) {
        filled = followers;
        for (auto& follower : filled) {
            if (const auto found = large.find(follower.id); found != large.end()) {
                follower.data = found->second;
            }
        }
    }
    const auto coalesced = coalesce(integration_->manifest(), leader, filled.empty() ? followers : filled);
    if (!coalesced) {
        return;
    }
    std::vector<store::Job> superseded{leader};
    superseded.insert(
        superseded.end(),
        followers.begin(),
        followers.begin() + static_cast<std::ptrdiff_t>(coalesced->merged) - 1
    );
    auto survivor = sequencer_.advance(leader, coalesced->merged);
    for (const auto& job : superseded) {
        auto completion = completion_of(
            job,
            "",
            sdk::Outcome::skipped(
                "superseded by a later change of the same record, job " + std::to_string(survivor.id)
            )
        );
        decided_.push_back({std::move(completion), store::Job(), {}});
        metrics_->coalesced.add();
        metrics_->attempts("skipped").add();
        metrics_->jobs_finished.add();
        survivor.priority = std::min(survivor.priority, job.priority);
    }
    survivor.data = coalesced->data;
    survivor.unread = 0;
    survivor.maybe_applied = coalesced->maybe_applied;
    store::Completion merged = completion_of(survivor, "", sdk::Outcome::skipped(""));
    merged.verdict = store::Verdict::merge;
    merged.data = survivor.data;
    merged.logged = false;
    decided_bytes_ += merged.data.size();
    decided_.push_back({std::move(merged), store::Job(), {}});
    leader = std::move(survivor);
    sequencer_.weigh(leader);
}

void Lane::plan(store::Job& job, std::vector<Planned>& planned) {
    if (job.deaths >= workshop_.settings.quarantine_after) {
        auto completion = completion_of(job, "", sdk::Outcome::rejected(""));
        completion.verdict = store::Verdict::fail;
        completion.outcome = "quarantined";
        completion.message =
            "a daemon died " + std::to_string(job.deaths) +
            " times with this job in hand; see the daemon's log, mend what it tells, then: navettectl "
            "queue retry " +
            std::to_string(job.id);
        metrics_->quarantined.add();
        decide(std::move(completion), job);
        return;
    }
    auto made = plan_job(*integration_, job);
    if (!made) {
        reject(job, "", made.error());
        return;
    }
    if (made->inbound && !made->is_merged && !must_be_fetched(*made->inbound, integration_->manifest())) {
        auto completion =
            completion_of(job, made->inbound->object, sdk::Outcome::done(made->inbound->remote_id));
        completion.attempts = job.attempts + 1;
        completion.received = storable(change_json(*made->inbound));
        metrics_->attempts("done").add();
        decide(std::move(completion), job);
        return;
    }
    planned.emplace_back(std::move(job), std::move(*made));
}

void Lane::reject(store::Job job, const std::string& object, const sdk::Outcome& why) {
    auto completion = completion_of(job, object, why);
    AttemptFacts facts;
    facts.attempts_before = job.attempts;
    apply(consequence_of(why, facts, integration_->manifest().retry), completion);
    decide(std::move(completion), std::move(job));
}

void Lane::prepare_one(
    store::Job&& job, JobPlan&& plan, const std::vector<store::RecordState>& states, std::size_t& at
) {
    static const store::RecordState kUnlinked;
    const bool linked = work_of(plan.object).spec->linked;
    const auto& own = linked ? states[at++] : kUnlinked;
    const bool was_linked =
        plan.push && !plan.push->gone && !plan.push->snapshot.empty() && plan.push->snapshot != "{}";
    if (was_linked && own.remote_id.empty()) {
        // The link went to another id since the fields were planned: what is left of them makes no record.
        at += plan.parents.size();
        sequencer_.returned(job);
        reread();
        return;
    }
    auto made = std::make_unique<Ready>();
    auto& ready = *made;
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
    if (linked) {
        if (plan.push) {
            ready.references_hash = references_hash(references);
        } else {
            ready.hash = push_hash(plan, references);
        }
        auto reason = reason_to_skip(plan, job, own, ready.hash);
        if (!reason && plan.push) {
            reason = reason_to_skip_two_way(plan, own, ready.references_hash);
        }
        if (reason) {
            auto completion = completion_of(job, plan.object, sdk::Outcome::skipped(*reason));
            completion.attempts = job.attempts;
            // Of a two-way object the link says what the platform is known to hold: only where it holds all
            // of it.
            completion.linked =
                !own.remote_id.empty() &&
                (!plan.push || (plan.push->unchanged && plan.push->left_alone.empty() && !plan.push->gone));
            // A write in doubt whose values it holds anyway is in doubt no more.
            completion.settles = plan.push && completion.linked && !plan.push->sent_as.empty();
            completion.remote_id = own.remote_id;
            completion.pushed_hash = own.pushed_hash;
            completion.snapshot = plan.push ? "{}" : boost::json::serialize(plan.fields);
            completion.references_hash = ready.references_hash;
            decide(std::move(completion), std::move(job));
            return;
        }
    }
    if (const auto wait = unsettled(job, plan)) {
        auto completion =
            completion_of(job, plan.object, sdk::Outcome::retry("an earlier attempt may still take effect"));
        completion.verdict = store::Verdict::retry;
        completion.run_after = *wait;
        completion.logged = false;
        decide(std::move(completion), std::move(job));
        return;
    }
    if (linked) {
        ready.snapshot = boost::json::serialize(plan.fields);
    }
    ready.operation = operation_for(*integration_, job, plan, own, std::move(references));
    job.data = {};
    ready.job = std::move(job);
    ready.plan = std::move(plan);
    make_ready(std::move(made));
}

void Lane::make_ready(std::unique_ptr<Ready> made) {
    auto& ready = *made;
    ready.read_at = steady_clock::now();
    ++ready_;
    if (ready.job.deaths > 0) {
        const auto place = std::ranges::upper_bound(suspects_, ready.job.deaths, {}, [](const auto& one) {
            return one->job.deaths;
        });
        suspects_.insert(place, std::move(made));
        return;
    }
    auto& work = work_of(ready.plan.object);
    ready.in_bulk = work.spec->bulk > 0 && ready.job.priority >= kBackground;
    ready.most = static_cast<std::size_t>(ready.in_bulk ? work.spec->bulk : work.spec->batch);
    if (!split_.empty()) {
        if (const auto found = split_.find(ready.job.id); found != split_.end()) {
            ready.most = found->second;
        }
    }
    // Urgent ones first; among equals, in the order in which they came.
    if (work.ready.empty() || work.ready.back()->job.priority <= ready.job.priority) {
        work.ready.push_back(std::move(made));
        return;
    }
    const auto place = std::ranges::upper_bound(work.ready, ready.job.priority, {}, [](const auto& one) {
        return one->job.priority;
    });
    work.ready.insert(place, std::move(made));
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
        // It follows its parent: when that one is replayed and goes through, this one lives again.
        completion.verdict = store::Verdict::fail;
        completion.logged = true;
        completion.outcome = "parent_failed";
        completion.message = "its " + named + " could not be sent: " + *state.dead_letter;
        completion.parent = store::Parent{need.object, need.entity_id, ""};
    } else if (job.waited && *job.waited > workshop_.settings.dependency_wait) {
        completion.verdict = store::Verdict::fail;
        completion.logged = true;
        completion.message = "waited for its " + named + ", which was never sent; enqueue that record first";
    } else {
        completion.verdict = store::Verdict::park;
        completion.run_after = kParentAgain;
        completion.parent = store::Parent{need.object, need.entity_id, need.data};
    }
    decide(std::move(completion), job);
}

void Lane::decide(store::Completion completion, store::Job job) {
    name_for_children(completion, job);
    job.data = {};
    decided_bytes_ += completion.snapshot.size() + completion.received.size();
    decided_.push_back({std::move(completion), std::move(job), {}});
}

asio::awaitable<bool> Lane::flush_decided() {
    auto decided = std::exchange(decided_, {});
    decided_bytes_ = 0;
    std::vector<store::Completion> completions;
    bool brings_parents = false;
    for (auto& one : decided) {
        const auto& completion = one.completion;
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
        one.aftermath = Aftermath(completion);
        completions.push_back(std::move(one.completion));
    }
    const bool written = co_await desk().journal.complete(std::move(completions), {}, {});
    for (const auto& one : decided) {
        if (one.job.id != 0) {
            settle_job(one.job, one.aftermath);
        }
    }
    if (brings_parents) {
        look_closely();  // parents brought along are new work
    }
    co_return written;
}

}  // namespace navette::engine
