// Pulls over a real database: each page is durable with its cursor, a change is told once, and what did not
// change costs nothing.
#include "daemon/engine/pull_round.hpp"
#include "daemon/sync/record_hash.hpp"
#include "tests/integration/background_fixture.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

namespace navette::test {
namespace {

namespace asio = boost::asio;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class PullTest : public BackgroundTest {
  protected:
    PullTest() { settings_.every = std::chrono::milliseconds(60'000); }

    /// A turn of the integration, all objects due.
    engine::SteadyTime pull() {
        database_.exec("UPDATE navette.pulls SET next_at = now()");
        return turn();
    }
    engine::SteadyTime turn() { return run(engine::pull_objects(background_, settings_, owned_, wanted())); }
    /// The first turn makes the states, due later; the second reads.
    void pull_first() {
        turn();
        pull();
    }

    void edit(const std::string& id, const std::string& name) { shelf_->edit("item", id, {{"name", name}}); }

    /// The jobs that were made: "<remote id> <operation> <name>", and none of them stays.
    std::vector<std::string> told() {
        std::vector<std::string> all;
        for (const auto& row :
             database_.exec("DELETE FROM navette.sync_queue WHERE direction = 'from_platform' RETURNING id, "
                            "concat_ws(' ', "
                            "data ->> 'remote_id', operation, data -> 'fields' ->> 'name')")) {
            all.emplace_back(row[1].c_str());
        }
        return all;
    }

    std::string state(const std::string& columns) {
        return database_.value(
            "SELECT concat_ws('|', " + columns + ") FROM navette.pulls WHERE object = 'item'"
        );
    }

    void link(const std::string& remote_id, long job, const std::string& snapshot) {
        database_.exec(
            "INSERT INTO navette.record_links AS l (tenant_id, integration_id, object, entity_id, remote_id, "
            "job_id, "
            "snapshot, synced_at) VALUES ('acme', 'int_1', 'item', 'local_" +
            remote_id + "', '" + remote_id + "', " + std::to_string(job) + ", '" + snapshot +
            "', now() - interval '1 minute') ON CONFLICT (tenant_id, integration_id, object, entity_id) DO "
            "UPDATE "
            "SET job_id = excluded.job_id, snapshot = excluded.snapshot, synced_at = excluded.synced_at"
        );
    }

    config::PullSettings settings_;
};

TEST_F(PullTest, ReadsPageByPageAndTellsEachRecordOnceInOrder) {
    settings_.page = 100;
    for (int n = 0; n < 250; ++n) {
        edit(std::to_string(n), "v" + std::to_string(n));
    }
    pull_first();
    EXPECT_EQ(
        shelf_->pulls,
        (std::vector<std::string>{"item null", R"(item {"after":100})", R"(item {"after":200})"})
    );
    EXPECT_EQ(
        state("pages, records, changes, failures, is_full, next_at > now(), last_success_at IS NOT NULL"),
        "3|250|250|0|f|t|t"
    );
    const auto all = told();
    ASSERT_THAT(all, SizeIs(250));
    EXPECT_EQ(all.front(), "0 upsert v0");
    EXPECT_EQ(all.back(), "249 upsert v249");
}

TEST_F(PullTest, TheJobsAreThoseThatAWebhookWouldMake) {
    edit("5", "Loom");
    pull_first();
    EXPECT_EQ(
        database_.value(
            "SELECT concat_ws('|', direction, event_type, entity_type, entity_id, operation, priority, "
            "origin, data) FROM navette.sync_queue"
        ),
        R"(from_platform|item.pulled|item|remote:5|upsert|9|pull|{"thin": false, "fields": {"name": "Loom"}, )"
        R"("object": "item", "deleted": false, "remote_id": "5", "event_type": "item.pulled", )"
        R"("occurred_at": "2023-11-14T22:13:21Z"})"
    );
}

TEST_F(PullTest, AnObjectThatIsNotDueIsNotRead) {
    edit("5", "Loom");
    const auto next = turn();
    EXPECT_TRUE(shelf_->pulls.empty()) << "what is new waits for a random part of the span";
    EXPECT_LE(next, std::chrono::steady_clock::now() + settings_.every);
    pull();
    turn();
    EXPECT_THAT(shelf_->pulls, SizeIs(1));
}

TEST_F(PullTest, WhereTheClockWasSetBackTheNextRoundDoesNotWaitForIt) {
    pull_first();
    database_.exec(
        "UPDATE navette.pulls SET next_at = next_at + interval '1 h', last_success_at = now() + interval '1 "
        "h'"
    );
    shelf_->failures = {sdk::Outcome::retry("an odd answer")};
    turn();
    EXPECT_EQ(state("failures"), "1");
    EXPECT_THAT(shelf_->pulls, SizeIs(2));
    turn();
    EXPECT_THAT(shelf_->pulls, SizeIs(2)) << "the pause after a failure holds";
    database_.exec(
        "UPDATE navette.pulls SET next_at = next_at + interval '1 h', last_error_at = now() + interval '1 h'"
    );
    turn();
    EXPECT_THAT(shelf_->pulls, SizeIs(3));
}

TEST_F(PullTest, StoppedBetweenTwoPagesItGoesOnWhereItStoodAndNothingIsToldTwice) {
    settings_.page = 2;
    for (const auto* id : {"1", "2", "3", "4", "5"}) {
        edit(id, id);
    }
    int pages = 0;
    shelf_->during = [&] { wanted_ = ++pages < 2; };  // the second page is read and worth nothing
    pull_first();
    EXPECT_EQ(state("cursor, pages, is_full, next_at <= now()"), R"({"after": 2}|1|t|t)");
    EXPECT_THAT(told(), ElementsAre("1 upsert 1", "2 upsert 2"));
    shelf_->during = nullptr;
    wanted_ = true;
    own();
    turn();
    EXPECT_THAT(told(), ElementsAre("3 upsert 3", "4 upsert 4", "5 upsert 5"));
}

TEST_F(PullTest, WhatDidNotChangeIsReadAgainAndWritesNothing) {
    for (int n = 0; n < 20; ++n) {
        edit(std::to_string(n), "same");
    }
    pull_first();
    EXPECT_THAT(told(), SizeIs(20));
    const auto versions = "SELECT string_agg(xmin::text, ',' ORDER BY remote_id) FROM navette.remote_records";
    const auto before = database_.value(versions);
    database_.exec("UPDATE navette.pulls SET cursor = 'null'");
    pull();
    EXPECT_THAT(told(), SizeIs(0));
    EXPECT_EQ(database_.value(versions), before);
    EXPECT_EQ(state("records, changes"), "40|20");
}

TEST_F(PullTest, AnEditIsToldOnceAndADeletionOnceAndWhatNobodyKnewIsNotMissed) {
    edit("1", "a");
    pull_first();
    told();
    edit("1", "b");
    shelf_->edit("item", "9", {}, true);
    pull();
    EXPECT_THAT(told(), ElementsAre("1 upsert b"));
    shelf_->edit("item", "1", {}, true);
    pull();
    EXPECT_THAT(told(), ElementsAre("1 delete"));
    pull();
    EXPECT_THAT(told(), SizeIs(0));
    edit("1", "b");
    pull();
    EXPECT_THAT(told(), ElementsAre("1 upsert b")) << "it came back";
}

TEST_F(PullTest, OurOwnWriteIsNoChangeButWhatOthersMakeOfItIs) {
    link("1", 7, R"({"name": "ours", "price": 12.5, "active": true, "only_sent": "x"})");
    shelf_->edit(
        "item", "1", {{"name", "ours"}, {"price", "12.50000000"}, {"active", "1"}, {"seen_by", "nobody"}}
    );
    pull_first();
    EXPECT_THAT(told(), SizeIs(0));
    shelf_->edit("item", "1", {{"name", "theirs"}, {"price", "12.5"}, {"active", "1"}});
    pull();
    EXPECT_THAT(told(), ElementsAre("1 upsert theirs"));
    shelf_->edit(
        "item", "1", {{"name", "ours"}, {"price", "12.50000000"}, {"active", "1"}, {"seen_by", "nobody"}}
    );
    pull();
    EXPECT_THAT(told(), ElementsAre("1 upsert ours")) << "they took it back: the application has theirs";
    link("1", 8, R"({"name": "ours again"})");
    shelf_->edit("item", "1", {{"name", "ours again"}});
    pull();
    EXPECT_THAT(told(), SizeIs(0));
}

TEST_F(PullTest, WhatTheyTookBackAfterOurWriteIsToldAlthoughItWasSeenBefore) {
    link("1", 7, R"({"name": "first"})");
    shelf_->edit("item", "1", {{"name", "first"}});
    pull_first();
    EXPECT_THAT(told(), SizeIs(0));
    link("1", 8, R"({"name": "second"})");
    shelf_->edit("item", "1", {{"name", "first"}});
    pull();
    EXPECT_THAT(told(), ElementsAre("1 upsert first"));
}

TEST_F(PullTest, APageThatWasReadBeforeWeDeletedARecordDoesNotMakeItsDeletionForgotten) {
    edit("5", "five");
    turn();
    // As a delete of ours leaves it, which ended between the reading of the page and its writing.
    database_.exec(
        "INSERT INTO navette.remote_records (tenant_id, integration_id, object, remote_id, hash, job_id) "
        "VALUES ('acme', 'int_1', 'item', '5', 'deleted', -1)"
    );
    pull();
    EXPECT_THAT(told(), SizeIs(1)) << "somebody may have restored it: that is for the merge to find out";
    EXPECT_EQ(database_.value("SELECT hash FROM navette.remote_records WHERE remote_id = '5'"), "deleted");
}

TEST_F(PullTest, AWriteUnderWayIsWaitedFor) {
    link("1", 7, R"({"name": "old"})");
    const auto job = add_job("local_1");
    database_.exec(
        "INSERT INTO navette.in_flight (integration_id, tenant_id, batch_id, epoch, job_ids) VALUES "
        "('int_1', 'acme', 1, 1, '{" +
        std::to_string(job) + "}')"
    );
    shelf_->edit("item", "1", {{"name", "new"}});
    turn();
    asio::steady_timer end(context_);
    shelf_->during = [&] {
        end.expires_after(std::chrono::milliseconds(500));
        end.async_wait([&](const boost::system::error_code&) {
            database_.exec("DELETE FROM navette.in_flight; DELETE FROM navette.sync_queue");
            link("1", job, R"({"name": "new"})");
        });
    };
    pull();
    EXPECT_THAT(told(), SizeIs(0));
}

TEST_F(PullTest, AFormerOwnerWritesNothing) {
    edit("1", "a");
    turn();
    shelf_->during = [this] { database_.exec("UPDATE navette.leases SET epoch = 2"); };
    pull();
    EXPECT_EQ(state("cursor, pages"), "null|0");
    EXPECT_THAT(told(), SizeIs(0));
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.remote_records"), 0);
}

TEST_F(PullTest, APageOfACursorThatWasSetBackMeanwhileIsDropped) {
    edit("1", "a");
    pull_first();
    told();
    edit("1", "b");
    shelf_->during = [this] {
        database_.exec(
            "UPDATE navette.pulls SET cursor = 'null', generation = generation + 1, next_at = now()"
        );
    };
    pull();
    EXPECT_EQ(state("cursor"), "null");
    EXPECT_THAT(told(), SizeIs(0));
    shelf_->during = nullptr;
    turn();
    EXPECT_THAT(told(), ElementsAre("1 upsert b"));
}

TEST_F(PullTest, FailuresAreCountedWithAPauseThatGrowsAndTheCursorStays) {
    edit("1", "a");
    pull_first();
    const auto cursor = state("cursor");
    shelf_->failures = {sdk::Outcome::retry("an odd answer"), sdk::Outcome::needs_reauth("the key is wrong")};
    pull();
    EXPECT_EQ(
        state("failures, last_error, next_at > now() + interval '14 s', next_at < now() + interval '31 s'"),
        "1|an odd answer|t|t"
    );
    pull();
    EXPECT_EQ(state("failures, last_error, next_at > now() + interval '29 s'"), "2|the key is wrong|t");
    EXPECT_EQ(state("cursor"), cursor);
    EXPECT_EQ(database_.value("SELECT state FROM navette.tenant_integrations"), "active") << "pushes go on";
    pull();
    EXPECT_EQ(state("failures, last_error IS NULL"), "0|t");
}

TEST_F(PullTest, ACursorThatThePlatformRefusesIsGivenUpOnce) {
    edit("1", "a");
    pull_first();
    told();
    shelf_->failures = {sdk::Outcome::rejected("no such cursor"), sdk::Outcome::rejected("no such object")};
    pull();
    EXPECT_EQ(
        state("cursor, generation, is_full, last_error"), "null|1|t|no such cursor; it is read from the start"
    );
    pull();
    EXPECT_EQ(state("generation, last_error"), "1|no such object");
    pull();
    EXPECT_EQ(state("failures, changes"), "0|1") << "all was read again, and nothing is new";
    EXPECT_THAT(told(), SizeIs(0));
}

TEST_F(PullTest, ACursorThatDoesNotMoveIsABugAndNoEndlessRound) {
    edit("1", "a");
    shelf_->stuck = true;
    pull_first();
    EXPECT_THAT(state("last_error"), HasSubstr("its cursor stays where it is"));
    EXPECT_THAT(shelf_->pulls, SizeIs(1));
}

TEST_F(PullTest, WhileThePlatformIsDownNothingIsAsked) {
    turn();
    shelf_->failures = {sdk::Outcome::unavailable("no answer")};
    pull();
    EXPECT_THAT(shelf_->pulls, SizeIs(1));
    pull();
    EXPECT_THAT(shelf_->pulls, SizeIs(1)) << "the breaker is open";
}

TEST_F(PullTest, RequestsLeaveInTheBackgroundAndNotWithoutTheLease) {
    shelf_->asks_the_network = true;
    pull_first();
    EXPECT_EQ(transport_.requests, 1);
    holds_lease_ = false;
    pull();
    EXPECT_EQ(transport_.requests, 1);
}

TEST_F(PullTest, OnlyWhatIsTakenFromThePlatformIsPulled) {
    EXPECT_TRUE(engine::is_pulled(*owned_->integration));
    database_.exec("UPDATE navette.tenant_integrations SET state = 'needs_reauth'");
    EXPECT_FALSE(engine::is_pulled(*own()->integration));
    database_.exec("UPDATE navette.tenant_integrations SET state = 'active', sync_direction = 'to_platform'");
    EXPECT_FALSE(engine::is_pulled(*own()->integration));
    edit("1", "a");
    pull_first();
    EXPECT_THAT(shelf_->pulls, SizeIs(0));
    database_.exec("UPDATE navette.tenant_integrations SET sync_direction = 'from_platform'");
    connector_->manifest.capabilities = {"push"};
    EXPECT_FALSE(engine::is_pulled(*own()->integration));
}

TEST_F(PullTest, AChangeThatAWebhookFetchedIsNotToldAgainNorTheOtherWayRound) {
    edit("1", "a");
    pull_first();
    const auto known = database_.value("SELECT hash FROM navette.remote_records");
    told();
    const auto receive = [this](const std::string& members) {
        return database_.value(
            "SELECT navette.receive_change('acme', 'int_1', 'X', '{\"object\": \"item\", \"remote_id\": "
            "\"1\", " +
            members + "}')"
        );
    };
    EXPECT_EQ(receive(R"("hash": ")" + known + "\""), "the record is as it was when it was last read");
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.changes"), 0);
    edit("1", "b");
    EXPECT_EQ(receive(R"("hash": ")" + sync::record_hash({{"name", "b"}}) + "\""), "");
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.changes"), 1);
    pull();
    EXPECT_THAT(told(), SizeIs(0));
}

TEST_F(PullTest, APaymentsEventsActOnceWithItsWebhooks) {
    connector_->manifest.objects.clear();
    add_object("payment");
    own();
    shelf_->edit(
        "payment", "pi_1", {{"event_type", "payment_intent.succeeded"}, {"thin", false}, {"order_id", "7"}}
    );
    shelf_->changes["payment"].begin()->second.version = "evt_1";
    database_.exec(
        "INSERT INTO navette.webhook_receipts (integration_id, tenant_id, key) VALUES ('int_1', 'acme', "
        "navette.receipt_key('evt_0'))"
    );
    pull_first();
    EXPECT_EQ(
        database_.value(
            "SELECT concat_ws('|', event_type, entity_id, priority, data -> 'fields' ->> 'order_id') FROM "
            "navette.sync_queue"
        ),
        "payment_intent.succeeded|remote:pi_1|3|7"
    );
    told();
    shelf_->edit("payment", "pi_2", {{"event_type", "payment_intent.succeeded"}, {"thin", false}});
    shelf_->changes["payment"].rbegin()->second.version = "evt_0";
    database_.exec("UPDATE navette.pulls SET cursor = 'null'");
    pull();
    EXPECT_THAT(told(), SizeIs(0)) << "one was pulled before, the other came by webhook";
}

TEST_F(PullTest, APersonsRequestIsAnsweredByARoundThatBeganAfterIt) {
    pull_first();
    database_.exec("UPDATE navette.pulls SET asked = 1");
    shelf_->during = [this] { database_.exec("UPDATE navette.pulls SET asked = 2"); };
    pull();
    EXPECT_EQ(state("asked, answered, next_at <= now()"), "2|1|t");
    shelf_->during = nullptr;
    turn();
    EXPECT_EQ(state("asked, answered, next_at > now()"), "2|2|t");
}

TEST_F(PullTest, ARoundThatBeganBeforeAPersonsRequestDoesNotAnswerIt) {
    settings_.page = 2;
    for (const auto* id : {"1", "2", "3"}) {
        edit(id, id);
    }
    turn();
    database_.exec("UPDATE navette.pulls SET asked = 1");
    int pages = 0;
    shelf_->during = [&] { wanted_ = ++pages < 2; };
    pull();
    EXPECT_EQ(state("cursor, began_for, answered"), R"({"after": 2}|1|0)");
    shelf_->during = nullptr;
    wanted_ = true;
    own();
    // Some platforms' cursors end where the round began: it goes on, and what changed since is the next
    // one's.
    database_.exec("UPDATE navette.pulls SET asked = 2");
    turn();
    EXPECT_EQ(state("asked, answered, next_at <= now(), began_for IS NULL"), "2|1|t|t");
    turn();
    EXPECT_EQ(state("asked, answered, next_at > now(), began_for IS NULL"), "2|2|t|t");
}

TEST_F(PullTest, ARoundThatIsReadFromTheStartAnswersWhatWasAskedBefore) {
    settings_.page = 1;
    edit("1", "a");
    edit("2", "b");
    turn();
    int pages = 0;
    shelf_->during = [&] { wanted_ = ++pages < 2; };
    pull();
    EXPECT_EQ(state("began_for"), "0");
    shelf_->during = nullptr;
    wanted_ = true;
    own();
    database_.exec("UPDATE navette.pulls SET asked = 1, is_full = false");
    shelf_->failures = {sdk::Outcome::rejected("no such cursor")};
    pull();
    pull();
    EXPECT_EQ(state("asked, answered, next_at > now()"), "1|1|t");
}

}  // namespace
}  // namespace navette::test
