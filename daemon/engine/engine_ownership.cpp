// The part of the engine that holds this node's place among the others: registration, leases, lanes.
#include "daemon/core/log.hpp"
#include "daemon/engine/engine.hpp"
#include "daemon/engine/spawn.hpp"

#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>

#include <algorithm>

namespace navette::engine {

namespace asio = boost::asio;
using std::chrono::steady_clock;

asio::awaitable<core::Result<void>> Engine::join() {
    const auto& node = configuration_.settings.node;
    const auto connection = co_await control_.connection();
    if (!connection) {
        co_return std::unexpected(connection.error());
    }
    const auto id = boost::uuids::to_string(boost::uuids::random_generator()());
    const auto began = steady_clock::now();
    auto registered = co_await store::register_node(**connection, id, node.name, node.lease);
    if (registered) {
        node_id_ = id;
        renewed_at_ = began;
        journal_.act_as(id);
        core::log(core::LogLevel::info, "joined as a node", {{"node", node.name}, {"node_id", id}});
    }
    co_return registered;
}

asio::awaitable<void> Engine::renew_loop() {
    while (!stopping_) {
        const auto lease = configuration_.settings.node.lease;
        const auto began = steady_clock::now();
        core::Result<bool> renewed = false;
        if (const auto connection = co_await control_.connection()) {
            renewed = co_await store::renew_node(**connection, node_id_, lease);
        } else {
            renewed = std::unexpected(connection.error());
        }
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
            const auto joined = co_await join();
            if (joined) {
                ownership_signal_.notify();
            }
        } else {
            core::log(
                core::LogLevel::warning,
                "the node's lease could not be renewed",
                {{"error", renewed.error().message}}
            );
        }
        co_await beat_and_wait(
            "renew", renew_signal_, renewed ? lease / 3 : std::min(kDatabaseAgain, lease / 3)
        );
    }
}

void Engine::drop_lanes(std::string_view why) {
    if (!lanes_.empty()) {
        core::log(core::LogLevel::warning, why, {{"integrations", static_cast<long long>(lanes_.size())}});
    }
    for (auto& [id, lane] : lanes_) {
        lane->stop();
        leaving_.push_back(std::move(lane));
    }
    lanes_.clear();
    versions_.clear();
    broken_.clear();
}

asio::awaitable<void> Engine::ownership_loop() {
    while (!stopping_) {
        const auto updated = co_await update_ownership();
        if (!updated) {
            core::log(
                core::LogLevel::warning, "leases cannot be looked after", {{"error", updated.error().message}}
            );
        }
        std::erase_if(leaving_, [](const auto& lane) { return lane->running() == 0; });
        co_await beat_and_wait("ownership", ownership_signal_, configuration_.settings.node.lease / 3);
    }
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
    if (node_id != node_id_) {
        co_return core::Result<void>();  // registered anew meanwhile: look again
    }
    std::set<std::string> still;
    std::vector<store::Ownership> changed;
    for (auto& one : *owned) {
        still.insert(one.key.id);
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
        versions_.erase(lane->first);
        leaving_.push_back(std::move(lane->second));
        lane = lanes_.erase(lane);
    }
    if (!changed.empty()) {
        co_await load_lanes(std::move(changed));
    }
    co_return core::Result<void>();
}

void Engine::retire(const std::string& integration_id) {
    const auto lane = lanes_.find(integration_id);
    if (lane != lanes_.end()) {
        lane->second->stop();
        leaving_.push_back(std::move(lane->second));
        lanes_.erase(lane);
    }
    versions_.erase(integration_id);
}

bool Engine::is_leaving(const std::string& integration_id) const {
    return std::ranges::any_of(leaving_, [&](const auto& lane) {
        return lane->integration().key().id == integration_id && lane->running() > 0;
    });
}

asio::awaitable<void> Engine::load_lanes(std::vector<store::Ownership> owned) {
    std::vector<std::string> ids;
    std::map<std::string, std::int64_t> epochs;
    for (const auto& one : owned) {
        ids.push_back(one.key.id);
        epochs[one.key.id] = one.epoch;
    }
    const auto connection = co_await control_.connection();
    if (!connection) {
        co_return;
    }
    auto rows = co_await store::load_integrations(**connection, std::move(ids));
    if (!rows) {
        core::log(core::LogLevel::warning, "integrations cannot be read", {{"error", rows.error().message}});
        co_return;
    }
    for (auto& row : *rows) {
        const auto key = row.key;
        const auto id = key.id;
        const auto version = row.version;
        const auto epoch = epochs.find(id);
        if (epoch == epochs.end()) {
            continue;
        }
        auto integration =
            Integration::assemble(std::move(row), *configuration_.inventory, configuration_.vault);
        if (!integration) {
            core::log(core::LogLevel::error, integration.error().message);
            broken_[id] = version;
            retire(id);
            // Its jobs are kept; the owner tries it again when the row or the configuration changes.
            const auto noted = co_await store::set_integration_state(
                **connection, key, "error", integration.error().message
            );
            if (noted && *noted != 0) {
                broken_[id] = *noted;
            }
            continue;
        }
        broken_.erase(id);
        const auto known = lanes_.find(id);
        if (known != lanes_.end() && known->second->epoch() == epoch->second) {
            versions_[id] = version;
            known->second->replace(std::move(*integration));
            continue;
        }
        retire(id);
        if (is_leaving(id)) {
            continue;  // two lanes of one integration would send a job twice: the next look makes the new one
        }
        versions_[id] = version;
        core::log(
            core::LogLevel::info,
            "working for " + (*integration)->title(),
            {{"integration", id}, {"epoch", epoch->second}}
        );
        auto lane = std::make_shared<Lane>(workshop_, std::move(*integration), epoch->second);
        lanes_[id] = lane;
        auto running = [](std::shared_ptr<Lane> one) -> asio::awaitable<void> { co_await one->run(); };
        spawn(executor_, running(std::move(lane)), "lane " + id);
    }
}

}  // namespace navette::engine
