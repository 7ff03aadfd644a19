// The part of a lane that reads the queue.
#include "daemon/core/log.hpp"
#include "daemon/engine/lane.hpp"
#include "daemon/engine/modest_pause.hpp"

#include <algorithm>
#include <utility>

namespace navette::engine {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

// After this many full reads in a row a lane is busy for good: it looks by itself and need not be told of new
// work.
constexpr int kBusyAfter = 2;
// A busy lane looks this often for jobs whose transaction came late, and for deferred ones.
constexpr milliseconds kReadAgain{1'000};
// Ids this old are not expected to be committed any more; if one is after all, the look from the head finds
// it.
constexpr milliseconds kSettle{5'000};
constexpr milliseconds kFromHead{15'000};
// Reading from the head may wade through many dead rows: it is then done more seldom, but not less often than
// this.
constexpr std::chrono::minutes kFromHeadAtLeast{5};
// A lane that waits for a deferred job looks at least this often.
constexpr milliseconds kLookAhead{86'400'000};
// How many urgent jobs are let in past a full line.
constexpr int kUrgent = 16;

/// Without the background classes where only live work is to be read.
std::vector<store::ClassFloor> wanted(std::vector<store::ClassFloor> classes, bool only_live) {
    if (only_live) {
        std::erase_if(classes, [](const store::ClassFloor& one) { return one.priority >= kBackground; });
    }
    return classes;
}

}  // namespace

asio::awaitable<void> Lane::refill() {
    const auto now = steady_clock::now();
    const auto limit = page_limit(now);
    tell_weight(usual_weight_ * static_cast<std::size_t>(limit));
    const bool asked = std::exchange(look_closely_, false);
    const bool is_time = asked || now >= read_again_at_;
    const bool closely = is_time || deferred_.has_more();
    const bool follows_express = std::exchange(follows_express_, false);
    look_ = false;
    has_all_ = false;
    const bool only_live = gathered() >= enough_gathered();
    auto classes = wanted(classes_.ahead(now, workshop_.settings.aging), only_live);
    const auto brought = co_await read(std::move(classes), limit, Depth{closely, false});
    if (!brought) {
        look_closely_ = true;
        look_at(steady_clock::now() + kDatabaseAgain);
        co_return;
    }
    const auto found = brought->fresh;
    const bool full = found >= static_cast<std::size_t>(limit);
    full_reads_ = full ? full_reads_ + 1 : 0;
    has_all_ = !full && !only_live;
    look_ = look_ || full || deferred_.has_more();
    busy_ = full_reads_ >= kBusyAfter;
    if (busy_) {
        pass_.give_up();
    }
    if (busy_ && told_asleep_) {
        told_asleep_ = false;
        workshop_.wakes(integration_->key().id);
    }
    if (found == 0 && follows_express) {
        co_return;  // what woke the lane was the one job
    }
    if (is_time ? busy_ || found == 0 : found == 0 && !deferred_.has_more()) {
        read_again_at_ = now + kReadAgain;
        // It finds its way past all that was done meanwhile: beside a backlog, once before ids settle is
        // enough.
        if (found == 0 || now >= settle_at_) {
            co_await read_again(limit, asked && found == 0);
        }
    }
}

int Lane::page_limit(SteadyTime now) const {
    const auto limit = lightened(static_cast<int>(read_ahead()));
    const bool is_short = steps_aside() && workshop_.way->is_frequented(now);
    return is_short ? std::min(limit, static_cast<int>(RightOfWay::kShortStep)) : limit;
}

asio::awaitable<void> Lane::read_again(int limit, bool asked) {
    const auto now = steady_clock::now();
    const bool only_live = gathered() >= enough_gathered();
    auto classes = wanted(classes_.again(now, workshop_.settings.aging, false), only_live);
    auto late = co_await read(std::move(classes), limit, Depth{false, true});
    if (now >= settle_at_) {
        settle_at_ = now + kSettle;
        classes_.settle();
    }
    // Somebody says that there is work, or it is time: what stands before all we know?
    const auto began = steady_clock::now();
    const auto pause = modest_pause(asked ? kReadAgain : kFromHead, head_took_, kFromHeadAtLeast);
    if (late.value_or(Brought()).fresh == 0 && began >= last_from_head_ + pause) {
        classes = wanted(classes_.again(now, workshop_.settings.aging, true), only_live);
        late = co_await read(std::move(classes), limit, Depth{false, true});
        last_from_head_ = steady_clock::now();
        head_took_ = last_from_head_ - began;
    }
    // A page of what waits behind others, known or not due, would come again and again.
    const auto brought = late.value_or(Brought());
    look_ = look_ || (brought.fresh >= static_cast<std::size_t>(limit) && brought.taken > 0);
}

asio::awaitable<void> Lane::let_urgent_in() {
    const auto now = steady_clock::now();
    look_closely_ = false;
    int least = ready_ > 0 ? PriorityClasses::kFirst : usual_class_;
    for (const auto& [name, work] : works_) {
        if (!work.ready.empty()) {
            least = std::max(least, work.ready.back()->job.priority);
        }
    }
    auto classes = classes_.ahead(now, workshop_.settings.aging);
    std::erase_if(classes, [&](const store::ClassFloor& one) { return one.priority >= least; });
    if (!classes.empty()) {
        co_await read(std::move(classes), kUrgent, Depth{true, false, least});
    }
    // Those who are not as urgent come in when there is room.
    deferred_.left_some();
    look_ = true;
}

asio::awaitable<std::optional<Lane::Brought>> Lane::read(
    std::vector<store::ClassFloor> classes, int limit, Depth depth
) {
    store::QueueQuestion question;
    question.key = integration_->key();
    question.classes = classes;
    question.limit = limit;
    question.deferred_after = std::nullopt;
    if (depth.deferred) {
        question.deferred_after = depth.above ? store::DuePlace() : deferred_.next(steady_clock::now());
    }
    question.again = depth.again;
    if (depth.again || depth.deferred) {
        question.leave_out = sequencer_.in_hand();
    }
    const auto connection = co_await desk().database.connection();
    if (!connection) {
        co_return std::nullopt;
    }
    auto step = co_await next_step();
    sequencer_.reading_began();
    auto answer = co_await store::read_queue(**connection, std::move(question));
    step.end(steady_clock::now());
    if (!answer) {
        sequencer_.reading_ended();
        core::log(
            core::LogLevel::warning,
            "cannot read the queue",
            {{"integration", integration_->key().id}, {"error", answer.error().message}}
        );
        co_return std::nullopt;
    }
    const auto now = steady_clock::now();
    const auto found = answer->fresh.size();
    if (!depth.again) {
        classes_.was_read(classes, answer->fresh, found < static_cast<std::size_t>(limit), now);
    }
    if (found > 0) {
        usual_class_ = answer->fresh.back().priority;
    }
    if (depth.above) {
        std::erase_if(answer->deferred, [&](const store::Job& job) { return job.priority >= *depth.above; });
    } else if (depth.deferred) {
        deferred_.was_read(std::move(answer->more_deferred));
    }
    if (found > 0) {
        usual_weight_ = 0;
        for (const auto& job : answer->fresh) {
            usual_weight_ += weight_of_job(job.data.size());
        }
        usual_weight_ /= found;
    }
    leaders_.reserve(leaders_.size() + answer->deferred.size() + found);
    const auto held_before = sequencer_.size();
    for (auto* jobs : {&answer->deferred, &answer->fresh}) {
        for (auto& job : *jobs) {
            if (sequencer_.take(job)) {
                leaders_.push_back(std::move(job));
            }
        }
    }
    sequencer_.reading_ended();
    const auto taken = sequencer_.size() - held_before;
    if (answer->next_due) {
        // What is due in three hundred years must not overflow the clock.
        look_at(now + std::min(*answer->next_due, kLookAhead) + milliseconds(1));
    }
    co_return Brought{found, taken};
}

asio::awaitable<void> Lane::read_records() {
    auto places = sequencer_.to_read();
    const int most = sequencer_.most_of_each(places.size());
    const auto connection = co_await desk().database.connection();
    core::Result<std::vector<store::Job>> jobs = core::failure(core::ErrorKind::unavailable, "");
    if (connection) {
        sequencer_.reading_began();
        jobs = co_await store::read_records(**connection, integration_->key(), places, most);
    }
    if (!jobs) {
        jobs = std::vector<store::Job>();
        classes_.rewind();
        look_closely_ = true;
        look_at(steady_clock::now() + kDatabaseAgain);
    }
    std::size_t at = 0;
    for (const auto& place : places) {
        auto own = store::next_of_record(*jobs, at, place.entity_type, place.entity_id);
        if (auto leader = sequencer_.take_record(place.entity_type, place.entity_id, std::move(own), most)) {
            leaders_.push_back(std::move(*leader));
        }
    }
    sequencer_.reading_ended();
}

}  // namespace navette::engine
