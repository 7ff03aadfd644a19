// Single jobs go first: a lane that works off a backlog gives way while another has a job on its way to its
// call, so that the short work does not share the machine with the long. What a backlog has begun cannot give
// way any more: while single jobs are about, it goes in small steps, one after the other.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <utility>

namespace navette::engine {

/// One for all lanes of a thread; outlives their passes and steps.
class RightOfWay {
  public:
    using Time = std::chrono::steady_clock::time_point;

    /// Jobs of one step while single jobs are about.
    static constexpr std::size_t kShortStep = 100;

    /// Held from the moment that a lane without a backlog hears of work until its call begins or it finds
    /// none.
    class Pass {
      public:
        Pass() = default;
        explicit Pass(RightOfWay& way) : way_(&way) { ++way.held_; }
        Pass(Pass&& other) noexcept : way_(std::exchange(other.way_, nullptr)) {}
        Pass& operator=(Pass&& other) noexcept {
            std::swap(way_, other.way_);
            return *this;
        }
        ~Pass() { give_up(); }
        Pass(const Pass&) = delete;
        Pass& operator=(const Pass&) = delete;

        [[nodiscard]] bool is_held() const { return way_ != nullptr; }
        /// A single job was on its way, and its call begins.
        void arrive(Time now) {
            if (way_ != nullptr) {
                way_->last_arrival_ = now;
            }
            give_up();
        }
        void give_up() {
            if (auto* way = std::exchange(way_, nullptr); way != nullptr && --way->held_ == 0) {
                way->clear_.cancel();
            }
        }

      private:
        RightOfWay* way_ = nullptr;
    };

    /// One step of a backlog: a statement that reads or writes many jobs.
    class Step {
      public:
        Step() = default;
        explicit Step(RightOfWay& way) : way_(&way) { ++way.steps_; }
        Step(Step&& other) noexcept : way_(std::exchange(other.way_, nullptr)) {}
        Step& operator=(Step&& other) noexcept {
            std::swap(way_, other.way_);
            return *this;
        }
        ~Step() {
            if (way_ != nullptr && --way_->steps_ == 0) {
                way_->step_over_.cancel();
            }
        }
        Step(const Step&) = delete;
        Step& operator=(const Step&) = delete;

      private:
        RightOfWay* way_ = nullptr;
    };

    explicit RightOfWay(const boost::asio::any_io_executor& executor)
        : clear_(executor), step_over_(executor, Time::max()) {}

    /// Whether single jobs are about: one is on its way, or one arrived a moment ago.
    [[nodiscard]] bool is_frequented(Time now) const { return held_ > 0 || now < last_arrival_ + kAMoment; }

    /// Returns when nobody holds a pass, after `longest` at the latest: a backlog goes on beside work that
    /// never ends.
    boost::asio::awaitable<void> give_way(std::chrono::milliseconds longest = kLongest) {
        if (held_ == 0) {
            co_return;
        }
        // Whoever comes later goes on with the first.
        if (waiting_++ == 0) {
            clear_.expires_after(longest);
        }
        co_await clear_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
        --waiting_;
    }

    /// Gives way, and while single jobs are about waits until no other step is under way: the cores that it
    /// does not take are theirs.
    boost::asio::awaitable<Step> step() {
        co_await give_way();
        while (steps_ > 0 && is_frequented(std::chrono::steady_clock::now())) {
            co_await step_over_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
        }
        co_return Step(*this);
    }

  private:
    // A backlog waits so long for single jobs of others before each of its steps.
    static constexpr std::chrono::milliseconds kLongest{5};
    static constexpr std::chrono::milliseconds kAMoment{200};

    int held_ = 0;
    int waiting_ = 0;
    int steps_ = 0;
    Time last_arrival_{};
    boost::asio::steady_timer clear_;
    boost::asio::steady_timer step_over_;
};

}  // namespace navette::engine
