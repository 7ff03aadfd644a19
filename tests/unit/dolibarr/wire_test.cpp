#include "wire.hpp"

#include <gtest/gtest.h>

#include <string>

namespace navette::dolibarr {
namespace {

TEST(Wire, ReadsNumbersWhetherTheyComeAsTextOrAsNumber) {
    const json::object object{
        {"text", "42"}, {"number", 42}, {"empty", ""}, {"null", nullptr}, {"word", "4x"}
    };
    EXPECT_EQ(integer_at(object, "text"), 42);
    EXPECT_EQ(integer_at(object, "number"), 42);
    EXPECT_EQ(integer_at(object, "empty"), std::nullopt);
    EXPECT_EQ(integer_at(object, "null"), std::nullopt);
    EXPECT_EQ(integer_at(object, "word"), std::nullopt);
    EXPECT_EQ(integer_at(object, "absent"), std::nullopt);
    EXPECT_EQ(text_at(object, "number"), "42");
    EXPECT_EQ(text_at(object, "null"), "");
}

TEST(Wire, ReadsDecimalsExactly) {
    EXPECT_EQ(to_decimal("10.41667000"), 1'041'667'000);
    EXPECT_EQ(to_decimal(12.5), 1'250'000'000);
    EXPECT_EQ(to_decimal(-7), -700'000'000);
    EXPECT_EQ(to_decimal("-0.5"), -50'000'000);
    EXPECT_EQ(to_decimal("1.123456789"), 112'345'678);
    EXPECT_EQ(to_decimal("10,5"), std::nullopt);
    EXPECT_EQ(to_decimal("1e3"), std::nullopt);
    EXPECT_EQ(to_decimal("."), std::nullopt);
    EXPECT_EQ(to_decimal("99999999999999999999"), std::nullopt);
}

TEST(Wire, RoundsTotalsToWholeCents) {
    const json::object object{{"a", "25.00000000"}, {"b", "0.07"}, {"c", "-3.005"}, {"d", "x"}};
    EXPECT_EQ(cents_at(object, "a"), 2500);
    EXPECT_EQ(cents_at(object, "b"), 7);
    EXPECT_EQ(cents_at(object, "c"), -301);
    EXPECT_EQ(cents_at(object, "d"), std::nullopt);
    EXPECT_EQ(cents_text(2507), "25.07");
    EXPECT_EQ(cents_text(-5), "-0.05");
}

TEST(Wire, ComparesNumbersAsNumbersAndTakesNullAndEmptyForOne) {
    const json::value remote("20.0000");
    EXPECT_TRUE(is_same(&remote, "20"));
    EXPECT_TRUE(is_same(&remote, 20));
    EXPECT_FALSE(is_same(&remote, "20.01"));
    EXPECT_TRUE(is_same(nullptr, ""));
    EXPECT_TRUE(is_same(nullptr, nullptr));
    EXPECT_FALSE(is_same(nullptr, 0));
    const json::value text("Acme");
    EXPECT_FALSE(is_same(&text, "acme"));
}

TEST(Wire, APostcodeWithALeadingZeroIsNoNumber) {
    const json::value town("1000");
    EXPECT_FALSE(is_same(&town, "01000"));
    const json::value other("01000");
    EXPECT_FALSE(is_same(&other, "1000"));
    EXPECT_TRUE(is_same(&other, "01000"));
    const json::value rate("0.5000");
    EXPECT_TRUE(is_same(&rate, "0.5"));
    EXPECT_TRUE(is_same(&rate, 0.5));
}

TEST(Wire, StripsEmojiFromEveryStringWithinAndKeepsTheRest) {
    json::value value =
        json::parse(R"({"a":"h\u00e9 \ud83d\ude00!","b":[{"c":"\ud83c\udf89\u20ac"}],"d":1})");
    strip_beyond_bmp(value);
    EXPECT_EQ(value, json::parse(R"({"a":"h\u00e9 !","b":[{"c":"\u20ac"}],"d":1})"));
}

TEST(Wire, CutsBetweenCodePoints) {
    EXPECT_EQ(first_code_points("héé", 2), "hé");
    EXPECT_EQ(first_code_points("héé", 9), "héé");
    EXPECT_EQ(first_code_points("", 2), "");
}

TEST(Wire, KnowsWhatDolibarrsFirewallRefusesInAPath) {
    EXPECT_TRUE(fits_path("LU240515001"));
    EXPECT_TRUE(fits_path("a_b-c.d"));
    for (const auto* refused : {"", "..", "a b", "a/b", "crm:1", "a(b", "é", "a%20b"}) {
        EXPECT_FALSE(fits_path(refused)) << refused;
    }
}

TEST(Wire, BuildsFiltersOnlyOfValuesThatTheSyntaxCarries) {
    EXPECT_EQ(equals_filter("email", "o'brien@x.test"), "(t.email:=:'o'brien@x.test')");
    EXPECT_EQ(equals_filter("ref", "A 1/é"), "(t.ref:=:'A 1/é')");
    for (const auto* refused : {"", "a(b", "a)b", "a\"b", "a\\b", "<script"}) {
        EXPECT_EQ(equals_filter("ref", refused), std::nullopt) << refused;
    }
}

// Each pair was seen on Dolibarr 22.0.4.
TEST(Wire, RewritesProductReferencesAsDolibarrDoes) {
    EXPECT_EQ(stored_product_ref("SKU/3 é"), "SKU_3_e");
    EXPECT_EQ(stored_product_ref("CONN/3 é--z.."), "CONN_3_e_z");
    EXPECT_EQ(stored_product_ref("a'b1"), stored_product_ref("a/b1"));
    EXPECT_EQ(stored_product_ref("  A.b_c-d#(e)+%&@!~^{ "), "A.b_c-d#(e)+%&@!~^{");
    EXPECT_EQ(stored_product_ref("x\"y"), "xy");
    EXPECT_EQ(stored_product_ref("œuf"), "œuf");
    EXPECT_EQ(stored_product_ref("a---b"), "a_b");
}

TEST(Wire, KeepsOrderReferencesButForQuotesAndBlanksAround) {
    EXPECT_EQ(stored_ref("  LU 2/é "), "LU 2/é");
    EXPECT_EQ(stored_ref("\"LU1\""), "LU1");
}

}  // namespace
}  // namespace navette::dolibarr
