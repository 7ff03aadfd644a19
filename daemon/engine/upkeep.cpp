#include "daemon/engine/upkeep.hpp"

#include "daemon/core/log.hpp"
#include "daemon/store/api_upkeep.hpp"
#include "daemon/store/leases.hpp"
#include "daemon/store/planner_statistics.hpp"
#include "daemon/store/queue_upkeep.hpp"

namespace navette::engine {

namespace asio = boost::asio;

namespace {

// Rows that one statement of the housekeeping removes.
constexpr int kForgottenAtOnce = 1'000;

asio::awaitable<void> tidy_up(
    Loop& loop, store::Connection& connection, Database& bulk_work, const config::RetentionSettings& keep
) {
    const auto forgotten = co_await store::forget_the_dead(connection);
    if (!forgotten) {
        core::log(
            core::LogLevel::warning,
            "dead nodes could not be forgotten",
            {{"error", forgotten.error().message}}
        );
    }
    if (const auto tidied = co_await store::forget_old_answers(connection); !tidied) {
        core::log(
            core::LogLevel::warning,
            "old answers of the API could not be forgotten",
            {{"error", tidied.error().message}}
        );
    }
    if (const auto images = co_await store::forget_run_images(connection, keep.undo); !images) {
        core::log(
            core::LogLevel::warning,
            "what runs had changed could not be forgotten",
            {{"error", images.error().message}}
        );
    }
    // What follows takes its time: not on a connection that leases wait for.
    const store::KeptSpans spans{keep.deleted_records, keep.changes, keep.webhook_receipts};
    for (bool is_more = true; is_more && loop.goes_on();) {
        const auto bulk = co_await bulk_work.connection();
        if (!bulk) {
            break;
        }
        const auto done = co_await store::forget_what_is_old(**bulk, spans, kForgottenAtOnce);
        if (!done) {
            core::log(
                core::LogLevel::warning,
                "what is past its retention could not be removed",
                {{"error", done.error().message}}
            );
        }
        is_more = done.value_or(false);
    }
    while (loop.goes_on()) {
        const auto bulk = co_await bulk_work.connection();
        const auto indexed = bulk ? co_await store::index_closed_log_day(**bulk) : std::string();
        if (!indexed || indexed->empty()) {
            break;
        }
        core::log(
            core::LogLevel::info, "a day of the log that is over was indexed", {{"partition", *indexed}}
        );
    }
}

}  // namespace

asio::awaitable<void> keep_house(
    Loop& loop, Database& control, Database& bulk, const config::RetentionSettings& keep
) {
    while (loop.goes_on()) {
        if (const auto connection = co_await control.connection()) {
            const auto dropped =
                co_await store::keep_log_partitions(**connection, keep.sync_logs, keep.webhook_logs);
            if (!dropped) {
                core::log(
                    core::LogLevel::warning,
                    "log partitions could not be looked after",
                    {{"error", dropped.error().message}}
                );
            } else {
                co_await tidy_up(loop, **connection, bulk, keep);
                for (const auto& name : *dropped) {
                    core::log(
                        core::LogLevel::info,
                        "a log partition past its retention was dropped",
                        {{"partition", name}}
                    );
                }
            }
        }
        co_await loop.rest(kHousekeeping);
    }
}

asio::awaitable<void> follow_growth(Loop& loop, Database& bulk) {
    while (loop.goes_on()) {
        if (const auto connection = co_await bulk.connection()) {
            co_await store::analyze_what_has_grown(**connection);
        }
        co_await loop.rest(kGrowthLook);
    }
}

asio::awaitable<void> sweep_dead_letters(
    Loop& loop,
    Database& database,
    const std::string& node_id,
    const config::EngineSettings& settings,
    std::function<void()> revived
) {
    while (loop.goes_on()) {
        co_await loop.rest(settings.sweep);
        if (!loop.goes_on()) {
            break;
        }
        if (const auto connection = co_await database.connection()) {
            const auto jobs = co_await store::revive_dead_letters(**connection, node_id);
            if (jobs && *jobs > 0) {
                core::log(
                    core::LogLevel::info, "dead letters of a passing cause are tried again", {{"jobs", *jobs}}
                );
                revived();
            }
        }
    }
}

}  // namespace navette::engine
