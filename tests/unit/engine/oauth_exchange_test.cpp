#include "daemon/engine/oauth_exchange.hpp"

#include "daemon/engine/oauth_consent.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace navette::engine {
namespace {

using namespace std::chrono_literals;
using Grant = config::OAuthSpec::Grant;
using Kind = TokenTrouble::Kind;
using ::testing::HasSubstr;
using ::testing::Not;

const OAuthTokens::Time kNow{std::chrono::hours(500'000)};

class OAuthExchange : public ::testing::Test {
  protected:
    OAuthExchange() {
        spec_.authorize_url = "https://${shop}.example/authorize";
        spec_.token_url = "https://${shop}.example/token";
        spec_.client_id = "client_id";
        spec_.client_secret = "client_secret";
        spec_.grants = {Grant::authorization_code, Grant::refresh_token};
        client_ = *client_of(spec_, settings_, secrets_);
    }

    std::expected<OAuthTokens, TokenTrouble> answered(
        int status, std::string body, std::vector<sdk::Header> headers = {}
    ) {
        sdk::HttpResponse response;
        response.status = status;
        response.body = std::move(body);
        response.headers = std::move(headers);
        return read_token_answer(spec_, sdk::HttpResult(response), before_, kNow);
    }

    Kind refused(int status, std::string body) { return answered(status, std::move(body)).error().kind; }

    config::OAuthSpec spec_;
    boost::json::object settings_{{"shop", "acme"}, {"client_id", "c 1"}, {"user", "u@acme.example"}};
    std::map<std::string, std::string> secrets_{{"client_secret", "s&1"}};
    OAuthClient client_;
    std::optional<OAuthTokens> before_;
};

TEST_F(OAuthExchange, TheLinkCarriesStateScopesChallengeAndExtras) {
    spec_.scopes = {"read", "write"};
    spec_.scope_separator = ",";
    spec_.pkce = true;
    spec_.extra = {{"access_type", "offline"}};
    // The verifier and challenge of RFC 7636, appendix B.
    EXPECT_EQ(
        authorize_address(
            spec_,
            client_,
            "https://n.example/oauth/callback",
            "st",
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        ),
        "https://acme.example/authorize?response_type=code&client_id=c%201"
        "&redirect_uri=https%3A%2F%2Fn.example%2Foauth%2Fcallback&scope=read%2Cwrite&state=st"
        "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"
        "&access_type=offline"
    );
    spec_.pkce = false;
    EXPECT_THAT(authorize_address(spec_, client_, "r", "st", ""), Not(HasSubstr("code_challenge")));
}

TEST_F(OAuthExchange, ACodeIsExchangedByAFormWithTheSecretInItsBody) {
    spec_.pkce = true;
    const auto request = code_request(spec_, client_, "co/de", "https://n.example/cb", "ver");
    EXPECT_EQ(request.url, "https://acme.example/token");
    EXPECT_EQ(request.method, sdk::Method::post);
    EXPECT_EQ(
        request.body,
        "grant_type=authorization_code&code=co%2Fde&redirect_uri=https%3A%2F%2Fn.example%2Fcb&code_verifier="
        "ver"
        "&client_id=c%201&client_secret=s%261"
    );
    EXPECT_EQ(sdk::first_header(request.headers, "Content-Type"), "application/x-www-form-urlencoded");
}

TEST_F(OAuthExchange, JsonAndBasicWhereThePlatformWantsThem) {
    spec_.token_body = config::OAuthSpec::BodyForm::json;
    spec_.client_auth = config::OAuthSpec::ClientAuth::basic;
    spec_.token_extra = {{"expiring", "1"}};
    const auto request = code_request(spec_, client_, "x", "r", "");
    EXPECT_EQ(
        boost::json::parse(request.body),
        boost::json::parse(
            R"({"grant_type":"authorization_code","code":"x","redirect_uri":"r","expiring":"1"})"
        )
    );
    // "c%201:s%261"
    EXPECT_EQ(sdk::first_header(request.headers, "Authorization"), "Basic YyUyMDE6cyUyNjE=");
}

TEST_F(OAuthExchange, AnAssertionNamesClientUserAndAudienceAndKeepsTheSecretOut) {
    spec_.grants = {Grant::jwt_bearer};
    auto client = client_;
    client.key = "no key";
    const auto refused_key = renewal_request(spec_, client, RenewalWay::jwt_bearer, "", kNow);
    ASSERT_FALSE(refused_key);
    EXPECT_THAT(refused_key.error().message, Not(HasSubstr("no key")));
}

TEST_F(OAuthExchange, ARefreshSendsTheTokenOnce) {
    const auto request = renewal_request(spec_, client_, RenewalWay::refresh_token, "r1", kNow);
    ASSERT_TRUE(request);
    EXPECT_EQ(request->body, "grant_type=refresh_token&refresh_token=r1&client_id=c%201&client_secret=s%261");
}

TEST_F(OAuthExchange, WhatIsMissingIsNamed) {
    EXPECT_THAT(client_of(spec_, {{"shop", "a"}}, secrets_).error().message, HasSubstr("client_id"));
    EXPECT_THAT(client_of(spec_, {{"client_id", "c"}}, secrets_).error().message, HasSubstr("shop"));
    spec_.client_auth = config::OAuthSpec::ClientAuth::basic;
    EXPECT_THAT(client_of(spec_, settings_, {}).error().message, HasSubstr("client_secret"));
}

TEST_F(OAuthExchange, OfSeveralSecretsTheFirstIsTheClients) {
    EXPECT_EQ(client_of(spec_, settings_, {{"client_secret", "new old"}})->secret, "new");
}

TEST_F(OAuthExchange, TokensAreReadWithTheirEndAndAddress) {
    spec_.base_url_from = "instance_url";
    const auto tokens = answered(
        200,
        R"({"access_token":"a","refresh_token":"r","expires_in":"1800","instance_url":"https://eu1.example"})"
    );
    ASSERT_TRUE(tokens) << tokens.error().sentence;
    EXPECT_EQ(tokens->access_token, "a");
    EXPECT_EQ(tokens->refresh_token, "r");
    EXPECT_EQ(tokens->expires_at, kNow + 30min);
    EXPECT_EQ(tokens->api_base, "https://eu1.example");
}

TEST_F(OAuthExchange, WhatTheAnswerLeavesOutIsKeptOrTakenFromTheManifest) {
    before_ = OAuthTokens();
    before_->refresh_token = "old";
    before_->api_base = "https://old.example";
    spec_.base_url_from = "instance_url";
    spec_.expires_in = 2h;
    const auto tokens = answered(200, R"({"access_token":"a"})");
    ASSERT_TRUE(tokens);
    EXPECT_EQ(tokens->refresh_token, "old");
    EXPECT_EQ(tokens->api_base, "https://old.example");
    EXPECT_EQ(tokens->expires_at, kNow + 2h);
}

TEST_F(OAuthExchange, ATokenThatCouldBreakAHeaderIsNone) {
    EXPECT_FALSE(answered(200, R"({"access_token":"a\r\nX: y"})"));
    EXPECT_FALSE(answered(200, R"({"access_token":""})"));
    EXPECT_FALSE(answered(200, R"({"access_token":7})"));
    EXPECT_FALSE(answered(200, R"({"access_token":"a","refresh_token":"b c"})"));
}

TEST_F(OAuthExchange, ADeadGrantNeedsAPerson) {
    EXPECT_EQ(refused(400, R"({"error":"invalid_grant","status":"BAD_REFRESH_TOKEN"})"), Kind::needs_consent);
    EXPECT_EQ(refused(401, R"({"error":"invalid_grant"})"), Kind::needs_consent);
    EXPECT_EQ(refused(400, "who knows"), Kind::needs_consent);
    EXPECT_EQ(refused(400, R"({"error":"inactive_user"})"), Kind::needs_consent);
    EXPECT_EQ(refused(200, R"({"error":"bad_refresh_token"})"), Kind::needs_consent);
}

TEST_F(OAuthExchange, ARefusedClientIsASettingToMend) {
    EXPECT_EQ(refused(401, R"({"error":"invalid_client"})"), Kind::misconfigured);
    EXPECT_EQ(refused(400, R"({"error":"invalid_client_id"})"), Kind::misconfigured);
}

TEST_F(OAuthExchange, WhatPassesIsTriedAgainAndTheGrantIsKept) {
    EXPECT_EQ(refused(500, "{}"), Kind::passing);
    EXPECT_EQ(refused(503, "<html>"), Kind::passing);
    EXPECT_EQ(refused(403, "<html>blocked</html>"), Kind::passing);
    EXPECT_EQ(refused(400, R"({"error":"LOGIN_RATE_EXCEEDED"})"), Kind::passing);
    const auto throttled = answered(429, "<html>", {{"Retry-After", "7"}});
    EXPECT_EQ(throttled.error().kind, Kind::passing);
    EXPECT_EQ(throttled.error().retry_after, 7s);
    EXPECT_EQ(answered(429, "").error().retry_after, 30s);
}

TEST_F(OAuthExchange, AnAnswerThatMayHideTokensIsLost) {
    EXPECT_EQ(refused(502, ""), Kind::lost);
    EXPECT_EQ(refused(504, ""), Kind::lost);
    EXPECT_EQ(refused(200, "<html>"), Kind::lost);
    using Failure = sdk::TransportFailure;
    const auto unsent =
        read_token_answer(spec_, std::unexpected(Failure(Failure::Kind::not_sent, "refused")), before_, kNow);
    EXPECT_EQ(unsent.error().kind, Kind::passing);
    const auto cut =
        read_token_answer(spec_, std::unexpected(Failure(Failure::Kind::cut_off, "cut")), before_, kNow);
    EXPECT_EQ(cut.error().kind, Kind::lost);
}

TEST_F(OAuthExchange, ThePlatformsWordsAreShortAndOnOneLine) {
    const auto trouble =
        answered(
            400,
            R"({"error":"invalid_grant","error_description":"a\nb\u0000)" + std::string(5'000, 'x') + "\"}"
        )
            .error();
    EXPECT_THAT(trouble.sentence, HasSubstr("(invalid_grant: a b"));
    EXPECT_LT(trouble.sentence.size(), 500U);
    EXPECT_EQ(trouble.sentence.find('\n'), std::string::npos);
}

TEST(ApiBase, TakesTheHostAndLeavesThePath) {
    EXPECT_EQ(at_api_base("https://a.example/api/v1", "https://b.example/"), "https://b.example/api/v1");
    EXPECT_EQ(at_api_base("https://a.example", "https://b.example"), "https://b.example");
    EXPECT_EQ(at_api_base("https://a.example/x", ""), "https://a.example/x");
    EXPECT_EQ(at_api_base("https://a.example/x", "http://b.example"), "https://a.example/x");
}

// The vector of ../shared/platforms/shopify.md, section 8, number 4.
TEST(SignedCallback, IsRefusedWhereItIsChanged) {
    OAuthClient client;
    client.token_url = "https://navette-test.myshopify.com/admin/oauth/access_token";
    client.secret = "navette_test_client_secret";
    const OAuthTokens::Time signed_at{std::chrono::seconds(1'746'093'600)};
    std::vector<std::pair<std::string, std::string>> query{
        {"shop", "navette-test.myshopify.com"},
        {"code", "0907a61c0c8d55e99db179b68161bc00"},
        {"hmac", "55280f4365758012a6b3437f1c722ed614cc20443855a1493697679e40d42bd8"},
        {"timestamp", "1746093600"},
        {"state", "0.6784241404160823"},
        {"host", "YWRtaW4uc2hvcGlmeS5jb20vc3RvcmUvbmF2ZXR0ZS10ZXN0"}
    };
    EXPECT_TRUE(is_signed_callback(query, client, signed_at));
    EXPECT_TRUE(is_signed_callback(query, client, signed_at + 90s));
    EXPECT_FALSE(is_signed_callback(query, client, signed_at + 91s));
    EXPECT_FALSE(is_signed_callback(query, client, signed_at - 91s));
    query[1].second += "0";
    EXPECT_FALSE(is_signed_callback(query, client, signed_at));
    query[1].second.pop_back();
    client.token_url = "https://other.myshopify.com/admin/oauth/access_token";
    EXPECT_FALSE(is_signed_callback(query, client, signed_at));
    query.erase(query.begin() + 2);
    client.token_url = "https://navette-test.myshopify.com/admin/oauth/access_token";
    EXPECT_FALSE(is_signed_callback(query, client, signed_at));
}

}  // namespace
}  // namespace navette::engine
