// ./dev bench backlog: a backlog of contacts through the real navetted and the real connectors into stand-ins
// of HubSpot and Salesforce that count their limits: how full the batches are, how much of the allowed rate
// is used, and how often the platform has to refuse. Into Salesforce also as a backfill, by Bulk API 2.0.
#include "tests/bench/harness/cluster.hpp"
#include "tests/bench/harness/daemon.hpp"
#include "tests/bench/harness/measuring.hpp"
#include "tests/bench/harness/report.hpp"
#include "tests/bench/progress.hpp"
#include "tests/standin/site_in_process.hpp"

#include <boost/json/object.hpp>

#include <algorithm>
#include <cmath>
#include <exception>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

namespace {

using namespace navette::bench;
using navette::standin::SiteInProcess;
using navette::standin::SiteOptions;
using std::chrono::steady_clock;

constexpr const char* kKey = "bench-key-0123456789";

/// One platform with the limit that rules a backlog there.
struct Platform {
    std::string name;  // of its figures
    std::string slug;
    SiteOptions options;
    std::vector<std::string> words;  // of `navettectl integration add`, beside the address
    std::string event_type;
    std::string kind;       // what the stand-in counts the creates as
    std::string limits;     // in connectors.d; empty: the manifest's
    bool backfill = false;  // background work, and not live
    long batch = 1;
    long contacts = 0;
    /// Calls in a span; 0: the platform has no limit that a backlog of this size reaches.
    double calls = 0;
    std::chrono::duration<double> span{1};
};

/// HubSpot's published limit of an app: 100 calls in any 10 s, a tenth of which the manifest keeps for live
/// work. Salesforce has one of any 24 hours only: scaled down here to 50 calls in any 10 s, so that a backlog
/// of minutes reaches it; the stand-in counts and refuses as it does with the day's. A backfill by bulk jobs
/// comes near no limit.
std::vector<Platform> platforms() {
    Platform hubspot;
    hubspot.name = "hubspot";
    hubspot.slug = "hubspot";
    hubspot.options = {{"token", kKey}, {"rate", "100"}, {"rate_ms", "10000"}};
    hubspot.words = {"portal_id=55501234", "--secret", "token=@"};
    hubspot.event_type = "contact.created";
    hubspot.kind = "contacts";
    hubspot.batch = 100;
    hubspot.contacts = amount(100'000);
    hubspot.calls = 100;
    hubspot.span = std::chrono::seconds(10);
    Platform salesforce;
    salesforce.name = "salesforce";
    salesforce.slug = "salesforce";
    salesforce.options = {{"client_secret", kKey}, {"day_limit", "50"}, {"day_ms", "10000"}};
    salesforce.limits = "limits: [{requests: 50, per: 10s, reserve: 0.1}]\n";
    salesforce.words = {"own_client_id=client-1", "--secret", "client_secret=@"};
    salesforce.event_type = "lead.created";
    salesforce.kind = "Lead";
    salesforce.batch = 200;
    salesforce.contacts = amount(100'000);
    salesforce.calls = 50;
    salesforce.span = std::chrono::seconds(10);
    Platform backfill = salesforce;
    backfill.name = "salesforce_backfill";
    backfill.options = {{"client_secret", kKey}, {"day_limit", "100000"}};
    backfill.limits = {};
    backfill.backfill = true;
    backfill.calls = 0;
    return {hubspot, salesforce, backfill};
}

struct Drained {
    double seconds = 0;
    double records_per_call = 0;
    double of_allowed_rate = 0;
    double refused_share = 0;
    double highest_mib = 0;
};

/// Calls that were refused for the limit, each told by the rows of its whole batch.
constexpr const char* kRefused =
    "SELECT count(DISTINCT started_at) FROM navette.sync_logs WHERE response::text ~ '\"status\": ?429' OR "
    "response::text LIKE '%REQUEST_LIMIT_EXCEEDED%'";

/// Calls that count: all but those that sign in; of live work only what writes.
long calls_of(const boost::json::object& effects, const Platform& platform) {
    long calls = 0;
    for (const auto& [endpoint, count] : effects.at("by_endpoint").as_object()) {
        const bool signs_in = endpoint.find("oauth") != std::string_view::npos;
        if ((platform.backfill || !endpoint.starts_with("GET")) && !signs_in) {
            calls += count.to_number<long>();
        }
    }
    return calls;
}

Drained drain(const Workspace& workspace, const Cluster& cluster, const Platform& platform) {
    const Database database(cluster, "backlog_" + platform.name);
    database.migrate();
    SiteInProcess site(platform.slug, platform.options);
    const auto key = workspace.folder() / (platform.name + ".key");
    std::ofstream(key) << kKey;
    DaemonSetup setup;
    setup.connectors = "connectors";
    if (!platform.limits.empty()) {
        setup.overrides[platform.slug] = platform.limits;
    }
    setup.more = "secrets: {key: \"bench:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=\"}\n";
    Daemon daemon(workspace, database, setup);
    std::vector<std::string> words{
        "integration",
        "add",
        platform.slug,
        "--tenant",
        "bench",
        "--id",
        platform.slug,
        "--direction",
        "to_platform",
        "--enable",
        "base_url=" + site.url()
    };
    words.insert(words.end(), platform.words.begin(), platform.words.end());
    words.back() += key.string();
    daemon.ctl(words);
    database.exec(
        "SELECT count(navette.enqueue('bench', '" + platform.event_type +
        "', 'contact', n::text, jsonb_build_object('first_name', 'Ana', 'last_name', 'Berg ' || n, 'email', "
        "'ana' || n || '@bench.example', 'company_name', 'Acme'), priority => " +
        std::string(platform.backfill ? "9" : "5") + ")) FROM generate_series(1, " +
        std::to_string(platform.contacts) + ") n"
    );
    database.vacuum();
    const auto began = steady_clock::now();
    daemon.start();
    const auto ended = await_no_jobs(database, std::chrono::seconds(600));
    const auto effects = site.effects();
    const auto highest = daemon.highest_resident_mib();
    daemon.stop();
    const auto created = effects.at(platform.kind).at("creates").to_number<long>();
    if (created != platform.contacts) {
        throw std::runtime_error(
            platform.name + " holds " + std::to_string(created) + " of " + std::to_string(platform.contacts) +
            " contacts"
        );
    }
    Drained drained;
    drained.seconds = std::chrono::duration<double>(ended - began).count();
    const auto calls = static_cast<double>(calls_of(effects, platform));
    const auto refused = database.number(kRefused);
    drained.highest_mib = highest;
    drained.records_per_call = static_cast<double>(platform.contacts) / calls;
    drained.refused_share = refused / calls;
    if (platform.calls > 0) {
        const auto needed =
            std::ceil(static_cast<double>(platform.contacts) / static_cast<double>(platform.batch));
        // The first span's worth may go at once.
        const auto shortest = std::max(0.0, needed / platform.calls - 1) * platform.span.count();
        drained.of_allowed_rate = shortest / drained.seconds;
    }
    return drained;
}

void measure(int count, char** arguments) {
    const Workspace workspace;
    const Cluster cluster(workspace);
    Table table(
        {"backlog",
         "contacts",
         "seconds",
         "records per call",
         "of a batch",
         "of the allowed rate",
         "refused",
         "MiB"}
    );
    Report report("backlog", count, arguments);
    for (const auto& platform : platforms()) {
        const auto drained = drain(workspace, cluster, platform);
        const auto fullness = drained.records_per_call / static_cast<double>(platform.batch);
        table.row(
            {platform.name,
             figure_text(static_cast<double>(platform.contacts)),
             figure_text(drained.seconds, 1),
             figure_text(drained.records_per_call, 1),
             platform.backfill ? "" : figure_text(fullness, 3),
             platform.calls > 0 ? figure_text(drained.of_allowed_rate, 3) : "",
             figure_text(drained.refused_share, 4),
             figure_text(drained.highest_mib, 0)}
        );
        if (platform.backfill) {
            report.figure(platform.name + "_records_per_call", drained.records_per_call);
            report.figure(platform.name + "_rss_mib", drained.highest_mib);
        } else {
            report.figure(platform.name + "_batch_fullness", fullness);
        }
        report.figure(platform.name + "_refused_share", drained.refused_share);
        if (platform.calls > 0) {
            report.figure(platform.name + "_of_allowed_rate", drained.of_allowed_rate);
        } else {
            report.figure(
                platform.name + "_contacts_per_s", static_cast<double>(platform.contacts) / drained.seconds
            );
        }
    }
    table.print();
    report.finish();
}

}  // namespace

int main(int count, char** arguments) {
    try {
        measure(count, arguments);
    } catch (const std::exception& error) {
        std::cerr << "backlog: " << error.what() << '\n';
        return 1;
    }
    return 0;
}
