// How an exchange that fails is told: can the server have seen the request?
#include "daemon/outbound/http_client.hpp"
#include "http_client_fixture.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace navette::outbound {
namespace {

using test::always;
using test::answer;
using test::expect_failure;
using test::LoopbackServer;
using test::Peer;
using Kind = sdk::TransportFailure::Kind;
namespace asio = boost::asio;
using std::chrono_literals::operator""ms;

class HttpClientFailure : public test::HttpClientFixture {};

asio::awaitable<void> keep_silent(Peer& peer) {
    co_await peer.read();
    co_await peer.wait_for_close();
}

asio::awaitable<void> begin_and_stall(Peer& peer) {
    co_await peer.read();
    co_await peer.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
    co_await peer.wait_for_close();
}

asio::awaitable<void> stall_before_the_last_byte(Peer& peer) {
    co_await peer.read();
    co_await peer.write("HTTP/1.1 200 OK\r\nContent-Length: 80001\r\n\r\n" + std::string(80'000, 'x'));
    co_await peer.wait_for_close();
}

asio::awaitable<void> begin_and_reset(Peer& peer) {
    co_await peer.read();
    co_await peer.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
    peer.reset();
}

asio::awaitable<void> begin_and_close(Peer& peer) {
    co_await peer.read();
    co_await peer.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
}

asio::awaitable<void> close_without_answer(Peer& peer) {
    co_await peer.read();
}

asio::awaitable<void> never_shake_hands(Peer& peer) {
    co_await peer.wait_for_close();
}

asio::awaitable<void> answer_tls_with_text(Peer& peer) {
    co_await peer.write("HTTP/1.1 400 Bad Request\r\n\r\n");
    co_await peer.wait_for_close();
}

TEST_F(HttpClientFailure, IsNotSentWhereTheConnectionIsRefused) {
    LoopbackServer server(io, always(""));
    server.stop_listening();
    const auto result = send(post(server.url("/path?token=s3cret", "user:s3cret@127.0.0.1")));
    expect_failure(result, Kind::not_sent, "127.0.0.1:");
    EXPECT_EQ(result.error().message.find("s3cret"), std::string::npos) << result.error().message;
    EXPECT_EQ(result.error().message.find("/path"), std::string::npos) << result.error().message;
}

TEST_F(HttpClientFailure, IsNotSentWhereTheNameDoesNotResolve) {
    expect_failure(send(post("http://does-not-exist.invalid/")), Kind::not_sent, "does-not-exist.invalid");
}

TEST_F(HttpClientFailure, IsNotSentWhereTheHandshakeTimesOut) {
    LoopbackServer server(io, never_shake_hands);
    auto wire = post(server.url("/", "127.0.0.1", "https"));
    wire.connect_timeout = 100ms;
    expect_failure(send(wire), Kind::not_sent, "Timeout was reached");
    wire.connect_timeout = 10'000ms;
    wire.timeout = 100ms;
    expect_failure(send(wire), Kind::not_sent, "Timeout was reached");
}

TEST_F(HttpClientFailure, IsNotSentWhereTheServerDoesNotSpeakTls) {
    LoopbackServer server(io, answer_tls_with_text);
    expect_failure(send(post(server.url("/", "127.0.0.1", "https"))), Kind::not_sent, "SSL");
}

TEST_F(HttpClientFailure, IsCutOffWhereNoAnswerComesInTime) {
    for (const auto& session : {keep_silent, begin_and_stall}) {
        LoopbackServer server(io, session);
        auto wire = post(server.url("/"));
        wire.timeout = 100ms;
        expect_failure(send(std::move(wire)), Kind::cut_off, "Timeout was reached");
        EXPECT_EQ(server.received().size(), 1U);
    }
}

TEST_F(HttpClientFailure, IsCutOffWhereTheAnswerBreaksOff) {
    for (const auto& session : {begin_and_reset, begin_and_close, close_without_answer}) {
        LoopbackServer server(io, session);
        expect_failure(send(post(server.url("/"))), Kind::cut_off, "127.0.0.1:");
        EXPECT_EQ(server.received().size(), 1U);
    }
}

TEST_F(HttpClientFailure, IsCutOffWhereTheAnswerIsNotHttp) {
    LoopbackServer server(io, always("220 mail.example.com ESMTP\r\n"));
    expect_failure(send(post(server.url("/"))), Kind::cut_off);
}

TEST_F(HttpClientFailure, IsCutOffWhereTheBodyIsTooLarge) {
    LoopbackServer server(io, always(answer(200, std::string(1001, 'x'))));
    auto wire = get(server.url("/"));
    wire.max_response_bytes = 1000;
    expect_failure(send(wire), Kind::cut_off, "larger than the limit of 1000 bytes");
    wire.max_response_bytes = 1001;
    EXPECT_TRUE(send(wire));
}

TEST_F(HttpClientFailure, IsCutOffWhereOtherLargeAnswersTakeTheMemory) {
    client = std::make_unique<HttpClient>(
        io.get_executor(), loopback_allowed(), core::MemoryShares::Limits{200'000, 1'000, 200'000}
    );
    LoopbackServer stalling(io, stall_before_the_last_byte);
    LoopbackServer large(io, always(answer(200, std::string(70'000, 'x'))));
    LoopbackServer small(io, always(answer(200, std::string(900, 'x'))));
    EXPECT_TRUE(send(get(large.url("/"))));
    const auto stalled = begin(get(stalling.url("/")));
    auto result = send(get(large.url("/")));
    for (int until_it_is_here = 0; result && until_it_is_here < 1'000; ++until_it_is_here) {
        result = send(get(large.url("/")));
    }
    expect_failure(result, Kind::cut_off, "other large answers take the memory");
    EXPECT_TRUE(send(get(small.url("/")))) << "it finds room in any case";
    EXPECT_FALSE(*stalled) << "who came first goes on";
    client->cancel_all();
    EXPECT_TRUE(send(get(large.url("/")))) << "what it held is free again";
}

TEST_F(HttpClientFailure, IsCutOffWhereTheHeadersNeverEnd) {
    std::string endless = "HTTP/1.1 200 OK\r\n";
    for (int i = 0; i < 300; ++i) {
        endless += "X-" + std::to_string(i) + ": " + std::string(1000, 'x') + "\r\n";
    }
    LoopbackServer server(io, always(endless));
    expect_failure(send(get(server.url("/"))), Kind::cut_off);
}

// A connection that was kept alive and dies under the next request: libcurl by itself would send it once
// more.
class KeptAliveConnection : public HttpClientFailure, public testing::WithParamInterface<bool> {
  protected:
    // Answers a connection's first request; takes the second one in and drops it. Later connections are
    // answered.
    asio::awaitable<void> serve(Peer& peer) {
        if (first_) {
            first_ = false;
            co_await peer.read();
            co_await peer.write(answer(200, "first"));
            co_await peer.read();
            if (GetParam()) {
                peer.reset();
            }
            co_return;
        }
        while (co_await peer.read()) {
            co_await peer.write(answer(200, "again"));
        }
    }

    bool first_ = true;
    LoopbackServer server_{io, [this](Peer& peer) { return serve(peer); }};
};

INSTANTIATE_TEST_SUITE_P(EndAndReset, KeptAliveConnection, testing::Bool());

TEST_P(KeptAliveConnection, NeverMakesARequestWithAnEffectArriveTwice) {
    for (const auto method : {sdk::Method::post, sdk::Method::put, sdk::Method::patch, sdk::Method::remove}) {
        first_ = true;
        const auto before = server_.received().size();
        client = std::make_unique<HttpClient>(io.get_executor(), loopback_allowed());
        ASSERT_TRUE(send(get(server_.url("/"))));
        expect_failure(send(request(method, server_.url("/"), "{}")), Kind::cut_off, "was not sent twice");
        EXPECT_EQ(server_.received().size(), before + 2) << sdk::to_string(method);
    }
}

TEST_P(KeptAliveConnection, LeavesAPostInDoubtEvenIfTheServerIsGoneAfterwards) {
    ASSERT_TRUE(send(get(server_.url("/"))));
    server_.stop_listening();
    expect_failure(send(post(server_.url("/"))), Kind::cut_off, "without an answer");
    EXPECT_EQ(server_.received().size(), 2U);
}

TEST_P(KeptAliveConnection, LetsAGetBeRepeated) {
    ASSERT_TRUE(send(get(server_.url("/"))));
    const auto result = send(get(server_.url("/")));
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->body, "again");
    EXPECT_EQ(server_.received().size(), 3U);
}

asio::awaitable<void> answer_one(Peer& peer) {
    co_await peer.read();
    co_await peer.write(answer(200, "one"));
}

TEST_F(HttpClientFailure, DoesNotUseAConnectionThatTheServerHasClosedWhileIdle) {
    LoopbackServer server(io, answer_one);
    for (int i = 1; i <= 3; ++i) {
        ASSERT_TRUE(send(post(server.url("/"))));
        EXPECT_EQ(server.connections(), i);
        // The end of the connection is in the client's socket once the server's coroutine has run on.
        io.restart();
        io.poll();
    }
}

}  // namespace
}  // namespace navette::outbound
