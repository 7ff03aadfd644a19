#include "manifest_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace navette::config {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kManifest;
using testing::load_shop;
using testing::manifest_with;
using testing::shop_mistakes;

TEST(ManifestOverride, MapsMergeAndScalarsAndListsReplace) {
    const auto shop = load_shop(kManifest, R"(
timeout: 5s
limits: [{requests: 1, per: 1m}, {requests: 9, per: 1d}]
config:
  currency: {default: CHF}
objects:
  order:
    concurrency: 1
    depends_on: []
  note:
events:
  prospect.*: {object: customer}
  order.deleted: {action: upsert}
)");
    ASSERT_TRUE(shop) << shop.error().front().text();
    EXPECT_EQ(shop->timeout, 5s);
    EXPECT_EQ(shop->limits.size(), 2U);
    EXPECT_EQ(shop->field("currency")->fallback, boost::json::value("CHF"));
    EXPECT_EQ(shop->field("currency")->type, ConfigField::Type::string);
    EXPECT_EQ(shop->object("order")->concurrency, 1);
    EXPECT_EQ(shop->object("order")->batch, 10);
    EXPECT_THAT(shop->object("order")->depends_on, IsEmpty());
    EXPECT_TRUE(shop->object("note")->every_event);
    EXPECT_EQ(shop->event("prospect.added", "prospect")->object.name, "customer");
    EXPECT_EQ(shop->event("order.deleted", "order")->action, "upsert");
    EXPECT_EQ(shop->event("order.deleted", "order")->object.name, "order");
}

TEST(ManifestOverride, RulesKeepThePlaceOfTheFileTheyCameFrom) {
    const auto shop = load_shop(
        kManifest,
        "objects:\n  order:\n    mapping:\n      - remote: level\n        transforms:\n          - constant: "
        "3\n"
    );
    ASSERT_TRUE(shop);
    const MappingRule& replaced = shop->object("order")->mapping.front();
    EXPECT_THAT(replaced.where.file, HasSubstr("connectors.d/shop.yaml"));
    EXPECT_EQ(replaced.where.line, 4);
    EXPECT_THAT(replaced.transforms.front().where.file, HasSubstr("connectors.d/shop.yaml"));
    EXPECT_EQ(replaced.transforms.front().where.line, 6);
    const MappingRule& shipped = shop->object("customer")->mapping.front();
    EXPECT_THAT(shipped.where.file, ::testing::Not(HasSubstr("connectors.d")));
    EXPECT_EQ(shipped.where.line, 25);
}

TEST(ManifestOverride, MistakesOfBothFilesAreToldWithTheirOwnPlaces) {
    EXPECT_THAT(
        shop_mistakes(
            manifest_with("timeout: 20s", "timeout: soon"),
            "conurrency: 1\nretry:\n  base: never\n  bas: 1s\nobjects:\n  ordr: {batch: 1}\n  order:\n    "
            "mapping:\n      - remote: x\n        direcion: both\n"
            "config:\n  colour: {type: string}\n"
        ),
        ElementsAre(
            HasSubstr("shop.yaml:19: timeout: 'soon' is not a duration"),
            "override/shop.yaml:1: conurrency: unknown key, did you mean 'concurrency'?",
            HasSubstr("override/shop.yaml:3: retry.base: 'never' is not a duration"),
            "override/shop.yaml:4: retry.bas: unknown key, did you mean 'base'?",
            "override/shop.yaml:6: objects.ordr: the manifest has none of this name to override, did you "
            "mean 'order'?",
            "override/shop.yaml:10: objects.order.mapping[0].direcion: unknown key, did you mean "
            "'direction'?",
            "override/shop.yaml:12: config.colour: the manifest has none of this name to override"
        )
    );
}

TEST(ManifestOverride, AnOverrideMayBeAbsentOrEmpty) {
    const testing::TemporaryDirectory directory;
    EXPECT_TRUE(load_manifest(directory.write("shop.yaml", kManifest), directory.path() / "none.yaml"));
    EXPECT_TRUE(load_shop(kManifest, "# nothing yet\n"));
}

TEST(ManifestOverride, ASyntaxErrorIsTheOverridesOwn) {
    EXPECT_THAT(
        shop_mistakes(kManifest, "timeout: 5s\nlimits: [\n"),
        ElementsAre(HasSubstr("override/shop.yaml:3: is not valid YAML"))
    );
}

TEST(ManifestOverride, TheSlugCannotBeOverridden) {
    EXPECT_THAT(
        shop_mistakes(kManifest, "slug: shap\n"),
        ElementsAre(HasSubstr("override/shop.yaml:1: slug: 'shap' differs"))
    );
}

}  // namespace
}  // namespace navette::config
