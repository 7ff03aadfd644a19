// The queue over HTTP.
#include "daemon/http/api_queue.hpp"

#include "tests/integration/api_calls.hpp"

#include <gmock/gmock.h>

#include <set>

namespace navette::http {
namespace {

using test::json::object;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class ApiQueue : public test::ApiTest {
  protected:
    ApiQueue() { add_queue_routes(router_, desk_, configuration()); }

    long add_for(const std::string& tenant, const std::string& integration, const std::string& entity) {
        return database_.number(
            "INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id, "
            "data) "
            "VALUES ('" +
            tenant + "', '" + integration + "', 'item.changed', 'item', '" + entity +
            "', '{\"name\": \"cup\"}') RETURNING id"
        );
    }

    std::string row(long id, const std::string& columns) {
        return database_.value(
            "SELECT concat_ws('|', " + columns + ") FROM navette.sync_queue WHERE id = " + std::to_string(id)
        );
    }

    static std::string path(long id, const std::string& rest = {}) {
        return "/api/v1/queue/" + std::to_string(id) + rest;
    }

    const std::string dead_ =
        "status = 'failed', failed_at = now(), attempts = 3, outcome = 'retry', last_error = 'timed out'";
};

TEST_F(ApiQueue, PagesNeitherMissNorRepeatWhatIsThereWhileJobsComeAndGo) {
    std::vector<std::string> wanted;
    for (int at = 0; at < 25; ++at) {
        wanted.push_back(std::to_string(add_job(std::to_string(at))));
    }
    int came = 0;
    auto seen = pages("/api/v1/queue?limit=4", "id", [&] {
        if (came < 5) {
            add_job("new" + std::to_string(++came));
        }
        // What was shown already is finished meanwhile.
        database_.exec("DELETE FROM navette.sync_queue WHERE id = (SELECT min(id) FROM navette.sync_queue)");
    });
    EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), seen.size()) << "one was repeated";
    seen.resize(wanted.size());
    EXPECT_EQ(seen, wanted);
}

TEST_F(ApiQueue, FiltersChoose) {
    const auto urgent = add_job("1", "priority = 1");
    const auto dead = add_job("2", dead_);
    const auto waiting = add_job("3", "waits_for = 'item:1', deferred = true");
    const auto other = add_job("4", {}, "customer");
    const auto foreign = add_for("zenith", "int_z", "5");
    const auto ids = [&](const std::string& query, const Caller& caller = tenant("acme")) {
        return pages("/api/v1/queue" + query, "id", [] {}, caller);
    };
    const auto id = [](long number) { return std::to_string(number); };
    EXPECT_THAT(ids("?priority=1"), ElementsAre(id(urgent)));
    EXPECT_THAT(ids("?status=failed"), ElementsAre(id(dead)));
    EXPECT_THAT(ids("?status=waiting"), ElementsAre(id(waiting)));
    EXPECT_THAT(ids("?event_type=customer.*"), ElementsAre(id(other)));
    EXPECT_THAT(ids("?entity_type=customer"), ElementsAre(id(other)));
    EXPECT_THAT(ids("?entity=3"), ElementsAre(id(waiting)));
    EXPECT_THAT(ids("?integration=int_z"), IsEmpty()) << "another tenant's";
    EXPECT_THAT(ids("?integration=int_z", administration()), ElementsAre(id(foreign)));
    EXPECT_THAT(ids("?tenant=zenith", administration()), ElementsAre(id(foreign)));
    EXPECT_EQ(ids("", administration()).size(), 5U);
    EXPECT_THAT(pages("/api/v1/dead-letters", "id"), ElementsAre(id(dead)));
    EXPECT_THAT(pages("/api/v1/dead-letters?error=TIMED", "last_error"), ElementsAre("timed out"));
    EXPECT_THAT(pages("/api/v1/dead-letters?outcome=rejected", "id"), IsEmpty());
}

TEST_F(ApiQueue, ABadFilterIsAProblemThatNamesTheParameter) {
    const std::map<std::string, std::string> bad{
        {"?status=fialed", "400 status"},
        {"?priority=11", "400 priority"},
        {"?priority=high", "400 priority"},
        {"?since=yesterday", "400 since"},
        {"?until=", "400 until"},
        {"?limit=501", "400 limit"},
        {"?cursor=nonsense", "400 cursor"},
        {"?integrations=int_1", "400 integrations"},
        {"?entity=1&entity=2", "400 entity"},
        {"?tenant=zenith", "404 tenant"},
    };
    for (const auto& [query, expected] : bad) {
        EXPECT_EQ(verdict(get("/api/v1/queue" + query)), expected) << query;
    }
    EXPECT_THAT(get("/api/v1/queue?status=fialed").body, HasSubstr("did you mean 'failed'?"));
}

TEST_F(ApiQueue, AJobIsShownWithItsAttemptsAndAnothersIs404OnEveryRoute) {
    const auto own = add_job("1", dead_);
    const auto foreign = add_for("zenith", "int_z", "1");
    const auto shown = body_of(get(path(own)));
    EXPECT_EQ(shown.at("job").at("last_error").as_string(), "timed out");
    EXPECT_TRUE(shown.at("logs").as_array().empty());
    for (const std::string route : {"", "/explain"}) {
        EXPECT_EQ(get(path(foreign, route)).status, 404) << route;
    }
    for (const std::string route : {"/retry", "/cancel"}) {
        EXPECT_EQ(post(path(foreign, route)).status, 404) << route;
    }
    EXPECT_EQ(row(foreign, "status"), "pending");
    EXPECT_EQ(get("/api/v1/queue/abc").status, 404);
    EXPECT_EQ(get(path(foreign), administration()).status, 200);
    EXPECT_EQ(get(path(foreign) + "?tenant=acme", administration()).status, 404);
}

TEST_F(ApiQueue, ADeadLetterIsRetriedAndOneInHandIsAConflict) {
    const auto dead = add_job("1", dead_ + ", priority = 2");
    EXPECT_EQ(body_of(post(path(dead, "/retry"))).at("job").at("status").as_string(), "pending");
    EXPECT_EQ(row(dead, "status, attempts, priority"), "pending|0|2");
    database_.exec(
        "INSERT INTO navette.in_flight (integration_id, tenant_id, batch_id, epoch, job_ids) VALUES "
        "('int_1', 'acme', 1, 1, '{" +
        std::to_string(dead) + "}')"
    );
    EXPECT_EQ(post(path(dead, "/retry")).status, 409);
    EXPECT_EQ(post(path(dead, "/cancel")).status, 409);
    EXPECT_EQ(post(path(dead + 1'000, "/retry")).status, 404);
}

TEST_F(ApiQueue, ACancelledJobLeavesTheQueueWithAFinalLogRow) {
    const auto job = add_job("1");
    EXPECT_EQ(body_of(post(path(job, "/cancel"))).at("job").at("id").as_int64(), job);
    EXPECT_EQ(row(job, "status"), "");
    EXPECT_EQ(database_.value("SELECT status || final FROM navette.sync_logs"), "cancelledtrue");
    EXPECT_EQ(post(path(job, "/cancel")).status, 404);
    const auto story = body_of(get(path(job)));
    EXPECT_TRUE(story.at("job").is_null());
    EXPECT_EQ(story.at("logs").as_array().size(), 1U);
}

TEST_F(ApiQueue, ABulkReplayIsBackgroundWorkSpreadByItsRate) {
    const auto first = add_job("1", dead_ + ", priority = 1");
    const auto second = add_job("2", dead_ + ", priority = 10");
    const auto refused = add_job("3", dead_);
    database_.exec(
        "UPDATE navette.sync_queue SET outcome = 'rejected' WHERE id = " + std::to_string(refused)
    );
    const auto foreign = add_for("zenith", "int_z", "1");
    database_.exec("UPDATE navette.sync_queue SET " + dead_ + " WHERE id = " + std::to_string(foreign));
    const auto answer = body_of(post("/api/v1/queue/retry", R"({"outcome": "retry", "rate": "1/m"})"));
    EXPECT_EQ(answer.at("jobs").as_int64(), 2);
    EXPECT_EQ(row(first, "status, priority"), "pending|9");
    EXPECT_EQ(row(second, "status, priority, run_at > now() + interval '50 seconds'"), "pending|10|t");
    EXPECT_EQ(row(refused, "status"), "failed");
    EXPECT_EQ(row(foreign, "status"), "failed") << "another tenant's";
}

TEST_F(ApiQueue, AMistakeInABulkReplayIsNamed) {
    EXPECT_EQ(verdict(post("/api/v1/queue/retry", R"({"rate": "fast"})")), "422 rate");
    EXPECT_EQ(verdict(post("/api/v1/queue/retry", R"({"sinse": "1h"})")), "422 sinse");
    EXPECT_EQ(verdict(post("/api/v1/queue/retry", "{", tenant("acme"))), "400 ");
    EXPECT_EQ(verdict(post("/api/v1/queue/retry", "{}", administration())), "422 tenant_id");
}

TEST_F(ApiQueue, WhatIsEnqueuedGoesToTheTenantsIntegrationsWithEveryDigit) {
    const auto answer = post(
        "/api/v1/queue",
        R"({"event_type": "item.changed", "entity_type": "item", "entity_id": "7", "priority": 2,
            "data": {"name": "cup", "weight": 12345678901234567890.123456789}})"
    );
    ASSERT_EQ(answer.status, 202) << answer.body;
    const auto ids = body_of(answer).at("job_ids").as_array();
    ASSERT_EQ(ids.size(), 1U);
    EXPECT_EQ(
        row(ids[0].as_int64(), "tenant_id, integration_id, entity_id, priority, origin, data ->> 'weight'"),
        "acme|int_1|7|2|api|12345678901234567890.123456789"
    );
    const auto none = body_of(
        post("/api/v1/queue", R"({"event_type": "tax.filed", "entity_type": "tax", "entity_id": "1"})")
    );
    EXPECT_TRUE(none.at("job_ids").as_array().empty());
    EXPECT_THAT(std::string(none.at("remark").as_string()), HasSubstr("tax.filed"));
}

TEST_F(ApiQueue, AMistakeInWhatIsEnqueuedNamesTheMember) {
    const std::map<std::string, std::string> bad{
        {R"({"entity_type": "item", "entity_id": "7"})", "422 event_type"},
        {R"({"event_type": "a.b", "entity_type": "item", "entity_id": ""})", "422 entity_id"},
        {R"({"event_type": "a.b", "entity_type": "item", "entity_id": "a\u0000b"})", "422 entity_id"},
        {R"({"event_type": "a.b", "entity_type": "item", "entity_id": 7})", "422 entity_id"},
        {R"({"event_type": "a.b", "entity_type": "item", "entity_id": "7", "data": []})", "422 data"},
        {R"({"event_type": "a.b", "entity_type": "item", "entity_id": "7", "data": {"a": "\u0000"}})",
         "422 data"},
        {R"({"event_type": "a.b", "entity_type": "item", "entity_id": "7", "priority": 0})", "422 priority"},
        {R"({"event_type": "a.b", "entity_type": "item", "entity_id": "7", "run_at": "soon"})", "422 run_at"},
        {R"({"event_type": "a.b", "entity_type": "item", "entity_id": "7", "integration_id": "int_z"})",
         "422 integration_id"},
        {R"({"event_type": "a.b", "entity_type": "item", "entity_id": "7", "operation": "erase"})",
         "422 operation"},
        {R"({"event_type": "a.b", "entity_type": "item", "entity_id": "7", "tenant_id": "zenith"})",
         "404 tenant"},
        {"[1]", "422 "},
        {"", "400 "},
    };
    for (const auto& [body, expected] : bad) {
        EXPECT_EQ(verdict(post("/api/v1/queue", body)), expected) << body;
    }
    EXPECT_EQ(
        verdict(post(
            "/api/v1/queue",
            R"({"event_type": "a.b", "entity_type": "item", "entity_id": "7"})",
            administration()
        )),
        "422 tenant_id"
    );
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.sync_queue"), 0);
}

TEST_F(ApiQueue, ARepeatedEnqueueWithOneKeyMakesOneJob) {
    const Call call{
        .method = "POST",
        .target = "/api/v1/queue",
        .body = R"({"event_type": "item.changed", "entity_type": "item", "entity_id": "7"})",
        .headers = {{"Idempotency-Key", "once"}}
    };
    const auto first = ask(call);
    const auto second = ask(call);
    EXPECT_EQ(first.body, second.body);
    EXPECT_EQ(sdk::first_header(second.headers, "Idempotent-Replayed"), "true");
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.sync_queue"), 1);
}

TEST_F(ApiQueue, AnExplanationShowsTheRequestsWithoutSecretsAndSendsNothing) {
    const auto job = add_for("acme", "int_1", "7");
    database_.exec(
        "UPDATE navette.sync_queue SET data = '{\"name\": \"" + std::string(test::kSecret) +
        "\"}' WHERE id = " + std::to_string(job)
    );
    const auto answer = get(path(job, "/explain"));
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_THAT(answer.body, Not(HasSubstr(test::kSecret)));
    const auto told = body_of(answer);
    EXPECT_EQ(told.at("prospect").as_string(), "sends");
    const auto& request = told.at("requests").at(0);
    EXPECT_EQ(request.at("url").as_string(), "http://shop.test/item/7");
    EXPECT_EQ(row(job, "status, attempts"), "pending|0");
    database_.exec("UPDATE navette.tenant_integrations SET enabled = false");
    EXPECT_THAT(get(path(job, "/explain")).body, HasSubstr("the integration is disabled"));
}

}  // namespace
}  // namespace navette::http
