// The HTTP listener of the real navetted: health, metrics, certificate, sockets of systemd.
#include "tests/standin/blocking_client.hpp"
#include "tests/support/daemon_site.hpp"
#include "tests/support/free_port.hpp"
#include "tests/support/private_cluster.hpp"
#include "tests/unit/http/raw_client.hpp"
#include "tests/unit/http/self_signed.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace navette::test {
namespace {

using http::test::CertificateFolder;
using http::test::RawClient;
using standin::BlockingClient;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const std::string kHealth = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";

SiteWishes listening(std::uint16_t port, const std::string& more = "") {
    SiteWishes wishes;
    wishes.integrate = false;
    wishes.more_settings = "listen: {port: " + std::to_string(port) + more + "}\n";
    return wishes;
}

/// Asks at growing intervals until the status is the wanted one; returns the last answer.
standin::Reply await_status(
    std::uint16_t port, const std::string& path, unsigned status, const std::string& holding = ""
) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    // The daemon writes a line for each question into a pipe that nobody reads meanwhile.
    for (auto pause = std::chrono::milliseconds(10);;
         pause = std::min(pause * 2, std::chrono::milliseconds(500))) {
        BlockingClient client(port);
        auto reply = client.send("GET", path);
        const bool wanted = reply.status == status && reply.body.contains(holding);
        if (wanted || std::chrono::steady_clock::now() > until) {
            return reply;
        }
        std::this_thread::sleep_for(pause);
    }
}

TEST(Listener, IsOffUntilAPortIsNamed) {
    SiteWishes wishes;
    wishes.integrate = false;
    DaemonSite site(wishes);
    site.start_daemon();
    EXPECT_THAT(site.daemon().output(), Not(HasSubstr("listening")));
    EXPECT_EQ(site.stop_daemon(), 0);
}

TEST(Listener, TellsThatItIsHealthyAndReadyAndWhatItCounts) {
    const auto port = free_port();
    DaemonSite site(listening(port));
    site.start_daemon();
    BlockingClient client(port);
    EXPECT_EQ(client.send("GET", "/healthz").status, 200U);
    EXPECT_EQ(boost::json::serialize(await_status(port, "/readyz", 200).json().at("reasons")), "[]");
    EXPECT_EQ(await_status(port, "/api/ready", 200).status, 200U);
    EXPECT_EQ(client.send("GET", "/api/v1/integrations").status, 401U);
    const auto metrics = client.send("GET", "/metrics");
    EXPECT_THAT(metrics.content_type, HasSubstr("text/plain; version=0.0.4"));
    EXPECT_THAT(
        metrics.body,
        AllOf(
            HasSubstr(R"(navette_http_requests_total{method="GET",route="/healthz",status="2xx"} 1)"),
            HasSubstr(R"(navette_http_refused_total{reason="no_token"} 1)"),
            HasSubstr("navette_http_connections 1"),
            HasSubstr("\nnavette_integrations_owned "),
            HasSubstr("\nnavette_database_up 1\n")
        )
    );
    EXPECT_EQ(site.stop_daemon(), 0);
    EXPECT_EQ(client.send("GET", "/healthz").status, 0U);
}

TEST(Listener, IsNotReadyWhilePostgreSqlIsAway) {
    PrivateCluster cluster;
    const auto port = free_port();
    DaemonSite site(listening(port));
    site.start_daemon();
    EXPECT_EQ(await_status(port, "/readyz", 200).status, 200U);
    cluster.kill_primary();
    const auto away = await_status(port, "/readyz", 503);
    EXPECT_EQ(away.status, 503U);
    EXPECT_THAT(away.body, HasSubstr("database: PostgreSQL cannot be reached"));
    EXPECT_EQ(BlockingClient(port).send("GET", "/healthz").status, 200U);
    const std::string down = "\nnavette_database_up 0\n";
    EXPECT_THAT(await_status(port, "/metrics", 200, down).body, HasSubstr(down));
    cluster.restart();
    EXPECT_EQ(await_status(port, "/readyz", 200).status, 200U);
    const std::string up = "\nnavette_database_up 1\n";
    EXPECT_THAT(await_status(port, "/metrics", 200, up).body, HasSubstr(up));
    EXPECT_EQ(site.stop_daemon(), 0);
}

TEST(Listener, IsNotReadyWhilePostgreSqlTakesNoWrites) {
    const auto port = free_port();
    DaemonSite site(listening(port));
    site.start_daemon();
    EXPECT_EQ(await_status(port, "/readyz", 200).status, 200U);
    auto& database = site.database();
    const auto name = database.value("SELECT current_database()");
    const std::string disconnect =
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() "
        "AND pid <> pg_backend_pid()";
    database.set_default("default_transaction_read_only = on");
    database.exec(disconnect);
    EXPECT_THAT(
        await_status(port, "/readyz", 503, "takes no writes").body,
        HasSubstr("database: PostgreSQL takes no writes")
    );
    database.exec(
        "SET TRANSACTION READ WRITE; ALTER DATABASE " + name + " RESET default_transaction_read_only"
    );
    database.exec(disconnect);
    EXPECT_EQ(await_status(port, "/readyz", 200).status, 200U);
    EXPECT_EQ(site.stop_daemon(), 0);
}

TEST(Listener, IsNotReadyWhileAMigrationIsMissing) {
    const auto port = free_port();
    DaemonSite site(listening(port));
    site.start_daemon();
    EXPECT_EQ(await_status(port, "/api/ready", 200).status, 200U);
    site.database().exec("DELETE FROM navette.schema_migrations WHERE version = 5");
    EXPECT_THAT(
        await_status(port, "/api/ready", 503).body,
        HasSubstr("the schema lacks version 5; run: navettectl db migrate")
    );
}

TEST(Listener, APortThatIsTakenIsToldInASentence) {
    const auto port = free_port();
    DaemonSite site(listening(port));
    site.start_daemon();
    std::ifstream in(site.config());
    std::string yaml((std::istreambuf_iterator<char>(in)), {});
    yaml.replace(yaml.find("name: test"), 10, "name: other");
    site.write("other.yaml", yaml);
    const auto refused = run(
        {std::string(NAVETTE_BINARY_DIR) + "/bin/navetted",
         "--config",
         (site.folder() / "other.yaml").string()}
    );
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_THAT(
        refused.output,
        HasSubstr(
            "cannot listen on 127.0.0.1 port " + std::to_string(port) + ": another program listens there"
        )
    );
}

TEST(Listener, ASecretInAnAddressIsNotLogged) {
    const auto port = free_port();
    DaemonSite site(listening(port));
    site.start_daemon();
    BlockingClient client(port);
    client.send("GET", "/healthz?token=planted-secret-1");
    client.send("POST", "/webhooks/integrations/dolibarr/int_none/planted-secret-2", "{}");
    client.send("POST", "/webhooks/integration/dolibarr/planted-secret-3", "{}");
    EXPECT_EQ(site.stop_daemon(), 0);
    EXPECT_THAT(site.daemon().output(), HasSubstr("/healthz?token=***"));
    EXPECT_THAT(site.daemon().output(), Not(HasSubstr("planted-secret")));
}

TEST(Listener, HupTakesANewCertificateAndKeepsTheOldOneInsteadOfABadOne) {
    const CertificateFolder folder;
    folder.issue(1);
    const auto port = free_port();
    DaemonSite site(listening(
        port, ", tls_certificate: " + folder.certificate().string() + ", tls_key: " + folder.key().string()
    ));
    site.start_daemon();
    const auto serial_of = [](const RawClient& client) {
        X509* const certificate = SSL_get1_peer_certificate(client.tls());
        const long serial = ASN1_INTEGER_get(X509_get_serialNumber(certificate));
        X509_free(certificate);
        return serial;
    };
    RawClient first(port, RawClient::Over::tls);
    EXPECT_EQ(serial_of(first), 1);
    folder.issue(2);
    site.daemon().signal(SIGHUP);
    site.daemon().await_line("the configuration was read again");
    RawClient second(port, RawClient::Over::tls);
    EXPECT_EQ(serial_of(second), 2);
    std::ofstream(folder.certificate()) << "no certificate\n";
    site.daemon().signal(SIGHUP);
    EXPECT_THAT(
        site.daemon().await_line("listen.tls_certificate"),
        HasSubstr("the certificate that was in use stays in use")
    );
    RawClient third(port, RawClient::Over::tls);
    EXPECT_EQ(serial_of(third), 2);
    for (auto* client : {&first, &second, &third}) {
        EXPECT_EQ(client->ask(kHealth).status, 200);
    }
    EXPECT_EQ(site.stop_daemon(), 0);
}

TEST(Listener, ABadCertificateAtTheStartEndsItWithASentence) {
    SiteWishes wishes =
        listening(free_port(), ", tls_certificate: /nonexistent.pem, tls_key: /nonexistent.key");
    DaemonSite site(wishes);
    const auto refused =
        run({std::string(NAVETTE_BINARY_DIR) + "/bin/navetted", "--config", site.config().string()});
    EXPECT_EQ(refused.exit_code, 78);
    EXPECT_THAT(refused.output, HasSubstr("listen.tls_certificate: /nonexistent.pem"));
}

/// A listening socket as systemd keeps it while the service comes and goes.
class KeptSocket {
  public:
    KeptSocket() : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        if (bind(socket_, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(socket_, 100) != 0 ||
            getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
            throw std::runtime_error("no listening socket");
        }
        port_ = ntohs(address.sin_port);
    }
    ~KeptSocket() { close(socket_); }
    KeptSocket(const KeptSocket&) = delete;
    KeptSocket& operator=(const KeptSocket&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }

    /// A shell that becomes navetted, with the socket as its third descriptor (sd_listen_fds(3)).
    [[nodiscard]] std::vector<std::string> navetted(const std::filesystem::path& config) const {
        return {
            "bash",
            "-c",
            "exec 3<&" + std::to_string(socket_) + "; LISTEN_PID=$$ LISTEN_FDS=1 exec " + NAVETTE_BINARY_DIR +
                "/bin/navetted --config " + config.string()
        };
    }

  private:
    int socket_;
    std::uint16_t port_ = 0;
};

TEST(Listener, ASocketOfSystemdOutlivesARestartAndRefusesNobody) {
    const KeptSocket kept;
    SiteWishes wishes;
    wishes.integrate = false;
    DaemonSite site(wishes);
    Process first(kept.navetted(site.config()));
    first.await_line("ready");
    EXPECT_EQ(RawClient(kept.port()).ask(kHealth).status, 200);
    first.signal(SIGTERM);
    EXPECT_EQ(first.wait(), 0);
    // Nobody is there, and the client is connected all the same.
    RawClient between(kept.port());
    ASSERT_TRUE(between.connected());
    EXPECT_TRUE(between.send(kHealth));
    Process second(kept.navetted(site.config()));
    second.await_line("ready");
    EXPECT_EQ(between.reply().status, 200);
    between.close();
    second.signal(SIGTERM);
    EXPECT_EQ(second.wait(), 0);
}

}  // namespace
}  // namespace navette::test
