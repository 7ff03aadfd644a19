#include "daemon/engine/lane.hpp"

#include "daemon/core/log.hpp"
#include "daemon/engine/spawn.hpp"

#include <algorithm>

namespace navette::engine {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using std::chrono::system_clock;

namespace {

// A slow platform's lane reads little ahead, so that urgent jobs find a short line; but never less than this.
constexpr std::size_t kLeastAhead = 16;
// So many jobs that need no call are written before more is read.
constexpr std::size_t kEnoughDecided = 1'000;
constexpr std::size_t kEnoughDecidedBytes = 4U << 20U;
// What a job weighs before one was read: as much as one may whose data are read along.
constexpr std::size_t kUnknownWeight = weight_of_job(8'000);
// While nothing can be called, new jobs may still need no call: they are looked for this often.
constexpr std::chrono::seconds kPollShut{5};
// What comes from a platform has no object of its own in the manifest: fetched a few at a time, linked to
// nothing.
const config::ObjectSpec kInboundSpec = [] {
    config::ObjectSpec spec;
    spec.name = kFromPlatform;
    spec.concurrency = 4;
    spec.every_event = true;
    spec.linked = false;
    return spec;
}();

// A schedule's gate stays open for jobs that are due again within this time.
constexpr std::chrono::minutes kFlushPatience{10};

}  // namespace

Lane::Lane(Workshop& workshop, std::shared_ptr<const Integration> integration, std::int64_t epoch)
    : workshop_(workshop),
      integration_(std::move(integration)),
      epoch_(epoch),
      began_(steady_clock::now()),
      changed_(workshop.executor),
      classes_(began_),
      held_(workshop.memory),
      usual_weight_(kUnknownWeight) {
    gate_ = Gate(integration_->schedule(), integration_->row().flushed_at);
    replace(integration_);
}

void Lane::replace(std::shared_ptr<const Integration> integration) {
    drop_prepared();
    integration_ = std::move(integration);
    const auto& manifest = integration_->manifest();
    account_ = workshop_.accounts.of(integration_->account(), manifest);
    metrics_ = &core::platform_metrics(manifest.slug);
    hold_ = integration_->row().state != "active";
    retest_at_ = steady_clock::now() + workshop_.settings.retest;
    shut_until_ = {};
    memory_.clear();
    goes_express_ = std::ranges::none_of(manifest.objects, [&](const config::ObjectSpec& object) {
        return is_two_way(*integration_, object.name);
    });
    gate_.follow(integration_->schedule());
    gate_.request(integration_->row().sync_requested_at);
    if (!integration_->schedule_problem().empty()) {
        core::log(
            core::LogLevel::warning,
            "the frequency cannot be read, the integration works in realtime: " +
                integration_->schedule_problem(),
            {{"integration", integration_->key().id}, {"tenant", integration_->key().tenant_id}}
        );
    }
    // What is running keeps its place, even where the new manifest has no such object.
    Works works;
    for (auto& [name, work] : works_) {
        if (work.running > 0) {
            works.emplace(name, std::move(work));
        }
    }
    for (const auto& object : manifest.objects) {
        auto& work = works[object.name];
        work.integration = integration_;
        work.spec = &object;
        work.is_parent = false;
    }
    auto& inbound = works[std::string(kFromPlatform)];
    inbound.integration = integration_;
    inbound.spec = &kInboundSpec;
    for (const auto& object : manifest.objects) {
        for (const auto& dependency : object.depends_on) {
            works[dependency.object].is_parent = true;
        }
    }
    works_ = std::move(works);
    last_work_ = works_.end();
    look_closely();
}

Lane::Work& Lane::work_of(std::string_view object) {
    if (last_work_ == works_.end() || last_work_->first != object) {
        last_work_ = works_.find(object);
    }
    return last_work_->second;
}

void Lane::drop_prepared() {
    for (auto& [name, work] : works_) {
        for (const auto& ready : work.ready) {
            sequencer_.returned(ready->job);
        }
        work.ready.clear();
    }
    for (const auto& suspect : suspects_) {
        sequencer_.returned(suspect->job);
    }
    suspects_.clear();
    for (const auto& leader : leaders_) {
        sequencer_.returned(leader);
    }
    leaders_.clear();
    ready_ = 0;
    reread();
}

void Lane::reread() {
    classes_.rewind();
    deferred_.rewind();
    look_closely();
}

void Lane::look() {
    look_ = true;
    changed_.notify();
}

void Lane::hear_of_work() {
    if (!stopping_ && !pass_.is_held()) {
        pass_ = right_of_way();
    }
    look();
}

void Lane::look_closely() {
    look_closely_ = true;
    look();
}

void Lane::poll() {
    if (nothing_in_hand()) {
        look_now_and_then();
    }
}

void Lane::look_now_and_then() {
    const auto now = steady_clock::now();
    next_own_look_ = now + workshop_.settings.poll;
    if (!is_shut() || now >= last_own_look_ + kPollShut) {
        last_own_look_ = now;
        look_closely();
    }
}

void Lane::recheck() {
    trusted_since_ = steady_clock::now();
    look_closely();
}

void Lane::stop() {
    stopping_ = true;
    waits_end_ = steady_clock::now() + workshop_.settings.last_waits;
    changed_.notify();
}

void Lane::look_at(SteadyTime when) {
    look_at_ = std::min(look_at_, when);
}

RightOfWay::Pass Lane::right_of_way() const {
    return busy_ || workshop_.way == nullptr ? RightOfWay::Pass() : RightOfWay::Pass(*workshop_.way);
}

bool Lane::steps_aside() const {
    return busy_ && workshop_.way != nullptr;
}

asio::awaitable<void> Lane::give_way() {
    if (steps_aside()) {
        co_await workshop_.way->give_way();
    }
}

asio::awaitable<RightOfWay::Step> Lane::next_step() {
    co_return steps_aside() ? co_await workshop_.way->step() : RightOfWay::Step();
}

std::size_t Lane::read_ahead() const {
    std::size_t at_once = 0;
    for (const auto& [name, work] : works_) {
        at_once +=
            static_cast<std::size_t>(work.spec->batch) * static_cast<std::size_t>(work.spec->concurrency);
    }
    return std::min(static_cast<std::size_t>(workshop_.settings.batch), std::max(kLeastAhead, 2 * at_once));
}

std::size_t Lane::Work::live() const {
    const auto first = std::ranges::partition_point(ready, [](const auto& one) { return !one->in_bulk; });
    return static_cast<std::size_t>(first - ready.begin());
}

std::size_t Lane::gathered() const {
    std::size_t jobs = 0;
    for (const auto& [name, work] : works_) {
        jobs += work.ready.size() - work.live();
    }
    return jobs;
}

std::size_t Lane::enough_gathered() const {
    auto most = read_ahead();
    for (const auto& [name, work] : works_) {
        // While one batch is under way, the next one would only take memory.
        if (work.bulk_running == 0) {
            most = std::max(most, static_cast<std::size_t>(work.spec->bulk));
        }
    }
    return most;
}

bool Lane::has_room() const {
    const auto bulk = gathered();
    return ready_ - bulk + leaders_.size() < read_ahead() / 2 + 1 &&
           bulk < enough_gathered() + 2 * read_ahead() && !sequencer_.is_full() && !is_heavy();
}

bool Lane::nothing_in_hand() const {
    return ready_ == 0 && running_ == 0 && leaders_.empty() && decided_.empty() && suspects_.empty();
}

asio::awaitable<void> Lane::run() {
    while (!stopping_) {
        tell_weight();
        if (hold_) {
            pass_.give_up();
            co_await wait_while_held();
            continue;
        }
        if (has_shed()) {
            co_await wait_after_shedding();
            continue;
        }
        if (!gate_.is_open(system_clock::now()) && nothing_in_hand()) {
            pass_.give_up();
            co_await wait_for_gate();
            continue;
        }
        const auto now = steady_clock::now();
        if (nothing_in_hand()) {
            next_own_look_ = now + workshop_.settings.poll;
        } else if (now >= next_own_look_) {
            look_now_and_then();
        }
        if (now >= look_at_) {
            look_at_ = SteadyTime::max();
            look_ = true;
            look_closely_ = true;
        }
        if (decided_.size() >= kEnoughDecided || decided_bytes_ >= kEnoughDecidedBytes) {
            co_await flush_decided();
            continue;
        }
        if (auto next = next_leaders(); !next.empty()) {
            co_await give_way();
            co_await prepare(std::move(next));
            continue;
        }
        if (sequencer_.has_unread()) {
            co_await read_records();
            continue;
        }
        if (express_) {
            co_await start_express();
            continue;
        }
        if (may_go_express() && co_await read_express()) {
            continue;
        }
        if (look_ && has_room() && gate_.is_open(system_clock::now())) {
            // A bulk batch is gathered by many reads, and live work does not wait for it.
            if (gathered() > 0) {
                start_some(true);
            }
            co_await refill();
            continue;
        }
        if (look_closely_ && !has_room() && !is_shut() && gate_.is_open(system_clock::now())) {
            co_await let_urgent_in();
            continue;
        }
        if (!decided_.empty()) {
            co_await flush_decided();
            continue;
        }
        if (start_some() || shed()) {
            continue;
        }
        if (nothing_in_hand() && !look_) {
            // Retries belong to the flush; what somebody enqueued for next week does not.
            if (look_at_ > steady_clock::now() + kFlushPatience) {
                if (const auto flush = gate_.ran_dry(system_clock::now())) {
                    co_await note_flush(*flush);
                    continue;
                }
            }
            if (!told_asleep_) {
                told_asleep_ = true;
                workshop_.sleeps(integration_->key().id);
            }
        }
        pass_.give_up();
        const auto own_look = nothing_in_hand() ? SteadyTime::max() : next_own_look_;
        co_await changed_.wait_until(
            std::min({look_at_, own_look, std::exchange(account_at_, SteadyTime::max())})
        );
    }
    if (express_) {
        co_await start_express();
    }
    if (places_ > 0) {
        workshop_.places.give_back();
        places_ = 0;
    }
    if (suspect_room_) {
        suspect_room_ = false;
        workshop_.suspects.give_back();
    }
}

asio::awaitable<void> Lane::wait_for_gate() {
    // While the gate is shut, enqueueing need not wake anybody.
    if (told_asleep_) {
        told_asleep_ = false;
        workshop_.wakes(integration_->key().id);
    }
    const auto now = system_clock::now();
    const auto wait = std::chrono::duration_cast<milliseconds>(gate_.opens_at(now) - now);
    // Looked at anew now and then, since the wall clock may be set.
    co_await changed_.wait_for(std::clamp(wait, milliseconds(1), milliseconds(60'000)));
    look_ = true;
    look_closely_ = true;
}

}  // namespace navette::engine
