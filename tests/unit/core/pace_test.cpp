#include "daemon/core/pace.hpp"

#include <gtest/gtest.h>

#include <string>

namespace navette::core {
namespace {

using std::chrono::microseconds;

TEST(Pace, IsTheTimeFromOneJobToTheNext) {
    EXPECT_EQ(parse_pace("5/s"), microseconds(200'000));
    EXPECT_EQ(parse_pace("100/m"), microseconds(600'000));
    EXPECT_EQ(parse_pace("1/h"), microseconds(3'600'000'000));
}

TEST(Pace, WhatIsNoRateIsRefused) {
    for (const std::string text : {"", "5", "/s", "0/s", "-1/s", "1000001/s", "5/d", "5/s ", "5 /s", "x/s"}) {
        EXPECT_FALSE(parse_pace(text)) << text;
    }
}

}  // namespace
}  // namespace navette::core
