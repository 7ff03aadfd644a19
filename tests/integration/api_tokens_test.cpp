#include "daemon/http/api_tokens.hpp"

#include "daemon/http/authentication.hpp"
#include "daemon/store/admin_tokens.hpp"
#include "tests/integration/desk_fixture.hpp"

#include <boost/json/array.hpp>
#include <gmock/gmock.h>

namespace navette::http {
namespace {

namespace json = boost::json;
using test::body_of;
using test::caller_of;
using test::must;
using Scope = Caller::Scope;

class ApiTokensTest : public test::DeskTest {
  protected:
    ApiTokensTest() { add_token_routes(router_, desk()); }

    Response create(const Caller& caller, const std::string& body, std::vector<sdk::Header> headers = {}) {
        return call(router_, request(caller, "POST", "/api/v1/tokens", body, std::move(headers)));
    }

    Response list(const Caller& caller, std::vector<std::pair<std::string, std::string>> query = {}) {
        auto asked = request(caller, "GET", "/api/v1/tokens");
        asked.query = std::move(query);
        return call(router_, std::move(asked));
    }

    Response revoke(const Caller& caller, const std::string& id) {
        return call(router_, request(caller, "DELETE", "/api/v1/tokens/" + id));
    }

    /// The member that a 422 names.
    std::string wrong_field(const Caller& caller, const std::string& body) {
        const auto answer = create(caller, body);
        EXPECT_EQ(answer.status, 422) << body << answer.body;
        const auto problem = body_of(answer);
        return problem.contains("field") ? std::string(problem.at("field").as_string()) : "";
    }

    core::Result<Caller> authenticate(const std::string& token) {
        Authenticator authenticator(desk());
        return run(authenticator.authenticate(token));
    }

    Router router_;
    const Caller admin_ = caller_of("", Scope::admin);
    const Caller writer_ = caller_of("acme", Scope::write);
};

TEST_F(ApiTokensTest, ATokenThatWasMadeOpensTheApiAndIsShownOnce) {
    const auto answer = create(writer_, R"({"name": "shop", "scope": "write", "expires_at": "90d"})");
    ASSERT_EQ(answer.status, 201) << answer.body;
    const auto made = body_of(answer);
    const std::string token(made.at("token").as_string());
    const auto caller = must(authenticate(token));
    EXPECT_EQ(caller.tenant, "acme");
    EXPECT_EQ(caller.scope, Scope::write);
    EXPECT_EQ(made.at("created_by"), "0123456789abcdef");
    EXPECT_TRUE(made.at("expires_at").is_string());
    const auto listed = list(writer_);
    EXPECT_EQ(body_of(listed).at("data").as_array().size(), 1U);
    const auto secret = token.substr(token.size() - 43);
    EXPECT_EQ(listed.body.find(secret), std::string::npos);
    EXPECT_EQ(
        database_.number("SELECT count(*) FROM navette.api_tokens t WHERE t::text LIKE '%" + secret + "%'"), 0
    );
}

TEST_F(ApiTokensTest, ATenantsTokenGivesNoMoreThanItHas) {
    EXPECT_EQ(wrong_field(writer_, R"({"scope": "admin"})"), "scope");
    EXPECT_EQ(create(writer_, R"({"tenant_id": "other"})").status, 404);
    EXPECT_EQ(body_of(create(writer_, R"({"tenant_id": "acme"})")).at("scope"), "read")
        << "the least by default";
    EXPECT_EQ(database_.value("SELECT string_agg(DISTINCT tenant_id, ' ') FROM navette.api_tokens"), "acme");
}

TEST_F(ApiTokensTest, AdministrationMakesThemForAnybody) {
    EXPECT_EQ(body_of(create(admin_, R"({"scope": "admin"})")).at("tenant_id"), "");
    EXPECT_EQ(
        body_of(create(admin_, R"({"tenant_id": "other", "scope": "write"})")).at("tenant_id"), "other"
    );
    EXPECT_EQ(wrong_field(admin_, R"({"scope": "write"})"), "scope") << "write is a tenant's";
    EXPECT_EQ(wrong_field(admin_, R"({"tenant_id": "other", "scope": "admin"})"), "scope");
}

TEST_F(ApiTokensTest, MistakesAreNamed) {
    EXPECT_EQ(wrong_field(writer_, R"({"expires_at": "yesterday"})"), "expires_at");
    EXPECT_EQ(wrong_field(writer_, R"({"expires_at": "2020-01-01"})"), "expires_at") << "it is past";
    EXPECT_EQ(wrong_field(writer_, R"({"name": 7})"), "name");
    EXPECT_EQ(wrong_field(writer_, R"({"name": ")" + std::string(201, 'n') + "\"}"), "name");
    EXPECT_EQ(wrong_field(writer_, R"({"scopes": ["read"]})"), "scopes");
    EXPECT_EQ(create(writer_, "nonsense").status, 400);
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.api_tokens"), 0);
}

TEST_F(ApiTokensTest, ARepetitionDoesNotMakeASecondNorKeepTheFirstsSecret) {
    const std::vector<sdk::Header> headers{{"Idempotency-Key", "k1"}};
    const auto first = body_of(create(writer_, "{}", headers));
    const auto again = create(writer_, "{}", headers);
    EXPECT_EQ(again.status, 201);
    EXPECT_EQ(body_of(again).at("id"), first.at("id"));
    EXPECT_TRUE(body_of(again).at("token").is_null());
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.api_tokens"), 1);
    EXPECT_EQ(
        database_.number("SELECT count(*) FROM navette.api_idempotency WHERE body LIKE '%nvt!_%' ESCAPE '!'"),
        0
    );
}

TEST_F(ApiTokensTest, ARevokedOneOpensNothingAndStaysInTheList) {
    const auto made = body_of(create(writer_, "{}"));
    const std::string id(made.at("id").as_string());
    const auto revoked = revoke(writer_, id);
    EXPECT_EQ(revoked.status, 200);
    EXPECT_EQ(body_of(revoked).at("state"), "revoked");
    EXPECT_FALSE(authenticate(std::string(made.at("token").as_string())));
    EXPECT_EQ(body_of(revoke(writer_, id)).at("revoked_at"), body_of(revoked).at("revoked_at")) << "once";
    EXPECT_EQ(body_of(list(writer_)).at("data").as_array().size(), 1U);
    EXPECT_EQ(revoke(writer_, "ffffffffffffffff").status, 404);
}

TEST_F(ApiTokensTest, AnotherTenantsTokensAreNotThere) {
    const auto theirs = body_of(create(caller_of("other", Scope::write), "{}"));
    const auto administrations = body_of(create(admin_, "{}"));
    for (const auto& token : {theirs, administrations}) {
        EXPECT_EQ(revoke(writer_, std::string(token.at("id").as_string())).status, 404);
        EXPECT_TRUE(authenticate(std::string(token.at("token").as_string())));
    }
    EXPECT_EQ(body_of(list(writer_)).at("data").as_array().size(), 0U);
    EXPECT_EQ(body_of(list(admin_)).at("data").as_array().size(), 2U);
    EXPECT_EQ(body_of(list(admin_, {{"tenant", "other"}})).at("data").as_array().size(), 1U);
}

TEST_F(ApiTokensTest, TheListComesInPagesThatNeitherMissNorRepeat) {
    for (int at = 0; at < 7; ++at) {
        create(writer_, "{}");
    }
    std::set<std::string> seen;
    std::vector<std::pair<std::string, std::string>> query{{"limit", "3"}};
    for (int page = 0; page < 3; ++page) {
        const auto body = body_of(list(writer_, query));
        for (const auto& token : body.at("data").as_array()) {
            EXPECT_TRUE(seen.emplace(token.at("id").as_string()).second);
        }
        create(writer_, "{}");  // newer ones come in meanwhile
        if (page < 2) {
            query = {{"limit", "3"}, {"cursor", std::string(body.at("next_cursor").as_string())}};
        } else {
            EXPECT_TRUE(body.at("next_cursor").is_null());
        }
    }
    EXPECT_EQ(seen.size(), 7U);
}

}  // namespace
}  // namespace navette::http
