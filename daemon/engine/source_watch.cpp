#include "daemon/engine/source_watch.hpp"

#include "daemon/core/log.hpp"
#include "daemon/engine/source_marks.hpp"
#include "daemon/store/sources.hpp"

#include <utility>

namespace navette::engine {

namespace asio = boost::asio;
using std::chrono::milliseconds;

namespace {

// The source is ours for this long at a time; it is renewed with each run and each page.
constexpr milliseconds kTurn{60'000};
// After a failure the source is tried again soon, however rarely it is due.
constexpr milliseconds kAfterFailure{10'000};

std::chrono::sys_seconds now_in_seconds() {
    return std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace

/// A run under way.
struct SourceProgress {
    SourceMarks marks;
    std::int64_t rows_read = 0;
    std::int64_t rows_queued = 0;
};

SourceWatch::SourceWatch(
    const asio::any_io_executor& executor,
    config::SourceSettings settings,
    Database& database,
    const std::string& own_url,
    std::function<std::shared_ptr<const plugins::Inventory>()> inventory,
    std::function<std::string()> node_id
)
    : executor_(executor),
      settings_(std::move(settings)),
      database_(database),
      inventory_(std::move(inventory)),
      node_id_(std::move(node_id)),
      source_(executor, settings_.connection.empty() ? own_url : settings_.connection, Database::kReadOnly),
      changed_(executor) {}

void SourceWatch::stop() {
    stopping_ = true;
    changed_.notify();
}

asio::awaitable<void> SourceWatch::run() {
    while (!stopping_) {
        auto wait = co_await run_if_due();
        if (!wait) {
            core::log(
                core::LogLevel::warning,
                "the source could not be read, it is tried again soon",
                {{"source", settings_.name}, {"error", wait.error().message}}
            );
            wait = std::min(settings_.every, kAfterFailure);
        }
        if (!stopping_) {
            co_await changed_.wait_for(*wait);
        }
    }
}

asio::awaitable<core::Result<milliseconds>> SourceWatch::run_if_due() {
    const auto queue = co_await database_.connection();
    if (!queue) {
        co_return std::unexpected(queue.error());
    }
    auto turn = co_await store::take_source(**queue, settings_.tenant, settings_.name, node_id_(), kTurn);
    if (!turn) {
        co_return std::unexpected(turn.error());
    }
    if (!*turn) {
        co_return std::min(settings_.every, kTurn);  // another node has it
    }
    const auto& mine = **turn;
    if (!std::exchange(asked_, false) && !mine.requested && mine.since_run &&
        *mine.since_run < settings_.every) {
        co_return settings_.every - *mine.since_run;
    }
    const bool full = mine.full_requested || !mine.since_full || *mine.since_full >= settings_.full_every;
    SourceProgress progress;
    progress.marks = SourceMarks::from_json(mine.position);
    core::Result<void> result;
    if (const auto source = co_await source_.connection()) {
        result = co_await read(*queue, *source, full, progress);
    } else {
        result = std::unexpected(source.error());
    }
    store::SourceRun run;
    run.tenant = settings_.tenant;
    run.name = settings_.name;
    run.position = progress.marks.to_json();
    run.full = full;
    run.rows_read = progress.rows_read;
    run.rows_queued = progress.rows_queued;
    run.error = result ? std::string() : result.error().message;
    const auto noted = co_await store::note_source_run(**queue, std::move(run));
    if (!result) {
        co_return std::unexpected(result.error());
    }
    if (!noted) {
        co_return std::unexpected(noted.error());
    }
    if (progress.rows_queued > 0) {
        core::log(
            core::LogLevel::info,
            "the source brought new work",
            {{"source", settings_.name}, {"rows", progress.rows_read}, {"jobs", progress.rows_queued}}
        );
    }
    co_return settings_.every;
}

asio::awaitable<core::Result<void>> SourceWatch::read(
    std::shared_ptr<store::Connection> queue,
    std::shared_ptr<store::Connection> source,
    bool full,
    SourceProgress& progress
) {
    store::SourceOffer offer;
    offer.tenant = settings_.tenant;
    offer.source = settings_.name;
    offer.entity_type = settings_.entity_type;
    offer.event_type = settings_.event_type;
    offer.priority = settings_.priority;
    for (const auto& connector : inventory_()->loaded()) {
        if (const auto rule = connector->manifest.event(settings_.event_type, settings_.entity_type)) {
            offer.objects[connector->manifest.slug] = rule->object;
        }
    }
    store::SourcePage page;
    page.query = settings_.query;
    page.key = settings_.key;
    page.change_column = settings_.change_column;
    page.limit = settings_.page;
    if (!full) {
        page.after = progress.marks.begin(now_in_seconds(), settings_.overlap);
    }
    while (true) {
        if (stopping_) {
            co_return core::failure(
                core::ErrorKind::unavailable, "stopped before the end; it goes on with the next start"
            );
        }
        const auto turn =
            co_await store::take_source(*queue, settings_.tenant, settings_.name, node_id_(), kTurn);
        if (!turn || !*turn) {
            co_return core::failure(core::ErrorKind::conflict, "another node has taken over this source");
        }
        auto rows = co_await store::read_source(*source, page);
        if (!rows) {
            co_return std::unexpected(rows.error());
        }
        if (rows->empty()) {
            break;
        }
        const bool last = static_cast<int>(rows->size()) < settings_.page;
        page.after = {rows->back().change, rows->back().entity_id};
        progress.rows_read += static_cast<std::int64_t>(rows->size());
        const auto queued = co_await store::offer_rows(*queue, offer, std::move(*rows));
        if (!queued) {
            co_return std::unexpected(queued.error());
        }
        progress.rows_queued += *queued;
        progress.marks.reached(*page.after, now_in_seconds(), settings_.overlap);
        if (last) {
            break;
        }
    }
    co_return core::Result<void>();
}

}  // namespace navette::engine
