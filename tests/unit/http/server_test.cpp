// The server over real sockets: what is answered, in which order.
#include "tests/unit/http/raw_client.hpp"
#include "tests/unit/http/running_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace navette::http {
namespace {

using test::RawClient;
using test::RunningServer;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string get(const std::string& target, const std::string& headers = "") {
    return "GET " + target + " HTTP/1.1\r\nHost: navette.test\r\n" + headers + "\r\n";
}

std::string post(const std::string& target, const std::string& body, const std::string& headers = "") {
    return "POST " + target +
           " HTTP/1.1\r\nHost: navette.test\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
           headers + "\r\n" + body;
}

TEST(Server, AnswersOneRequestAfterTheOtherOnOneConnection) {
    RunningServer server;
    RawClient client(server.port());
    for (int turn = 0; turn < 3; ++turn) {
        const auto reply = client.ask(post("/echo", "turn " + std::to_string(turn)));
        EXPECT_EQ(reply.status, 200);
        EXPECT_EQ(reply.body, "turn " + std::to_string(turn));
        EXPECT_FALSE(reply.has("Connection:"));
    }
    const auto last = client.ask(get("/hello", "Connection: close\r\n"));
    EXPECT_TRUE(last.has("Connection: close\r\n"));
    EXPECT_EQ(client.rest(), "");
}

TEST(Server, AnswersPipelinedRequestsInTheirOrder) {
    RunningServer server;
    RawClient client(server.port());
    std::string all;
    for (int turn = 0; turn < 200; ++turn) {
        all +=
            post("/echo", std::to_string(turn)) + (turn % 10 == 0 ? get("/nothing/here") : get("/stream/3"));
    }
    client.send(all);
    for (int turn = 0; turn < 200; ++turn) {
        ASSERT_EQ(client.reply().body, std::to_string(turn));
        const auto other = client.reply();
        ASSERT_EQ(other.status, turn % 10 == 0 ? 404 : 200);
        ASSERT_TRUE(other.complete);
    }
}

TEST(Server, ARequestThatWaitsDoesNotHoldUpOtherConnections) {
    RunningServer server;
    RawClient waiting(server.port());
    waiting.send(get("/gate") + get("/hello"));
    server.gate.entered.acquire();
    RawClient other(server.port());
    EXPECT_EQ(other.ask(get("/hello")).body, "hello");
    server.open_gate();
    EXPECT_EQ(waiting.reply().body, "through");
    EXPECT_EQ(waiting.reply().body, "hello");
}

TEST(Server, HeadTellsTheLengthAndSendsNoBody) {
    RunningServer server;
    RawClient client(server.port());
    client.send(
        "HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\nHEAD /stream/3 HTTP/1.1\r\nHost: a\r\n\r\n" + get("/hello")
    );
    EXPECT_TRUE(client.reply(true).has("Content-Length: 5\r\n"));
    EXPECT_TRUE(client.reply(true).has("Transfer-Encoding: chunked\r\n"));
    EXPECT_EQ(client.reply().body, "hello");
    EXPECT_EQ(server.parts_made->load(), 0);
}

TEST(Server, AsksForABodyThatTheClientHoldsBack) {
    RunningServer server;
    RawClient client(server.port());
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(client.reply().status, 100);
    EXPECT_EQ(client.ask("hello").body, "hello");
}

TEST(Server, DoesNotAskForABodyThatItWillNotTake) {
    config::ListenSettings settings;
    settings.body_limit = {10};
    RunningServer server(settings);
    for (const std::string target : {"/echo", "/nothing", "/private"}) {
        RawClient client(server.port());
        client.send(
            "POST " + target + " HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n"
        );
        EXPECT_EQ(client.reply().status, target == "/echo" ? 413 : target == "/nothing" ? 404 : 401);
        EXPECT_EQ(client.rest(), "");
    }
}

TEST(Server, TakesAChunkedBody) {
    RunningServer server;
    RawClient client(server.port());
    const auto reply = client.ask(
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n "
        "world\r\n0\r\n\r\n"
    );
    EXPECT_EQ(reply.body, "hello world");
    EXPECT_EQ(client.ask(get("/hello")).body, "hello");
}

TEST(Server, StreamsAnAnswerInChunks) {
    RunningServer server;
    RawClient client(server.port());
    const auto reply = client.ask(get("/stream/1000?size=1000"));
    EXPECT_TRUE(reply.complete);
    EXPECT_EQ(reply.body.size(), 1'000'000U);
    EXPECT_EQ(client.ask(get("/stream/0")).body, "");
    EXPECT_EQ(client.ask(get("/hello")).body, "hello");
}

TEST(Server, MakesNoMoreOfAnAnswerThanTheClientTakesIn) {
    RunningServer server;
    RawClient client(server.port());
    constexpr int kParts = 4'000;  // of 64 KiB: 256 MiB
    client.send(get("/stream/" + std::to_string(kParts) + "?size=65536"));
    while (client.received() < 8U << 20U && client.read_some()) {
    }
    // What the sockets' buffers hold is made ahead; that is some MiB.
    EXPECT_LT(server.parts_made->load(), kParts / 2);
}

TEST(Server, AnAnswerThatFailsHalfWayIsCutOff) {
    RunningServer server;
    RawClient client(server.port());
    client.send(get("/stream/2?fails=1"));
    const auto reply = client.reply();
    EXPECT_EQ(reply.status, 200);
    EXPECT_FALSE(reply.complete);
    EXPECT_TRUE(client.ended_by_reset());
}

TEST(Server, SaysWhatItLacksWithoutReadingTheBody) {
    RunningServer server;
    RawClient client(server.port());
    EXPECT_EQ(client.ask(get("/nothing")).status, 404);
    const auto wrong = client.ask("DELETE /hello HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(wrong.status, 405);
    EXPECT_TRUE(wrong.has("Allow: GET, HEAD\r\n"));
    EXPECT_TRUE(wrong.has("Content-Type: application/problem+json\r\n"));
}

TEST(Server, ARouteAsksForTheTokenThatItNeeds) {
    RunningServer server;
    RawClient client(server.port());
    const auto none = client.ask(get("/private"));
    EXPECT_EQ(none.status, 401);
    EXPECT_TRUE(none.has("WWW-Authenticate: Bearer\r\n"));
    EXPECT_EQ(client.ask(get("/private", "Authorization: Basic cmVhZGVyOg==\r\n")).status, 401);
    EXPECT_EQ(client.ask(get("/private", "Authorization: Bearer wrong\r\n")).status, 401);
    EXPECT_EQ(client.ask(get("/private", "Authorization: Bearer\r\n")).status, 401);
    EXPECT_EQ(client.ask(get("/private", "Authorization: bearer  reader\r\n")).status, 200);
    EXPECT_EQ(client.ask(get("/admin", "Authorization: Bearer reader\r\n")).status, 403);
    EXPECT_EQ(client.ask(get("/admin", "Authorization: Bearer admin\r\n")).status, 200);
    EXPECT_EQ(client.ask(post("/private", "x", "Authorization: Bearer reader\r\n")).status, 403);
}

TEST(Server, WhatAHandlerThrowsIsNotTold) {
    RunningServer server;
    RawClient client(server.port());
    const auto reply = client.ask(get("/fail"));
    EXPECT_EQ(reply.status, 500);
    EXPECT_THAT(reply.body, Not(HasSubstr("hunter2")));
    EXPECT_EQ(client.ask(get("/hello")).body, "hello");
}

TEST(Server, ABodyOfAMebibyteFitsAndOneMoreDoesNot) {
    RunningServer server;
    RawClient client(server.port());
    const std::string body(1U << 20U, 'b');
    EXPECT_EQ(client.ask(post("/echo", body)).body, body);
    // Refused by its header: the server neither waits for it nor resets the answer away.
    RawClient other(server.port());
    EXPECT_EQ(other.ask(post("/echo", body + "!")).status, 413);
    EXPECT_EQ(other.rest(), "");
}

TEST(Server, AWebhookOfAPlatformComesFromItsNetworksOnly) {
    config::ListenSettings settings;
    settings.webhook_allow = {{"stripe", {"192.0.2.0/24"}}};
    settings.trusted_proxies = {"127.0.0.0/8"};
    RunningServer server(settings);
    const auto from = [&](const std::string& platform, const std::string& client) {
        RawClient raw(server.port());
        return raw.ask(post("/webhooks/integrations/" + platform, "x", "X-Forwarded-For: " + client + "\r\n")
        );
    };
    EXPECT_EQ(from("stripe", "198.51.100.1").status, 403);
    EXPECT_EQ(from("stripe", "192.0.2.9").status, 200);
    EXPECT_EQ(from("shopify", "198.51.100.1").status, 200);
    EXPECT_EQ(from("%73tripe", "198.51.100.1").status, 403);
    EXPECT_TRUE(from("shopify", "198.51.100.1").has("X-Client: 198.51.100.1\r\n"));
}

TEST(Server, LetsRequestsInProgressFinishBeforeItEnds) {
    RunningServer server;
    RawClient idle(server.port());
    EXPECT_EQ(idle.ask(get("/hello")).status, 200);
    RawClient working(server.port());
    working.send(get("/gate"));
    server.gate.entered.acquire();
    auto drained = server.drain(std::chrono::seconds(20));
    EXPECT_EQ(idle.rest(), "");
    EXPECT_FALSE(RawClient(server.port()).connected());
    server.open_gate();
    const auto reply = working.reply();
    EXPECT_EQ(reply.body, "through");
    EXPECT_TRUE(reply.has("Connection: close\r\n"));
    working.close();
    drained.get();
    EXPECT_EQ(server.connections(), 0U);
}

TEST(Server, CutsOffWhatOutlastsTheDrain) {
    RunningServer server;
    RawClient slow(server.port());
    slow.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nthe rest never comes");
    RawClient probe(server.port());
    EXPECT_EQ(probe.ask(get("/hello")).status, 200);
    server.drain(std::chrono::milliseconds(50)).get();
    EXPECT_EQ(slow.rest(), "");
    EXPECT_EQ(server.connections(), 0U);
}

}  // namespace
}  // namespace navette::http
