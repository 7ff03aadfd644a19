// ./dev bench latency: how long after its commit a job is started, on an idle system, one job at a time.
// Every contender's handler tells when it was called by the clock that all processes of the machine share.
#include "tests/bench/bare_listener.hpp"
#include "tests/bench/enqueue_rate.hpp"
#include "tests/bench/harness/cluster.hpp"
#include "tests/bench/harness/daemon.hpp"
#include "tests/bench/harness/marks.hpp"
#include "tests/bench/harness/measuring.hpp"
#include "tests/bench/harness/noop_load.hpp"
#include "tests/bench/harness/peers.hpp"
#include "tests/bench/harness/report.hpp"
#include "tests/bench/harness/session.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <random>
#include <stdexcept>
#include <thread>

namespace {

using namespace navette::bench;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr long kWarmUp = 50;
constexpr std::size_t kPage = 8'192;
constexpr const char* kData = R"({"n": 1, "text": "forty bytes of text, as a small job has them"})";

/// Long enough for everybody to go to sleep again, and in step with nobody's timer.
class Pauses {
  public:
    explicit Pauses(std::size_t seed) : random_(static_cast<unsigned>(seed)) {}
    milliseconds next() { return milliseconds(length_(random_)); }

  private:
    std::mt19937 random_;
    std::uniform_int_distribution<int> length_{10, 60};
};

/// Hands over one job after the other, and adds what each waited, in milliseconds.
void wait_for_calls(
    const Database& database, Marks& marks, const EnqueueCall& call, long jobs, std::vector<double>& waits
) {
    Session session(database.conninfo());
    session.prepare("enqueue", call.sql);
    Pauses pauses(waits.size());
    for (long job = -kWarmUp; job < jobs; ++job) {
        const auto id = "1-" + std::to_string(job + kWarmUp);
        session.run("enqueue", filled_in(call, 1, job + kWarmUp));
        const auto committed = steady_clock::now();
        const std::chrono::duration<double, std::milli> waited = marks.await(id) - committed;
        if (job >= 0) {
            waits.push_back(waited.count());
            std::this_thread::sleep_for(pauses.next());
        }
    }
}

/// A page that is written and synced again and again, as PostgreSQL writes its log.
class SyncedFile {
  public:
    explicit SyncedFile(const std::filesystem::path& path)
        : descriptor_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
        write_page();
    }
    ~SyncedFile() { ::close(descriptor_); }
    SyncedFile(const SyncedFile&) = delete;
    SyncedFile& operator=(const SyncedFile&) = delete;

    void write_page() {
        const std::array<char, kPage> page{};
        if (::pwrite(descriptor_, page.data(), page.size(), 0) != static_cast<ssize_t>(page.size()) ||
            ::fdatasync(descriptor_) != 0) {
            throw std::runtime_error("the benchmark's folder takes no page");
        }
    }

  private:
    int descriptor_;
};

class Site {
  public:
    Site(const Workspace& workspace, const Cluster& cluster, long jobs)
        : workspace_(workspace), cluster_(cluster), jobs_(jobs) {}

    void navetted(std::vector<double>& waits) const {
        const Database database(cluster_, "latency");
        Marks marks;
        database.migrate();
        connect_noop(database, 1);
        DaemonSetup setup;
        setup.environment["NAVETTE_BENCH_MARKS"] = std::to_string(marks.port());
        Daemon daemon(workspace_, database, setup);
        daemon.start();
        const EnqueueCall call{
            "SELECT navette.enqueue('bench', 'mark.sent', 'mark', $1, $2::jsonb)", {"@id@", kData}
        };
        wait_for_calls(database, marks, call, jobs_, waits);
        daemon.stop();
    }

    void graphile_worker(std::vector<double>& waits) const {
        const Database database(cluster_, "latency");
        Marks marks;
        const auto worker =
            start_peer("graphile_worker.mjs", {"listen", database.uri(), std::to_string(marks.port())});
        const EnqueueCall call{
            "SELECT graphile_worker.add_job('noop', json_build_object('n', $1::text, 'text', $2::text))",
            {"@id@", kData}
        };
        wait_for_calls(database, marks, call, jobs_, waits);
    }

    void pg_boss(std::vector<double>& waits) const {
        const Database database(cluster_, "latency");
        Marks marks;
        const auto statement = run_peer("pg_boss.mjs", {"install", database.uri(), "notify"});
        const auto worker =
            start_peer("pg_boss.mjs", {"listen", database.uri(), std::to_string(marks.port())});
        const EnqueueCall call{
            statement.at("sql").as_string().c_str(), {statement.at("parameter").as_string().c_str()}
        };
        wait_for_calls(database, marks, call, jobs_, waits);
    }

    void bare(std::vector<double>& waits) const {
        const Database database(cluster_, "latency");
        Marks marks;
        const BareListener listener(database, marks.port());
        wait_for_calls(database, marks, BareListener::call(), jobs_, waits);
    }

    /// What the machine adds to each of them: how late a timer is, and how long a page of the log takes to
    /// the disk.
    void machine(std::vector<double>& waits) const {
        SyncedFile file(workspace_.folder() / "page");
        Pauses pauses(waits.size());
        for (long job = 0; job < jobs_; ++job) {
            const auto due = steady_clock::now() + pauses.next();
            std::this_thread::sleep_until(due);
            file.write_page();
            const std::chrono::duration<double, std::milli> waited = steady_clock::now() - due;
            waits.push_back(waited.count());
        }
    }

  private:
    const Workspace& workspace_;
    const Cluster& cluster_;
    long jobs_;
};

}  // namespace

int main(int argc, char** argv) {
    try {
        const Workspace workspace;
        const Cluster cluster(workspace);
        const Site site(workspace, cluster, amount(200));
        using Measure = void (Site::*)(std::vector<double>&) const;
        const std::vector<std::pair<std::string, Measure>> who{
            {"navetted", &Site::navetted},
            {"graphile-worker", &Site::graphile_worker},
            {"pg-boss with notify", &Site::pg_boss},
            {"bare LISTEN, durable claim", &Site::bare},
            {"the machine: a timer, a synced page", &Site::machine},
        };
        // The percentiles are those of all rounds' jobs together: one round alone has too few for the last
        // hundredth.
        std::vector<std::vector<double>> waits(who.size());
        std::vector<Contender> contenders;
        for (std::size_t at = 0; at < who.size(); ++at) {
            contenders.push_back({who[at].first, [&site, &who, &waits, at] {
                                      const auto before = static_cast<std::ptrdiff_t>(waits[at].size());
                                      (site.*who[at].second)(waits[at]);
                                      return median({waits[at].begin() + before, waits[at].end()});
                                  }});
        }
        take_turns(contenders, rounds());

        Table table({"commit to call, ms", "p50", "p90", "p99", "highest", "jobs"});
        for (std::size_t at = 0; at < who.size(); ++at) {
            table.row(
                {who[at].first,
                 figure_text(percentile(waits[at], 0.5), 2),
                 figure_text(percentile(waits[at], 0.9), 2),
                 figure_text(percentile(waits[at], 0.99), 2),
                 figure_text(percentile(waits[at], 1), 2),
                 figure_text(static_cast<double>(waits[at].size()))}
            );
        }
        table.print();
        Report report("latency", argc, argv);
        report.figure("p50_ms", percentile(waits[0], 0.5));
        report.figure("p99_ms", percentile(waits[0], 0.99));
        report.figure("machine_p99_ms", percentile(waits.back(), 0.99));
        report.figure("peer_p50_ms", std::min(percentile(waits[1], 0.5), percentile(waits[2], 0.5)));
        report.finish();
    } catch (const std::exception& error) {
        std::cerr << "latency: " << error.what() << '\n';
        return 1;
    }
    return 0;
}
