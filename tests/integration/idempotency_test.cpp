#include "daemon/http/idempotency.hpp"

#include "daemon/store/api_upkeep.hpp"
#include "tests/integration/desk_fixture.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <future>

namespace navette::http {
namespace {

using test::must;

class IdempotencyTest : public test::DeskTest {
  protected:
    Response post(
        const std::string& key,
        const std::string& body = "{}",
        const Caller& caller = test::caller_of("acme", Caller::Scope::write)
    ) {
        std::vector<sdk::Header> headers;
        if (!key.empty()) {
            headers.push_back({"Idempotency-Key", key});
        }
        return ask(idempotent(operation_), request(caller, "POST", "/things", body, headers));
    }

    static bool is_replayed(const Response& answer) {
        return sdk::first_header(answer.headers, "Idempotent-Replayed") == "true";
    }

    /// How often the operation took effect.
    long effects() { return database_.number("SELECT count(*) FROM navette.sync_queue"); }

    std::atomic<int> status_ = 201;

    /// Enqueues a job and answers with the state of things.
    const Operation operation_ = [this](store::AdminSession& session, const Request&) {
        const auto made = session.query(
            "INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id) "
            "VALUES ('acme', 'int_1', 'e', 'item', '1') RETURNING json_build_object('job', id)"
        );
        return made ? json_response(status_, made->front()).with_header("Location", "/things/1")
                    : problem(made.error());
    };
};

TEST_F(IdempotencyTest, ARepetitionGetsTheFirstAnswerAndActsOnce) {
    const auto first = post("k1");
    EXPECT_EQ(first.status, 201);
    EXPECT_FALSE(is_replayed(first));
    const auto second = post("k1");
    EXPECT_EQ(second.status, 201);
    EXPECT_TRUE(is_replayed(second));
    EXPECT_EQ(second.body, first.body);
    EXPECT_EQ(sdk::first_header(second.headers, "Location"), "/things/1");
    EXPECT_EQ(sdk::first_header(second.headers, "Content-Type"), "application/json");
    EXPECT_EQ(effects(), 1);
}

TEST_F(IdempotencyTest, WithoutAKeyOrWithAnotherItActsAgain) {
    post("");
    post("");
    post("k1");
    post("k2");
    EXPECT_EQ(effects(), 4);
}

TEST_F(IdempotencyTest, AKeyIsItsTokensOwn) {
    EXPECT_EQ(post("k1").status, 201);
    EXPECT_FALSE(is_replayed(post("k1", "{}", test::caller_of("acme", Caller::Scope::write, "another"))));
    EXPECT_FALSE(is_replayed(post("k1", "{}", test::caller_of("", Caller::Scope::admin))));
    EXPECT_TRUE(is_replayed(post("k1", "{}", test::caller_of("", Caller::Scope::admin))));
    EXPECT_EQ(effects(), 3);
}

TEST_F(IdempotencyTest, TheSameKeyWithAnotherRequestIsAMistake) {
    post("k1", R"({"a": 1})");
    EXPECT_EQ(post("k1", R"({"a": 2})").status, 422);
    EXPECT_EQ(effects(), 1);
    EXPECT_TRUE(is_replayed(post("k1", R"({"a": 1})")));
    auto elsewhere = request(
        test::caller_of("acme", Caller::Scope::write),
        "POST",
        "/other",
        R"({"a": 1})",
        {{"Idempotency-Key", "k1"}}
    );
    EXPECT_EQ(ask(idempotent(operation_), elsewhere).status, 422);
}

TEST_F(IdempotencyTest, AnAnswerThatFailedHasNoEffectAndLeavesTheKeyFree) {
    for (const int status : {400, 409, 500, 503}) {
        status_ = status;
        EXPECT_EQ(post("k1").status, status);
        EXPECT_EQ(effects(), 0) << status;
    }
    status_ = 201;
    EXPECT_EQ(post("k1").status, 201);
    EXPECT_EQ(effects(), 1);
}

TEST_F(IdempotencyTest, OneThatThrowsHasNoEffectAndLeavesTheKeyFree) {
    const Operation broken = [this](store::AdminSession& session, const Request& asked) -> Response {
        operation_(session, asked);
        throw std::runtime_error("a mistake");
    };
    const auto asked = request(
        test::caller_of("acme", Caller::Scope::write), "POST", "/things", "{}", {{"Idempotency-Key", "k1"}}
    );
    EXPECT_EQ(ask(idempotent(broken), asked).status, 500);
    EXPECT_EQ(effects(), 0);
    EXPECT_EQ(post("k1").status, 201);
}

TEST_F(IdempotencyTest, ARepetitionWhileTheFirstIsRunningIsToldToComeBack) {
    auto started = std::make_shared<std::promise<void>>();
    auto release = std::make_shared<std::promise<void>>();
    const auto released = release->get_future().share();
    const Operation slow = [this, started, released](store::AdminSession& session, const Request& asked) {
        auto answer = operation_(session, asked);
        started->set_value();
        released.wait();
        return answer;
    };
    const auto asked = request(
        test::caller_of("acme", Caller::Scope::write), "POST", "/things", "{}", {{"Idempotency-Key", "k1"}}
    );
    auto first = std::async(std::launch::async, [&] {
        boost::asio::io_context context;
        DatabaseDesk own(context.get_executor(), database_.url(), 1);
        return test::run_async(context, own.run(idempotent(slow), asked));
    });
    started->get_future().wait();
    const auto meanwhile = post("k1");
    EXPECT_EQ(meanwhile.status, 409);
    EXPECT_EQ(sdk::first_header(meanwhile.headers, "Retry-After"), "1");
    EXPECT_EQ(post("k2").status, 201) << "another key is not held up";
    release->set_value();
    EXPECT_EQ(first.get().status, 201);
    EXPECT_TRUE(is_replayed(post("k1")));
    EXPECT_EQ(effects(), 2);
}

TEST_F(IdempotencyTest, AfterADayAKeyIsFreshAgain) {
    post("k1");
    post("k2");
    database_.exec(
        "UPDATE navette.api_idempotency SET created_at = created_at - interval '24 hours' WHERE key = 'k1'"
    );
    EXPECT_FALSE(is_replayed(post("k1", R"({"a": 2})")));
    EXPECT_TRUE(is_replayed(post("k1", R"({"a": 2})"))) << "by its new answer";
    EXPECT_EQ(effects(), 3);
    database_.exec(
        "UPDATE navette.api_idempotency SET created_at = created_at - interval '24 hours' WHERE key = 'k1'"
    );
    must(run(store::forget_old_answers(connection())));
    EXPECT_EQ(database_.value("SELECT string_agg(key, ' ') FROM navette.api_idempotency"), "k2");
}

TEST_F(IdempotencyTest, WhatIsNoKeyIsRefused) {
    EXPECT_EQ(post(std::string(256, 'k')).status, 400);
    EXPECT_EQ(post(std::string(255, 'k')).status, 201);
    EXPECT_EQ(post("a b").status, 400);
    EXPECT_EQ(post("caf\xc3\xa9").status, 400);
    EXPECT_EQ(effects(), 1);
}

}  // namespace
}  // namespace navette::http
