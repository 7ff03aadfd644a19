#include "daemon/secrets/vault.hpp"

#include "daemon/secrets/encoding.hpp"
#include "tests/support/version_one_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace navette::secrets {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string from_hex(const std::string& hex) {
    std::string bytes;
    for (std::size_t at = 0; at < hex.size(); at += 2) {
        bytes += static_cast<char>(std::stoi(hex.substr(at, 2), nullptr, 16));
    }
    return bytes;
}

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

TEST(Vault, OpensWhatItsPredecessorSealed) {
    // Written by navette 0.1.0 before texts had data keys of their own.
    const std::string stored = from_hex(
        "010432303235aa12c20ed4bb700011f3456334295bc7706d677b606a2b93b1f0dfd4375e8ff9a8ee0cd4a42cebb22b515617"
        "e6"
        "dc619767900b097d94fdda7193a5df27827665d93767cca136"
    );
    const auto vault = Vault::with_key("2025:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=");
    const auto opened = vault->open(stored, owner_of("lumira", "int_1"));
    ASSERT_TRUE(opened.has_value()) << opened.error().message;
    EXPECT_EQ(*opened, R"({"api_key":"from version one"})");
    EXPECT_FALSE(vault->open(stored, owner_of("lumira", "int_2")).has_value());
    EXPECT_FALSE(vault->is_current(stored));
}

TEST(Vault, TellsTheKeysNameWithoutAnyKey) {
    const auto key = Vault::generate_key("main");
    EXPECT_EQ(key_name_of(Vault::with_key(key)->seal("x", "o")), "main");
    EXPECT_EQ(key_name_of(test::seal_as_version_one(key, "x", "o")), "main");
    for (const std::string_view text : {"", "\x02", "\x03\x01k", "\x02\x09main"}) {
        EXPECT_EQ(key_name_of(text), std::nullopt);
    }
}

TEST(Vault, EncryptsEachTextWithADataKeyOfItsOwn) {
    const auto key = Vault::generate_key("k");
    const auto vault = Vault::with_key(key);
    const auto one = vault->seal("the same", "o");
    const auto other = vault->seal("the same", "o");
    // Header 3, encrypted data key 72: with a common data key, one's text would open in the other's envelope.
    EXPECT_FALSE(vault->open(one.substr(0, 75) + other.substr(75), "o").has_value());
    EXPECT_TRUE(vault->open(one.substr(0, 75) + one.substr(75), "o").has_value());
}

TEST(Vault, OpensWithEveryKeyAndSealsWithTheFirst) {
    const auto first = Vault::generate_key("2024");
    const auto second = Vault::generate_key("2025");
    const auto third = Vault::generate_key("2026");
    const auto vault = Vault::with_key(third + "\n" + second + "\n" + first + "\n");
    ASSERT_TRUE(vault.has_value()) << vault.error().message;
    EXPECT_EQ(vault->open(Vault::with_key(first)->seal("x", "o"), "o"), "x");
    EXPECT_EQ(vault->open(test::seal_as_version_one(second, "y", "o"), "o"), "y");
    EXPECT_EQ(key_name_of(vault->seal("z", "o")), "2026");
    EXPECT_EQ(vault->current_key(), "2026");
    EXPECT_THAT(vault->old_keys(), testing::ElementsAre("2025", "2024"));
}

TEST(Vault, ATextUnderAnotherKeyOfTheSameNameDoesNotOpen) {
    const auto sealed = Vault::with_key(Vault::generate_key("main"))->seal("x", "o");
    EXPECT_FALSE(Vault::with_key(Vault::generate_key("main"))->open(sealed, "o").has_value());
}

TEST(Vault, TheNameOfTheKeyIsBoundToTheText) {
    const std::string secret = ":MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
    auto sealed = Vault::with_key("a" + secret)->seal("x", "o");
    const auto twin = Vault::with_key("b" + secret);
    sealed[2] = 'b';
    ASSERT_EQ(key_name_of(sealed), "b");
    EXPECT_FALSE(twin->open(sealed, "o").has_value());
}

TEST(Vault, RefusesTwoKeysOfOneName) {
    const auto vault = Vault::with_key(Vault::generate_key("main") + "\n" + Vault::generate_key("main"));
    ASSERT_FALSE(vault.has_value());
    EXPECT_THAT(vault.error().message, HasSubstr("two keys are named 'main'"));
}

TEST(Vault, NamesTheOldKeysWhereNoneOpens) {
    const auto vault = Vault::with_key(Vault::generate_key("2026") + "\n" + Vault::generate_key("2025"));
    const auto opened = vault->open(Vault::with_key(Vault::generate_key("lo\x01st"))->seal("x", "o"), "o");
    ASSERT_FALSE(opened.has_value());
    EXPECT_THAT(
        opened.error().message,
        testing::AllOf(
            HasSubstr("'lo?st', which is missing here"),
            HasSubstr("secrets.key is '2026'"),
            HasSubstr("secrets.old_keys has '2025'")
        )
    );
}

TEST(Vault, ARewrappedTextOpensWithTheNewKeyAlone) {
    const auto old_key = Vault::generate_key("old");
    const auto new_key = Vault::generate_key("new");
    const auto both = Vault::with_key(new_key + "\n" + old_key);
    const auto new_alone = Vault::with_key(new_key);
    const auto sealed = Vault::with_key(old_key)->seal("s3cret", "o");
    EXPECT_FALSE(both->is_current(sealed));
    const auto fresh = both->rewrap(sealed, "o");
    ASSERT_TRUE(fresh.has_value()) << fresh.error().message;
    EXPECT_TRUE(both->is_current(*fresh));
    EXPECT_EQ(new_alone->open(*fresh, "o"), "s3cret");
    EXPECT_FALSE(Vault::with_key(old_key)->open(*fresh, "o").has_value());
    EXPECT_FALSE(new_alone->open(*fresh, "other").has_value());
    // Only the envelope is new.
    EXPECT_TRUE(fresh->ends_with(sealed.substr(sealed.size() - 24 - 6 - 16)));

    const auto modern = both->rewrap(test::seal_as_version_one(old_key, "s3cret", "o"), "o");
    ASSERT_TRUE(modern.has_value()) << modern.error().message;
    EXPECT_TRUE(both->is_current(*modern));
    EXPECT_EQ(new_alone->open(*modern, "o"), "s3cret");
}

TEST(Vault, DoesNotRewrapWhatItCannotOpen) {
    const auto old_key = Vault::generate_key("old");
    const auto both = Vault::with_key(Vault::generate_key("new") + "\n" + old_key);
    auto sealed = Vault::with_key(old_key)->seal("s3cret", "o");
    EXPECT_FALSE(both->rewrap(sealed, "other").has_value());
    sealed.back() = static_cast<char>(sealed.back() ^ 1);  // of the text, not of its envelope
    EXPECT_FALSE(both->rewrap(sealed, "o").has_value());
}

TEST(Vault, TheTwoSealedColumnsOfARowCannotBeExchanged) {
    const auto vault = Vault::with_key(Vault::generate_key("k"));
    const auto sealed = vault->seal("token", owner_of_oauth("lumira", "int_1"));
    EXPECT_TRUE(vault->open(sealed, owner_of_oauth("lumira", "int_1")).has_value());
    EXPECT_FALSE(vault->open(sealed, owner_of("lumira", "int_1")).has_value());
}

TEST(Encoding, WritesTheBase64OfTheRfc) {
    EXPECT_EQ(base64(""), "");
    EXPECT_EQ(base64("f"), "Zg==");
    EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
}

}  // namespace
}  // namespace navette::secrets
