#include "daemon/config/manifest.hpp"

#include "manifest_file.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
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

TEST(Manifest, EveryKeyReachesItsMember) {
    const auto shop = load_shop(kManifest);
    ASSERT_TRUE(shop) << shop.error().front().text();
    EXPECT_EQ(shop->slug, "shop");
    EXPECT_EQ(shop->name, "Shop");
    EXPECT_EQ(shop->category, "ecommerce");
    EXPECT_EQ(shop->description, "A shop");
    EXPECT_EQ(shop->base_url, "${base_url}");
    EXPECT_THAT(shop->account, ElementsAre("base_url"));
    EXPECT_EQ(shop->auth.at(0).type, AuthSpec::Type::api_key);
    EXPECT_EQ(shop->auth.at(0).header, "X-Key");
    EXPECT_EQ(shop->auth.at(0).value, "Bearer ${api_key}");
    EXPECT_THAT(shop->capabilities, ElementsAre("test", "push"));
    ASSERT_EQ(shop->limits.size(), 1U);
    EXPECT_EQ(shop->limits[0].requests, 40);
    EXPECT_EQ(shop->limits[0].per, 1s);
    EXPECT_EQ(shop->concurrency, 2);
    EXPECT_EQ(shop->retry.max_retries, 5);
    EXPECT_EQ(shop->retry.base, 2s);
    EXPECT_EQ(shop->retry.cap, 1min);
    EXPECT_EQ(shop->timeout, 20s);
    ASSERT_EQ(shop->config.size(), 6U);
    EXPECT_EQ(shop->field("base_url")->type, ConfigField::Type::url);
    EXPECT_TRUE(shop->field("base_url")->required);
    EXPECT_EQ(shop->field("base_url")->label, "Address");
    EXPECT_EQ(shop->field("currency")->fallback, boost::json::value("EUR"));
    EXPECT_EQ(shop->field("page")->fallback, boost::json::value(50));
    EXPECT_EQ(shop->field("draft")->fallback, boost::json::value(false));
    EXPECT_EQ(boost::json::serialize(shop->field("levels")->fallback), R"({"a":1})");
    EXPECT_EQ(shop->field("none"), nullptr);
}

TEST(Manifest, WhenADeadIntegrationIsSwitchedOffHangsOnAFieldOfText) {
    const auto with = [](const std::string& rule) {
        return manifest_with("timeout: 20s", "timeout: 20s\ndisable: " + rule);
    };
    const auto shop = load_shop(with("{after: currency, attempts: 5}"));
    ASSERT_TRUE(shop) << shop.error().front().text();
    EXPECT_EQ(shop->disable->after, "currency");
    EXPECT_EQ(shop->disable->attempts, 5);
    EXPECT_FALSE(load_shop(kManifest)->disable);
    EXPECT_THAT(shop_mistakes(with("{after: page}")), ElementsAre(HasSubstr("'page' is not of type string")));
    EXPECT_THAT(shop_mistakes(with("{attempts: 5}")), ElementsAre(HasSubstr("disable.after")));
    EXPECT_THAT(shop_mistakes(with("{after: currency, attempts: 0}")), ElementsAre(HasSubstr("attempts")));
}

TEST(Manifest, ObjectsKeepTheirOrderAndPlaces) {
    const auto shop = load_shop(kManifest);
    ASSERT_TRUE(shop);
    ASSERT_EQ(shop->objects.size(), 3U);
    const ObjectSpec& order = shop->objects[1];
    EXPECT_EQ(order.name, "order");
    EXPECT_EQ(order.remote, "order");
    EXPECT_EQ(order.where.line, 26);
    EXPECT_THAT(order.actions, ElementsAre("upsert", "delete"));
    EXPECT_EQ(order.batch, 10);
    EXPECT_EQ(order.concurrency, 3);
    EXPECT_FALSE(order.every_event);
    EXPECT_TRUE(shop->object("note")->every_event);
    EXPECT_EQ(shop->object("customer")->remote, "parties");
    EXPECT_THAT(shop->object("customer")->natural_keys, ElementsAre("email"));
    ASSERT_EQ(order.depends_on.size(), 1U);
    EXPECT_EQ(order.depends_on[0].object, "customer");
    EXPECT_EQ(order.depends_on[0].id, "customer.id");
    EXPECT_EQ(order.depends_on[0].record, "customer");
    EXPECT_EQ(order.depends_on[0].reference, "party");
    EXPECT_FALSE(order.depends_on[0].required);
    EXPECT_EQ(shop->object("none"), nullptr);
}

TEST(Manifest, MappingRulesAndTransformsKeepTheirPlaces) {
    const auto shop = load_shop(kManifest);
    ASSERT_TRUE(shop);
    const auto& rules = shop->object("order")->mapping;
    ASSERT_EQ(rules.size(), 2U);
    EXPECT_EQ(rules[0].where.line, 32);
    EXPECT_EQ(rules[0].local, "number");
    EXPECT_EQ(rules[0].remote, "ref");
    EXPECT_EQ(rules[0].direction, MappingDirection::both);
    ASSERT_EQ(rules[0].transforms.size(), 2U);
    EXPECT_EQ(rules[0].transforms[0].name, "trim");
    EXPECT_TRUE(rules[0].transforms[0].argument.is_null());
    EXPECT_EQ(rules[0].transforms[0].where.line, 36);
    EXPECT_EQ(rules[0].transforms[1].name, "truncate");
    EXPECT_EQ(rules[0].transforms[1].argument, boost::json::value(30));
    EXPECT_EQ(rules[0].transforms[1].where.line, 37);
    EXPECT_EQ(rules[1].direction, MappingDirection::to_platform);
    ASSERT_EQ(rules[1].each.size(), 2U);
    EXPECT_EQ(rules[1].each[0].where.line, 41);
    EXPECT_EQ(rules[1].each[0].local, "");
    EXPECT_EQ(rules[1].each[1].local, "qty");
    EXPECT_TRUE(shop->object("customer")->mapping[0].required);
}

TEST(Manifest, ATransformsArgumentIsJson) {
    const auto shop = load_shop(manifest_with(
        "truncate: 30",
        R"(t: {i: -3, u: 9223372036854775808, f: 1.5, e: 1e3, b: true, n: null, nothing: , t: "5", q: 'true',
                s: some text, no: no, zip: 07150, hex: 0x1F, plus: +33, list: [1, [a]],
                date: 2024-05-15, huge: 1e999})"
    ));
    ASSERT_TRUE(shop) << shop.error().front().text();
    const auto& argument = shop->object("order")->mapping[0].transforms[1].argument;
    EXPECT_EQ(
        argument,
        boost::json::parse(
            R"({"i":-3,"u":"9223372036854775808","f":1.5,"e":1000.0,"b":true,"n":null,"nothing":null,"t":"5",
            "q":"true","s":"some text","no":"no","zip":"07150","hex":"0x1F","plus":"+33","list":[1,["a"]],
            "date":"2024-05-15","huge":"1e999"})"
        )
    ) << boost::json::serialize(argument);
}

TEST(Manifest, WhatIsNoTransformIsAMistake) {
    for (const std::string_view wrong : {"{a: 1, b: 2}", "[trim]", "~", "{}"}) {
        EXPECT_THAT(
            shop_mistakes(manifest_with("truncate: 30", wrong)),
            ElementsAre(HasSubstr("shop.yaml:37: objects.order.mapping[0].transforms[1]: is not a transform"))
        ) << wrong;
    }
}

TEST(Manifest, AnEventTakesTheExactRuleThenTheLongestPatternThenTheEntitysObject) {
    const auto shop = load_shop(kManifest);
    ASSERT_TRUE(shop);
    EXPECT_EQ(shop->event("order.deleted", "order")->action, "delete");
    EXPECT_EQ(shop->event("order.paid", "order")->action, "upsert");
    EXPECT_EQ(shop->event("order.line.added", "line")->object.name, "note");
    EXPECT_EQ(shop->event("order.linear", "order")->object.name, "order");
    EXPECT_EQ(shop->event("customer.updated", "customer")->object.name, "customer");
    EXPECT_EQ(shop->event("customer.updated", "customer")->action, "upsert");
    EXPECT_EQ(shop->event("note.added", "note")->action, "create");
    EXPECT_FALSE(shop->event("orders", "ticket"));
    EXPECT_FALSE(shop->event("order", "ticket"));
}

TEST(Manifest, ASlugEqualsTheFilesName) {
    EXPECT_THAT(
        shop_mistakes(manifest_with("slug: shop", "slug: shopp")),
        ElementsAre("shop.yaml:1: slug: 'shopp' differs from the file's name, expected shop")
    );
    EXPECT_THAT(
        shop_mistakes(manifest_with("slug: shop", "slug: Sh-op")),
        ElementsAre(HasSubstr("'Sh-op' is not a name"))
    );
}

TEST(Manifest, EachMistakeIsToldAtItsPlace) {
    EXPECT_THAT(
        shop_mistakes(R"(slug: shop
category: shops
capabilities: [push, pul]
base_url: https://shop.example
limits:
  - {requests: 0, per: 1s}
  - {requests: 5}
retry: {base: 10s, cap: 1s}
config:
  Key: {type: text}
  token: {type: secret, default: x}
  page: {type: integer, default: many}
objects:
  order:
    action: [upsert]
    actions: [upsrt]
    mapping:
      - {local: a}
      - {remote: b, direction: sideways}
)"),
        ElementsAre(
            "shop.yaml:1: name: is missing, it is required",
            HasSubstr("shop.yaml:2: category: 'shops' is unknown, expected crm, ecommerce, marketing, "
                      "support, erp, payment or application"),
            HasSubstr("shop.yaml:3: capabilities[1]: 'pul' is unknown"),
            "shop.yaml:6: limits[0].requests: '0' is too small, expected at least 1",
            "shop.yaml:7: limits[1].per: is missing, it is required",
            "shop.yaml:8: retry.cap: 1s is shorter than base, expected at least 10s",
            HasSubstr("shop.yaml:10: config.Key: 'Key' is not a name"),
            HasSubstr("shop.yaml:10: config.Key.type: 'text' is unknown"),
            "shop.yaml:11: config.token.default: a secret has no default, remove it",
            HasSubstr("shop.yaml:12: config.page.default: 'many' is not a whole number"),
            "shop.yaml:15: objects.order.action: unknown key, did you mean 'actions'?",
            HasSubstr("shop.yaml:16: objects.order.actions[0]: 'upsrt' is unknown, expected upsert, create, "
                      "update or delete, did you mean 'upsert'?"),
            "shop.yaml:18: objects.order.mapping[0].remote: is missing, it is required",
            HasSubstr("shop.yaml:19: objects.order.mapping[1].direction: 'sideways' is unknown")
        )
    );
}

TEST(Manifest, LimitsCountRequestsOrPointsInAWindowADayOrABucket) {
    const auto shop = load_shop(manifest_with("limits: [{requests: 40, per: 1s}]", R"(limits:
  - {requests: 100, per: 10s, reserve: 0.2}
  - {requests: 4, per: 1s, route: POST /crm/*/search}
  - {requests: 250000, per: day, zone: Europe/Paris}
  - {requests: 9, per: 1d}
  - {points: 2000, restore: 100}
  - {points: 30000, per: day}
limit_headers:
  - {remaining: X-Left, limit: X-Most, per: 10s}
  - {remaining: X-Day-Left, reset_after: X-Day-Reset, per: day}
)"));
    ASSERT_TRUE(shop) << shop.error().front().text();
    ASSERT_EQ(shop->limits.size(), 6U);
    EXPECT_EQ(shop->limits[0].requests, 100);
    EXPECT_EQ(shop->limits[0].reserve, 0.2);
    EXPECT_EQ(shop->limits[0].where.line, 17);
    EXPECT_FALSE(shop->limits[0].calendar_day);
    EXPECT_EQ(shop->limits[1].route, "POST /crm/*/search");
    EXPECT_TRUE(shop->limits[2].calendar_day);
    EXPECT_EQ(shop->limits[2].per, 24h);
    EXPECT_EQ(shop->limits[2].zone, "Europe/Paris");
    EXPECT_FALSE(shop->limits[3].calendar_day);
    EXPECT_EQ(shop->limits[3].per, 24h);
    EXPECT_EQ(shop->limits[4].points, 2'000);
    EXPECT_EQ(shop->limits[4].restore, 100);
    EXPECT_EQ(shop->limits[4].per, 0s);
    EXPECT_TRUE(shop->limits[5].calendar_day);
    EXPECT_EQ(shop->limits[5].zone, "UTC");
    ASSERT_EQ(shop->limit_headers.size(), 2U);
    EXPECT_EQ(shop->limit_headers[0].remaining, "X-Left");
    EXPECT_EQ(shop->limit_headers[0].limit, "X-Most");
    EXPECT_EQ(shop->limit_headers[0].per, 10s);
    EXPECT_EQ(shop->limit_headers[1].reset_after, "X-Day-Reset");
    EXPECT_EQ(shop->limit_headers[1].per, 24h);
}

TEST(Manifest, LimitHeadersMayBeOneMap) {
    const auto shop = load_shop(manifest_with("concurrency: 2", "limit_headers: {remaining: X-Left}"));
    ASSERT_TRUE(shop) << shop.error().front().text();
    ASSERT_EQ(shop->limit_headers.size(), 1U);
    EXPECT_FALSE(shop->limit_headers[0].per);
}

TEST(Manifest, EachMistakeInALimitIsToldAtItsPlace) {
    EXPECT_THAT(
        shop_mistakes(manifest_with("limits: [{requests: 40, per: 1s}]", R"(limits:
  - {requests: 5, points: 5, per: day}
  - {per: 1s}
  - {points: 5, per: 10s}
  - {points: 5, restore: 1, per: day}
  - {requests: 5, per: week}
  - {requests: 5, per: 1s, restore: 2}
  - {requests: 5, per: 1s, zone: Europe/Paris}
  - {requests: 5, per: day, zone: "Mars Base"}
  - {requests: 5, per: 1s, reserve: 20}
  - {requests: 5, per: 1s, route: /search}
  - {requests: 5, per: 0s}
limit_headers: {limit: X-Most, remaining: "X Left"})")),
        ElementsAre(
            "shop.yaml:17: limits[0].points: does not go with requests, write two limits",
            "shop.yaml:18: limits[1].requests: is missing, expected it, or points where the platform counts "
            "costs",
            "shop.yaml:19: limits[2].points: needs restore, the points that come back each second, or per: "
            "day",
            "shop.yaml:20: limits[3].per: does not go with restore, remove one of them",
            HasSubstr("shop.yaml:21: limits[4].per: 'week' is not a duration"),
            "shop.yaml:22: limits[5].restore: goes with points only, remove it",
            "shop.yaml:23: limits[6].zone: goes with per: day only, remove it",
            "shop.yaml:24: limits[7].zone: 'Mars Base' is no time zone, expected a name such as Europe/Paris",
            "shop.yaml:25: limits[8].reserve: '20' is no share, expected 0 to 0.9, such as 0.2 for a fifth",
            HasSubstr("shop.yaml:26: limits[9].route: '/search' is no route, expected a method and a path"),
            "shop.yaml:27: limits[10].per: '0s' is too small, expected at least 1ms",
            HasSubstr("shop.yaml:28: limit_headers.remaining: 'X Left' is not")
        )
    );
}

TEST(Manifest, ADependencyNamesAnExistingObject) {
    EXPECT_THAT(
        shop_mistakes(manifest_with("[{object: customer", "[{object: custmer")),
        ElementsAre("shop.yaml:30: objects.order.depends_on[0].object: 'custmer' is unknown, expected "
                    "customer, order or note, did you mean 'customer'?")
    );
}

TEST(Manifest, DependenciesDoNotGoRoundInCircles) {
    EXPECT_THAT(
        shop_mistakes(manifest_with("    remote: parties", "    depends_on: [{object: order, id: order.id}]")
        ),
        ElementsAre("shop.yaml:21: objects.customer.depends_on: goes round in a circle (customer -> order -> "
                    "customer), remove one of them")
    );
    EXPECT_THAT(
        shop_mistakes(manifest_with("note: {", "note: {depends_on: [{object: note, id: parent}], ")),
        ElementsAre(HasSubstr("objects.note.depends_on: goes round in a circle (note -> note)"))
    );
}

TEST(Manifest, ACircleIsToldWithoutThoseWhoOnlyLeadIntoIt) {
    EXPECT_THAT(
        shop_mistakes(R"(slug: shop
name: Shop
category: crm
objects:
  a: {depends_on: [{object: b, id: x}]}
  b: {depends_on: [{object: c, id: x}]}
  c: {depends_on: [{object: b, id: x}]}
  d: {depends_on: [{object: e, id: x}, {object: f, id: x}]}
  e: {depends_on: [{object: d, id: x}]}
  f: {}
)"),
        ElementsAre(
            HasSubstr("shop.yaml:6: objects.b.depends_on: goes round in a circle (b -> c -> b)"),
            HasSubstr("shop.yaml:8: objects.d.depends_on")
        )
    );
}

TEST(Manifest, AnEventNamesAnExistingObjectAndOneOfItsActions) {
    EXPECT_THAT(
        shop_mistakes(manifest_with("order.*: {object: order}", "order.*: {object: ordre}")),
        ElementsAre(HasSubstr("shop.yaml:45: events.order.*.object: 'ordre' is unknown, expected customer, "
                              "order or note, did you mean 'order'?"))
    );
    EXPECT_THAT(
        shop_mistakes(manifest_with("{object: note, action: create}", "{object: note}")),
        ElementsAre(HasSubstr("shop.yaml:47: events.order.line.*.action: 'upsert' is no action of the object "
                              "note, expected create"))
    );
    EXPECT_THAT(
        shop_mistakes(manifest_with("order.*:", "'*':")),
        ElementsAre(HasSubstr("events.*: '*' is not an event type"))
    );
}

TEST(Manifest, TemplatesNameExistingConfigFields) {
    EXPECT_THAT(
        shop_mistakes(manifest_with("${api_key}", "${api_kye}")),
        ElementsAre(HasSubstr("shop.yaml:7: auth.value: 'Bearer ${api_kye}' names 'api_kye', which is no "
                              "config field, expected ${name} with base_url, api_key, currency, page, draft "
                              "or levels, did you mean 'api_key'?"))
    );
    EXPECT_THAT(
        shop_mistakes(manifest_with("\"${base_url}\"", "\"${url}/api\"")),
        ElementsAre(HasSubstr("base_url: '${url}/api' names 'url'"))
    );
    EXPECT_THAT(
        shop_mistakes(manifest_with("${api_key}", "${api_key")),
        ElementsAre(HasSubstr("auth.value: 'Bearer ${api_key' has a ${ without }"))
    );
}

TEST(Manifest, AuthenticationHasWhatItsTypeNeeds) {
    EXPECT_THAT(
        shop_mistakes(manifest_with("header: X-Key, ", "")),
        ElementsAre("shop.yaml:7: auth.header: is missing, this type of authentication needs it")
    );
    EXPECT_THAT(
        shop_mistakes(
            manifest_with("{type: api_key, header: X-Key, value: \"Bearer ${api_key}\"}", "{type: basic}")
        ),
        ElementsAre(HasSubstr("auth.username: is missing"), HasSubstr("auth.password: is missing"))
    );
}

TEST(Manifest, AnAccountIsMadeOfPublicFields) {
    EXPECT_THAT(
        shop_mistakes(manifest_with("account: [base_url]", "account: [api_key]")),
        ElementsAre(HasSubstr("shop.yaml:6: account: 'api_key' is a secret"))
    );
    EXPECT_THAT(
        shop_mistakes(manifest_with("account: [base_url]", "account: [host]")),
        ElementsAre(HasSubstr("shop.yaml:6: account[0]: 'host' is unknown"))
    );
}

TEST(Manifest, AConnectorThatCallsOutHasABaseUrl) {
    EXPECT_THAT(
        shop_mistakes(manifest_with("base_url: \"${base_url}\"\n", "")),
        ElementsAre(HasSubstr("base_url: is missing"))
    );
    EXPECT_THAT(
        shop_mistakes("slug: shop\nname: Shop\ncategory: crm\ncapabilities: [webhooks]\n"), IsEmpty()
    );
}

TEST(Manifest, DuplicatesInsideATransformsArgumentAreMistakes) {
    EXPECT_THAT(
        shop_mistakes(manifest_with("truncate: 30", "lookup: {a: 1, a: 2}")),
        ElementsAre("shop.yaml:37: objects.order.mapping[0].transforms[1].lookup.a: is given twice, first in "
                    "line 37; remove one")
    );
}

TEST(Manifest, TheShippedDolibarrManifestLoads) {
    const auto file = std::filesystem::path(NAVETTE_SOURCE_DIR) / "connectors/dolibarr/dolibarr.yaml";
    const auto dolibarr = load_manifest(file, std::nullopt);
    ASSERT_TRUE(dolibarr) << dolibarr.error().front().text();
    EXPECT_NE(dolibarr->object("order"), nullptr);
}

}  // namespace
}  // namespace navette::config
