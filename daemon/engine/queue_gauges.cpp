#include "daemon/engine/queue_gauges.hpp"

#include "daemon/core/log.hpp"
#include "daemon/core/metrics.hpp"
#include "daemon/engine/modest_pause.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace navette::engine {

namespace asio = boost::asio;

namespace {

// Older gauges say nothing to anybody.
constexpr std::chrono::minutes kLongestPause{5};

}  // namespace

QueueGauges::QueueGauges(
    const asio::any_io_executor& executor, std::string conninfo, std::chrono::milliseconds every
)
    : database_(executor, std::move(conninfo), Database::kReadOnly), every_(every), timer_(executor) {}

asio::awaitable<void> QueueGauges::run() {
    while (true) {
        const auto begun = std::chrono::steady_clock::now();
        const auto depths = co_await count();
        if (depths) {
            set(*depths);
        } else {
            core::log(core::LogLevel::warning, "the queue could not be counted: " + depths.error().message);
        }
        const auto ended = std::chrono::steady_clock::now();
        timer_.expires_at(ended + modest_pause(every_, ended - begun, kLongestPause));
        const auto [error] = co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
        if (error) {
            co_return;
        }
    }
}

asio::awaitable<core::Result<std::vector<store::PlatformDepth>>> QueueGauges::count() {
    const auto connection = co_await database_.connection();
    if (!connection) {
        co_return std::unexpected(connection.error());
    }
    co_return co_await store::queue_depth(**connection);
}

void QueueGauges::set(const std::vector<store::PlatformDepth>& depths) {
    const auto publish = [](const std::string& platform, const store::PlatformDepth& depth) {
        core::queue_jobs(platform, "pending").set(static_cast<double>(depth.pending));
        core::queue_jobs(platform, "in_flight").set(static_cast<double>(depth.in_flight));
        core::queue_jobs(platform, "waiting").set(static_cast<double>(depth.waiting));
        core::queue_jobs(platform, "failed").set(static_cast<double>(depth.failed));
        core::open_conflicts(platform).set(static_cast<double>(depth.conflicts));
        core::integrations_held(platform, "paused").set(static_cast<double>(depth.paused));
        core::integrations_held(platform, "needs_reauth").set(static_cast<double>(depth.needs_reauth));
        core::integrations_held(platform, "error").set(static_cast<double>(depth.error));
        core::queue_oldest_ready(platform).set(std::chrono::duration<double>(depth.oldest_ready).count());
    };
    auto gone = platforms_;
    for (const auto& depth : depths) {
        publish(depth.platform, depth);
        gone.erase(depth.platform);
        platforms_.insert(depth.platform);
    }
    for (const auto& platform : gone) {
        publish(platform, store::PlatformDepth());
    }
}

}  // namespace navette::engine
