#include "daemon/store/queue_upkeep.hpp"
#include "tests/integration/page_fixture.hpp"

#include <gmock/gmock.h>

namespace navette::store {
namespace {

using test::kNode;
using test::kOtherNode;
using test::must;

class QueueCompletionTest : public test::PageTest {};

TEST_F(QueueCompletionTest, AFinishedJobLeavesTheQueueWithOneLogRowAndItsLink) {
    const auto id = add_job("a", "data = '{\"n\": 1}', external_id = 'ours_1'");
    auto done = completion(id, Verdict::finish);
    done.attempts = 2;
    done.linked = true;
    done.remote_id = "r1";
    done.remote_version = "v1";
    done.pushed_hash = "hash";
    done.snapshot = R"({"name":"x"})";
    done.remarks = {"one", "two"};
    done.request = R"({"method":"POST"})";
    done.response = R"({"status":200})";
    done.duration = std::chrono::milliseconds(17);
    complete_one(done);
    EXPECT_EQ(count("sync_queue"), 0);
    EXPECT_EQ(
        logged("tenant_id, integration_id, job_id, direction, event_type, entity_type, entity_id, object, "
               "remote_id, status, final, attempt, remarks, request, response, duration_ms, external_id"),
        "acme|int_1|" + std::to_string(id) +
            R"(|to_platform|item.changed|item|a|item|r1|done|t|2|{one,two}|{"method": "POST"}|{"status": 200}|17|ours_1)"
    );
    EXPECT_EQ(
        link("tenant_id, integration_id, object, entity_id, remote_id, remote_version, pushed_hash, snapshot"
        ),
        R"(acme|int_1|item|a|r1|v1|hash|{"name": "x"})"
    );
    EXPECT_EQ(link("local_hash"), database_.value("SELECT md5('{\"n\": 1}'::jsonb::text)"));
}

TEST_F(QueueCompletionTest, AFurtherSuccessUpdatesTheLink) {
    auto first = completion(add_job("a"), Verdict::finish);
    first.linked = true;
    first.remote_id = "r1";
    complete_one(first);
    auto second = completion(add_job("a"), Verdict::finish);
    second.linked = true;
    second.remote_id = "r1";
    second.pushed_hash = "new";
    complete_one(second);
    EXPECT_EQ(link("remote_id, pushed_hash"), "r1|new");
    EXPECT_EQ(count("record_links"), 1);
    EXPECT_EQ(count("sync_logs"), 2);
}

TEST_F(QueueCompletionTest, AnUnlinkingSuccessRemovesThatRecordsLinkAlone) {
    std::vector<Completion> both;
    for (const std::string record : {"a", "b"}) {
        auto done = completion(add_job(record), Verdict::finish);
        done.linked = true;
        done.remote_id = "r_" + record;
        both.push_back(done);
    }
    complete(both);
    ASSERT_EQ(count("record_links"), 2);
    auto removed = completion(add_job("a"), Verdict::finish);
    removed.unlinked = true;
    complete_one(removed);
    EXPECT_EQ(count("record_links"), 1);
    EXPECT_EQ(link("entity_id"), "b");
}

TEST_F(QueueCompletionTest, ARecordThatIsGoneOnThePlatformLosesItsLinkAlthoughItsJobFailed) {
    auto sent = completion(add_job("a"), Verdict::finish);
    sent.linked = true;
    sent.remote_id = "r1";
    complete_one(sent);
    auto gone = completion(add_job("a"), Verdict::fail, "gone");
    gone.unlinked = true;
    complete_one(gone);
    EXPECT_EQ(count("record_links"), 0);
}

TEST_F(QueueCompletionTest, ABatchThatLeavesNothingButItsLogRowsIsWrittenAsOne) {
    // Many share a statement of their own, few go with the others: the effect is the same.
    for (const int size : {3, 40}) {
        Finished batch;
        batch.key = key_;
        batch.epoch = 1;
        batch.object = "item";
        batch.outcome = "done";
        batch.started_at = std::chrono::system_clock::now();
        batch.duration = std::chrono::milliseconds(7);
        for (int n = 0; n < size; ++n) {
            batch.job_ids.push_back(add_job("r" + std::to_string(n), "external_id = 'x'"));
        }
        auto stale = batch;
        stale.epoch = 2;
        JournalPage page;
        page.finished.push_back(stale);
        must(write(page));
        EXPECT_EQ(count("sync_queue"), size) << "a former owner's batch changes nothing";
        page.finished.front() = batch;
        must(write(page));
        must(write(page));
        EXPECT_EQ(count("sync_queue"), 0);
        EXPECT_EQ(
            database_.value("SELECT concat_ws('|', count(*), count(DISTINCT job_id), min(object), "
                            "min(status), bool_and(final), "
                            "max(attempt), max(duration_ms), max(external_id), count(error_message)) FROM "
                            "navette.sync_logs"),
            std::to_string(size) + "|" + std::to_string(size) + "|item|done|t|1|7|x|0"
        );
        database_.exec("TRUNCATE navette.sync_logs");
    }
}

TEST_F(QueueCompletionTest, AMergedJobKeepsItsPlaceAndCarriesTheMergedData) {
    const auto id = add_job("a", "data = '{\"x\": 1}'");
    auto merged = completion(id, Verdict::merge);
    merged.data = R"({"x": 2, "y": 3})";
    merged.logged = false;
    merged.maybe_applied = true;
    complete_one(merged);
    EXPECT_EQ(
        job(id, "status, deferred, attempts, maybe_applied, data"), R"(pending|f|0|t|{"x": 2, "y": 3})"
    );
    EXPECT_EQ(count("sync_logs"), 0);
}

TEST_F(QueueCompletionTest, ARetriedJobStaysPendingAndIsDueLater) {
    const auto id = add_job("a");
    auto again = completion(id, Verdict::retry, "retry");
    again.message = "deadlock";
    again.run_after = std::chrono::minutes(10);
    again.maybe_applied = true;
    again.request = R"({"method":"POST"})";
    again.linked = true;
    again.remote_id = "r1";
    complete_one(again);
    EXPECT_EQ(
        job(id,
            "status, attempts, outcome, last_error, maybe_applied, last_request, "
            "run_at BETWEEN now() + interval '9 minutes' AND now() + interval '10 minutes'"),
        R"(pending|1|retry|deadlock|t|{"method": "POST"}|t)"
    );
    EXPECT_EQ(logged("status, final, attempt, error_message"), "retry|f|1|deadlock");
    EXPECT_EQ(count("record_links"), 0) << "only a finished job links";
}

TEST_F(QueueCompletionTest, AFailedJobBecomesADeadLetterWithItsEvidence) {
    const auto id = add_job("a");
    auto failed = completion(id, Verdict::fail, "rejected");
    failed.message = "name is too long";
    failed.field = "name";
    failed.response = R"({"status":400})";
    complete_one(failed);
    EXPECT_EQ(
        job(id, "status, attempts, outcome, last_error, last_response, failed_at IS NOT NULL"),
        R"(failed|1|rejected|name is too long|{"status": 400}|t)"
    );
    EXPECT_EQ(logged("status, final, error_message, error_field"), "rejected|t|name is too long|name");
}

TEST_F(QueueCompletionTest, ALaterAttemptWithoutEvidenceKeepsTheEarlierOnes) {
    const auto id = add_job("a");
    auto first = completion(id, Verdict::retry, "retry");
    first.request = R"({"method":"POST"})";
    complete_one(first);
    complete_one(completion(id, Verdict::fail, "unavailable"));
    EXPECT_EQ(job(id, "last_request"), R"({"method": "POST"})");
}

TEST_F(QueueCompletionTest, WhatWasNoAttemptIsNotLogged) {
    const auto id = add_job("a");
    auto wait = completion(id, Verdict::retry, "retry");
    wait.logged = false;
    wait.attempts = 0;
    complete_one(wait);
    EXPECT_EQ(count("sync_logs"), 0);
    EXPECT_EQ(job(id, "attempts"), "0");
}

TEST_F(QueueCompletionTest, AFormerOwnersCompletionChangesAndLogsNothing) {
    const auto id = add_job("a");
    const auto before = job(id, "q::text");
    let_expire(kNode);
    take_over(kOtherNode, "b");
    for (const auto verdict : {Verdict::finish, Verdict::retry, Verdict::fail, Verdict::park}) {
        auto stale = completion(id, verdict, "retry");
        stale.linked = true;
        stale.remote_id = "r1";
        stale.parent = Parent{"customer", "7", "{}"};
        complete_one(stale);
    }
    auto impostor = completion(id, Verdict::finish);
    impostor.epoch = 2;
    complete_one(impostor);
    EXPECT_EQ(job(id, "q::text"), before);
    EXPECT_EQ(count("sync_queue"), 1);
    EXPECT_EQ(count("sync_logs"), 0);
    EXPECT_EQ(count("record_links"), 0);
    auto valid = completion(id, Verdict::finish);
    valid.epoch = 2;
    complete({valid}, kOtherNode);
    EXPECT_EQ(count("sync_queue"), 0);
    EXPECT_EQ(count("sync_logs"), 1);
}

TEST_F(QueueCompletionTest, ACompletionWrittenTwiceActsOnce) {
    const auto finished = add_job("a");
    const auto failed = add_job("b");
    std::vector<Completion> page;
    page.push_back(completion(finished, Verdict::finish));
    page.front().linked = true;
    page.front().remote_id = "r1";
    page.push_back(completion(failed, Verdict::fail, "rejected"));
    complete(page);
    const auto links = link("l::text");
    const auto dead_letter = job(failed, "q::text");
    complete(page);
    EXPECT_EQ(
        logged("job_id, status"), std::to_string(finished) + "|done / " + std::to_string(failed) + "|rejected"
    );
    EXPECT_EQ(link("l::text"), links);
    EXPECT_EQ(job(failed, "q::text"), dead_letter);
}

TEST_F(QueueCompletionTest, APageWithTextThatPostgresqlRefusesIsRefusedAsAWhole) {
    for (const auto& text : {std::string("nul \0 inside", 12), std::string("latin1 \xE9t\xE9")}) {
        const auto good = add_job("good");
        const auto bad = add_job("bad");
        JournalPage page;
        page.completions.push_back(completion(good, Verdict::finish));
        page.completions.push_back(completion(bad, Verdict::fail, "rejected"));
        page.completions.back().message = text;
        const auto refused = write(page);
        ASSERT_FALSE(refused.has_value());
        EXPECT_EQ(refused.error().kind, core::ErrorKind::invalid);
        EXPECT_EQ(job(good, "status"), "pending");
        EXPECT_EQ(count("sync_logs"), 0);
    }
}

TEST_F(QueueCompletionTest, APageOfHundredsIsOneTransactionInWhichTheLaterJobOfARecordWins) {
    database_.exec(
        "INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id) "
        "SELECT 'acme', 'int_1', 'item.changed', 'item', 'r' || n % 200 FROM generate_series(1, 400) n ORDER "
        "BY n"
    );
    std::vector<Completion> page;
    for (const auto& row : database_.exec("SELECT id FROM navette.sync_queue ORDER BY id")) {
        page.push_back(completion(row[0].as<long>(), Verdict::finish));
        page.back().linked = true;
        page.back().remote_id = page.size() <= 200 ? "early" : "late";
    }
    complete(std::move(page));
    EXPECT_EQ(count("sync_queue"), 0);
    EXPECT_EQ(count("sync_logs"), 400);
    EXPECT_EQ(database_.number("SELECT count(DISTINCT xmin::text) FROM navette.sync_logs"), 1);
    EXPECT_EQ(
        database_.value("SELECT string_agg(DISTINCT remote_id, ',') || count(*) FROM navette.record_links"),
        "late200"
    );
}

class DeadLetterTest : public test::PageTest {
  protected:
    std::string revived() {
        return database_.value(
            "SELECT coalesce(string_agg(entity_id, ',' ORDER BY entity_id), '') FROM navette.sync_queue "
            "WHERE status = 'pending'"
        );
    }

    long dead(const std::string& record, const std::string& outcome) {
        return add_job(
            record, "status = 'failed', failed_at = now(), attempts = 4, outcome = '" + outcome + "'"
        );
    }
};

TEST_F(DeadLetterTest, OnlyThoseOfAPassingCauseAreRevived) {
    for (const std::string outcome :
         {"retry", "unavailable", "throttled", "rejected", "gone", "conflict", "needs_reauth", "misconfigured"
         }) {
        dead(outcome, outcome);
    }
    EXPECT_EQ(must(run(revive_dead_letters(connection(), kNode))), 3);
    EXPECT_EQ(revived(), "retry,throttled,unavailable");
    EXPECT_EQ(
        database_.number(
            "SELECT count(*) FROM navette.sync_queue WHERE status = 'pending' AND attempts = 0 AND "
            "failed_at IS NULL AND run_at <= now()"
        ),
        3
    );
}

TEST_F(DeadLetterTest, OneThatANewerJobOfItsRecordWillReplaceStaysDead) {
    dead("a", "retry");
    add_job("a");
    dead("b", "retry");
    EXPECT_EQ(must(run(revive_dead_letters(connection(), kNode))), 1);
    EXPECT_EQ(revived(), "a,b");
}

TEST_F(DeadLetterTest, OnlyTheOwnerRevives) {
    dead("a", "retry");
    EXPECT_EQ(must(run(revive_dead_letters(connection(), kOtherNode))), 0);
    EXPECT_EQ(revived(), "");
}

TEST_F(DeadLetterTest, OneThatIsOlderThanAWeekIsLeftToAPerson) {
    dead("a", "retry");
    dead("b", "retry");
    database_.exec(
        "UPDATE navette.sync_queue SET created_at = now() - interval '8 days' WHERE entity_id = 'b'"
    );
    EXPECT_EQ(must(run(revive_dead_letters(connection(), kNode))), 1);
    EXPECT_EQ(revived(), "a");
}

}  // namespace
}  // namespace navette::store
