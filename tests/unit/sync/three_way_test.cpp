#include "daemon/sync/three_way.hpp"

#include "tests/unit/sync/rules_from_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

namespace navette::sync {
namespace {

namespace json = boost::json;
using config::ConflictRule;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

Moment second(std::int64_t count) {
    return Moment(std::chrono::seconds(count));
}

json::object record(std::string_view text) {
    return parsed(text).as_object();
}

std::string text_of(const json::value& value) {
    return json::serialize(value);
}

/// A spoke whose mapping changes nothing, so that `ours` is the hub.
struct Case {
    explicit Case(
        std::string_view hub_data, std::string_view sent, std::string_view seen, std::string_view shown
    ) {
        hub.data = record(hub_data);
        hub.updated_at = second(100);
        spoke.shown = record(shown);
        spoke.seen = record(seen);
        spoke.sent = record(sent);
        spoke.ours = hub.data;
        spoke.changed_at = second(200);
        spoke.heard_at = second(300);
        spoke.integration = "b";
        by(ConflictRule::newest_wins);
    }

    Case& by(ConflictRule rule) {
        spoke.rule = [rule](std::string_view) { return rule; };
        return *this;
    }

    [[nodiscard]] Merged merged() const { return merge(hub, spoke); }

    Hub hub;
    Spoke spoke;
};

TEST(Merge, WhatIsAsItWasChangesNothing) {
    const Merged merged = Case(R"({"a":1})", R"({"a":1})", R"({"a":"1"})", R"({"a":1.0})").merged();
    EXPECT_EQ(text_of(merged.data), R"({"a":1})");
    EXPECT_THAT(merged.changed, IsEmpty());
    EXPECT_THAT(merged.agreed, IsEmpty());
    EXPECT_FALSE(merged.differs);
}

TEST(Merge, AnEditOnThePlatformGoesIntoTheHubWithAStamp) {
    const Merged merged =
        Case(R"({"a":"x","b":"y"})", R"({"a":"x","b":"y"})", R"({"a":"x","b":"y"})", R"({"a":"new","b":"y"})")
            .merged();
    EXPECT_EQ(text_of(merged.data), R"({"a":"new","b":"y"})");
    EXPECT_THAT(merged.changed, ElementsAre("a"));
    EXPECT_THAT(merged.agreed, ElementsAre("a"));
    EXPECT_FALSE(merged.differs);
    EXPECT_EQ(text_of(merged.seen), R"({"a":"new","b":"y"})");
    ASSERT_EQ(merged.stamps.size(), 1U);
    const Stamp& stamp = merged.stamps.at("a");
    EXPECT_EQ(stamp.at, second(200));
    EXPECT_EQ(stamp.by, "b");
    EXPECT_EQ(text_of(stamp.was), R"("x")");
    EXPECT_EQ(stamp.position, std::nullopt);
}

TEST(Merge, TheEchoOfAPushIsNoEdit) {
    const Merged merged =
        Case(R"({"a":"new"})", R"({"a":"new"})", R"({"a":"old"})", R"({"a":"new"})").merged();
    EXPECT_THAT(merged.changed, IsEmpty());
    EXPECT_FALSE(merged.differs);
    EXPECT_EQ(text_of(merged.seen), R"({"a":"new"})");
}

TEST(Merge, WhatTheMappingRespellsIsNoEditEither) {
    Case the(
        R"({"a":"ANA","n":"5 cm"})", R"({"a":"ana","n":5})", R"({"a":"old","n":4})", R"({"a":"ana","n":5})"
    );
    the.spoke.ours = the.spoke.sent;
    const Merged merged = the.merged();
    EXPECT_EQ(text_of(merged.data), R"({"a":"ANA","n":"5 cm"})");
    EXPECT_THAT(merged.agreed, IsEmpty());
}

TEST(Merge, ASpellingRightAfterOurWriteIsNotTaken) {
    Case the(R"({"a":"Ana"})", R"({"a":"Ana"})", R"({"a":"old"})", R"({"a":"ANA"})");
    the.spoke.pushed_at = second(195);
    const Merged soon = the.merged();
    EXPECT_THAT(soon.changed, IsEmpty());
    EXPECT_EQ(text_of(soon.seen), R"({"a":"ANA"})");
    // Later, somebody wrote it so.
    the.spoke.pushed_at = second(194);
    EXPECT_THAT(the.merged().changed, ElementsAre("a"));
}

TEST(Merge, ASpellingNeverStandsAgainstAChange) {
    Case the(R"({"a":"new"})", R"({"a":"Ana"})", R"({"a":"old"})", R"({"a":"ANA"})");
    the.by(ConflictRule::platform_wins);
    EXPECT_EQ(text_of(the.merged().data), R"({"a":"new"})");
    EXPECT_TRUE(the.merged().differs);
    // The hub's value is another platform's spelling; here somebody wrote something new.
    Case other(R"({"a":"ANA"})", R"({"a":"Ana"})", R"({"a":"Ana"})", R"({"a":"new"})");
    other.by(ConflictRule::local_wins);
    other.hub.stamps["a"] = Stamp{.at = second(150), .by = "c", .was = "Ana", .position = 1};
    EXPECT_EQ(text_of(other.merged().data), R"({"a":"new"})");
    other.hub.stamps.clear();  // the application's own spelling stands
    EXPECT_EQ(text_of(other.merged().data), R"({"a":"ANA"})");
}

TEST(Merge, WhatMayBeOlderThanOurWriteIsReadAnewWhereItCounts) {
    Case the(R"({"a":"new"})", R"({"a":"new"})", R"({"a":"old"})", R"({"a":"between"})");
    EXPECT_FALSE(needs_fresh_read(the.spoke, the.merged()));
    the.spoke.pushed_at = second(195);
    EXPECT_TRUE(needs_fresh_read(the.spoke, the.merged()));
    the.spoke.pushed_at = second(194);
    EXPECT_FALSE(needs_fresh_read(the.spoke, the.merged()));
    the.spoke.pushed_at = second(300);
    the.spoke.shown = record(R"({"a":"new"})");
    EXPECT_FALSE(needs_fresh_read(the.spoke, the.merged()));
}

TEST(Merge, AWriteThatWasNotAnsweredIsNoEditOfThePlatformsUnderAnyRule) {
    for (const auto rule :
         {ConflictRule::newest_wins,
          ConflictRule::local_wins,
          ConflictRule::platform_wins,
          ConflictRule::manual}) {
        // "first" was sent and arrived, though nobody said so; the application has gone on to "second".
        Case the(R"({"a":"second"})", R"({"a":"old"})", R"({"a":"old"})", R"({"a":"first"})");
        the.by(rule);
        the.spoke.in_doubt = {record(R"({"a":"first"})")};
        const Merged merged = the.merged();
        EXPECT_EQ(text_of(merged.data), R"({"a":"second"})");
        EXPECT_THAT(merged.changed, IsEmpty());
        EXPECT_THAT(merged.conflicts, IsEmpty());
        EXPECT_TRUE(merged.differs);
        EXPECT_THAT(merged.arrived, ElementsAre(Pair("a", 1)));
    }
}

TEST(Merge, AWriteThatDidNotArriveLeavesItsFieldAsItWas) {
    Case the(R"({"a":"second"})", R"({"a":"old"})", R"({"a":"old"})", R"({"a":"old"})");
    the.by(ConflictRule::platform_wins).spoke.in_doubt = {record(R"({"a":"first"})")};
    EXPECT_EQ(text_of(the.merged().data), R"({"a":"second"})");
    EXPECT_TRUE(the.merged().differs);
    EXPECT_THAT(the.merged().arrived, IsEmpty());
}

TEST(Merge, WhatArrivedUnansweredAndWasTakenBackHereIsOverwrittenThere) {
    // The hub has the old value again: that is a change against what the platform turns out to hold.
    Case the(R"({"a":"old"})", R"({"a":"old"})", R"({"a":"old"})", R"({"a":"first"})");
    the.by(ConflictRule::platform_wins).spoke.in_doubt = {record(R"({"a":"first"})")};
    const Merged merged = the.merged();
    EXPECT_EQ(text_of(merged.data), R"({"a":"old"})");
    EXPECT_THAT(merged.agreed, ElementsAre("a"));
    EXPECT_TRUE(merged.differs);
}

TEST(Merge, OfSeveralWritesInDoubtTheOldestThatIsShownEndsThoseBeforeIt) {
    Case the(R"({"a":"4"})", R"({"a":"0"})", R"({"a":"0"})", R"({"a":"2"})");
    the.spoke.in_doubt = {
        record(R"({"a":"1"})"), record(R"({"a":"2"})"), record(R"({"a":"3"})"), record(R"({"a":"2"})")
    };
    EXPECT_THAT(the.merged().arrived, ElementsAre(Pair("a", 2)));
    EXPECT_THAT(the.merged().changed, IsEmpty());
}

TEST(Merge, AnEditBesideAWriteInDoubtIsHeard) {
    Case the(
        R"({"a":"second","b":"y"})",
        R"({"a":"old","b":"y"})",
        R"({"a":"old","b":"y"})",
        R"({"a":"First","b":"theirs"})"
    );
    the.by(ConflictRule::platform_wins).spoke.in_doubt = {record(R"({"a":"first","b":"y"})")};
    EXPECT_EQ(text_of(the.merged().data), R"({"a":"second","b":"theirs"})") << "a is only spelt anew";
    the.spoke.shown = record(R"({"a":"theirs too","b":"y"})");
    EXPECT_EQ(text_of(the.merged().data), R"({"a":"theirs too","b":"y"})");
    EXPECT_THAT(the.merged().arrived, IsEmpty());
}

TEST(Merge, WhatWaitsForAPersonIsNotReplacedByAWriteInDoubt) {
    Case the(R"({"a":"ours"})", R"({"a":"old"})", R"({"a":"theirs"})", R"({"a":"ours"})");
    the.by(ConflictRule::manual).spoke.in_doubt = {record(R"({"a":"ours"})"), record(R"({"a":"next"})")};
    the.spoke.open = {{"a", {.base = "old", .local = "ours", .remote = "theirs"}}};
    EXPECT_EQ(the.merged().conflicts.at("a").remote, "theirs");
    the.spoke.shown = record(R"({"a":"next"})");
    EXPECT_EQ(the.merged().conflicts.at("a").remote, "theirs");
    the.spoke.shown = record(R"({"a":"newer"})");
    EXPECT_EQ(the.merged().conflicts.at("a").remote, "newer");
}

TEST(Merge, WhatIsToldOfTheMomentThatWasReadLastIsReadAnewWhereItCounts) {
    Case the(R"({"a":"1"})", R"({"a":"1"})", R"({"a":"1"})", R"({"a":"2"})");
    the.spoke.seen_at = second(199);
    EXPECT_FALSE(needs_fresh_read(the.spoke, the.merged()));
    the.spoke.seen_at = second(200);
    EXPECT_TRUE(needs_fresh_read(the.spoke, the.merged()));
    the.spoke.shown = the.spoke.seen;
    EXPECT_FALSE(needs_fresh_read(the.spoke, the.merged()));
}

TEST(Merge, AClearingInDoubtIsOurOwnToo) {
    Case the(R"({"a":"second"})", R"({"a":"old"})", R"({"a":"old"})", R"({"a":null})");
    the.by(ConflictRule::platform_wins).spoke.in_doubt = {record(R"({"a":null})")};
    EXPECT_EQ(text_of(the.merged().data), R"({"a":"second"})");
    EXPECT_THAT(the.merged().arrived, ElementsAre(Pair("a", 1)));
}

TEST(Merge, ThePlatformsOwnSpellingCountsOnce) {
    // It writes in small letters what it is sent; seen before, that is no edit.
    const Merged merged =
        Case(R"({"a":"ANA"})", R"({"a":"ANA"})", R"({"a":"ana"})", R"({"a":"ana"})").merged();
    EXPECT_THAT(merged.changed, IsEmpty());
    EXPECT_FALSE(merged.differs);
}

TEST(Merge, WhatWasSetBackLongAfterOurWriteIsAnEdit) {
    Case the(R"({"a":"new"})", R"({"a":"new"})", R"({"a":"old"})", R"({"a":"old"})");
    the.spoke.pushed_at = second(195);
    EXPECT_THAT(the.merged().changed, IsEmpty());
    the.spoke.pushed_at = second(194);
    EXPECT_THAT(the.merged().changed, ElementsAre("a"));
    the.spoke.changed_at.reset();
    EXPECT_THAT(the.merged().changed, IsEmpty());
}

TEST(Merge, OurOwnChangeIsLeftToAPush) {
    const Merged merged =
        Case(R"({"a":"new"})", R"({"a":"old"})", R"({"a":"old"})", R"({"a":"old"})").merged();
    EXPECT_EQ(text_of(merged.data), R"({"a":"new"})");
    EXPECT_THAT(merged.agreed, IsEmpty());
    EXPECT_TRUE(merged.differs);
}

TEST(Merge, AFieldThatIsNotShownSaysNothing) {
    Case the(
        R"({"a":"x","o":{"b":"y"}})", R"({"a":"x","o":{"b":"y"}})", R"({"a":"x","o":{"b":"y"}})", R"({})"
    );
    const Merged merged = the.merged();
    EXPECT_EQ(text_of(merged.data), R"({"a":"x","o":{"b":"y"}})");
    EXPECT_EQ(text_of(merged.seen), R"({"a":"x","o":{"b":"y"}})");
    EXPECT_FALSE(merged.differs);
    the.hub.data = the.spoke.ours = record(R"({"a":"x","o":{"b":"ours"}})");
    EXPECT_TRUE(the.merged().differs);
}

TEST(Merge, AFieldThatIsClearedOnThePlatformIsKeptAsNull) {
    const Merged merged = Case(
                              R"({"a":"x","o":{"b":"y","c":1}})",
                              R"({"a":"x","o":{"b":"y","c":1}})",
                              R"({"a":"x","o":{"b":"y","c":1}})",
                              R"({"a":null,"o":null})"
    )
                              .merged();
    EXPECT_EQ(text_of(merged.data), R"({"a":null,"o":{"b":null,"c":null}})");
    EXPECT_THAT(merged.changed, UnorderedElementsAre("a", "o.b", "o.c"));
    EXPECT_FALSE(merged.differs);
}

TEST(Merge, AFieldThatIsOnlyReadFollowsThePlatform) {
    // Nothing is ever sent: ours and sent have no such field.
    Case the(R"({"a":"x"})", R"({})", R"({"a":"x"})", R"({"a":"new"})");
    the.spoke.ours = {};
    EXPECT_EQ(text_of(the.merged().data), R"({"a":"new"})");
    the.spoke.shown = record(R"({"a":null})");
    EXPECT_EQ(text_of(the.merged().data), R"({"a":null})");
    the.spoke.seen = record(R"({"a":null})");
    EXPECT_THAT(the.merged().changed, IsEmpty());
}

TEST(Merge, TheSameChangeOnBothSidesIsAgreed) {
    const Merged merged =
        Case(R"({"a":"new"})", R"({"a":"old"})", R"({"a":"old"})", R"({"a":"new"})").merged();
    EXPECT_THAT(merged.agreed, ElementsAre("a"));
    EXPECT_THAT(merged.changed, IsEmpty());
    EXPECT_FALSE(merged.differs);
}

TEST(Merge, WhatWasReadBeforeProvesNothingAboutAChangeOfOurs) {
    // The hub went from old to other, which was sent, and back. An old notification still shows "old".
    const Merged merged =
        Case(R"({"a":"old"})", R"({"a":"other"})", R"({"a":"old"})", R"({"a":"old"})").merged();
    EXPECT_THAT(merged.agreed, IsEmpty());
    EXPECT_TRUE(merged.differs);
}

TEST(Merge, TheFirstMeetingTakesWhatIsMissingAndSettlesWhatDiffers) {
    Case the(R"({"a":"x","b":"ours"})", R"({})", R"({})", R"({"a":"x","b":"theirs","c":"more"})");
    const Merged newer = the.merged();
    EXPECT_EQ(text_of(newer.data), R"({"a":"x","b":"theirs","c":"more"})");
    EXPECT_THAT(newer.changed, UnorderedElementsAre("b", "c"));
    EXPECT_THAT(newer.agreed, UnorderedElementsAre("a", "b", "c"));
    the.hub.updated_at = second(201);
    const Merged older = the.merged();
    EXPECT_EQ(text_of(older.data), R"({"a":"x","b":"ours","c":"more"})");
    EXPECT_THAT(older.agreed, UnorderedElementsAre("a", "b", "c"));
    EXPECT_TRUE(older.differs);
}

Case both_changed() {
    return Case(R"({"a":"ours"})", R"({"a":"base"})", R"({"a":"base"})", R"({"a":"theirs"})");
}

TEST(Merge, TheNewestWins) {
    Case the = both_changed();
    EXPECT_EQ(text_of(the.merged().data), R"({"a":"theirs"})");
    the.hub.updated_at = second(200);
    EXPECT_EQ(text_of(the.merged().data), R"({"a":"theirs"})");
    the.hub.updated_at = second(201);
    EXPECT_EQ(text_of(the.merged().data), R"({"a":"ours"})");
    the.spoke.changed_at.reset();  // then it changed when we heard of it
    EXPECT_EQ(text_of(the.merged().data), R"({"a":"theirs"})");
}

TEST(Merge, AFieldsStampIsItsTimeAndTiesAreDecidedByTheIntegration) {
    Case the = both_changed();
    the.hub.updated_at = second(900);
    the.hub.stamps["a"] = Stamp{.at = second(199), .by = "c", .was = {}, .position = 1};
    EXPECT_EQ(text_of(the.merged().data), R"({"a":"theirs"})");
    the.hub.stamps["a"].at = second(201);
    EXPECT_EQ(text_of(the.merged().data), R"({"a":"ours"})");
    the.hub.stamps["a"].at = second(200);
    EXPECT_EQ(text_of(the.merged().data), R"({"a":"ours"})");
    the.hub.stamps["a"].by = "a";
    EXPECT_EQ(text_of(the.merged().data), R"({"a":"theirs"})");
    the.hub.stamps["a"].by = "b";
    EXPECT_EQ(text_of(the.merged().data), R"({"a":"theirs"})");
}

TEST(Merge, LocalWinsAndIsPushedOverWhatThePlatformHas) {
    const Merged merged = both_changed().by(ConflictRule::local_wins).merged();
    EXPECT_EQ(text_of(merged.data), R"({"a":"ours"})");
    EXPECT_THAT(merged.agreed, ElementsAre("a"));
    EXPECT_TRUE(merged.differs);
    EXPECT_THAT(merged.stamps, IsEmpty());
}

TEST(Merge, PlatformWins) {
    Case the = both_changed().by(ConflictRule::platform_wins);
    the.hub.updated_at = second(900);
    const Merged merged = the.merged();
    EXPECT_EQ(text_of(merged.data), R"({"a":"theirs"})");
    EXPECT_EQ(merged.stamps.at("a").rule, ConflictRule::platform_wins);
    EXPECT_FALSE(merged.differs);
}

TEST(Merge, OneSidesChangeNeedsNoRule) {
    Case the = both_changed().by(ConflictRule::platform_wins);
    the.spoke.shown = record(R"({"a":"base"})");
    EXPECT_EQ(text_of(the.merged().data), R"({"a":"ours"})");
    the = both_changed().by(ConflictRule::local_wins);
    the.hub.data = the.spoke.ours = record(R"({"a":"base"})");
    EXPECT_EQ(text_of(the.merged().data), R"({"a":"theirs"})");
}

TEST(Merge, AManualFieldIsParkedUntilBothSidesAreEqual) {
    Case the = both_changed().by(ConflictRule::manual);
    Merged merged = the.merged();
    EXPECT_EQ(text_of(merged.data), R"({"a":"ours"})");
    EXPECT_THAT(merged.agreed, IsEmpty());
    EXPECT_FALSE(merged.differs);
    ASSERT_EQ(merged.conflicts.size(), 1U);
    EXPECT_EQ(text_of(merged.conflicts.at("a").base), R"("base")");
    EXPECT_EQ(text_of(merged.conflicts.at("a").local), R"("ours")");
    EXPECT_EQ(text_of(merged.conflicts.at("a").remote), R"("theirs")");

    the.spoke.open = merged.conflicts;
    the.spoke.seen = merged.seen;
    the.spoke.shown = record(R"({"a":"theirs again"})");
    the.hub.data = the.spoke.ours = record(R"({"a":"ours again"})");
    merged = the.merged();
    EXPECT_EQ(text_of(merged.conflicts.at("a").base), R"("base")");
    EXPECT_EQ(text_of(merged.conflicts.at("a").local), R"("ours again")");
    EXPECT_EQ(text_of(merged.conflicts.at("a").remote), R"("theirs again")");
    EXPECT_FALSE(merged.differs);

    the.spoke.open = merged.conflicts;
    the.spoke.shown = {};
    the.hub.data = the.spoke.ours = record(R"({"a":"ours once more"})");
    merged = the.merged();
    EXPECT_EQ(text_of(merged.conflicts.at("a").local), R"("ours once more")");
    EXPECT_EQ(text_of(merged.conflicts.at("a").remote), R"("theirs again")");
    EXPECT_FALSE(merged.differs);

    the.spoke.shown = record(R"({"a":"ours once more"})");
    merged = the.merged();
    EXPECT_THAT(merged.conflicts, IsEmpty());
    EXPECT_THAT(merged.agreed, ElementsAre("a"));
}

TEST(Merge, AStampOverAnotherKeepsAllThatTheApplicationMayHave) {
    Case the(R"({"a":"second"})", R"({"a":"second"})", R"({"a":"second"})", R"({"a":"third"})");
    the.hub.stamps["a"] = Stamp{.at = second(150), .by = "c", .was = "first", .position = 7};
    // Even where it has acknowledged: a report from before may still wait.
    the.hub.acknowledged = 7;
    const Stamp stamp = the.merged().stamps.at("a");
    EXPECT_EQ(text_of(stamp.was), R"("first")");
    ASSERT_EQ(stamp.earlier.size(), 1U);
    EXPECT_EQ(stamp.earlier.front().position, 7);
    EXPECT_EQ(text_of(stamp.earlier.front().value), R"("second")");
    EXPECT_EQ(stamp.position, std::nullopt);
}

TEST(Merge, AListIsOneField) {
    const Merged merged = Case(
                              R"({"lines":[{"q":1},{"q":2}],"n":"x"})",
                              R"({"lines":[{"q":1},{"q":2}],"n":"x"})",
                              R"({"lines":[{"q":1},{"q":2}],"n":"x"})",
                              R"({"lines":[{"q":"1"},{"q":3}],"n":"x"})"
    )
                              .merged();
    EXPECT_THAT(merged.changed, ElementsAre("lines"));
    EXPECT_EQ(text_of(merged.data), R"({"lines":[{"q":"1"},{"q":3}],"n":"x"})");
}

TEST(Merge, AValueMayGiveWayToAnObjectAndBack) {
    Case the(R"({"a":"x"})", R"({"a":"x"})", R"({"a":"x"})", R"({"a":{"b":"y"}})");
    EXPECT_EQ(text_of(the.merged().data), R"({"a":{"b":"y"}})");
    Case back(R"({"a":{"b":"y"}})", R"({"a":{"b":"y"}})", R"({"a":{"b":"y"}})", R"({"a":"x"})");
    EXPECT_EQ(text_of(back.merged().data), R"({"a":"x"})");
}

TEST(RecordFields, ValuesAreEqualByTextOrByWorth) {
    const auto equal = [](std::string_view a, std::string_view b) {
        const bool forth = equal_values(parsed(a), parsed(b));
        EXPECT_EQ(forth, equal_values(parsed(b), parsed(a))) << a << b;
        return forth;
    };
    EXPECT_TRUE(equal(R"("12.50")", "12.5"));
    EXPECT_TRUE(equal("1", "1.0"));
    EXPECT_TRUE(equal("0.30000000000000004", R"("0.3")"));
    EXPECT_TRUE(equal(R"("true")", "true"));
    EXPECT_TRUE(equal(R"({"a":null,"b":[1]})", R"({"b":["1"]})"));
    EXPECT_FALSE(equal(R"("007")", R"("7")"));
    EXPECT_FALSE(equal(R"("12.50")", R"("12.5")"));
    EXPECT_FALSE(equal("1", "true"));
    EXPECT_FALSE(equal(R"("")", "null"));
    EXPECT_FALSE(equal("[1,2]", "[1]"));
    EXPECT_FALSE(equal(R"({"a":1})", R"({"a":1,"b":2})"));
    EXPECT_FALSE(equal("9007199254740993", "9007199254740992"));
}

TEST(RecordFields, LeavesAreNamedByTheirPaths) {
    const auto leaves = leaves_of(record(R"({"b":{"c":1,"d":{"e":[1]}},"a":{},"f":null})"));
    std::string shown;
    for (const auto& [field, value] : leaves) {
        shown += field + "=" + text_of(value) + " ";
    }
    EXPECT_EQ(shown, "a={} b.c=1 b.d.e=[1] f=null ");
    const json::object nested = record(R"({"b":{"c":1}})");
    EXPECT_EQ(leaf(nested, "b.c"), 1);
    EXPECT_TRUE(leaf(nested, "b.c.d").is_null());
    EXPECT_TRUE(leaf(nested, "x.y").is_null());
}

TEST(RecordFields, ALeafIsSetWithTheObjectsAroundItAndTakenOutWithThem) {
    json::object made;
    set_leaf(made, "a.b.c", 1);
    set_leaf(made, "a.d", 2);
    EXPECT_EQ(text_of(made), R"({"a":{"b":{"c":1},"d":2}})");
    set_leaf(made, "a.b.c", nullptr);
    EXPECT_EQ(text_of(made), R"({"a":{"d":2}})");
    set_leaf(made, "a.x.y", nullptr);
    set_leaf(made, "a.d.y", nullptr);
    EXPECT_EQ(text_of(made), R"({"a":{"d":2}})");
    set_leaf(made, "a.d", nullptr);
    EXPECT_EQ(text_of(made), "{}");
}

TEST(RecordFields, APutNullStays) {
    json::object made = record(R"({"a":1})");
    put_leaf(made, "b.c", nullptr);
    put_leaf(made, "a.d", 2);
    EXPECT_EQ(text_of(made), R"({"a":{"d":2},"b":{"c":null}})");
}

TEST(RecordFields, LayingOverReplacesValuesAndLists) {
    json::object base = record(R"({"a":{"b":1,"c":[1,2]},"d":{"e":1},"f":1})");
    lay_over(base, record(R"({"a":{"c":[3]},"d":null,"f":{"g":1}})"));
    EXPECT_EQ(text_of(base), R"({"a":{"b":1,"c":[3]},"d":null,"f":{"g":1}})");
}

TEST(Merge, WhatAPlatformKeepsAsOneIsTakenAsOne) {
    Case one(
        R"({"first":"Jean Paul","last":"Roux"})",
        R"({"first":"Jean","last":"Paul Roux"})",
        R"({"first":"Jean","last":"Paul Roux"})",
        R"({"first":"Jean","last":"Paul Martin"})"
    );
    one.spoke.ours = one.spoke.sent;
    const std::vector<std::vector<std::string>> full_name{{"first", "last"}};
    one.spoke.together = full_name;
    const Merged merged = one.merged();
    EXPECT_EQ(text_of(merged.data), R"({"first":"Jean","last":"Paul Martin"})");
    EXPECT_THAT(merged.changed, UnorderedElementsAre("first", "last"));
    one.spoke.together = {};
    EXPECT_EQ(text_of(one.merged().data), R"({"first":"Jean Paul","last":"Paul Martin"})");
}

TEST(Merge, OfWhatAPlatformKeepsAsOneAPartThatItTellsApartAsWeDoIsTakenAlone) {
    const std::vector<std::vector<std::string>> full_name{{"first", "last"}};
    Case one(
        R"({"first":"Ana","last":"Martin"})",
        R"({"first":"Ana","last":"Roux"})",
        R"({"first":"Ana","last":"Roux"})",
        R"({"first":"Anna","last":"Roux"})"
    );
    one.spoke.together = full_name;
    const Merged merged = one.merged();
    EXPECT_EQ(text_of(merged.data), R"({"first":"Anna","last":"Martin"})");
    EXPECT_THAT(merged.agreed, UnorderedElementsAre("first", "last"));
    EXPECT_TRUE(merged.differs);
}

TEST(RecordFields, ARespelledTextHasTheSameLettersAndDigits) {
    EXPECT_TRUE(is_respelled("Ana  Bell", "ANA-BELL"));
    EXPECT_TRUE(is_respelled("06 12", "0612"));
    EXPECT_TRUE(is_respelled("\u00c9lodie", "\u00e9lodie"));
    EXPECT_TRUE(is_respelled(5, "5.0"));
    EXPECT_FALSE(is_respelled("Ana", "Anna"));
    EXPECT_FALSE(is_respelled("-", "+"));
    EXPECT_FALSE(is_respelled(nullptr, ""));
}

TEST(Stamps, AreReadAsTheyWereWritten) {
    Stamps stamps;
    stamps["a.b"] =
        Stamp{.at = second(5), .by = "int_1", .rule = ConflictRule::manual, .was = "x", .position = 9};
    stamps["c"] = Stamp{.at = second(6), .by = "int_2", .was = {}, .position = std::nullopt};
    const json::object stored = write_stamps(stamps);
    EXPECT_EQ(
        text_of(stored.at("a.b")), R"({"at":5000,"by":"int_1","rule":"manual","was":"x","position":9})"
    );
    EXPECT_FALSE(stored.at("c").as_object().contains("position"));
    const Stamps read = read_stamps(stored);
    EXPECT_EQ(text_of(write_stamps(read)), text_of(stored));
    EXPECT_THAT(
        read_stamps(record(R"({"a":1,"b":{},"c":{"at":1,"rule":"?"},"d":{"at":"x","rule":"manual"}})")),
        IsEmpty()
    );
}

}  // namespace
}  // namespace navette::sync
