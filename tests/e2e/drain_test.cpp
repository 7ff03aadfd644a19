// A daemon that is told to stop does not wait for a call that never ends: it gives up at the drain deadline,
// and what it gave up takes effect once all the same. Nor does it wait for a database that never answers.
#include "tests/support/fleet.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

namespace navette::test {
namespace {

using testing::HasSubstr;

constexpr const char* kPending = "SELECT count(*) FROM navette.sync_queue WHERE status = 'pending'";

class Stop : public testing::Test {
  protected:
    Stop() : fleet_(database_, probe_, wishes()) {}

    /// Far more patience with the platform than the drain deadline of 2 s.
    static FleetWishes wishes() {
        FleetWishes patient;
        patient.manifest = "timeout: 30m\n";
        return patient;
    }

    void enqueue(int first, int last) {
        database_.exec(
            "SELECT navette.enqueue('t0', 'note.made', 'note', n::text, jsonb_build_object('seq', n)) FROM "
            "generate_series(" +
            std::to_string(first) + ", " + std::to_string(last) + ") n"
        );
    }

    TestDatabase database_;
    ProbeServer probe_;
    Fleet fleet_;
};

class Drain : public Stop, public testing::WithParamInterface<const char*> {};

TEST_P(Drain, ACallThatHangsIsGivenUpAtTheDeadlineAndItsJobTakesEffectOnce) {
    fleet_.start(0);
    probe_.faults(R"({")" + std::string(GetParam()) + R"(": 1200000, "only_method": "POST", "first": 1})");
    enqueue(1, 1);
    while (probe_.requests("POST /notes") == 0) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    // What ends by itself is done as ever, and no part of what is given up.
    enqueue(2, 4);
    database_.await_number(kPending, 1);

    EXPECT_EQ(fleet_.stop(0), 0);
    EXPECT_THAT(fleet_.log(0), HasSubstr("the deadline has passed"));
    EXPECT_EQ(
        database_.value(
            "SELECT concat_ws(' ', entity_id, status, maybe_applied, deaths) FROM navette.sync_queue"
        ),
        "1 pending t 0"
    ) << "it is looked for before it is sent again, and nobody holds it responsible";
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.in_flight"), 0);
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.nodes"), 0);
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.leases WHERE node_id IS NOT NULL"), 0);

    fleet_.start(0);
    database_.await_number(kPending, 0);
    const auto history = probe_.history();
    EXPECT_EQ(history.kinds.at("notes").size(), 4U);
    EXPECT_EQ(history.duplicates(), 0);
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.sync_logs WHERE final AND status = 'done'"), 4);
}

// Before the platform did anything; and after, when only its answer is missing.
INSTANTIATE_TEST_SUITE_P(Hang, Drain, testing::Values("delay_ms", "delay_after_ms"), [](const auto& which) {
    return which.param == std::string("delay_ms") ? "BeforeTheEffect" : "AfterTheEffect";
});

// An administrator's forgotten lock, or a server that hangs: no answer comes, and no error either.
TEST_F(Stop, APostgreSQLThatDoesNotAnswerDoesNotHoldUpTheEnd) {
    fleet_.start(0);
    enqueue(1, 3);
    database_.await_number(kPending, 0);
    pqxx::connection administrator(database_.url());
    pqxx::work forgotten(administrator);
    forgotten.exec("LOCK TABLE navette.nodes IN ACCESS EXCLUSIVE MODE");

    EXPECT_EQ(fleet_.stop(0), 0);
    EXPECT_THAT(fleet_.log(0), HasSubstr("PostgreSQL does not answer"));
    forgotten.abort();

    // What it could not give back ends by itself.
    fleet_.start(0);
    enqueue(4, 6);
    database_.await_number(kPending, 0);
    EXPECT_EQ(probe_.history().duplicates(), 0);
}

}  // namespace
}  // namespace navette::test
