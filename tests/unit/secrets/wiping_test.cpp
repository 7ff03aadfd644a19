#include "daemon/secrets/wiping.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace navette::secrets {
namespace {

TEST(Wiping, LeavesNothingInTheBufferOfALongOrAShortText) {
    for (const std::size_t length : {1U, 15U, 16U, 400U}) {
        std::string text(length, 'x');
        const char* const buffer = text.data();
        const auto capacity = text.capacity();
        wipe(text);
        EXPECT_TRUE(text.empty());
        ASSERT_EQ(text.data(), buffer) << "the buffer is still this text's own";
        ASSERT_EQ(text.capacity(), capacity);
        EXPECT_TRUE(std::all_of(buffer, buffer + capacity, [](char c) { return c == '\0'; })) << length;
    }
}

TEST(Wiping, ReachesWhatAShortenedTextHeldBefore) {
    std::string text(100, 'x');
    text.resize(20);
    const char* const buffer = text.data();
    wipe(text);
    EXPECT_TRUE(std::all_of(buffer, buffer + 100, [](char c) { return c == '\0'; }));
}

TEST(Wiping, HappensAtTheEndOfAScope) {
    std::string text("secret");
    {
        const WipedAtEnd wiped(text);
    }
    EXPECT_TRUE(text.empty());
}

}  // namespace
}  // namespace navette::secrets
