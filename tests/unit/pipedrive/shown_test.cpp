// Records in Pipedrive's terms, shown in ours.
#include "connectors/pipedrive/src/shown.hpp"

#include <gtest/gtest.h>

namespace navette::pipedrive {
namespace {

const json::object kSettings{{"stages", {{"proposal", 2}, {"offer", 2}}}};

json::object shown(const char* object, json::object told) {
    return shown_of(object, std::move(told), kSettings);
}

TEST(PipedriveShown, ThePrimaryAddressCountsElseTheFirst) {
    const json::array two{
        json::object{{"value", "a@x.test"}, {"primary", false}},
        json::object{{"value", "b@x.test"}, {"primary", true}}
    };
    EXPECT_EQ(shown("contact", {{"emails", two}}).at("_email"), "b@x.test");
    const json::array none_primary{json::object{{"value", "a@x.test"}}, json::object{{"value", "b@x.test"}}};
    EXPECT_EQ(shown("contact", {{"emails", none_primary}}).at("_email"), "a@x.test");
    EXPECT_EQ(shown("contact", {}).at("_email"), "");
}

TEST(PipedriveShown, AStageIsItsNameItsNumberOrHowTheDealEnded) {
    EXPECT_EQ(shown("deal", {{"status", "open"}, {"stage_id", 2}}).at("_stage"), "proposal");
    EXPECT_EQ(shown("deal", {{"status", "open"}, {"stage_id", 9}}).at("_stage"), "9");
    EXPECT_EQ(shown("deal", {{"status", "lost"}, {"stage_id", 2}}).at("_stage"), "lost");
}

TEST(PipedriveShown, AnActivitysTimeSpanAndNote) {
    const auto told = shown(
        "activity",
        {{"due_date", "2026-05-01"},
         {"due_time", "11:30:00"},
         {"duration", "01:05"},
         {"note", "1 &lt; 2<br>yes<br>[k-1]"}}
    );
    EXPECT_EQ(told.at("_due_at"), "2026-05-01T11:30:00Z");
    EXPECT_EQ(told.at("_duration_s"), 3'900);
    EXPECT_EQ(told.at("_text"), "1 < 2\nyes");
    const auto bare = shown("activity", {{"due_date", "2026-05-01"}, {"due_time", ""}, {"note", "[k-1]"}});
    EXPECT_FALSE(bare.contains("_due_at"));
    EXPECT_FALSE(bare.contains("_duration_s"));
    EXPECT_EQ(bare.at("_text"), "");
}

TEST(PipedriveShown, ANoteThatPeopleFormattedIsNotReadBack) {
    EXPECT_FALSE(shown("activity", {{"note", "<b>soon</b><br>[k-1]"}}).contains("_text"));
    EXPECT_FALSE(shown("activity", {{"note", "ours<br>[k-1] and more"}}).contains("_text"));
}

}  // namespace
}  // namespace navette::pipedrive
