#include "tests/bench/limited_platform.hpp"

#include <algorithm>

namespace navette::bench {

using std::chrono::steady_clock;

namespace {

/// How long until the window has room for one more call; zero: now.
std::chrono::milliseconds room_after(
    std::deque<steady_clock::time_point>& window, SlidingLimit limit, steady_clock::time_point now
) {
    while (!window.empty() && window.front() + limit.per <= now) {
        window.pop_front();
    }
    if (window.size() < static_cast<std::size_t>(limit.calls)) {
        return std::chrono::milliseconds(0);
    }
    return std::chrono::ceil<std::chrono::milliseconds>(window.front() + limit.per - now);
}

}  // namespace

LimitedPlatform::LimitedPlatform(SlidingLimit all, SlidingLimit search)
    : all_(all), search_(search), sink_([this](const SinkRequest& request) { return answer(request); }) {}

SinkAnswer LimitedPlatform::answer(const SinkRequest& request) {
    const std::scoped_lock lock(mutex_);
    auto& state = states_[std::string(request.account)];
    const bool searches = request.method == "POST" && request.path == "/search";
    auto wait = room_after(state.all, all_, request.at);
    if (searches) {
        wait = std::max(wait, room_after(state.search, search_, request.at));
    }
    SinkAnswer reply;
    if (wait.count() > 0) {
        ++state.account.refused;
        reply.status = 429;
        reply.body = R"({"error":"too many requests"})";
        reply.headers =
            "Retry-After: " + std::to_string(std::chrono::ceil<std::chrono::seconds>(wait).count()) + "\r\n";
        return reply;
    }
    state.all.push_back(request.at);
    state.account.accepted.push_back(request.at);
    if (searches) {
        state.search.push_back(request.at);
        state.account.searches.push_back(request.at);
    }
    return reply;
}

std::map<std::string, LimitedPlatform::Account> LimitedPlatform::accounts() const {
    const std::scoped_lock lock(mutex_);
    std::map<std::string, Account> all;
    for (const auto& [name, state] : states_) {
        all.emplace(name, state.account);
    }
    return all;
}

double utilisation(
    const std::vector<steady_clock::time_point>& calls,
    SlidingLimit limit,
    steady_clock::time_point from,
    steady_clock::time_point until
) {
    std::chrono::duration<double> held{0};
    for (const auto call : calls) {
        const auto begin = std::max(call, from);
        const auto end = std::min(call + limit.per, until);
        if (end > begin) {
            held += end - begin;
        }
    }
    const std::chrono::duration<double> span = until - from;
    return held / (span * static_cast<double>(limit.calls));
}

}  // namespace navette::bench
