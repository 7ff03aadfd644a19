#include "daemon/engine/sleepers.hpp"

#include "daemon/engine/spawn.hpp"
#include "daemon/store/leases.hpp"

#include <array>
#include <chrono>
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
    falling_asleep_.insert(integration_id);
    loop_.wake();
}

void Sleepers::wakes_up(const std::string& integration_id) {
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
        const auto connection = co_await control_.connection();
        if (!connection) {
            continue;  // the poll stands in until the database is back
        }
        if (!awake.empty()) {
            co_await store::set_asleep(**connection, node_id_(), {awake.begin(), awake.end()}, false);
        }
        if (asleep.empty()) {
            continue;
        }
        co_await store::set_asleep(**connection, node_id_(), {asleep.begin(), asleep.end()}, true);
        spawn(executor_, look_late(asleep), "late looks");
    }
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
