// The log of webhooks over HTTP, and their replay.
#include "daemon/http/api_webhooks.hpp"
#include "tests/integration/api_calls.hpp"

#include <gmock/gmock.h>

#include <set>

namespace navette::http {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ApiWebhookLogs : public test::ApiTest {
  protected:
    ApiWebhookLogs() { add_webhook_log_routes(router_, desk_, configuration()); }

    long add_webhook(
        const std::string& event_id,
        const std::string& more = {},
        const std::string& tenant = "acme",
        const std::string& integration = "int_1"
    ) {
        const auto id = database_.number(
            "INSERT INTO navette.webhook_logs (tenant_id, integration_id, source_platform, event_type, "
            "request_headers, request_body, verified, processing_status) VALUES ('" +
            tenant + "', '" + integration + "', 'shop', 'item.updated', '{\"X-Topic\": \"item\"}', '" +
            R"({"events": [{"id": ")" + event_id +
            R"(", "type": "item.updated", "object": "item", "remote_id": "r7"}]})" +
            "', true, 'success') RETURNING id"
        );
        if (!more.empty()) {
            database_.exec("UPDATE navette.webhook_logs SET " + more + " WHERE id = " + std::to_string(id));
        }
        return id;
    }

    static std::string path(long id, const std::string& rest = {}) {
        return "/api/v1/webhooks/" + std::to_string(id) + rest;
    }
};

TEST_F(ApiWebhookLogs, PagesNeitherMissNorRepeatWhileWebhooksArrive) {
    std::vector<std::string> wanted;
    for (int at = 0; at < 17; ++at) {
        wanted.insert(wanted.begin(), std::to_string(add_webhook("e" + std::to_string(at))));
    }
    EXPECT_EQ(pages("/api/v1/webhooks?limit=4", "id", [&] { add_webhook("late"); }), wanted);
}

TEST_F(ApiWebhookLogs, FiltersChooseAndAnothersAreNotSeen) {
    const auto id = [](long number) { return std::to_string(number); };
    const auto refused = add_webhook("1", "verified = false, processing_status = 'refused'");
    const auto paid = add_webhook("2", "event_type = 'order.paid'");
    const auto old = add_webhook("3", "received_at = now() - interval '2 days', source_platform = 'other'");
    const auto foreign = add_webhook("4", {}, "zenith", "int_z");
    const auto ids = [&](const std::string& query, const Caller& caller = tenant("acme")) {
        return pages("/api/v1/webhooks" + query, "id", [] {}, caller);
    };
    EXPECT_THAT(ids("?verified=false"), ElementsAre(id(refused)));
    EXPECT_THAT(ids("?status=refused"), ElementsAre(id(refused)));
    EXPECT_THAT(ids("?event_type=order.*"), ElementsAre(id(paid)));
    EXPECT_THAT(ids("?platform=other"), ElementsAre(id(old)));
    EXPECT_THAT(ids("?until=1d"), ElementsAre(id(old)));
    EXPECT_THAT(ids("?integration=int_z"), IsEmpty());
    EXPECT_THAT(ids("?tenant=zenith", administration()), ElementsAre(id(foreign)));
    EXPECT_EQ(get(path(foreign)).status, 404);
    EXPECT_EQ(post(path(foreign, "/replay")).status, 404);
    EXPECT_THAT(get(path(paid)).body, HasSubstr("request_body"));
    EXPECT_EQ(verdict(get("/api/v1/webhooks?status=lost")), "400 status");
    EXPECT_EQ(verdict(get("/api/v1/webhooks?verified=1")), "400 verified");
}

TEST_F(ApiWebhookLogs, AReplayQueuesTheEventsAgainThoughTheyWereAcceptedBefore) {
    const auto webhook = add_webhook("e1", "processing_status = 'ignored', processing_error = 'seen before'");
    for (int time = 1; time <= 2; ++time) {
        const auto answer = post(path(webhook, "/replay"));
        ASSERT_EQ(answer.status, 202) << answer.body;
        EXPECT_EQ(body_of(answer).at("jobs").as_int64(), 1);
        EXPECT_EQ(database_.number("SELECT count(*) FROM navette.sync_queue"), time);
    }
    EXPECT_EQ(
        database_.value(
            "SELECT concat_ws('|', tenant_id, integration_id, direction, event_type, entity_type, entity_id, "
            "data ->> 'remote_id', data ? 'key') FROM navette.sync_queue ORDER BY id LIMIT 1"
        ),
        "acme|int_1|from_platform|item.updated|item|remote:r7|r7|f"
    );
    EXPECT_EQ(
        database_.value("SELECT processing_status || coalesce(processing_error, '') FROM navette.webhook_logs"
        ),
        "success"
    );
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.webhook_receipts"), 1);
}

TEST_F(ApiWebhookLogs, AReplayWithOneKeyActsOnce) {
    const Call call{
        .method = "POST",
        .target = path(add_webhook("e1"), "/replay"),
        .headers = {{"Idempotency-Key", "once"}}
    };
    EXPECT_EQ(ask(call).body, ask(call).body);
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.sync_queue"), 1);
}

TEST_F(ApiWebhookLogs, WhatCannotBeReplayedSaysWhy) {
    const auto why = [&](long webhook) {
        const auto answer = post(path(webhook, "/replay"));
        EXPECT_EQ(answer.status, 409) << answer.body;
        return store::text_of(body_of(answer), "detail");
    };
    EXPECT_THAT(why(add_webhook("1", "verified = false")), HasSubstr("nothing vouches"));
    EXPECT_THAT(why(add_webhook("2", "integration_id = NULL")), HasSubstr("is gone"));
    EXPECT_THAT(why(add_webhook("3", "source_platform = 'other'")), HasSubstr("no connector"));
    EXPECT_THAT(why(add_webhook("4", "request_body = 'half'")), HasSubstr("no JSON"));
    database_.exec("UPDATE navette.tenant_integrations SET sync_direction = 'to_platform'");
    const auto answer = body_of(post(path(add_webhook("5"), "/replay")));
    EXPECT_EQ(answer.at("jobs").as_int64(), 0);
    EXPECT_THAT(store::text_of(answer, "remark"), HasSubstr("to the platform only"));
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.sync_queue"), 0);
}

}  // namespace
}  // namespace navette::http
