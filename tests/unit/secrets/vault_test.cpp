#include "daemon/secrets/vault.hpp"

#include "daemon/secrets/encoding.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace navette::secrets {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Vault, OpensWhatItSealed) {
    const auto vault = Vault::with_key(Vault::generate_key("2026"));
    ASSERT_TRUE(vault.has_value());
    const auto sealed = vault->seal("{\"api_key\":\"s3cret\"}", owner_of("lumira", "int_1"));
    EXPECT_THAT(sealed, Not(HasSubstr("s3cret")));
    EXPECT_EQ(*vault->open(sealed, owner_of("lumira", "int_1")), "{\"api_key\":\"s3cret\"}");
}

TEST(Vault, SealsTheSameTextDifferentlyEachTime) {
    const auto vault = Vault::with_key(Vault::generate_key("k"));
    EXPECT_NE(vault->seal("x", "o"), vault->seal("x", "o"));
}

TEST(Vault, DoesNotOpenATextCopiedToAnotherRow) {
    const auto vault = Vault::with_key(Vault::generate_key("k"));
    const auto sealed = vault->seal("x", owner_of("lumira", "int_1"));
    EXPECT_FALSE(vault->open(sealed, owner_of("lumira", "int_2")).has_value());
    EXPECT_FALSE(vault->open(sealed, owner_of("other", "int_1")).has_value());
}

TEST(Vault, NoticesEveryChangedByte) {
    const auto vault = Vault::with_key(Vault::generate_key("k"));
    const auto sealed = vault->seal("secret", "owner");
    for (std::size_t at = 0; at < sealed.size(); ++at) {
        auto changed = sealed;
        changed[at] = static_cast<char>(changed[at] ^ 1);
        EXPECT_FALSE(vault->open(changed, "owner").has_value()) << "byte " << at;
    }
    for (std::size_t length = 0; length < sealed.size(); ++length) {
        EXPECT_FALSE(vault->open(sealed.substr(0, length), "owner").has_value()) << "length " << length;
    }
}

TEST(Vault, NamesTheKeyThatATextWasSealedWith) {
    const auto old_vault = Vault::with_key(Vault::generate_key("2025"));
    const auto new_vault = Vault::with_key(Vault::generate_key("2026"));
    const auto opened = new_vault->open(old_vault->seal("x", "o"), "o");
    ASSERT_FALSE(opened.has_value());
    EXPECT_THAT(opened.error().message, HasSubstr("'2025'"));
}

TEST(Vault, RefusesAMalformedKeyWithoutQuotingIt) {
    for (const auto* key : {"", "nocolon", ":AAAA", "k:tooshort", "k:!!!!", "k:c2hvcnQ="}) {
        const auto vault = Vault::with_key(key);
        ASSERT_FALSE(vault.has_value()) << key;
        EXPECT_THAT(vault.error().message, HasSubstr("generate-key"));
        EXPECT_THAT(vault.error().message, Not(HasSubstr("c2hvcnQ")));
    }
}

TEST(Vault, ReadsAKeyFromAFileThatEndsWithANewline) {
    EXPECT_TRUE(Vault::with_key(Vault::generate_key("k") + "\n").has_value());
}

TEST(Encoding, WritesTheBase64OfTheRfc) {
    EXPECT_EQ(base64(""), "");
    EXPECT_EQ(base64("f"), "Zg==");
    EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
}

}  // namespace
}  // namespace navette::secrets
