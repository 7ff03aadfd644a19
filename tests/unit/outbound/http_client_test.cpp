#include "daemon/outbound/http_client.hpp"

#include "http_client_fixture.hpp"

#include <boost/asio/steady_timer.hpp>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

namespace navette::outbound {
namespace {

using test::always;
using test::answer;
using test::expect_failure;
using test::LoopbackServer;
using test::Peer;
using Kind = sdk::TransportFailure::Kind;
namespace asio = boost::asio;

class HttpClientExchange : public test::HttpClientFixture {};

// Holds its answers back until `expected` requests have come in, so that only parallel calls ever end.
class Gathering {
  public:
    Gathering(asio::io_context& io, std::size_t expected)
        : expected_(expected), all_here_(io, asio::steady_timer::time_point::max()) {}

    LoopbackServer::Session session() {
        return [this](Peer& peer) { return serve(peer); };
    }

  private:
    asio::awaitable<void> serve(Peer& peer) {
        while (const auto request = co_await peer.read()) {
            if (++arrived_ >= expected_) {
                all_here_.cancel();
            } else {
                co_await all_here_.async_wait(test::kNoThrow);
            }
            co_await peer.write(answer(200, request->body));
        }
    }

    std::size_t expected_;
    std::size_t arrived_ = 0;
    asio::steady_timer all_here_;
};

TEST_F(HttpClientExchange, ReturnsStatusHeadersInOrderAndBody) {
    LoopbackServer server(io, always(answer(201, "hello", "X-B: 2\r\nX-A:  1 \r\nX-B: 3\r\nX-Empty:\r\n")));
    const auto result = send(get(server.url("/things?limit=1")));
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->status, 201);
    EXPECT_EQ(result->body, "hello");
    std::vector<std::string> seen;
    for (const auto& header : result->headers) {
        seen.push_back(header.name + "=" + header.value);
    }
    EXPECT_EQ(seen, (std::vector<std::string>{"X-B=2", "X-A=1", "X-B=3", "X-Empty=", "Content-Length=5"}));
    EXPECT_TRUE(server.received().at(0).head.starts_with("GET /things?limit=1 HTTP/1.1\r\n"));
    EXPECT_EQ(client->in_flight(), 0U);
}

TEST_F(HttpClientExchange, SendsMethodHeadersAndBodyAsGiven) {
    LoopbackServer server(io, always(answer(200, "")));
    for (const auto method : {sdk::Method::post, sdk::Method::put, sdk::Method::patch, sdk::Method::remove}) {
        auto wire = request(method, server.url("/x"), std::string("a\0b", 3));
        wire.headers = {{"X-One", "1"}, {"X-Empty", ""}, {"Content-Type", "application/json"}};
        ASSERT_TRUE(send(std::move(wire)));
        const auto& received = server.received().back();
        EXPECT_TRUE(received.head.starts_with(std::string(sdk::to_string(method)) + " /x HTTP/1.1\r\n"));
        EXPECT_EQ(received.body, std::string("a\0b", 3));
        EXPECT_NE(received.head.find("\r\nX-One: 1\r\n"), std::string::npos);
        EXPECT_NE(received.head.find("\r\nX-Empty:\r\n"), std::string::npos);
        EXPECT_NE(received.head.find("\r\nContent-Type: application/json\r\n"), std::string::npos);
    }
}

TEST_F(HttpClientExchange, AddsNoContentTypeOfItsOwn) {
    LoopbackServer server(io, always(answer(200, "")));
    ASSERT_TRUE(send(post(server.url("/"))));
    EXPECT_EQ(server.received().at(0).head.find("Content-Type"), std::string::npos);
}

TEST_F(HttpClientExchange, SendsAnEmptyPostWithALength) {
    LoopbackServer server(io, always(answer(204, "")));
    ASSERT_TRUE(send(request(sdk::Method::post, server.url("/"))));
    EXPECT_NE(server.received().at(0).head.find("\r\nContent-Length: 0\r\n"), std::string::npos);
    ASSERT_TRUE(send(request(sdk::Method::remove, server.url("/"))));
    EXPECT_EQ(server.received().at(1).head.find("Content-Length"), std::string::npos);
}

TEST_F(HttpClientExchange, UploadsALargeBodyWithoutAskingFirst) {
    const std::string body(4U << 20U, 'x');
    LoopbackServer server(io, always(answer(200, "")));
    ASSERT_TRUE(send(request(sdk::Method::post, server.url("/"), body)));
    EXPECT_EQ(server.received().at(0).body.size(), body.size());
    EXPECT_EQ(server.received().at(0).head.find("Expect:"), std::string::npos);
}

TEST_F(HttpClientExchange, PassesErrorStatusesThroughAndFollowsNoRedirect) {
    for (const int status : {301, 302, 304, 401, 404, 407, 409, 417, 429, 500, 503}) {
        LoopbackServer server(
            io, always(answer(status, status == 304 ? "" : "why", "Location: /elsewhere\r\n"))
        );
        const auto result = send(post(server.url("/")));
        ASSERT_TRUE(result) << status << ": " << result.error().message;
        EXPECT_EQ(result->status, status);
        EXPECT_EQ(result->header("location"), "/elsewhere");
        EXPECT_EQ(server.received().size(), 1U) << status;
    }
}

TEST_F(HttpClientExchange, KeepsOnlyTheFinalAnswersHeaders) {
    const std::string interim = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
    LoopbackServer server(io, always(interim + answer(200, "x", "X-Final: 1\r\n")));
    const auto result = send(get(server.url("/")));
    ASSERT_TRUE(result);
    EXPECT_EQ(result->status, 200);
    EXPECT_EQ(result->header("Link"), "");
    EXPECT_EQ(result->header("X-Final"), "1");
}

TEST_F(HttpClientExchange, UnpacksGzip) {
    const std::string packed(
        "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xab\x56\xca\xcf\x56\xb2\x2a\x29\x2a\x4d\xad\x05\x00\x90\x5f"
        "\xd4\xa7\x0b"
        "\x00\x00\x00",
        31
    );
    LoopbackServer server(io, always(answer(200, packed, "Content-Encoding: gzip\r\n")));
    const auto result = send(get(server.url("/")));
    ASSERT_TRUE(result);
    EXPECT_EQ(result->body, R"({"ok":true})");
    EXPECT_NE(server.received().at(0).head.find("gzip"), std::string::npos);
}

TEST_F(HttpClientExchange, CountsUnpackedBytesAgainstTheLimit) {
    const std::string packed(  // 4000 bytes once unpacked
        "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xed\xc1\x31\x01\x00\x00\x00\xc2\xa0\x4a\xeb\x9f\xce\x18\x3e"
        "\x40\x01\x00"
        "\x00\x00\x6f\x03\x1d\x96\xee\xfa\xa0\x0f\x00\x00",
        40
    );
    LoopbackServer server(io, always(answer(200, packed, "Content-Encoding: gzip\r\n")));
    auto wire = get(server.url("/"));
    wire.max_response_bytes = 3999;
    expect_failure(send(wire), Kind::cut_off, "larger than the limit of 3999 bytes");
    wire.max_response_bytes = 4000;
    EXPECT_TRUE(send(wire));
}

TEST_F(HttpClientExchange, RunsTwentyTransfersSideBySide) {
    constexpr std::size_t kCalls = 20;
    Gathering gathering(io, kCalls);
    LoopbackServer server(io, gathering.session());
    std::vector<std::shared_ptr<std::optional<sdk::HttpResult>>> results;
    for (std::size_t i = 0; i < kCalls; ++i) {
        results.push_back(begin(request(sdk::Method::post, server.url("/"), "call " + std::to_string(i))));
    }
    run_until([&] {
        return std::ranges::all_of(results, [](const auto& place) { return place->has_value(); });
    });
    for (std::size_t i = 0; i < kCalls; ++i) {
        ASSERT_TRUE(**results[i]) << (*results[i])->error().message;
        EXPECT_EQ((**results[i])->body, "call " + std::to_string(i));
    }
    EXPECT_EQ(client->in_flight(), 0U);
}

TEST_F(HttpClientExchange, ReusesAConnectionForManyCalls) {
    LoopbackServer server(io, always(answer(200, "ok")));
    for (int i = 0; i < 200; ++i) {
        ASSERT_TRUE(send(i % 2 == 0 ? get(server.url("/")) : post(server.url("/"))));
    }
    EXPECT_EQ(server.connections(), 1);
    EXPECT_EQ(server.received().size(), 200U);
}

// The handles are used again, so each request says anew all that it does not share with the one before.
TEST_F(HttpClientExchange, CarriesNothingOfOneRequestOverToTheNext) {
    LoopbackServer server(io, always(answer(200, "ok")));
    auto first = request(sdk::Method::put, server.url("/first", "user:s3cret@127.0.0.1"), "the first body");
    first.headers = {{"X-Secret", "mine"}, {"Content-Type", "text/plain"}, {"Authorization", "Bearer mine"}};
    ASSERT_TRUE(send(first));
    first.url = server.url("/first");
    for (const auto method : {sdk::Method::get, sdk::Method::remove, sdk::Method::post}) {
        ASSERT_TRUE(send(first));
        ASSERT_TRUE(send(request(method, server.url("/second"))));
        const auto& second = server.received().back();
        EXPECT_TRUE(second.head.starts_with(std::string(sdk::to_string(method)) + " /second HTTP/1.1\r\n"));
        EXPECT_EQ(second.body, "");
        for (const auto* trace : {"X-Secret", "Content-Type", "Authorization", "mine"}) {
            EXPECT_EQ(second.head.find(trace), std::string::npos) << trace << " in " << second.head;
        }
        const bool has_length = second.head.find("Content-Length: 0") != std::string::npos;
        EXPECT_EQ(has_length, method == sdk::Method::post);
    }
    ASSERT_TRUE(send(request(sdk::Method::post, server.url("/third"), "the third")));
    EXPECT_EQ(server.received().back().body, "the third");
}

TEST_F(HttpClientExchange, IgnoresAProxyNamedByTheEnvironment) {
    ASSERT_EQ(setenv("http_proxy", "http://127.0.0.1:1", 1), 0);
    LoopbackServer server(io, always(answer(200, "direct")));
    const auto result = send(get(server.url("/")));
    unsetenv("http_proxy");
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->body, "direct");
}

class ForbiddenHost : public HttpClientExchange, public testing::WithParamInterface<const char*> {};

TEST_P(ForbiddenHost, IsNeverConnectedTo) {
    LoopbackServer server(io, always(answer(200, "secret")));
    client = std::make_unique<HttpClient>(io.get_executor(), AddressPolicy{});
    expect_failure(send(get(server.url("/", GetParam()))), Kind::refused, "is not a public one");
    EXPECT_EQ(server.connections(), 0);
}

INSTANTIATE_TEST_SUITE_P(
    Spellings,
    ForbiddenHost,
    testing::Values(
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0177.0.0.1",
        "0x7f.1",
        "127.1",
        "0",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]"
    )
);

TEST_F(HttpClientExchange, RefusesHeadersThatWouldBreakTheRequest) {
    LoopbackServer server(io, always(answer(200, "")));
    const std::vector<sdk::Header> bad = {
        {"X-A", "1\r\nX-Injected: 2"},
        {"X-A", std::string("1\0", 2)},
        {"X-A\r\nX-B", "1"},
        {"X A", "1"},
        {"", "1"},
        {"X:", "1"},
    };
    for (const auto& header : bad) {
        auto wire = get(server.url("/"));
        wire.headers = {header};
        expect_failure(send(std::move(wire)), Kind::refused, "header");
    }
    EXPECT_EQ(server.connections(), 0);
}

TEST_F(HttpClientExchange, RefusesUrlsThatAreNotHttp) {
    for (const auto* url :
         {"",
          "/relative",
          "ftp://127.0.0.1/",
          "file:///etc/passwd",
          "gopher://x/",
          "http://",
          "http://a b/",
          "http://127.0.0.1:99999/",
          "http://x/\n"}) {
        expect_failure(send(get(url)), Kind::refused, "URL");
    }
    expect_failure(send(get(std::string("http://127.0.0.1/\0x", 19))), Kind::refused, "URL");
}

}  // namespace
}  // namespace navette::outbound
