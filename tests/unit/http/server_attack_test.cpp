// What hostile and broken clients do to the server over real sockets, and that others do not notice.
#include "daemon/http/listening_sockets.hpp"
#include "tests/unit/http/raw_client.hpp"
#include "tests/unit/http/running_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <list>

namespace navette::http {
namespace {

using namespace std::chrono_literals;
using test::RawClient;
using test::RunningServer;
using testing::HasSubstr;
using testing::Not;

const std::string kHello = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";

config::ListenSettings hurried() {
    config::ListenSettings settings;
    settings.header_timeout = 150ms;
    settings.body_timeout = 150ms;
    settings.idle_timeout = 150ms;
    return settings;
}

TEST(ServerAttack, ASmuggledRequestIsNeverAnswered) {
    RunningServer server;
    const std::string smuggled = "GET /admin HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer admin\r\n\r\n";
    const std::string begin = "POST /echo HTTP/1.1\r\nHost: a\r\n";
    for (const auto& attack :
         {begin + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled,
          begin + "Transfer-Encoding: chunked\r\nContent-Length: 200\r\n\r\n0\r\n\r\n" + smuggled,
          begin + "Content-Length: 0\r\nContent-Length: 200\r\n\r\n" + smuggled,
          begin + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + smuggled,
          begin + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + smuggled,
          begin + "X: a\n\n" + smuggled,
          begin + "X: a\r\n Content-Length: 3\r\n\r\n" + smuggled,
          begin + "Transfer-Encoding: chunked\r\n\r\n0\n\n" + smuggled}) {
        RawClient client(server.port());
        const auto reply = client.ask(attack);
        EXPECT_TRUE(reply.status == 400 || reply.status == 501) << attack << reply.status;
        EXPECT_TRUE(reply.has("Connection: close\r\n"));
        EXPECT_EQ(client.rest(), "") << attack;
    }
    EXPECT_EQ(RawClient(server.port()).ask(kHello).body, "hello");
}

TEST(ServerAttack, ARefusedBodyIsNotTakenForTheNextRequest) {
    RunningServer server;
    RawClient client(server.port());
    const auto reply = client.ask(
        "POST /private HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(kHello.size()) + "\r\n\r\n" +
        kHello
    );
    EXPECT_EQ(reply.status, 401);
    EXPECT_EQ(client.rest(), "");
}

TEST(ServerAttack, AHeaderThatDripsInIsEndedByTheClockHoweverOftenItDrips) {
    RunningServer server(hurried());
    RawClient client(server.port());
    // Without the absolute limit this would go on until the header's limit is reached, half an hour later.
    std::thread dripping([&] {
        while (client.send("X")) {
            std::this_thread::sleep_for(20ms);
        }
    });
    EXPECT_EQ(client.reply().status, 408);
    EXPECT_EQ(client.rest(), "");
    client.finish_sending();
    dripping.join();
}

TEST(ServerAttack, ABodyThatDoesNotComeIsNotWaitedFor) {
    RunningServer server(hurried());
    RawClient client(server.port());
    const auto reply = client.ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
    EXPECT_EQ(reply.status, 408);
    EXPECT_EQ(client.rest(), "");
}

TEST(ServerAttack, AnIdleConnectionIsClosedWithoutAWord) {
    RunningServer server(hurried());
    RawClient silent(server.port());
    RawClient served(server.port());
    EXPECT_EQ(served.ask(kHello).status, 200);
    EXPECT_EQ(silent.rest(), "");
    EXPECT_EQ(served.rest(), "");
}

TEST(ServerAttack, AClientThatDoesNotReadItsAnswerIsCutOff) {
    auto settings = hurried();
    settings.idle_timeout = 60'000ms;
    RunningServer server(settings);
    RawClient client(server.port());
    client.send("GET /stream/100000?size=65536 HTTP/1.1\r\nHost: a\r\n\r\n");
    RawClient probe(server.port());
    while (server.parts_made->load() == 0) {
        ASSERT_EQ(probe.ask(kHello).status, 200);
    }
    const auto until = std::chrono::steady_clock::now() + 20s;
    while (server.connections() > 1 && std::chrono::steady_clock::now() < until) {
        ASSERT_EQ(probe.ask(kHello).status, 200);
    }
    EXPECT_EQ(server.connections(), 1U);
}

TEST(ServerAttack, ATruncatedRequestHarmsNobody) {
    RunningServer server;
    for (const std::string part :
         {"",
          "G",
          "GET /hello HTTP/1.1\r\n",
          "GET /hello HTTP/1.1\r\nHost: a\r\n",
          "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab",
          "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"}) {
        RawClient client(server.port());
        client.send(part);
        client.finish_sending();
        EXPECT_EQ(client.rest(), "") << part;
    }
    EXPECT_EQ(RawClient(server.port()).ask(kHello).body, "hello");
}

TEST(ServerAttack, AnOversizedHeaderIsRefusedAndAPlainOneIsNot) {
    RunningServer server;
    const auto with = [&](std::size_t size) {
        RawClient client(server.port());
        return client.ask("GET /hello HTTP/1.1\r\nHost: a\r\nX: " + std::string(size, 'x') + "\r\n\r\n")
            .status;
    };
    EXPECT_EQ(with(16'000), 200);
    EXPECT_EQ(with(16'400), 431);
    EXPECT_EQ(with(5'000'000), 431);
}

TEST(ServerAttack, NothingOfARequestComesBackAsAHeader) {
    RunningServer server;
    RawClient client(server.port());
    const auto reply =
        client.ask("GET /inject?say=a%0d%0aSet-Cookie:%20evil=1%0d%0a%0d%0a<b> HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(reply.body, "safe");
    EXPECT_THAT(reply.head, Not(HasSubstr("\r\nSet-Cookie")));
}

TEST(ServerAttack, TraversalFindsNothing) {
    RunningServer server;
    RawClient client(server.port());
    for (const std::string path :
         {"/../hello",
          "/webhooks/../hello",
          "/%2e%2e/hello",
          "/hello/..",
          "/hello%2f..",
          "/./hello",
          "//hello",
          "/hello%00"}) {
        EXPECT_EQ(client.ask("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n").status, 404) << path;
    }
    EXPECT_EQ(client.ask(kHello).status, 200);
}

TEST(ServerAttack, MoreConnectionsThanThereMayBeAreTurnedAway) {
    config::ListenSettings settings;
    settings.max_connections = 3;
    RunningServer server(settings);
    std::list<RawClient> clients;
    for (int n = 0; n < 3; ++n) {
        EXPECT_EQ(clients.emplace_back(server.port()).ask(kHello).status, 200);
    }
    EXPECT_THAT(RawClient(server.port()).rest(), HasSubstr("503 Service Unavailable"));
    EXPECT_EQ(clients.front().ask(kHello).status, 200);
    // A place that was left can be taken again.
    clients.front().finish_sending();
    EXPECT_EQ(clients.front().rest(), "");
    while (server.connections() > 2) {
    }
    EXPECT_EQ(RawClient(server.port()).ask(kHello).status, 200);
}

TEST(ServerAttack, OneAddressHasItsShareOfTheConnectionsUnlessItIsAProxy) {
    config::ListenSettings settings;
    settings.max_connections_per_address = 2;
    {
        RunningServer server(settings);
        RawClient first(server.port());
        RawClient second(server.port());
        EXPECT_EQ(first.ask(kHello).status, 200);
        EXPECT_EQ(second.ask(kHello).status, 200);
        EXPECT_THAT(RawClient(server.port()).rest(), HasSubstr("503 Service Unavailable"));
    }
    settings.trusted_proxies = {"127.0.0.1/32"};
    RunningServer server(settings);
    std::list<RawClient> clients;
    for (int n = 0; n < 5; ++n) {
        EXPECT_EQ(clients.emplace_back(server.port()).ask(kHello).status, 200);
    }
}

TEST(ServerAttack, MoreRequestsAtOnceThanThereMayBeAreToldToComeAgain) {
    config::ListenSettings settings;
    settings.max_requests = 2;
    RunningServer server(settings);
    const std::string gate = "GET /gate HTTP/1.1\r\nHost: a\r\n\r\n";
    RawClient one(server.port());
    RawClient two(server.port());
    one.send(gate);
    two.send(gate);
    server.gate.entered.acquire();
    server.gate.entered.acquire();
    RawClient third(server.port());
    const auto refused = third.ask(kHello);
    EXPECT_EQ(refused.status, 503);
    EXPECT_TRUE(refused.has("Retry-After: 1\r\n"));
    server.open_gate();
    EXPECT_EQ(one.reply().body, "through");
    EXPECT_EQ(two.reply().body, "through");
    EXPECT_EQ(third.ask(kHello).status, 200);
}

TEST(ServerAttack, BodiesThatAreNeverFinishedDoNotEatTheMemory) {
    config::ListenSettings settings;
    settings.body_limit = config::mebibytes(1);
    settings.body_memory = config::mebibytes(4);
    RunningServer server(settings);
    std::list<RawClient> clients;
    const std::string part =
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n" + std::string(900'000, 'b');
    for (int n = 0; n < 8; ++n) {
        clients.emplace_back(server.port()).send(part);
    }
    // Four of them fit into the memory; the others are refused before they are complete, and closed.
    const auto until = std::chrono::steady_clock::now() + 20s;
    RawClient probe(server.port());
    ASSERT_EQ(probe.ask(kHello).status, 200);  // accepted, and so are those before it
    while (server.connections() > 5 && std::chrono::steady_clock::now() < until) {
        ASSERT_EQ(probe.ask(kHello).status, 200);
    }
    int refused = 0;
    int answered = 0;
    for (auto& client : clients) {
        const auto reply = client.ask(std::string(100'000, 'b'));
        refused += reply.status == 503 ? 1 : 0;
        answered += reply.status == 200 ? 1 : 0;
    }
    EXPECT_EQ(refused, 4);
    EXPECT_EQ(answered, 4);
    EXPECT_EQ(probe.ask(kHello).status, 200);
}

long resident_kib() {
    std::ifstream status("/proc/self/statm");
    long size = 0;
    long resident = 0;
    status >> size >> resident;
    return resident * (sysconf(_SC_PAGESIZE) / 1'024);
}

TEST(ServerAttack, AThousandIdleConnectionsCostLittleMemory) {
    constexpr int kMany = 1'000;
    allow_descriptors(2 * kMany);
    config::ListenSettings settings;
    settings.max_connections_per_address = kMany;
    RunningServer server(settings);
    std::list<RawClient> clients;
    clients.emplace_back(server.port()).ask(kHello);
    const auto before = resident_kib();
    while (clients.size() < static_cast<std::size_t>(kMany)) {
        ASSERT_EQ(clients.emplace_back(server.port()).ask(kHello).status, 200) << clients.size();
    }
    EXPECT_EQ(server.connections(), static_cast<std::size_t>(kMany));
#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)
    // 128 MiB for 2,000 of them are promised, with everything else that the daemon needs.
    EXPECT_LT(resident_kib() - before, 16 * kMany);
#endif
    for (auto& client : clients) {
        ASSERT_EQ(client.ask(kHello).status, 200);
    }
}

}  // namespace
}  // namespace navette::http
