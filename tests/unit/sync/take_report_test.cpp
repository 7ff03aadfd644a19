#include "daemon/sync/three_way.hpp"
#include "tests/unit/sync/rules_from_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace navette::sync {
namespace {

namespace json = boost::json;
using config::ConflictRule;
using testing::ElementsAre;
using testing::IsEmpty;

Moment second(std::int64_t count) {
    return Moment(std::chrono::seconds(count));
}

Hub hub_of(std::string_view data) {
    Hub hub;
    hub.data = parsed(data).as_object();
    hub.updated_at = second(100);
    return hub;
}

Told told(const Hub& hub, std::string_view report, std::int64_t at = 200) {
    return take_report(hub, parsed(report).as_object(), second(at));
}

/// A platform set `a` to "theirs" at 150 where the application has "base".
Hub unknown_to_it(ConflictRule rule) {
    Hub hub = hub_of(R"({"a":"theirs","b":"y"})");
    hub.stamps["a"] = Stamp{.at = second(150), .by = "int_1", .rule = rule, .was = "base", .position = 7};
    return hub;
}

TEST(TakeReport, AReportInPartLeavesTheOtherFields) {
    const Told taken = told(hub_of(R"({"a":"x","o":{"b":1,"c":2}})"), R"({"o":{"c":3,"d":4},"e":5})");
    EXPECT_EQ(json::serialize(taken.data), R"({"a":"x","o":{"b":1,"c":3,"d":4},"e":5})");
    EXPECT_TRUE(taken.changed);
}

TEST(TakeReport, TheSameAgainChangesNothing) {
    const Told taken =
        told(hub_of(R"({"a":"x","o":{"b":1}})"), R"({"o":{"b":"1"},"a":"x","n":null,"p":{"q":null}})");
    EXPECT_FALSE(taken.changed);
    EXPECT_EQ(json::serialize(taken.data), R"({"a":"x","o":{"b":1}})");
}

TEST(TakeReport, ANullClearsAFieldAndAllFieldsOfAnObject) {
    const Told taken = told(hub_of(R"({"a":"x","o":{"b":1,"c":{"d":2}}})"), R"({"a":null,"o":null})");
    EXPECT_EQ(json::serialize(taken.data), R"({"a":null,"o":{"b":null,"c":{"d":null}}})");
    EXPECT_TRUE(taken.changed);
}

TEST(TakeReport, AnEmptyObjectSaysNothingOfItsFields) {
    EXPECT_FALSE(told(hub_of(R"({"o":{"b":1}})"), R"({"o":{}})").changed);
}

TEST(TakeReport, WhatTheApplicationDoesNotKnowYetIsNotUndoneByIt) {
    const Told taken = told(unknown_to_it(ConflictRule::newest_wins), R"({"a":"base","b":"new"})");
    EXPECT_EQ(json::serialize(taken.data), R"({"a":"theirs","b":"new"})");
    EXPECT_EQ(taken.stamps.size(), 1U);
}

TEST(TakeReport, OnceAcknowledgedTheOldValueIsAnEdit) {
    Hub hub = unknown_to_it(ConflictRule::platform_wins);
    hub.acknowledged = 6;
    EXPECT_FALSE(told(hub, R"({"a":"base"})").changed);
    hub.acknowledged = 7;
    const Told taken = told(hub, R"({"a":"base"})");
    EXPECT_EQ(json::serialize(taken.data), R"({"a":"base","b":"y"})");
    EXPECT_THAT(taken.stamps, IsEmpty());
}

TEST(TakeReport, WhoReadHalfOfTheFeedMayTellWhatItReadThere) {
    Hub hub = unknown_to_it(ConflictRule::local_wins);
    hub.stamps["a"].earlier = {{.position = 3, .value = "one"}, {.position = 5, .value = "two"}};
    hub.acknowledged = 3;
    EXPECT_FALSE(told(hub, R"({"a":"one"})").changed);
    // It may have read further than it acknowledged, but not less.
    EXPECT_FALSE(told(hub, R"({"a":"two"})").changed);
    EXPECT_EQ(told(hub, R"({"a":"base"})").data.at("a"), "base");
    hub.acknowledged = 5;
    EXPECT_EQ(told(hub, R"({"a":"one"})").data.at("a"), "one");
}

TEST(TakeReport, WhatItHadTakenInBeforeItsOwnChangeIsOver) {
    Hub hub = unknown_to_it(ConflictRule::local_wins);
    hub.stamps["a"].earlier = {{.position = 3, .value = "one"}};
    hub.acknowledged = 3;
    const Told taken = told(hub, R"({"a":"ours"})");
    ASSERT_EQ(taken.stamps.at("a").earlier.size(), 1U);
    EXPECT_EQ(taken.stamps.at("a").earlier.front().position, 7);
    hub.data = taken.data;
    hub.stamps = taken.stamps;
    EXPECT_FALSE(told(hub, R"({"a":"ours"})").changed);
}

TEST(TakeReport, WhatWasToldBeforeTheHubHeardOfAChangeCannotKnowIt) {
    Hub hub = unknown_to_it(ConflictRule::newest_wins);
    hub.acknowledged = 7;
    hub.stamps["a"].heard_at = second(180);
    EXPECT_FALSE(told(hub, R"({"a":"base"})", 180).changed);
    EXPECT_TRUE(told(hub, R"({"a":"base"})", 181).changed);
}

TEST(TakeReport, APlatformsSpellingDoesNotStandAgainstTheApplication) {
    Hub hub = unknown_to_it(ConflictRule::platform_wins);
    hub.data["a"] = "BASE";
    const Told taken = told(hub, R"({"a":"ours"})");
    EXPECT_EQ(taken.data.at("a"), "ours");
    // It may still take BASE in, and tell it.
    Hub next = hub;
    next.data = taken.data;
    next.stamps = taken.stamps;
    EXPECT_FALSE(told(next, R"({"a":"BASE"})").changed);
}

TEST(TakeReport, TheFeedTellsAgainWhatStoodAgainstTheApplication) {
    const Told lost = told(unknown_to_it(ConflictRule::platform_wins), R"({"a":"ours"})");
    EXPECT_THAT(lost.retold, ElementsAre("a"));
    EXPECT_FALSE(lost.stamps.at("a").position);
    EXPECT_TRUE(told(hub_of(R"({"a":"x"})"), R"({"a":"ours"})").retold.empty());
}

TEST(TakeReport, AStampThatWasNotPublishedIsNotKnown) {
    Hub hub = unknown_to_it(ConflictRule::newest_wins);
    hub.stamps["a"].position.reset();
    hub.acknowledged = 1000;
    EXPECT_FALSE(told(hub, R"({"a":"base"})").changed);
}

TEST(TakeReport, WhoHasThePlatformsValueMayChangeItWhateverTheRule) {
    Hub hub = unknown_to_it(ConflictRule::platform_wins);
    const Told same = told(hub, R"({"a":"theirs"})");
    EXPECT_EQ(json::serialize(same.data), R"({"a":"theirs","b":"y"})");
    EXPECT_THAT(same.retold, IsEmpty());
    hub.stamps = same.stamps;
    const Told edited = told(hub, R"({"a":"ours"})");
    EXPECT_EQ(edited.data.at("a"), "ours");
    // It may still take "theirs" in from the feed.
    EXPECT_THAT(edited.retold, ElementsAre("a"));
}

TEST(TakeReport, TheNewestWinsWhereBothChanged) {
    const Hub hub = unknown_to_it(ConflictRule::newest_wins);
    const Told later = told(hub, R"({"a":"ours"})", 151);
    EXPECT_EQ(json::serialize(later.data.at("a")), R"("ours")");
    EXPECT_THAT(later.retold, ElementsAre("a"));
    const Told tie = told(hub, R"({"a":"ours"})", 150);
    EXPECT_EQ(json::serialize(tie.data.at("a")), R"("theirs")");
}

TEST(TakeReport, TheStampsRuleDecidesWhereBothChanged) {
    EXPECT_EQ(
        told(unknown_to_it(ConflictRule::platform_wins), R"({"a":"ours"})", 999).data.at("a"), "theirs"
    );
    EXPECT_EQ(told(unknown_to_it(ConflictRule::local_wins), R"({"a":"ours"})", 1).data.at("a"), "ours");
    EXPECT_EQ(told(unknown_to_it(ConflictRule::manual), R"({"a":"ours"})", 1).data.at("a"), "ours");
}

TEST(TakeReport, ALostChangeToldAgainIsLostAgain) {
    Hub hub = unknown_to_it(ConflictRule::newest_wins);
    const Told first = told(hub, R"({"a":"ours"})", 149);
    EXPECT_TRUE(first.changed);
    hub.stamps = first.stamps;
    const Told again = told(hub, R"({"a":"ours"})", 500);
    EXPECT_FALSE(again.changed);
    EXPECT_EQ(again.data.at("a"), "theirs");
}

}  // namespace
}  // namespace navette::sync
