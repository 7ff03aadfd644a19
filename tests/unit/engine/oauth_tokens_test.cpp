#include "daemon/engine/oauth_tokens.hpp"

#include <gtest/gtest.h>

namespace navette::engine {
namespace {

using namespace std::chrono_literals;
using Grant = config::OAuthSpec::Grant;
using Time = OAuthTokens::Time;

const Time kNow{std::chrono::hours(500'000)};

OAuthTokens living(std::chrono::milliseconds life) {
    OAuthTokens tokens;
    tokens.access_token = "a";
    tokens.refresh_token = "r";
    tokens.obtained_at = kNow;
    tokens.expires_at = kNow + life;
    return tokens;
}

TEST(OAuthTokens, ComeBackFromTheirText) {
    auto tokens = living(30min);
    tokens.api_base = "https://acme.example";
    EXPECT_EQ(*decode_tokens(encode_tokens(tokens)), tokens);
    tokens.expires_at.reset();
    EXPECT_EQ(*decode_tokens(encode_tokens(tokens)), tokens);
}

TEST(OAuthTokens, HowTheyWereGotIsNotedWithThem) {
    for (const auto grant : {Grant::authorization_code, Grant::client_credentials, Grant::jwt_bearer}) {
        auto tokens = living(30min);
        tokens.got_by = grant;
        EXPECT_EQ(*decode_tokens(encode_tokens(tokens)), tokens);
        config::OAuthSpec spec;
        spec.grants = {grant};
        EXPECT_TRUE(belong_to(spec, tokens));
        spec.grants = {grant == Grant::jwt_bearer ? Grant::client_credentials : Grant::jwt_bearer};
        EXPECT_FALSE(belong_to(spec, tokens));
    }
    EXPECT_EQ(grant_of(RenewalWay::refresh_token), Grant::authorization_code) << "a person's consent goes on";
    EXPECT_EQ(grant_of(RenewalWay::jwt_bearer), Grant::jwt_bearer);
}

TEST(OAuthTokens, OfAnEarlierVersionAreAPersonsWhereTheyHaveARefreshTokenElseAnybodys) {
    config::OAuthSpec own;
    own.grants = {Grant::client_credentials};
    auto tokens = living(30min);
    EXPECT_FALSE(belong_to(own, tokens));
    EXPECT_TRUE(may_be_consented(tokens));
    tokens.refresh_token.clear();
    EXPECT_TRUE(belong_to(own, tokens));
    EXPECT_TRUE(may_be_consented(tokens));
}

TEST(OAuthTokens, ATextThatIsNoneSaysWhatToDo) {
    for (const auto* text : {"", "[]", "{}", R"({"access_token": 1})", "{"}) {
        const auto tokens = decode_tokens(text);
        ASSERT_FALSE(tokens) << text;
        EXPECT_NE(tokens.error().message.find("navettectl integration authorize"), std::string::npos);
    }
}

TEST(OAuthRenewal, ComesAFifthOfTheLifeAheadAndAtMostFiveMinutes) {
    EXPECT_EQ(renewal_moment(living(10s)), kNow + 8s);
    EXPECT_EQ(renewal_moment(living(20min)), kNow + 16min);
    EXPECT_EQ(renewal_moment(living(30min)), kNow + 25min);
    EXPECT_EQ(renewal_moment(living(24h)), kNow + 24h - 5min);
}

TEST(OAuthRenewal, KeepsAnIdleRefreshTokenAliveWhereNoEndIsKnown) {
    auto tokens = living(1h);
    tokens.expires_at.reset();
    EXPECT_EQ(renewal_moment(tokens), kNow + 7 * 24h);
    tokens.refresh_token.clear();
    EXPECT_EQ(renewal_moment(tokens), std::nullopt);
}

TEST(OAuthRenewal, ATokenIsOverAtItsEndAndNotBefore) {
    EXPECT_FALSE(has_expired(living(10s), kNow + 9'999ms));
    EXPECT_TRUE(has_expired(living(10s), kNow + 10s));
    auto endless = living(10s);
    endless.expires_at.reset();
    EXPECT_FALSE(has_expired(endless, kNow + 24h));
}

TEST(OAuthRenewal, WhatAPersonConsentedToIsNeverReplacedByAnotherGrant) {
    config::OAuthSpec spec;
    spec.grants = {Grant::authorization_code, Grant::refresh_token, Grant::client_credentials};
    EXPECT_EQ(way_to_renew(spec, living(1h)), RenewalWay::refresh_token);
    auto bare = living(1h);
    bare.refresh_token.clear();
    EXPECT_EQ(way_to_renew(spec, bare), RenewalWay::none);
    EXPECT_EQ(way_to_renew(spec, std::nullopt), RenewalWay::client_credentials);
    bare.got_by = Grant::client_credentials;
    EXPECT_EQ(way_to_renew(spec, bare), RenewalWay::client_credentials) << "nobody consented to these";
}

TEST(OAuthRenewal, GrantsThatAskNobodyAskAgain) {
    config::OAuthSpec spec;
    spec.grants = {Grant::client_credentials};
    // A refresh token that came with it is not used.
    EXPECT_EQ(way_to_renew(spec, living(1h)), RenewalWay::client_credentials);
    spec.grants = {Grant::jwt_bearer};
    EXPECT_EQ(way_to_renew(spec, std::nullopt), RenewalWay::jwt_bearer);
    spec.grants = {Grant::authorization_code};
    EXPECT_EQ(way_to_renew(spec, std::nullopt), RenewalWay::none);
}

TEST(OAuthRenewal, FailuresWaitLongerUpToAMinute) {
    EXPECT_EQ(renewal_pause(1, 0), 500ms);
    EXPECT_EQ(renewal_pause(1, 0.999999), 999ms);
    EXPECT_EQ(renewal_pause(3, 0), 2s);
    EXPECT_EQ(renewal_pause(50, 0), 30s);
    EXPECT_LE(renewal_pause(50, 0.999999), 1min);
}

}  // namespace
}  // namespace navette::engine
