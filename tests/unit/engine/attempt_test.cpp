#include "daemon/engine/attempt.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

namespace navette::engine {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// Answers at once, with the headers of the moment.
class AnsweringTransport final : public Transport {
  public:
    sdk::Task<sdk::HttpResult> send(outbound::WireRequest) override {
        ++sent;
        sdk::HttpResponse response;
        response.status = 200;
        response.headers = headers;
        response.body = body;
        co_return response;
    }

    std::vector<sdk::Header> headers;
    std::string body;
    int sent = 0;
};

class AttemptSessionTest : public ::testing::Test {
  protected:
    AttemptSessionTest() {
        auto& manifest = connector_->manifest;
        manifest.slug = "shop";
        manifest.base_url = "http://shop.test";
        manifest.concurrency = 8;
    }

    /// Sends the request; true where it was answered without waiting.
    bool send(AttemptSession& session, sdk::HttpRequest request) {
        auto sending = [this](AttemptSession& by, sdk::HttpRequest what) -> asio::awaitable<void> {
            const auto result = co_await by.send(std::move(what));
            heard_ = result ? result->body : "";
        };
        const auto before = transport_.sent;
        asio::co_spawn(context_, sending(session, std::move(request)), asio::detached);
        context_.restart();
        context_.poll();
        return transport_.sent > before;
    }

    std::unique_ptr<AttemptSession> session(bool background = false) {
        if (!integration_) {
            store::IntegrationRow row;
            row.key = {"acme", "int_1"};
            row.slug = "shop";
            auto made = Integration::assemble(row, plugins::Inventory({connector_}, {}), std::nullopt);
            EXPECT_TRUE(made) << made.error().message;
            integration_ = *made;
            account_ = accounts_.of("shop", connector_->manifest);
        }
        return std::make_unique<AttemptSession>(integration_, account_, transport_, memory_, background);
    }

    config::LimitWindow& add_limit(int requests, int points = 0) {
        auto& limit = connector_->manifest.limits.emplace_back();
        limit.requests = requests;
        limit.points = points;
        limit.per = points > 0 ? 0ms : std::chrono::milliseconds(1h);
        limit.restore = points > 0 ? 1 : 0;
        return limit;
    }

    asio::io_context context_{1};
    std::shared_ptr<plugins::LoadedConnector> connector_ = std::make_shared<plugins::LoadedConnector>();
    Accounts accounts_{context_.get_executor()};
    AnsweringTransport transport_;
    SessionMemory memory_;
    std::string heard_;  // the last answer
    std::shared_ptr<const Integration> integration_;
    std::shared_ptr<Account> account_;
};

TEST_F(AttemptSessionTest, ARequestAsksByItsMethodAndPath) {
    add_limit(1).route = "POST /search";
    const auto one = session();
    EXPECT_TRUE(send(*one, sdk::HttpRequest::post("/search").with_query("q", "x")));
    EXPECT_FALSE(send(*one, sdk::HttpRequest::post("/search")));
    EXPECT_TRUE(send(*session(), sdk::HttpRequest::get("/search")));
}

TEST_F(AttemptSessionTest, ABackgroundSessionLeavesTheReserve) {
    add_limit(2).reserve = 0.5;
    const auto behind = session(true);
    EXPECT_TRUE(send(*behind, sdk::HttpRequest::get("/a")));
    EXPECT_FALSE(send(*behind, sdk::HttpRequest::get("/b")));
    EXPECT_TRUE(send(*session(), sdk::HttpRequest::get("/c")));
}

TEST_F(AttemptSessionTest, AnAnswersHeadersLowerWhatIsLeft) {
    add_limit(100);
    connector_->manifest.limit_headers.push_back({"X-Left", {}, {}, {}});
    transport_.headers = {{"x-left", "1"}};
    const auto one = session();
    EXPECT_TRUE(send(*one, sdk::HttpRequest::get("/a")));
    transport_.headers.clear();
    EXPECT_TRUE(send(*one, sdk::HttpRequest::get("/b")));
    EXPECT_FALSE(send(*one, sdk::HttpRequest::get("/c")));
}

TEST_F(AttemptSessionTest, ARequestsCostIsTakenAndCorrectedByTheConnectorsReport) {
    add_limit(0, 100);
    const auto one = session();
    EXPECT_TRUE(send(*one, sdk::HttpRequest::post("/graphql").with_cost(90)));
    sdk::LimitReport report;
    report.cost = 20;
    one->report_limit(report);
    one->report_limit(report);  // said twice, it comes back once
    EXPECT_TRUE(send(*one, sdk::HttpRequest::post("/graphql").with_cost(75)));
    EXPECT_FALSE(send(*session(), sdk::HttpRequest::post("/graphql").with_cost(60)));
}

TEST_F(AttemptSessionTest, OfAnAnswerTheConnectorGetsAllAndTheEvidenceWhatMayBeLogged) {
    connector_->manifest.logged_until = {"sql="};
    transport_.body = R"x({"error":"too long sql=INSERT INTO people VALUES ('Anna')"})x";
    const auto one = session();
    EXPECT_TRUE(send(*one, sdk::HttpRequest::post("/people")));
    EXPECT_EQ(heard_, transport_.body);
    const auto kept = responses_json(one->exchanges(), integration_->redactor());
    EXPECT_NE(kept.find("too long (left out)"), std::string::npos) << kept;
    EXPECT_EQ(kept.find("Anna"), std::string::npos) << kept;
}

TEST_F(AttemptSessionTest, WithoutAnAccountNothingIsWaitedFor) {
    add_limit(1);
    static_cast<void>(session());
    AttemptSession dry(integration_, nullptr, transport_, memory_);
    EXPECT_TRUE(send(dry, sdk::HttpRequest::get("/a")));
    EXPECT_TRUE(send(dry, sdk::HttpRequest::get("/b")));
    dry.report_limit({});
    EXPECT_EQ(dry.waited(), 0ns);
}

}  // namespace
}  // namespace navette::engine
