// ./dev bench scale: what lies around costs nothing. The drain rate of small jobs with a million others
// pending, with a million dead letters and ten million log rows, with an old transaction open, and with ten
// thousand idle integrations, beside the rate without; and the memory that navetted takes in all of these.
#include "tests/bench/harness/cluster.hpp"
#include "tests/bench/harness/daemon.hpp"
#include "tests/bench/harness/measuring.hpp"
#include "tests/bench/harness/noop_load.hpp"
#include "tests/bench/harness/report.hpp"
#include "tests/bench/progress.hpp"

#include <algorithm>
#include <exception>
#include <iostream>
#include <memory>
#include <thread>

namespace {

using namespace navette::bench;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr int kIntegrations = 8;
constexpr int kActive = 10;
constexpr int kIdle = 10'000;
// Until memory that the start took has been given back.
constexpr seconds kSettle{2};

struct Site {
    const Workspace& workspace;
    const Cluster& cluster;
    double highest_mib = 0;
};

/// A database for one condition, kept for all rounds, since to fill it takes longer than to measure it.
class Ground {
  public:
    Ground(Site& site, const std::string& name, int integrations)
        : site_(site), database_(site.cluster, name) {
        database_.migrate();
        connect_noop(database_, integrations);
    }

    [[nodiscard]] const Database& database() const { return database_; }

    /// The rate, in jobs a second, at which a daemon that starts with them present drains so many jobs.
    double drain(long jobs) {
        // What the round before has sent would be found unchanged.
        database_.exec("TRUNCATE navette.record_links");
        queue_pings(database_, jobs);
        database_.exec("VACUUM (ANALYZE) navette.sync_queue");
        const LogWatch log(database_);
        Daemon daemon(site_.workspace, database_);
        daemon.start();
        log.await(jobs);
        await_no_jobs(database_, seconds(60));
        end(daemon);
        return log.rate(jobs);
    }

    /// The same for a daemon that was idle until all jobs were committed at once, from then to the last
    /// completion.
    double drain_from_idle(long jobs) {
        Daemon daemon(site_.workspace, database_);
        daemon.start();
        await_all_asleep(database_, seconds(120));
        const LogWatch log(database_);
        database_.exec("TRUNCATE navette.record_links");
        queue_pings(database_, jobs);
        const auto began = steady_clock::now();
        database_.exec(
            "SELECT navette.wake(array_agg(id)) FROM navette.tenant_integrations WHERE tenant_id = 'bench'"
        );
        log.await(jobs);
        const auto ended = await_no_jobs(database_, seconds(60));
        end(daemon);
        database_.exec("VACUUM (ANALYZE) navette.sync_queue");
        return static_cast<double>(jobs) / std::chrono::duration<double>(ended - began).count();
    }

    /// Resident memory in MiB of a daemon that has nothing to do.
    double idle_mib() {
        Daemon daemon(site_.workspace, database_);
        daemon.start();
        await_all_asleep(database_, seconds(120));
        std::this_thread::sleep_for(kSettle);
        const auto resident = daemon.resident_mib();
        end(daemon);
        return resident;
    }

  private:
    void end(Daemon& daemon) {
        site_.highest_mib = std::max(site_.highest_mib, daemon.highest_resident_mib());
        daemon.stop();
    }

    Site& site_;
    Database database_;
};

/// Pending jobs of an integration that is switched off.
void add_pending_jobs(const Database& database, long jobs) {
    connect_noop(database, 1, "off", "off");
    enable_integrations(database, "off", false);
    queue_pings(database, jobs, "off");
}

/// Dead letters of the same integrations that are drained, and log rows in the partition that is written to.
void add_past(const Database& database, long dead_letters, long log_rows) {
    database.exec(
        "INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id, "
        "data, status, "
        "attempts, outcome, last_error, failed_at) SELECT 'bench', 'noop000' || 1 + n % " +
        std::to_string(kIntegrations) +
        ", 'ping.sent', 'ping', 'dead-' || n, jsonb_build_object('n', n, 'text', 'forty bytes of text, as a "
        "small job "
        "has them'), 'failed', 4, 'rejected', 'the platform refused it', now() FROM generate_series(1, " +
        std::to_string(dead_letters) + ") n"
    );
    database.exec(
        "INSERT INTO navette.sync_logs (tenant_id, integration_id, job_id, direction, event_type, "
        "entity_type, "
        "entity_id, object, remote_id, status, final, attempt, started_at, duration_ms) SELECT 'bench', "
        "'noop000' || 1 + n % " +
        std::to_string(kIntegrations) +
        ", n, 'to_platform', 'ping.sent', 'ping', n::text, 'ping', n::text, 'done', true, 1, now(), 0 FROM "
        "generate_series(1, " +
        std::to_string(log_rows) + ") n"
    );
}

/// A transaction that was forgotten: vacuum keeps all that it might still see.
class OldTransaction {
  public:
    explicit OldTransaction(const Database& database) : connection_(database.conninfo()), work_(connection_) {
        work_.exec("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
        work_.exec("SELECT pg_current_xact_id(), EXISTS (SELECT FROM navette.sync_queue)");
    }

  private:
    pqxx::connection connection_;
    pqxx::work work_;
};

void measure_lying_around(Site& site, Report& report) {
    const auto jobs = amount(300'000);
    const auto million = amount(1'000'000);
    Ground bare(site, "scale_bare", kIntegrations);
    Ground pending(site, "scale_pending", kIntegrations);
    Ground past(site, "scale_past", kIntegrations);
    Ground held_back(site, "scale_held_back", kIntegrations);
    const auto idle = bare.idle_mib();
    add_pending_jobs(pending.database(), million);
    pending.database().vacuum();
    add_past(past.database(), million, 10 * million);
    past.database().vacuum();
    std::vector<Contender> contenders{
        {"nothing else", [&] { return bare.drain(jobs); }},
        {"a million of another pending", [&] { return pending.drain(jobs); }},
        {"a million failed, ten million log rows", [&] { return past.drain(jobs); }},
        {"an old transaction open",
         [&] {
             const OldTransaction old(held_back.database());
             return held_back.drain(jobs);
         }},
        {"draining a whole million", [&] { return bare.drain(million); }},
    };
    take_turns(contenders, rounds());
    const auto base = contenders[0].result();
    Table table({"drain of small jobs with", "jobs/s", "of nothing else"});
    for (const auto& contender : contenders) {
        table.row({contender.name, figure_text(contender.result()), figure_text(contender.result() / base, 2)}
        );
    }
    table.print();
    report.figure("ratio_1m_pending", contenders[1].result() / base);
    report.figure("ratio_1m_dead", contenders[2].result() / base);
    report.figure("ratio_old_transaction", contenders[3].result() / base);
    report.figure("ratio_draining_1m", contenders[4].result() / base);
    report.figure("rss_idle_mib", idle);
}

void measure_idle_integrations(Site& site, Report& report) {
    const auto jobs = amount(300'000);
    Ground few(site, "scale_few", kActive);
    Ground many(site, "scale_many", kActive);
    // Their ids have room for four digits.
    connect_noop(many.database(), kIdle / 2, "idle", "idle-a");
    connect_noop(many.database(), kIdle / 2, "idle", "idle-b");
    many.database().vacuum();
    std::vector<Contender> contenders{
        {"10 active integrations alone", [&] { return few.drain_from_idle(jobs); }},
        {"among 10,000 idle ones", [&] { return many.drain_from_idle(jobs); }},
    };
    take_turns(contenders, rounds());
    const auto idle = many.idle_mib();
    const auto time_ratio = contenders[0].result() / contenders[1].result();
    Table table({"drain of small jobs by", "jobs/s", "time"});
    table.row({contenders[0].name, figure_text(contenders[0].result()), "1.00"});
    table.row({contenders[1].name, figure_text(contenders[1].result()), figure_text(time_ratio, 2)});
    table.print();
    report.figure("ratio_10k_idle_integrations", time_ratio);
    report.figure("rss_idle_10k_mib", idle);
}

void measure(int count, char** arguments) {
    const Workspace workspace;
    const Cluster cluster(workspace);
    Site site{workspace, cluster};
    Report report("scale", count, arguments);
    if (wanted("around")) {
        measure_lying_around(site, report);
    }
    if (wanted("idle")) {
        measure_idle_integrations(site, report);
    }
    report.figure("rss_max_mib", site.highest_mib);
    report.finish();
}

}  // namespace

int main(int count, char** arguments) {
    try {
        measure(count, arguments);
    } catch (const std::exception& error) {
        std::cerr << "scale: " << error.what() << '\n';
        return 1;
    }
    return 0;
}
