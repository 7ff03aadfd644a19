#include "tests/unit/sync/rules_from_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace navette::sync {
namespace {

namespace json = boost::json;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view kContact = R"([
    {"local":"email","remote":"mail","direction":"both","required":true,"transforms":["trim","lower"]},
    {"local":"name","remote":"billing.name","direction":"both"},
    {"local":"city","remote":"billing.city","direction":"both"},
    {"local":"total_cents","remote":"total","direction":"both","transforms":["cents_to_decimal"]},
    {"local":"note","remote":"note"},
    {"remote":"origin","transforms":[{"constant":"navette"}]},
    {"local":"score","remote":"score","direction":"from_platform"},
    {"local":"lines","remote":"lines","direction":"both","each":[
        {"local":"qty","remote":"quantity","direction":"both","required":true},
        {"local":"hint","remote":"hint"}]}])";

json::object record(std::string_view text) {
    return parsed(text).as_object();
}

struct Dropped {
    std::string left;
    bool news;
};

Dropped dropped(
    const Mapping& mapping,
    std::string_view fields,
    std::string_view known,
    std::vector<std::string> keep = {}
) {
    json::object left = record(fields);
    const bool news = mapping.drop_known(left, record(known), keep);
    return {json::serialize(left), news};
}

TEST(MappingTwoWay, ReadsBackWhereAnyRuleDoes) {
    EXPECT_TRUE(mapping_from(kContact).reads_back());
    EXPECT_TRUE(mapping_from(R"([{"local":"a","remote":"b","direction":"from_platform"}])").reads_back());
    EXPECT_FALSE(mapping_from(R"([{"local":"a","remote":"b"}])").reads_back());
    EXPECT_FALSE(mapping_from("[]").reads_back());
}

TEST(MappingTwoWay, TheLocalPathsThatAreReadBackAreSorted) {
    EXPECT_THAT(
        mapping_from(kContact).local_paths_read_back(),
        ElementsAre("city", "email", "lines", "name", "score", "total_cents")
    );
}

TEST(MappingTwoWay, TheSharedPartLeavesOutWhatIsNotReadBackOrCannotBeConverted) {
    const Mapping mapping = mapping_from(kContact);
    EXPECT_EQ(
        json::serialize(mapping.shared_to_remote(
            record(R"({"name":"Ana","note":"n","score":3,"total_cents":"x","lines":[{"qty":1,"hint":"h"}]})")
        )),
        R"({"billing":{"name":"Ana"},"lines":[{"quantity":1,"hint":"h"}]})"
    );
    EXPECT_EQ(
        json::serialize(mapping.shared_to_remote(record(R"({"lines":[{"qty":1},{}],"city":null})"))),
        R"({"billing":{"city":null}})"
    );
}

TEST(MappingTwoWay, AFieldIsLaidIntoThePlacesThatItIsReadFromAndIntoNoOthers) {
    const Mapping mapping = mapping_from(R"([
        {"remote":"name","transforms":[{"join":{"paths":["first","last"]}},{"first_of":["email"]}]},
        {"local":"first","remote":"name","direction":"from_platform","transforms":[{"name_part":"first"}]},
        {"local":"last","remote":"name","direction":"from_platform","transforms":[{"name_part":"last"}]},
        {"local":"email","remote":"email","direction":"both","transforms":["lower"]},
        {"local":"phone","remote":"phone"}])");
    const json::object held = record(R"({"name":"Ana Roux","email":"a@x","phone":"5"})");
    const auto with = [&](std::string_view fields) {
        return json::serialize(mapping.held_with(held, record(fields)));
    };
    EXPECT_EQ(with(R"({})"), json::serialize(held));
    EXPECT_EQ(with(R"({"email":"B@x"})"), R"({"name":"Ana Roux","email":"b@x","phone":"5"})");
    EXPECT_EQ(with(R"({"last":"Berg"})"), R"({"name":"Ana Berg","email":"a@x","phone":"5"})");
    EXPECT_EQ(with(R"({"phone":"6","email":null})"), R"({"name":"Ana Roux","email":null,"phone":"5"})");
    const std::vector<std::string> last{"last"};
    EXPECT_EQ(json::serialize(mapping.places_of(held, last)), R"({"name":"Ana Roux"})");
    EXPECT_EQ(json::serialize(mapping.held_without(held, last)), R"({"email":"a@x","phone":"5"})");
}

TEST(MappingTwoWay, TheCanonicalRecordIsWhatWouldComeBack) {
    const Mapping mapping = mapping_from(kContact);
    EXPECT_EQ(
        json::serialize(mapping.canonical(record(
            R"({"email":" Ana@B.Example","name":"Ana","note":"n","score":3,"total_cents":"1250","lines":[{"qty":1,"hint":"h"}]})"
        ))),
        R"({"email":"ana@b.example","name":"Ana","total_cents":1250,"lines":[{"qty":1}]})"
    );
}

TEST(MappingTwoWay, TwoRulesMayReadBackOneAnothersField) {
    const Mapping mapping = mapping_from(R"([
        {"local":"billing","remote":"bill"},
        {"local":"town","remote":"bill.city","direction":"from_platform"}])");
    EXPECT_EQ(
        json::serialize(mapping.canonical(record(R"({"billing":{"city":"Lyon"}})"))), R"({"town":"Lyon"})"
    );
}

TEST(MappingTwoWay, WhatIsKnownIsDroppedLeafByLeaf) {
    const Mapping mapping = mapping_from(kContact);
    const Dropped part = dropped(
        mapping,
        R"({"mail":"a","billing":{"name":"Ana","city":"Lyon"},"total":"12.50","note":"n","origin":"navette"})",
        R"({"mail":"a","billing":{"name":"Ana","city":"Paris"},"total":12.5,"note":"n","origin":"navette"})"
    );
    EXPECT_EQ(part.left, R"({"billing":{"city":"Lyon"},"note":"n","origin":"navette"})")
        << "a required field too: sent again, it would overwrite an edit that was not told yet";
    EXPECT_TRUE(part.news);
    const Dropped all = dropped(
        mapping,
        R"({"mail":"a","billing":{"name":"Ana","city":null},"note":"n"})",
        R"({"mail":"a","billing":{"name":"Ana"},"note":"n","origin":"navette"})"
    );
    EXPECT_EQ(all.left, R"({"note":"n"})");
    EXPECT_FALSE(all.news);
}

TEST(MappingTwoWay, WhatIsNeverReadBackIsNewsToo) {
    const Dropped note =
        dropped(mapping_from(kContact), R"({"mail":"a","note":"new"})", R"({"mail":"a","note":"n"})");
    EXPECT_EQ(note.left, R"({"note":"new"})");
    EXPECT_TRUE(note.news);
}

TEST(MappingTwoWay, WhatIsAlwaysSentIsNamedByEitherPath) {
    const Mapping mapping = mapping_from(kContact);
    constexpr std::string_view kFields = R"({"billing":{"name":"Ana","city":"Lyon"}})";
    EXPECT_EQ(dropped(mapping, kFields, kFields, {"name"}).left, R"({"billing":{"name":"Ana"}})");
    EXPECT_EQ(dropped(mapping, kFields, kFields, {"billing.city"}).left, R"({"billing":{"city":"Lyon"}})");
    EXPECT_FALSE(dropped(mapping, kFields, kFields, {"name"}).news);
}

TEST(MappingTwoWay, AClearedFieldIsSent) {
    const Dropped cleared =
        dropped(mapping_from(kContact), R"({"billing":{"city":null}})", R"({"billing":{"city":"Lyon"}})");
    EXPECT_EQ(cleared.left, R"({"billing":{"city":null}})");
    EXPECT_TRUE(cleared.news);
}

TEST(MappingTwoWay, AListIsDroppedWholeOrNotAtAll) {
    const Mapping mapping = mapping_from(kContact);
    EXPECT_EQ(
        dropped(
            mapping,
            R"({"lines":[{"quantity":1},{"quantity":2}]})",
            R"({"lines":[{"quantity":"1"},{"quantity":2}]})"
        )
            .left,
        "{}"
    );
    EXPECT_EQ(
        dropped(mapping, R"({"lines":[{"quantity":1},{"quantity":2}]})", R"({"lines":[{"quantity":1}]})")
            .left,
        R"({"lines":[{"quantity":1},{"quantity":2}]})"
    );
}

TEST(MappingTwoWay, RulesIntoOneArrayAreDroppedTogether) {
    constexpr std::string_view kBoth = R"([
        {"local":"a","remote":"meta[0].value","direction":"both"},
        {"local":"b","remote":"meta[1].value","direction":"both"}])";
    constexpr std::string_view kOne = R"([
        {"local":"a","remote":"meta[0].value","direction":"both"},
        {"local":"b","remote":"meta[1].value"}])";
    constexpr std::string_view kFields = R"({"meta":[{"value":"1"},{"value":"2"}]})";
    EXPECT_EQ(dropped(mapping_from(kBoth), kFields, kFields).left, "{}");
    EXPECT_EQ(
        dropped(mapping_from(kBoth), kFields, R"({"meta":[{"value":"1"},{"value":"3"}]})").left, kFields
    );
    EXPECT_EQ(dropped(mapping_from(kOne), kFields, kFields).left, kFields);
}

TEST(MappingTwoWay, AnObjectAsAValueIsDroppedLeafByLeaf) {
    constexpr std::string_view kFree = R"([{"local":"o","remote":"p.o","direction":"both"}])";
    constexpr std::string_view kFields = R"({"p":{"o":{"x":1,"y":2}}})";
    EXPECT_EQ(
        dropped(mapping_from(kFree), kFields, R"({"p":{"o":{"x":1,"y":3}}})").left, R"({"p":{"o":{"y":2}}})"
    );
    EXPECT_EQ(dropped(mapping_from(kFree), kFields, kFields).left, "{}");
}

TEST(MappingTwoWay, NothingIsKnownOfAnEmptySnapshot) {
    const Dropped all = dropped(mapping_from(kContact), R"({"mail":"a","billing":{"name":"Ana"}})", "{}");
    EXPECT_EQ(all.left, R"({"mail":"a","billing":{"name":"Ana"}})");
    EXPECT_TRUE(all.news);
}

}  // namespace
}  // namespace navette::sync
