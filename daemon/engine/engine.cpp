#include "daemon/engine/engine.hpp"

#include "daemon/core/log.hpp"
#include "daemon/core/metrics.hpp"
#include "daemon/engine/catalogue.hpp"
#include "daemon/engine/saved_budgets.hpp"
#include "daemon/engine/side_work.hpp"
#include "daemon/engine/spawn.hpp"
#include "daemon/engine/upkeep.hpp"
#include "daemon/engine/within.hpp"
#include "daemon/store/set_up.hpp"

#include <algorithm>

namespace navette::engine {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

// What is due is begun sooner: the keeper says when.
constexpr milliseconds kOAuthLook{30'000};
// Likewise pulls and checks of webhook subscriptions.
constexpr milliseconds kRotaLook{60'000};
// How often a stop looks whether what it waits for has ended.
constexpr milliseconds kStopStep{5};
// Connectors that wait for a platform's job stop waiting so long before calls are cut off.
constexpr milliseconds kBeforeDeadline{3'000};
// How long a stop waits for PostgreSQL's answer: an old lock on a table, or a server that hangs, must not
// hold it up.
constexpr milliseconds kLastAnswer{3'000};

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
      database_(executor, configuration_.settings.database.url, store::kHotPath),
      bulk_(executor, configuration_.settings.database.url, store::kHotPath),
      bulk_log_{
          Database(executor, configuration_.settings.database.url, store::kHotPath),
          Database(executor, configuration_.settings.database.url, store::kHotPath)
      },
      control_(executor, configuration_.settings.database.url, store::kUnlimited),
      renewal_(executor, configuration_.settings.database.url, store::kUnlimited),
      http_(executor, policy_of(configuration_.settings)),
      transport_(http_, configuration_.settings.outbound),
      accounts_(executor),
      journal_(executor),
      bulk_journal_(executor, &right_of_way_),
      places_(0),
      right_of_way_(executor),
      random_(std::random_device{}()),
      loops_(executor),
      workshop_{
          executor,
          {database_, journal_},
          {bulk_, bulk_journal_},
          accounts_,
          transport_,
          random_,
          places_,
          suspects_,
          memory_,
          {},
          {},
          {},
          {},
          {}
      },
      keeper_(executor, control_, transport_, keeper_needs()),
      side_work_(make_side_work()),
      listener_(
          executor,
          loops_,
          configuration_.settings,
          [this](const std::string& payload) { on_wake(payload); },
          [this] {
              poll_loop_.wake();
              renew_loop_.wake();
          }
      ),
      sources_(
          executor, loops_, control_, [this] { return configuration_.inventory; }, [this] { return node_id_; }
      ),
      sleepers_(
          executor, loops_, control_, [this] { return node_id_; }, [this](const std::string& id) { look(id); }
      ) {
    workshop_.sleeps = [this](const std::string& id) { sleepers_.falls_asleep(id); };
    workshop_.wakes = [this](const std::string& id) { sleepers_.wakes_up(id); };
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
    for (auto& log : bulk_log_) {
        log.on_reopened(reread);
    }
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
    auto opened = co_await listener_.open();
    if (!opened) {
        co_return opened;
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
    start_loops();
    sources_.start(configuration_.settings);
    co_return core::Result<void>();
}

void Engine::start_loops() {
    const auto& settings = configuration_.settings;
    constexpr milliseconds kSlack(15'000);  // for a round itself
    loops_.run("journal", journal_.run(database_));
    for (auto& log : bulk_log_) {
        loops_.run("bulk journal", bulk_journal_.run(log));
    }
    renew_loop_.run(settings.node.lease + kSlack, renew_loop());
    ownership_loop_.run(settings.node.lease + kSlack, ownership_loop());
    listener_.start();
    poll_loop_.run(std::max(settings.engine.poll, kLongestPoll) + kSlack, poll_loop());
    statistics_loop_.run(kGrowthLook + kSlack, follow_growth(statistics_loop_, bulk_));
    sleepers_.start();
    sweep_loop_.run(
        settings.engine.sweep + kSlack,
        sweep_dead_letters(sweep_loop_, database_, node_id_, settings.engine, [this] { poll_loop_.wake(); })
    );
    budgets_loop_.run(kSaveBudgets + kSlack, keep_budgets(budgets_loop_, accounts_, control_));
    const auto tokens = [this] { return draining_ ? kOAuthLook : keeper_.renew_what_is_due(); };
    oauth_loop_.run(kOAuthLook + kSlack, repeat(oauth_loop_, kOAuthLook, tokens));
    const auto pulls = [this] { return draining_ ? kRotaLook : side_work_->start_pulls(); };
    pull_loop_.run(kRotaLook + kSlack, repeat(pull_loop_, kRotaLook, pulls));
    const auto checks = [this] { return draining_ ? kRotaLook : side_work_->start_checks(); };
    guardian_loop_.run(kRotaLook + kSlack, repeat(guardian_loop_, kRotaLook, checks));
    housekeeping_loop_.run(
        kHousekeeping + kSlack, keep_house(housekeeping_loop_, control_, bulk_, settings.retention)
    );
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

void Engine::use_settings() {
    const auto& engine = configuration_.settings.engine;
    workshop_.settings.batch = engine.batch;
    workshop_.settings.aging = engine.aging;
    workshop_.settings.poll = engine.poll;
    workshop_.settings.quarantine_after = engine.quarantine_after;
    workshop_.settings.dependency_wait = engine.dependency_wait;
    workshop_.settings.last_waits = std::max(engine.drain_deadline - kBeforeDeadline, milliseconds(0));
    workshop_.settings.retest = engine.sweep;
    memory_.resize(engine.job_memory.value);
    if (concurrency_ != engine.concurrency) {
        places_.resize(engine.concurrency - concurrency_);
        concurrency_ = engine.concurrency;
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
        if (auto* lane = lane_of(id)) {
            lane->needs_consent(sentence);
        }
    };
    needs.ended = [this] { oauth_loop_.wake(); };
    return needs;
}

std::unique_ptr<SideWork> Engine::make_side_work() {
    Background background{executor_, control_, accounts_, transport_, random_, {}, {}, {}};
    background.node_id = [this] { return node_id_; };
    background.holds_lease = [this](const std::string& id, std::int64_t epoch) {
        return holds_lease(id, epoch);
    };
    background.ended = [this] {
        pull_loop_.wake();
        guardian_loop_.wake();
    };
    background.tokens = &keeper_;
    background.way = &right_of_way_;
    return std::make_unique<SideWork>(
        std::move(background),
        [this]() -> const config::Settings& { return configuration_.settings; },
        [this] { return configuration_.vault; }
    );
}

void Engine::reload(Configuration configuration) {
    configuration_ = std::move(configuration);
    use_settings();
    transport_.use(configuration_.settings.outbound);
    accounts_.forget();
    sources_.start(configuration_.settings);
    // Every integration is put together anew from the new manifests and keys.
    versions_.clear();
    broken_.clear();
    ownership_loop_.wake();
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
    sources_.stop();
    side_work_->stop();
    const auto patience = configuration_.settings.engine.drain_deadline;
    const auto deadline = steady_clock::now() + patience;
    co_await within(executor_, patience + kLastAnswer, leave(deadline), "leave");
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
    loops_.stop();
    journal_.stop();
    bulk_journal_.stop();
    keeper_.stop();
    listener_.close();
    co_await loops_.ended(std::chrono::seconds(2));
    if (!co_await within(executor_, kLastAnswer, sign_off(), "sign off")) {
        core::log(
            core::LogLevel::warning,
            "PostgreSQL does not answer; the leases were not given back, they end by themselves"
        );
    }
    core::log(core::LogLevel::info, "stopped");
}

}  // namespace navette::engine
