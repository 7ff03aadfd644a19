// Turns at work beside the queue: one run at a time for each integration, so many at once in all.
#include "daemon/engine/rota.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace navette::engine {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using ::testing::ElementsAre;

class NoConnector final : public sdk::Connector {
  public:
    [[nodiscard]] std::string_view slug() const override { return "shop"; }
    sdk::Task<sdk::TestReport> test(sdk::Session&) override { co_return sdk::TestReport(); }
    sdk::Task<std::vector<sdk::Outcome>> push(sdk::Session&, std::vector<sdk::Operation> batch) override {
        co_return std::vector<sdk::Outcome>(batch.size());
    }
};

class NoTransport final : public Transport {
  public:
    sdk::Task<sdk::HttpResult> send(outbound::WireRequest) override { co_return sdk::HttpResponse(); }
};

class RotaTest : public ::testing::Test {
  protected:
    RotaTest() {
        connector_->connector = std::make_shared<NoConnector>();
        connector_->manifest.slug = "shop";
        background_.ended = [this] { ++ended_; };
    }

    void watch(const std::string& id, std::int64_t epoch = 1) {
        store::IntegrationRow row;
        row.key = {"acme", id};
        row.slug = "shop";
        row.state = "active";
        const plugins::Inventory inventory({connector_}, {});
        auto made = Integration::assemble(row, inventory, std::nullopt);
        ASSERT_TRUE(made) << made.error().message;
        rota_.watch(*made, epoch);
    }

    /// Lets what is started come as far as it can.
    std::chrono::milliseconds turn() {
        const auto next = rota_.start_what_is_due();
        context_.restart();
        context_.poll();
        return next;
    }

    void end(const std::string& id) {
        running_.at(id)->cancel();
        context_.restart();
        context_.poll();
    }

    static asio::awaitable<SteadyTime> work(
        RotaTest& test, std::shared_ptr<OwnedIntegration> owned, std::function<bool()> wanted
    ) {
        const auto id = owned->integration->key().id;
        test.began_.push_back(id);
        auto timer = std::make_shared<asio::steady_timer>(test.context_, SteadyTime::max());
        test.running_[id] = timer;
        co_await timer->async_wait(asio::as_tuple(asio::use_awaitable));
        test.running_.erase(id);
        test.wanted_[id] = wanted();
        co_return std::chrono::steady_clock::now() + test.again_;
    }

    asio::io_context context_{1};
    std::shared_ptr<plugins::LoadedConnector> connector_ = std::make_shared<plugins::LoadedConnector>();
    Database database_{context_.get_executor(), "host=nowhere.invalid"};
    Accounts accounts_{context_.get_executor()};
    NoTransport transport_;
    std::mt19937_64 random_{1};
    Background background_{context_.get_executor(), database_, accounts_, transport_, random_, {}, {}, {}};
    std::chrono::milliseconds again_{3'600'000};
    int places_ = 2;
    int ended_ = 0;
    std::vector<std::string> began_;
    std::map<std::string, bool> wanted_;
    std::map<std::string, std::shared_ptr<asio::steady_timer>> running_;
    Rota rota_{
        background_,
        "work",
        [this] { return places_; },
        [this](std::shared_ptr<OwnedIntegration> owned, std::function<bool()> wanted) {
            return work(*this, std::move(owned), std::move(wanted));
        }
    };
};

TEST_F(RotaTest, NoMoreThanThePlacesRunAtOnceAndTheRestFollows) {
    for (const auto* id : {"a", "b", "c"}) {
        watch(id);
    }
    turn();
    EXPECT_EQ(rota_.running(), 2);
    turn();
    EXPECT_THAT(began_, ElementsAre("a", "b"));
    end("a");
    EXPECT_GT(ended_, 3) << "who asks for the turns is told";
    turn();
    EXPECT_THAT(began_, ElementsAre("a", "b", "c"));
}

TEST_F(RotaTest, WhatRanComesAgainWhenItSaysAndSoonerWhereSomebodyLooks) {
    watch("a");
    turn();
    end("a");
    EXPECT_GT(turn(), 3'500'000ms);
    EXPECT_THAT(began_, ElementsAre("a"));
    rota_.look("a");
    turn();
    EXPECT_THAT(began_, ElementsAre("a", "a"));
}

TEST_F(RotaTest, ALookWhileItRunsHasItRunOnceMore) {
    watch("a");
    turn();
    rota_.look("a");
    turn();
    EXPECT_THAT(began_, ElementsAre("a")) << "one run at a time";
    end("a");
    turn();
    EXPECT_THAT(began_, ElementsAre("a", "a"));
}

TEST_F(RotaTest, ARunIsNotWantedOnceItsIntegrationLeftOrWasReplacedOrAllStops) {
    for (const auto* id : {"a", "b"}) {
        watch(id);
    }
    turn();
    rota_.unwatch("a");
    EXPECT_TRUE(rota_.is_running("a"));
    watch("b", 2);
    end("a");
    end("b");
    EXPECT_FALSE(wanted_.at("a"));
    EXPECT_FALSE(wanted_.at("b"));
    turn();
    EXPECT_THAT(began_, ElementsAre("a", "b", "b"));
    rota_.stop();
    end("b");
    EXPECT_FALSE(wanted_.at("b"));
    turn();
    EXPECT_EQ(rota_.running(), 0);
}

}  // namespace
}  // namespace navette::engine
