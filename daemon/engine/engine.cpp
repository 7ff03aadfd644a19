#include "daemon/engine/engine.hpp"

#include "daemon/core/log.hpp"
#include "daemon/core/metrics.hpp"
#include "daemon/engine/catalogue.hpp"
#include "daemon/engine/side_work.hpp"
#include "daemon/engine/spawn.hpp"
#include "daemon/store/account_budgets.hpp"
#include "daemon/store/api_upkeep.hpp"
#include "daemon/store/planner_statistics.hpp"
#include "daemon/store/queue_reading.hpp"
#include "daemon/store/queue_upkeep.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>

namespace navette::engine {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

constexpr const char* kWakeChannel = "navette_wake";
// The queue's tables grow and shrink by the million faster than statistics follow: its statements keep to
// their indexes.
constexpr const char* kHotPath =
    "SELECT set_config('enable_seqscan', 'off', false), set_config('enable_bitmapscan', 'off', false), "
    "set_config('jit', 'off', false), set_config('plan_cache_mode', 'force_generic_plan', false)";
constexpr milliseconds kHousekeeping{3'600'000};
// How often it is seen whether tables outgrew the planner's statistics.
constexpr milliseconds kGrowthLook{2'000};
// Rows that one statement of the housekeeping removes.
constexpr int kForgottenAtOnce = 1'000;
// At most so much of what was used of the accounts' long limits is forgotten by a crash.
constexpr milliseconds kSaveBudgets{10'000};
// What is due is begun sooner: the keeper says when.
constexpr milliseconds kOAuthLook{30'000};
// Likewise pulls and checks of webhook subscriptions.
constexpr milliseconds kRotaLook{60'000};
// How often a stop looks whether what it waits for has ended.
constexpr milliseconds kStopStep{5};
// Connectors that wait for a platform's job stop waiting so long before calls are cut off.
constexpr milliseconds kBeforeDeadline{3'000};
// Falling asleep is noted for many lanes in one statement.
constexpr milliseconds kSleepTogether{2};
// A transaction that saw the lane awake may commit just after it fell asleep: it is looked for again at these
// moments.
constexpr std::array<milliseconds, 3> kLateLooks{milliseconds(20), milliseconds(100), milliseconds(300)};

outbound::AddressPolicy policy_of(const config::Settings& settings) {
    auto policy = outbound::AddressPolicy::allowing(settings.outbound.allow_private_networks);
    if (!policy) {
        core::log(
            core::LogLevel::error,
            "outbound.allow_private_networks is ignored",
            {{"error", policy.error().message}}
        );
        return {};
    }
    return *policy;
}

}  // namespace

Engine::Engine(const asio::any_io_executor& executor, Configuration configuration)
    : executor_(executor),
      configuration_(std::move(configuration)),
      database_(executor, configuration_.settings.database.url, kHotPath),
      bulk_(executor, configuration_.settings.database.url, kHotPath),
      bulk_log_(executor, configuration_.settings.database.url, kHotPath),
      control_(executor, configuration_.settings.database.url),
      renewal_(executor, configuration_.settings.database.url),
      http_(executor, policy_of(configuration_.settings)),
      transport_(http_, configuration_.settings.outbound),
      accounts_(executor),
      journal_(executor, database_),
      bulk_journal_(executor, bulk_log_, &right_of_way_),
      places_(0),
      right_of_way_(executor),
      random_(std::random_device{}()),
      workshop_{
          executor,
          {database_, journal_},
          {bulk_, bulk_journal_},
          accounts_,
          transport_,
          random_,
          places_,
          suspects_,
          {},
          {},
          {},
          {},
          {}
      },
      keeper_(executor, control_, transport_, keeper_needs()),
      side_work_(make_side_work()),
      renew_signal_(executor),
      ownership_signal_(executor),
      poll_signal_(executor),
      statistics_signal_(executor),
      sleep_signal_(executor),
      sweep_signal_(executor),
      budgets_signal_(executor),
      oauth_signal_(executor),
      pull_signal_(executor),
      guardian_signal_(executor),
      housekeeping_signal_(executor) {
    workshop_.sleeps = [this](const std::string& id) {
        falling_asleep_.insert(id);
        sleep_signal_.notify();
    };
    workshop_.wakes = [this](const std::string& id) {
        waking_.insert(id);
        sleep_signal_.notify();
    };
    workshop_.holds_lease = [this](const std::string& id, std::int64_t epoch) {
        return holds_lease(id, epoch);
    };
    workshop_.tokens = &keeper_;
    workshop_.way = &right_of_way_;
    const auto reread = [this] {
        for (const auto& [id, lane] : lanes_) {
            lane->reread();
        }
    };
    database_.on_reopened(reread);
    bulk_.on_reopened(reread);
    bulk_log_.on_reopened(reread);
    use_settings();
}

Engine::~Engine() = default;

int Engine::calls_in_flight() const {
    int calls = 0;
    for (const auto& [id, lane] : lanes_) {
        calls += lane->running();
    }
    for (const auto& lane : leaving_) {
        calls += lane->running();
    }
    return calls + keeper_.renewing() + side_work_->checking();
}

std::string Engine::status() const {
    return std::to_string(lanes_.size()) + " integrations, " + std::to_string(calls_in_flight()) +
           " calls in flight";
}

asio::awaitable<core::Result<void>> Engine::start() {
    const auto& settings = configuration_.settings;
    // PostgreSQL may notice a moment late that a killed predecessor is gone.
    const auto give_up = steady_clock::now() + settings.node.lease;
    while (true) {
        auto listener = co_await store::Listener::open(
            executor_, settings.database.url, kWakeChannel, "navette.node." + settings.node.name
        );
        if (listener) {
            listener_ = std::move(*listener);
            break;
        }
        if (listener.error().kind != core::ErrorKind::conflict) {
            co_return std::unexpected(listener.error());
        }
        if (steady_clock::now() > give_up) {
            co_return core::failure(
                core::ErrorKind::conflict,
                "another navetted runs as node '" + settings.node.name +
                    "' on this database; give each its own node.name"
            );
        }
        asio::steady_timer pause(executor_, milliseconds(100));
        co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    auto joined = co_await join();
    if (!joined) {
        co_return joined;
    }
    core::engine_metrics().database_up.set(1);
    auto published = co_await publish();
    if (!published) {
        co_return published;
    }
    const auto poll = settings.engine.poll;
    const milliseconds slack(15'000);
    run_loop("journal", milliseconds::max(), &Engine::journal_loop);
    run_loop("bulk journal", milliseconds::max(), &Engine::bulk_journal_loop);
    run_loop("renew", settings.node.lease + slack, &Engine::renew_loop);
    run_loop("ownership", settings.node.lease + slack, &Engine::ownership_loop);
    run_loop("listen", milliseconds::max(), &Engine::listen_loop);
    run_loop("poll", poll + slack, &Engine::poll_loop);
    run_loop("statistics", kGrowthLook + slack, &Engine::statistics_loop);
    run_loop("sleep", milliseconds::max(), &Engine::sleep_loop);
    run_loop("sweep", settings.engine.sweep + slack, &Engine::sweep_loop);
    run_loop("budgets", kSaveBudgets + slack, &Engine::budgets_loop);
    run_loop("oauth", kOAuthLook + slack, &Engine::oauth_loop);
    run_loop("pulls", kRotaLook + slack, &Engine::pull_loop);
    run_loop("guardian", kRotaLook + slack, &Engine::guardian_loop);
    run_loop("housekeeping", kHousekeeping + slack, &Engine::housekeeping_loop);
    start_sources();
    co_return core::Result<void>();
}

void Engine::run_loop(const std::string& name, milliseconds allowed, Loop loop) {
    if (allowed != milliseconds::max()) {
        heartbeats_.expect(name, allowed, steady_clock::now());
    }
    ++loops_running_;
    auto running = [](Engine& engine, Loop body) -> asio::awaitable<void> {
        co_await (engine.*body)();
        --engine.loops_running_;
    };
    spawn(executor_, running(*this, loop), name);
}

asio::awaitable<void> Engine::beat_and_wait(std::string loop, Signal& signal, milliseconds span) {
    heartbeats_.beat(loop, steady_clock::now());
    if (!stopping_) {
        co_await signal.wait_for(span);
    }
    heartbeats_.beat(loop, steady_clock::now());
}

asio::awaitable<core::Result<void>> Engine::publish() {
    const auto connection = co_await control_.connection();
    if (!connection) {
        co_return std::unexpected(connection.error());
    }
    std::vector<store::CatalogueEntry> entries;
    for (const auto& loaded : configuration_.inventory->loaded()) {
        entries.push_back(catalogue_entry(loaded->manifest));
    }
    co_return co_await store::publish_catalogue(**connection, std::move(entries));
}

void Engine::on_wake(const std::string& payload) {
    if (payload == "integrations") {
        ownership_signal_.notify();
        return;
    }
    if (payload.starts_with("source:")) {
        for (const auto& source : sources_) {
            if (source->settings().name == payload.substr(7)) {
                source->look();
            }
        }
        return;
    }
    // An order was paid whose lines only the application knows: who watches its orders looks now.
    constexpr std::string_view kWatched = "watched:";
    if (payload.starts_with(kWatched)) {
        for (const auto& source : sources_) {
            const auto& watched = source->settings();
            if (payload.substr(kWatched.size()) == watched.tenant + ":" + watched.entity_type) {
                source->run_now();
            }
        }
        return;
    }
    constexpr std::string_view kPull = "pull:";
    if (payload.starts_with(kPull)) {
        side_work_->look_at_pulls(payload.substr(kPull.size()));
        return;
    }
    constexpr std::string_view kCompare = "compare:";
    if (payload.starts_with(kCompare)) {
        side_work_->look_at_comparisons(payload.substr(kCompare.size()));
        return;
    }
    constexpr std::string_view kWebhooks = "webhooks:";
    if (payload.starts_with(kWebhooks)) {
        side_work_->look_at_webhooks(payload.substr(kWebhooks.size()));
        return;
    }
    core::engine_metrics().wakeups.add();
    constexpr std::string_view kRecheck = "recheck:";
    if (payload.starts_with(kRecheck)) {
        if (const auto lane = lanes_.find(payload.substr(kRecheck.size())); lane != lanes_.end()) {
            lane->second->recheck();
        }
    } else if (const auto lane = lanes_.find(payload); lane != lanes_.end()) {
        lane->second->look();
    }
}

void Engine::look_closely(const std::string& integration_id) {
    if (const auto lane = lanes_.find(integration_id); lane != lanes_.end()) {
        lane->second->look_closely();
    }
}

void Engine::use_settings() {
    const auto& engine = configuration_.settings.engine;
    workshop_.settings.batch = engine.batch;
    workshop_.settings.aging = engine.aging;
    workshop_.settings.quarantine_after = engine.quarantine_after;
    workshop_.settings.dependency_wait = engine.dependency_wait;
    workshop_.settings.last_waits = std::max(engine.drain_deadline - kBeforeDeadline, milliseconds(0));
    workshop_.settings.retest = engine.sweep;
    if (concurrency_ != engine.concurrency) {
        places_.resize(engine.concurrency - concurrency_);
        concurrency_ = engine.concurrency;
    }
}

asio::awaitable<void> Engine::listen_loop() {
    while (!stopping_) {
        if (!listener_) {
            const auto& settings = configuration_.settings;
            auto opened = co_await store::Listener::open(
                executor_, settings.database.url, kWakeChannel, "navette.node." + settings.node.name
            );
            if (!opened) {
                asio::steady_timer pause(executor_, kDatabaseAgain);
                co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
                continue;
            }
            listener_ = std::move(*opened);
            poll_signal_.notify();  // what was said while nobody listened
        }
        auto payloads = co_await listener_->next();
        if (!payloads) {
            if (!stopping_) {
                core::log(
                    core::LogLevel::warning,
                    "listening for wake-ups was interrupted",
                    {{"error", payloads.error().message}}
                );
            }
            listener_.reset();
            continue;
        }
        for (const auto& payload : *payloads) {
            on_wake(payload);
        }
    }
}

asio::awaitable<void> Engine::poll_loop() {
    while (!stopping_) {
        if (const auto connection = co_await database_.connection()) {
            const auto found = co_await store::integrations_with_work(**connection);
            if (found) {
                for (const auto& id : *found) {
                    look_closely(id);
                }
            }
        }
        co_await beat_and_wait("poll", poll_signal_, configuration_.settings.engine.poll);
    }
}

asio::awaitable<void> Engine::statistics_loop() {
    while (!stopping_) {
        if (const auto connection = co_await bulk_.connection()) {
            co_await store::analyze_what_has_grown(**connection);
        }
        co_await beat_and_wait("statistics", statistics_signal_, kGrowthLook);
    }
}

asio::awaitable<void> Engine::sleep_loop() {
    while (!stopping_) {
        if (falling_asleep_.empty() && waking_.empty()) {
            co_await sleep_signal_.wait();
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
            co_await store::set_asleep(**connection, node_id_, {awake.begin(), awake.end()}, false);
        }
        if (asleep.empty()) {
            continue;
        }
        co_await store::set_asleep(**connection, node_id_, {asleep.begin(), asleep.end()}, true);
        auto late = [](Engine& engine, std::set<std::string> lanes) -> asio::awaitable<void> {
            for (const auto& id : lanes) {
                engine.on_wake(id);
            }
            for (const auto& moment : kLateLooks) {
                asio::steady_timer pause(engine.executor_, moment);
                co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
                if (engine.stopping_) {
                    co_return;
                }
                for (const auto& id : lanes) {
                    engine.on_wake(id);
                }
            }
        };
        spawn(executor_, late(*this, asleep), "late looks");
    }
}

asio::awaitable<void> Engine::sweep_loop() {
    while (!stopping_) {
        co_await beat_and_wait("sweep", sweep_signal_, configuration_.settings.engine.sweep);
        if (stopping_) {
            break;
        }
        if (const auto connection = co_await database_.connection()) {
            const auto revived = co_await store::revive_dead_letters(**connection, node_id_);
            if (revived && *revived > 0) {
                core::log(
                    core::LogLevel::info,
                    "dead letters of a passing cause are tried again",
                    {{"jobs", *revived}}
                );
                poll_signal_.notify();
            }
        }
    }
}

asio::awaitable<void> Engine::housekeeping_loop() {
    while (!stopping_) {
        const auto& keep = configuration_.settings.retention;
        if (const auto connection = co_await control_.connection()) {
            const auto dropped =
                co_await store::keep_log_partitions(**connection, keep.sync_logs, keep.webhook_logs);
            if (!dropped) {
                core::log(
                    core::LogLevel::warning,
                    "log partitions could not be looked after",
                    {{"error", dropped.error().message}}
                );
            } else {
                co_await tidy_up(**connection);
                for (const auto& name : *dropped) {
                    core::log(
                        core::LogLevel::info,
                        "a log partition past its retention was dropped",
                        {{"partition", name}}
                    );
                }
            }
        }
        co_await beat_and_wait("housekeeping", housekeeping_signal_, kHousekeeping);
    }
}

asio::awaitable<void> Engine::tidy_up(store::Connection& connection) {
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
    const auto& keep = configuration_.settings.retention;
    if (const auto images = co_await store::forget_run_images(connection, keep.undo); !images) {
        core::log(
            core::LogLevel::warning,
            "what runs had changed could not be forgotten",
            {{"error", images.error().message}}
        );
    }
    // What follows takes its time: not on a connection that leases wait for.
    const store::KeptSpans spans{keep.deleted_records, keep.changes, keep.webhook_receipts};
    for (bool is_more = true; is_more && !stopping_;) {
        const auto bulk = co_await bulk_.connection();
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
    while (!stopping_) {
        const auto bulk = co_await bulk_.connection();
        const auto indexed = bulk ? co_await store::index_closed_log_day(**bulk) : std::string();
        if (!indexed || indexed->empty()) {
            break;
        }
        core::log(
            core::LogLevel::info, "a day of the log that is over was indexed", {{"partition", *indexed}}
        );
    }
}

asio::awaitable<void> Engine::budgets_loop() {
    while (!stopping_) {
        co_await beat_and_wait("budgets", budgets_signal_, kSaveBudgets);
        co_await save_budgets();
    }
}

asio::awaitable<void> Engine::oauth_loop() {
    while (!stopping_) {
        const auto next = draining_ ? kOAuthLook : keeper_.renew_what_is_due();
        co_await beat_and_wait("oauth", oauth_signal_, std::min(next, kOAuthLook));
    }
}

KeeperNeeds Engine::keeper_needs() {
    KeeperNeeds needs;
    needs.vault = [this] { return configuration_.vault; };
    needs.node_id = [this] { return node_id_; };
    needs.epoch = [this](const std::string& id) -> std::optional<std::int64_t> {
        const auto held = held_.find(id);
        return held != held_.end() && holds_lease(id, held->second) ? std::optional(held->second)
                                                                    : std::nullopt;
    };
    needs.gone = [this](const std::string& id, const std::string& sentence) {
        if (const auto lane = lanes_.find(id); lane != lanes_.end()) {
            lane->second->needs_consent(sentence);
        }
    };
    needs.ended = [this] { oauth_signal_.notify(); };
    return needs;
}

asio::awaitable<void> Engine::pull_loop() {
    while (!stopping_) {
        const auto next = draining_ ? kRotaLook : side_work_->start_pulls();
        co_await beat_and_wait("pulls", pull_signal_, std::min(next, kRotaLook));
    }
}

asio::awaitable<void> Engine::guardian_loop() {
    while (!stopping_) {
        const auto next = draining_ ? kRotaLook : side_work_->start_checks();
        co_await beat_and_wait("guardian", guardian_signal_, std::min(next, kRotaLook));
    }
}

std::unique_ptr<SideWork> Engine::make_side_work() {
    Background background{executor_, control_, accounts_, transport_, random_, {}, {}, {}};
    background.node_id = [this] { return node_id_; };
    background.holds_lease = [this](const std::string& id, std::int64_t epoch) {
        return holds_lease(id, epoch);
    };
    background.ended = [this] {
        pull_signal_.notify();
        guardian_signal_.notify();
    };
    background.tokens = &keeper_;
    return std::make_unique<SideWork>(
        std::move(background),
        [this]() -> const config::Settings& { return configuration_.settings; },
        [this] { return configuration_.vault; }
    );
}

asio::awaitable<void> Engine::save_budgets() {
    auto changed = accounts_.changed(this_moment());
    if (changed.empty()) {
        co_return;
    }
    const auto connection = co_await control_.connection();
    if (!connection) {
        co_return;
    }
    const auto saved = co_await store::save_account_budgets(**connection, std::move(changed));
    if (saved) {
        accounts_.saved();
    } else {
        core::log(
            core::LogLevel::warning,
            "what was used of the accounts' limits could not be saved",
            {{"error", saved.error().message}}
        );
    }
}

asio::awaitable<void> Engine::restore_budgets(std::vector<std::string> accounts) {
    const auto connection = co_await control_.connection();
    if (!connection) {
        co_return;
    }
    auto budgets = co_await store::load_account_budgets(**connection, std::move(accounts));
    if (budgets) {
        accounts_.restore(this_moment(), std::move(*budgets));
    } else {
        core::log(
            core::LogLevel::warning,
            "what was used of the accounts' limits could not be read",
            {{"error", budgets.error().message}}
        );
    }
}

void Engine::start_sources() {
    for (const auto& settings : configuration_.settings.sources) {
        auto watch = std::make_shared<SourceWatch>(
            executor_,
            settings,
            control_,
            configuration_.settings.database.url,
            [this] { return configuration_.inventory; },
            [this] { return node_id_; }
        );
        sources_.push_back(watch);
        ++loops_running_;
        auto running = [](Engine& engine, std::shared_ptr<SourceWatch> source) -> asio::awaitable<void> {
            co_await source->run();
            --engine.loops_running_;
        };
        spawn(executor_, running(*this, watch), "source " + watch->settings().name);
    }
}

void Engine::reload(Configuration configuration) {
    configuration_ = std::move(configuration);
    use_settings();
    transport_.use(configuration_.settings.outbound);
    accounts_.forget();
    for (const auto& source : sources_) {
        source->stop();
    }
    sources_.clear();
    start_sources();
    // Every integration is put together anew from the new manifests and keys.
    versions_.clear();
    broken_.clear();
    ownership_signal_.notify();
    auto publishing = [](Engine& engine) -> asio::awaitable<void> {
        const auto published = co_await engine.publish();
        if (!published) {
            core::log(
                core::LogLevel::warning,
                "the catalogue could not be written",
                {{"error", published.error().message}}
            );
        }
    };
    spawn(executor_, publishing(*this), "catalogue");
}

asio::awaitable<void> Engine::calls_end(milliseconds limit) {
    asio::steady_timer pause(executor_);
    const auto deadline = steady_clock::now() + limit;
    while (calls_in_flight() > 0 && steady_clock::now() < deadline) {
        pause.expires_after(kStopStep);
        co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
    }
}

asio::awaitable<void> Engine::drain() {
    core::log(core::LogLevel::info, "stopping: nothing more is started", {{"in_flight", calls_in_flight()}});
    for (const auto& source : sources_) {
        source->stop();
    }
    side_work_->stop();
    const auto deadline = steady_clock::now() + configuration_.settings.engine.drain_deadline;
    co_await leave(deadline);
    co_await calls_end(std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now()));
    if (const auto left = calls_in_flight(); left > 0) {
        core::log(
            core::LogLevel::warning,
            "the deadline has passed, calls in flight are cut off and looked after later",
            {{"calls", left}}
        );
        http_.cancel_all();
        // What they come to is still written down, so that their next owner need not guess.
        co_await calls_end(std::chrono::seconds(2));
    }
    stopping_ = true;
    journal_.stop();
    bulk_journal_.stop();
    keeper_.stop();
    if (listener_) {
        listener_->close();
    }
    for (auto* signal :
         {&renew_signal_,
          &ownership_signal_,
          &poll_signal_,
          &statistics_signal_,
          &sleep_signal_,
          &sweep_signal_,
          &budgets_signal_,
          &oauth_signal_,
          &pull_signal_,
          &guardian_signal_,
          &housekeeping_signal_}) {
        signal->notify();
    }
    asio::steady_timer pause(executor_);
    const auto loops_end = steady_clock::now() + std::chrono::seconds(2);
    while (loops_running_ > 0 && steady_clock::now() < loops_end) {
        pause.expires_after(kStopStep);
        co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    if (const auto connection = co_await control_.connection()) {
        const auto released = co_await store::release_leases(**connection, node_id_, {});
        const auto removed = co_await store::remove_node(**connection, node_id_);
        if (!released || !removed) {
            core::log(core::LogLevel::warning, "the leases could not be given back, they end by themselves");
        }
    }
    core::log(core::LogLevel::info, "stopped");
}

}  // namespace navette::engine
