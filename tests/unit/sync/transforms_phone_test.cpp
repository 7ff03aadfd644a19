#include "tests/unit/sync/rules_from_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace navette::sync {
namespace {

using testing::HasSubstr;

std::string phone(std::string_view country, std::string_view number) {
    return transformed_value(
        "{\"phone_e164\":{\"country\":\"" + std::string(country) + "\"}}", "\"" + std::string(number) + "\""
    );
}

TEST(TransformsPhone, NationalNumbersTakeTheCountrysCode) {
    EXPECT_EQ(phone("FR", "06 12 34 56 78"), "\"+33612345678\"");
    EXPECT_EQ(phone("FR", "01.23.45.67.89"), "\"+33123456789\"");
    EXPECT_EQ(phone("BE", "0470/12 34 56"), "\"+32470123456\"");
    EXPECT_EQ(phone("CH", "044 668 18 00"), "\"+41446681800\"");
    EXPECT_EQ(phone("LU", "26 12 34 56"), "\"+35226123456\"");
    EXPECT_EQ(phone("DE", "030 901820"), "\"+4930901820\"");
    EXPECT_EQ(phone("ES", "912 345 678"), "\"+34912345678\"");
    EXPECT_EQ(phone("IT", "06 698 1234"), "\"+39066981234\"");
    EXPECT_EQ(phone("GB", "020 7946 0958"), "\"+442079460958\"");
    EXPECT_EQ(phone("US", "(212) 555-0123"), "\"+12125550123\"");
    EXPECT_EQ(phone("CA", "1-613-555-0123"), "\"+16135550123\"");
}

TEST(TransformsPhone, InternationalNumbersAreKept) {
    EXPECT_EQ(phone("FR", "+41 44 668 18 00"), "\"+41446681800\"");
    EXPECT_EQ(phone("FR", "00 32 470 12 34 56"), "\"+32470123456\"");
    EXPECT_EQ(phone("US", "011 33 6 12 34 56 78"), "\"+33612345678\"");
    EXPECT_EQ(phone("GB", "+33 (0)6 12 34 56 78"), "\"+33612345678\"");
}

TEST(TransformsPhone, WhatFitsNoPlanIsKeptAsDigits) {
    EXPECT_EQ(phone("FR", "36 15"), "\"3615\"");
    EXPECT_EQ(phone("FR", "612345678"), "\"612345678\"");
    EXPECT_EQ(phone("FR", "06 12 34"), "\"061234\"");
    EXPECT_EQ(phone("FR", "+06 12 34 56 78"), "\"0612345678\"");
    EXPECT_EQ(phone("FR", "+12345678901234567890"), "\"12345678901234567890\"");
}

TEST(TransformsPhone, ExtensionsAreLeftOut) {
    EXPECT_EQ(phone("FR", "Tél: 01 23 45 67 89 poste 12"), "\"+33123456789\"");
}

TEST(TransformsPhone, ATextWithoutDigitsIsNoNumber) {
    EXPECT_EQ(phone("FR", "inconnu"), "absent");
    EXPECT_EQ(phone("FR", ""), "absent");
    EXPECT_EQ(phone("FR", "+"), "absent");
}

TEST(TransformsPhone, TheCountryMustBeAKnownOne) {
    EXPECT_THAT(
        phone("XX", "1"), HasSubstr("country must be one of FR, BE, CH, LU, DE, ES, IT, GB, US, CA, not 'XX'")
    );
    EXPECT_THAT(transformed_value(R"("phone_e164")", "\"1\""), HasSubstr("country must be one of"));
}

}  // namespace
}  // namespace navette::sync
