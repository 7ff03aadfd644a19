#include "daemon/http/csv.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace navette::http {
namespace {

TEST(Csv, AnOrdinaryTextStandsAsItIs) {
    EXPECT_EQ(csv_text("order 7; paid"), "order 7; paid");
    EXPECT_EQ(csv_text(""), "");
}

TEST(Csv, WhatWouldEndTheFieldIsQuoted) {
    EXPECT_EQ(csv_text("a,b"), R"("a,b")");
    EXPECT_EQ(csv_text("say \"no\""), R"("say ""no""")");
    EXPECT_EQ(csv_text("a\r\nb"), "\"a\r\nb\"");
}

TEST(Csv, WhatASpreadsheetWouldCalculateIsDisarmed) {
    for (const char first : {'=', '+', '-', '@', '\t'}) {
        EXPECT_EQ(csv_text(std::string(1, first) + "1"), "'" + std::string(1, first) + "1");
    }
    EXPECT_EQ(csv_text("=A1,B1"), "\"'=A1,B1\"");
    EXPECT_EQ(csv_text("\r1"), "\"'\r1\"");
    EXPECT_EQ(csv_text("1=2"), "1=2");
}

TEST(Csv, ALineEndsWithCrLf) {
    EXPECT_EQ(csv_line(std::vector<std::string>{"a", "", "c"}), "a,,c\r\n");
}

}  // namespace
}  // namespace navette::http
