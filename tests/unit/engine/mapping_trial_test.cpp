// A record through a mapping and back, told field by field.
#include "daemon/engine/mapping_trial.hpp"

#include "daemon/config/tenant_mapping.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace navette::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<config::MappingRule> rules(const std::string& json) {
    const auto own = config::read_tenant_rules(boost::json::parse(json).as_array());
    return config::lay_over({}, own, "contact").value();
}

MappingTrial tried(
    const std::string& mapping, const std::string& record, TrialWay way = TrialWay::to_platform
) {
    return try_mapping(rules(mapping), way, boost::json::parse(record).as_object());
}

std::vector<std::string> lost(const MappingTrial& trial) {
    std::vector<std::string> texts;
    for (const auto& field : trial.lost) {
        texts.push_back(field.field + ": " + field.why);
    }
    return texts;
}

std::vector<std::string> failures(const MappingTrial& trial) {
    std::vector<std::string> texts;
    for (const auto& failure : trial.failures) {
        texts.push_back((failure.on_the_way_back ? "back " : "") + failure.field);
    }
    return texts;
}

constexpr const char* kPlain = R"([
    {"object": "contact", "local_path": "name", "remote_path": "title", "direction": "both"},
    {"object": "contact", "local_path": "lines[].sku", "remote_path": "items[].ref", "direction": "both"}
])";

TEST(MappingTrial, ARecordThatComesBackWholeIsToldSo) {
    const auto trial = tried(kPlain, R"({"name": "Ada", "lines": [{"sku": "A"}, {"sku": "B"}]})");
    EXPECT_EQ(boost::json::serialize(trial.mapped), R"({"title":"Ada","items":[{"ref":"A"},{"ref":"B"}]})");
    EXPECT_EQ(trial.after, trial.before);
    EXPECT_THAT(failures(trial), IsEmpty());
    EXPECT_THAT(lost(trial), IsEmpty());
    EXPECT_THAT(trial.changed, IsEmpty());
}

TEST(MappingTrial, WhatDoesNotComeBackIsNamedWithTheReason) {
    const auto trial = tried(
        R"([{"object": "contact", "local_path": "name", "remote_path": "title"},
            {"object": "contact", "remote_path": "label", "transforms": [{"template": "{first} {last}"}]},
            {"object": "contact", "local_path": "lines[].sku", "remote_path": "items[].ref", "direction": "both"}])",
        R"({"name": "Ada", "first": "A", "last": "L", "age": 7, "none": null, "lines": [{"sku": "A", "colour": "red"}]})"
    );
    EXPECT_THAT(
        lost(trial),
        ElementsAre(
            "name: it is sent, and no rule reads it back",
            "first: it is sent, and no rule reads it back",
            "last: it is sent, and no rule reads it back",
            "age: it is not sent",
            "lines[0].colour: it is not sent"
        )
    );
}

TEST(MappingTrial, WhatComesBackOtherwiseIsNamedWithBoth) {
    const auto trial = tried(
        R"([{"object": "contact", "local_path": "email", "remote_path": "mail", "direction": "both", "transforms": ["lower"]}])",
        R"({"email": "Ada@X.test"})"
    );
    ASSERT_EQ(trial.changed.size(), 1U);
    EXPECT_EQ(trial.changed[0].field, "email");
    EXPECT_EQ(trial.changed[0].before, "Ada@X.test");
    EXPECT_EQ(trial.changed[0].after, "ada@x.test");
}

TEST(MappingTrial, EachFieldThatFailsIsNamedAndTheRestIsMapped) {
    const auto trial = tried(
        R"([{"object": "contact", "local_path": "vat", "remote_path": "vat", "transforms": ["to_integer"]},
            {"object": "contact", "local_path": "on", "remote_path": "on", "transforms": ["bool"]},
            {"object": "contact", "local_path": "name", "remote_path": "title", "direction": "both"}])",
        R"({"vat": "much", "on": "maybe", "name": "Ada"})"
    );
    EXPECT_THAT(failures(trial), ElementsAre("vat", "on"));
    EXPECT_EQ(boost::json::serialize(trial.mapped), R"({"title":"Ada"})");
    EXPECT_THAT(lost(trial), ElementsAre("vat: it could not be converted", "on: it could not be converted"));
    EXPECT_EQ(trial.after.at("name"), "Ada");
}

TEST(MappingTrial, ThePlatformsRecordIsTriedTheOtherWayRound) {
    const auto trial = tried(
        R"([{"object": "contact", "local_path": "name", "remote_path": "title", "direction": "both"},
            {"object": "contact", "local_path": "age", "remote_path": "age", "direction": "from_platform", "transforms": ["to_string"]},
            {"object": "contact", "local_path": "note", "remote_path": "note", "direction": "from_platform"}])",
        R"({"title": "Ada", "age": "x", "note": "n", "id": 7})",
        TrialWay::from_platform
    );
    EXPECT_EQ(boost::json::serialize(trial.mapped), R"({"name":"Ada","note":"n"})");
    EXPECT_EQ(boost::json::serialize(trial.after), R"({"title":"Ada"})");
    EXPECT_THAT(failures(trial), ElementsAre("age (from age)"));
    EXPECT_THAT(
        lost(trial),
        ElementsAre(
            "age: it could not be converted",
            "note: it is read, and no rule sends it back",
            "id: it is not read"
        )
    );
}

TEST(MappingTrial, NumbersOfOneValueAreNoChange) {
    const auto trial = tried(
        R"([{"object": "contact", "local_path": "n", "remote_path": "n", "direction": "both", "transforms": ["to_string"]}])",
        R"({"n": 20.0})"
    );
    EXPECT_THAT(trial.changed, IsEmpty());
}

TEST(MappingTrial, IsToldAsJson) {
    const auto told = to_json(tried(
        R"([{"object": "contact", "local_path": "vat", "remote_path": "vat", "transforms": ["to_integer"]}])",
        R"({"vat": "much"})"
    ));
    EXPECT_EQ(told.at("direction"), "to_platform");
    EXPECT_EQ(told.at("failures").at(0).at("step"), "there");
    EXPECT_EQ(told.at("failures").at(0).at("field"), "vat");
    EXPECT_EQ(told.at("lost").at(0).at("field"), "vat");
}

}  // namespace
}  // namespace navette::engine
