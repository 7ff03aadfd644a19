// What systemd is told, over a real notification socket.
#include "tests/support/daemon_site.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <chrono>

namespace navette::test {
namespace {

/// The socket that systemd would give to the service.
class NotifySocket {
  public:
    explicit NotifySocket(std::string path)
        : path_(std::move(path)), socket_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path_.copy(static_cast<char*>(address.sun_path), sizeof(address.sun_path) - 1);
        if (bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
            throw std::runtime_error("cannot bind " + path_);
        }
    }
    ~NotifySocket() { close(socket_); }
    NotifySocket(const NotifySocket&) = delete;
    NotifySocket& operator=(const NotifySocket&) = delete;

    [[nodiscard]] const std::string& path() const { return path_; }

    /// Reads messages until one holds the text; false after ten seconds.
    bool await(const std::string& text) const {
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        while (std::chrono::steady_clock::now() < until) {
            pollfd waiting{socket_, POLLIN, 0};
            if (poll(&waiting, 1, 200) <= 0) {
                continue;
            }
            std::array<char, 4096> buffer{};
            const auto size = recv(socket_, buffer.data(), buffer.size(), 0);
            if (size > 0 &&
                std::string(buffer.data(), static_cast<std::size_t>(size)).find(text) != std::string::npos) {
                return true;
            }
        }
        return false;
    }

  private:
    std::string path_;
    int socket_;
};

TEST(Notify, SystemdHearsOfReadinessTheWatchdogAReloadAndTheStop) {
    SiteWishes wishes;
    wishes.integrate = false;
    DaemonSite site(wishes);
    const NotifySocket systemd((site.folder() / "notify").string());
    Process daemon(
        {std::string(NAVETTE_BINARY_DIR) + "/bin/navetted", "--config", site.config().string()},
        {{"NOTIFY_SOCKET", systemd.path()}, {"WATCHDOG_USEC", "300000"}}
    );
    EXPECT_TRUE(systemd.await("READY=1"));
    EXPECT_TRUE(systemd.await("WATCHDOG=1"));
    EXPECT_TRUE(systemd.await("STATUS="));
    daemon.signal(SIGHUP);
    EXPECT_TRUE(systemd.await("RELOADING=1\nMONOTONIC_USEC="));
    EXPECT_TRUE(systemd.await("READY=1"));
    daemon.signal(SIGTERM);
    EXPECT_TRUE(systemd.await("STOPPING=1"));
    EXPECT_EQ(daemon.wait(), 0);
}

}  // namespace
}  // namespace navette::test
