#include "daemon/secrets/token.hpp"

#include "daemon/secrets/encoding.hpp"

#include <gtest/gtest.h>

#include <set>

namespace navette::secrets {
namespace {

TEST(Tokens, EachIsFreshAndNamesItsRow) {
    std::set<std::string> texts;
    std::set<std::string> ids;
    for (int at = 0; at < 200; ++at) {
        const auto token = generate_token();
        EXPECT_EQ(token_id_of(token.text), token.id) << token.text;
        texts.insert(token.text);
        ids.insert(token.id);
    }
    EXPECT_EQ(texts.size(), 200U);
    EXPECT_EQ(ids.size(), 200U);
}

TEST(Tokens, WhatHasNotTheFormOfOneNamesNoRow) {
    const auto token = generate_token().text;
    EXPECT_EQ(token_id_of(""), std::nullopt);
    EXPECT_EQ(token_id_of("nvt_"), std::nullopt);
    EXPECT_EQ(token_id_of(token + "A"), std::nullopt);
    EXPECT_EQ(token_id_of(token.substr(0, token.size() - 1)), std::nullopt);
    auto other = token;
    other[0] = 'x';
    EXPECT_EQ(token_id_of(other), std::nullopt);
    other = token;
    other[5] = 'G';
    EXPECT_EQ(token_id_of(other), std::nullopt) << "an id has lower-case hexadecimal digits";
    other = token;
    other.back() = '+';
    EXPECT_EQ(token_id_of(other), std::nullopt);
}

TEST(Tokens, TheHashIsOfTheWholeText) {
    const auto token = generate_token().text;
    auto other = token;
    other[6] = other[6] == '0' ? '1' : '0';
    EXPECT_TRUE(equal_hashes(token_hash(token), token_hash(token)));
    EXPECT_FALSE(equal_hashes(token_hash(token), token_hash(other)));
    EXPECT_FALSE(equal_hashes(token_hash(token), token_hash(token).substr(1)));
    // RFC 7693 knows BLAKE2b-512; of 256 bits this is libsodium's and b2sum's for the empty text.
    EXPECT_EQ(digest(""), "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
}

TEST(Base64Url, BothWays) {
    EXPECT_EQ(base64url("\xfb\xff\xfe"), "-__-");
    EXPECT_EQ(base64url("fooba"), "Zm9vYmE") << "no padding";
    EXPECT_EQ(from_base64url("Zm9vYmE"), "fooba");
    EXPECT_EQ(from_base64url("-__-"), "\xfb\xff\xfe");
    EXPECT_EQ(from_base64url(""), "");
    EXPECT_EQ(from_base64url("Zm9vYmE="), std::nullopt);
    EXPECT_EQ(from_base64url("+//+"), std::nullopt);
}

}  // namespace
}  // namespace navette::secrets
