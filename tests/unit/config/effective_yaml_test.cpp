#include "settings_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace navette::config {
namespace {

using ::testing::HasSubstr;
using testing::load;
using ::testing::Not;

std::string shown_url(const std::string& url) {
    Settings settings;
    settings.database.url = url;
    const std::string text = effective_yaml(settings);
    const std::string begin = "url: ";
    const auto at = text.find(begin) + begin.size();
    return text.substr(at, text.find('\n', at) - at);
}

TEST(EffectiveYaml, HidesThePasswordOfAUri) {
    EXPECT_EQ(
        shown_url("postgresql://nav:hunter2@db1,db2:5433/navette"),
        "postgresql://nav:****@db1,db2:5433/navette"
    );
    EXPECT_EQ(shown_url("postgresql://nav:hun@ter/2@db/navette"), "postgresql://nav:****@db/navette");
    EXPECT_EQ(
        shown_url("postgresql://db/navette?user=a&password=hunter2&sslmode=require"),
        "postgresql://db/navette?user=a&password=****&sslmode=require"
    );
    EXPECT_EQ(
        shown_url("postgresql://db/navette?pass%77ord=hunter2"), "postgresql://db/navette?pass%77ord=****"
    );
    EXPECT_EQ(shown_url("postgresql:///navette"), "postgresql:///navette");
    EXPECT_EQ(shown_url("postgresql://nav@db:5432/navette"), "postgresql://nav@db:5432/navette");
}

TEST(EffectiveYaml, HidesThePasswordOfAList) {
    EXPECT_EQ(shown_url("host=db password=hunter2 dbname=navette"), "host=db password=**** dbname=navette");
    EXPECT_EQ(shown_url("password = 'hun \\' ter2' host=db"), "password=**** host=db");
    EXPECT_EQ(shown_url("password='hunter2"), "password=****");
    EXPECT_EQ(shown_url("sslpassword=a\\ b host=db"), "sslpassword=**** host=db");
    EXPECT_THAT(shown_url("hunter2"), HasSubstr("****"));
}

TEST(EffectiveYaml, HidesTheSecretKeyButNotItsName) {
    Settings settings;
    settings.secrets.key = "main:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
    EXPECT_THAT(effective_yaml(settings), HasSubstr("key: main:****"));
    EXPECT_THAT(effective_yaml(settings), Not(HasSubstr("MDEy")));
}

TEST(EffectiveYaml, HidesOldKeysButNotTheirNames) {
    const auto settings = load(
        "secrets: {key: \"2026:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=\","
        " old_keys: [\"2025:YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXowMTIzNDU=\"]}"
    );
    ASSERT_TRUE(settings) << settings.error().front().text();
    const auto shown = effective_yaml(*settings);
    EXPECT_THAT(shown, HasSubstr("key: 2026:****\n"));
    EXPECT_THAT(shown, HasSubstr("old_keys: [2025:****]\n"));
    EXPECT_THAT(shown, HasSubstr("core_dumps: false\n"));
    EXPECT_THAT(shown, Not(HasSubstr("YWJj")));
}

TEST(EffectiveYaml, HidesThePasswordsOfSources) {
    Settings settings;
    settings.sources.emplace_back().name = "orders";
    settings.sources.back().connection = "postgresql://nav:hunter2@db/shop";
    EXPECT_THAT(effective_yaml(settings), HasSubstr("connection: postgresql://nav:****@db/shop"));
}

TEST(EffectiveYaml, LoadsAgainAsTheSameSettings) {
    const auto settings = load(R"(
database: {url: "postgresql:///navette$${x}"}
node: {name: "007"}
engine: {poll: 1500ms}
outbound: {allow_private_networks: [10.0.0.0/8, "fd00::/8"]}
webhooks: {repair: false}
sources:
  orders:
    tenant: "#1: shop"
    query: |
      SELECT *
        FROM orders
       WHERE note <> 'it''s: "x"'
    key: id
    change_column: updated_at
    entity_type: order
    deletes: tell
    capture:
      - {table: public.orders, key: id}
      - {table: lines, key: "'#' || r.order_id"}
)");
    ASSERT_TRUE(settings) << settings.error().front().text();
    const auto again = load(effective_yaml(*settings));
    ASSERT_TRUE(again) << again.error().front().text() << effective_yaml(*settings);
    EXPECT_EQ(effective_yaml(*again), effective_yaml(*settings));
    EXPECT_EQ(again->database.url, settings->database.url);
    EXPECT_FALSE(again->webhooks.repair);
    EXPECT_EQ(again->sources.front().query, settings->sources.front().query);
    EXPECT_EQ(again->sources.front().tenant, "#1: shop");
    EXPECT_EQ(again->sources.front().capture, settings->sources.front().capture);
    EXPECT_EQ(again->sources.front().capture.size(), 2U);
    EXPECT_EQ(again->sources.front().deletes, SourceDeletes::tell);
    EXPECT_EQ(again->engine.poll, settings->engine.poll);
}

}  // namespace
}  // namespace navette::config
