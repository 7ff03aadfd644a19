#include "daemon/sync/doubts.hpp"

#include "tests/unit/sync/rules_from_json.hpp"

#include <gtest/gtest.h>

#include <string>

namespace navette::sync {
namespace {

namespace json = boost::json;

/// The list that is left, as JSON, of a platform that keeps a full name.
std::string left(std::string_view known, std::string_view in_doubt, const Arrived& arrived) {
    static const Mapping mapping = mapping_from(R"([
        {"remote":"name","transforms":[{"join":{"paths":["first","last"]}}]},
        {"local":"first","remote":"name","direction":"from_platform","transforms":[{"name_part":"first"}]},
        {"local":"last","remote":"name","direction":"from_platform","transforms":[{"name_part":"last"}]},
        {"local":"mail","remote":"mail","direction":"both"},
        {"local":"phone","remote":"phone","direction":"both"},
        {"remote":"origin","transforms":[{"constant":"navette"}]}])");
    std::vector<json::object> writes;
    for (const auto& write : parsed(in_doubt).as_array()) {
        writes.push_back(write.as_object());
    }
    const auto rest = left_in_doubt(mapping, parsed(known).as_object(), writes, arrived);
    return json::serialize(json::array(rest.begin(), rest.end()));
}

TEST(Doubts, AFieldThatArrivedEndsInTheWritesUpToItsOwnAndOtherFieldsStay) {
    EXPECT_EQ(
        left(
            R"({"name":"Ana Berg","mail":"2"})",
            R"([{"mail":"1"},{"name":"Anna Berg","mail":"2"},{"name":"Anna Berg","mail":"3"}])",
            {{"mail", 2}}
        ),
        R"([{"name":"Anna Berg"},{"name":"Anna Berg","mail":"3"}])"
    );
}

TEST(Doubts, WhatIsKeptInOnePlaceArrivesInOne) {
    EXPECT_EQ(
        left(R"({"name":"Anna Berg","mail":"1"})", R"([{"name":"Anna Berg","phone":"5"}])", {{"first", 1}}),
        R"([{"phone":"5"}])"
    );
}

TEST(Doubts, AWriteOfWhichNothingIsLeftThatIsReadBackIsOver) {
    EXPECT_EQ(left(R"({"mail":"1"})", R"([{"mail":"1","origin":"navette"}])", {{"mail", 1}}), "[]");
    EXPECT_EQ(
        left(R"({"mail":"2","phone":"5"})", R"([{"mail":"1","phone":"5"},{"mail":"2"}])", {{"mail", 2}}), "[]"
    );
}

TEST(Doubts, AWriteBehindOneThatIsLeftStaysThoughItChangesNothingYet) {
    EXPECT_EQ(
        left(R"({"mail":"0","phone":"5"})", R"([{"mail":"1"},{"mail":"0","phone":"5"}])", {{"phone", 2}}),
        R"([{"mail":"1"},{"mail":"0"}])"
    );
}

TEST(Doubts, WhatDidNotArriveStaysInDoubt) {
    EXPECT_EQ(
        left(R"({"mail":"0"})", R"([{"mail":"0"},{"mail":"1"}])", {}), R"([{"mail":"0"},{"mail":"1"}])"
    );
}

TEST(Doubts, AShownValueComesFromTheOldestWriteThatFits) {
    const std::vector<json::object> views{
        parsed(R"({"a":"1"})").as_object(),
        parsed(R"({"a":"2"})").as_object(),
        parsed(R"({"a":"1"})").as_object()
    };
    EXPECT_EQ(place_in_doubt(views, "a", "1", "0"), 1U);
    EXPECT_EQ(place_in_doubt(views, "a", "2", "0"), 2U);
    EXPECT_EQ(place_in_doubt(views, "a", "0", "0"), 0U);
    EXPECT_EQ(place_in_doubt(views, "a", "3", "0"), 0U);
}

}  // namespace
}  // namespace navette::sync
