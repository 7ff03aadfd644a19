#include "tests/unit/sync/rules_from_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>

namespace navette::sync {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string net(int decimals, std::string_view cents, std::string_view vat) {
    return transformed(
        R"({"cents_to_decimal":{"net_of":"vat","decimals":)" + std::to_string(decimals) + "}}",
        "{\"in\":" + std::string(cents) + ",\"vat\":" + std::string(vat) + "}"
    );
}

TEST(TransformsMoney, CentsBecomeADecimalText) {
    EXPECT_EQ(transformed_value(R"("cents_to_decimal")", "1250"), "\"12.50\"");
    EXPECT_EQ(transformed_value(R"("cents_to_decimal")", "5"), "\"0.05\"");
    EXPECT_EQ(transformed_value(R"("cents_to_decimal")", "0"), "\"0.00\"");
    EXPECT_EQ(transformed_value(R"("cents_to_decimal")", "-1"), "\"-0.01\"");
    EXPECT_EQ(transformed_value(R"("cents_to_decimal")", "\"1250\""), "\"12.50\"");
    EXPECT_EQ(transformed_value(R"({"cents_to_decimal":{"decimals":5}})", "1250"), "\"12.50000\"");
    EXPECT_EQ(
        transformed_value(R"({"cents_to_decimal":{"decimals":8}})", "9223372036854775807"),
        "\"92233720368547758.07000000\""
    );
    EXPECT_EQ(
        transformed_value(R"("cents_to_decimal")", "-9223372036854775808"), "\"-92233720368547758.08\""
    );
}

TEST(TransformsMoney, NetAmountsAreRoundedHalfAwayFromZero) {
    EXPECT_EQ(net(5, "1250", "20"), "\"10.41667\"");
    EXPECT_EQ(net(5, "1250", "5.5"), "\"11.84834\"");
    EXPECT_EQ(net(5, "1250", "\"5.5\""), "\"11.84834\"");
    EXPECT_EQ(net(2, "1250", "2.1"), "\"12.24\"");
    EXPECT_EQ(net(2, "1250", "0"), "\"12.50\"");
    // 2.01 / 2 = 1.005
    EXPECT_EQ(net(2, "201", "100"), "\"1.01\"");
    EXPECT_EQ(net(2, "-201", "100"), "\"-1.01\"");
    EXPECT_EQ(net(8, "9223372036854775807", "\"999.999999\""), "\"8384883677490599.53135509\"");
}

TEST(TransformsMoney, AMissingOrWrongVatPercentIsNamed) {
    constexpr std::string_view kNet = R"({"cents_to_decimal":{"net_of":"tax.rate"}})";
    EXPECT_THAT(transformed(kNet, R"({"in":1})"), StartsWith("error: tax.rate is missing"));
    EXPECT_THAT(
        transformed(kNet, R"({"in":1,"tax":{"rate":null}})"), StartsWith("error: tax.rate is missing")
    );
    for (const char* wrong :
         {"\"vingt\"", "-5", "1001", "true", "[20]", "\"5,5\"", "\"20 %\"", "5.12345678", "1e300"}) {
        EXPECT_THAT(net(2, "100", wrong), HasSubstr("which is not a VAT percent such as 20 or 5.5")) << wrong;
    }
}

TEST(TransformsMoney, WhatIsNoWholeNumberOfCentsIsRefused) {
    for (const char* wrong :
         {"12.5", "\"12.50\"", "\"abc\"", "\"\"", "true", "{}", "\"9223372036854775808\"", "1e30"}) {
        EXPECT_THAT(
            transformed_value(R"("cents_to_decimal")", wrong), HasSubstr("is not a whole number of cents")
        ) << wrong;
    }
    EXPECT_EQ(transformed_value(R"("cents_to_decimal")", "null"), "null");
    EXPECT_EQ(transformed(R"("cents_to_decimal")", "{}"), "absent");
}

TEST(TransformsMoney, DecimalsOutsideTwoToEightAreRefused) {
    EXPECT_THAT(
        transformed_value(R"({"cents_to_decimal":{"decimals":1}})", "1"), HasSubstr("from 2 to 8, not 1")
    );
    EXPECT_THAT(
        transformed_value(R"({"cents_to_decimal":{"decimals":9}})", "1"), HasSubstr("from 2 to 8, not 9")
    );
    EXPECT_THAT(
        transformed_value(R"({"cents_to_decimal":{"net_of":"a..b"}})", "1"),
        HasSubstr("net_of: 'a..b' is not a path")
    );
}

TEST(TransformsMoney, AmountsGoBackToCentsExactlyOrNotAtAll) {
    EXPECT_EQ(restored("cents_to_decimal", "null", "\"30.00000000\""), "3000");
    EXPECT_EQ(restored("cents_to_decimal", "null", "19.99"), "1999");
    EXPECT_EQ(restored("cents_to_decimal", "null", "-0.3"), "-30");
    EXPECT_EQ(restored("cents_to_decimal", "null", "0.30000000000000004"), "30");
    EXPECT_EQ(restored("cents_to_decimal", "{\"decimals\":5}", "\"12\""), "1200");
    EXPECT_THAT(
        restored("cents_to_decimal", "null", "\"10.41667\""),
        HasSubstr("'10.41667' is not an amount in whole cents")
    );
    EXPECT_THAT(restored("cents_to_decimal", "null", "\"12 EUR\""), HasSubstr("is not an amount"));
    EXPECT_THAT(restored("cents_to_decimal", R"({"net_of":"vat"})", "1"), StartsWith("one way"));
}

TEST(TransformsMoney, DecimalKeepsTextsExactAndReadsNumbersAsTheyWereWritten) {
    EXPECT_EQ(
        transformed_value(R"({"decimal":2})", "\"12345678901234567890.125\""), "\"12345678901234567890.13\""
    );
    EXPECT_EQ(transformed_value(R"({"decimal":2})", "1.005"), "\"1.01\"");
    EXPECT_EQ(transformed_value(R"({"decimal":2})", "-1.005"), "\"-1.01\"");
    EXPECT_EQ(transformed_value(R"({"decimal":0})", "2.5"), "\"3\"");
    EXPECT_EQ(transformed_value(R"({"decimal":8})", "\"0.1\""), "\"0.10000000\"");
    EXPECT_EQ(transformed_value(R"({"decimal":2})", "\"-0.001\""), "\"0.00\"");
    EXPECT_EQ(transformed_value(R"({"decimal":2})", "7"), "\"7.00\"");
    EXPECT_EQ(transformed_value(R"({"decimal":2})", "\"0.00499999999999999999999999999999\""), "\"0.00\"");
    for (const char* wrong :
         {"\"1,5\"", "\"\"", "\"1e3\"", "\".5\"", "\"5.\"", "true", "1e200", "\"123456789012345678901\""}) {
        EXPECT_THAT(transformed_value(R"({"decimal":2})", wrong), HasSubstr("is not a decimal number"))
            << wrong;
    }
    EXPECT_THAT(transformed_value(R"({"decimal":9})", "1"), HasSubstr("0 to 8"));
}

/// Rounds half away from zero, as PHP does; not the code under test.
std::int64_t rounded_quotient(std::int64_t dividend, std::int64_t divisor) {
    const std::int64_t sign = dividend < 0 ? -1 : 1;
    return sign * ((2 * sign * dividend + divisor) / (2 * divisor));
}

TEST(TransformsMoney, GrossTotalsComeOutExactlyFromFiveDecimalNets) {
    std::mt19937_64 random(20240515);
    std::uniform_int_distribution<std::int64_t> any_cents(-500'000, 5'000'000);
    for (const int vat_tenths : {200, 100, 55, 21}) {
        const std::string vat = std::to_string(vat_tenths / 10) + "." + std::to_string(vat_tenths % 10);
        for (int round = 0; round < 500; ++round) {
            const std::int64_t cents = any_cents(random);
            std::string subprice = net(5, std::to_string(cents), vat);
            std::erase_if(subprice, [](char c) { return c == '"' || c == '.'; });
            const std::int64_t units = std::stoll(subprice);
            for (std::int64_t quantity = 1; quantity <= 7; ++quantity) {
                // Dolibarr: total_ttc = round(subprice * qty * (1 + vat / 100), 2)
                const std::int64_t total_ttc =
                    rounded_quotient(units * quantity * (1'000 + vat_tenths), 1'000'000);
                ASSERT_EQ(total_ttc, cents * quantity) << subprice << " x " << quantity << " at " << vat;
            }
        }
    }
}

}  // namespace
}  // namespace navette::sync
