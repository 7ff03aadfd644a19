#include "daemon/engine/journal.hpp"

#include "daemon/core/log.hpp"
#include "daemon/engine/evidence.hpp"
#include "tests/integration/page_fixture.hpp"

#include <boost/asio/co_spawn.hpp>
#include <gmock/gmock.h>

#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace navette::engine {
namespace {

namespace asio = boost::asio;
using test::kNode;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class JournalTest : public test::PageTest {
  protected:
    JournalTest() {
        journal_.act_as(kNode);
        add_writer(journal_, journal_database_);
    }

    ~JournalTest() override {
        journal_.stop();
        test::run_until(context_, [this] { return writers_ == 0; });
        journal_database_.close();
        second_database_.close();
        context_.restart();
        context_.poll();
    }

    void add_writer(Journal& journal, Database& database) {
        ++writers_;
        asio::co_spawn(context_, journal.run(database), [this](std::exception_ptr) { --writers_; });
    }

    /// A batch of jobs that leave nothing but log rows.
    store::Finished plain_batch(std::size_t jobs, const std::string& name) {
        database_.exec(
            "INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id) "
            "SELECT 'acme', 'int_1', 'item.changed', 'item', '" +
            name + "' || n FROM generate_series(1, " + std::to_string(jobs) + ") n"
        );
        store::Finished made;
        made.key = key_;
        made.epoch = 1;
        made.object = "item";
        made.outcome = "done";
        pqxx::connection reader(database_.url());
        for (const auto& row : pqxx::nontransaction(reader).exec(
                 "SELECT id FROM navette.sync_queue WHERE entity_id LIKE '" + name + "%' ORDER BY id"
             )) {
            made.job_ids.push_back(row[0].as<std::int64_t>());
            made.places.emplace_back();
        }
        return made;
    }

    asio::awaitable<bool> finish(long job) {
        std::vector<store::Completion> one;
        one.push_back(completion(job, store::Verdict::finish));
        co_return co_await journal_.complete(std::move(one), {}, {});
    }

    asio::awaitable<bool> write(store::Completion done) {
        std::vector<store::Completion> one;
        one.push_back(std::move(done));
        co_return co_await journal_.complete(std::move(one), {}, {});
    }

    /// Whether the start was granted to all of its jobs.
    asio::awaitable<bool> begin(store::Start wanted) {
        const auto jobs = wanted.job_ids;
        co_return co_await journal_.start(std::move(wanted)) == jobs;
    }

    asio::awaitable<bool> stop() {
        journal_.stop();
        co_return true;
    }

    asio::awaitable<bool> finish_a_tick_later(long first, long second) {
        asio::steady_timer next_tick(context_, std::chrono::milliseconds(0));
        co_await next_tick.async_wait(asio::use_awaitable);
        std::vector<store::Completion> both;
        both.push_back(completion(first, store::Verdict::finish));
        both.push_back(completion(second, store::Verdict::finish));
        co_return co_await journal_.complete(std::move(both), {}, {});
    }

    asio::awaitable<bool> mend_after_a_refusal() {
        asio::steady_timer pause(context_, std::chrono::milliseconds(300));
        co_await pause.async_wait(asio::use_awaitable);
        EXPECT_EQ(journal_.pages(), 0U);
        make_writable();
        co_return true;
    }

    /// For connections that are opened from now on.
    void make_read_only() { database_.exec(read_only("on")); }

    void make_writable() {
        {
            pqxx::connection writer(database_.url() + " options='-c default_transaction_read_only=off'");
            pqxx::nontransaction(writer).exec(read_only("off"));
        }
        break_connections();
    }

    /// Ends every connection of the daemon's code to this database.
    void break_connections() {
        pqxx::connection other(database_.url() + " options='-c default_transaction_read_only=off'");
        pqxx::nontransaction(other).exec(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() "
            "AND "
            "application_name = 'navette'"
        );
    }

    std::string read_only(const std::string& value) {
        return "ALTER DATABASE " + database_.value("SELECT current_database()") +
               " SET default_transaction_read_only = " + value;
    }

    Database journal_database_{context_.get_executor(), database_.url()};
    Database second_database_{context_.get_executor(), database_.url()};
    Journal journal_{context_.get_executor()};
    int writers_ = 0;
};

/// A job's row that another session holds: whoever writes the job waits for it.
class HeldRow {
  public:
    HeldRow(const std::string& url, long job) : session_(url), holding_(session_) {
        holding_.exec_params("SELECT FROM navette.sync_queue WHERE id = $1 FOR UPDATE", job);
    }

    [[nodiscard]] bool is_waited_for() {
        return holding_
            .exec1(
                "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY "
                "(pg_blocking_pids(pid)))"
            )[0]
            .as<bool>();
    }

    /// Returns the database's time just before.
    std::string give_up() {
        auto time = holding_.exec1("SELECT clock_timestamp()::text")[0].as<std::string>();
        holding_.commit();
        return time;
    }

  private:
    pqxx::connection session_;
    pqxx::work holding_;
};

class TwoWritersTest : public JournalTest {
  protected:
    TwoWritersTest() { add_writer(journal_, second_database_); }

    /// Says it to the journal; true stands in `written` once it is durable.
    void say(Journal& journal, store::Finished batch, bool& written, std::vector<store::Ended> ended = {}) {
        std::vector<store::Finished> one;
        one.push_back(std::move(batch));
        asio::co_spawn(
            context_,
            journal.complete({}, std::move(one), std::move(ended)),
            [&written](std::exception_ptr, bool ok) { written = ok; }
        );
    }

    /// Gives what would not wait the time to be written.
    void let_time_pass() {
        asio::steady_timer pause(context_, std::chrono::milliseconds(100));
        bool over = false;
        pause.async_wait([&](boost::system::error_code) { over = true; });
        test::run_until(context_, [&] { return over; });
    }

    void await_waiting(HeldRow& row) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (!row.is_waited_for()) {
            ASSERT_LT(std::chrono::steady_clock::now(), deadline) << "nobody waits for the row";
            let_time_pass();
        }
    }

    /// A page is under way until row_ is given up.
    void hold_a_page() {
        const auto held = add_job("held");
        row_.emplace(database_.url(), held);
        asio::co_spawn(context_, finish(held), [this](std::exception_ptr, bool ok) { held_written_ = ok; });
        await_waiting(*row_);
    }

    /// Of the log rows of the records with this name, whether all were written after `time` or all before.
    std::string logged_since(const std::string& time, const std::string& name) {
        return database_.value(
            "SELECT string_agg(DISTINCT CASE WHEN created_at > '" + time +
            "' THEN 'after' ELSE 'before' END, ' and ') FROM navette.sync_logs WHERE entity_id LIKE '" +
            name + "%'"
        );
    }

    std::optional<HeldRow> row_;
    bool held_written_ = false;
};

TEST_F(TwoWritersTest, ALargePageOfPlainResultsDoesNotWaitForTheCommitUnderWayASmallOneDoes) {
    hold_a_page();
    bool large_written = false;
    bool small_written = false;
    say(journal_, plain_batch(Journal::kLargePage, "large"), large_written);
    test::run_until(context_, [&] { return large_written; });
    EXPECT_FALSE(held_written_);
    say(journal_, plain_batch(Journal::kLargePage - 1, "small"), small_written);
    let_time_pass();
    const auto given_up = row_->give_up();
    test::run_until(context_, [&] { return held_written_ && small_written; });
    EXPECT_EQ(logged_since(given_up, "large"), "before");
    EXPECT_EQ(logged_since(given_up, "small"), "after");
    EXPECT_EQ(count("sync_queue"), 0);
}

TEST_F(TwoWritersTest, WhatTouchesMoreThanItsJobsWaitsForTheCommitUnderWayHoweverLarge) {
    hold_a_page();
    bool large_written = false;
    bool linked_written = false;
    const auto linked = add_job("linked");
    asio::co_spawn(context_, finish(linked), [&](std::exception_ptr, bool ok) { linked_written = ok; });
    say(journal_, plain_batch(Journal::kLargePage, "large"), large_written);
    let_time_pass();
    const auto given_up = row_->give_up();
    test::run_until(context_, [&] { return held_written_ && large_written && linked_written; });
    EXPECT_EQ(logged_since(given_up, "large"), "after");
}

TEST_F(TwoWritersTest, TheLastPartOfABatchIsNotDurableBeforeItsFirst) {
    using std::chrono::hours;
    RightOfWay way(context_.get_executor());
    RightOfWay::Pass(way).arrive(std::chrono::steady_clock::now() + hours(1));
    Journal stepping(context_.get_executor(), &way);
    stepping.act_as(kNode);
    Database third(context_.get_executor(), database_.url());
    Database fourth(context_.get_executor(), database_.url());
    add_writer(stepping, third);
    add_writer(stepping, fourth);
    auto parts = plain_batch(RightOfWay::kShortStep + 10, "part");
    EXPECT_TRUE(run(begin(start(parts.job_ids, 1))));
    HeldRow row(database_.url(), parts.job_ids.front());
    bool parts_written = false;
    bool large_written = false;
    say(stepping, std::move(parts), parts_written, {{key_, 1, 1}});
    await_waiting(row);
    // From now on nothing but its place behind the first part holds the page back that ends the batch.
    RightOfWay::Pass(way).arrive(std::chrono::steady_clock::now() - hours(1));
    say(stepping, plain_batch(Journal::kLargePage, "large"), large_written);
    let_time_pass();
    EXPECT_EQ(count("in_flight"), 1);
    const auto given_up = row.give_up();
    test::run_until(context_, [&] { return parts_written && large_written; });
    EXPECT_EQ(logged_since(given_up, "large"), "after");
    EXPECT_EQ(count("in_flight"), 0);
    EXPECT_EQ(count("sync_queue"), 0);
    stepping.stop();
    test::run_until(context_, [this] { return writers_ == 2; });
}

TEST_F(JournalTest, WhatIsSaidInOneTickSharesOneCommit) {
    std::vector<asio::awaitable<bool>> tasks;
    tasks.push_back(begin(start({add_job("a")}, 1)));
    tasks.push_back(finish(add_job("b")));
    tasks.push_back(finish(add_job("c")));
    tasks.push_back(begin(start({add_job("d")}, 2)));
    tasks.push_back(finish(add_job("e")));
    EXPECT_THAT(test::run_all(context_, std::move(tasks)), ::testing::Each(true));
    EXPECT_EQ(journal_.pages(), 1U);
    EXPECT_EQ(
        database_.number(
            "SELECT count(DISTINCT x) FROM (SELECT xmin::text AS x FROM navette.in_flight UNION ALL "
            "SELECT xmin::text FROM navette.sync_logs) t"
        ),
        1
    );
    EXPECT_EQ(count("sync_logs"), 3);
    EXPECT_EQ(count("in_flight"), 2);
}

TEST_F(JournalTest, WhatComesDuringACommitSharesTheNextOne) {
    std::vector<asio::awaitable<bool>> tasks;
    tasks.push_back(finish(add_job("a")));
    tasks.push_back(finish_a_tick_later(add_job("b"), add_job("c")));
    EXPECT_THAT(test::run_all(context_, std::move(tasks)), ElementsAre(true, true));
    EXPECT_EQ(journal_.pages(), 2U);
    EXPECT_EQ(count("sync_logs"), 3);
}

TEST_F(JournalTest, AStartIsDurableWhenItReturnsAndItsBatchEndsWithItsCompletions) {
    const auto job = add_job("a");
    EXPECT_TRUE(run(begin(start({job}, 1))));
    EXPECT_EQ(count("in_flight"), 1);
    std::vector<store::Completion> done;
    done.push_back(completion(job, store::Verdict::finish));
    std::vector<store::Ended> ended;
    ended.push_back({key_, 1, 1});
    EXPECT_TRUE(run(journal_.complete(std::move(done), {}, std::move(ended))));
    EXPECT_EQ(count("in_flight"), 0);
    EXPECT_EQ(count("sync_queue"), 0);
}

TEST_F(JournalTest, BatchesOfTwoIntegrationsWithOneNumberAreKeptApart) {
    add_integration("acme", "int_2");
    acquire(kNode);
    const auto other_job = add_job("b", "integration_id = 'int_2'");
    auto other = start({other_job}, 1);
    other.key.id = "int_2";
    std::vector<asio::awaitable<bool>> tasks;
    tasks.push_back(begin(start({add_job("a")}, 1)));
    tasks.push_back(begin(other));
    EXPECT_THAT(test::run_all(context_, std::move(tasks)), ElementsAre(true, true));
    EXPECT_EQ(journal_.pages(), 1U);
}

TEST_F(JournalTest, ALostLeaseGrantsNothing) {
    const auto job = add_job("a");
    let_expire(kNode);
    EXPECT_THAT(run(journal_.start(start({job}, 1))), IsEmpty());
}

TEST_F(JournalTest, CompletionsSurviveABrokenConnection) {
    EXPECT_TRUE(run(finish(add_job("a"))));
    break_connections();
    const auto job = add_job("b");
    EXPECT_TRUE(run(finish(job)));
    EXPECT_EQ(count("sync_queue"), 0);
    EXPECT_EQ(count("sync_logs"), 2);
}

TEST_F(JournalTest, WhileTheDatabaseIsReadOnlyCompletionsWaitAndNothingStarts) {
    const auto job = add_job("a");
    const auto next = add_job("b");
    make_read_only();
    std::vector<asio::awaitable<bool>> tasks;
    tasks.push_back(finish(job));
    tasks.push_back(begin(start({next}, 1)));
    tasks.push_back(mend_after_a_refusal());
    const auto ends = test::run_all(context_, std::move(tasks));
    EXPECT_TRUE(ends[0]);
    EXPECT_FALSE(ends[1]) << "a start does not outlast an outage";
    EXPECT_EQ(database_.value("SELECT string_agg(entity_id, ',') FROM navette.sync_queue"), "b");
    EXPECT_EQ(count("in_flight"), 0);
}

TEST_F(JournalTest, WhileNothingCanBeWrittenStartsAreRefusedAtAPaceAndItIsToldOnce) {
    const auto job = add_job("a");
    const auto told = std::make_shared<std::vector<std::string>>();
    core::set_log_sink([told](core::LogLevel, std::string_view line, std::span<const core::LogField>) {
        told->emplace_back(line);
    });
    make_read_only();
    const auto began = std::chrono::steady_clock::now();
    for (std::int64_t batch = 1; batch <= 3; ++batch) {
        EXPECT_FALSE(run(begin(start({job}, batch))));
    }
    EXPECT_GE(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(300))
        << "a lane asks for its next job at once";
    EXPECT_THAT(*told, ElementsAre("the queue cannot be written, waiting for the database"));
    make_writable();
    told->clear();
    EXPECT_TRUE(run(finish(job)));
    core::set_log_sink({});
    EXPECT_THAT(*told, Contains("the queue can be written again"));
}

TEST_F(JournalTest, AResultThatPostgresqlRefusesIsReducedToItsOutcomeAndItsNeighboursAreWritten) {
    const auto bad = add_job("bad");
    std::vector<asio::awaitable<bool>> tasks;
    tasks.push_back(finish(add_job("a")));
    auto poisoned = completion(bad, store::Verdict::fail, "rejected");
    poisoned.message = std::string("nul \0 inside", 12);
    poisoned.response = R"({"body":"\u0000"})";
    tasks.push_back(write(poisoned));
    tasks.push_back(finish(add_job("b")));
    EXPECT_THAT(test::run_all(context_, std::move(tasks)), ElementsAre(true, true, true));
    EXPECT_EQ(database_.value("SELECT string_agg(entity_id, ',') FROM navette.sync_queue"), "bad");
    EXPECT_EQ(
        job(bad, "status, outcome, last_error"),
        "failed|rejected|the result could not be stored: see the daemon's log"
    );
    EXPECT_EQ(count("sync_logs"), 3);
}

TEST_F(JournalTest, WhatWasMadeStorableIsStored) {
    auto done = completion(add_job("a"), store::Verdict::fail, "rejected");
    done.message = storable(std::string("nul \0 and \xE9t\xE9", 14));
    EXPECT_TRUE(run(write(done)));
    EXPECT_EQ(logged("error_message"), "nul  and \xEF\xBF\xBDt\xEF\xBF\xBD");
}

TEST_F(JournalTest, AStoppedJournalStillWritesWhatItHas) {
    std::vector<asio::awaitable<bool>> tasks;
    tasks.push_back(finish(add_job("a")));
    tasks.push_back(stop());
    EXPECT_THAT(test::run_all(context_, std::move(tasks)), ElementsAre(true, true));
    EXPECT_EQ(count("sync_queue"), 0);
}

TEST_F(JournalTest, AfterItsEndItWritesAndGrantsNothingAndKeepsNobodyWaiting) {
    const auto job = add_job("a");
    run(stop());
    test::run_until(context_, [this] { return writers_ == 0; });
    EXPECT_FALSE(run(finish(job)));
    EXPECT_FALSE(run(begin(start({job}, 1))));
    EXPECT_EQ(count("sync_queue"), 1);
}

TEST_F(JournalTest, WhileSingleJobsAreAboutABatchIsWrittenInPartsAndEndsWithTheLast) {
    RightOfWay way(context_.get_executor());
    RightOfWay::Pass(way).arrive(std::chrono::steady_clock::now() + std::chrono::hours(1));
    Journal stepping(context_.get_executor(), &way);
    stepping.act_as(kNode);
    add_writer(stepping, journal_database_);
    const std::size_t jobs = 2 * RightOfWay::kShortStep + RightOfWay::kShortStep / 2;
    const auto batch = plain_batch(jobs, "r");
    EXPECT_TRUE(run(begin(start({batch.job_ids}, 1))));
    std::vector<store::Finished> finished{batch};
    EXPECT_TRUE(run(stepping.complete({}, std::move(finished), std::vector<store::Ended>{{key_, 1, 1}})));
    EXPECT_EQ(stepping.pages(), 3U);
    EXPECT_EQ(count("sync_queue"), 0);
    EXPECT_EQ(count("sync_logs"), jobs);
    EXPECT_EQ(count("in_flight"), 0);
    EXPECT_EQ(database_.most_written_at_once("navette.sync_logs"), RightOfWay::kShortStep)
        << "jobs of one commit";
    stepping.stop();
    test::run_until(context_, [this] { return writers_ == 1; });
}

TEST_F(JournalTest, AStoppedJournalGivesUpOnADatabaseThatIsAway) {
    Database away(context_.get_executor(), "host=127.0.0.1 port=1 dbname=x user=y");
    Journal hopeless(context_.get_executor());
    std::vector<store::Completion> lost;
    lost.push_back(completion(add_job("a"), store::Verdict::finish));
    auto running = [](Journal& journal, Database& database) -> asio::awaitable<bool> {
        co_await journal.run(database);
        co_return true;
    };
    auto stopping = [](Journal& journal) -> asio::awaitable<bool> {
        journal.stop();
        co_return true;
    };
    std::vector<asio::awaitable<bool>> tasks;
    tasks.push_back(hopeless.complete(std::move(lost), {}, {}));
    tasks.push_back(stopping(hopeless));
    tasks.push_back(running(hopeless, away));
    EXPECT_THAT(test::run_all(context_, std::move(tasks)), ElementsAre(false, true, true));
}

}  // namespace
}  // namespace navette::engine
