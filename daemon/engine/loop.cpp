#include "daemon/engine/loop.hpp"

#include "daemon/engine/spawn.hpp"

#include <algorithm>

namespace navette::engine {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

// How often it is seen whether all loops have ended.
constexpr milliseconds kEndStep{5};

}  // namespace

void Loops::run(const std::string& name, asio::awaitable<void> body) {
    ++running_;
    auto running = [](Loops& loops, asio::awaitable<void> loop) -> asio::awaitable<void> {
        co_await std::move(loop);
        --loops.running_;
    };
    spawn(executor_, running(*this, std::move(body)), name);
}

void Loops::stop() {
    stopping_ = true;
    for (auto* loop : resting_) {
        loop->wake();
    }
}

asio::awaitable<void> Loops::ended(milliseconds limit) {
    asio::steady_timer pause(executor_);
    const auto give_up = steady_clock::now() + limit;
    while (running_ > 0 && steady_clock::now() < give_up) {
        pause.expires_after(kEndStep);
        co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
    }
}

Loop::Loop(Loops& loops, std::string name) : loops_(loops), name_(std::move(name)), signal_(loops.executor_) {
    loops.resting_.push_back(this);
}

void Loop::run(milliseconds allowed, asio::awaitable<void> body) {
    loops_.heartbeats_.expect(name_, allowed, steady_clock::now());
    run(std::move(body));
}

asio::awaitable<void> Loop::rest(milliseconds span) {
    loops_.heartbeats_.beat(name_, steady_clock::now());
    if (goes_on()) {
        co_await signal_.wait_for(span);
    }
    loops_.heartbeats_.beat(name_, steady_clock::now());
}

asio::awaitable<void> repeat(Loop& loop, milliseconds longest, std::function<milliseconds()> round) {
    while (loop.goes_on()) {
        const auto next = round();
        co_await loop.rest(std::min(next, longest));
    }
}

}  // namespace navette::engine
