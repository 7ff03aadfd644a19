// The part of a lane that chooses which jobs start next, and whether they may.
#include "daemon/core/metrics.hpp"
#include "daemon/engine/lane.hpp"
#include "daemon/engine/spawn.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace navette::engine {

namespace asio = boost::asio;
using std::chrono::steady_clock;

std::function<bool()> Lane::still_ours() const {
    return [this, id = integration_->key().id] { return workshop_.holds_lease(id, epoch_); };
}

bool Lane::take_place() {
    if (places_ > 0) {
        --places_;
        return true;
    }
    if (in_line_) {
        return false;
    }
    auto granted = [weak = weak_from_this(), &places = workshop_.places] {
        const auto lane = weak.lock();
        if (!lane || lane->stopping_) {
            places.give_back();
            return;
        }
        lane->in_line_ = false;
        ++lane->places_;
        lane->changed_.notify();
    };
    in_line_ = !workshop_.places.take(std::move(granted));
    return !in_line_;
}

bool Lane::account_lets_start(int priority) {
    const auto later = account_->may_start(steady_clock::now(), priority >= kBackground);
    if (!later) {
        return true;
    }
    account_at_ = *later;
    if (priority < kBackground) {
        shut_until_ = *later;
    }
    account_change_ = account_->on_change([weak = weak_from_this()] {
        if (const auto lane = weak.lock()) {
            lane->shut_until_ = {};
            lane->changed_.notify();
        }
    });
    return false;
}

std::optional<std::size_t> Lane::next_of(const Work& work, bool only_live) {
    const auto live = work.live();
    // Live work of the object goes on while the platform works off a bulk batch.
    if (live > 0 && work.running - work.bulk_running < work.spec->concurrency) {
        return 0;
    }
    if (!only_live && live < work.ready.size() && work.bulk_running == 0) {
        return live;
    }
    return std::nullopt;
}

Lane::Batch Lane::take_batch(Work& work, std::size_t begin) {
    auto& line = work.ready;
    const auto first = line.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto action = (*first)->plan.action;
    const bool in_bulk = (*first)->in_bulk;
    auto most = (*first)->most;
    Batch batch;
    batch.reserve(std::min(most, line.size() - begin));
    Batch passed;
    auto at = first;
    for (; at != line.end() && batch.size() < most && (*at)->in_bulk == in_bulk; ++at) {
        if ((*at)->plan.action == action && batch.size() < (*at)->most) {
            most = std::min(most, (*at)->most);
            batch.push_back(std::move(*at));
        } else {
            passed.push_back(std::move(*at));
        }
    }
    line.insert(
        line.erase(first, at), std::make_move_iterator(passed.begin()), std::make_move_iterator(passed.end())
    );
    return batch;
}

bool Lane::start_some(bool only_live) {
    bool started = false;
    while (ready_ > 0 && !stopping_ && workshop_.holds_lease(integration_->key().id, epoch_)) {
        if (!only_live && start_suspect()) {
            started = true;
            continue;
        }
        // The object with a free place whose next job is the most urgent; objects do not wait for each other.
        Work* next = nullptr;
        std::size_t begin = 0;
        for (auto& [name, work] : works_) {
            const auto at = next_of(work, only_live);
            if (at && (next == nullptr || work.ready[*at]->job.priority < next->ready[begin]->job.priority)) {
                next = &work;
                begin = *at;
            }
        }
        if (next == nullptr || !take_place()) {
            break;
        }
        if (!account_lets_start(next->ready[begin]->job.priority)) {
            ++places_;
            break;
        }
        start_batch(take_batch(*next, begin), *next, false);
        started = true;
    }
    while (places_ > 0) {
        // Granted, but there is nothing to start for now.
        --places_;
        workshop_.places.give_back();
    }
    return started;
}

bool Lane::start_suspect() {
    if (suspects_.empty()) {
        if (suspect_room_) {
            suspect_room_ = false;
            workshop_.suspects.give_back();
        }
        return false;
    }
    if (!suspect_room_) {
        if (in_suspect_line_) {
            return false;
        }
        auto granted = [weak = weak_from_this(), &room = workshop_.suspects] {
            const auto lane = weak.lock();
            if (!lane || lane->stopping_) {
                room.give_back();
                return;
            }
            lane->in_suspect_line_ = false;
            lane->suspect_room_ = true;
            lane->changed_.notify();
        };
        in_suspect_line_ = !workshop_.suspects.take(suspects_.front()->job.deaths, std::move(granted));
        if (in_suspect_line_) {
            return false;
        }
        suspect_room_ = true;
    }
    auto& work = work_of(suspects_.front()->plan.object);
    if (work.running - work.bulk_running >= work.spec->concurrency || !take_place()) {
        return false;
    }
    if (!account_lets_start(suspects_.front()->job.priority)) {
        ++places_;
        return false;
    }
    suspect_room_ = false;  // it is in use now, and given back when the call has ended
    start_batch(next_suspects(), work, true);
    return true;
}

Lane::Batch Lane::next_suspects() {
    Batch batch;
    batch.push_back(std::move(suspects_.front()));
    suspects_.pop_front();
    const auto& first = *batch.front();
    const auto& spec = *work_of(first.plan.object).spec;
    // Thousands were in hand with a bulk batch: one by one they would use up the platform's day. The culprit
    // is still found before anybody is condemned, for what would be condemned next is tried alone.
    if (spec.bulk == 0 || first.job.deaths + 1 >= workshop_.settings.quarantine_after) {
        return batch;
    }
    const auto most = static_cast<std::size_t>(spec.batch);
    Batch others;
    while (!suspects_.empty() && batch.size() < most) {
        auto& next = suspects_.front();
        const bool fits = next->job.deaths == first.job.deaths && next->plan.object == first.plan.object &&
                          next->plan.action == first.plan.action;
        if (fits) {
            batch.push_back(std::move(next));
        } else {
            others.push_back(std::move(next));
        }
        suspects_.pop_front();
    }
    suspects_.insert(
        suspects_.begin(), std::make_move_iterator(others.begin()), std::make_move_iterator(others.end())
    );
    return batch;
}

void Lane::start_batch(Batch batch, Work& work, bool suspect) {
    ready_ -= batch.size();
    ++running_;
    ++work.running;
    Way way;
    way.suspect = suspect;
    way.in_bulk = batch.front()->in_bulk && !suspect;
    if (express_ && batch.size() == 1 && batch.front()->job.id == express_->job_id) {
        way.batch_id = express_->batch_id;
        express_.reset();
    }
    if (way.in_bulk) {
        ++work.bulk_running;
        look_ = true;  // there is room to gather more
    }
    core::engine_metrics().calls_in_flight.add(1);
    const auto name = work.spec->name;
    auto running = [](std::shared_ptr<Lane> lane, Batch jobs, Way how) -> asio::awaitable<void> {
        co_await lane->run_batch(std::move(jobs), how);
    };
    spawn(workshop_.executor, running(shared_from_this(), std::move(batch), way), "a call of " + name);
}

}  // namespace navette::engine
