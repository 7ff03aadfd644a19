// What looks after the queue and its tables beside the work, each in a loop of its own.
#pragma once

#include "daemon/config/settings.hpp"
#include "daemon/engine/database.hpp"
#include "daemon/engine/loop.hpp"

#include <chrono>
#include <functional>
#include <string>

namespace navette::engine {

/// How often what is past its retention goes.
constexpr std::chrono::milliseconds kHousekeeping{3'600'000};
/// How often it is seen whether tables outgrew the planner's statistics.
constexpr std::chrono::milliseconds kGrowthLook{2'000};

/// Makes log partitions, removes what is past its retention. What takes its time goes to `bulk`. `keep` is
/// looked up each time: a reload may change it.
boost::asio::awaitable<void> keep_house(
    Loop& loop, Database& control, Database& bulk, const config::RetentionSettings& keep
);

/// Has new statistics taken of tables that have grown much.
boost::asio::awaitable<void> follow_growth(Loop& loop, Database& bulk);

/// Every `settings.sweep`, dead letters of a passing cause are tried again; `revived` where there were any.
boost::asio::awaitable<void> sweep_dead_letters(
    Loop& loop,
    Database& database,
    const std::string& node_id,
    const config::EngineSettings& settings,
    std::function<void()> revived
);

}  // namespace navette::engine
