#include "tests/unit/sync/rules_from_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace navette::sync {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(TransformsText, TrimDropsWhiteSpaceOfEveryKindAtTheEnds) {
    EXPECT_EQ(transformed_value(R"("trim")", "\" \\t a b\\u00a0\\u202f\\n\""), "\"a b\"");
    EXPECT_EQ(transformed_value(R"("trim")", "\" \\u3000 \""), "\"\"");
    EXPECT_EQ(transformed_value(R"("trim")", "\"\""), "\"\"");
}

TEST(TransformsText, APartOfANameOnlyReadsBack) {
    const auto back = [](const char* part, const boost::json::value& name) {
        const auto transform = compile_transform("name_part", part);
        return *transform->backward(Field(name), {});
    };
    EXPECT_EQ(back("first", "Ana Berg"), Field("Ana"));
    EXPECT_EQ(back("last", "Ana Berg"), Field("Berg"));
    EXPECT_EQ(back("first", " Ana  van den Berg "), Field("Ana"));
    EXPECT_EQ(back("last", " Ana  van den Berg "), Field("van den Berg"));
    EXPECT_EQ(back("first", "Madonna"), Field(""));
    EXPECT_EQ(back("last", "Madonna"), Field("Madonna"));
    EXPECT_EQ(back("last", ""), Field(""));
    EXPECT_EQ(back("last", nullptr), Field(nullptr));
    EXPECT_FALSE(compile_transform("name_part", "first")->forward(Field("Ana"), {}));
    EXPECT_FALSE(compile_transform("name_part", "middle"));
    EXPECT_FALSE(compile_transform("name_part", nullptr));
}

TEST(TransformsText, PlainTextIsANameAsABusinessSystemKeepsIt) {
    const auto plain = [](std::string_view text) {
        const auto transform = compile_transform("plain_text", nullptr);
        const auto once = transform->forward(text_field(text), {});
        EXPECT_EQ(*transform->forward(*once, {}), *once) << "what is plain stays as it is";
        return std::string(std::string_view((*once)->as_string()));
    };
    EXPECT_EQ(plain(" <b>Acme</b>  \"SARL\" \xf0\x9f\x98\x80 "), "Acme SARL");
    EXPECT_EQ(plain("Müller & Söhne\n<br/>GmbH"), "Müller & Söhne\nGmbH");
    EXPECT_EQ(plain("5 < 6 > 4 <3 hearts"), "5 < 6 > 4 <3 hearts");
    EXPECT_EQ(plain("a <b c <i>d</i> \"<\"x>e"), "a b c d e");
    EXPECT_EQ(plain("<i></i>"), "");
    EXPECT_TRUE(compile_transform("plain_text", nullptr)->one_way.empty())
        << "it may stand in both directions";
    EXPECT_FALSE(compile_transform("plain_text", "x"));
}

TEST(TransformsText, CaseChangesReachAccentsGreekAndCyrillic) {
    EXPECT_EQ(
        transformed_value(R"("lower")", "\"ÉLODIE Ÿ ŁÓDŹ ΑΘΗΝΑ МОСКВА Ё × 1€\""),
        "\"élodie ÿ łódź αθηνα москва ё × 1€\""
    );
    EXPECT_EQ(
        transformed_value(R"("upper")", "\"élodie ÿ łódź αθηνας москва ё ÷ ß œ\""),
        "\"ÉLODIE Ÿ ŁÓDŹ ΑΘΗΝΑΣ МОСКВА Ё ÷ ß Œ\""
    );
}

TEST(TransformsText, BytesThatAreNoUtf8AreKeptAndCountOneEach) {
    const auto after =
        [](std::string_view name, const boost::json::value& argument, const boost::json::string& text) {
            const auto transform = compile_transform(name, argument);
            const auto out = transform->forward(Field(text), {});
            return std::string(std::string_view((*out)->as_string()));
        };
    EXPECT_EQ(after("lower", nullptr, "A\xff\xc3"), "a\xff\xc3");
    EXPECT_EQ(after("truncate", 1, "\xc3(x"), "\xc3");
    EXPECT_EQ(after("truncate", 1, "\xe0\x80\x80"), "\xe0");                // zero, spelt too long
    EXPECT_EQ(after("truncate", 1, "\xed\xa0\x80"), "\xed");                // half of a pair of UTF-16
    EXPECT_EQ(after("truncate", 1, "\xf4\x90\x80\x80"), "\xf4");            // beyond the last code point
    EXPECT_EQ(after("bmp_only", nullptr, "\xf0\x9f\x98"), "\xf0\x9f\x98");  // cut off
}

TEST(TransformsText, TruncateCountsCodePointsAndSplitsNone) {
    EXPECT_EQ(transformed_value(R"({"truncate":3})", "\"añ€😀x\""), "\"añ€\"");
    EXPECT_EQ(transformed_value(R"({"truncate":4})", "\"añ€😀x\""), "\"añ€😀\"");
    EXPECT_EQ(transformed_value(R"({"truncate":9})", "\"añ€😀x\""), "\"añ€😀x\"");
    for (const char* argument : {"0", "-1", "\"3\"", "null", "2.5", "{}"}) {
        EXPECT_THAT(
            transformed_value("{\"truncate\":" + std::string(argument) + "}", "\"a\""),
            StartsWith("refused: transform truncate")
        ) << argument;
    }
}

TEST(TransformsText, BmpOnlyDropsWhatNeedsFourBytes) {
    EXPECT_EQ(transformed_value(R"("bmp_only")", "\"Merci 😀 beaucoup €𝄞\""), "\"Merci  beaucoup €\"");
}

TEST(TransformsText, SplitTakesTheFirstTheRestOrANumberedPart) {
    EXPECT_EQ(
        transformed_value(R"({"split":{"on":" ","take":"first"}})", "\"Jean de La Fontaine\""), "\"Jean\""
    );
    EXPECT_EQ(
        transformed_value(R"({"split":{"on":" ","take":"rest"}})", "\"Jean de La Fontaine\""),
        "\"de La Fontaine\""
    );
    EXPECT_EQ(transformed_value(R"({"split":{"on":"::","take":2}})", "\"a::b::c\""), "\"b\"");
    EXPECT_EQ(transformed_value(R"({"split":{"on":"::","take":3}})", "\"a::b::c\""), "\"c\"");
    EXPECT_EQ(transformed_value(R"({"split":{"take":"first"}})", "\"Jean\""), "\"Jean\"");
}

TEST(TransformsText, ASplitWithoutThatPartLeavesTheFieldOut) {
    EXPECT_EQ(transformed_value(R"({"split":{"on":" ","take":"rest"}})", "\"Jean\""), "absent");
    EXPECT_EQ(transformed_value(R"({"split":{"on":",","take":4}})", "\"a,b,c\""), "absent");
}

TEST(TransformsText, SplitRefusesWrongArguments) {
    EXPECT_THAT(
        transformed_value(R"({"split":{"on":"","take":"first"}})", "1"), HasSubstr("on must not be empty")
    );
    EXPECT_THAT(
        transformed_value(R"({"split":{"on":",","take":"last"}})", "1"),
        HasSubstr("take must be one of first, rest, not 'last'")
    );
    EXPECT_THAT(
        transformed_value(R"({"split":{"on":",","take":0}})", "1"),
        HasSubstr("take must be a whole number from 1")
    );
    EXPECT_THAT(transformed_value(R"({"split":{"by":","}})", "1"), HasSubstr("no part 'by'"));
    EXPECT_THAT(transformed_value(R"({"split":","})", "1"), HasSubstr("must have named parts"));
}

TEST(TransformsText, OtherKindsOfValuesAreRefusedAndNullAndAbsentPass) {
    for (const char* transform :
         {R"("trim")",
          R"("lower")",
          R"("upper")",
          R"("bmp_only")",
          R"({"truncate":3})",
          R"({"split":{"on":" "}})",
          R"({"phone_e164":{"country":"FR"}})"}) {
        EXPECT_THAT(transformed_value(transform, "12"), StartsWith("error: 12 is not a text; put to_string"))
            << transform;
        EXPECT_EQ(transformed_value(transform, "[1]"), "error: a list is not a text") << transform;
        EXPECT_EQ(transformed_value(transform, "null"), "null") << transform;
        EXPECT_EQ(transformed(transform, "{}"), "absent") << transform;
    }
}

TEST(TransformsText, AnArgumentWhereNoneBelongsIsRefused) {
    EXPECT_THAT(transformed_value(R"({"trim":5})", "\"a\""), HasSubstr("takes no argument"));
}

}  // namespace
}  // namespace navette::sync
