// The engine's loops: what goes round beside the lanes until the engine stops.
#pragma once

#include "daemon/engine/heartbeats.hpp"
#include "daemon/engine/signal.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace navette::engine {

class Loop;

/// All loops of one engine: they are stopped together, and waited for.
class Loops {
  public:
    explicit Loops(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}

    /// Runs `body`, which is to return soon after stop().
    void run(const std::string& name, boost::asio::awaitable<void> body);

    /// Every loop ends when its round is over; those that rest are woken.
    void stop();
    [[nodiscard]] bool is_stopping() const { return stopping_; }

    /// Returns when all have ended, at the latest after `limit`.
    boost::asio::awaitable<void> ended(std::chrono::milliseconds limit);

    [[nodiscard]] const Heartbeats& heartbeats() const { return heartbeats_; }

  private:
    friend class Loop;

    boost::asio::any_io_executor executor_;
    Heartbeats heartbeats_;
    std::vector<Loop*> resting_;  // each that may have to be woken
    int running_ = 0;
    bool stopping_ = false;
};

/// One loop that rests between its rounds, and can be woken.
class Loop {
  public:
    /// `loops` outlives it.
    Loop(Loops& loops, std::string name);
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    void run(boost::asio::awaitable<void> body) { loops_.run(name_, std::move(body)); }
    /// The same for a loop that gives a sign of life, by resting, at least every `allowed`.
    void run(std::chrono::milliseconds allowed, boost::asio::awaitable<void> body);

    /// Whether there is to be another round.
    [[nodiscard]] bool goes_on() const { return !loops_.is_stopping(); }

    /// Rests at most for `span`.
    boost::asio::awaitable<void> rest(std::chrono::milliseconds span);
    /// Rests until it is woken.
    boost::asio::awaitable<void> rest() { return signal_.wait(); }

    void wake() { signal_.notify(); }

  private:
    Loops& loops_;
    std::string name_;
    Signal signal_;
};

/// Goes on with `round`, which says when it wants the next turn; rests at most for `longest`.
boost::asio::awaitable<void> repeat(
    Loop& loop, std::chrono::milliseconds longest, std::function<std::chrono::milliseconds()> round
);

}  // namespace navette::engine
