// The metrics that navetted writes for node_exporter.
#include "tests/support/daemon_site.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <fstream>
#include <iterator>

namespace navette::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

/// A file that another process replaces now and then.
class WatchedFile {
  public:
    explicit WatchedFile(fs::path file) : file_(std::move(file)), inotify_(inotify_init1(IN_CLOEXEC)) {
        inotify_add_watch(inotify_, file_.parent_path().c_str(), IN_MOVED_TO);
    }
    ~WatchedFile() { close(inotify_); }
    WatchedFile(const WatchedFile&) = delete;
    WatchedFile& operator=(const WatchedFile&) = delete;

    /// Waits until the file holds `text`; returns what it held last, after 20 seconds at the latest.
    [[nodiscard]] std::string await(const std::string& text) const {
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (true) {
            std::ifstream stream(file_);
            const std::string held((std::istreambuf_iterator<char>(stream)), {});
            if (held.find(text) != std::string::npos || std::chrono::steady_clock::now() > until) {
                return held;
            }
            pollfd waiting{inotify_, POLLIN, 0};
            std::array<char, 4096> events{};
            if (poll(&waiting, 1, 1'000) > 0 && read(inotify_, events.data(), events.size()) < 0) {
                return held;
            }
        }
    }

  private:
    fs::path file_;
    int inotify_;
};

TEST(Metrics, AreWrittenWholeAndReadableByEverybody) {
    SiteWishes wishes;
    const auto file = fs::temp_directory_path() / ("navette-metrics-" + std::to_string(getpid()) + ".prom");
    wishes.more_settings = "metrics: {file: " + file.string() + ", every: 1s, depth_every: 1s}\n";
    DaemonSite site(wishes);
    const WatchedFile metrics(file);
    site.database().exec(
        "INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id, "
        "status) "
        "VALUES ('lumira', '" +
        site.integration() + "', 'customer.created', 'customer', '1', 'failed')"
    );
    site.start_daemon();
    EXPECT_THAT(
        metrics.await(R"(navette_queue_jobs{platform="dolibarr",state="failed"} 1)"),
        HasSubstr(R"(navette_queue_jobs{platform="dolibarr",state="failed"} 1)")
    );
    EXPECT_THAT(
        metrics.await("navette_database_round_trip_seconds_count"),
        HasSubstr("# TYPE navette_database_round_trip_seconds histogram")
    );
    EXPECT_EQ(fs::status(file).permissions(), fs::perms(0644));
    EXPECT_FALSE(fs::exists(file.string() + ".new"));
    EXPECT_EQ(site.stop_daemon(), 0);
    fs::remove(file);
}

TEST(Metrics, AFolderThatDoesNotExistIsToldAndStopsNothing) {
    SiteWishes wishes;
    wishes.more_settings = "metrics: {file: /nonexistent/navette.prom, every: 1s}\n";
    DaemonSite site(wishes);
    site.start_daemon();
    EXPECT_THAT(
        site.daemon().await_line("the metrics are not written"),
        HasSubstr("cannot write /nonexistent/navette.prom: No such file or directory")
    );
    EXPECT_EQ(site.stop_daemon(), 0);
}

}  // namespace
}  // namespace navette::test
