#include "daemon/config/settings.hpp"

#include "settings_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace navette::config {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::load;
using testing::mistakes;

constexpr std::string_view kSource = R"(sources:
  shop-orders:
    tenant: shop
    query: SELECT * FROM orders
    key: id
    change_column: updated_at
    entity_type: order
)";

std::string source_with(std::string_view line) {
    return std::string(kSource) + "    " + std::string(line) + "\n";
}

/// The sample source with another query.
std::string source_of(std::string_view query) {
    std::string text(kSource);
    const std::string_view sample = "SELECT * FROM orders";
    return text.replace(text.find(sample), sample.size(), query);
}

TEST(Settings, AnEmptyFileGivesTheDefaults) {
    const auto settings = load("");
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->database.url, "postgresql:///navette");
    EXPECT_EQ(settings->engine.poll, 1s);
    EXPECT_EQ(settings->engine.dependency_wait, 24h);
    EXPECT_EQ(settings->log.level, LogLevel::info);
    EXPECT_TRUE(settings->metrics.file.empty());
    EXPECT_FALSE(settings->node.name.empty());
    EXPECT_FALSE(settings->connectors.directory.empty());
    EXPECT_THAT(settings->sources, IsEmpty());
}

TEST(Settings, EveryKeyReachesItsMember) {
    const auto settings = load(R"(
database: {url: "host=db1,db2 dbname=navette"}
node: {name: north-1, lease: 15s}
connectors: {directory: /opt/connectors, overrides: /opt/overrides}
engine: {poll: 250ms, drain_deadline: 10s, sweep: 10m, dependency_wait: 12h, batch: 50}
log: {level: debug, format: json}
secrets: {key: "main:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="}
outbound: {connect_timeout: 2s, timeout: 1m, allow_private_networks: [127.0.0.0/8, "fd00::/8"]}
retention: {sync_logs: 7d, webhook_logs: 36h, undo: 2d, deleted_records: 30d, changes: 0s, webhook_receipts: 1d}
metrics: {file: /run/navette.prom, every: 5s, depth_every: 2m}
pull: {every: 1h, page: 25, concurrency: 9}
webhooks: {check: 1h, silence: 2d, repair: false}
sources:
  shop-orders:
    connection: postgresql:///shop
    tenant: shop
    query: |

      SELECT * FROM orders
    key: id
    change_column: updated_at
    entity_type: order
    event_type: order.seen
    every: 1m
    overlap: 0s
    full_every: 2h
    priority: 3
    page: 100
)");
    ASSERT_TRUE(settings) << settings.error().front().text();
    EXPECT_EQ(settings->database.url, "host=db1,db2 dbname=navette");
    EXPECT_EQ(settings->node.name, "north-1");
    EXPECT_EQ(settings->node.lease, 15s);
    EXPECT_EQ(settings->connectors.directory, "/opt/connectors");
    EXPECT_EQ(settings->connectors.overrides, "/opt/overrides");
    EXPECT_EQ(settings->engine.poll, 250ms);
    EXPECT_EQ(settings->engine.drain_deadline, 10s);
    EXPECT_EQ(settings->engine.sweep, 10min);
    EXPECT_EQ(settings->engine.dependency_wait, 12h);
    EXPECT_EQ(settings->engine.batch, 50);
    EXPECT_EQ(settings->log.level, LogLevel::debug);
    EXPECT_EQ(settings->log.format, LogFormat::json);
    EXPECT_THAT(settings->secrets.key, HasSubstr("main:"));
    EXPECT_EQ(settings->outbound.connect_timeout, 2s);
    EXPECT_EQ(settings->outbound.timeout, 1min);
    EXPECT_THAT(settings->outbound.allow_private_networks, ElementsAre("127.0.0.0/8", "fd00::/8"));
    EXPECT_EQ(settings->retention.sync_logs, 168h);
    EXPECT_EQ(settings->retention.webhook_logs, 36h);
    EXPECT_EQ(settings->retention.undo, 48h);
    EXPECT_EQ(settings->retention.deleted_records, 720h);
    EXPECT_EQ(settings->retention.changes, 0h);
    EXPECT_EQ(settings->retention.webhook_receipts, 24h);
    EXPECT_EQ(settings->metrics.file, "/run/navette.prom");
    EXPECT_EQ(settings->metrics.every, 5s);
    EXPECT_EQ(settings->metrics.depth_every, 2min);
    EXPECT_EQ(settings->pull.every, 1h);
    EXPECT_EQ(settings->pull.page, 25);
    EXPECT_EQ(settings->pull.concurrency, 9);
    EXPECT_EQ(settings->webhooks.check, 1h);
    EXPECT_EQ(settings->webhooks.silence, 48h);
    EXPECT_FALSE(settings->webhooks.repair);
    ASSERT_EQ(settings->sources.size(), 1U);
    const SourceSettings& source = settings->sources.front();
    EXPECT_EQ(source.where.line, 14);
    EXPECT_EQ(source.name, "shop-orders");
    EXPECT_EQ(source.connection, "postgresql:///shop");
    EXPECT_EQ(source.tenant, "shop");
    EXPECT_EQ(source.query, "SELECT * FROM orders");
    EXPECT_EQ(source.key, "id");
    EXPECT_EQ(source.change_column, "updated_at");
    EXPECT_EQ(source.entity_type, "order");
    EXPECT_EQ(source.event_type, "order.seen");
    EXPECT_EQ(source.every, 1min);
    EXPECT_EQ(source.overlap, 0s);
    EXPECT_EQ(source.full_every, 2h);
    EXPECT_EQ(source.priority, 3);
    EXPECT_EQ(source.page, 100);
}

TEST(Settings, FiveMistakesAreFiveLinesInTheFilesOrder) {
    EXPECT_THAT(
        mistakes(R"(engine:
  pol: 1s
  batch: many
log:
  level: loud
database:
  url: ""
node:
  lease: 5 parsecs
)"),
        ElementsAre(
            "navette.yaml:2: engine.pol: unknown key, did you mean 'poll'?",
            "navette.yaml:3: engine.batch: 'many' is not a whole number, expected a whole number such as 5",
            "navette.yaml:5: log.level: 'loud' is unknown, expected debug, info, warning or error",
            "navette.yaml:7: database.url: the value is empty, expected a value",
            "navette.yaml:9: node.lease: '5 parsecs' is not a duration, expected a number with ms, s, m, h "
            "or d, such as 5m"
        )
    );
}

TEST(Settings, ADuplicateKeyIsAMistakeAtItsSecondPlace) {
    EXPECT_THAT(
        mistakes("engine:\n  poll: 1s\n  batch: 5\n  poll: 2s\nlog: {}\nengine: {}\n"),
        ElementsAre(
            "navette.yaml:4: engine.poll: is given twice, first in line 2; remove one",
            "navette.yaml:6: engine: is given twice, first in line 1; remove one"
        )
    );
}

TEST(Settings, UnknownKeysSuggestTheNearestKnownOne) {
    EXPECT_THAT(mistakes("databse: {}"), ElementsAre(HasSubstr("unknown key, did you mean 'database'?")));
    EXPECT_THAT(mistakes("log: {Level: info}"), ElementsAre(HasSubstr("did you mean 'level'?")));
    EXPECT_THAT(mistakes("log: {lveel: info}"), ElementsAre(HasSubstr("did you mean 'level'?")));
    EXPECT_THAT(
        mistakes("log: {file: x}"), ElementsAre(HasSubstr("log.file: unknown key, expected level or format"))
    );
}

TEST(Settings, ANumberOutsideItsRangeNamesTheRange) {
    EXPECT_THAT(
        mistakes("engine: {batch: 0}"),
        ElementsAre("navette.yaml:1: engine.batch: '0' is too small, expected 1 to 10000")
    );
    EXPECT_THAT(mistakes("engine: {poll: 5ms}"), ElementsAre(HasSubstr("too small, expected 10ms to 1h")));
    EXPECT_THAT(mistakes("engine: {batch: 99999999999999}"), ElementsAre(HasSubstr("out of range")));
    EXPECT_THAT(mistakes("node: {lease: 99999999999999999999d}"), ElementsAre(HasSubstr("not a duration")));
    EXPECT_THAT(mistakes("node: {lease: 9999999999d}"), ElementsAre(HasSubstr("not a duration")));
    EXPECT_THAT(mistakes("retention: {sync_logs: 90m}"), ElementsAre(HasSubstr("whole hours")));
    EXPECT_THAT(mistakes("retention: {sync_logs: 0s}"), ElementsAre(HasSubstr("at least 1h")));
}

TEST(Settings, AMetricsFileIsOneThatNodeExporterReads) {
    EXPECT_THAT(
        mistakes("metrics: {file: /run/navette.txt}"),
        ElementsAre(HasSubstr("metrics.file: '/run/navette.txt' is not a metrics file, expected an absolute"))
    );
    EXPECT_THAT(mistakes("metrics: {file: navette.prom}"), ElementsAre(HasSubstr("absolute path")));
    EXPECT_THAT(mistakes("metrics: {file: ''}"), IsEmpty());
    EXPECT_THAT(mistakes("metrics: {every: 100ms}"), ElementsAre(HasSubstr("1s to 1h")));
    EXPECT_THAT(mistakes("metrics: {depth_every: 2h}"), ElementsAre(HasSubstr("1s to 1h")));
}

TEST(Settings, AListenerIsOffAndWithinBoundsByDefault) {
    const auto settings = load("");
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->listen.port, 0);
    EXPECT_EQ(settings->listen.address, "127.0.0.1");
    EXPECT_EQ(settings->listen.header_limit, kibibytes(16));
    EXPECT_EQ(settings->listen.max_connections, 4'096);
}

TEST(Settings, AListenersKeysAreRead) {
    const auto settings = load(R"(listen:
  address: "::"
  port: 8443
  public_url: "https://hooks.example.org/"
  tls_certificate: /etc/navette/tls.pem
  tls_key: /etc/navette/tls.key
  trusted_proxies: [10.0.0.5/32]
  webhook_allow: {stripe: [3.18.12.63/32, "2001:db8::/32"], shopify: []}
  body_limit: 2 MiB
  header_limit: 8192B
)");
    ASSERT_TRUE(settings) << settings.error().front().text();
    const auto& listen = settings->listen;
    EXPECT_EQ(listen.public_url, "https://hooks.example.org");
    EXPECT_EQ(listen.body_limit, mebibytes(2));
    EXPECT_EQ(listen.header_limit, kibibytes(8));
    EXPECT_THAT(listen.webhook_allow.at("stripe"), ElementsAre("3.18.12.63/32", "2001:db8::/32"));
    EXPECT_THAT(listen.webhook_allow.at("shopify"), IsEmpty());
    const auto again = load(effective_yaml(*settings));
    ASSERT_TRUE(again) << effective_yaml(*settings);
    EXPECT_EQ(effective_yaml(*again), effective_yaml(*settings));
}

TEST(Settings, AListenersMistakesAreNamedWithTheirLines) {
    EXPECT_THAT(
        mistakes(
            "listen:\n  address: localhost\n  port: 70000\n  public_url: hooks.example.org\n  body_limit: "
            "1M\n  header_limit: 1B\n  webhook_allow:\n    stripe: [10.0.0.0]\n  tls_key: key.pem\n"
        ),
        ElementsAre(
            HasSubstr(":2: listen.address: 'localhost' is not an IP address"),
            HasSubstr(":3: listen.port: '70000' is too large, expected 0 to 65535"),
            HasSubstr(":4: listen.public_url: 'hooks.example.org' is not a web address"),
            HasSubstr(":5: listen.body_limit: '1M' is not a size"),
            HasSubstr(":6: listen.header_limit: '1B' is too small, expected 1KiB to 256KiB"),
            HasSubstr(":8: listen.webhook_allow.stripe[0]: '10.0.0.0' is not a network"),
            HasSubstr(":9: listen.tls_key: 'key.pem' is not an absolute path")
        )
    );
    EXPECT_THAT(
        mistakes("listen:\n  tls_certificate: /a.pem\n"), ElementsAre(HasSubstr("listen.tls_key: is missing"))
    );
    EXPECT_THAT(
        mistakes("listen: {body_limit: 128MiB}"),
        ElementsAre(HasSubstr("listen.body_memory: 64MiB is less than one body may have"))
    );
    EXPECT_THAT(
        mistakes("listen: {public_url: \"https://a?b\"}"), ElementsAre(HasSubstr("query or fragment"))
    );
}

TEST(Settings, AWrongKindOfValueIsNamed) {
    EXPECT_THAT(
        mistakes("engine: fast"),
        ElementsAre("navette.yaml:1: engine: 'fast' is not a map, expected keys with values below it")
    );
    EXPECT_THAT(mistakes("engine: [poll]"), ElementsAre(HasSubstr("engine: is not a map")));
    EXPECT_THAT(
        mistakes("engine: {poll: [1s]}"),
        ElementsAre(HasSubstr("engine.poll: is a list, expected a number with"))
    );
    EXPECT_THAT(mistakes("engine: {poll: }"), ElementsAre(HasSubstr("engine.poll: has no value")));
    EXPECT_THAT(
        mistakes("just words"),
        ElementsAre("navette.yaml:1: 'just words' is not a map, expected keys with values below it")
    );
    EXPECT_THAT(
        mistakes("outbound: {allow_private_networks: 10.0.0.0/8}"),
        ElementsAre(HasSubstr("is not a list, expected a list such as"))
    );
}

TEST(Settings, ASectionWhoseKeysAreAllCommentedOutIsEmpty) {
    EXPECT_TRUE(load("engine:\n  # poll: 1s\nlog:\n"));
}

TEST(Settings, EachWrongNetworkIsNamedByItsPlace) {
    EXPECT_THAT(
        mistakes("outbound:\n  allow_private_networks:\n    - 10.0.0.0/8\n    - 10.0.0.0/33\n    - "
                 "localhost\n    - fd00::/129\n    - 10.0.0.1\n"),
        ElementsAre(
            HasSubstr(":4: outbound.allow_private_networks[1]: '10.0.0.0/33' is not a network"),
            HasSubstr(":5: outbound.allow_private_networks[2]: 'localhost'"),
            HasSubstr(":6: outbound.allow_private_networks[3]"),
            HasSubstr(":7: outbound.allow_private_networks[4]")
        )
    );
}

TEST(Settings, APasswordInAWrongConnectionIsNotQuoted) {
    const auto found = mistakes("database: {url: \"mysql://root:hunter2@db/navette\"}");
    ASSERT_EQ(found.size(), 1U);
    EXPECT_THAT(found.front(), HasSubstr("database.url: the value is not a PostgreSQL connection"));
    EXPECT_THAT(found.front(), ::testing::Not(HasSubstr("hunter2")));
}

TEST(Settings, AWrongSecretKeyIsNotQuoted) {
    for (const std::string key :
         {"c2VjcmV0", "main:c2VjcmV0", ":MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="}) {
        const auto found = mistakes("secrets: {key: \"" + key + "\"}");
        ASSERT_EQ(found.size(), 1U) << key;
        EXPECT_THAT(found.front(), HasSubstr("secrets.key: the value is not a key"));
        EXPECT_THAT(found.front(), ::testing::Not(HasSubstr(key)));
    }
}

constexpr const char* kOneKey = "2026:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
constexpr const char* kOtherKey = "2025:YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXowMTIzNDU=";

TEST(Settings, OldKeysFollowTheCurrentOne) {
    const auto settings = load(
        "secrets: {key: \"" + std::string(kOneKey) + "\", old_keys: [\"${env:OLD}\"], core_dumps: true}",
        testing::references({{"OLD", kOtherKey}})
    );
    ASSERT_TRUE(settings) << settings.error().front().text();
    EXPECT_EQ(settings->secrets.key, std::string(kOneKey) + "\n" + kOtherKey);
    EXPECT_THAT(settings->secrets.old_keys, ElementsAre(kOtherKey));
    EXPECT_EQ(settings->secrets.core_dumps, CoreDumps::allowed);
    EXPECT_EQ(load("")->secrets.core_dumps, CoreDumps::never);
}

TEST(Settings, AWrongOldKeyIsNotQuoted) {
    const std::string key = "secrets: {key: \"" + std::string(kOneKey) + "\", old_keys: ";
    for (const std::string old : {"c2VjcmV0", "old:c2VjcmV0", kOneKey}) {
        const auto found = mistakes(key + "[\"" + old + "\"]}");
        ASSERT_EQ(found.size(), 1U) << old;
        EXPECT_THAT(found.front(), HasSubstr("navette.yaml:1: secrets.old_keys[0]: the value "));
        EXPECT_THAT(found.front(), ::testing::Not(HasSubstr(old)));
    }
    EXPECT_THAT(
        mistakes(key + "[\"" + kOtherKey + "\", \"" + kOtherKey + "\"]}"),
        ElementsAre(HasSubstr("secrets.old_keys[1]: the value has the name of another key"))
    );
    EXPECT_THAT(mistakes(key + kOtherKey + "}"), ElementsAre(HasSubstr("secrets.old_keys: ")));
    EXPECT_THAT(
        mistakes("secrets: {old_keys: [\"" + std::string(kOtherKey) + "\"]}"),
        ElementsAre(HasSubstr("is of no use without secrets.key"))
    );
}

TEST(Settings, ASourceFillsInItsEventType) {
    const auto settings = load(kSource);
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->sources.front().event_type, "order.updated");
    EXPECT_EQ(settings->sources.front().every, 5min);
}

TEST(Settings, ASourceNamesEachRequiredKeyThatIsMissing) {
    EXPECT_THAT(
        mistakes("sources:\n  orders: {}\n"),
        ElementsAre(
            "navette.yaml:2: sources.orders.tenant: is missing, it is required",
            "navette.yaml:2: sources.orders.query: is missing, it is required",
            "navette.yaml:2: sources.orders.key: is missing, it is required",
            "navette.yaml:2: sources.orders.change_column: is missing, it is required",
            "navette.yaml:2: sources.orders.entity_type: is missing, it is required"
        )
    );
}

TEST(Settings, ASourcesNameHasLowerCaseLettersDigitsAndDashes) {
    std::string text(kSource);
    text.replace(text.find("shop-orders"), 11, "Shop Orders");
    EXPECT_THAT(
        mistakes(text), ElementsAre(HasSubstr(":2: sources.Shop Orders: 'Shop Orders' is not a name"))
    );
}

TEST(Settings, ASourcesFullComparisonIsNotMoreFrequentThanItsLook) {
    EXPECT_THAT(
        mistakes(source_with("full_every: 1m")),
        ElementsAre(HasSubstr("full_every: 1m is shorter than every, expected at least 5m"))
    );
}

TEST(Settings, ASourcesTablesAreCapturedOneOrSeveral) {
    const auto one = load(source_with("capture: {table: public.orders, key: id}"));
    ASSERT_TRUE(one) << one.error().front().text();
    EXPECT_THAT(one->sources.front().capture, ElementsAre(CapturedTable{"public.orders", "id"}));
    EXPECT_EQ(one->sources.front().deletes, SourceDeletes::ignore);
    EXPECT_EQ(one->sources.front().max_pending, 10'000);
    const auto several = load(source_with(
        "capture: [{table: orders, key: id}, {table: order_lines, key: order_id}]\n    deletes: tell\n"
        "    max_pending: 50"
    ));
    ASSERT_TRUE(several) << several.error().front().text();
    EXPECT_THAT(
        several->sources.front().capture,
        ElementsAre(CapturedTable{"orders", "id"}, CapturedTable{"order_lines", "order_id"})
    );
    EXPECT_EQ(several->sources.front().deletes, SourceDeletes::tell);
    EXPECT_EQ(several->sources.front().max_pending, 50);
}

TEST(Settings, ACapturedTableHasAKeyAndIsNamedOnce) {
    EXPECT_THAT(
        mistakes(source_with("capture: {table: orders}")),
        ElementsAre("navette.yaml:8: sources.shop-orders.capture.key: is missing, it is required")
    );
    EXPECT_THAT(
        mistakes(source_with("capture: [{table: orders, key: id}, {table: orders, key: number}]")),
        ElementsAre(HasSubstr(":8: sources.shop-orders.capture[1].table: 'orders' is captured already"))
    );
    EXPECT_THAT(
        mistakes(source_with("capture: {table: orders, key: \"id; DROP TABLE orders\"}")),
        ElementsAre(HasSubstr("holds a semicolon"))
    );
    EXPECT_THAT(
        mistakes(source_with("capture: {table: orders, key: \"'open\"}")),
        ElementsAre(HasSubstr("without an end"))
    );
    EXPECT_THAT(mistakes(source_with("capture: orders")), ElementsAre(HasSubstr("is not a list")));
    std::string text(source_with("capture: {table: orders, key: id}"));
    text.replace(text.find("shop-orders"), 11, std::string(41, 'a'));
    EXPECT_THAT(mistakes(text), ElementsAre(HasSubstr("a name of at most 40 characters")));
}

TEST(Settings, ASourceThatIsCapturedCanDoWithoutAChangeColumn) {
    std::string text(source_with("capture: {table: orders, key: id}"));
    const std::string line("    change_column: updated_at\n");
    text.erase(text.find(line), line.size());
    const auto settings = load(text);
    ASSERT_TRUE(settings) << settings.error().front().text();
    EXPECT_EQ(settings->sources.front().change_column, "");
    EXPECT_TRUE(load(effective_yaml(*settings)));
}

TEST(Settings, APriorityIsOneToTen) {
    EXPECT_THAT(mistakes(source_with("priority: 11")), ElementsAre(HasSubstr("too large, expected 1 to 10")));
}

TEST(Settings, AQueryIsOneSelectWithoutSemicolon) {
    EXPECT_THAT(
        mistakes(source_of("DELETE FROM orders")),
        ElementsAre(HasSubstr("query: 'DELETE FROM orders' is not a query"))
    );
    EXPECT_THAT(mistakes(source_of("SELECT 1;")), ElementsAre(HasSubstr("holds a semicolon")));
    EXPECT_THAT(
        mistakes(source_of("SELECT 1; DROP TABLE orders")), ElementsAre(HasSubstr("holds a semicolon"))
    );
    EXPECT_THAT(mistakes(source_of("SELECT 'open")), ElementsAre(HasSubstr("without an end")));
    EXPECT_THAT(mistakes(source_of("SELECT 1 /* open")), ElementsAre(HasSubstr("without an end")));
    EXPECT_THAT(mistakes(source_of("selection")), ElementsAre(HasSubstr("is not a query")));
    EXPECT_THAT(mistakes(source_of("")), ElementsAre(HasSubstr("query: has no value")));
}

TEST(Settings, AQueryMayHoldSemicolonsInQuotesAndComments) {
    EXPECT_THAT(mistakes(source_of("\"select ';' || 'it''s;' FROM orders\"")), IsEmpty());
    EXPECT_THAT(
        mistakes(source_of("\"WITH a AS (SELECT $$;$$, $x$;$x$ /* ; /* ; */ ; */) SELECT * FROM a\"")),
        IsEmpty()
    );
    EXPECT_THAT(mistakes(source_of("|\n      -- first;\n      (SELECT 1)")), IsEmpty());
}

TEST(Settings, AnAliasRepeatsAValueAndAMergeKeyInheritsKeys) {
    const auto settings = load(std::string(kSource) + R"(    every: &often 1m
  more-orders: &base
    tenant: shop
    query: SELECT 2
    key: id
    change_column: updated_at
    entity_type: order
    every: *often
  other-orders:
    <<: *base
    query: SELECT 3
)");
    ASSERT_TRUE(settings) << settings.error().front().text();
    ASSERT_EQ(settings->sources.size(), 3U);
    EXPECT_EQ(settings->sources[1].every, 1min);
    EXPECT_EQ(settings->sources[2].every, 1min);
    EXPECT_EQ(settings->sources[2].query, "SELECT 3");
    EXPECT_EQ(settings->sources[2].tenant, "shop");
}

TEST(Settings, TheShippedSamplesLoad) {
    const std::filesystem::path folder = std::filesystem::path(NAVETTE_SOURCE_DIR) / "config";
    const auto reference = load_settings(folder / "navette.yaml", testing::no_references());
    ASSERT_TRUE(reference) << reference.error().front().text();
    const auto lumira = load_settings(folder / "examples/lumira.yaml", testing::no_references());
    ASSERT_TRUE(lumira) << lumira.error().front().text();
    EXPECT_EQ(lumira->sources.front().every, 5min);
}

TEST(Settings, TheReferenceFileShowsTheDefaults) {
    const auto reference = load_settings(
        std::filesystem::path(NAVETTE_SOURCE_DIR) / "config/navette.yaml", testing::no_references()
    );
    const auto empty = load("");
    ASSERT_TRUE(reference);
    ASSERT_TRUE(empty);
    EXPECT_EQ(effective_yaml(*reference), effective_yaml(*empty));
}

}  // namespace
}  // namespace navette::config
