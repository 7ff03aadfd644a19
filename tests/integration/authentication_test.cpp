#include "daemon/http/authentication.hpp"

#include "daemon/store/admin_tokens.hpp"
#include "tests/integration/desk_fixture.hpp"

#include <algorithm>

namespace navette::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::must;

class AuthenticationTest : public test::DeskTest {
  protected:
    store::IssuedToken issue(const std::string& tenant, const std::string& scope) {
        store::TokenPlan plan;
        plan.tenant = tenant;
        plan.scope = scope;
        return must(store::issue_token(session_, plan));
    }

    core::Result<Caller> authenticate(const std::string& token) {
        return run(authenticator().authenticate(token));
    }

    /// 200 where it is let in.
    int admit(const std::string& token, const std::string& address = "192.0.2.1") {
        last_ = run(authenticator().admit(token, address));
        return last_ ? 200 : last_.error().status;
    }

    Authenticator& authenticator() {
        if (!authenticator_) {
            authenticator_ = std::make_unique<Authenticator>(desk(), rule_, [this] { return now_; });
        }
        return *authenticator_;
    }

    void forget_row(const std::string& id) {
        database_.exec("DELETE FROM navette.api_tokens WHERE id = '" + id + "'");
    }

    AuthenticationRule rule_;
    std::chrono::steady_clock::time_point now_ = std::chrono::steady_clock::now();
    std::expected<Caller, Response> last_;
    store::AdminSession session_ = must(store::AdminSession::open(database_.url()));
    std::unique_ptr<Authenticator> authenticator_;
};

TEST_F(AuthenticationTest, ATokenTellsItsTenantAndScope) {
    const auto tenant = must(authenticate(issue("acme", "write").text));
    EXPECT_EQ(tenant.tenant, "acme");
    EXPECT_TRUE(tenant.may_write());
    EXPECT_FALSE(tenant.is_admin());
    const auto reader = must(authenticate(issue("acme", "read").text));
    EXPECT_FALSE(reader.may_write());
    const auto admin = must(authenticate(issue("", "admin").text));
    EXPECT_EQ(admin.tenant, "");
    EXPECT_TRUE(admin.is_admin());
    const auto auditor = must(authenticate(issue("", "read").text));
    EXPECT_FALSE(auditor.may_write());
    EXPECT_FALSE(auditor.is_admin());
}

TEST_F(AuthenticationTest, AWrongSecretOpensNothingAndSaysNotWhy) {
    auto token = issue("acme", "write").text;
    const auto last = token[token.size() - 2];
    token[token.size() - 2] = last == 'A' ? 'B' : 'A';
    const auto wrong = authenticate(token);
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().kind, core::ErrorKind::permission);
    const auto malformed = authenticate("nvt_");
    ASSERT_FALSE(malformed);
    EXPECT_EQ(malformed.error().message, wrong.error().message);
    EXPECT_EQ(admit(token), 401);
    EXPECT_NE(sdk::first_header(last_.error().headers, "WWW-Authenticate").find("Bearer"), std::string::npos);
}

TEST_F(AuthenticationTest, AnExpiredOneOpensNothing) {
    const auto token = issue("acme", "write");
    const auto id = store::text_of(token.record, "id");
    database_.exec(
        "UPDATE navette.api_tokens SET expires_at = now() - interval '1 second' WHERE id = '" + id + "'"
    );
    EXPECT_FALSE(authenticate(token.text));
}

TEST_F(AuthenticationTest, OneThatExpiresSoonIsNotBelievedLonger) {
    const auto token = issue("acme", "write");
    const auto id = store::text_of(token.record, "id");
    database_.exec(
        "UPDATE navette.api_tokens SET expires_at = now() + interval '2 seconds' WHERE id = '" + id + "'"
    );
    must(authenticate(token.text));
    forget_row(id);
    now_ += milliseconds(1'000);
    EXPECT_TRUE(authenticate(token.text)) << "by memory";
    now_ += milliseconds(1'000);
    EXPECT_FALSE(authenticate(token.text));
}

TEST_F(AuthenticationTest, ARevokedOneOpensNothingAfterFiveSecondsAtMost) {
    const auto token = issue("acme", "write");
    must(authenticate(token.text));
    must(store::revoke_token(session_, store::text_of(token.record, "id"), std::nullopt));
    now_ += milliseconds(4'999);
    EXPECT_TRUE(authenticate(token.text)) << "by memory";
    now_ += milliseconds(1);
    EXPECT_FALSE(authenticate(token.text));
}

TEST_F(AuthenticationTest, AnUnknownTokenIsLookedUpOnceInAWhile) {
    const auto token = issue("acme", "write");
    const auto id = store::text_of(token.record, "id");
    database_.exec("UPDATE navette.api_tokens SET revoked_at = now() WHERE id = '" + id + "'");
    EXPECT_FALSE(authenticate(token.text));
    database_.exec("UPDATE navette.api_tokens SET revoked_at = NULL WHERE id = '" + id + "'");
    now_ += milliseconds(4'999);
    EXPECT_FALSE(authenticate(token.text)) << "by memory";
    now_ += milliseconds(1);
    EXPECT_TRUE(authenticate(token.text));
}

TEST_F(AuthenticationTest, ManyQuestionsForOneTokenAskTheDatabaseOnce) {
    rule_.lookups = 1;
    const auto token = issue("acme", "write");
    std::vector<boost::asio::awaitable<core::Result<Caller>>> questions;
    for (int at = 0; at < 20; ++at) {
        questions.push_back(authenticator().authenticate(token.text));
    }
    questions.push_back(authenticator().authenticate(issue("other", "write").text));
    const auto answers = test::run_all(context_, std::move(questions));
    for (int at = 0; at < 20; ++at) {
        EXPECT_TRUE(answers[static_cast<std::size_t>(at)].has_value());
    }
    ASSERT_FALSE(answers.back()) << "a second lookup at the same time is one too many here";
    EXPECT_EQ(answers.back().error().kind, core::ErrorKind::unavailable);
}

TEST_F(AuthenticationTest, NoMoreTokensAreRememberedThanAllowed) {
    rule_.remembered = 2;
    std::vector<std::string> tokens;
    for (int at = 0; at < 5; ++at) {
        tokens.push_back(issue("acme", "write").text);
        must(authenticate(tokens.back()));
    }
    database_.exec("DELETE FROM navette.api_tokens");
    EXPECT_TRUE(authenticate(tokens.back())) << "the last one is remembered";
    EXPECT_LE(
        std::ranges::count_if(tokens, [&](const auto& token) { return authenticate(token).has_value(); }), 2
    );
}

TEST_F(AuthenticationTest, ItsUseIsNotedOnceAMinute) {
    const auto token = issue("acme", "write");
    const auto used =
        "SELECT last_used_at FROM navette.api_tokens WHERE id = '" + store::text_of(token.record, "id") + "'";
    EXPECT_EQ(database_.value(used), "");
    must(authenticate(token.text));
    const auto first = database_.value(used);
    EXPECT_NE(first, "");
    now_ += seconds(10);
    must(authenticate(token.text));
    EXPECT_EQ(database_.value(used), first);
    database_.exec("UPDATE navette.api_tokens SET last_used_at = last_used_at - interval '61 seconds'");
    now_ += seconds(10);
    must(authenticate(token.text));
    EXPECT_NE(database_.value(used), "");
    EXPECT_GE(database_.value(used), first);
}

TEST_F(AuthenticationTest, ADatabaseThatTakesNoWritesDoesNotKeepATokenOut) {
    const auto token = issue("acme", "write");
    database_.set_default("default_transaction_read_only = on");
    EXPECT_TRUE(authenticate(token.text));
}

TEST_F(AuthenticationTest, WhoGuessesIsSlowedAndNobodyElse) {
    rule_.throttle.failures = 5;
    const auto good = issue("acme", "write").text;
    const auto known = issue("acme", "write").text;
    EXPECT_EQ(admit(known), 200);
    for (int at = 0; at < 5; ++at) {
        EXPECT_EQ(admit("nvt_guess" + std::to_string(at)), 401);
    }
    EXPECT_EQ(admit("nvt_guess"), 429);
    EXPECT_EQ(sdk::first_header(last_.error().headers, "Retry-After"), "1");
    EXPECT_EQ(admit(good), 429) << "nobody learns whether it is valid";
    EXPECT_EQ(admit(known), 200) << "it was known already";
    EXPECT_EQ(admit("nvt_guess"), 429) << "which does not clear the address";
    EXPECT_EQ(admit(good, "192.0.2.2"), 200);
    now_ += seconds(1);
    EXPECT_EQ(admit("nvt_guess"), 401) << "one try";
    EXPECT_EQ(admit("nvt_guess"), 429);
}

TEST_F(AuthenticationTest, WithoutADatabaseNobodyIsCalledUnknown) {
    const auto token = issue("acme", "write").text;
    desk_ = std::make_unique<DatabaseDesk>(
        context_.get_executor(), "host=127.0.0.1 port=1 user=navette dbname=none"
    );
    EXPECT_EQ(admit(token), 503);
    authenticator_.reset();
    desk_.reset();
    EXPECT_EQ(admit(token), 200);
}

}  // namespace
}  // namespace navette::http
