// Random histories of one integration's queue against a model: jobs that come in order, late, urgent or for
// later; reads that are under way while other jobs end; retries, dead letters, replays, crashes. Whatever
// happens, the jobs of a record run in order and one at a time, none runs after it was done, none is
// forgotten, and changes that travel as one leave what they would have left one by one.
#include "daemon/engine/coalescing.hpp"
#include "daemon/engine/deferred_pass.hpp"
#include "daemon/engine/priority_classes.hpp"
#include "daemon/engine/sequencer.hpp"
#include "tests/unit/engine/simulated_queue.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_from.hpp>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <random>

namespace navette::engine {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

constexpr int kHistories = 10'000;

class History {
  public:
    explicit History(std::uint32_t seed)
        : random_(seed),
          coalesces_(seed % 2 == 0),
          calm_(seed % 3 == 0),
          most_followers_(seed % 5 < 2 ? 1 + seed % 4 : 10'000) {
        config::ObjectSpec object;
        object.name = "thing";
        object.every_event = !coalesces_;
        manifest_.objects.push_back(std::move(object));
        start_anew();
    }

    void play() {
        const int steps = 20 + pick(60);
        for (int at = 0; at < steps && problem_.empty(); ++at) {
            ++step_;
            act();
        }
        for (auto& [id, row] : queue_.rows) {
            commit(row);
        }
        calm_ = true;
        settled_ = true;
        // Time heals all: every retry comes due, every late look is made.
        for (int round = 0; round < 400 && problem_.empty() && !over(); ++round) {
            ++step_;
            queue_.now += 20s;
            look(true);
            while (problem_.empty() && !ready_.empty()) {
                start(0);
                end(0);
            }
            while (problem_.empty() && !running_.empty()) {
                end(0);
            }
        }
        if (problem_.empty() && !over()) {
            problem_ = "a job is stuck";
        }
        if (problem_.empty() && sequencer_->size() == 0 &&
            sequencer_->weight() + sequencer_->follower_weight() > 0) {
            problem_ = "nothing is in hand, and weighs something";
        }
        if (problem_.empty() && in_order_ && remote_ != expected_) {
            problem_ = "the platform holds " + json::serialize(json::value_from(remote_)) + " instead of " +
                       json::serialize(json::value_from(expected_));
        }
    }

    [[nodiscard]] const std::string& problem() const { return problem_; }

  private:
    struct Held {
        store::Job job;
        std::uint64_t snapshot = 0;
    };

    int pick(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random_); }
    bool over() const {
        return std::ranges::none_of(queue_.rows, [&](const auto& entry) {
            return queue_.pending(entry.second);
        });
    }

    void start_anew() {
        sequencer_ = std::make_unique<Sequencer>(most_followers_);
        deferred_ = DeferredPass();
        classes_ = std::make_unique<PriorityClasses>(queue_.now);
        ready_.clear();
        running_.clear();
        under_way_.reset();
    }

    void act() {
        switch (pick(calm_ ? 8 : 12)) {
            case 0:
            case 1:
            case 2:
                insert();
                break;
            case 3:
                look(pick(3) == 0);
                break;
            case 4:
                queue_.now += std::chrono::milliseconds(pick(3'000));
                break;
            case 5:
            case 6:
                start(ready_.empty() ? 0 : static_cast<std::size_t>(pick(static_cast<int>(ready_.size()))));
                break;
            case 7:
                end(running_.empty() ? 0 : static_cast<std::size_t>(pick(static_cast<int>(running_.size()))));
                break;
            case 8:
                commit_one();
                break;
            case 9:
                crash();
                break;
            case 10:
                replay();
                break;
            default:
                if (under_way_) {
                    deliver();
                } else {
                    issue(pick(2) == 0, false);
                }
                break;
        }
    }

    void insert() {
        const auto record = "r" + std::to_string(pick(4));
        const bool late = !calm_ && pick(5) == 0;
        const auto field = std::string(1, static_cast<char>('a' + pick(3)));
        const auto value = ++last_value_;
        const auto id = queue_.insert(
            record,
            pick(3) == 0 ? 1 + pick(10) : 5,
            "{\"" + field + "\":" + std::to_string(value) + "}",
            !late,
            step_
        );
        in_order_ = in_order_ && !late;
        expected_[record][field] = value;
        if (!calm_ && pick(8) == 0) {
            auto& row = queue_.rows.at(id);
            row.job.deferred = true;
            row.run_at = queue_.now + std::chrono::milliseconds(pick(4'000));
        }
    }

    void commit(test::SimulatedQueue::Row& row) {
        if (!row.committed) {
            row.committed = true;
            row.pending_since = step_;
        }
    }
    void commit_one() {
        for (auto& [id, row] : queue_.rows) {
            if (!row.committed) {
                commit(row);
                return;
            }
        }
    }

    /// A read leaves and its answer is taken, at once.
    void look(bool closely) {
        if (under_way_) {
            deliver();
        }
        issue(closely, false);
        deliver();
        if (closely) {
            issue(false, true);
            deliver();
        }
    }

    /// The answer is what the queue holds now; the lane gets it with deliver().
    void issue(bool deferred, bool again) {
        const auto held = sequencer_->in_hand();
        const std::set<std::int64_t> in_hand(held.begin(), held.end());
        const auto classes = again ? classes_->again(queue_.now, 1min, settled_ || pick(2) == 0)
                                   : classes_->ahead(queue_.now, 1min);
        const auto limit = static_cast<std::size_t>(1 + pick(6));
        sequencer_->reading_began();
        under_way_ = UnderWay{
            queue_.read(
                classes,
                again || deferred ? in_hand : std::set<std::int64_t>(),
                limit,
                deferred ? std::optional(deferred_.next(queue_.now)) : std::nullopt
            ),
            deferred,
            classes,
            limit,
            step_,
            again
        };
    }

    void deliver() {
        auto read = std::exchange(under_way_, std::nullopt);
        if (!read->again) {
            classes_->was_read(
                read->classes, read->answer.fresh, read->answer.fresh.size() < read->limit, queue_.now
            );
        } else if (pick(2) == 0) {
            classes_->settle();
        }
        if (read->deferred) {
            deferred_.was_read(std::move(read->answer.more_deferred));
        }
        for (auto* jobs : {&read->answer.deferred, &read->answer.fresh}) {
            for (auto& job : *jobs) {
                seen_.emplace(job.id, read->snapshot);
                if (sequencer_->take(job)) {
                    lead(std::move(job));
                }
            }
        }
        sequencer_->reading_ended();
        read_records();
    }

    void read_records() {
        while (sequencer_->has_unread()) {
            for (const auto& place : sequencer_->to_read()) {
                sequencer_->reading_began();
                const int most = sequencer_->most_of_each(1);
                auto jobs = queue_.of_record(place.entity_id, 0, static_cast<std::size_t>(most));
                for (const auto& job : jobs) {
                    seen_.emplace(job.id, step_);
                }
                if (auto leader = sequencer_->take_record("thing", place.entity_id, std::move(jobs), most)) {
                    lead(std::move(*leader));
                }
                sequencer_->reading_ended();
            }
        }
    }

    /// As Lane::prepare: younger jobs of the record are looked for, and merged.
    void lead(store::Job leader) {
        if (coalesces_) {
            const int most = sequencer_->most_of_each(1);
            sequencer_->take_younger(
                leader, queue_.of_record(leader.entity_id, leader.id, static_cast<std::size_t>(most)), most
            );
            for (const auto& follower : sequencer_->followers(leader)) {
                seen_.emplace(follower.id, seen_.at(leader.id));
            }
            if (const auto merged = coalesce(manifest_, leader, sequencer_->followers(leader))) {
                std::vector<std::int64_t> superseded{leader.id};
                const auto& followers = sequencer_->followers(leader);
                for (std::size_t at = 0; at + 1 < merged->merged; ++at) {
                    superseded.push_back(followers[at].id);
                }
                leader = sequencer_->advance(leader, merged->merged);
                leader.data = merged->data;
                queue_.rows.at(leader.id).job.data = merged->data;
                for (const auto id : superseded) {
                    queue_.rows.erase(id);
                    done_.insert(id);
                }
            }
        }
        ready_.push_back({std::move(leader), 0});
    }

    void start(std::size_t at) {
        if (at >= ready_.size()) {
            return;
        }
        auto held = std::move(ready_[at]);
        ready_.erase(ready_.begin() + static_cast<std::ptrdiff_t>(at));
        const auto& job = held.job;
        if (done_.contains(job.id)) {
            problem_ = "job " + std::to_string(job.id) + " runs although it was done";
        }
        for (const auto& other : running_) {
            if (other.job.entity_id == job.entity_id) {
                problem_ = "two jobs of one record run at once";
            }
        }
        for (const auto& [id, row] : queue_.rows) {
            if (id < job.id && row.job.entity_id == job.entity_id && queue_.pending(row) && !row.late &&
                row.pending_since < seen_.at(job.id)) {
                problem_ = "job " + std::to_string(job.id) + " runs before the older job " +
                           std::to_string(id) + " of its record";
            }
        }
        running_.push_back(std::move(held));
    }

    void end(std::size_t at) {
        if (at >= running_.size()) {
            return;
        }
        const auto job = running_[at].job;
        running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(at));
        auto& row = queue_.rows.at(job.id);
        const int fate = settled_ ? 0 : pick(calm_ ? 7 : 10);
        if (fate < 6) {
            const auto fields = json::parse(job.data).as_object();
            for (const auto& field : fields) {
                remote_[job.entity_id][std::string(field.key())] = field.value().as_int64();
            }
            queue_.rows.erase(job.id);
            done_.insert(job.id);
        } else if (fate < 8) {
            row.job.deferred = true;
            row.run_at = queue_.now + std::chrono::milliseconds(pick(2'000));
            sequencer_->returned(job);
            return;
        } else {
            row.dead = true;
            in_order_ = false;
        }
        if (auto next = sequencer_->finished(job)) {
            lead(std::move(*next));
        }
        if (!under_way_) {
            read_records();
        }
    }

    void crash() {
        for (const auto& held : running_) {
            auto& row = queue_.rows.at(held.job.id);
            row.job.deferred = true;
            row.job.maybe_applied = true;
        }
        start_anew();
        seen_.clear();
    }

    void replay() {
        for (auto& [id, row] : queue_.rows) {
            if (row.dead) {
                row.dead = false;
                row.job.deferred = true;
                row.run_at = queue_.now;
                row.pending_since = step_;
                return;
            }
        }
    }

    struct UnderWay {
        store::QueueAnswer answer;
        bool deferred;
        std::vector<store::ClassFloor> classes;
        std::size_t limit;
        std::uint64_t snapshot;
        bool again;
    };

    std::mt19937 random_;
    bool coalesces_;
    bool calm_;  // nothing but order is at stake: no crash, no late commit, no dead letter
    std::size_t most_followers_;
    bool settled_ = false;
    bool in_order_ = true;
    config::Manifest manifest_;
    test::SimulatedQueue queue_;
    std::unique_ptr<Sequencer> sequencer_;
    std::unique_ptr<PriorityClasses> classes_;
    DeferredPass deferred_;
    std::vector<Held> ready_;
    std::vector<Held> running_;
    std::optional<UnderWay> under_way_;
    std::uint64_t step_ = 1;
    std::int64_t last_value_ = 0;
    std::map<std::int64_t, std::uint64_t> seen_;  // the step of the read that brought a job first
    std::set<std::int64_t> done_;
    std::map<std::string, std::map<std::string, std::int64_t>> remote_;
    std::map<std::string, std::map<std::string, std::int64_t>> expected_;
    std::string problem_;
};

TEST(QueueHistories, OrderHoldsNothingRunsTwiceAndNothingIsForgotten) {
    for (std::uint32_t seed = 1; seed <= kHistories; ++seed) {
        History history(seed);
        history.play();
        ASSERT_EQ(history.problem(), "") << "seed " << seed;
    }
}

}  // namespace
}  // namespace navette::engine
