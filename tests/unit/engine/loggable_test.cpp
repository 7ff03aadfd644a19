// What of a platform's answer is kept for the logs.
#include "daemon/engine/loggable.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace navette::engine {
namespace {

const std::vector<std::string> kStatements{"sql=", "INSERT INTO ", " value: '"};

TEST(Loggable, OfATextThatQuotesAStatementWhatStandsBeforeItIsKeptAndTheOtherTextsWhole) {
    EXPECT_EQ(
        loggable(
            R"-({"error":{"code":500,"message":"Data too long sql=INSERT INTO t VALUES ('Anna')","0":"Deadlock found"},)-"
            R"-("debug":["INSERT INTO u VALUES ('Anna')",true]})-",
            kStatements
        ),
        R"-({"error":{"code":500,"message":"Data too long (left out)","0":"Deadlock found"},)-"
        R"-("debug":["(left out)",true]})-"
    );
    EXPECT_EQ(loggable(R"("a bad value: 'Anna' sql=x")", kStatements), R"-("a bad(left out)")-");
}

TEST(Loggable, WhatIsNoJsonEndsThere) {
    EXPECT_EQ(
        loggable(R"-(<b>Error</b> INSERT INTO t VALUES ('Anna')<br>{"error":"Anna"})-", kStatements),
        "<b>Error</b> (left out)"
    );
    EXPECT_EQ(loggable(R"({"error":"sql=cut o)", kStatements), R"({"error":"(left out))");
}

TEST(Loggable, WhatHoldsNoneOfTheWordsIsKeptAsItCame) {
    const std::string body = R"({ "id" : "1",  "note": "insert into the slot" })";
    EXPECT_EQ(loggable(body, kStatements), body);
    EXPECT_EQ(loggable(body, {}), body);
    EXPECT_EQ(loggable("", kStatements), "");
}

}  // namespace
}  // namespace navette::engine
