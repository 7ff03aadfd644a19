// The promise under chaos: whatever dies, pauses or is cut off, each accepted event takes effect once,
// records keep their order, nothing is stuck, and the books balance. Jobs that kill whoever runs them end
// parked, and no other job with them.
//
// NAVETTE_CHAOS_MINUTES makes it longer (about one minute otherwise), NAVETTE_CHAOS_SEED repeats a run's
// dice.
#include "tests/support/chaos.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>

namespace navette::test {
namespace {

constexpr int kTenants = 4;
constexpr int kApplications = 3;
constexpr std::chrono::milliseconds kUsualTime{45'000};
constexpr const char* kPoison = "poison";
constexpr const char* kPending = "SELECT count(*) FROM navette.sync_queue WHERE status = 'pending'";

std::optional<std::uint64_t> number_in(const char* variable) {
    const char* text = std::getenv(variable);
    return text == nullptr ? std::nullopt : std::optional<std::uint64_t>(std::stoull(text));
}

/// The first few of a query's one column; empty where there is none.
std::string first_few(TestDatabase& database, const std::string& jobs) {
    return database.value(
        "SELECT string_agg(j::text, ', ') FROM (SELECT * FROM (" + jobs + ") f (j) LIMIT 10) few"
    );
}

/// Enqueues an item that ends the process of whoever runs it, "before" or "after" its effect.
void enqueue_poison(TestDatabase& database, int tenant, const std::string& when) {
    const auto name = "t" + std::to_string(tenant);
    database.exec(
        "INSERT INTO poisoned SELECT (navette.enqueue('" + name + "', 'item.updated', 'item', '" + kPoison +
        "', '{\"seq\": 1, \"crash\": \"" + when + "\"}'))[1]"
    );
}

std::string poison_ref(int tenant) {
    return "t" + std::to_string(tenant) + "-item-" + kPoison;
}

/// Each of them is a dead letter that says why, in the queue and in the books.
void expect_parked_poison(TestDatabase& database, int count) {
    EXPECT_EQ(database.number("SELECT count(*) FROM poisoned"), count);
    EXPECT_EQ(
        first_few(
            database,
            "SELECT job FROM poisoned LEFT JOIN navette.sync_queue q ON q.id = job WHERE (q.status, "
            "q.outcome) "
            "IS DISTINCT FROM ('failed', 'quarantined')"
        ),
        ""
    ) << "poison, and not parked";
    EXPECT_EQ(
        first_few(
            database,
            "SELECT job FROM poisoned WHERE (SELECT count(*) FROM navette.sync_logs l WHERE l.job_id = job "
            "AND "
            "l.final AND l.status = 'quarantined') <> 1"
        ),
        ""
    ) << "parked, and not in the books once";
}

/// accepted = done + skipped + failed + pending, job by job.
void expect_balanced_books(TestDatabase& database) {
    EXPECT_EQ(database.number(kPending), 0);
    EXPECT_EQ(
        first_few(
            database,
            "SELECT job FROM accepted WHERE NOT EXISTS (SELECT FROM navette.sync_logs l WHERE l.job_id = job "
            "AND "
            "l.final AND l.status IN ('done', 'skipped'))"
        ),
        ""
    ) << "accepted, and neither done nor skipped";
    EXPECT_EQ(
        first_few(
            database, "SELECT job_id FROM navette.sync_logs WHERE final GROUP BY job_id HAVING count(*) > 1"
        ),
        ""
    ) << "finished more than once";
    EXPECT_EQ(
        first_few(
            database,
            "SELECT job_id FROM navette.sync_logs WHERE final AND NOT EXISTS (SELECT FROM accepted WHERE job "
            "= job_id) AND NOT EXISTS (SELECT FROM poisoned WHERE job = job_id)"
        ),
        ""
    ) << "never accepted";
    EXPECT_EQ(
        first_few(
            database,
            "SELECT id FROM navette.sync_queue WHERE NOT EXISTS (SELECT FROM poisoned WHERE job = id)"
        ),
        ""
    ) << "left in the queue";
    EXPECT_EQ(first_few(database, "SELECT batch_id FROM navette.in_flight WHERE recovered_at IS NULL"), "")
        << "said to be in flight";
}

/// What is wrong, one sentence for each record; shows the first few.
class Complaints {
  public:
    void add(std::string sentence) {
        if (++count_ <= 10) {
            shown_ += "\n" + std::move(sentence);
        }
    }
    ~Complaints() { EXPECT_EQ(count_, 0) << shown_; }

    Complaints() = default;
    Complaints(const Complaints&) = delete;
    Complaints& operator=(const Complaints&) = delete;

  private:
    int count_ = 0;
    std::string shown_;
};

/// Each accepted note is there once, no other is, and those of one record came in order.
void expect_each_note_once(TestDatabase& database, const std::map<std::string, Life>& notes) {
    Complaints complaints;
    std::map<std::string, long> last_place;  // by record
    const auto accepted = database.exec(
        "SELECT tenant || '-note-' || entity, job FROM accepted WHERE kind = 'note' ORDER BY seq"
    );
    EXPECT_EQ(notes.size(), accepted.size());
    for (const auto& row : accepted) {
        const auto record = row[0].as<std::string>();
        const auto ref = record + "." + row[1].as<std::string>();
        const auto note = notes.find(ref);
        if (note == notes.end()) {
            complaints.add(ref + " never arrived");
            continue;
        }
        if (note->second.creates != 1) {
            complaints.add(ref + " took effect " + std::to_string(note->second.creates) + " times");
        }
        if (note->second.place <= last_place[record]) {
            complaints.add(ref + " was made before an earlier one of its record");
        }
        last_place[record] = note->second.place;
    }
}

/// Each record's last accepted state is what the platform holds, and it never went back to an earlier one.
void expect_last_state(
    TestDatabase& database, const std::string& kind, const std::map<std::string, Life>& lives
) {
    Complaints complaints;
    const auto accepted = database.exec(
        "SELECT tenant || '-" + kind + "-' || entity, max(seq) FROM accepted WHERE kind = '" + kind +
        "' GROUP BY 1"
    );
    EXPECT_EQ(lives.size(), accepted.size());
    for (const auto& row : accepted) {
        const auto ref = row[0].as<std::string>();
        const auto found = lives.find(ref);
        if (found == lives.end()) {
            complaints.add(ref + " never arrived");
            continue;
        }
        const auto& life = found->second;
        if (life.creates != 1) {
            complaints.add(ref + " was made " + std::to_string(life.creates) + " times");
        }
        if (life.seqs.back() != row[1].as<long>()) {
            complaints.add(ref + " is not in its last state");
        }
        if (!std::ranges::is_sorted(life.seqs)) {
            complaints.add(ref + " went back: " + testing::PrintToString(life.seqs));
        }
    }
}

TEST(Chaos, EachAcceptedEventTakesEffectOnceWhateverDies) {
    const auto seed = number_in("NAVETTE_CHAOS_SEED").value_or(std::random_device()());
    const auto minutes = number_in("NAVETTE_CHAOS_MINUTES");
    const auto time = minutes ? std::chrono::minutes(*minutes) : kUsualTime;
    std::cout << "NAVETTE_CHAOS_SEED=" << seed << std::endl;
    RecordProperty("seed", std::to_string(seed));

    PrivateCluster cluster(PrivateCluster::Standby::synchronous);
    TestDatabase database;
    ProbeServer probe(seed);
    FleetWishes wishes;
    wishes.nodes = 3;
    wishes.tenants = kTenants;
    wishes.accounts = kTenants - 1;  // two of them share one
    wishes.lease = "1s";
    wishes.engine = ", quarantine_after: 8";  // so many random deaths in a row befall no innocent job
    Fleet fleet(database, probe, wishes);
    fleet.start_all();
    Application::make_table(database);
    database.exec("CREATE TABLE poisoned (job bigint PRIMARY KEY)");
    probe.faults(R"({"delay_ms": 15})");

    Chaos chaos(fleet, cluster, database, probe, std::chrono::milliseconds(2'500), seed);
    std::vector<std::unique_ptr<Application>> applications;
    for (int number = 0; number < kApplications; ++number) {
        applications.push_back(std::make_unique<Application>(database, number, kTenants, seed));
    }
    enqueue_poison(database, 0, "before");
    chaos.rage(time / 2);
    chaos.fail_over();
    enqueue_poison(database, 1, "after");
    enqueue_poison(database, 2, "before");
    chaos.rage(time / 2);
    for (auto& application : applications) {
        application->finish();
    }
    chaos.calm(std::chrono::seconds(120));
    for (const auto& [what, count] : chaos.done()) {
        std::cout << what << ": " << count << '\n';
    }
    std::cout << "accepted: " << database.number("SELECT count(*) FROM accepted") << std::endl;

    expect_balanced_books(database);
    expect_parked_poison(database, 3);
    auto history = probe.history();
    auto& items = history.kinds.at("items");
    EXPECT_FALSE(items.contains(poison_ref(0)) || items.contains(poison_ref(2)));
    EXPECT_EQ(items[poison_ref(1)].creates, 1) << "it took effect before it killed, and once";
    items.erase(poison_ref(1));
    expect_each_note_once(database, history.kinds.at("notes"));
    expect_last_state(database, "item", items);
    expect_last_state(database, "order", history.kinds.at("orders"));
}

}  // namespace
}  // namespace navette::test
