// Calls that end because somebody no longer waits for them.
#include "daemon/outbound/http_client.hpp"
#include "http_client_fixture.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <gtest/gtest.h>

#include <array>
#include <memory>
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

class HttpClientLifetime : public test::HttpClientFixture {
  protected:
    asio::awaitable<void> keep_silent(Peer& peer) {
        co_await peer.read();
        co_await peer.wait_for_close();
        ++closed_;
    }

    int closed_ = 0;
    LoopbackServer silent_{io, [this](Peer& peer) { return keep_silent(peer); }};
};

TEST_F(HttpClientLifetime, EndsEveryCallOnCancelAllAndWorksOn) {
    std::vector<std::shared_ptr<std::optional<sdk::HttpResult>>> results;
    for (int i = 0; i < 5; ++i) {
        results.push_back(begin(post(silent_.url("/"))));
    }
    run_until([&] { return silent_.received().size() == 5; });
    EXPECT_EQ(client->in_flight(), 5U);
    client->cancel_all();
    EXPECT_EQ(client->in_flight(), 0U);
    EXPECT_FALSE(results[0]->has_value()) << "a completion ran inside cancel_all";
    run_until([&] { return closed_ == 5; });
    for (const auto& result : results) {
        expect_failure(result->value(), Kind::cut_off, "given up");
    }
    LoopbackServer server(io, always(answer(200, "")));
    EXPECT_TRUE(send(get(server.url("/"))));
}

TEST_F(HttpClientLifetime, SurvivesTheClientsDestructionMidTransfer) {
    const auto exchanging = begin(post(silent_.url("/")));
    run_until([&] { return silent_.received().size() == 1; });
    const auto just_begun = begin(post(silent_.url("/")));
    run_until([&] { return client->in_flight() == 2; });
    client.reset();
    run_until([&] { return exchanging->has_value() && just_begun->has_value() && closed_ >= 1; });
    expect_failure(exchanging->value(), Kind::cut_off, "shutting down");
    expect_failure(just_begun->value(), Kind::cut_off, "shutting down");
}

TEST_F(HttpClientLifetime, SurvivesTheClientsDestructionDuringALookup) {
    const auto result = begin(post("http://does-not-exist.invalid/"));
    run_until([&] { return client->in_flight() == 1; });
    client.reset();
    run_until([&] { return result->has_value(); });
    expect_failure(result->value(), Kind::cut_off, "shutting down");
}

TEST_F(HttpClientLifetime, ClosesKeptConnectionsWithTheClient) {
    int closed = 0;
    LoopbackServer server(io, [&](Peer& peer) -> asio::awaitable<void> {
        co_await test::answer_each(peer, answer(200, ""));
        ++closed;
    });
    ASSERT_TRUE(send(get(server.url("/"))));
    client.reset();
    run_until([&] { return closed == 1; });
}

TEST_F(HttpClientLifetime, DoesNotBeginACallAfterTheClientsEnd) {
    auto task = client->send(post(silent_.url("/")));
    client.reset();
    expect_failure(run(std::move(task)), Kind::not_sent, "shutting down");
    EXPECT_EQ(silent_.connections(), 0);
}

TEST_F(HttpClientLifetime, LeavesNothingBehindWhereTheContextEndsFirst) {
    auto inner = std::make_unique<asio::io_context>();
    auto short_lived = std::make_unique<HttpClient>(inner->get_executor(), loopback_allowed());
    asio::co_spawn(*inner, short_lived->send(get(silent_.url("/"))), asio::detached);
    inner->poll();
    EXPECT_EQ(short_lived->in_flight(), 1U);
    short_lived.reset();
    inner.reset();  // the coroutine is destroyed without having been resumed
}

TEST_F(HttpClientLifetime, DropsTheTransferOfACancelledCoroutine) {
    asio::cancellation_signal signal;
    bool ended = false;
    asio::co_spawn(
        io,
        client->send(post(silent_.url("/"))),
        asio::bind_cancellation_slot(
            signal.slot(),
            [&](std::exception_ptr, sdk::HttpResult result) {
                ended = true;
                expect_failure(result, Kind::cut_off, "cancelled");
            }
        )
    );
    run_until([&] { return silent_.received().size() == 1; });
    signal.emit(asio::cancellation_type::terminal);
    run_until([&] { return ended && closed_ == 1; });
    EXPECT_EQ(client->in_flight(), 0U);
}

TEST_F(HttpClientLifetime, KeepsAnAnswerThatArrivesJustBeforeTheCancellation) {
    LoopbackServer server(io, always(answer(200, "made it")));
    asio::cancellation_signal signal;
    std::optional<sdk::HttpResult> result;
    asio::co_spawn(
        io,
        client->send(post(server.url("/"))),
        asio::bind_cancellation_slot(
            signal.slot(), [&](std::exception_ptr, sdk::HttpResult given) { result = std::move(given); }
        )
    );
    run_until([&] { return !server.received().empty() && client->in_flight() == 0; });
    signal.emit(asio::cancellation_type::terminal);
    run_until([&] { return result.has_value(); });
    ASSERT_TRUE(*result) << result->error().message;
    EXPECT_EQ((*result)->body, "made it");
}

// Ends, aborts and begins calls in every phase at once; the sanitizers watch.
TEST_F(HttpClientLifetime, BearsCancellationsInEveryPhase) {
    LoopbackServer server(io, always(answer(200, std::string(50'000, 'x'))));
    // asio posts what a signal emits, so the signals outlive the calls.
    std::array<std::array<asio::cancellation_signal, 8>, 60> rounds;
    int turns = 0;
    for (auto& signals : rounds) {
        ++turns;
        std::size_t ended = 0;
        for (auto& signal : signals) {
            asio::co_spawn(
                io,
                client->send(get(server.url("/"))),
                asio::bind_cancellation_slot(
                    signal.slot(), [&](std::exception_ptr, const sdk::HttpResult&) { ++ended; }
                )
            );
        }
        io.restart();
        for (int i = 0; i < turns; ++i) {
            io.poll_one();
        }
        for (std::size_t i = 0; i < signals.size(); i += 2) {
            signals.at(i).emit(asio::cancellation_type::terminal);
        }
        run_until([&] { return ended == signals.size(); });
        EXPECT_EQ(client->in_flight(), 0U);
    }
}

}  // namespace
}  // namespace navette::outbound
