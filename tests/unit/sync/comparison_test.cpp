// What a remote record and the hub record come to, without changing either.
#include "daemon/sync/comparison.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace navette::sync {
namespace {

namespace json = boost::json;
using config::ConflictRule;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

json::object object(std::string_view text) {
    return json::parse(text).as_object();
}

struct Sides {
    std::string hub = "{}";
    std::string shown = "{}";
    std::string agreed = "{}";  // both seen and sent
    std::string sent;           // where it is another than what was seen
    ConflictRule rule = ConflictRule::newest_wins;
    Moment hub_changed{std::chrono::hours(10)};
    Moment remote_changed{std::chrono::hours(20)};
    std::string open;  // a field with an open conflict
};

Comparison compared(const Sides& sides, bool is_linked) {
    Hub hub;
    hub.data = object(sides.hub);
    hub.updated_at = sides.hub_changed;
    Spoke spoke;
    spoke.shown = object(sides.shown);
    spoke.ours = hub.data;
    spoke.seen = object(sides.agreed);
    spoke.sent = object(sides.sent.empty() ? sides.agreed : sides.sent);
    spoke.changed_at = sides.remote_changed;
    spoke.heard_at = Moment(std::chrono::hours(30));
    spoke.integration = "int_1";
    spoke.rule = [&](std::string_view) { return sides.rule; };
    if (!sides.open.empty()) {
        spoke.open.emplace(sides.open, Conflict());
    }
    return compare(hub, spoke, is_linked);
}

/// "<field> <wins>", with a "!" where both sides changed it.
std::vector<std::string> fields(const Comparison& comparison) {
    std::vector<std::string> all;
    for (const auto& item : differences_json(comparison.differences, 100)) {
        const auto& one = item.as_object();
        all.push_back(
            std::string(one.at("field").as_string()) + " " + std::string(one.at("wins").as_string()) +
            (one.contains("conflict") ? "!" : "")
        );
    }
    return all;
}

TEST(Comparison, TwoThatAgreeAreLinkedOrAreTheSame) {
    Sides sides;
    sides.hub = R"({"name": "Ada", "price": "12.50", "note": null})";
    sides.shown = R"({"name": "Ada", "price": 12.5, "note": null})";
    EXPECT_EQ(compared(sides, false).verdict, CompareVerdict::link);
    sides.agreed = sides.hub;
    EXPECT_EQ(compared(sides, true).verdict, CompareVerdict::same);
}

TEST(Comparison, WhatOnlyThePlatformHoldsOrChangedComesHere) {
    Sides sides;
    sides.hub = R"({"name": "Ada"})";
    sides.shown = R"({"name": "Ada", "city": "Bonn"})";
    EXPECT_EQ(compared(sides, false).verdict, CompareVerdict::change_local);
    sides.hub = sides.agreed = R"({"name": "Ada", "city": "Köln"})";
    const auto comparison = compared(sides, true);
    EXPECT_EQ(comparison.verdict, CompareVerdict::change_local);
    EXPECT_THAT(fields(comparison), ElementsAre("city platform"));
}

TEST(Comparison, WhatOnlyWeHoldOrChangedGoesThere) {
    Sides sides;
    sides.hub = R"({"name": "Ada", "address": {"city": "Bonn"}})";
    sides.shown = R"({"name": "Ada"})";
    const auto unlinked = compared(sides, false);
    EXPECT_EQ(unlinked.verdict, CompareVerdict::change_remote);
    EXPECT_THAT(fields(unlinked), ElementsAre("address.city local"));
    sides.shown = sides.agreed = R"({"name": "Ada", "address": {"city": "Köln"}})";
    EXPECT_EQ(compared(sides, true).verdict, CompareVerdict::change_remote);
}

TEST(Comparison, WhatBothChangedIsAConflictThatTheRuleDecides) {
    Sides sides;
    sides.hub = R"({"name": "Ada L.", "city": "Bonn"})";
    sides.shown = R"({"name": "Ada King", "city": "Bonn"})";
    sides.agreed = R"({"name": "Ada", "city": "Bonn"})";
    const auto newest = compared(sides, true);
    EXPECT_EQ(newest.verdict, CompareVerdict::conflict);
    EXPECT_THAT(fields(newest), ElementsAre("name platform!"));
    sides.hub_changed = Moment(std::chrono::hours(25));
    EXPECT_THAT(fields(compared(sides, true)), ElementsAre("name local!"));
    sides.rule = ConflictRule::platform_wins;
    EXPECT_THAT(fields(compared(sides, true)), ElementsAre("name platform!"));
    sides.rule = ConflictRule::local_wins;
    EXPECT_THAT(fields(compared(sides, true)), ElementsAre("name local!"));
    sides.rule = ConflictRule::manual;
    EXPECT_THAT(fields(compared(sides, true)), ElementsAre("name nobody!"));
    EXPECT_EQ(compared(sides, true).verdict, CompareVerdict::conflict);
}

TEST(Comparison, TwoThatWereFoundToBelongTogetherConflictWhereTheyDiffer) {
    Sides sides;
    sides.hub = R"({"name": "Robert", "email": "bob@x.test"})";
    sides.shown = R"({"name": "Bob", "email": "bob@x.test"})";
    EXPECT_EQ(compared(sides, false).verdict, CompareVerdict::conflict);
}

TEST(Comparison, ThePlatformsOwnSpellingIsNoDifference) {
    Sides sides;
    sides.hub = sides.sent = R"({"phone": "+49 30 1"})";
    sides.shown = sides.agreed = R"({"phone": "0049301"})";
    const auto comparison = compared(sides, true);
    EXPECT_EQ(comparison.verdict, CompareVerdict::same);
    EXPECT_THAT(comparison.differences, IsEmpty());
}

TEST(Comparison, AConflictThatWaitsForAPersonIsNoNewDifference) {
    Sides sides;
    sides.rule = ConflictRule::manual;
    sides.hub = R"({"name": "Ada L."})";
    sides.shown = R"({"name": "Ada King"})";
    sides.agreed = R"({"name": "Ada"})";
    sides.open = "name";
    EXPECT_EQ(compared(sides, true).verdict, CompareVerdict::same);
}

TEST(Comparison, ThePlatformsChangeBesideOneOfOursIsTakenAndOursGoesThere) {
    Sides sides;
    sides.hub = R"({"name": "Ada L.", "city": "Bonn"})";
    sides.shown = R"({"name": "Ada", "city": "Köln"})";
    sides.agreed = R"({"name": "Ada", "city": "Bonn"})";
    const auto comparison = compared(sides, true);
    EXPECT_EQ(comparison.verdict, CompareVerdict::change_local);
    EXPECT_THAT(fields(comparison), ElementsAre("city platform", "name local"));
}

TEST(Comparison, LongTextsAreCutBetweenCharactersAndOnlySoManyFieldsAreTold) {
    std::string text;
    for (int n = 0; n < 400; ++n) {
        text += "é";
    }
    std::vector<FieldDifference> differences(3);
    differences[0].remote = json::value("x" + text);
    EXPECT_THAT(differences_json(differences, 2), SizeIs(2));
    const auto told = differences_json(differences, 1);
    const auto cut = std::string(told.front().as_object().at("remote").as_string());
    EXPECT_LT(cut.size(), 310U);
    EXPECT_EQ(cut, "x" + text.substr(0, cut.size() - 4) + "...");
    EXPECT_EQ((cut.size() - 4) % 2, 0U) << "no half of a character";
}

}  // namespace
}  // namespace navette::sync
