#include "tests/support/chaos.hpp"

#include <signal.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace navette::test {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

constexpr int kRecords = 32;  // of each kind that one application has
constexpr int kMostEvents = 8;
constexpr milliseconds kLongestTransaction{60};
constexpr milliseconds kTick{25};
constexpr milliseconds kLongestQuiet{600};
constexpr milliseconds kStartAgain{300};
constexpr int kMostTries = 400;  // of one transaction, while the database is away
// The delay never changes: a request then never overtakes an earlier one, whoever sent it.
constexpr const char* kNoFaults = R"({"delay_ms": 15})";

}  // namespace

void Application::make_table(TestDatabase& database) {
    database.exec(
        "CREATE TABLE accepted (application int, tenant text, kind text, entity text, seq bigint, job "
        "bigint, "
        "PRIMARY KEY (application, seq))"
    );
}

Application::Application(TestDatabase& database, int number, int tenants, std::uint64_t seed)
    : database_(database),
      number_(number),
      tenants_(tenants),
      random_(seed + static_cast<std::uint64_t>(number)),
      thread_([this] {
          try {
              run();
          } catch (...) {
              failure_ = std::current_exception();
          }
      }) {}

Application::~Application() {
    over_ = true;
    if (thread_.joinable()) {
        thread_.join();
    }
}

void Application::finish() {
    over_ = true;
    thread_.join();
    if (failure_) {
        std::rethrow_exception(failure_);
    }
}

void Application::run() {
    const std::array<std::string, 4> kinds{"item", "item", "note", "order"};
    while (!over_) {
        std::vector<std::pair<std::string, int>> events(1 + random_() % kMostEvents);
        for (auto& event : events) {
            event = {kinds.at(random_() % kinds.size()), static_cast<int>(random_() % kRecords)};
        }
        transaction(events, random_() % 10 != 0);
        std::this_thread::sleep_for(kLongestTransaction / 2);
    }
    // Each order's item is there in the end.
    std::vector<std::pair<std::string, int>> last;
    for (int record = 0; record < kRecords; ++record) {
        last.emplace_back("item", record);
    }
    transaction(last, true);
}

void Application::enqueue(pqxx::work& work, const std::string& kind, int record) {
    const auto tenant = "t" + std::to_string(record % tenants_);
    const auto entity = std::to_string(number_) + "-" + std::to_string(record);
    const auto seq = std::to_string(++seq_);
    work.exec(
        "INSERT INTO accepted SELECT " + std::to_string(number_) + ", '" + tenant + "', '" + kind + "', '" +
        entity + "', " + seq + ", (navette.enqueue('" + tenant + "', '" + kind + ".updated', '" + kind +
        "', '" + entity + "', '{\"seq\": " + seq + ", \"item\": {\"id\": \"" + entity + "\"}}', " +
        std::to_string(1 + random_() % 8) + "))[1]"
    );
}

/// Tries until it is known to be committed: a connection that is lost during the commit leaves that open, and
/// the table tells.
void Application::transaction(const std::vector<std::pair<std::string, int>>& events, bool commit) {
    const auto first = seq_;
    for (int tries = 1;; ++tries) {
        try {
            pqxx::connection connection(database_.url());
            pqxx::work work(connection);
            const auto there =
                "SELECT count(*) FROM accepted WHERE application = " + std::to_string(number_) +
                " AND seq > " + std::to_string(first);
            if (work.exec(there)[0][0].as<long>() > 0) {
                return;
            }
            seq_ = first;
            for (const auto& [kind, record] : events) {
                enqueue(work, kind, record);
            }
            // Another application's transaction that began later may commit earlier.
            std::this_thread::sleep_for(milliseconds(random_() % kLongestTransaction.count()));
            if (commit) {
                work.commit();
            } else {
                work.abort();
            }
            return;
        } catch (const pqxx::failure&) {
            // The database is away for a moment.
            if (tries == kMostTries) {
                throw;
            }
            std::this_thread::sleep_for(kTick);
        }
    }
}

Chaos::Chaos(
    Fleet& fleet,
    PrivateCluster& cluster,
    TestDatabase& database,
    ProbeServer& probe,
    milliseconds longest_pause,
    std::uint64_t seed
)
    : fleet_(fleet),
      cluster_(cluster),
      database_(database),
      probe_(probe),
      longest_pause_(longest_pause),
      random_(seed),
      nodes_(static_cast<std::size_t>(fleet.size())) {}

milliseconds Chaos::at_most(milliseconds longest) {
    return milliseconds(random_() % static_cast<std::uint64_t>(longest.count()));
}

void Chaos::rage(milliseconds time) {
    const auto end = steady_clock::now() + time;
    auto next = steady_clock::now();
    while (steady_clock::now() < end) {
        look_after();
        if (steady_clock::now() >= next) {
            strike();
            next = steady_clock::now() + at_most(kLongestQuiet);
        }
        std::this_thread::sleep_for(kTick);
    }
}

void Chaos::fail_over() {
    if (!cluster_.standby_keeps_up()) {
        throw std::runtime_error("the standby lags behind the primary");
    }
    cluster_.kill_primary();
    cluster_.promote_standby();
    ++done_["fail-overs"];
}

void Chaos::strike() {
    const auto lot = random_() % 20;
    if (lot == 0) {
        ++done_["database restarts"];
        cluster_.restart();
    } else if (lot < 3) {
        ++done_["cut connections"];
        try {
            database_.exec(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'navette' "
                "AND "
                "random() < 0.7"
            );
        } catch (const pqxx::failure&) {
            // Cut as well.
        }
    } else if (lot < 8) {
        plague();
    } else {
        befall(static_cast<int>(random_() % nodes_.size()));
    }
}

void Chaos::befall(int number) {
    auto& node = nodes_.at(static_cast<std::size_t>(number));
    if (node.state != State::running || !fleet_.runs(number)) {
        return;
    }
    node.until = steady_clock::now() + at_most(longest_pause_);
    switch (random_() % 5) {
        case 0:
            ++done_["SIGTERM"];
            fleet_.signal(number, SIGTERM);
            break;
        case 1:
        case 2:
            ++done_["SIGSTOP"];
            fleet_.signal(number, SIGSTOP);
            node.state = State::paused;
            break;
        default:
            ++done_["SIGKILL"];
            fleet_.kill(number);
            node.state = State::dead;
    }
}

void Chaos::plague() {
    static constexpr std::array<const char*, 5> kFaults{
        kNoFaults,
        R"({"delay_ms": 15, "reset_after": 0.15, "reset_before": 0.05})",
        R"({"delay_ms": 15, "error_5xx_after": 0.1, "truncate": 0.05, "malformed": 0.05})",
        R"({"delay_ms": 15, "error_5xx": 0.2})",
        R"({"delay_ms": 15, "html_503": 0.2})",
    };
    ++done_["platform faults"];
    probe_.faults(kFaults.at(random_() % kFaults.size()));
}

void Chaos::look_after() {
    const auto now = steady_clock::now();
    for (int number = 0; number < fleet_.size(); ++number) {
        auto& node = nodes_.at(static_cast<std::size_t>(number));
        if (node.state == State::paused && now >= node.until) {
            fleet_.signal(number, SIGCONT);
            node.state = State::running;
        } else if (node.state == State::dead && now >= node.until) {
            fleet_.launch(number);
            node.state = State::running;
        } else if (node.state == State::running && !fleet_.runs(number)) {
            node = {State::dead, now + kStartAgain};
        }
    }
}

void Chaos::calm(milliseconds limit) {
    probe_.faults(kNoFaults);
    const auto now = steady_clock::now();
    for (auto& node : nodes_) {
        node.until = now;
    }
    const auto pending = "SELECT count(*) FROM navette.sync_queue WHERE status = 'pending'";
    for (auto left = database_.number(pending); left > 0; left = database_.number(pending)) {
        if (steady_clock::now() > now + limit) {
            throw std::runtime_error(std::to_string(left) + " jobs are stuck");
        }
        look_after();
        std::this_thread::sleep_for(kTick);
    }
}

}  // namespace navette::test
