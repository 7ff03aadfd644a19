// The part of the engine that has lanes look for work: told by the database, and now and then without.
#include "daemon/core/metrics.hpp"
#include "daemon/engine/engine.hpp"
#include "daemon/engine/modest_pause.hpp"
#include "daemon/engine/side_work.hpp"
#include "daemon/store/queue_reading.hpp"

#include <string_view>

namespace navette::engine {

namespace asio = boost::asio;
using std::chrono::steady_clock;

void Engine::on_wake(const std::string& payload) {
    if (payload == "integrations") {
        ownership_loop_.wake();
        return;
    }
    constexpr std::string_view kSource = "source:";
    if (payload.starts_with(kSource)) {
        sources_.look(payload.substr(kSource.size()));
        return;
    }
    // An order was paid whose lines only the application knows: who watches its orders looks now.
    constexpr std::string_view kWatched = "watched:";
    if (payload.starts_with(kWatched)) {
        sources_.run_those_of(payload.substr(kWatched.size()));
        return;
    }
    constexpr std::string_view kPull = "pull:";
    if (payload.starts_with(kPull)) {
        side_work_->look_at_pulls(payload.substr(kPull.size()));
        return;
    }
    constexpr std::string_view kCompare = "compare:";
    if (payload.starts_with(kCompare)) {
        side_work_->look_at_comparisons(payload.substr(kCompare.size()));
        return;
    }
    constexpr std::string_view kWebhooks = "webhooks:";
    if (payload.starts_with(kWebhooks)) {
        side_work_->look_at_webhooks(payload.substr(kWebhooks.size()));
        return;
    }
    core::engine_metrics().wakeups.add();
    constexpr std::string_view kRecheck = "recheck:";
    if (payload.starts_with(kRecheck)) {
        if (auto* lane = lane_of(payload.substr(kRecheck.size()))) {
            lane->recheck();
        }
    } else if (auto* lane = lane_of(payload)) {
        lane->hear_of_work();
    }
}

Lane* Engine::lane_of(const std::string& integration_id) const {
    const auto found = lanes_.find(integration_id);
    return found == lanes_.end() ? nullptr : found->second.get();
}

void Engine::look(const std::string& integration_id) {
    if (auto* lane = lane_of(integration_id)) {
        lane->look();
    }
}

void Engine::look_closely(const std::string& integration_id) {
    if (auto* lane = lane_of(integration_id)) {
        lane->look_closely();
    }
}

asio::awaitable<void> Engine::poll_loop() {
    while (poll_loop_.goes_on()) {
        const auto began = steady_clock::now();
        auto took = steady_clock::duration::zero();
        if (const auto connection = co_await database_.connection()) {
            const auto found = co_await store::integrations_with_work(**connection);
            if (found) {
                took = steady_clock::now() - began;
                for (const auto& id : *found) {
                    if (auto* lane = lane_of(id)) {
                        lane->poll();
                    }
                }
            }
        }
        // It finds its way past what a backlog left dead in the index, until vacuum has been there.
        const auto pause = modest_pause(configuration_.settings.engine.poll, took, kLongestPoll);
        co_await poll_loop_.rest(std::chrono::ceil<std::chrono::milliseconds>(pause));
    }
}

}  // namespace navette::engine
