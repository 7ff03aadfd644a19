#include "tests/unit/sync/rules_from_json.hpp"

#include <boost/json/array.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace navette::sync {
namespace {

namespace json = boost::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

std::string to_remote(const Mapping& mapping, std::string_view record) {
    const auto mapped = mapping.to_remote(parsed(record).as_object());
    return mapped ? json::serialize(*mapped) : "error: " + mapped.error().message;
}

std::string to_local(const Mapping& mapping, std::string_view remote) {
    const auto mapped = mapping.to_local(parsed(remote).as_object());
    return mapped ? json::serialize(*mapped) : "error: " + mapped.error().message;
}

constexpr std::string_view kOrder = R"([
    {"local":"number","remote":"ref","required":true,"transforms":["trim"]},
    {"local":"paid_at","remote":"date","transforms":[{"date":{"to":"date","zone":"Europe/Paris"}}]},
    {"remote":"array_options.options_source","transforms":[{"constant":"navette"}]},
    {"remote":"note","transforms":[{"template":"{customer.first_name} {customer.last_name}"}]},
    {"local":"lines","remote":"lines","required":true,"each":[
        {"local":"description","remote":"desc"},
        {"local":"unit_price_cents","remote":"subprice","required":true,
         "transforms":[{"cents_to_decimal":{"decimals":5,"net_of":"vat_rate"}}]},
        {"local":"quantity","remote":"qty"},
        {"local":"vat_rate","remote":"tva_tx","required":true}]}])";

TEST(Mapping, AnOrderBecomesThePlatformsObject) {
    EXPECT_EQ(
        to_remote(
            mapping_from(kOrder),
            R"({"number":" LU240515001 ","paid_at":"2024-05-14T22:30:00Z","customer":{"first_name":"Ana","last_name":"Bell"},
                "lines":[{"description":"A","unit_price_cents":1250,"quantity":2,"vat_rate":20},
                         {"unit_price_cents":"500","vat_rate":"5.5"}]})"
        ),
        R"({"ref":"LU240515001","date":"2024-05-15","array_options":{"options_source":"navette"},"note":"Ana Bell",)"
        R"("lines":[{"desc":"A","subprice":"10.41667","qty":2,"tva_tx":20},{"subprice":"4.73934","tva_tx":"5.5"}]})"
    );
}

TEST(Mapping, ErrorsNameTheLocalPathAndTheItem) {
    const Mapping mapping = mapping_from(kOrder);
    EXPECT_EQ(
        to_remote(
            mapping,
            R"({"number":"1","lines":[{"unit_price_cents":1,"vat_rate":20},{"unit_price_cents":"x","vat_rate":20}]})"
        ),
        "error: lines[1].unit_price_cents: 'x' is not a whole number of cents"
    );
    EXPECT_THAT(
        to_remote(mapping, R"({"number":"1","lines":[{"unit_price_cents":1}]})"),
        StartsWith("error: lines[0].unit_price_cents: vat_rate is missing")
    );
    EXPECT_EQ(
        to_remote(mapping, R"({"number":"1"})"), "error: lines: a value is required here and there is none"
    );
    EXPECT_EQ(to_remote(mapping, R"({"number":"1","lines":{}})"), "error: lines: an object is not a list");
    EXPECT_EQ(
        to_remote(mapping, R"({"number":"1","lines":[null]})"), "error: lines[0]: null is not an object"
    );
    EXPECT_EQ(
        to_remote(mapping, R"({"lines":[]})"), "error: number: a value is required here and there is none"
    );
    EXPECT_THAT(
        to_remote(mapping, R"({"number":"1","paid_at":"2024-02-30","lines":[]})"),
        StartsWith("error: paid_at: '2024-02-30'")
    );
    EXPECT_THAT(
        to_remote(mapping, R"({"number":"1","customer":{"first_name":[]},"lines":[]})"),
        StartsWith("error: note: customer.first_name is a list")
    );
}

TEST(Mapping, ListsWithinListsAreNamedThroughout) {
    const Mapping mapping = mapping_from(R"([{"local":"o.a","remote":"x","direction":"both","each":[
        {"local":"b","remote":"y.z","direction":"both","each":[{"local":"c","remote":"v","direction":"both","transforms":["to_integer"]}]}]}])"
    );
    EXPECT_EQ(
        to_remote(mapping, R"({"o":{"a":[{"b":[{"c":"1"},{"c":"2"}]}]}})"),
        R"({"x":[{"y":{"z":[{"v":1},{"v":2}]}}]})"
    );
    EXPECT_EQ(
        to_local(mapping, R"({"x":[{"y":{"z":[{"v":1},{"v":2}]}}]})"),
        R"({"o":{"a":[{"b":[{"c":"1"},{"c":"2"}]}]}})"
    );
    EXPECT_EQ(
        to_remote(mapping, R"({"o":{"a":[{},{"b":[{},{"c":"?"}]}]}})"),
        "error: o.a[1].b[1].c: '?' is not a whole number"
    );
    EXPECT_EQ(
        to_local(mapping, R"({"x":[{"y":{"z":[{"v":[]}]}}]})"),
        "error: o.a[0].b[0].c (from x[0].y.z[0].v): a list cannot be made a text"
    );
}

TEST(Mapping, AbsentFieldsAreLeftOutAndNullIsCarried) {
    const Mapping mapping = mapping_from(R"([
        {"local":"a","remote":"x","transforms":["trim",{"truncate":5}]},
        {"local":"b.c","remote":"y"},
        {"local":"l","remote":"z","each":[{"local":"k","remote":"k"}]}])");
    EXPECT_EQ(to_remote(mapping, "{}"), "{}");
    EXPECT_EQ(to_remote(mapping, R"({"a":null,"b":{"c":null},"l":null})"), R"({"x":null,"y":null,"z":null})");
    EXPECT_EQ(to_remote(mapping, R"({"l":[]})"), R"({"z":[]})");
}

TEST(Mapping, ARequiredValueMayComeFromATransform) {
    const Mapping mapping = mapping_from(R"([
        {"local":"name","remote":"name","required":true,"transforms":["trim",{"first_of":["company","email"]},{"default":"?"}]},
        {"local":"code","remote":"code","required":true,"transforms":["trim"]}])");
    EXPECT_EQ(to_remote(mapping, R"({"email":"a@b.fr","code":"1"})"), R"({"name":"a@b.fr","code":"1"})");
    EXPECT_EQ(
        to_remote(mapping, R"({"code":0})"),
        "error: code: 0 is not a text; put to_string before this transform"
    );
    EXPECT_THAT(to_remote(mapping, R"({"code":"  "})"), StartsWith("error: code: a value is required"));
    EXPECT_THAT(to_remote(mapping, R"({"code":null})"), StartsWith("error: code: a value is required"));
}

TEST(Mapping, EachDirectionUsesItsOwnRules) {
    const Mapping mapping = mapping_from(R"([
        {"local":"a","remote":"x","direction":"both","transforms":["trim",{"lookup":{"table":{"p":1,"q":2}}}]},
        {"local":"b","remote":"y"},
        {"local":"c","remote":"z","direction":"from_platform","transforms":["to_string",{"lookup":{"table":{"1":"un"}}}]}])"
    );
    EXPECT_EQ(to_remote(mapping, R"({"a":" q","b":1,"c":2})"), R"({"x":2,"y":1})");
    EXPECT_EQ(to_local(mapping, R"({"x":2,"y":1,"z":"un"})"), R"({"a":"q","c":1})");
    EXPECT_EQ(to_local(mapping, "{}"), "{}");
    EXPECT_THAT(
        to_local(mapping, R"({"x":3})"), StartsWith("error: a (from x): 3 is not in the lookup table")
    );
}

TEST(Mapping, APlatformsObjectMayLackWhatARecordMustHave) {
    const Mapping mapping =
        mapping_from(R"([{"local":"a","remote":"x","direction":"both","required":true}])");
    EXPECT_EQ(to_local(mapping, "{}"), "{}");
    EXPECT_EQ(to_local(mapping, R"({"x":null})"), R"({"a":null})");
}

TEST(Mapping, AListWhoseItemsGoOneWayIsNotSentBackEmpty) {
    const Mapping mapping =
        mapping_from(R"([{"local":"l","remote":"l","direction":"both","each":[{"local":"a","remote":"b"}]}])"
        );
    EXPECT_EQ(to_local(mapping, R"({"l":[{"b":1}]})"), "{}");
}

TEST(Mapping, ATargetThatIsAlreadyAPlainValueIsNamed) {
    const Mapping mapping = mapping_from(R"([{"local":"a","remote":"x"},{"local":"b","remote":"x.y"}])");
    EXPECT_EQ(
        to_remote(mapping, R"({"a":1,"b":2})"),
        "error: b: x.y cannot be written because x is already a number"
    );
    EXPECT_EQ(to_remote(mapping, R"({"a":{"k":1},"b":2})"), R"({"x":{"k":1,"y":2}})");
}

TEST(Mapping, AllMistakesAreReportedWithTheirLines) {
    EXPECT_THAT(
        mistakes_of(R"([
            {"local":"a","remote":"x","transforms":["trim","trimm",{"truncate":0}]},
            {"local":"b..c","remote":""},
            {"local":"l","remote":"l","transforms":["trim"],"each":[{"local":"d","remote":"q["}]}])"),
        ElementsAre(
            StartsWith("12: mapping: local a: there is no transform 'trimm'"),
            StartsWith("13: mapping: local a: transform truncate: it needs"),
            StartsWith("20: mapping: local: 'b..c' is not a path"),
            StartsWith("20: mapping: remote: '' is not a path: it is empty"),
            StartsWith("30: mapping: local l: a rule with each has no transforms"),
            StartsWith("10: mapping: remote: 'q[' is not a path")
        )
    );
}

TEST(Mapping, OneWayTransformsAreRefusedOnTheWayBack) {
    for (const char* direction : {"both", "from_platform"}) {
        for (const char* transform :
             {R"({"truncate":3})",
              R"({"split":{"on":" "}})",
              R"({"constant":1})",
              R"({"join":{"paths":["b"]}})",
              R"({"template":"x"})",
              R"({"first_of":["b"]})",
              R"({"phone_e164":{"country":"FR"}})",
              R"({"decimal":2})",
              R"({"cents_to_decimal":{"net_of":"v"}})",
              R"({"date":{"to":"date"}})",
              R"({"lookup":{"table":{"a":1,"b":1}}})"}) {
            const std::string rules = R"([{"local":"a","remote":"x","direction":")" + std::string(direction) +
                                      R"(","transforms":["trim",)" + transform + "]}]";
            EXPECT_THAT(
                mistakes_of(rules),
                ElementsAre(testing::AllOf(
                    StartsWith("12: mapping: local a: transform"), HasSubstr("has no way back")
                ))
            ) << transform;
        }
        for (const char* transform :
             {R"("trim")",
              R"("lower")",
              R"("upper")",
              R"("bmp_only")",
              R"({"default":1})",
              R"("bool")",
              R"("to_string")",
              R"("to_integer")",
              R"("cents_to_decimal")",
              R"({"lookup":{"table":{"a":1}}})",
              R"({"date":{"from":"iso","to":"epoch"}})"}) {
            const std::string rules = R"([{"local":"a","remote":"x","direction":")" + std::string(direction) +
                                      R"(","transforms":[)" + transform + "]}]";
            EXPECT_THAT(mistakes_of(rules), IsEmpty()) << transform;
        }
    }
}

TEST(Mapping, AnEmptyLocalPathNeedsATransformThatSuppliesTheValue) {
    EXPECT_THAT(
        mistakes_of(R"([{"remote":"x"}])"),
        ElementsAre(StartsWith("10: mapping: remote x: local is empty; name a field"))
    );
    EXPECT_THAT(
        mistakes_of(R"([{"remote":"x","transforms":["trim",{"constant":1}]}])"),
        ElementsAre(HasSubstr("local is empty"))
    );
    EXPECT_THAT(
        mistakes_of(R"([{"remote":"x","each":[{"local":"a","remote":"b"}]}])"),
        ElementsAre(HasSubstr("needs the local list"))
    );
    EXPECT_THAT(
        mistakes_of(
            R"([{"remote":"a","transforms":[{"constant":1}]},{"remote":"b","transforms":[{"template":"x"},"trim"]},
                        {"remote":"c","transforms":[{"join":{"paths":["x"]}}]},{"remote":"d","transforms":[{"first_of":["x"]}]}])"
        ),
        IsEmpty()
    );
}

TEST(Mapping, TwoRulesMustNotWriteTheSameField) {
    EXPECT_THAT(
        mistakes_of(R"([{"local":"a","remote":"x"},{"local":"b","remote":"x"},{"local":"a","remote":"y"}])"),
        ElementsAre("20: mapping: remote x is already written by the rule of line 10")
    );
    EXPECT_THAT(
        mistakes_of(
            R"([{"local":"a","remote":"x","direction":"both"},{"local":"a","remote":"y","direction":"from_platform"}])"
        ),
        ElementsAre("20: mapping: local a is already written by the rule of line 10")
    );
}

TEST(Mapping, AnInnerRuleCannotGoFurtherThanItsList) {
    EXPECT_THAT(
        mistakes_of(R"([{"local":"l","remote":"l","each":[{"local":"a","remote":"b","direction":"both"}]}])"),
        ElementsAre(HasSubstr("the list around this rule is mapped in one direction only"))
    );
}

TEST(Mapping, RulesNestedTooDeepAreRefused) {
    std::string rules = R"([{"local":"a","remote":"a"}])";
    for (int depth = 0; depth < 20; ++depth) {
        rules = R"([{"local":"l","remote":"l","each":)" + rules + "}]";
    }
    boost::json::parse_options options;
    options.max_depth = 100;
    const auto mapping = Mapping::compile(rules_from(json::parse(rules, {}, options)));
    ASSERT_FALSE(mapping);
    EXPECT_THAT(mapping.error().front().what, HasSubstr("no deeper than 8"));
}

TEST(Mapping, DeepAndLargeRecordsAreMapped) {
    json::parse_options options;
    options.max_depth = 2'000;
    json::object record;
    record["a"] = json::parse(std::string(1'500, '[') + std::string(1'500, ']'), {}, options);
    record["b"] = std::string(5'000'000, 'x');
    record["l"] = json::array(100'000, json::object{{"k", 1}});
    const Mapping mapping = mapping_from(
        R"([{"local":"a","remote":"a"},{"local":"b","remote":"b","transforms":["trim",{"truncate":10}]},
        {"local":"l","remote":"l","each":[{"local":"k","remote":"k","transforms":["to_string"]}]},
        {"local":"a.b.c","remote":"d"}])"
    );
    const auto mapped = mapping.to_remote(record);
    ASSERT_TRUE(mapped) << mapped.error().message;
    EXPECT_EQ(mapped->at("b").as_string(), "xxxxxxxxxx");
    EXPECT_EQ(mapped->at("l").as_array().size(), 100'000U);
}

TEST(Mapping, LongValuesAreCutInErrors) {
    const Mapping mapping = mapping_from(R"([{"local":"a","remote":"a","transforms":["to_integer"]}])");
    json::object record;
    record["a"] = std::string(1'000'000, 'x');
    const auto mapped = mapping.to_remote(record);
    ASSERT_FALSE(mapped);
    EXPECT_EQ(mapped.error().message, "a: '" + std::string(60, 'x') + "...' is not a whole number");
}

}  // namespace
}  // namespace navette::sync
