// Two spellings of one value: no conflict, no drift, and neither side is written because of it.
#include "daemon/sync/comparison.hpp"
#include "tests/unit/sync/rules_from_json.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace navette::sync {
namespace {

namespace json = boost::json;
using config::ConflictRule;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::string_view kRules = R"([
    {"local":"email","remote":"mail","direction":"both","transforms":["trim","lower"]},
    {"local":"phone","remote":"phone","transforms":[{"phone_e164":{"country":"FR"}}]},
    {"local":"phone","remote":"phone","direction":"from_platform"},
    {"local":"title","remote":"title","transforms":[{"truncate":3}]},
    {"local":"title","remote":"title","direction":"from_platform"},
    {"local":"name","remote":"name","transforms":[{"join":{"paths":["first","last"]}}]},
    {"local":"name","remote":"name","direction":"from_platform"},
    {"local":"kind","remote":"kind","transforms":[{"lookup":{"table":{"a":"1"},"default":"9"}}]},
    {"local":"kind","remote":"kind","direction":"from_platform"},
    {"local":"score","remote":"score","direction":"from_platform"},
    {"local":"lines","remote":"lines","direction":"both","each":[
        {"local":"sku","remote":"ref","direction":"both","transforms":["trim","upper"]}]},
    {"local":"parts","remote":"parts","each":[
        {"local":"text","remote":"text","transforms":[{"truncate":3}]}]},
    {"local":"parts","remote":"parts","direction":"from_platform","each":[
        {"local":"text","remote":"text","direction":"from_platform"}]}])";

bool same(std::string_view field, std::string_view a, std::string_view b) {
    static const Mapping mapping = mapping_from(kRules);
    return mapping.is_same_meaning(field, json::parse(a), json::parse(b));
}

TEST(SameMeaning, IsWhatTheMappingSpellsAlike) {
    EXPECT_TRUE(same("phone", R"("01 02 03 04 05")", R"("+33102030405")"));
    EXPECT_TRUE(same("phone", R"("01.02.03.04.05")", R"("0033 1 02030405")"));
    EXPECT_TRUE(same("email", R"("Ada@X.test ")", R"("ada@x.test")"));
    EXPECT_TRUE(same("lines", R"([{"sku":"a1 "}])", R"([{"sku":"A1"}])"));
    EXPECT_FALSE(same("phone", R"("01 02 03 04 05")", R"("+33102030406")"));
    EXPECT_FALSE(same("lines", R"([{"sku":"a1"}])", R"([{"sku":"a2"}])"));
}

TEST(SameMeaning, IsNotWhatLosesMoreThanTheSpelling) {
    EXPECT_FALSE(same("title", R"("Doctor")", R"("Document")")) << "cut to the same letters";
    EXPECT_FALSE(same("kind", R"("b")", R"("c")")) << "both unknown to the table";
    EXPECT_FALSE(same("name", R"("Ada")", R"("Bob")"));
    EXPECT_FALSE(same("parts", R"([{"text":"Doctor"}])", R"([{"text":"Document"}])"));
}

TEST(SameMeaning, IsNothingOfNullsNorOfFieldsThatAreNotSent) {
    EXPECT_FALSE(same("phone", "null", "null"));
    EXPECT_FALSE(same("phone", "null", R"("+33102030405")"));
    EXPECT_FALSE(same("score", "1", "1.0"));
    EXPECT_FALSE(same("elsewhere", R"("a")", R"("a")"));
}

/// A hub record and what a platform shows, by the rules above.
struct Sides {
    std::string hub;
    std::string shown;
    std::string seen = "{}";
    std::string sent = "{}";
    ConflictRule rule = ConflictRule::manual;
    Moment pushed{};
};

json::object object(std::string_view text) {
    return json::parse(text).as_object();
}

struct Met {
    Hub hub;
    Spoke spoke;
};

Met met(const Sides& sides) {
    static const Mapping mapping = mapping_from(kRules);
    Met both;
    both.hub.data = object(sides.hub);
    both.hub.updated_at = Moment(std::chrono::hours(10));
    both.spoke.shown = object(sides.shown);
    both.spoke.seen = object(sides.seen);
    both.spoke.sent = object(sides.sent);
    both.spoke.ours = mapping.canonical(both.hub.data);
    both.spoke.changed_at = Moment(std::chrono::hours(20));
    if (sides.pushed != Moment()) {
        both.spoke.pushed_at = sides.pushed;
    }
    both.spoke.heard_at = Moment(std::chrono::hours(30));
    both.spoke.integration = "int_1";
    both.spoke.rule = [rule = sides.rule](std::string_view) { return rule; };
    both.spoke.means_same = [](std::string_view field, const json::value& ours, const json::value& shown) {
        return mapping.is_same_meaning(field, ours, shown);
    };
    return both;
}

Merged merged(const Sides& sides) {
    const auto both = met(sides);
    return merge(both.hub, both.spoke);
}

const Sides kFound{.hub = R"({"phone":"+33 1 02 03 04 05"})", .shown = R"({"phone":"01 02 03 04 05"})"};

TEST(SameMeaning, IsALinkAndNoConflictInAPlan) {
    const auto both = met(kFound);
    const auto found = compare(both.hub, both.spoke, false);
    EXPECT_EQ(to_string(found.verdict), "link");
    EXPECT_THAT(found.differences, IsEmpty());
}

TEST(SameMeaning, IsNoDriftOfALinkedRecord) {
    const auto both = met(
        {.hub = R"({"phone":"+33102030405","email":"ada@x.test"})",
         .shown = R"({"phone":"0102030405","email":"ADA@x.test"})",
         .seen = R"({"phone":"+33102030405","email":"ada@x.test"})",
         .sent = R"({"phone":"+33102030405","email":"ada@x.test"})"}
    );
    EXPECT_EQ(to_string(compare(both.hub, both.spoke, true).verdict), "same");
}

TEST(SameMeaning, AnotherValueIsStillAConflictAndADrift) {
    const auto both =
        met({.hub = R"({"phone":"+33 1 02 03 04 05"})", .shown = R"({"phone":"01 02 03 04 06"})"});
    EXPECT_EQ(to_string(compare(both.hub, both.spoke, false).verdict), "conflict");
    EXPECT_EQ(merge(both.hub, both.spoke).conflicts.size(), 1U);
}

TEST(SameMeaning, MergedIsAgreedAndLeavesBothSpellings) {
    for (const auto rule :
         {ConflictRule::manual,
          ConflictRule::newest_wins,
          ConflictRule::local_wins,
          ConflictRule::platform_wins}) {
        auto sides = kFound;
        sides.rule = rule;
        const auto result = merged(sides);
        EXPECT_THAT(result.agreed, ElementsAre("phone"));
        EXPECT_THAT(result.respelt, ElementsAre("phone"));
        EXPECT_THAT(result.changed, IsEmpty());
        EXPECT_TRUE(result.conflicts.empty());
        EXPECT_FALSE(result.differs);
        EXPECT_EQ(result.data.at("phone"), "+33 1 02 03 04 05");
    }
}

TEST(SameMeaning, OnceAgreedTheSpellingIsNoNewsWhenAnotherFieldChangesThere) {
    const auto result = merged(
        {.hub = R"({"phone":"+33 1 02 03 04 05","email":"a@x.test"})",
         .shown = R"({"phone":"01 02 03 04 05","email":"b@x.test"})",
         .seen = R"({"phone":"01 02 03 04 05","email":"a@x.test"})",
         .sent = R"({"phone":"+33102030405","email":"a@x.test"})",
         .pushed = Moment(std::chrono::hours(15))}
    );
    EXPECT_THAT(result.changed, ElementsAre("email"));
}

TEST(SameMeaning, OurOwnWriteInThePlatformsSpellingIsNoNews) {
    const auto result = merged(
        {.hub = R"({"phone":"+33102030405"})",
         .shown = R"({"phone":"01 02 03 04 05"})",
         .sent = R"({"phone":"+33102030405"})",
         .pushed = Moment(std::chrono::hours(20))}
    );
    EXPECT_THAT(result.changed, IsEmpty());
    EXPECT_FALSE(result.differs);
}

}  // namespace
}  // namespace navette::sync
