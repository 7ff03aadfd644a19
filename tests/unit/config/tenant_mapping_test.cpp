// A tenant's own mapping rules over those of the manifest.
#include "daemon/config/tenant_mapping.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace navette::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

MappingRule rule(
    const std::string& local, const std::string& remote, MappingDirection direction = MappingDirection::both
) {
    MappingRule made;
    made.where = Location("shop.yaml", 1);
    made.local = local;
    made.remote = remote;
    made.direction = direction;
    return made;
}

std::vector<TenantRule> own(const std::string& json) {
    return read_tenant_rules(boost::json::parse(json).as_array());
}

/// "name <-> firstname", "-> ", "<- "; the items of a list in brackets.
std::string shown(const MappingRule& rule) {
    const auto* arrow = rule.direction == MappingDirection::both          ? " <-> "
                        : rule.direction == MappingDirection::to_platform ? " -> "
                                                                          : " <- ";
    auto text = rule.local + arrow + rule.remote + (rule.required ? "!" : "");
    if (!rule.each.empty()) {
        text += " [";
        for (const auto& inner : rule.each) {
            text += (text.ends_with('[') ? "" : ", ") + shown(inner);
        }
        text += "]";
    }
    return text;
}

std::vector<std::string> laid_over(const std::vector<MappingRule>& defaults, const std::string& json) {
    const auto rules = lay_over(defaults, own(json), "contact");
    if (!rules) {
        return {rules.error().front().text()};
    }
    std::vector<std::string> texts;
    for (const auto& one : *rules) {
        texts.push_back(shown(one));
    }
    return texts;
}

TEST(TenantMapping, ARuleTakesThePlaceOfTheDefaultForItsRemotePath) {
    EXPECT_THAT(
        laid_over(
            {rule("name", "title"), rule("email", "mail")},
            R"([{"object": "contact", "local_path": "label", "remote_path": "title", "direction": "both"}])"
        ),
        ElementsAre("email <-> mail", "label <-> title")
    );
}

TEST(TenantMapping, OnlyTheDirectionOfTheRuleIsReplaced) {
    const std::vector<MappingRule> defaults{rule("name", "title")};
    EXPECT_THAT(
        laid_over(defaults, R"([{"object": "contact", "local_path": "label", "remote_path": "title"}])"),
        ElementsAre("name <- title", "label -> title")
    );
    EXPECT_THAT(
        laid_over(
            defaults,
            R"([{"object": "contact", "local_path": "l", "remote_path": "title", "direction": "from_platform"}])"
        ),
        ElementsAre("name -> title", "l <- title")
    );
    // A pair of one-way defaults: the other one stays.
    EXPECT_THAT(
        laid_over(
            {rule("phone", "phone", MappingDirection::to_platform),
             rule("phone", "phone", MappingDirection::from_platform)},
            R"([{"object": "contact", "local_path": "mobile", "remote_path": "phone"}])"
        ),
        ElementsAre("phone <- phone", "mobile -> phone")
    );
}

TEST(TenantMapping, ARuleForAFieldThatNoDefaultKnowsIsAdded) {
    EXPECT_THAT(
        laid_over(
            {rule("name", "title")},
            R"([{"object": "contact", "local_path": "a.b", "remote_path": "custom.x", "transforms": ["trim"]}])"
        ),
        ElementsAre("name <-> title", "a.b -> custom.x")
    );
}

TEST(TenantMapping, RulesOfOtherObjectsAreLeftOut) {
    EXPECT_THAT(
        laid_over(
            {rule("name", "title")}, R"([{"object": "deal", "local_path": "x", "remote_path": "title"}])"
        ),
        ElementsAre("name <-> title")
    );
}

TEST(TenantMapping, OwnRulesDoNotReplaceEachOther) {
    EXPECT_THAT(
        laid_over(
            {},
            R"([{"object": "contact", "local_path": "a", "remote_path": "x", "direction": "from_platform"},
                {"object": "contact", "local_path": "b", "remote_path": "x", "direction": "from_platform"}])"
        ),
        ElementsAre("a <- x", "b <- x")
    );
}

TEST(TenantMapping, AFieldIsSwitchedOffBothWaysOrInOne) {
    const std::vector<MappingRule> defaults{rule("name", "title"), rule("email", "mail")};
    EXPECT_THAT(
        laid_over(defaults, R"([{"object": "contact", "remote_path": "title", "mapped": false}])"),
        ElementsAre("email <-> mail")
    );
    EXPECT_THAT(
        laid_over(
            defaults,
            R"([{"object": "contact", "remote_path": "title", "mapped": false, "direction": "to_platform"}])"
        ),
        ElementsAre("name <- title", "email <-> mail")
    );
}

TEST(TenantMapping, WhatWasRequiredStaysRequiredWhereverItComesFrom) {
    auto required = rule("name", "title");
    required.required = true;
    EXPECT_THAT(
        laid_over({required}, R"([{"object": "contact", "local_path": "label", "remote_path": "title"}])"),
        ElementsAre("name <- title!", "label -> title!")
    );
    EXPECT_THAT(
        laid_over(
            {required},
            R"([{"object": "contact", "local_path": "l", "remote_path": "title", "direction": "from_platform"}])"
        ),
        ElementsAre("name -> title!", "l <- title")
    ) << "nothing is required of what is read";
}

TEST(TenantMapping, ARuleForListItemsJoinsTheListOfTheDefaults) {
    auto lines = rule("lines", "items");
    lines.each = {rule("sku", "ref"), rule("count", "qty")};
    EXPECT_THAT(
        laid_over(
            {lines},
            R"([{"object": "contact", "local_path": "lines[].code", "remote_path": "items[].ref", "direction": "both"},
                {"object": "contact", "remote_path": "items[].vat", "transforms": [{"constant": 20}]}])"
        ),
        ElementsAre("lines <-> items [count <-> qty, code <-> ref,  -> vat]")
    );
    EXPECT_THAT(
        laid_over(
            {lines},
            R"([{"object": "contact", "local_path": "taxes[].rate", "remote_path": "taxes[].percent"}])"
        ),
        ElementsAre("lines <-> items [sku <-> ref, count <-> qty]", "taxes -> taxes [rate -> percent]")
    ) << "a list of its own";
}

TEST(TenantMapping, AListWithoutRulesLeftIsGoneAndComesBackWithANewRule) {
    auto lines = rule("lines", "items");
    lines.each = {rule("sku", "ref")};
    EXPECT_THAT(
        laid_over({lines}, R"([{"object": "contact", "remote_path": "items[].ref", "mapped": false}])"),
        IsEmpty()
    );
    EXPECT_THAT(
        laid_over(
            {lines},
            R"([{"object": "contact", "local_path": "lines[].code", "remote_path": "items[].ref", "direction": "both"}])"
        ),
        ElementsAre("lines <-> items [code <-> ref]")
    );
    EXPECT_THAT(
        laid_over({lines}, R"([{"object": "contact", "remote_path": "items", "mapped": false}])"), IsEmpty()
    ) << "the list as a whole";
}

TEST(TenantMapping, AListIsReplacedInOneDirectionWithAllItsItems) {
    auto lines = rule("lines", "items");
    lines.each = {rule("sku", "ref"), rule("note", "note", MappingDirection::to_platform)};
    EXPECT_THAT(
        laid_over(
            {lines},
            R"([{"object": "contact", "remote_path": "items", "mapped": false, "direction": "to_platform"}])"
        ),
        ElementsAre("lines <- items [sku <- ref]")
    );
}

TEST(TenantMapping, ARuleWithoutAPlaceIsNamed) {
    EXPECT_THAT(
        laid_over(
            {},
            R"([{"id": "map_7", "object": "contact", "remote_path": "items[].x", "transforms": [{"constant": 1}]}])"
        ),
        ElementsAre(HasSubstr("rule map_7 (contact: items[].x): mapping: the mapping has no list for items"))
    );
    EXPECT_THAT(
        laid_over({}, R"([{"object": "contact", "local_path": "lines[].x", "remote_path": "y"}])"),
        ElementsAre(HasSubstr("the local path names items of a list, and the remote path does not"))
    );
    EXPECT_THAT(
        laid_over({}, R"([{"object": "contact", "local_path": "y", "remote_path": "items[].x"}])"),
        ElementsAre(HasSubstr("the remote path names items of a list, and the local path does not"))
    );
}

TEST(TenantMapping, RulesAreReadAsTheyAreStoredAndNameTheirPlaces) {
    const auto rules = own(
        R"([{"id": "map_1", "object": "contact", "local_path": "a", "remote_path": "b", "direction": "both",
             "transforms": ["trim", {"truncate": 3}, 7], "mapped": true}])"
    );
    ASSERT_EQ(rules.size(), 1U);
    const auto& one = rules.front();
    EXPECT_EQ(one.id, "map_1");
    EXPECT_EQ(one.rule.direction, MappingDirection::both);
    ASSERT_EQ(one.rule.transforms.size(), 3U);
    EXPECT_EQ(one.rule.transforms[0].name, "trim");
    EXPECT_EQ(one.rule.transforms[1].name, "truncate");
    EXPECT_EQ(one.rule.transforms[1].argument, 3);
    EXPECT_EQ(one.rule.transforms[2].name, "7") << "a name that nobody knows";
    EXPECT_EQ(one.rule.where.file, "rule map_1 (contact: b)");
    EXPECT_EQ(one.rule.transforms[1].where.file, "rule map_1 (contact: b), transforms[1]");
}

}  // namespace
}  // namespace navette::config
