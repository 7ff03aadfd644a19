#include "daemon/engine/sleepers.hpp"

#include "daemon/engine/spawn.hpp"
#include "daemon/store/leases.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <utility>

namespace navette::engine {

namespace asio = boost::asio;
using std::chrono::milliseconds;

namespace {

// Falling asleep is noted for many lanes in one statement.
constexpr milliseconds kSleepTogether{2};
// A transaction that saw the lane awake may commit just after it fell asleep: it is looked for again at these
// moments.
constexpr std::array<milliseconds, 3> kLateLooks{milliseconds(20), milliseconds(100), milliseconds(300)};
// While the database is away, it is told again this often.
constexpr milliseconds kDatabaseAgain{500};

}  // namespace

Sleepers::Sleepers(
    asio::any_io_executor executor,
    Loops& loops,
    Database& control,
    std::function<std::string()> node_id,
    std::function<void(const std::string&)> wake
)
    : executor_(std::move(executor)),
      control_(control),
      node_id_(std::move(node_id)),
      wake_(std::move(wake)),
      loop_(loops, "sleep") {}

void Sleepers::falls_asleep(const std::string& integration_id) {
    waking_.erase(integration_id);
    falling_asleep_.insert(integration_id);
    loop_.wake();
}

void Sleepers::wakes_up(const std::string& integration_id) {
    falling_asleep_.erase(integration_id);
    waking_.insert(integration_id);
    loop_.wake();
}

asio::awaitable<void> Sleepers::tell() {
    while (loop_.goes_on()) {
        if (falling_asleep_.empty() && waking_.empty()) {
            co_await loop_.rest();
            continue;
        }
        asio::steady_timer together(executor_, kSleepTogether);
        co_await together.async_wait(asio::as_tuple(asio::use_awaitable));
        const auto asleep = std::exchange(falling_asleep_, {});
        const auto awake = std::exchange(waking_, {});
        if (!co_await note(awake, false) || !co_await note(asleep, true)) {
            // Nobody would call a lane that is thought to be awake. What was said since counts.
            std::ranges::copy_if(awake, std::inserter(waking_, waking_.end()), [this](const auto& id) {
                return !falling_asleep_.contains(id);
            });
            std::ranges::copy_if(
                asleep,
                std::inserter(falling_asleep_, falling_asleep_.end()),
                [this](const auto& id) { return !waking_.contains(id); }
            );
            co_await loop_.rest(kDatabaseAgain);
            continue;
        }
        if (!asleep.empty()) {
            spawn(executor_, look_late(asleep), "late looks");
        }
    }
}

asio::awaitable<bool> Sleepers::note(const std::set<std::string>& lanes, bool asleep) {
    if (lanes.empty()) {
        co_return true;
    }
    const auto connection = co_await control_.connection();
    if (!connection) {
        co_return false;
    }
    const auto noted =
        co_await store::set_asleep(**connection, node_id_(), {lanes.begin(), lanes.end()}, asleep);
    co_return noted.has_value();
}

asio::awaitable<void> Sleepers::look_late(std::set<std::string> lanes) {
    for (const auto& id : lanes) {
        wake_(id);
    }
    for (const auto& moment : kLateLooks) {
        asio::steady_timer pause(executor_, moment);
        co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
        if (!loop_.goes_on()) {
            co_return;
        }
        for (const auto& id : lanes) {
            wake_(id);
        }
    }
}

}  // namespace navette::engine
