// ./dev bench sync: what sync in both directions costs where nothing changed, how fast records are merged,
// and how much memory a full comparison takes. NAVETTE_BENCH_SCALE=0.01 is a smoke of it; NAVETTE_BENCH_ONLY:
// pull, push, merge or reconcile.
#include "tests/bench/harness/cluster.hpp"
#include "tests/bench/harness/daemon.hpp"
#include "tests/bench/harness/measuring.hpp"
#include "tests/bench/harness/report.hpp"
#include "tests/bench/merge_rate.hpp"
#include "tests/bench/progress.hpp"
#include "tests/bench/record_pages.hpp"
#include "tests/standin/blocking_client.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <thread>

namespace {

using namespace navette::bench;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr int kPage = 500;
constexpr seconds kPatience{3600};

double since(steady_clock::time_point began) {
    return std::chrono::duration<double>(steady_clock::now() - began).count();
}

/// One daemon with an integration of the platform pager, `int_pager` of the tenant `bench`.
class Site {
  public:
    Site(const Workspace& workspace, const Cluster& cluster, const std::string& name, long contacts)
        : pages(contacts), database(cluster, name), daemon(workspace, prepared(database), setup()) {
        database.exec(
            "INSERT INTO navette.tenant_integrations (tenant_id, id, integration_type, enabled, "
            "config_public, "
            "sync_rules) VALUES ('bench', 'int_pager', 'pager', true, jsonb_build_object('base_url', '" +
            pages.url() + "'), '{\"spread\": \"none\"}')"
        );
    }

    RecordPages pages;
    Database database;
    Daemon daemon;

    [[nodiscard]] double versions() const {
        return database.number("SELECT coalesce(sum(version), 0) FROM navette.records");
    }
    void pull() {
        daemon.ctl(
            {"integration",
             "pull",
             "int_pager",
             "--object",
             "contact",
             "--from-start",
             "--wait",
             "--timeout",
             "3600"}
        );
    }

    /// Everything that a first pull and its merges would leave, made at once: hub records, keys, links.
    void fill(long contacts) const {
        const auto people = " FROM generate_series(1, " + std::to_string(contacts) + ") n";
        database.exec(
            "INSERT INTO navette.records (tenant_id, entity_type, entity_id, data) SELECT 'bench', "
            "'contact', "
            "'c' || n, " +
            RecordPages::local_fields_sql() + people
        );
        database.exec(
            "INSERT INTO navette.record_keys (tenant_id, entity_type, name, value, entity_id) SELECT "
            "'bench', "
            "'contact', 'email', 'ana' || n || '@bench.test', 'c' || n" +
            people
        );
        database.exec(
            "INSERT INTO navette.record_links (tenant_id, integration_id, object, entity_id, entity_type, "
            "remote_id, snapshot, seen, remote_changed_at, revision) SELECT 'bench', 'int_pager', 'contact', "
            "'c' "
            "|| n, 'contact', n::text, " +
            RecordPages::remote_fields_sql() + ", " + RecordPages::local_fields_sql() +
            ", to_timestamp(1760000000), 1" + people
        );
        database.vacuum();
    }

  private:
    static const Database& prepared(const Database& database) {
        database.migrate();
        return database;
    }
    static DaemonSetup setup() {
        DaemonSetup setup;
        setup.more = "pull: {every: 1d, page: " + std::to_string(kPage) + "}\n";
        return setup;
    }
};

/// Pages of the platform asked for and read by a bare client: records a second.
double raw_rate(const Site& site, long contacts) {
    const auto port = std::stoi(site.pages.url().substr(site.pages.url().rfind(':') + 1));
    navette::standin::BlockingClient client(static_cast<std::uint16_t>(port));
    const auto began = steady_clock::now();
    long read = 0;
    while (read < contacts) {
        const auto page =
            client.send("GET", "/contacts?after=" + std::to_string(read) + "&limit=" + std::to_string(kPage));
        read += static_cast<long>(page.json().at("records").as_array().size());
    }
    return static_cast<double>(read) / since(began);
}

void measure_unchanged(const Workspace& workspace, const Cluster& cluster, Report& report) {
    const auto contacts = amount(100'000);
    Site site(workspace, cluster, "unchanged", contacts);
    site.fill(contacts);
    site.daemon.start();
    site.pull();  // the first one learns the records' hashes
    await_no_jobs(site.database, kPatience);
    const auto versions = site.versions();
    const auto fed = site.database.number("SELECT count(*) FROM navette.changes");
    const auto writes = site.pages.writes();
    Table table({"", "records/s", "of raw"});
    if (wanted("pull")) {
        std::vector<Contender> contenders{
            {"pull",
             [&] {
                 const auto began = steady_clock::now();
                 site.pull();
                 const auto rate = static_cast<double>(contacts) / since(began);
                 await_no_jobs(site.database, kPatience);
                 return rate;
             }},
            {"raw pages", [&] { return raw_rate(site, contacts); }}
        };
        take_turns(contenders, rounds());
        table.row(
            {"pull of unchanged records",
             figure_text(contenders[0].result()),
             figure_text(ratio(contenders[0], contenders[1]), 3)}
        );
        table.row({"raw pages", figure_text(contenders[1].result()), "1"});
        report.figure("unchanged_pull_writes", static_cast<double>(site.pages.writes() - writes));
        report.figure("unchanged_pull_versions", site.versions() - versions);
        report.figure(
            "unchanged_pull_changes", site.database.number("SELECT count(*) FROM navette.changes") - fed
        );
        report.figure("unchanged_pull_per_s", contenders[0].result());
        report.figure("unchanged_pull_ratio_raw", ratio(contenders[0], contenders[1]));
    }
    if (wanted("push")) {
        const auto before = site.pages.writes() + site.pages.pages();
        const auto known = site.versions();
        const auto began = steady_clock::now();
        site.database.exec(
            "SELECT navette.enqueue_many('bench', 'contact.updated', 'contact', array_agg(entity_id), "
            "array_agg(data)) FROM navette.records"
        );
        const auto over = await_no_jobs(site.database, kPatience);
        const auto rate = static_cast<double>(contacts) / std::chrono::duration<double>(over - began).count();
        table.row({"push of unchanged records", figure_text(rate), ""});
        report.figure(
            "unchanged_push_calls", static_cast<double>(site.pages.writes() + site.pages.pages() - before)
        );
        report.figure("unchanged_push_versions", site.versions() - known);
        report.figure("unchanged_push_per_s", rate);
    }
    table.print();
    site.daemon.stop();
}

void measure_merge(Report& report) {
    const auto rate = merge_rate();
    Table table({"", "records/s a core", "of json"});
    table.row({"map, merge, map back, compare", figure_text(rate.merges_per_s), figure_text(rate.ratio, 2)});
    table.row({"read as JSON", figure_text(rate.json_per_s), "1"});
    table.print();
    report.figure("merge_per_s", rate.merges_per_s);
    report.figure("ratio_json", rate.ratio);
}

void measure_reconcile(const Workspace& workspace, const Cluster& cluster, Report& report) {
    const auto contacts = amount(1'000'000);
    Site site(workspace, cluster, "reconcile", contacts);
    site.fill(contacts);
    // A little drift, so that there is something to tell.
    site.database.exec(
        "UPDATE navette.records SET data = data || '{\"city\": \"Paris\"}' WHERE entity_id IN ('c3', 'c70')"
    );
    site.daemon.start();
    await_all_asleep(site.database, seconds(60));
    const auto idle = site.daemon.resident_mib();
    const auto began = steady_clock::now();
    site.daemon.ctl({"reconcile", "int_pager", "--object", "contact", "--dry-run"});
    const auto until = began + kPatience;
    while (site.database.number("SELECT count(*) FROM navette.comparisons WHERE state IN ('ready', 'done')"
           ) == 0) {
        if (steady_clock::now() > until ||
            site.database.number("SELECT count(*) FROM navette.comparisons WHERE state = 'failed'") > 0) {
            throw std::runtime_error(
                "the comparison did not end: " +
                site.database.text("SELECT to_jsonb(c)::text FROM navette.comparisons c")
            );
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
    const auto took = since(began);
    const auto drifted = site.database.number("SELECT count(*) FROM navette.comparison_items");
    if (drifted != 2) {
        throw std::runtime_error("the comparison found " + std::to_string(drifted) + " records instead of 2");
    }
    Table table({"", "records", "seconds", "MiB at rest", "highest MiB"});
    table.row(
        {"reconcile",
         figure_text(static_cast<double>(contacts)),
         figure_text(took, 1),
         figure_text(idle, 1),
         figure_text(site.daemon.highest_resident_mib(), 1)}
    );
    table.print();
    report.figure("reconcile_rss_mib", site.daemon.highest_resident_mib());
    report.figure("reconcile_records", static_cast<double>(contacts));
    report.figure("reconcile_per_s", static_cast<double>(contacts) / took);
    site.daemon.stop();
}

}  // namespace

int main(int count, char** arguments) {
    try {
        Report report("sync", count, arguments);
        if (wanted("merge")) {
            measure_merge(report);
        }
        const Workspace workspace;
        const Cluster cluster(workspace);
        if (wanted("pull") || wanted("push")) {
            measure_unchanged(workspace, cluster, report);
        }
        if (wanted("reconcile")) {
            measure_reconcile(workspace, cluster, report);
        }
        report.finish();
    } catch (const std::exception& error) {
        std::cerr << "sync: " << error.what() << '\n';
        return 1;
    }
    return 0;
}
