// The transforms in the manifests' JSON Schema, held against those that the compiler knows.
#include "daemon/sync/transforms.hpp"
#include "tests/support/schema_faults.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

namespace navette::sync {
namespace {

namespace json = boost::json;
using ::testing::IsEmpty;

/// One rule with the one transform.
bool fits(const json::value& transform) {
    static const json::value schema = [] {
        auto whole =
            test::read_schema(std::string(NAVETTE_SOURCE_DIR) + "/config/schema/connector-override.json");
        return json::value(
            json::object{{"$defs", whole.at("$defs")}, {"allOf", {{{"$ref", "#/$defs/transform"}}}}}
        );
    }();
    return test::schema_faults(schema, transform).empty();
}

bool compiles(const json::value& transform) {
    if (transform.is_string()) {
        return compile_transform(transform.as_string(), nullptr).has_value();
    }
    const auto& only = *transform.as_object().begin();
    return compile_transform(only.key(), only.value()).has_value();
}

TEST(TransformSchema, NamesTheTransformsThatThereAre) {
    const auto schema =
        test::read_schema(std::string(NAVETTE_SOURCE_DIR) + "/config/schema/connector-override.json");
    const auto& forms = schema.at("$defs").at("transform").at("anyOf").as_array();
    std::set<std::string> known;
    for (const auto& name : forms.at(0).at("enum").as_array()) {
        known.emplace(name.as_string());
    }
    for (const auto& property : forms.at(1).at("properties").as_object()) {
        known.emplace(property.key());
    }
    std::set<std::string> named;
    for (const auto name : transform_names()) {
        named.emplace(name);
    }
    EXPECT_EQ(known, named);
}

TEST(TransformSchema, SaysOfEachArgumentWhatTheCompilerSays) {
    const std::map<std::string, bool> transforms{
        {R"("trim")", true},
        {R"("shout")", false},
        {R"("truncate")", false},
        {R"("lookup")", false},
        {R"({"default": 0})", true},
        {R"({"constant": {"a": 1}})", true},
        {R"({"lookup": {"table": {"a": 1}}})", true},
        {R"({"lookup": {"table": {"a": 1}, "otherwise": "keep"}})", true},
        {R"({"lookup": {"table": {"a": 1}, "otherwise": "guess"}})", false},
        {R"({"lookup": {"table": {}}})", false},
        {R"({"lookup": {"default": 1}})", false},
        {R"({"truncate": 5})", true},
        {R"({"truncate": 0})", false},
        {R"({"truncate": "5"})", false},
        {R"({"split": {"on": "-", "take": 2}})", true},
        {R"({"split": {"take": "rest"}})", true},
        {R"({"split": {"take": "last"}})", false},
        {R"({"split": {"at": "-"}})", false},
        {R"({"join": {"paths": ["a", "b"], "with": ", "}})", true},
        {R"({"join": {"with": ", "}})", false},
        {R"({"join": {"paths": []}})", false},
        {R"({"template": "{a} {b}"})", true},
        {R"({"template": 7})", false},
        {R"({"first_of": ["a", "b.c"]})", true},
        {R"({"first_of": "a"})", false},
        {R"("cents_to_decimal")", true},
        {R"({"cents_to_decimal": {"decimals": 5, "net_of": "vat"}})", true},
        {R"({"cents_to_decimal": {"decimals": 1}})", false},
        {R"({"cents_to_decimal": {"places": 2}})", false},
        {R"({"decimal": 2})", true},
        {R"({"decimal": 9})", false},
        {R"("date")", true},
        {R"({"date": {"from": "auto", "to": "date", "zone": "Europe/Paris"}})", true},
        {R"({"date": {"from": "date"}})", false},
        {R"({"phone_e164": {"country": "FR"}})", true},
        {R"({"phone_e164": {"country": "XX"}})", false},
        {R"({"phone_e164": {}})", false},
        {R"({"name_part": "first"})", true},
        {R"({"name_part": "middle"})", false},
        {R"({"trim": 3})", false},
    };
    for (const auto& [text, good] : transforms) {
        const auto transform = json::parse(text);
        EXPECT_EQ(compiles(transform), good) << text;
        EXPECT_EQ(fits(transform), good) << text;
    }
}

}  // namespace
}  // namespace navette::sync
