#include "daemon/sync/natural_key.hpp"

#include "tests/unit/sync/rules_from_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace navette::sync {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<NaturalKey> keys(std::string_view record, std::vector<std::string> paths) {
    return natural_keys_of(parsed(record).as_object(), paths);
}

TEST(NaturalKeys, AreNormalised) {
    EXPECT_THAT(
        keys(
            R"({"email":" Ana.Bell@Lumira.Example\t","name":"\u00a0ÉLODIE  \n Bell ","number":12,"o":{"sku":"A 1"}})",
            {"email", "name", "number", "o.sku"}
        ),
        ElementsAre(
            NaturalKey("email", "ana.bell@lumira.example"),
            NaturalKey("name", "élodie bell"),
            NaturalKey("number", "12"),
            NaturalKey("o.sku", "a 1")
        )
    );
}

TEST(NaturalKeys, OfPhonesAreTheirDigits) {
    EXPECT_THAT(
        keys(
            R"({"phone":"+33 (0)6 12","home":{"mobile_phone":"06.12"},"phones":"x 1"})",
            {"phone", "home.mobile_phone", "phones"}
        ),
        ElementsAre(
            NaturalKey("phone", "330612"),
            NaturalKey("home.mobile_phone", "0612"),
            NaturalKey("phones", "x 1")
        )
    );
}

TEST(NaturalKeys, WhatHasNoValueHasNoKey) {
    EXPECT_THAT(
        keys(
            R"({"a":"","b":" \u2003 ","c":null,"d":[1],"e":{"f":1},"phone":"none"})",
            {"a", "b", "c", "d", "e", "phone", "z"}
        ),
        IsEmpty()
    );
}

TEST(NaturalKeys, MayStandInAList) {
    EXPECT_THAT(
        keys(R"({"emails":[{"value":"A@b.example"}]})", {"emails[0].value", "emails[1].value", "emails["}),
        ElementsAre(NaturalKey("emails[0].value", "a@b.example"))
    );
}

}  // namespace
}  // namespace navette::sync
