// A queue that grew faster than statistics followed: what is written reads the rows that it is about, not the
// queue. Plans are made while it is empty, or large and never analysed, and kept.
#include "daemon/store/express_start.hpp"
#include "daemon/store/hub.hpp"
#include "daemon/store/queue_reading.hpp"
#include "daemon/store/set_up.hpp"
#include "tests/integration/page_fixture.hpp"

#include <functional>
#include <numeric>

namespace navette::test {
namespace {

using store::Verdict;

constexpr long kQueue = 60'000;
constexpr long kJobs = 100;  // of one write
// Index entries and rows for each of them; a scan of the queue makes 600.
constexpr long kReadForEach = 20;

class QueueGrowth : public PageTest, public ::testing::WithParamInterface<bool> {
  protected:
    QueueGrowth() {
        database_.exec("ALTER TABLE navette.sync_queue SET (autovacuum_enabled = off)");
        must(run(connection().run(store::kHotPath, {})));
        if (!GetParam()) {
            fill();
        }
    }

    void fill() {
        database_.exec(
            "INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id) "
            "SELECT 'acme', 'int_1', 'item.changed', 'item', n::text FROM generate_series(1, " +
            std::to_string(kQueue) + ") n"
        );
        first_ = database_.number("SELECT min(id) FROM navette.sync_queue");
    }

    /// Ids of the queue's jobs that were not used yet.
    std::vector<std::int64_t> some_jobs() {
        std::vector<std::int64_t> jobs(kJobs);
        std::iota(jobs.begin(), jobs.end(), first_ + used_);
        used_ += kJobs;
        return jobs;
    }

    long rows_read() {
        // The store's connection tells what it read when it is idle.
        must(run(connection().run("SELECT pg_stat_force_next_flush()", {})));
        must(run(connection().run("SELECT 1", {})));
        return database_.number(
            "SELECT (SELECT sum(seq_tup_read) FROM pg_stat_user_tables WHERE relname = 'sync_queue') + "
            "(SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relname = 'sync_queue')"
        );
    }

    /// Does it a few times, then once more in the full queue.
    void expect_little_read(const std::function<void()>& work) {
        constexpr int kUntilPlansAreKept = 7;
        for (int time = 0; time < kUntilPlansAreKept; ++time) {
            work();
        }
        if (GetParam()) {
            fill();
        }
        const auto before = rows_read();
        work();
        EXPECT_LT(rows_read() - before, kJobs * kReadForEach);
    }

    void expect_little_read_by(const std::function<void(store::Completion&)>& shape) {
        expect_little_read([&] {
            std::vector<store::Completion> all;
            for (const auto job : some_jobs()) {
                shape(all.emplace_back(completion(job, Verdict::finish)));
            }
            complete(std::move(all));
        });
    }

    long first_ = 1;
    long used_ = 0;
};

TEST_P(QueueGrowth, ALookAtTheLeasesReadsNothingOfIt) {
    expect_little_read([&] { acquire(kNode); });
}

TEST_P(QueueGrowth, AnHeirReadsWhatTheDeadHadInHand) {
    std::string owner = kNode;
    int epoch = 0;
    expect_little_read([&] {
        store::JournalPage page;
        page.starts.push_back(start(some_jobs()));
        page.starts.front().epoch = ++epoch;
        must(write(page, owner));
        let_expire(owner);
        owner = "33333333-3333-4333-8333-33333333333" + std::to_string(epoch);
        take_over(owner, "heir " + std::to_string(epoch));
    });
    EXPECT_GE(database_.number("SELECT count(*) FROM navette.sync_queue WHERE maybe_applied"), kJobs);
}

TEST_P(QueueGrowth, AStartThatLooksAgainReadsItsJobs) {
    int batch = 0;
    expect_little_read([&] {
        store::JournalPage page;
        page.starts.push_back(start(some_jobs(), ++batch));
        page.starts.front().recheck = true;
        must(write(page));
    });
}

TEST_P(QueueGrowth, JobsThatAreDoneAreReadAlone) {
    expect_little_read_by([](store::Completion& done) {
        done.awaited_as = {"item:" + std::to_string(done.job_id)};  // by nobody: who waited is looked for
    });
    EXPECT_GT(database_.number("SELECT count(*) FROM navette.sync_logs"), 0);
}

TEST_P(QueueGrowth, JobsThatAreTriedAgainAreReadAlone) {
    expect_little_read_by([](store::Completion& done) { done.verdict = Verdict::retry; });
    EXPECT_GE(database_.number("SELECT count(*) FROM navette.sync_queue WHERE attempts = 1"), kJobs);
}

TEST_P(QueueGrowth, DeadLettersAreReadAlone) {
    expect_little_read_by([](store::Completion& done) { done.verdict = Verdict::fail; });
    EXPECT_GE(database_.number("SELECT count(*) FROM navette.sync_queue WHERE status = 'failed'"), kJobs);
}

TEST_P(QueueGrowth, MergedJobsAreReadAlone) {
    expect_little_read_by([](store::Completion& done) {
        done.verdict = Verdict::merge;
        done.data = R"({"merged":true})";
        done.logged = false;
    });
    EXPECT_GE(database_.number("SELECT count(*) FROM navette.sync_queue WHERE data ? 'merged'"), kJobs);
}

TEST_P(QueueGrowth, JobsThatWaitForAParentAreReadAlone) {
    expect_little_read_by([](store::Completion& done) {
        done.verdict = Verdict::park;
        done.parent = store::Parent{"item", "1", R"({"n":1})"};
        done.logged = false;
    });
    EXPECT_GE(database_.number("SELECT count(*) FROM navette.sync_queue WHERE deferred"), kJobs);
}

TEST_P(QueueGrowth, ABatchOfPlainResultsIsReadAlone) {
    expect_little_read([&] {
        store::Finished batch;
        batch.key = key_;
        batch.epoch = 1;
        batch.object = "item";
        batch.outcome = "done";
        batch.started_at = std::chrono::system_clock::now();
        batch.job_ids = some_jobs();
        batch.places.resize(batch.job_ids.size());
        store::JournalPage page;
        page.finished.push_back(std::move(batch));
        must(write(page));
    });
}

TEST_P(QueueGrowth, AReadReadsWhatItIsToBring) {
    add_job("1", "deferred = true, run_at = now()");  // so that older jobs of each record are looked for
    expect_little_read([&] {
        store::QueueQuestion question;
        question.key = key_;
        question.classes = {{5, 0}};
        question.limit = static_cast<int>(kJobs);
        must(run(store::read_queue(connection(), std::move(question))));
    });
}

TEST_P(QueueGrowth, TheDataOfSomeJobsAreReadAlone) {
    expect_little_read([&] { must(run(store::read_data(connection(), key_, some_jobs()))); });
}

TEST_P(QueueGrowth, ALookForASingleJobReadsTwo) {
    expect_little_read([&] {
        store::ExpressQuestion question;
        question.key = key_;
        question.node_id = kNode;
        question.epoch = 1;
        question.batch_id = 1;
        question.from = {5, 0};
        must(run(store::start_single(connection(), std::move(question))));
    });
}

TEST_P(QueueGrowth, TheJobsOfSomeRecordsAreReadAlone) {
    expect_little_read([&] {
        std::vector<store::RecordPlace> records;
        std::vector<store::RecordName> names;
        for (const auto job : some_jobs()) {
            records.push_back({"item", std::to_string(job - first_ + 1), 0});
            names.emplace_back("item", records.back().entity_id);
        }
        must(run(store::read_records(connection(), key_, std::move(records), 4)));
        must(run(store::look_up_records(connection(), key_, std::move(names))));
    });
}

TEST_P(QueueGrowth, TheHubRecordsOfSomeJobsAreReadByThem) {
    expect_little_read([&] {
        std::vector<store::HubName> names;
        for (const auto job : some_jobs()) {
            names.push_back({"item", "item", std::to_string(job - first_ + 1), job});
        }
        must(run(store::load_hubs(connection(), key_, std::move(names))));
    });
}

TEST_P(QueueGrowth, WhatIsKnownOfSomeRemoteRecordsIsReadByTheirJobs) {
    expect_little_read([&] {
        std::vector<store::RemoteName> names;
        for (const auto job : some_jobs()) {
            store::RemoteName name;
            name.object = "item";
            name.entity_types = {"item"};
            name.remote_id = "r" + std::to_string(job);
            name.job_id = job;
            names.push_back(std::move(name));
        }
        must(run(store::load_remotes(connection(), key_, std::move(names))));
    });
}

INSTANTIATE_TEST_SUITE_P(Plans, QueueGrowth, ::testing::Bool(), [](const auto& info) {
    return info.param ? "OfTheEmptyQueue" : "OfTheFullOne";
});

}  // namespace
}  // namespace navette::test
