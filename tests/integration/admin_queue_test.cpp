// navettectl's hands on the queue: retry and cancel.
#include "daemon/store/admin_queue.hpp"

#include "daemon/store/admin_logs.hpp"
#include "daemon/store/listener.hpp"
#include "tests/integration/schema_fixture.hpp"

#include <gmock/gmock.h>

#include <future>

namespace navette::store {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;
using test::must;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string failed_with(const std::string& reason, const std::string& outcome = "retry") {
    return "status = 'failed', failed_at = now(), attempts = 3, deaths = 2, outcome = '" + outcome +
           "', last_error = '" + reason + "'";
}

/// As Lane::wait_for_parent leaves it.
std::string child_of(const std::string& reason) {
    return failed_with(reason, "parent_failed");
}

class AdminQueueTest : public test::OwnedIntegrationTest {
  protected:
    std::string job(long id, const std::string& columns) {
        return database_.value(
            "SELECT concat_ws('|', " + columns + ") FROM navette.sync_queue WHERE id = " + std::to_string(id)
        );
    }

    std::vector<long> ids(const std::string& condition) {
        std::vector<long> found;
        for (const auto& row :
             database_.exec("SELECT id FROM navette.sync_queue WHERE " + condition + " ORDER BY id")) {
            found.push_back(row[0].as<long>());
        }
        return found;
    }

    void take_in_hand(long id) {
        database_.exec(
            "INSERT INTO navette.in_flight (integration_id, tenant_id, batch_id, epoch, job_ids) VALUES "
            "('int_1', "
            "'acme', 1, 1, '{" +
            std::to_string(id) + "}')"
        );
    }

    const std::string dead_letter_ = failed_with("timed out");
    AdminSession session_ = must(AdminSession::open(database_.url()));
};

TEST_F(AdminQueueTest, ADeadLetterBecomesADeferredJobWithAllItsAttempts) {
    const auto dead = add_job("1", dead_letter_);
    const auto revived = must(retry_jobs(session_, {dead}, std::nullopt, microseconds(0)));
    ASSERT_EQ(revived.size(), 1U);
    EXPECT_EQ(revived.front().at("jobs").as_int64(), 1);
    EXPECT_EQ(
        job(dead, "status, attempts, deaths, deferred, run_at <= now(), failed_at IS NULL"),
        "pending|0|0|t|t|t"
    );
}

TEST_F(AdminQueueTest, AFreshPendingJobStaysFreshAndOneInHandIsLeftAlone) {
    const auto fresh = add_job("1");
    const auto later = add_job("2", "run_at = now() + interval '1 hour', deferred = true, attempts = 1");
    const auto sent = add_job("3", "attempts = 1");
    take_in_hand(sent);
    must(retry_jobs(session_, {fresh, later, sent}, std::nullopt, microseconds(0)));
    EXPECT_EQ(job(fresh, "deferred"), "f");
    EXPECT_EQ(job(later, "deferred, attempts, run_at <= now()"), "t|1|t");
    EXPECT_THAT(must(retry_jobs(session_, {sent}, std::nullopt, microseconds(0))), IsEmpty());
    EXPECT_THAT(must(retry_jobs(session_, {fresh}, "other", microseconds(0))), IsEmpty())
        << "another tenant's";
}

TEST_F(AdminQueueTest, ARateSpreadsWhatIsReplayed) {
    for (const std::string id : {"1", "2", "3"}) {
        add_job(id, dead_letter_);
    }
    const auto revived = must(retry_dead_letters(session_, {}, seconds(60)));
    EXPECT_EQ(revived.front().at("jobs").as_int64(), 3);
    EXPECT_EQ(
        database_.value("SELECT string_agg(round(extract(epoch FROM run_at - first))::text, ' ' ORDER BY id) "
                        "FROM (SELECT "
                        "id, run_at, min(run_at) OVER () AS first FROM navette.sync_queue) q"),
        "0 60 120"
    );
    EXPECT_EQ(
        text_of(revived.front(), "until"),
        database_.value("SELECT navette.iso(max(run_at)) FROM navette.sync_queue")
    );
    EXPECT_EQ(ids("deferred AND status = 'pending'").size(), 3U);
}

TEST_F(AdminQueueTest, FiltersChooseWhatIsReplayed) {
    add_job("1", failed_with("bad vat", "rejected"));
    const auto old = add_job("2", dead_letter_);
    database_.exec(
        "UPDATE navette.sync_queue SET failed_at = now() - interval '2 days' WHERE id = " +
        std::to_string(old)
    );
    const auto wanted = add_job("3", dead_letter_);
    add_job("4", dead_letter_);
    add_job("4");  // newer state of the same record
    add_job("5", dead_letter_ + ", event_type = 'other.changed'");
    JobFilter filter;
    filter.integration = "int_1";
    filter.event = "item.*";
    filter.outcome = "retry";
    filter.error = "Timed OUT";
    filter.since = database_.value("SELECT navette.iso(now() - interval '1 day')");
    EXPECT_EQ(must(list_queue(session_, filter, 0, 10)).size(), 2U) << "the superseded one is listed";
    must(retry_dead_letters(session_, filter, microseconds(0)));
    EXPECT_THAT(ids("status = 'pending' AND entity_id <> '4'"), ElementsAre(wanted));
    filter = {};
    filter.until = database_.value("SELECT navette.iso(now() - interval '1 day')");
    must(retry_dead_letters(session_, filter, microseconds(0)));
    EXPECT_EQ(ids("status = 'pending' AND entity_id = '2'").size(), 1U);
}

TEST_F(AdminQueueTest, AReplayedParentBringsTheChildrenThatFailedForIt) {
    const auto parent = add_job("42", dead_letter_, "customer");
    const auto child = add_job("7", child_of("its customer 42 could not be sent: timed out"), "order");
    const auto grandchild = add_job(
        "8", child_of("its order 7 could not be sent: its customer 42 could not be sent: timed out"), "note"
    );
    const auto stranger = add_job("9", child_of("its customer 43 could not be sent: timed out"), "order");
    must(retry_jobs(session_, {parent}, std::nullopt, microseconds(0)));
    EXPECT_THAT(ids("status = 'pending'"), ElementsAre(parent, child, grandchild));
    EXPECT_THAT(ids("status = 'failed'"), ElementsAre(stranger));
}

TEST_F(AdminQueueTest, ACancelledJobLeavesAFinalRowAndReleasesWhatWaitedForIt) {
    const auto parent = add_job("42", "attempts = 1, last_error = 'timed out'", "customer");
    const auto child = add_job(
        "7", "waits_for = 'customer:42', deferred = true, run_at = now() + interval '1 hour'", "order"
    );
    const auto sent = add_job("9");
    take_in_hand(sent);
    const auto removed = must(cancel_jobs(session_, {parent, sent}, std::nullopt));
    ASSERT_EQ(removed.size(), 1U);
    EXPECT_EQ(removed.front().at("id").as_int64(), parent);
    EXPECT_THAT(ids("true"), ElementsAre(child, sent));
    EXPECT_EQ(job(child, "waits_for IS NULL, deferred, run_at <= now()"), "t|t|t");
    const auto logs = must(job_logs(session_, parent, std::nullopt, std::nullopt));
    ASSERT_EQ(logs.size(), 1U);
    EXPECT_EQ(text_of(logs.front(), "status"), "cancelled");
    EXPECT_TRUE(logs.front().at("final").as_bool());
    EXPECT_EQ(text_of(logs.front(), "error_message"), "cancelled after: timed out");
}

TEST_F(AdminQueueTest, AChildStaysWhereAnotherJobOfItsParentWillReleaseIt) {
    const auto first = add_job("42", {}, "customer");
    add_job("42", {}, "customer");
    const auto child = add_job("7", "waits_for = 'customer:42'", "order");
    must(cancel_jobs(session_, {first}, std::nullopt));
    EXPECT_EQ(job(child, "waits_for"), "customer:42");
}

TEST_F(AdminQueueTest, CancellingWaitsForABatchThatIsJustBeingStarted) {
    const auto id = add_job("1");
    pqxx::connection node(database_.url());
    pqxx::work starting(node);
    starting.exec("SELECT FROM navette.leases WHERE integration_id = 'int_1' FOR KEY SHARE");
    auto cancelling =
        std::async(std::launch::async, [&] { return cancel_jobs(session_, {id}, std::nullopt); });
    database_.await_number(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = "
        "'Lock'",
        1
    );
    starting.exec(
        "INSERT INTO navette.in_flight (integration_id, tenant_id, batch_id, epoch, job_ids) VALUES "
        "('int_1', 'acme', 1, "
        "1, '{" +
        std::to_string(id) + "}')"
    );
    starting.commit();
    EXPECT_THAT(must(cancelling.get()), IsEmpty());
    EXPECT_THAT(ids("true"), ElementsAre(id));
}

TEST_F(AdminQueueTest, AFilterCancelsAllThatFitsButWhatIsInHand) {
    add_job("1");
    const auto sent = add_job("2");
    take_in_hand(sent);
    const auto dead = add_job("3", dead_letter_);
    const auto other = add_job("4", {}, "note");
    JobFilter filter;
    filter.tenant = "acme";
    filter.event = "item.changed";
    filter.status = "pending";
    EXPECT_EQ(must(cancel_all(session_, filter)), 1);
    EXPECT_THAT(ids("true"), ElementsAre(sent, dead, other));
}

TEST_F(AdminQueueTest, EachChangeTellsTheOwnerToLookAgain) {
    const auto dead = add_job("1", dead_letter_);
    const auto pending = add_job("2");
    auto listener = must(run(Listener::open(context_.get_executor(), database_.url(), "navette_wake", "")));
    must(retry_jobs(session_, {dead}, std::nullopt, microseconds(0)));
    must(cancel_jobs(session_, {pending}, std::nullopt));
    database_.exec("NOTIFY navette_wake, 'end of test'");
    std::vector<std::string> heard;
    while (heard.empty() || heard.back() != "end of test") {
        for (auto& payload : must(run(listener->next()))) {
            heard.push_back(std::move(payload));
        }
    }
    EXPECT_THAT(heard, ElementsAre("recheck:int_1", "recheck:int_1", "end of test"));
}

TEST_F(AdminQueueTest, TheNewestAttemptsAreFoundHoweverOldTheyAre) {
    for (const std::string age : {"100 days", "5 days", "3 hours", "30 minutes", "2 minutes", "0 s"}) {
        database_.exec(
            "INSERT INTO navette.sync_logs (tenant_id, integration_id, job_id, direction, event_type, "
            "entity_type, "
            "entity_id, status, final, attempt, started_at, duration_ms, created_at) VALUES ('acme', "
            "'int_1', 1, "
            "'to_platform', 'e', 'item', '1', 'done', true, 1, now(), 0, now() - interval '" +
            age + "')"
        );
    }
    const auto newest = must(newest_log(session_));
    EXPECT_EQ(newest, 6);
    const auto found = [&](const LogFilter& filter, int limit) {
        std::vector<long> shown;
        for (const auto& log : must(recent_logs(session_, filter, newest, limit))) {
            shown.push_back(log.at("id").as_int64());
        }
        return shown;
    };
    EXPECT_THAT(found({}, 50), ElementsAre(1, 2, 3, 4, 5, 6));
    EXPECT_THAT(found({}, 3), ElementsAre(4, 5, 6));
    LogFilter filter;
    filter.since = database_.value("SELECT navette.iso(now() - interval '4 hours')");
    EXPECT_THAT(found(filter, 50), ElementsAre(3, 4, 5, 6));
    EXPECT_EQ(must(job_logs(session_, 1, std::nullopt, filter.since)).size(), 4U);
}

}  // namespace
}  // namespace navette::store
