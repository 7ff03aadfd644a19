// The part of the engine that holds this node's place among the others: registration and leases.
#include "daemon/core/log.hpp"
#include "daemon/core/metrics.hpp"
#include "daemon/engine/engine.hpp"
#include "daemon/engine/saved_budgets.hpp"
#include "daemon/engine/side_work.hpp"
#include "daemon/engine/spawn.hpp"

#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>

#include <algorithm>

namespace navette::engine {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

// How often a hand-over looks whether a lane's calls have ended.
constexpr milliseconds kHandOverStep{5};
// A node is looked for this long after its lease has run out, so that it has by every clock.
constexpr milliseconds kAfterExpiry{2};
// While the database is away, the renewal asks again this often.
constexpr milliseconds kDatabaseAgain{1'000};

}  // namespace

bool Engine::lease_is_fresh() const {
    return BootClock::now() < renewed_at_ + configuration_.settings.node.lease * 9 / 10;
}

bool Engine::holds_lease(const std::string& integration_id, std::int64_t epoch) const {
    const auto held = held_.find(integration_id);
    return held != held_.end() && held->second == epoch && lease_is_fresh();
}

asio::awaitable<core::Result<void>> Engine::join() {
    const auto& node = configuration_.settings.node;
    const auto connection = co_await control_.connection();
    if (!connection) {
        co_return std::unexpected(connection.error());
    }
    const auto id = boost::uuids::to_string(boost::uuids::random_generator()());
    const auto began = BootClock::now();
    auto registered = co_await store::register_node(**connection, id, node.name, node.lease);
    if (registered) {
        node_id_ = id;
        renewed_at_ = began;
        workshop_.node_id = id;
        journal_.act_as(id);
        bulk_journal_.act_as(id);
        core::log(core::LogLevel::info, "joined as a node", {{"node", node.name}, {"node_id", id}});
    }
    co_return registered;
}

asio::awaitable<void> Engine::renew_loop() {
    while (renew_loop_.goes_on()) {
        const auto lease = configuration_.settings.node.lease;
        const auto began = BootClock::now();
        core::Result<bool> renewed = false;
        if (const auto connection = co_await renewal_.connection()) {
            renewed = co_await store::renew_node(**connection, node_id_, lease);
        } else {
            renewed = std::unexpected(connection.error());
        }
        core::engine_metrics().database_up.set(renewed ? 1 : 0);
        if (renewed && *renewed) {
            const bool was_stale = !lease_is_fresh();
            renewed_at_ = began;
            if (was_stale) {
                for (const auto& [id, lane] : lanes_) {
                    lane->look();
                }
            }
        } else if (renewed) {
            drop_lanes("this node's lease ran out, its integrations may have a new owner");
            // Without the name it would take the place of whoever has it, who would take it back.
            if (!draining_ && listener_.has_name() && co_await join()) {
                ownership_loop_.wake();
            }
        } else {
            core::log(
                core::LogLevel::warning,
                "the node's lease could not be renewed",
                {{"error", renewed.error().message}}
            );
        }
        co_await renew_loop_.rest(renewed ? lease / 3 : std::min(kDatabaseAgain, lease / 3));
    }
}

asio::awaitable<void> Engine::ownership_loop() {
    while (ownership_loop_.goes_on()) {
        const auto updated = co_await update_ownership();
        if (!updated) {
            core::log(
                core::LogLevel::warning, "leases cannot be looked after", {{"error", updated.error().message}}
            );
        }
        if (std::erase_if(leaving_, [](const auto& lane) { return lane->running() == 0; }) > 0) {
            // Whoever works for the account next counts on from what is saved.
            co_await save_budgets(accounts_, control_);
            accounts_.forget();
        }
        co_await wait_for_next_look();
    }
}

asio::awaitable<void> Engine::wait_for_next_look() {
    auto span = configuration_.settings.node.lease / 3;
    if (const auto connection = co_await control_.connection()) {
        const auto left = co_await store::first_expiry(**connection, node_id_);
        if (left && *left) {
            span = std::min(span, **left + kAfterExpiry);
        }
    }
    co_await ownership_loop_.rest(span);
}

asio::awaitable<core::Result<void>> Engine::update_ownership() {
    const auto connection = co_await control_.connection();
    if (!connection) {
        co_return std::unexpected(connection.error());
    }
    const auto node_id = node_id_;
    auto owned = co_await store::acquire_leases(**connection, node_id, configuration_.inventory->slugs());
    if (!owned) {
        co_return std::unexpected(owned.error());
    }
    if (node_id != node_id_ || draining_) {
        co_return core::Result<void>();  // registered anew meanwhile: look again
    }
    hold(*owned);
    std::set<std::string> still;
    std::vector<store::Ownership> changed;
    for (auto& one : *owned) {
        still.insert(one.key.id);
        // What was sent off goes, even if it is to stay after all: it comes back with a new epoch.
        if (!one.stays || handing_over_.contains(one.key.id)) {
            send_off(one.key.id);
            continue;
        }
        const auto lane = lanes_.find(one.key.id);
        const bool known = lane != lanes_.end() && lane->second->epoch() == one.epoch;
        const auto version = versions_.find(one.key.id);
        if (!known || version == versions_.end() || version->second != one.version) {
            const auto broken = broken_.find(one.key.id);
            if (broken == broken_.end() || broken->second != one.version) {
                changed.push_back(std::move(one));
            }
        }
    }
    for (auto lane = lanes_.begin(); lane != lanes_.end();) {
        if (still.contains(lane->first)) {
            ++lane;
            continue;
        }
        core::log(core::LogLevel::info, "an integration left this node", {{"integration", lane->first}});
        lane->second->stop();
        unwatch(lane->first);
        versions_.erase(lane->first);
        leaving_.push_back(std::move(lane->second));
        lane = lanes_.erase(lane);
    }
    if (!handing_over_.empty() && !hands_over_) {
        core::log(
            core::LogLevel::info,
            "integrations leave for another node, or rest",
            {{"integrations", static_cast<long long>(handing_over_.size())}}
        );
        hands_over_ = true;
        auto handing = [](Engine& engine) -> asio::awaitable<void> {
            co_await engine.hand_over(steady_clock::time_point::max());
            engine.hands_over_ = false;
        };
        spawn(executor_, handing(*this), "hand-over");
    }
    if (!changed.empty()) {
        co_await load_lanes(std::move(changed));
    }
    co_return core::Result<void>();
}

void Engine::hold(const std::vector<store::Ownership>& owned) {
    std::map<std::string, std::int64_t> held;
    double acquired = 0;
    for (const auto& one : owned) {
        held[one.key.id] = one.epoch;
        const auto before = held_.find(one.key.id);
        acquired += before == held_.end() || before->second != one.epoch ? 1 : 0;
    }
    const auto lost =
        std::ranges::count_if(held_, [&](const auto& before) { return !held.contains(before.first); });
    auto& metrics = core::engine_metrics();
    metrics.leases_acquired.add(acquired);
    metrics.leases_lost.add(static_cast<double>(lost));
    metrics.integrations_owned.set(static_cast<double>(held.size()));
    held_ = std::move(held);
}

void Engine::send_off(const std::string& integration_id) {
    retire(integration_id);
    broken_.erase(integration_id);
    handing_over_.try_emplace(
        integration_id, steady_clock::now() + configuration_.settings.engine.drain_deadline
    );
}

std::vector<std::string> Engine::ready_to_hand_over() {
    std::erase_if(leaving_, [](const auto& lane) { return lane->running() == 0; });
    std::set<std::string> busy;
    for (const auto& lane : leaving_) {
        busy.insert(lane->integration().key().id);
    }
    std::vector<std::string> ready;
    for (const auto& [id, deadline] : handing_over_) {
        if (!busy.contains(id) && !keeper_.is_renewing(id) && !side_work_->is_checking(id)) {
            ready.push_back(id);
        } else if (!draining_ && steady_clock::now() >= deadline) {
            core::log(
                core::LogLevel::warning,
                "an integration leaves although its calls have not ended, its next owner looks twice",
                {{"integration", id}}
            );
            ready.push_back(id);
        }
    }
    return ready;
}

asio::awaitable<void> Engine::hand_over(steady_clock::time_point deadline) {
    asio::steady_timer pause(executor_);
    while (!handing_over_.empty() && steady_clock::now() < deadline) {
        auto ready = ready_to_hand_over();
        if (!ready.empty()) {
            if (!co_await give_up(std::move(ready))) {
                co_return;
            }
            continue;
        }
        pause.expires_after(kHandOverStep);
        co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
    }
}

asio::awaitable<bool> Engine::give_up(std::vector<std::string> integrations) {
    const auto node_id = node_id_;
    // From here on no request leaves in their name, whether or not the database hears of it.
    for (const auto& id : integrations) {
        held_.erase(id);
    }
    const auto connection = co_await control_.connection();
    if (!connection) {
        co_return false;
    }
    co_await save_budgets(accounts_, control_);
    const auto released = co_await store::release_leases(**connection, node_id, integrations);
    if (!released) {
        core::log(
            core::LogLevel::warning, "leases could not be given up", {{"error", released.error().message}}
        );
        co_return false;
    }
    for (const auto& id : integrations) {
        held_.erase(id);  // a look that began before may have brought it back
        handing_over_.erase(id);
    }
    core::engine_metrics().leases_released.add(static_cast<double>(integrations.size()));
    core::engine_metrics().integrations_owned.set(static_cast<double>(held_.size()));
    co_return true;
}

asio::awaitable<void> Engine::leave(steady_clock::time_point deadline) {
    draining_ = true;
    for (const auto& [id, epoch] : std::map(held_)) {
        send_off(id);
    }
    while (!lanes_.empty()) {
        retire(std::string(lanes_.begin()->first));
    }
    if (const auto connection = co_await control_.connection()) {
        const auto told = co_await store::start_draining(**connection, node_id_);
        if (told) {
            co_await hand_over(deadline);
        }
    }
    handing_over_.clear();
}

asio::awaitable<void> Engine::sign_off() {
    const auto connection = co_await control_.connection();
    if (!connection) {
        co_return;
    }
    const auto released = co_await store::release_leases(**connection, node_id_, {});
    const auto removed = co_await store::remove_node(**connection, node_id_);
    if (!released || !removed) {
        core::log(core::LogLevel::warning, "the leases could not be given back, they end by themselves");
    }
}

}  // namespace navette::engine
