#include "daemon/engine/source_watch.hpp"

#include "daemon/core/log.hpp"
#include "daemon/store/capture.hpp"
#include "daemon/store/sources.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <utility>

namespace navette::engine {

namespace asio = boost::asio;
namespace json = boost::json;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

// After a failure the source is tried again soon, however rarely it is due.
constexpr milliseconds kAfterFailure{10'000};
// A turn is taken anew well before it ends.
constexpr milliseconds kRenew = kSourceTurn / 3;
// Who waits for a captured source of another node asks about as soon as that node can be found dead.
constexpr milliseconds kCapturedTurn{5'000};

}  // namespace

std::string capture_definition(const config::SourceSettings& settings) {
    json::array tables;
    for (const auto& captured : settings.capture) {
        tables.push_back({{"table", captured.table}, {"key", captured.key}});
    }
    return json::serialize(tables);
}

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
      changed_(executor),
      pressure_(settings_.max_pending) {
    if (captures() && !settings_.connection.empty()) {
        elsewhere_ = std::make_unique<Database>(executor, settings_.connection);
        listener_ = std::make_shared<CaptureListener>(executor, settings_.connection, settings_.name, [this] {
            look();
        });
    }
}

void SourceWatch::stop() {
    stopping_ = true;
    if (listener_) {
        listener_->stop();
    }
    changed_.notify();
}

asio::awaitable<void> SourceWatch::run() {
    if (listener_ && !stopping_) {
        listener_->start();
    }
    while (!stopping_) {
        auto wait = co_await work();
        if (!wait) {
            wait = after_failure(wait.error());
        }
        if (!stopping_) {
            co_await changed_.wait_for(std::max(*wait, milliseconds(0)));
        }
    }
    if (rhythm_.asleep()) {
        // Nobody hears the triggers any more: they need not call.
        co_await say(false);
    }
}

milliseconds SourceWatch::after_failure(const core::Error& error) const {
    if (!stopping_) {
        core::log(
            core::LogLevel::warning,
            "the source could not be read, it is tried again soon",
            {{"source", settings_.name}, {"error", error.message}}
        );
    }
    return std::min(settings_.every, kAfterFailure);
}

asio::awaitable<core::Result<milliseconds>> SourceWatch::work() {
    const auto queue = co_await database_.connection();
    if (!queue) {
        co_return std::unexpected(queue.error());
    }
    const bool told = std::exchange(told_, false);
    if (told || asked_ || !turn_ || steady_clock::now() >= sweep_at_ ||
        steady_clock::now() - taken_at_ >= kRenew) {
        const auto wait = co_await take_turn(**queue);
        if (!wait || !turn_) {
            co_return wait;
        }
    }
    // Neither a capture nor a sweep that fails keeps the other from finding what it can.
    auto wait = captures() ? kRenew : settings_.every;
    if (attached_) {
        const auto captured = co_await take_captured(*queue);
        wait = captured ? std::min(wait, *captured) : after_failure(captured.error());
    }
    if (steady_clock::now() >= sweep_at_ && !stopping_) {
        const auto swept = co_await sweep(*queue);
        retry_at_ = steady_clock::now();
        if (!swept) {
            retry_at_ += after_failure(swept.error());
        }
        sweep_at_ = swept ? retry_at_ + settings_.every : retry_at_;
    }
    co_return std::min(wait, std::chrono::ceil<milliseconds>(sweep_at_ - steady_clock::now()));
}

asio::awaitable<core::Result<milliseconds>> SourceWatch::take_turn(store::Connection& queue) {
    auto turn = co_await store::take_source(queue, settings_.tenant, settings_.name, node_id_(), kSourceTurn);
    if (!turn) {
        co_return std::unexpected(turn.error());
    }
    turn_ = std::move(*turn);
    if (!turn_) {
        mine_ = false;
        co_return std::min(settings_.every, captures() ? kCapturedTurn : kSourceTurn);  // another node has it
    }
    taken_at_ = steady_clock::now();
    if (!std::exchange(mine_, true)) {
        rhythm_.forget();
        pressure_.forget();
    }
    const bool wanted = std::exchange(asked_, false) || turn_->requested;
    const bool due = wanted || !turn_->since_run || *turn_->since_run >= settings_.every;
    sweep_at_ = taken_at_ + (due ? milliseconds(0) : settings_.every - *turn_->since_run);
    if (!wanted) {
        sweep_at_ = std::max(sweep_at_, retry_at_);
    }
    if (captures()) {
        const auto looked = co_await look_for_triggers(queue);
        if (!looked) {
            // What the sweep reads needs no triggers.
            attached_ = false;
            core::log(
                core::LogLevel::warning,
                "the source's triggers could not be looked at",
                {{"source", settings_.name}, {"error", looked.error().message}}
            );
        }
    }
    co_return milliseconds(0);
}

asio::awaitable<core::Result<void>> SourceWatch::look_for_triggers(store::Connection& queue) {
    const auto source = co_await source_.connection();
    if (!source) {
        co_return std::unexpected(source.error());
    }
    const auto found = co_await store::find_capture(**source, settings_.name);
    if (!found) {
        co_return std::unexpected(found.error());
    }
    std::string state("missing");
    if (*found) {
        boost::system::error_code error;
        const bool same = json::parse(**found, error) == json::parse(capture_definition(settings_));
        state = same ? "attached" : "outdated";
    }
    // Those of an older configuration still tell of changes.
    attached_ = found->has_value();
    if (state == capture_noted_) {
        co_return core::Result<void>();
    }
    rhythm_.forget();
    if (state != "attached") {
        core::log(
            core::LogLevel::warning,
            state == "missing" ? "the source's triggers are not attached: changes are found by sweeps alone; "
                                 "run navettectl source attach"
                               : "the source's triggers are of other tables or keys than configured; run "
                                 "navettectl source attach",
            {{"source", settings_.name}}
        );
    }
    const auto noted = co_await store::note_capture(queue, settings_.tenant, settings_.name, state);
    if (noted) {
        capture_noted_ = state;
    }
    co_return noted;
}

asio::awaitable<core::Result<SourceReader>> SourceWatch::reader(std::shared_ptr<store::Connection> queue) {
    SourceReader::Places places;
    places.queue = std::move(queue);
    const auto source = co_await source_.connection();
    if (!source) {
        co_return std::unexpected(source.error());
    }
    places.source = *source;
    if (elsewhere_) {
        const auto capture = co_await elsewhere_->connection();
        if (!capture) {
            co_return std::unexpected(capture.error());
        }
        places.capture = *capture;
    }
    SourceReader made(settings_, offer(), node_id_(), std::move(places), pressure_, changed_, stopping_);
    made.captures(attached_);
    co_return made;
}

asio::awaitable<core::Result<milliseconds>> SourceWatch::take_captured(
    std::shared_ptr<store::Connection> queue
) {
    SourceProgress progress;
    core::Result<bool> any(false);
    auto reading = co_await reader(queue);
    if (reading) {
        any = co_await reading->take_captured(progress);
    } else {
        any = std::unexpected(reading.error());
    }
    if (progress.keys_captured > 0 || !any) {
        const auto noted = co_await note(
            *queue, progress, false, false, any ? core::Result<void>() : std::unexpected(any.error())
        );
        if (!noted) {
            co_return std::unexpected(noted.error());
        }
    }
    if (!any) {
        co_return std::unexpected(any.error());
    }
    if (progress.everything) {
        turn_->full_position.reset();
        look();
    }
    const auto next = *any ? rhythm_.found() : rhythm_.quiet();
    if (next.say != CaptureRhythm::Say::nothing) {
        const auto said = co_await say(next.say == CaptureRhythm::Say::asleep);
        if (!said) {
            rhythm_.forget();
            co_return std::unexpected(said.error());
        }
    }
    co_return next.wait;
}

asio::awaitable<core::Result<void>> SourceWatch::say(bool asleep) {
    const auto connection = co_await capture_database().connection();
    if (!connection) {
        co_return std::unexpected(connection.error());
    }
    co_return co_await store::set_capture_asleep(**connection, settings_.name, asleep);
}

asio::awaitable<core::Result<void>> SourceWatch::sweep(std::shared_ptr<store::Connection> queue) {
    const auto& mine = *turn_;
    const bool full = mine.full_requested || !mine.since_full || *mine.since_full >= settings_.full_every ||
                      (settings_.change_column.empty() && mine.requested);
    SourceProgress progress;
    progress.marks = SourceMarks::from_json(mine.position);
    core::Result<void> result;
    if (full || !settings_.change_column.empty()) {
        pressure_.forget();
        auto reading = co_await reader(queue);
        if (reading) {
            reading->approve_deletes(mine.deletes_approved);
            result = co_await reading->sweep(full, mine.full_position, progress);
        } else {
            result = std::unexpected(reading.error());
        }
    }
    turn_.reset();  // its position is an older one now
    auto noted = co_await note(*queue, progress, true, full, std::move(result));
    if (progress.everything) {
        look();
    }
    if (noted && progress.rows_queued > 0) {
        core::log(
            core::LogLevel::info,
            "the source brought new work",
            {{"source", settings_.name}, {"rows", progress.rows_read}, {"jobs", progress.rows_queued}}
        );
    }
    co_return noted;
}

asio::awaitable<core::Result<void>> SourceWatch::note(
    store::Connection& queue, const SourceProgress& progress, bool swept, bool full, core::Result<void> result
) {
    store::SourceRun run;
    run.tenant = settings_.tenant;
    run.name = settings_.name;
    run.position = progress.marks.to_json();
    run.swept = swept;
    run.full = full;
    run.rows_read = progress.rows_read;
    run.rows_queued = progress.rows_queued;
    run.keys_captured = progress.keys_captured;
    run.vanished = progress.vanished;
    run.error = result ? std::string() : result.error().message;
    auto noted = co_await store::note_source_run(queue, std::move(run));
    co_return result ? std::move(noted) : std::move(result);
}

store::SourceOffer SourceWatch::offer() const {
    store::SourceOffer offer;
    offer.tenant = settings_.tenant;
    offer.source = settings_.name;
    offer.entity_type = settings_.entity_type;
    offer.event_type = settings_.event_type;
    offer.priority = settings_.priority;
    offer.keeps_keys = settings_.deletes == config::SourceDeletes::tell;
    for (const auto& connector : inventory_()->loaded()) {
        if (const auto meaning = connector->manifest.event(settings_.event_type, settings_.entity_type)) {
            offer.objects[connector->manifest.slug] = meaning->object.name;
        }
    }
    return offer;
}

}  // namespace navette::engine
