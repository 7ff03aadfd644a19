#include "tests/unit/sync/rules_from_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace navette::sync {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(TransformsCompose, JoinSkipsAbsentNullAndEmptyParts) {
    constexpr std::string_view kJoin = R"({"join":{"with":", ","paths":["a","b.c","d","e"]}})";
    EXPECT_EQ(transformed(kJoin, R"({"a":"x","b":{"c":12.5},"d":"","e":true})"), "\"x, 12.5, true\"");
    EXPECT_EQ(transformed(kJoin, R"({"a":null,"e":"y"})"), "\"y\"");
    EXPECT_EQ(transformed(kJoin, "{}"), "absent");
    EXPECT_EQ(transformed(R"({"join":{"paths":["a","b"]}})", R"({"a":"x","b":"y"})"), "\"x y\"");
}

TEST(TransformsCompose, APartThatIsNoPlainValueIsNamed) {
    EXPECT_EQ(
        transformed(R"({"join":{"paths":["a.b"]}})", R"({"a":{"b":[1]}})"),
        "error: a.b is a list, which cannot be part of a text"
    );
    EXPECT_THAT(transformed(R"({"template":"{a}"})", R"({"a":{}})"), StartsWith("error: a is an object"));
}

TEST(TransformsCompose, JoinNeedsPaths) {
    EXPECT_THAT(transformed(R"({"join":{"with":" "}})", "{}"), HasSubstr("paths: a list of paths is needed"));
    EXPECT_THAT(transformed(R"({"join":{"paths":["a",3]}})", "{}"), HasSubstr("3 is not a path"));
    EXPECT_THAT(transformed(R"({"join":{"paths":["a..b"]}})", "{}"), HasSubstr("'a..b' is not a path"));
}

TEST(TransformsCompose, TemplateFillsPathsAndTrimsTheResult) {
    constexpr std::string_view kName = R"({"template":"{first_name} {last_name}"})";
    EXPECT_EQ(transformed(kName, R"({"first_name":"Élodie","last_name":"Martin"})"), "\"Élodie Martin\"");
    EXPECT_EQ(transformed(kName, R"({"last_name":"Martin"})"), "\"Martin\"");
    EXPECT_EQ(transformed(kName, "{}"), "\"\"");
    EXPECT_EQ(
        transformed(R"({"template":"{{{a[0].b}}} #{n}"})", R"({"a":[{"b":"x"}],"n":20.0})"), "\"{x} #20\""
    );
    EXPECT_EQ(transformed(R"({"template":"plain"})", "{}"), "\"plain\"");
}

TEST(TransformsCompose, ValuesAreNotFilledAgain) {
    EXPECT_EQ(transformed(R"({"template":"{a}"})", R"({"a":"{b}","b":"secret"})"), "\"{b}\"");
}

TEST(TransformsCompose, AMalformedTemplateIsRefused) {
    EXPECT_THAT(transformed(R"({"template":"{a"})", "{}"), HasSubstr("is not closed"));
    EXPECT_THAT(transformed(R"({"template":"a}"})", "{}"), HasSubstr("was not opened"));
    EXPECT_THAT(transformed(R"({"template":"{}"})", "{}"), HasSubstr("is not a path"));
    EXPECT_THAT(transformed(R"({"template":3})", "{}"), HasSubstr("needs a text"));
}

TEST(TransformsCompose, FirstOfTakesTheFirstFilledValueAsItIs) {
    constexpr std::string_view kFirst = R"({"first_of":["a","b","c"]})";
    EXPECT_EQ(transformed(kFirst, R"({"a":"","b":null,"c":{"k":1}})"), R"({"k":1})");
    EXPECT_EQ(transformed(kFirst, R"({"a":0,"b":1})"), "0");
    EXPECT_EQ(transformed(kFirst, R"({"in":"own","a":"x"})"), "\"own\"");
    EXPECT_EQ(transformed(kFirst, R"({"in":"","a":"x"})"), "\"x\"");
    EXPECT_EQ(transformed(kFirst, "{}"), "absent");
    EXPECT_THAT(transformed(R"({"first_of":[]})", "{}"), HasSubstr("a list of paths is needed"));
    EXPECT_THAT(transformed(R"({"first_of":"a"})", "{}"), HasSubstr("a list of paths is needed"));
}

}  // namespace
}  // namespace navette::sync
