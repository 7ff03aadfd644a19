// OAuth2 with the real daemon and a provider that counts: consent, renewal by one of two daemons while they
// are killed, lost answers, revoked grants; and that no token is found anywhere.
#include "tests/support/fleet.hpp"
#include "tests/support/token_text.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

namespace navette::test {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kSecret = "probe-client-secret-93ab";  // OAuthProvider::kSecret

struct Rules {
    bool grace = true;
    std::string more_auth;  // YAML in the section auth
};

class OAuthTest : public ::testing::Test {
  protected:
    OAuthTest() {
        folder_ = std::filesystem::temp_directory_path() / ("navette-oauth-" + std::to_string(getpid()));
        std::filesystem::create_directories(folder_);
        std::ofstream(folder_ / "secret") << kSecret;
    }

    ~OAuthTest() override {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }

    void start(int nodes, int tenants, const Rules& rules = Rules()) {
        FleetWishes wishes;
        wishes.nodes = nodes;
        wishes.tenants = tenants;
        wishes.accounts = tenants;
        wishes.engine = ", quarantine_after: 100";  // deaths by the test's hand are no poison
        wishes.manifest =
            "auth:\n"
            "  type: oauth2\n"
            "  authorize_url: \"${base_url}/oauth/authorize\"\n"
            "  token_url: \"${base_url}/oauth/token\"\n"
            "  client_id: client_id\n"
            "  client_secret: client_secret\n"
            "  pkce: true\n"
            "  grants: [authorization_code, refresh_token]\n"
            "  refresh_rotates: true\n" +
            std::string(rules.grace ? "  refresh_grace: 5m\n" : "") + rules.more_auth;
        wishes.settings =
            "secrets: {key: \"test:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=\"}\n"
            "listen: {port: %P, public_url: \"http://127.0.0.1:%P\"}\n";
        wishes.integration = {
            "--set", "client_id=probe-client", "--secret", "client_secret=@" + (folder_ / "secret").string()
        };
        tenants_ = tenants;
        fleet_ = std::make_unique<Fleet>(database_, probe_, wishes);
        fleet_->start_all();
    }

    static std::string id(int tenant) { return "int_t" + std::to_string(tenant); }

    std::string link(int tenant = 0) {
        auto text = fleet_->ctl({"integration", "authorize", id(tenant)});
        while (text.ends_with('\n')) {
            text.pop_back();
        }
        return text;
    }

    /// The browser that comes back to the first node.
    standin::Reply visit(const std::string& address) {
        standin::BlockingClient browser(fleet_->port(0));
        return browser.send("GET", address.substr(address.find("/oauth/callback")));
    }

    void consent(int tenant = 0) {
        const auto page = visit(probe_.consent(link(tenant)));
        ASSERT_EQ(page.status, 200U) << page.body;
        EXPECT_THAT(page.body, HasSubstr("is connected"));
    }

    void consent_all() {
        for (int tenant = 0; tenant < tenants_; ++tenant) {
            consent(tenant);
        }
    }

    void enqueue(int tenant, int count) {
        for (int at = 0; at < count; ++at) {
            const auto seq = std::to_string(++seq_);
            database_.exec(
                "SELECT navette.enqueue('t" + std::to_string(tenant) + "', 'note.made', 'note', 'n" + seq +
                "', '{\"seq\": " + seq + "}')"
            );
        }
    }

    void await(const std::string& sql, long wanted) {
        const auto until = std::chrono::steady_clock::now() + 90s;
        long seen = -1;
        while ((seen = database_.number(sql)) != wanted) {
            ASSERT_LT(std::chrono::steady_clock::now(), until)
                << sql << ": " << seen << " instead of " << wanted;
            std::this_thread::sleep_for(20ms);
        }
    }

    void await_done() { await("SELECT count(*) FROM navette.sync_queue", 0); }

    void await_state(const std::string& state) {
        await("SELECT count(*) FROM navette.tenant_integrations WHERE state = '" + state + "'", tenants_);
    }

    long counted(const std::string& name) { return probe_.oauth_counts().at(name).to_number<long>(); }

    void expect_no_harm() {
        EXPECT_EQ(counted("double_spends"), 0);
        EXPECT_EQ(counted("bad_verifiers"), 0);
        EXPECT_EQ(database_.number("SELECT count(*) FROM navette.sync_queue WHERE status = 'failed'"), 0);
        probe_.faults("");
        EXPECT_EQ(probe_.history().duplicates(), 0);
        EXPECT_EQ(probe_.history().kinds.at("notes").size(), static_cast<std::size_t>(seq_));
    }

    TestDatabase database_;
    ProbeServer probe_;
    std::filesystem::path folder_;
    std::unique_ptr<Fleet> fleet_;
    int tenants_ = 0;
    long seq_ = 0;
};

TEST_F(OAuthTest, AConsentLetsTheHeldJobsGo) {
    probe_.oauth(R"({"guard": true})");
    start(1, 1);
    enqueue(0, 5);
    await_state("needs_reauth");
    EXPECT_THAT(
        database_.value("SELECT state_reason FROM navette.tenant_integrations"),
        HasSubstr("navettectl integration authorize int_t0")
    );
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.sync_queue WHERE attempts = 0"), 5);
    consent();
    await_done();
    expect_no_harm();
    EXPECT_EQ(counted("codes"), 1);
}

TEST_F(OAuthTest, ATenantGetsTheLinkOverTheApiAndNobodyElseDoes) {
    probe_.oauth(R"({"guard": true})");
    start(1, 2);
    enqueue(0, 1);
    const auto ask = [&](const std::vector<std::string>& words) {
        standin::BlockingClient client(
            fleet_->port(0),
            {{"Authorization", "Bearer " + token_in(fleet_->ctl(words))}, {"Accept", "application/json"}}
        );
        return client.send("POST", "/api/v1/integrations/int_t0/oauth/start", "{}");
    };
    EXPECT_EQ(ask({"token", "create", "--tenant", "t0", "--read-only"}).status, 403U);
    EXPECT_EQ(ask({"token", "create", "--tenant", "t1"}).status, 404U);
    const auto reply = ask({"token", "create", "--tenant", "t0"});
    ASSERT_EQ(reply.status, 200U) << reply.body;
    const auto address = std::string(reply.json().at("authorize_url").as_string());
    EXPECT_EQ(visit(probe_.consent(address)).status, 200U);
    await_done();
    EXPECT_EQ(counted("codes"), 1);
}

TEST_F(OAuthTest, TwoDaemonsThatAreKilledSpendNoRefreshTokenTwiceAndFailNoJob) {
    probe_.oauth(R"({"guard": true, "life_ms": 2000, "grace": true, "delay_ms": 120})");
    start(2, 3);
    consent_all();
    for (int round = 0; round < 8; ++round) {
        for (int tenant = 0; tenant < tenants_; ++tenant) {
            enqueue(tenant, 10);
        }
        // Once the round has come to a renewal: death strikes around it, before, during and after.
        const auto before = counted("refreshes") + counted("retries");
        const auto until = std::chrono::steady_clock::now() + 10s;
        while (counted("refreshes") + counted("retries") == before) {
            ASSERT_LT(std::chrono::steady_clock::now(), until) << "nobody renews";
            std::this_thread::sleep_for(5ms);
        }
        const int victim = round % 2;
        fleet_->kill(victim);
        fleet_->start(victim);
    }
    await_done();
    await_state("active");
    EXPECT_GE(counted("refreshes"), 8);
    std::cout << "refreshes " << counted("refreshes") << ", retries " << counted("retries") << std::endl;
    expect_no_harm();
}

TEST_F(OAuthTest, WithoutGraceALostAnswerHoldsTheJobsUntilAPersonConsentsAgain) {
    probe_.oauth(R"({"guard": true, "life_ms": 2000})");
    start(1, 1, {.grace = false, .more_auth = ""});
    consent();
    probe_.oauth(R"({"delay_ms": 60000, "life_ms": 3600000})");
    const auto until = std::chrono::steady_clock::now() + 20s;
    while (counted("refreshes") == 0) {
        ASSERT_LT(std::chrono::steady_clock::now(), until) << "nobody renews";
        std::this_thread::sleep_for(5ms);
    }
    fleet_->kill(0);
    enqueue(0, 5);
    probe_.oauth(R"({"delay_ms": 0})");
    fleet_->start(0);
    await_state("needs_reauth");
    EXPECT_THAT(
        database_.value("SELECT state_reason FROM navette.tenant_integrations"),
        HasSubstr("takes a refresh token only once; authorise again")
    );
    EXPECT_EQ(counted("refreshes"), 1);
    EXPECT_EQ(
        database_.number("SELECT count(*) FROM navette.sync_queue WHERE status = 'pending' AND attempts = 0"),
        5
    );
    consent();
    await_done();
    expect_no_harm();
}

TEST_F(OAuthTest, ARevokedGrantHoldsTheJobsAndAnewConsentLetsThemGo) {
    probe_.oauth(R"({"guard": true, "life_ms": 2000, "grace": true})");
    start(2, 2);
    consent_all();
    enqueue(0, 5);
    await_done();
    probe_.oauth(R"({"revoke": true})");
    await_state("needs_reauth");
    enqueue(0, 20);
    enqueue(1, 20);
    // The connection is tried again every 2 s; that brings nothing while the grant is gone.
    std::this_thread::sleep_for(3s);
    EXPECT_EQ(
        database_.number("SELECT count(*) FROM navette.sync_queue WHERE status = 'pending' AND attempts = 0"),
        40
    );
    consent_all();
    await_done();
    await_state("active");
    expect_no_harm();
}

TEST_F(OAuthTest, AStateWorksOnceAndAForgedOneNever) {
    start(1, 1);
    const auto back = probe_.consent(link());
    const auto forged = visit("/oauth/callback?state=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA&code=x");
    EXPECT_EQ(forged.status, 400U);
    EXPECT_EQ(visit("/oauth/callback").status, 400U);
    EXPECT_EQ(visit("/oauth/callback?code=x").status, 400U);
    EXPECT_EQ(visit(back).status, 200U);
    const auto replayed = visit(back);
    EXPECT_EQ(replayed.status, 400U);
    EXPECT_THAT(replayed.body, HasSubstr("used already"));
    EXPECT_EQ(counted("codes"), 1);
    EXPECT_EQ(database_.number("SELECT oauth_version FROM navette.tenant_integrations"), 1);
    // One that has run out.
    const auto late = probe_.consent(link());
    database_.exec("UPDATE navette.oauth_states SET expires_at = now()");
    EXPECT_EQ(visit(late).status, 400U);
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.oauth_states"), 0);
}

TEST_F(OAuthTest, AVerifierThatIsNotOursGetsNoTokens) {
    start(1, 1);
    auto changed = link();
    changed.replace(changed.find("code_challenge=") + 15, 4, "AAAA");
    const auto page = visit(probe_.consent(changed));
    EXPECT_EQ(page.status, 502U);
    EXPECT_EQ(counted("bad_verifiers"), 1);
    EXPECT_EQ(database_.number("SELECT count(oauth_encrypted) FROM navette.tenant_integrations"), 0);
}

TEST_F(OAuthTest, ARefusalIsShownAsASentenceAndNothingOfItIsHtml) {
    start(1, 1);
    probe_.oauth(R"({"deny": true})");
    const auto page = visit(probe_.consent(link()));
    EXPECT_EQ(page.status, 400U);
    EXPECT_THAT(
        page.body, HasSubstr("Probe did not give its consent (access_denied: &lt;b&gt;no&lt;/b&gt;)")
    );
    EXPECT_THAT(page.body, Not(HasSubstr("<b>")));
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.oauth_states"), 0);
}

TEST_F(OAuthTest, NoTokenIsFoundInTablesLogsOrOutput) {
    probe_.oauth(R"({"guard": true, "life_ms": 2000, "grace": true})");
    start(1, 1);
    consent();
    enqueue(0, 3);
    await_done();
    const auto until = std::chrono::steady_clock::now() + 20s;
    while (counted("refreshes") < 2) {
        ASSERT_LT(std::chrono::steady_clock::now(), until) << "nobody renews";
        std::this_thread::sleep_for(20ms);
    }
    probe_.oauth(R"({"revoke": true})");
    enqueue(0, 3);
    await_state("needs_reauth");
    auto seen = fleet_->log(0) + fleet_->ctl({"logs", "--verbose"}) +
                fleet_->ctl({"integration", "show", "int_t0", "--json"}) +
                fleet_->ctl({"queue", "list", "--json"});
    const auto tables = database_.exec(
        "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = "
        "c.relnamespace WHERE n.nspname = 'navette' AND c.relkind = 'r'"
    );
    for (const auto& table : tables) {
        for (const auto& row : database_.exec("SELECT t::text FROM " + table[0].as<std::string>() + " t")) {
            seen += row[0].as<std::string>("");
        }
    }
    const auto hex = [](const std::string& text) {
        constexpr std::string_view kDigits = "0123456789abcdef";
        std::string digits;
        for (const char c : text) {
            digits += kDigits[static_cast<unsigned char>(c) >> 4U];
            digits += kDigits[static_cast<unsigned char>(c) & 15U];
        }
        return digits;
    };
    const auto counts = probe_.oauth_counts();
    std::vector<std::string> secrets{kSecret};
    for (const auto& token : counts.at("tokens").as_array()) {
        secrets.emplace_back(token.as_string());
    }
    ASSERT_GT(secrets.size(), 6U);
    for (const auto& secret : secrets) {
        EXPECT_EQ(seen.find(secret), std::string::npos) << secret;
        EXPECT_EQ(seen.find(hex(secret)), std::string::npos) << secret << " as bytes";
    }
}

}  // namespace
}  // namespace navette::test
