// Single jobs go first: a lane that works off a backlog gives way while another has a job on its way to its
// call, so that the short work does not share the machine with the long. What a backlog has begun cannot give
// way any more: while single jobs are about, it goes in small steps, one after the other, with rests between.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <utility>

namespace navette::engine {

/// One for all lanes of a thread; outlives their passes and steps.
class RightOfWay {
  public:
    using Time = std::chrono::steady_clock::time_point;

    /// Jobs of one step while single jobs are about.
    static constexpr std::size_t kShortStep = 50;

  private:
    /// How many hold something, and who waits for the last of them.
    struct Count {
        int held = 0;
        boost::asio::steady_timer none;
    };
    class Hold {
      public:
        Hold() = default;
        explicit Hold(Count& count) : count_(&count) { ++count.held; }
        Hold(Hold&& other) noexcept : count_(std::exchange(other.count_, nullptr)) {}
        Hold& operator=(Hold&& other) noexcept {
            std::swap(count_, other.count_);
            return *this;
        }
        ~Hold() { give_up(); }
        Hold(const Hold&) = delete;
        Hold& operator=(const Hold&) = delete;

        [[nodiscard]] bool is_held() const { return count_ != nullptr; }
        void give_up() {
            if (auto* count = std::exchange(count_, nullptr); count != nullptr && --count->held == 0) {
                count->none.cancel();
            }
        }

      private:
        Count* count_ = nullptr;
    };

  public:
    /// Held from the moment that a lane without a backlog hears of work until its call begins or it finds
    /// none.
    class Pass : public Hold {
      public:
        Pass() = default;
        explicit Pass(RightOfWay& way) : Hold(way.passes_), way_(&way) {}

        /// A single job was on its way, and its call begins.
        void arrive(Time now) {
            if (is_held()) {
                way_->last_arrival_ = now;
            }
            give_up();
        }

      private:
        RightOfWay* way_ = nullptr;
    };

    /// One step of a backlog: a statement that reads or writes many jobs.
    class Step : public Hold {
      public:
        Step() = default;
        Step(RightOfWay& way, Time now) : Hold(way.steps_), way_(&way), began_(now) {}
        Step(Step&&) noexcept = default;
        Step& operator=(Step&&) = delete;
        ~Step() { end(std::chrono::steady_clock::now()); }
        Step(const Step&) = delete;
        Step& operator=(const Step&) = delete;

        /// A rest of half its length follows, and the next step.
        void end(Time now) {
            if (is_held()) {
                way_->rests_until_ = now + std::min<Time::duration>((now - began_) / 2, kLongest);
            }
            give_up();
        }

      private:
        using Hold::give_up;  // without a rest

        RightOfWay* way_ = nullptr;
        Time began_{};
    };

    explicit RightOfWay(const boost::asio::any_io_executor& executor)
        : passes_{0, boost::asio::steady_timer(executor)},
          steps_{0, boost::asio::steady_timer(executor, Time::max())} {}

    /// Whether single jobs are about: one is on its way, or one arrived a moment ago.
    [[nodiscard]] bool is_frequented(Time now) const {
        return passes_.held > 0 || now < last_arrival_ + kAMoment;
    }

    /// Returns when nobody holds a pass, after `longest` at the latest: a backlog goes on beside work that
    /// never ends.
    boost::asio::awaitable<void> give_way(std::chrono::milliseconds longest = kLongest) {
        if (passes_.held == 0) {
            co_return;
        }
        // Whoever comes later goes on with the first.
        if (waiting_++ == 0) {
            passes_.none.expires_after(longest);
        }
        co_await passes_.none.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
        --waiting_;
    }

    /// Gives way, and while single jobs are about waits until no other step is under way and the last one's
    /// rest is over: the cores and the disk that it does not take are theirs.
    boost::asio::awaitable<Step> step() {
        co_await give_way();
        auto now = std::chrono::steady_clock::now();
        while (is_frequented(now) && (steps_.held > 0 || now < rests_until_)) {
            if (steps_.held > 0) {
                co_await steps_.none.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
            } else {
                boost::asio::steady_timer rest(steps_.none.get_executor(), rests_until_);
                co_await rest.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
            }
            co_await give_way();
            now = std::chrono::steady_clock::now();
        }
        co_return Step(*this, now);
    }

  private:
    // A backlog waits so long for single jobs of others before each of its steps, and rests no longer.
    static constexpr std::chrono::milliseconds kLongest{5};
    static constexpr std::chrono::milliseconds kAMoment{200};

    Count passes_;
    Count steps_;
    int waiting_ = 0;
    Time last_arrival_{};
    Time rests_until_{};
};

}  // namespace navette::engine
