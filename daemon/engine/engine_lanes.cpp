// The part of the engine that makes the lanes of what this node owns, and lets them go.
#include "daemon/core/log.hpp"
#include "daemon/core/metrics.hpp"
#include "daemon/engine/engine.hpp"
#include "daemon/engine/saved_budgets.hpp"
#include "daemon/engine/side_work.hpp"
#include "daemon/engine/spawn.hpp"

#include <algorithm>

namespace navette::engine {

namespace asio = boost::asio;

namespace {

// Ten thousand rows at once took 60 MiB that stayed with the process.
constexpr std::size_t kLoadedAtOnce = 500;

}  // namespace

asio::awaitable<void> Engine::load_lanes(std::vector<store::Ownership> owned) {
    for (auto left = std::span<const store::Ownership>(owned); !left.empty();) {
        const auto some = left.first(std::min(left.size(), kLoadedAtOnce));
        left = left.subspan(some.size());
        if (!co_await load_some_lanes(some)) {
            co_return;
        }
    }
}

asio::awaitable<bool> Engine::load_some_lanes(std::span<const store::Ownership> owned) {
    std::vector<std::string> ids;
    std::map<std::string, std::int64_t> epochs;
    for (const auto& one : owned) {
        ids.push_back(one.key.id);
        epochs[one.key.id] = one.epoch;
    }
    const auto connection = co_await control_.connection();
    if (!connection) {
        co_return false;
    }
    auto rows = co_await store::load_integrations(**connection, std::move(ids));
    if (!rows) {
        core::log(core::LogLevel::warning, "integrations cannot be read", {{"error", rows.error().message}});
        co_return false;
    }
    std::vector<store::AccountName> accounts;
    std::vector<std::pair<std::shared_ptr<const Integration>, std::int64_t>>
        assembled;  // with its row's version
    for (auto& row : *rows) {
        const auto key = row.key;
        const auto id = key.id;
        const auto version = row.version;
        const auto epoch = epochs.find(id);
        const auto held = held_.find(id);
        if (epoch == epochs.end() || held == held_.end() || held->second != epoch->second ||
            handing_over_.contains(id) || draining_) {
            continue;  // it left, or we leave, while the row was read
        }
        auto integration = Integration::assemble(
            std::move(row), *configuration_.inventory, configuration_.vault, keeper_.grant_of(id), &mappings_
        );
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
        accounts.emplace_back(key, (*integration)->account());
        assembled.emplace_back(std::move(*integration), version);
    }
    // A lane's first call must know what was used of its account's day.
    std::vector<std::string> budgets;
    budgets.reserve(accounts.size());
    for (const auto& [key, account] : accounts) {
        budgets.push_back(account);
    }
    co_await restore_budgets(accounts_, control_, std::move(budgets));
    for (auto& [integration, version] : assembled) {
        const auto& id = integration->key().id;
        const auto epoch = epochs.find(id);
        const auto held = held_.find(id);
        if (held == held_.end() || held->second != epoch->second || handing_over_.contains(id) || draining_) {
            continue;
        }
        const auto known = lanes_.find(id);
        if (known != lanes_.end() && known->second->epoch() == epoch->second) {
            versions_[id] = version;
            watch(integration, epoch->second);
            known->second->replace(std::move(integration));
            continue;
        }
        retire(id);
        if (is_leaving(id)) {
            continue;  // two lanes of one integration would send a job twice: the next look makes the new one
        }
        versions_[id] = version;
        watch(integration, epoch->second);
        core::log(
            core::LogLevel::info,
            "working for " + integration->title(),
            {{"integration", id}, {"epoch", epoch->second}}
        );
        const auto name = id;
        auto lane = std::make_shared<Lane>(workshop_, std::move(integration), epoch->second);
        lanes_[name] = lane;
        auto running = [](std::shared_ptr<Lane> one) -> asio::awaitable<void> { co_await one->run(); };
        spawn(executor_, running(std::move(lane)), "lane " + name);
    }
    oauth_loop_.wake();
    if (accounts.empty()) {
        co_return true;
    }
    const auto moved = co_await store::set_accounts(**connection, std::move(accounts));
    if (!moved) {
        core::log(core::LogLevel::warning, "accounts cannot be noted", {{"error", moved.error().message}});
    } else if (*moved > 0) {
        ownership_loop_.wake();  // another node may be preferred for them
    }
    co_return true;
}

void Engine::retire(const std::string& integration_id) {
    const auto lane = lanes_.find(integration_id);
    if (lane != lanes_.end()) {
        lane->second->stop();
        leaving_.push_back(std::move(lane->second));
        lanes_.erase(lane);
    }
    versions_.erase(integration_id);
    unwatch(integration_id);
}

void Engine::drop_lanes(std::string_view why) {
    if (!lanes_.empty()) {
        core::log(core::LogLevel::warning, why, {{"integrations", static_cast<long long>(lanes_.size())}});
    }
    for (auto& [id, lane] : lanes_) {
        lane->stop();
        unwatch(id);
        leaving_.push_back(std::move(lane));
    }
    lanes_.clear();
    versions_.clear();
    broken_.clear();
    core::engine_metrics().leases_lost.add(static_cast<double>(held_.size()));
    core::engine_metrics().integrations_owned.set(0);
    held_.clear();
    handing_over_.clear();
}

bool Engine::is_leaving(const std::string& integration_id) const {
    return std::ranges::any_of(leaving_, [&](const auto& lane) {
        return lane->integration().key().id == integration_id && lane->running() > 0;
    });
}

void Engine::watch(const std::shared_ptr<const Integration>& integration, std::int64_t epoch) {
    keeper_.watch(integration);
    side_work_->watch(integration, epoch);
}

void Engine::unwatch(const std::string& integration_id) {
    keeper_.unwatch(integration_id);
    side_work_->unwatch(integration_id);
}

}  // namespace navette::engine
