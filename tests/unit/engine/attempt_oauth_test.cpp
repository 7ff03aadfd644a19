// An attempt's requests with an access token that runs out, is refused, or is not to be had.
#include "daemon/engine/attempt.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

namespace navette::engine {
namespace {

namespace asio = boost::asio;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using Kind = TokenTrouble::Kind;

/// Answers by a script, else 200; remembers the tokens that came.
class Platform final : public Transport {
  public:
    sdk::Task<sdk::HttpResult> send(outbound::WireRequest request) override {
        sent.push_back(
            request.body + " " + std::string(sdk::first_header(request.headers, "Authorization")) + " " +
            request.url
        );
        sdk::HttpResponse response;
        response.status = 200;
        if (!script.empty()) {
            response = script.front();
            script.pop_front();
        }
        co_return response;
    }

    void will_answer(int status, std::string body = {}) {
        sdk::HttpResponse response;
        response.status = status;
        response.body = std::move(body);
        script.push_back(std::move(response));
    }

    std::deque<sdk::HttpResponse> script;
    std::vector<std::string> sent;
};

/// Gives "new" for what is refused, once, or the trouble.
class Keeper final : public TokenKeeper {
  public:
    sdk::Task<std::expected<void, TokenTrouble>> ready(std::shared_ptr<const Integration>) override {
        if (trouble) {
            co_return std::unexpected(*trouble);
        }
        co_return std::expected<void, TokenTrouble>();
    }

    sdk::Task<bool> renewed_after(std::shared_ptr<const Integration> integration, std::string refused)
        override {
        refusals.push_back(std::move(refused));
        OAuthTokens tokens;
        tokens.access_token = "new";
        integration->grant()->take(std::move(tokens), 2);
        co_return can_renew;
    }

    std::optional<TokenTrouble> trouble;
    bool can_renew = true;
    std::vector<std::string> refusals;
};

/// Posts each operation's entity id; takes 200 for done, a failure for a retry, 401 for needs_reauth, 422 for
/// rejected.
class Poster final : public sdk::Connector {
  public:
    [[nodiscard]] std::string_view slug() const override { return "shop"; }

    sdk::Task<sdk::TestReport> test(sdk::Session& session) override {
        const auto answer = co_await session.send(sdk::HttpRequest::get("/test"));
        sdk::TestReport report;
        report.ok = answer && answer->status == 200;
        report.sentence = report.ok ? "works" : "does not";
        co_return report;
    }

    sdk::Task<std::vector<sdk::Outcome>> push(sdk::Session& session, std::vector<sdk::Operation> batch)
        override {
        std::vector<sdk::Outcome> outcomes;
        for (const auto& operation : batch) {
            auto request = sdk::HttpRequest::post("/items");
            request.body = operation.entity_id;
            const auto answer = co_await session.send(std::move(request));
            if (!answer) {
                outcomes.push_back(sdk::Outcome::retry(answer.error().message));
            } else if (answer->status == 401) {
                outcomes.push_back(sdk::Outcome::needs_reauth("401"));
            } else if (answer->status == 422) {
                outcomes.push_back(sdk::Outcome::rejected("422"));
            } else {
                outcomes.push_back(sdk::Outcome::done("1"));
            }
        }
        co_return outcomes;
    }
};

class AttemptOAuth : public ::testing::Test {
  protected:
    AttemptOAuth() {
        using Grant = config::OAuthSpec::Grant;
        auto& manifest = connector_->manifest;
        manifest.slug = "shop";
        manifest.name = "Shop";
        manifest.base_url = "https://shop.example/api";
        config::ConfigField field;
        field.name = "client_id";
        manifest.config.push_back(field);
        auto& auth = manifest.auth.emplace_back();
        auth.type = config::AuthSpec::Type::oauth2;
        auth.header = "Authorization";
        auth.value = "Bearer ${access_token}";
        auth.oauth.token_url = "https://shop.example/token";
        auth.oauth.client_id = "client_id";
        auth.oauth.grants = {Grant::authorization_code, Grant::refresh_token};
        connector_->connector = std::make_shared<Poster>();
    }

    void assemble() {
        store::IntegrationRow row;
        row.key = {"acme", "int_1"};
        row.slug = "shop";
        row.settings = {{"client_id", "c"}};
        auto made = Integration::assemble(row, plugins::Inventory({connector_}, {}), std::nullopt);
        ASSERT_TRUE(made) << made.error().message;
        integration_ = *made;
    }

    void give(const std::string& token, const std::string& api_base = {}) {
        OAuthTokens tokens;
        tokens.access_token = token;
        tokens.api_base = api_base;
        integration_->grant()->take(std::move(tokens), 1);
    }

    template <class T>
    T run(sdk::Task<T> task) {
        std::optional<T> result;
        asio::co_spawn(context_, std::move(task), [&](std::exception_ptr error, T value) {
            EXPECT_FALSE(error);
            result = std::move(value);
        });
        context_.restart();
        context_.run();
        return std::move(*result);
    }

    std::vector<sdk::Outcome> push(AttemptSession& session, int count = 1) {
        std::vector<sdk::Operation> batch(static_cast<std::size_t>(count));
        for (int at = 0; at < count; ++at) {
            batch[static_cast<std::size_t>(at)].entity_id = std::to_string(at);
        }
        return run(guarded_push(integration_->connector(), session, std::move(batch)));
    }

    asio::io_context context_{1};
    std::shared_ptr<plugins::LoadedConnector> connector_ = std::make_shared<plugins::LoadedConnector>();
    Platform platform_;
    Keeper keeper_;
    SessionMemory memory_;
    std::shared_ptr<const Integration> integration_;
};

TEST_F(AttemptOAuth, TheTokenAndTheAddressOfTheMomentAreUsed) {
    assemble();
    give("old", "https://eu1.example/");
    AttemptSession session(integration_, nullptr, platform_, memory_);
    push(session);
    give("newer");
    push(session);
    EXPECT_THAT(
        platform_.sent,
        ElementsAre(
            "0 Bearer old https://eu1.example/api/items", "0 Bearer newer https://shop.example/api/items"
        )
    );
}

TEST_F(AttemptOAuth, ARefusedTokenIsRenewedAndTheRequestSentOnceMore) {
    assemble();
    give("old");
    AttemptSession session(integration_, nullptr, platform_, memory_);
    session.renew_tokens_by(&keeper_);
    platform_.will_answer(401);
    EXPECT_EQ(push(session).front().kind, sdk::OutcomeKind::done);
    EXPECT_THAT(keeper_.refusals, ElementsAre("old"));
    EXPECT_THAT(
        platform_.sent,
        ElementsAre(
            "0 Bearer old https://shop.example/api/items", "0 Bearer new https://shop.example/api/items"
        )
    );
    EXPECT_THAT(session.exchanges(), SizeIs(2));
}

TEST_F(AttemptOAuth, ARequestIsNeverSentAThirdTime) {
    assemble();
    give("old");
    AttemptSession session(integration_, nullptr, platform_, memory_);
    session.renew_tokens_by(&keeper_);
    platform_.will_answer(401);
    platform_.will_answer(401);
    EXPECT_EQ(push(session).front().kind, sdk::OutcomeKind::needs_reauth);
    EXPECT_THAT(platform_.sent, SizeIs(2));
}

TEST_F(AttemptOAuth, WhereNothingCanBeRenewedTheRefusalStands) {
    assemble();
    give("old");
    keeper_.can_renew = false;
    AttemptSession session(integration_, nullptr, platform_, memory_);
    session.renew_tokens_by(&keeper_);
    platform_.will_answer(401);
    EXPECT_EQ(push(session).front().kind, sdk::OutcomeKind::needs_reauth);
    EXPECT_THAT(platform_.sent, SizeIs(1));
}

TEST_F(AttemptOAuth, OtherAnswersAreNoReasonToSendTwice) {
    assemble();
    give("old");
    AttemptSession session(integration_, nullptr, platform_, memory_);
    session.renew_tokens_by(&keeper_);
    platform_.will_answer(403);
    push(session);
    platform_.will_answer(500);
    push(session);
    EXPECT_THAT(platform_.sent, SizeIs(2));
    EXPECT_TRUE(keeper_.refusals.empty());
}

TEST_F(AttemptOAuth, AGrantThatIsGoneHoldsTheJobsWhateverTheConnectorSays) {
    assemble();
    keeper_.trouble = TokenTrouble(Kind::needs_consent, "authorise again");
    AttemptSession session(integration_, nullptr, platform_, memory_);
    session.renew_tokens_by(&keeper_);
    const auto outcomes = push(session, 2);
    for (const auto& outcome : outcomes) {
        EXPECT_EQ(outcome.kind, sdk::OutcomeKind::needs_reauth);
        EXPECT_EQ(outcome.message, "authorise again");
    }
    EXPECT_TRUE(platform_.sent.empty());
}

TEST_F(AttemptOAuth, ATroubleThatPassesUsesNoAttemptAndAClientThatIsRefusedIsMisconfigured) {
    assemble();
    AttemptSession session(integration_, nullptr, platform_, memory_);
    session.renew_tokens_by(&keeper_);
    keeper_.trouble = TokenTrouble(Kind::passing, "later");
    keeper_.trouble->retry_after = std::chrono::seconds(7);
    const auto later = push(session).front();
    EXPECT_EQ(later.kind, sdk::OutcomeKind::unavailable);
    EXPECT_EQ(later.retry_after, std::chrono::seconds(7));
    keeper_.trouble = TokenTrouble(Kind::misconfigured, "wrong secret");
    EXPECT_EQ(push(session).front().kind, sdk::OutcomeKind::misconfigured);
}

TEST_F(AttemptOAuth, WhatBecameOfARecordBeforeTheTokenWasGoneStays) {
    assemble();
    give("old");
    AttemptSession session(integration_, nullptr, platform_, memory_);
    session.renew_tokens_by(&keeper_);
    platform_.will_answer(422);
    EXPECT_EQ(push(session).front().kind, sdk::OutcomeKind::rejected);
    keeper_.trouble = TokenTrouble(Kind::needs_consent, "gone");
    const auto judged = [&](sdk::Outcome outcome) {
        session.judge(outcome);
        return outcome;
    };
    EXPECT_EQ(judged(sdk::Outcome::rejected("422")).kind, sdk::OutcomeKind::rejected);
    push(session);
    EXPECT_EQ(judged(sdk::Outcome::done("1")).kind, sdk::OutcomeKind::done);
    EXPECT_EQ(judged(sdk::Outcome::rejected("422")).kind, sdk::OutcomeKind::rejected);
    EXPECT_TRUE(judged(sdk::Outcome::retry("?").after_unknown_effect()).maybe_applied);
}

TEST_F(AttemptOAuth, ATestSaysThatNobodyHasConsented) {
    assemble();
    AttemptSession session(integration_, nullptr, platform_, memory_);
    const auto report = run(guarded_test(integration_->connector(), session));
    EXPECT_FALSE(report.ok);
    EXPECT_THAT(report.sentence, HasSubstr("navettectl integration authorize int_1"));
    EXPECT_TRUE(platform_.sent.empty());
}

TEST_F(AttemptOAuth, ATestGetsATokenThatCostsNothingForItself) {
    connector_->manifest.auth.front().oauth.grants = {config::OAuthSpec::Grant::client_credentials};
    connector_->manifest.auth.front().oauth.client_secret = "client_id";
    assemble();
    AttemptSession session(integration_, nullptr, platform_, memory_);
    platform_.will_answer(200, R"({"access_token":"mine"})");
    EXPECT_TRUE(run(guarded_test(integration_->connector(), session)).ok);
    ASSERT_THAT(platform_.sent, SizeIs(2));
    EXPECT_THAT(platform_.sent.back(), HasSubstr("Bearer mine"));
}

TEST_F(AttemptOAuth, ATestSpendsNoRefreshToken) {
    assemble();
    OAuthTokens tokens;
    tokens.access_token = "old";
    tokens.refresh_token = "r";
    tokens.expires_at = OAuthTokens::Time(std::chrono::seconds(1));
    integration_->grant()->take(std::move(tokens), 1);
    AttemptSession session(integration_, nullptr, platform_, memory_);
    const auto report = run(guarded_test(integration_->connector(), session));
    EXPECT_FALSE(report.ok);
    EXPECT_THAT(report.sentence, HasSubstr("has run out"));
    EXPECT_TRUE(platform_.sent.empty());
}

}  // namespace
}  // namespace navette::engine
