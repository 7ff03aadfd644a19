#include "tests/unit/sync/rules_from_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace navette::sync {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view kLevels =
    R"({"lookup":{"table":{"initie":"Simple","mystique":"Intuitive","profond":"Alchimique","integrale":"Intégrale"}}})";

TEST(TransformsValue, DefaultFillsAbsentNullAndEmptyAndNothingElse) {
    EXPECT_EQ(transformed(R"({"default":20})", "{}"), "20");
    EXPECT_EQ(transformed_value(R"({"default":20})", "null"), "20");
    EXPECT_EQ(transformed_value(R"({"default":20})", "\"\""), "20");
    EXPECT_EQ(transformed_value(R"({"default":20})", "0"), "0");
    EXPECT_EQ(transformed_value(R"({"default":20})", "false"), "false");
    EXPECT_EQ(transformed_value(R"({"default":20})", "[]"), "[]");
    EXPECT_THAT(
        transformed(R"("default")", "{}"), StartsWith("refused: transform default: it needs a value")
    );
}

TEST(TransformsValue, ConstantIgnoresTheRecord) {
    EXPECT_EQ(transformed(R"({"constant":{"a":[1]}})", "{}"), R"({"a":[1]})");
    EXPECT_EQ(transformed_value(R"({"constant":"x"})", "\"y\""), "\"x\"");
    EXPECT_EQ(transformed_value(R"({"constant":null})", "\"y\""), "null");
}

TEST(TransformsValue, LookupTranslatesTextsNumbersAndBooleans) {
    EXPECT_EQ(transformed_value(kLevels, "\"integrale\""), "\"Intégrale\"");
    EXPECT_EQ(
        transformed_value(R"({"lookup":{"table":{"1":"one","true":"yes","2.5":null}}})", "1"), "\"one\""
    );
    EXPECT_EQ(
        transformed_value(R"({"lookup":{"table":{"1":"one","true":"yes","2.5":null}}})", "true"), "\"yes\""
    );
    EXPECT_EQ(
        transformed_value(R"({"lookup":{"table":{"1":"one","true":"yes","2.5":null}}})", "2.5"), "null"
    );
}

TEST(TransformsValue, AnUnknownKeyIsRejectedWithTheKnownOnes) {
    EXPECT_EQ(
        transformed_value(kLevels, "\"expert\""),
        "error: 'expert' is not in the lookup table, which knows initie, integrale, mystique, profond"
    );
    EXPECT_THAT(transformed_value(kLevels, "{}"), StartsWith("error: an object is not in the lookup table"));
}

TEST(TransformsValue, AnUnknownKeyTakesTheDefaultOrIsKept) {
    EXPECT_EQ(transformed_value(R"({"lookup":{"table":{"a":1},"default":0}})", "\"b\""), "0");
    EXPECT_EQ(transformed_value(R"({"lookup":{"table":{"a":1},"default":null}})", "\"b\""), "null");
    EXPECT_EQ(transformed_value(R"({"lookup":{"table":{"a":1},"otherwise":"keep"}})", "[2]"), "[2]");
    EXPECT_THAT(
        transformed_value(R"({"lookup":{"table":{"a":1},"otherwise":"reject"}})", "\"b\""),
        StartsWith("error")
    );
}

TEST(TransformsValue, LookupRefusesWrongArguments) {
    EXPECT_THAT(transformed_value(R"("lookup")", "1"), HasSubstr("needs a table"));
    EXPECT_THAT(transformed_value(R"({"lookup":{"table":{}}})", "1"), HasSubstr("needs a table"));
    EXPECT_THAT(
        transformed_value(R"({"lookup":{"table":{"a":1},"defualt":1}})", "1"), HasSubstr("no part 'defualt'")
    );
    EXPECT_THAT(
        transformed_value(R"({"lookup":{"table":{"a":1},"otherwise":"drop"}})", "1"),
        HasSubstr("reject, keep")
    );
    EXPECT_THAT(
        transformed_value(R"({"lookup":{"table":{"a":1},"default":1,"otherwise":"keep"}})", "1"),
        HasSubstr("not both")
    );
}

TEST(TransformsValue, ALookupGoesBackWhereItsTableIsOneToOne) {
    EXPECT_EQ(restored("lookup", R"({"table":{"a":1,"b":2}})", "2"), "\"b\"");
    EXPECT_THAT(
        restored("lookup", R"({"table":{"a":1,"b":2}})", "3"),
        StartsWith("error: 3 is not in the lookup table, which knows 1, 2")
    );
    EXPECT_EQ(restored("lookup", R"({"table":{"a":1},"otherwise":"keep"})", "\"z\""), "\"z\"");
    EXPECT_EQ(restored("lookup", R"({"table":{"a":1,"b":2},"default":2})", "2"), "\"b\"");
    EXPECT_THAT(restored("lookup", R"({"table":{"a":1,"b":1}})", "1"), StartsWith("one way: two keys"));
    EXPECT_THAT(restored("lookup", R"({"table":{"a":[1]}})", "1"), StartsWith("one way"));
    EXPECT_THAT(
        restored("lookup", R"({"table":{"a":1},"default":9})", "1"), StartsWith("one way: its default")
    );
}

TEST(TransformsValue, BoolReadsTheUsualSpellings) {
    for (const char* yes : {"true", "1", "1.0", "\"true\"", "\"Yes\"", "\"ON\"", "\"1\"", "\"t\""}) {
        EXPECT_EQ(transformed_value(R"("bool")", yes), "true") << yes;
    }
    for (const char* no : {"false", "0", "\"False\"", "\"no\"", "\"off\"", "\"0\"", "\"n\""}) {
        EXPECT_EQ(transformed_value(R"("bool")", no), "false") << no;
    }
    for (const char* other : {"2", "\"\"", "\"oui ou non\"", "[]", "{}"}) {
        EXPECT_THAT(transformed_value(R"("bool")", other), HasSubstr("neither true nor false")) << other;
    }
}

TEST(TransformsValue, ToStringWritesNumbersPlainly) {
    EXPECT_EQ(transformed_value(R"("to_string")", "19.99"), "\"19.99\"");
    EXPECT_EQ(transformed_value(R"("to_string")", "20.0"), "\"20\"");
    EXPECT_EQ(transformed_value(R"("to_string")", "1e21"), "\"1000000000000000000000\"");
    EXPECT_EQ(transformed_value(R"("to_string")", "1e-7"), "\"0.0000001\"");
    EXPECT_EQ(transformed_value(R"("to_string")", "-9223372036854775808"), "\"-9223372036854775808\"");
    EXPECT_EQ(transformed_value(R"("to_string")", "18446744073709551615"), "\"18446744073709551615\"");
    EXPECT_EQ(transformed_value(R"("to_string")", "true"), "\"true\"");
    EXPECT_EQ(transformed_value(R"("to_string")", "\"x\""), "\"x\"");
    EXPECT_THAT(transformed_value(R"("to_string")", "[]"), StartsWith("error: a list cannot be made a text"));
}

TEST(TransformsValue, TheSmallestDoubleHasAPlainTextToo) {
    EXPECT_EQ(
        transformed_value(R"("to_string")", "-4.9406564584124654e-324").size(),
        std::string("\"-0.\"").size() + 324
    );
}

TEST(TransformsValue, ToIntegerTakesWholeNumbersOnly) {
    EXPECT_EQ(transformed_value(R"("to_integer")", "\"-12\""), "-12");
    EXPECT_EQ(transformed_value(R"("to_integer")", "\"12.000\""), "12");
    EXPECT_EQ(transformed_value(R"("to_integer")", "12.0"), "12");
    EXPECT_EQ(transformed_value(R"("to_integer")", "\"9223372036854775807\""), "9223372036854775807");
    EXPECT_EQ(transformed_value(R"("to_integer")", "\"-9223372036854775808\""), "-9223372036854775808");
    for (const char* other :
         {"\"9223372036854775808\"",
          "12.5",
          "\"12a\"",
          "\"\"",
          "\" 1\"",
          "\"1e3\"",
          "true",
          "1e300",
          "\"-\"",
          "\"+-1\""}) {
        EXPECT_THAT(transformed_value(R"("to_integer")", other), HasSubstr("is not a whole number")) << other;
    }
}

TEST(TransformsValue, TextAndIntegerAreEachOthersWayBack) {
    EXPECT_EQ(restored("to_string", "null", "\"42\""), "42");
    EXPECT_EQ(restored("to_integer", "null", "42"), "\"42\"");
    EXPECT_EQ(restored("bool", "null", "\"yes\""), "true");
    EXPECT_EQ(restored("default", "7", "7"), "7");
}

TEST(Transforms, AnUnknownNameListsAllKnownOnes) {
    const auto names = transform_names();
    EXPECT_TRUE(std::ranges::is_sorted(names));
    EXPECT_EQ(names.size(), 21U);
    EXPECT_THAT(
        transformed_value(R"("trimm")", "1"),
        AllOf(HasSubstr("no transform 'trimm'"), HasSubstr("bmp_only, bool, cents_to_decimal, constant"))
    );
}

TEST(Transforms, ARefusedArgumentShowsHowItIsWritten) {
    EXPECT_THAT(transformed_value(R"("truncate")", "1"), HasSubstr("it is written {truncate: 30}"));
}

}  // namespace
}  // namespace navette::sync
