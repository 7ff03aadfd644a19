#include "daemon/sync/path.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace navette::sync {
namespace {

namespace json = boost::json;
using testing::HasSubstr;

Path path(std::string_view text) {
    auto parsed = Path::parse(text);
    EXPECT_TRUE(parsed) << text;
    return parsed ? *parsed : Path();
}

std::string found(std::string_view text, const char* object) {
    const json::value record = json::parse(object);
    const json::value* value = path(text).find(record.as_object());
    return value == nullptr ? "absent" : json::serialize(*value);
}

std::string after_set(std::string_view text, const char* object) {
    json::object record = json::parse(object).as_object();
    const auto set = path(text).set(record, "x");
    return set ? json::serialize(record) : "error: " + set.error().message;
}

TEST(Path, FindsNestedKeysAndItems) {
    EXPECT_EQ(found("a", R"({"a":1})"), "1");
    EXPECT_EQ(found("a.b.c", R"({"a":{"b":{"c":true}}})"), "true");
    EXPECT_EQ(found("a[1].b", R"({"a":[{},{"b":"x"}]})"), "\"x\"");
    EXPECT_EQ(found("a[0][1]", R"({"a":[[1,2]]})"), "2");
    EXPECT_EQ(found("clé à part", R"({"clé à part":null})"), "null");
}

TEST(Path, FindsNothingWhereAnyPartOfTheWayIsAbsent) {
    EXPECT_EQ(found("a", "{}"), "absent");
    EXPECT_EQ(found("a.b", R"({"a":null})"), "absent");
    EXPECT_EQ(found("a.b", R"({"a":"text"})"), "absent");
    EXPECT_EQ(found("a.b", R"({"a":[{"b":1}]})"), "absent");
    EXPECT_EQ(found("a[0]", R"({"a":{"0":1}})"), "absent");
    EXPECT_EQ(found("a[2]", R"({"a":[1,2]})"), "absent");
    EXPECT_EQ(Path().find(json::object()), nullptr);
}

TEST(Path, SetCreatesWhatIsMissingOnTheWay) {
    EXPECT_EQ(after_set("a", "{}"), R"({"a":"x"})");
    EXPECT_EQ(after_set("a.b.c", "{}"), R"({"a":{"b":{"c":"x"}}})");
    EXPECT_EQ(after_set("a.b", R"({"a":{"k":1}})"), R"({"a":{"k":1,"b":"x"}})");
    EXPECT_EQ(after_set("a[2].b", R"({"a":[1]})"), R"({"a":[1,null,{"b":"x"}]})");
    EXPECT_EQ(after_set("a.b", R"({"a":null})"), R"({"a":{"b":"x"}})");
    EXPECT_EQ(after_set("a", R"({"a":{"k":1}})"), R"({"a":"x"})");
}

TEST(Path, SetNamesWhatStandsInTheWay) {
    EXPECT_EQ(
        after_set("a.b.c", R"({"a":{"b":7}})"),
        "error: a.b.c cannot be written because a.b is already a number"
    );
    EXPECT_EQ(
        after_set("a[0].b", R"({"a":[""]})"), "error: a[0].b cannot be written because a[0] is already text"
    );
    EXPECT_EQ(
        after_set("a[0]", R"({"a":{}})"), "error: a[0] cannot be written because a is already an object"
    );
}

TEST(Path, MalformedPathsAreRefusedWithAnExample) {
    for (const char* text :
         {"",
          ".",
          "a.",
          ".a",
          "a..b",
          "a[",
          "a[]",
          "a[x]",
          "a[-1]",
          "a[1",
          "a]",
          "a[1]b",
          "[0]",
          "a[1000]",
          "a[99999999999999999999]"}) {
        const auto parsed = Path::parse(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_THAT(parsed.error().message, HasSubstr("customer.address.city")) << text;
    }
    std::string long_path = "a";
    for (int i = 0; i < 40; ++i) {
        long_path += ".a";
    }
    EXPECT_FALSE(Path::parse(long_path));
}

TEST(Path, ErasingTakesOutObjectsThatBecomeEmpty) {
    json::object record = json::parse(R"({"a":{"b":{"c":1},"d":2},"e":{},"l":[{"x":1}]})").as_object();
    EXPECT_TRUE(path("a.b.c").erase(record));
    EXPECT_EQ(json::serialize(record), R"({"a":{"d":2},"e":{},"l":[{"x":1}]})");
    EXPECT_FALSE(path("a.b.c").erase(record));
    EXPECT_FALSE(path("e.x").erase(record));
    EXPECT_FALSE(path("l[0].x").erase(record));
    EXPECT_TRUE(path("a.d").erase(record));
    EXPECT_EQ(json::serialize(record), R"({"e":{},"l":[{"x":1}]})");
}

TEST(Path, OverlapsWhatLiesInsideOrAround) {
    EXPECT_TRUE(path("a.b").overlaps(path("a")));
    EXPECT_TRUE(path("a").overlaps(path("a.b")));
    EXPECT_TRUE(path("a.b").overlaps(path("a.b")));
    EXPECT_FALSE(path("a.b").overlaps(path("a.c")));
    EXPECT_FALSE(path("a").overlaps(path("ab")));
    EXPECT_FALSE(Path().overlaps(path("a")));
    EXPECT_EQ(path("a.b[0].c[1]").before_index().text(), "a.b");
    EXPECT_EQ(path("a.b").before_index().text(), "a.b");
}

TEST(Path, FilledMeansNeitherAbsentNorNullNorEmpty) {
    const json::object record = json::parse(R"({"n":null,"e":"","s":" ","z":0,"f":false})").as_object();
    EXPECT_EQ(find_filled(path("x"), record), nullptr);
    EXPECT_EQ(find_filled(path("n"), record), nullptr);
    EXPECT_EQ(find_filled(path("e"), record), nullptr);
    EXPECT_NE(find_filled(path("s"), record), nullptr);
    EXPECT_NE(find_filled(path("z"), record), nullptr);
    EXPECT_NE(find_filled(path("f"), record), nullptr);
}

}  // namespace
}  // namespace navette::sync
