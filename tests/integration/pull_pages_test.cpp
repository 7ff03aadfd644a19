// Large pages of pulls and comparisons: how many records are asked for, and that a page is taken in by pieces
// of which none is lost or told twice, wherever the work is stopped.
#include "daemon/engine/comparison_round.hpp"
#include "daemon/engine/pull_round.hpp"
#include "tests/integration/background_fixture.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <string>
#include <vector>

namespace navette::test {
namespace {

using ::testing::ElementsAre;

class PullPages : public BackgroundTest {
  protected:
    PullPages() {
        settings_.every = std::chrono::milliseconds(60'000);
        page(2'000);
    }

    /// The manifest's size of a page.
    void page(int size) {
        connector_->manifest.objects.front().page = size;
        own();
    }
    void fill(int records) {
        for (int n = 1; n <= records; ++n) {
            shelf_->edit("item", std::to_string(n), {{"name", "v" + std::to_string(n)}});
        }
    }
    void pull() {
        turn();  // the first one makes the state, due later
        database_.exec("UPDATE navette.pulls SET next_at = now()");
        turn();
    }
    void turn() { run(engine::pull_objects(background_, settings_, owned_, wanted())); }
    /// Another node's from the moment on when `sql` yields that number or more.
    void lose_lease_at(const std::string& sql, long number) {
        background_.holds_lease = [this, sql, number](const std::string&, std::int64_t) {
            return database_.number(sql) < number;
        };
    }
    void hold_lease() {
        background_.holds_lease = [](const std::string&, std::int64_t) { return true; };
        own();
    }
    /// Records of the biggest page that the next pull asks for.
    int asked() {
        shelf_->most_asked = 0;
        pull();
        return shelf_->most_asked;
    }
    std::string state(const std::string& columns) {
        return database_.value(
            "SELECT concat_ws('|', " + columns + ") FROM navette.pulls WHERE object = 'item'"
        );
    }

    config::PullSettings settings_;
};

TEST_F(PullPages, TheManifestSaysHowManyAreAskedForAndTheAdministratorOnlyLowersIt) {
    page(700);
    EXPECT_EQ(asked(), 700);
    settings_.page = 50;
    EXPECT_EQ(asked(), 50);
    settings_.page = 1'500;
    EXPECT_EQ(asked(), 700);
}

TEST_F(PullPages, ALargeOneIsOneRequestAndManySmallTransactions) {
    fill(1'050);
    pull();
    EXPECT_THAT(shelf_->pulls, ElementsAre("item null"));
    EXPECT_EQ(state("pages, records, changes, is_full, failures"), "1|1050|1050|f|0");
    EXPECT_EQ(database_.number("SELECT count(DISTINCT data ->> 'remote_id') FROM navette.sync_queue"), 1'050);
    EXPECT_EQ(database_.most_written_at_once("navette.sync_queue"), 100)
        << "what writes longer holds up live work";
    EXPECT_EQ(
        database_.value("SELECT string_agg(data ->> 'remote_id', ',' ORDER BY id) = "
                        "(SELECT string_agg(n::text, ',' ORDER BY n) FROM generate_series(1, 1050) n) FROM "
                        "navette.sync_queue"),
        "t"
    ) << "in the order of the changes";
}

TEST_F(PullPages, StoppedInTheMiddleOfOneItIsReadAgainAndEachRecordIsToldOnce) {
    fill(1'050);
    lose_lease_at("SELECT count(*) FROM navette.remote_records", 300);
    pull();
    EXPECT_EQ(
        state("coalesce(cursor::text, 'none'), pages, records, is_full, next_at <= now()"), "null|0|300|t|t"
    );
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.sync_queue"), 300);
    hold_lease();
    turn();
    EXPECT_THAT(shelf_->pulls, ElementsAre("item null", "item null"));
    EXPECT_EQ(state("pages, changes, is_full"), "1|1050|f");
    EXPECT_EQ(database_.number("SELECT count(DISTINCT data ->> 'remote_id') FROM navette.sync_queue"), 1'050);
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.sync_queue"), 1'050);
}

TEST_F(PullPages, ARecordThatStandsInAPageTwiceIsToldAsItWasEachTime) {
    fill(150);
    auto changes = shelf_->changes["item"];
    auto again = changes.begin()->second;
    again.fields = {{"name", "later"}};
    again.modified_at = *changes.rbegin()->second.modified_at;
    shelf_->changes["item"].emplace(1'000, again);
    pull();
    EXPECT_EQ(
        database_.value(
            "SELECT string_agg(data -> 'fields' ->> 'name', ',' ORDER BY id) FROM navette.sync_queue WHERE "
            "entity_id = 'remote:1'"
        ),
        "v1,later"
    );
}

TEST_F(PullPages, TheyAreSmallerWhereNoneCameUntilAllIsRead) {
    page(1'000);
    fill(400);
    for (const int expected : {1'000, 500, 250, 250}) {
        shelf_->failures = {sdk::Outcome::retry("the answer did not come in time")};
        EXPECT_EQ(asked(), expected);
    }
    shelf_->pulls.clear();
    EXPECT_EQ(asked(), 250);
    EXPECT_THAT(shelf_->pulls, ::testing::SizeIs(2)) << "the round goes on as it began";
    EXPECT_EQ(asked(), 1'000) << "the next one tries whole pages again";
}

TEST_F(PullPages, TheyStayAsLargeAsTheyAreWhereThePlatformCountsRequests) {
    page(1'000);
    for (int n = 0; n < 2; ++n) {
        shelf_->failures = {sdk::Outcome::throttled("ten a minute", std::chrono::milliseconds(0))};
        asked();
    }
    EXPECT_EQ(asked(), 1'000);
}

TEST_F(PullPages, OfAComparisonAreTakenInByPiecesAndCountedOnceWhereItIsStopped) {
    auto& item = connector_->manifest.objects.front();
    item.natural_keys = {"name"};
    item.entity = "item";
    config::MappingRule rule;
    rule.local = "name";
    rule.remote = "name";
    rule.direction = config::MappingDirection::both;
    item.mapping.push_back(rule);
    own();
    fill(1'050);
    database_.exec(
        "SELECT navette.ask_comparison('acme', 'int_1', 'first', NULL, 'test', NULL, NULL, false, '24 hours')"
    );
    const auto compare = [this] {
        engine::ComparisonSettings settings;
        run(engine::compare_objects(background_, settings, owned_, wanted()));
    };
    const std::string read =
        "SELECT coalesce(max((counts -> 'item' ->> 'read')::integer), 0) FROM navette.comparisons";
    database_.exec(
        "ALTER TABLE navette.comparison_seen ADD CONSTRAINT breaks CHECK (remote_id::integer <= 350)"
    );
    compare();
    EXPECT_EQ(database_.number(read), 300) << "the pieces before it";
    database_.exec("ALTER TABLE navette.comparison_seen DROP CONSTRAINT breaks");
    compare();
    EXPECT_EQ(database_.number(read), 1'050);
    EXPECT_THAT(shelf_->pulls, ElementsAre("item null", "item null"));
    EXPECT_EQ(shelf_->most_asked, 2'000);
    EXPECT_EQ(
        database_.number("SELECT count(*) FROM navette.comparison_items WHERE verdict = 'create_local'"),
        1'050
    );
    EXPECT_EQ(database_.most_written_at_once("navette.comparison_items"), 100);
}

}  // namespace
}  // namespace navette::test
