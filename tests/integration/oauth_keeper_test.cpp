// The keeper over a real database: one renewal for all who wait, fenced, and what a lost answer leads to.
#include "daemon/engine/oauth_keeper.hpp"

#include "tests/integration/schema_fixture.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/json/parse.hpp>

#include <deque>

namespace navette::test {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using engine::OAuthTokens;
using engine::TokenTrouble;
using Grant = config::OAuthSpec::Grant;
using Kind = TokenTrouble::Kind;
using Failure = sdk::TransportFailure;

class NoConnector final : public sdk::Connector {
  public:
    [[nodiscard]] std::string_view slug() const override { return "shop"; }
    sdk::Task<sdk::TestReport> test(sdk::Session&) override { co_return sdk::TestReport(); }
    sdk::Task<std::vector<sdk::Outcome>> push(sdk::Session&, std::vector<sdk::Operation> batch) override {
        co_return std::vector<sdk::Outcome>(batch.size());
    }
};

/// The platform's token address, by a script; each request takes a moment.
class TokenAddress final : public engine::Transport {
  public:
    sdk::Task<sdk::HttpResult> send(outbound::WireRequest request) override {
        bodies.push_back(request.body);
        if (during) {
            during();
        }
        asio::steady_timer moment(co_await asio::this_coro::executor, 20ms);
        co_await moment.async_wait(asio::use_awaitable);
        if (script.empty()) {
            co_return answer(200, tokens(bodies.size()));
        }
        auto next = std::move(script.front());
        script.pop_front();
        co_return next;
    }

    static sdk::HttpResult answer(int status, std::string body) {
        sdk::HttpResponse response;
        response.status = status;
        response.body = std::move(body);
        return response;
    }

    static std::string tokens(std::size_t number) {
        const auto n = std::to_string(number);
        return R"({"access_token":"access-)" + n + R"(","refresh_token":"refresh-)" + n +
               R"(","expires_in":3600})";
    }

    std::deque<sdk::HttpResult> script;
    std::vector<std::string> bodies;
    std::function<void()> during;
};

class OAuthKeeper : public OwnedIntegrationTest {
  protected:
    OAuthKeeper() {
        connector_->connector = std::make_shared<NoConnector>();
        auto& manifest = connector_->manifest;
        manifest.slug = "shop";
        manifest.name = "Shop";
        manifest.base_url = "https://shop.example";
        for (const auto* name : {"client_id", "client_secret"}) {
            config::ConfigField field;
            field.name = name;
            manifest.config.push_back(field);
        }
        auto& auth = manifest.auth.emplace_back();
        auth.type = config::AuthSpec::Type::oauth2;
        auth.header = "Authorization";
        auth.value = "Bearer ${access_token}";
        auth.oauth.token_url = "https://shop.example/token";
        auth.oauth.authorize_url = "https://shop.example/authorize";
        auth.oauth.client_id = "client_id";
        auth.oauth.client_secret = "client_secret";
        auth.oauth.grants = {Grant::authorization_code, Grant::refresh_token};
        auth.oauth.refresh_rotates = true;
        database_.exec(
            "UPDATE navette.tenant_integrations SET config_public = '{\"client_id\": \"c\", "
            "\"client_secret\": \"s\"}'"
        );
        consent(1s, 10s);
    }

    ~OAuthKeeper() override {
        keeper_.stop();
        database_connection_.close();
    }

    config::OAuthSpec& oauth() { return connector_->manifest.auth.front().oauth; }

    /// Tokens in the row, obtained `age` ago for a life of `life`: after their renewal moment where that is
    /// past.
    void consent(std::chrono::milliseconds life, std::chrono::milliseconds age) {
        OAuthTokens tokens;
        tokens.access_token = "access-0";
        tokens.refresh_token = "refresh-0";
        tokens.obtained_at = std::chrono::system_clock::now() - age;
        tokens.expires_at = tokens.obtained_at + life;
        store(tokens);
    }

    void store(const OAuthTokens& tokens) {
        const auto sealed =
            vault_.seal(engine::encode_tokens(tokens), secrets::owner_of_oauth("acme", "int_1"));
        database_.exec(
            "UPDATE navette.tenant_integrations SET oauth_version = oauth_version + 1, oauth_spent_at = "
            "NULL, "
            "oauth_encrypted = '" +
            store::bytea_literal(sealed) + "'"
        );
    }

    /// As the engine does where it loads a lane.
    std::shared_ptr<const engine::Integration> integration() {
        auto rows = must(run(store::load_integrations(connection(), {"int_1"})));
        const plugins::Inventory inventory({connector_}, {});
        auto made =
            must(engine::Integration::assemble(rows.front(), inventory, vault_, keeper_.grant_of("int_1")));
        keeper_.watch(made);
        return made;
    }

    std::expected<void, TokenTrouble> ready(const std::shared_ptr<const engine::Integration>& one) {
        return run(keeper_.ready(one));
    }

    engine::KeeperNeeds needs() {
        engine::KeeperNeeds needs;
        needs.vault = [this] { return std::optional(vault_); };
        needs.node_id = [] { return std::string(kNode); };
        needs.epoch = [this](const std::string&) { return epoch_; };
        needs.gone = [this](const std::string&, const std::string& sentence) { gone_.push_back(sentence); };
        needs.ended = [this] { ++ended_; };
        return needs;
    }

    std::string row(const std::string& columns) {
        return database_.value("SELECT concat_ws('|', " + columns + ") FROM navette.tenant_integrations");
    }

    static sdk::HttpResult cut_off() {
        return std::unexpected(Failure(Failure::Kind::cut_off, "the connection broke"));
    }

    std::shared_ptr<plugins::LoadedConnector> connector_ = std::make_shared<plugins::LoadedConnector>();
    secrets::Vault vault_ = must(secrets::Vault::with_key(secrets::Vault::generate_key("test")));
    TokenAddress platform_;
    std::optional<std::int64_t> epoch_ = 1;
    std::vector<std::string> gone_;
    int ended_ = 0;
    engine::Database database_connection_{context_.get_executor(), database_.url()};
    engine::OAuthKeeper keeper_{context_.get_executor(), database_connection_, platform_, needs()};
};

TEST_F(OAuthKeeper, ManyWhoNeedATokenWaitForOneRenewal) {
    const auto one = integration();
    std::vector<asio::awaitable<std::expected<void, TokenTrouble>>> waiting;
    for (int at = 0; at < 20; ++at) {
        waiting.push_back(keeper_.ready(one));
    }
    for (const auto& outcome : run_all(context_, std::move(waiting))) {
        EXPECT_TRUE(outcome) << outcome.error().sentence;
    }
    EXPECT_EQ(platform_.bodies.size(), 1U);
    EXPECT_EQ(one->grant()->tokens()->access_token, "access-1");
    EXPECT_EQ(one->address(sdk::HttpRequest::get("/x")).headers.front().value, "Bearer access-1");
}

TEST_F(OAuthKeeper, NewTokensAreStoredBeforeAnybodyUsesThemAndTheVersionOfTheRowStays) {
    const auto before = row("version");
    const auto one = integration();
    ASSERT_TRUE(ready(one));
    EXPECT_EQ(row("oauth_version, oauth_spent_at IS NULL, oauth_expires_at > now(), state"), "2|t|t|active");
    EXPECT_EQ(row("version"), before);
    const auto sealed = must(run(store::load_integrations(connection(), {"int_1"}))).front().sealed_tokens;
    const auto stored = must(engine::open_tokens(sealed, key_, vault_));
    EXPECT_EQ(stored->refresh_token, "refresh-1");
}

TEST_F(OAuthKeeper, AGoodTokenCostsNoRequest) {
    consent(1h, 1min);
    EXPECT_TRUE(ready(integration()));
    EXPECT_TRUE(platform_.bodies.empty());
}

TEST_F(OAuthKeeper, WhatIsDueIsRenewedWhenNobodyAsks) {
    consent(1h, 59min);
    const auto one = integration();
    static_cast<void>(keeper_.renew_what_is_due());
    run_until(context_, [&] { return one->grant()->version() == 3; });
    EXPECT_EQ(platform_.bodies.size(), 1U);
    EXPECT_GT(keeper_.renew_what_is_due(), 0ms);
    EXPECT_FALSE(keeper_.is_renewing("int_1"));
    EXPECT_EQ(ended_, 1);
}

TEST_F(OAuthKeeper, WhatIsAboutToBeSpentStandsInTheDatabaseBeforeTheRequestLeaves) {
    platform_.during = [this] { EXPECT_EQ(row("oauth_spent_at IS NOT NULL, oauth_spent_epoch"), "t|1"); };
    EXPECT_TRUE(ready(integration()));
    EXPECT_EQ(platform_.bodies.size(), 1U);
}

TEST_F(OAuthKeeper, ANodeThatOwnsTheIntegrationNoMoreSpendsNothing) {
    const auto one = integration();
    let_expire(kNode);
    const auto outcome = ready(one);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, Kind::passing);
    EXPECT_TRUE(platform_.bodies.empty());
    EXPECT_EQ(row("oauth_spent_at IS NULL"), "t");
}

TEST_F(OAuthKeeper, TokensThatAnotherOwnerStoredAreTakenWithoutARequest) {
    const auto one = integration();
    OAuthTokens newer;
    newer.access_token = "theirs";
    newer.refresh_token = "their refresh";
    newer.obtained_at = std::chrono::system_clock::now();
    newer.expires_at = newer.obtained_at + 1h;
    store(newer);
    ASSERT_TRUE(ready(one));
    EXPECT_TRUE(platform_.bodies.empty());
    EXPECT_EQ(one->grant()->tokens()->access_token, "theirs");
}

TEST_F(OAuthKeeper, AConsentDuringARenewalIsNotOverwritten) {
    const auto one = integration();
    platform_.during = [this] {
        OAuthTokens consented;
        consented.access_token = "consented";
        consented.refresh_token = "r";
        consented.obtained_at = std::chrono::system_clock::now();
        store(consented);
    };
    ASSERT_TRUE(ready(one));
    EXPECT_EQ(one->grant()->tokens()->access_token, "consented");
    EXPECT_EQ(row("oauth_version"), "2");
}

TEST_F(OAuthKeeper, ALostAnswerWithoutGraceNeedsAPersonAndSpendsNothingTwice) {
    platform_.script.push_back(cut_off());
    const auto one = integration();
    const auto outcome = ready(one);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, Kind::needs_consent);
    EXPECT_NE(outcome.error().sentence.find("takes a refresh token only once"), std::string::npos);
    EXPECT_EQ(platform_.bodies.size(), 1U);
    ASSERT_EQ(gone_.size(), 1U);
    // Nor by anybody who asks later, nor by the next process.
    EXPECT_FALSE(ready(one));
    engine::OAuthKeeper next(context_.get_executor(), database_connection_, platform_, needs());
    EXPECT_FALSE(run(next.ready(one)));
    EXPECT_EQ(platform_.bodies.size(), 1U);
}

TEST_F(OAuthKeeper, ALostAnswerWithinTheGraceIsFetchedAgain) {
    oauth().refresh_grace = 1min;
    platform_.script.push_back(cut_off());
    const auto one = integration();
    const auto outcome = ready(one);
    EXPECT_TRUE(outcome) << outcome.error().sentence;
    ASSERT_EQ(platform_.bodies.size(), 2U);
    EXPECT_EQ(platform_.bodies[0], platform_.bodies[1]);
    EXPECT_EQ(row("oauth_spent_at IS NULL"), "t");
}

TEST_F(OAuthKeeper, AGraceThatIsOverIsNone) {
    oauth().refresh_grace = 1min;
    database_.exec("UPDATE navette.tenant_integrations SET oauth_spent_at = now() - interval '2 minutes'");
    EXPECT_EQ(ready(integration()).error().kind, Kind::needs_consent);
    EXPECT_TRUE(platform_.bodies.empty());
}

TEST_F(OAuthKeeper, ATokenThatIsNotSpentIsTriedAgainAfterALostAnswer) {
    oauth().refresh_rotates = false;
    platform_.script.push_back(cut_off());
    const auto one = integration();
    EXPECT_EQ(ready(one).error().kind, Kind::passing);
    keeper_.watch(one);  // an active row forgets the pause
    EXPECT_TRUE(ready(one));
    EXPECT_TRUE(gone_.empty());
}

TEST_F(OAuthKeeper, ARequestThatNeverLeftLeavesNoNote) {
    platform_.script.push_back(std::unexpected(Failure(Failure::Kind::not_sent, "no connection")));
    const auto one = integration();
    EXPECT_EQ(ready(one).error().kind, Kind::passing);
    EXPECT_EQ(row("oauth_spent_at IS NULL"), "t");
    keeper_.watch(one);
    EXPECT_TRUE(ready(one));
}

TEST_F(OAuthKeeper, ADeadGrantIsToldOnceAndNotAskedAgainUntilThereIsANewOne) {
    platform_.script.push_back(TokenAddress::answer(400, R"({"error":"invalid_grant"})"));
    const auto one = integration();
    EXPECT_EQ(ready(one).error().kind, Kind::needs_consent);
    EXPECT_EQ(ready(one).error().kind, Kind::needs_consent);
    EXPECT_EQ(platform_.bodies.size(), 1U);
    EXPECT_EQ(gone_.size(), 1U);
    consent(1h, 0ms);
    EXPECT_TRUE(ready(integration()));
    EXPECT_EQ(one->grant()->tokens()->access_token, "access-0");
}

TEST_F(OAuthKeeper, TooManyWaitsAsLongAsThePlatformSaysWhileTheOldTokenIsUsed) {
    consent(1h, 59min);
    sdk::HttpResponse busy;
    busy.status = 429;
    busy.headers.push_back({"Retry-After", "60"});
    platform_.script.emplace_back(busy);
    const auto one = integration();
    EXPECT_TRUE(ready(one));
    EXPECT_TRUE(ready(one));
    EXPECT_EQ(platform_.bodies.size(), 1U);
    EXPECT_GT(keeper_.renew_what_is_due(), 20s);
}

TEST_F(OAuthKeeper, ARefusedTokenIsRenewedOnceAndNotForEver) {
    consent(1h, 0ms);
    const auto one = integration();
    EXPECT_TRUE(run(keeper_.renewed_after(one, "access-0")));
    EXPECT_EQ(one->grant()->tokens()->access_token, "access-1");
    // Somebody else's request with the old token: there is a new one already.
    EXPECT_TRUE(run(keeper_.renewed_after(one, "access-0")));
    // The new one is refused as well, before it was ever accepted.
    EXPECT_FALSE(run(keeper_.renewed_after(one, "access-1")));
    EXPECT_EQ(platform_.bodies.size(), 1U);
    one->grant()->accepted("access-1");
    EXPECT_TRUE(run(keeper_.renewed_after(one, "access-1")));
    EXPECT_EQ(platform_.bodies.size(), 2U);
}

TEST_F(OAuthKeeper, AGrantThatAsksNobodyNeedsNoConsent) {
    oauth().grants = {Grant::client_credentials};
    database_.exec("UPDATE navette.tenant_integrations SET oauth_encrypted = NULL");
    const auto one = integration();
    ASSERT_TRUE(ready(one));
    EXPECT_EQ(platform_.bodies.front(), "grant_type=client_credentials&client_id=c&client_secret=s");
}

TEST_F(OAuthKeeper, WithoutConsentAPersonIsAskedFor) {
    database_.exec("UPDATE navette.tenant_integrations SET oauth_encrypted = NULL");
    const auto outcome = ready(integration());
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, Kind::needs_consent);
    EXPECT_NE(outcome.error().sentence.find("navettectl integration authorize int_1"), std::string::npos);
}

TEST_F(OAuthKeeper, TheRedactorKnowsTheTokensOldAndNew) {
    const auto one = integration();
    EXPECT_EQ(one->redactor().text("access-0").find("access-0"), std::string::npos);
    ASSERT_TRUE(ready(one));
    for (const auto* token : {"access-0", "refresh-0", "access-1", "refresh-1"}) {
        EXPECT_EQ(one->redactor().text(token).find(token), std::string::npos) << token;
    }
}

}  // namespace
}  // namespace navette::test
