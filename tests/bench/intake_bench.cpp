// ./dev bench intake: signed webhooks accepted, verified and durable per second at the listener of the real
// navetted, beside bare INSERTs by as many connections in turn with it; then the answer times at half that
// rate, and the memory with 2,000 open connections. The integration is disabled, so that nothing but the
// intake works.
#include "tests/bench/harness/cluster.hpp"
#include "tests/bench/harness/daemon.hpp"
#include "tests/bench/harness/measuring.hpp"
#include "tests/bench/harness/report.hpp"
#include "tests/bench/harness/session.hpp"
#include "tests/bench/webhook_sender.hpp"
#include "tests/support/free_port.hpp"

#include <atomic>
#include <cstdio>
#include <ctime>
#include <exception>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace {

using namespace navette::bench;
using std::chrono::steady_clock;

// As many as PostgreSQL takes by default, since the bare INSERTs need one each; a third of that as well: the
// fewer there are, the fewer webhooks share a commit.
constexpr int kConnections = 96;
constexpr int kFewConnections = 32;
constexpr int kOpen = 2'000;
constexpr const char* kSecret = "whsec_0123456789abcdef";

/// A round's work, dealt out to threads of one connection each; returns how many a second.
double rate_of(long total, int connections, const std::function<std::function<void(long)>()>& connect) {
    std::atomic<long> next = 0;
    std::atomic<int> connected = 0;
    std::atomic<bool> go = false;
    std::exception_ptr failure;
    std::mutex lock;
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < connections; ++thread) {
        threads.emplace_back([&] {
            try {
                const auto work = connect();
                ++connected;
                go.wait(false);
                for (long one = next++; one < total; one = next++) {
                    work(one);
                }
            } catch (...) {
                const std::lock_guard held(lock);
                failure = std::current_exception();
                ++connected;
                next = total;
            }
        });
    }
    while (connected < connections) {
        std::this_thread::yield();
    }
    const auto began = steady_clock::now();
    go = true;
    go.notify_all();
    threads.clear();
    if (failure) {
        std::rethrow_exception(failure);
    }
    return static_cast<double>(total) / std::chrono::duration<double>(steady_clock::now() - began).count();
}

class Site {
  public:
    Site(const Workspace& workspace, const Cluster& cluster)
        : port_(navette::test::free_port()), database_(cluster, "intake") {
        database_.migrate();
        const auto key = workspace.folder() / "whsec";
        std::ofstream(key) << kSecret;
        DaemonSetup setup;
        setup.connectors = "connectors";
        setup.more =
            "secrets: {key: \"bench:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=\"}\n"
            "listen: {port: " +
            std::to_string(port_) + ", max_connections_per_address: 4000, idle_timeout: 10m}\n";
        daemon_ = std::make_unique<Daemon>(workspace, database_, setup);
        daemon_->ctl(
            {"integration",
             "add",
             "stripe",
             "--tenant",
             "shop",
             "--id",
             "pay",
             "--secret",
             "webhook_secret=@" + key.string()}
        );
        daemon_->start();
    }

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] const Database& database() const { return database_; }
    [[nodiscard]] const Daemon& daemon() const { return *daemon_; }
    [[nodiscard]] long next() { return number_++; }

  private:
    std::uint16_t port_;
    Database database_;
    std::unique_ptr<Daemon> daemon_;
    std::atomic<long> number_ = 0;
};

using Worker = std::function<void(long)>;

/// Works at a fixed rate, whatever the answers take; returns the time of each from when it was due, in
/// milliseconds.
std::vector<double> answer_times(double rate, long total, const std::function<Worker()>& connect) {
    std::vector<double> times;
    std::mutex lock;
    const auto pause = std::chrono::duration<double>(kConnections / rate);
    std::vector<std::jthread> threads;
    const auto began = steady_clock::now() + std::chrono::seconds(1);
    for (int thread = 0; thread < kConnections; ++thread) {
        threads.emplace_back([&, thread] {
            const auto work = connect();
            std::vector<double> own;
            for (long one = 0; one < total / kConnections; ++one) {
                const auto offset =
                    pause * (static_cast<double>(one) + static_cast<double>(thread) / kConnections);
                const auto due = began + std::chrono::duration_cast<steady_clock::duration>(offset);
                std::this_thread::sleep_until(due);
                work(one);
                own.push_back(std::chrono::duration<double, std::milli>(steady_clock::now() - due).count());
            }
            const std::lock_guard held(lock);
            times.insert(times.end(), own.begin(), own.end());
        });
    }
    threads.clear();
    return times;
}

/// What one round costs: CPU microseconds for each item, of all who take part on this machine.
class CpuMeter {
  public:
    CpuMeter(const Cluster& cluster, const Site& site) : cluster_(cluster), site_(site), before_(now()) {}

    void tell(long items) const {
        const auto used = now();
        const auto each = [items](std::chrono::duration<double> from, std::chrono::duration<double> to) {
            return (to - from).count() * 1e6 / static_cast<double>(items);
        };
        std::fprintf(
            stderr,
            "    CPU us each: senders %.0f, navetted %.0f, PostgreSQL %.0f\n",
            each(before_.own, used.own),
            each(before_.daemon, used.daemon),
            each(before_.server, used.server)
        );
    }

  private:
    struct Used {
        std::chrono::duration<double> own;
        std::chrono::duration<double> daemon;
        std::chrono::duration<double> server;
    };

    [[nodiscard]] Used now() const {
        const std::chrono::duration<double> own(static_cast<double>(std::clock()) / CLOCKS_PER_SEC);
        return {own, site_.daemon().cpu_time(), cluster_.cpu_time()};
    }

    const Cluster& cluster_;
    const Site& site_;
    Used before_;
};

void measure(int count, char** arguments) {
    const Workspace workspace;
    const Cluster cluster(workspace);
    Site site(workspace, cluster);
    site.database().exec(
        "CREATE TABLE bare (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text NOT NULL)"
    );
    const auto total = amount(40'000);
    const auto body = WebhookSender::body_of(0);
    const auto webhook_sender = [&]() -> Worker {
        auto sender = std::make_shared<WebhookSender>(site.port(), kSecret);
        return [sender, &site](long) { sender->send(site.next()); };
    };
    const auto inserter = [&]() -> Worker {
        auto session = std::make_shared<Session>(site.database().conninfo());
        session->prepare("bare", "INSERT INTO bare (body) VALUES ($1)");
        return [session, &body](long) { session->run("bare", {body}); };
    };
    const auto round_of = [&](int connections, std::function<Worker()> connect) {
        return [&, connections, connect = std::move(connect)] {
            const CpuMeter meter(cluster, site);
            const auto rate = rate_of(total, connections, connect);
            meter.tell(total);
            return rate;
        };
    };
    const auto named = [](const std::string& what, int connections) {
        return what + ", " + std::to_string(connections) + " connections";
    };
    std::vector<Contender> contenders{
        {named("webhooks, signed and durable", kConnections), round_of(kConnections, webhook_sender)},
        {named("bare INSERT of the same body", kConnections), round_of(kConnections, inserter)},
        {named("webhooks, signed and durable", kFewConnections), round_of(kFewConnections, webhook_sender)},
        {named("bare INSERT of the same body", kFewConnections), round_of(kFewConnections, inserter)},
    };
    take_turns(contenders, rounds());
    const auto accepted = contenders.at(0).result();
    const auto durable = site.database().number("SELECT count(*) FROM navette.webhook_receipts");
    if (durable != static_cast<double>(site.next())) {
        throw std::runtime_error("answered 2xx, but not in the database");
    }
    const auto times = answer_times(accepted / 2, total / 2, webhook_sender);
    const auto bare_times = answer_times(accepted / 2, total / 2, inserter);
    std::vector<std::unique_ptr<WebhookSender>> open;
    for (int one = 0; one < kOpen; ++one) {
        open.push_back(std::make_unique<WebhookSender>(site.port(), kSecret));
        open.back()->send(site.next());
    }
    const auto resident = site.daemon().resident_mib();

    Table table({"intake", "per second", "of the bare INSERT"});
    for (std::size_t at = 0; at < contenders.size(); ++at) {
        const auto& contender = contenders.at(at);
        table.row(
            {contender.name,
             figure_text(contender.result()),
             figure_text(ratio(contender, contenders.at(at / 2 * 2 + 1)), 2)}
        );
    }
    table.print();
    Table answers({"ms at half the rate", "p50", "p90", "p99", "highest"});
    for (const auto& [name, found] : {std::pair("webhooks", &times), std::pair("bare INSERT", &bare_times)}) {
        answers.row(
            {name,
             figure_text(percentile(*found, 0.5), 1),
             figure_text(percentile(*found, 0.9), 1),
             figure_text(percentile(*found, 0.99), 1),
             figure_text(percentile(*found, 1), 1)}
        );
    }
    answers.print();
    Report report("intake", count, arguments);
    report.figure("accepted_per_s", accepted);
    report.figure("ratio_raw_insert", ratio(contenders.at(0), contenders.at(1)));
    report.figure("ratio_raw_insert_few", ratio(contenders.at(2), contenders.at(3)));
    report.figure("p50_ms_half_load", percentile(times, 0.5));
    report.figure("p99_ms_half_load", percentile(times, 0.99));
    report.figure("p99_ms_bare_insert", percentile(bare_times, 0.99));
    report.figure("rss_2000_conn_mib", resident);
    report.finish();
}

}  // namespace

int main(int count, char** arguments) {
    try {
        measure(count, arguments);
    } catch (const std::exception& error) {
        std::cerr << "intake: " << error.what() << '\n';
        return 1;
    }
    return 0;
}
