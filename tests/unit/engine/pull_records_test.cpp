// What a pulled record comes to, by what is known of it.
#include "daemon/engine/pull_records.hpp"

#include "daemon/engine/inbound.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

namespace navette::engine {
namespace {

namespace json = boost::json;
using std::chrono::milliseconds;

sdk::RemoteRecord record(const std::string& fields, std::optional<int> second = 5, bool deleted = false) {
    sdk::RemoteRecord one;
    one.remote_id = "1";
    one.fields = json::parse(fields).as_object();
    one.deleted = deleted;
    if (second) {
        one.modified_at = sdk::Instant(milliseconds(1'000 * *second));
    }
    return one;
}

store::KnownRemote seen(const std::string& hash, std::optional<int> second = 5) {
    store::KnownRemote known;
    known.remote_id = "1";
    known.hash = hash;
    if (second) {
        known.changed_at = milliseconds(1'000 * *second);
    }
    return known;
}

store::KnownRemote linked(store::KnownRemote known, std::int64_t pushed, const std::string& snapshot) {
    known.linked = true;
    known.pushed_job = pushed;
    known.snapshot = snapshot;
    return known;
}

bool holds_text(const std::string& there, const std::string& sent) {
    return holds(json::parse(there), json::parse(sent));
}

TEST(PullRecords, WhatWasSentIsFoundAgainHoweverThePlatformSpellsIt) {
    EXPECT_TRUE(holds_text(R"({"a": "12.50000000", "more": 1})", R"({"a": 12.5})"));
    EXPECT_TRUE(holds_text(R"({"a": "1"})", R"({"a": true})"));
    EXPECT_TRUE(holds_text(R"({"a": ""})", R"({"a": null})"));
    EXPECT_TRUE(holds_text(R"({"a": [{"q": "2", "id": 9}], "b": "x"})", R"({"a": [{"q": 2}], "b": "x"})"));
    EXPECT_TRUE(holds_text(R"({"a": {"b": "x", "c": 1}})", R"({"a": {"b": "x"}, "never_shown": "y"})"));
}

TEST(PullRecords, WhatDiffersOrCannotBeComparedIsNotFound) {
    EXPECT_FALSE(holds_text(R"({"a": "x"})", R"({"a": "y"})"));
    EXPECT_FALSE(holds_text(R"({"a": "12.51"})", R"({"a": 12.5})"));
    EXPECT_FALSE(holds_text(R"({"a": [1, 2]})", R"({"a": [1]})"));
    EXPECT_FALSE(holds_text(R"({"a": [1]})", R"({"a": "1"})"));
    EXPECT_FALSE(holds_text(R"({"b": 1})", R"({"a": 1})")) << "nothing of it is shown";
    EXPECT_FALSE(holds_text(R"({"b": 1})", "{}"));
}

TEST(PullRecords, EachRecordIsJudgedByWhatIsKnownOfIt) {
    const auto now = record(R"({"name": "x"})");
    EXPECT_EQ(judge(now, "h", nullptr), PullVerdict::changed);
    EXPECT_EQ(judge(record("{}", 5, true), kDeletedHash, nullptr), PullVerdict::unknown);
    auto known = seen("h");
    EXPECT_EQ(judge(now, "h", &known), PullVerdict::unchanged);
    known = seen("other", 4);
    EXPECT_EQ(judge(now, "h", &known), PullVerdict::changed);
    known = seen("other", 6);
    EXPECT_EQ(judge(now, "h", &known), PullVerdict::stale) << "a webhook brought something newer";
    known = seen(kDeletedHash, 6);
    EXPECT_EQ(judge(now, "h", &known), PullVerdict::changed) << "it came back";
    EXPECT_EQ(judge(record("{}", 5, true), kDeletedHash, &known), PullVerdict::unchanged);
    known = seen("h", 9);
    EXPECT_EQ(judge(record("{}", std::nullopt, true), kDeletedHash, &known), PullVerdict::changed);
}

TEST(PullRecords, OurOwnWriteIsSeenOnceAndOnlyAsFarAsItIsOurs) {
    const auto now = record(R"({"name": "x"})");
    auto known = linked({}, 7, R"({"name": "x"})");
    EXPECT_EQ(judge(now, "h", &known), PullVerdict::echo);
    known.snapshot = R"({"name": "y"})";
    EXPECT_EQ(judge(now, "h", &known), PullVerdict::changed);
    known.pushed_meanwhile = true;
    EXPECT_EQ(judge(now, "h", &known), PullVerdict::stale) << "read before our write: it comes again";
    known.pushed_meanwhile = false;
    known.remote_version = "v7";
    auto marked = now;
    marked.version = "v7";
    EXPECT_EQ(judge(marked, "h", &known), PullVerdict::echo);
    for (const auto* second :
         {"2026-11-22T05:20:11Z", "2026-11-22 05:20:11", "2026-11-22T05:20:11.000+0000", "1795324811"}) {
        known.remote_version = second;
        marked.version = second;
        EXPECT_EQ(judge(marked, "h", &known), PullVerdict::changed) << second << ": edited within our second";
    }
    known.remote_version = "2026-11-22T05:20:11.042Z";
    marked.version = "2026-11-22T05:20:11.042Z";
    EXPECT_EQ(judge(marked, "h", &known), PullVerdict::echo);
    known = linked(seen("before"), 7, R"({"name": "x"})");
    known.seen_job = 7;
    EXPECT_EQ(judge(now, "h", &known), PullVerdict::changed) << "our write was seen before";
}

TEST(PullRecords, ARecordThatIsAsBeforeOurWriteWasTakenBackUnlessNothingHappenedToIt) {
    auto known = linked(seen("h", 4), 8, R"({"name": "ours"})");
    known.seen_job = 7;
    EXPECT_EQ(judge(record(R"({"name": "x"})"), "h", &known), PullVerdict::changed);
    known.changed_at = milliseconds(5'000);
    EXPECT_EQ(judge(record(R"({"name": "x"})"), "h", &known), PullVerdict::unchanged);
}

TEST(PullRecords, APageIsWrittenWithoutWhatPostgreSQLRefuses) {
    auto odd = record(R"({"name": "a\u0000b"})");
    odd.fields["huge"] = std::numeric_limits<double>::infinity();
    odd.fields["bytes"] = "\xff";
    auto twice = odd;
    const auto taken = take_records("item", {odd, twice, record("{}", 5, true)}, {});
    EXPECT_EQ(taken.items.find("\\u0000"), std::string::npos);
    const auto items = json::parse(taken.items).as_array();
    ASSERT_EQ(items.size(), 2U) << "the same record once, then its deletion";
    const auto& fields = items[0].at("data").at("fields").as_object();
    EXPECT_EQ(fields.at("name"), "ab");
    EXPECT_TRUE(fields.at("huge").is_null());
    EXPECT_EQ(items[1].at("operation"), "delete");
    EXPECT_EQ(items[1].at("hash"), kDeletedHash);
}

}  // namespace
}  // namespace navette::engine
