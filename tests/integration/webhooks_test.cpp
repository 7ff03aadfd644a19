// Webhooks in the database: each is logged, each event becomes one job, once for good.
#include "daemon/store/webhooks.hpp"

#include "tests/integration/schema_fixture.hpp"

namespace navette::store {
namespace {

class WebhooksTest : public test::SchemaTest {
  protected:
    WebhooksTest() {
        add_platform("shop");
        add_integration("acme", "int_1");
        add_integration("other", "int_2");
    }

    static InboundEvent event(const std::string& key, const std::string& remote_id) {
        InboundEvent one;
        one.key = key;
        one.event_type = "ITEM_CHANGED";
        one.object = "item";
        one.remote_id = remote_id;
        one.data = R"({"object":"item","remote_id":")" + remote_id + R"(","thin":true,"fields":{}})";
        return one;
    }

    static Webhook webhook(std::vector<InboundEvent> events, const IntegrationKey& key = {"acme", "int_1"}) {
        Webhook one;
        one.key = key;
        one.platform = "shop";
        one.event_type = "ITEM_CHANGED";
        one.method = "POST";
        one.headers = R"({"X-Topic":"item"})";
        one.body = "{}";
        one.client = "192.0.2.7";
        one.events = std::move(events);
        return one;
    }

    Received receive(const std::vector<Webhook>& webhooks) {
        return test::must(run(receive_webhooks(connection(), webhooks)));
    }

    std::string logged() {
        return database_.value(
            "SELECT string_agg(processing_status, ',' ORDER BY id) FROM navette.webhook_logs"
        );
    }
};

TEST_F(WebhooksTest, EachEventBecomesOneJobFromThePlatform) {
    const auto received = receive({webhook({event("a", "1"), event("b", "2")})});
    EXPECT_EQ(received.jobs, 2);
    EXPECT_EQ(
        database_.value(
            "SELECT string_agg(concat_ws('|', direction, event_type, entity_type, entity_id, operation, "
            "origin), ' / ' ORDER BY id) FROM navette.sync_queue"
        ),
        "from_platform|ITEM_CHANGED|item|remote:1|upsert|webhook / "
        "from_platform|ITEM_CHANGED|item|remote:2|upsert|webhook"
    );
    EXPECT_EQ(
        database_.value(
            "SELECT concat_ws('|', tenant_id, integration_id, source_platform, event_type, "
            "deduplication_key, verified, processing_status, request_ip) FROM navette.webhook_logs"
        ),
        "acme|int_1|shop|ITEM_CHANGED|a|t|success|192.0.2.7"
    );
    EXPECT_EQ(database_.number("SELECT sum(count) FROM navette.ledger"), 2);
}

TEST_F(WebhooksTest, AnEventWithADelayMakesAJobThatWaitsSoLong) {
    auto late = event("a", "1");
    late.delay = std::chrono::seconds(2);
    receive({webhook({std::move(late), event("b", "2")})});
    EXPECT_EQ(
        database_.value(
            "SELECT string_agg(concat_ws('|', entity_id, deferred, run_at - created_at), ' / ' ORDER BY id) "
            "FROM navette.sync_queue"
        ),
        "remote:1|t|00:00:02 / remote:2|f|00:00:00"
    );
}

TEST_F(WebhooksTest, ARepeatedDeliveryActsOnceForGood) {
    receive({webhook({event("a", "1")})});
    database_.exec("DELETE FROM navette.sync_queue");
    const auto again = receive({webhook({event("a", "1")})});
    EXPECT_EQ(again.jobs, 0);
    EXPECT_EQ(again.repeated, 1);
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.sync_queue"), 0);
    EXPECT_EQ(logged(), "success,ignored");
}

// What a pull or a replay accepts goes by the function, what a webhook brings by the same rule written out.
TEST_F(WebhooksTest, AReceiptHasTheKeyThatEverybodyElseLooksFor) {
    receive({webhook({event("évt_1", "1")})});
    EXPECT_EQ(
        database_.number(
            "SELECT count(*) FROM navette.webhook_receipts WHERE key = navette.receipt_key('évt_1')"
        ),
        1
    );
}

TEST_F(WebhooksTest, ARepetitionInsideOnePageActsOnceToo) {
    const auto received = receive({webhook({event("a", "1")}), webhook({event("a", "1"), event("c", "3")})});
    EXPECT_EQ(received.jobs, 2);
    EXPECT_EQ(logged(), "success,success");
}

TEST_F(WebhooksTest, TwoIntegrationsMayReceiveTheSameEvent) {
    EXPECT_EQ(receive({webhook({event("a", "1")}), webhook({event("a", "1")}, {"other", "int_2"})}).jobs, 2);
}

TEST_F(WebhooksTest, AnEventOfNoObjectIsKeptAndMakesNoJob) {
    auto unknown = event("a", "1");
    unknown.object.clear();
    EXPECT_EQ(receive({webhook({std::move(unknown)})}).jobs, 0);
    EXPECT_EQ(logged(), "ignored");
}

TEST_F(WebhooksTest, ARefusedOneIsLoggedUnverifiedAndMakesNoJob) {
    auto refused = webhook({});
    refused.fate = Webhook::Fate::refused;
    refused.reason = "the signature does not fit";
    refused.key = {};
    EXPECT_EQ(receive({std::move(refused)}).jobs, 0);
    EXPECT_EQ(
        database_.value("SELECT concat_ws('|', tenant_id, integration_id, verified, processing_status, "
                        "processing_error) FROM navette.webhook_logs"),
        "|f|refused|the signature does not fit"
    );
}

TEST_F(WebhooksTest, ADeletionIsADeletingJob) {
    auto deleted = event("a", "1");
    deleted.deleted = true;
    receive({webhook({std::move(deleted)})});
    EXPECT_EQ(database_.value("SELECT operation FROM navette.sync_queue"), "delete");
}

TEST_F(WebhooksTest, AReplayMakesTheJobAgainThoughTheEventIsKnown) {
    receive({webhook({event("a", "1")})});
    const std::string events =
        R"('[{"key":"a","event_type":"ITEM_CHANGED","object":"item","remote_id":"1","fields":{}}]')";
    EXPECT_EQ(database_.number("SELECT navette.accept_events('acme', 'int_1', " + events + ")"), 0);
    EXPECT_EQ(database_.number("SELECT navette.accept_events('acme', 'int_1', " + events + ", true)"), 1);
}

TEST_F(WebhooksTest, TargetsAreFoundByIdByAccountAndByPlatform) {
    database_.exec(
        "UPDATE navette.tenant_integrations SET config_public = '{\"portal\": 42}' WHERE id = 'int_2'"
    );
    const auto find = [&](const std::string& id, const std::string& field, const std::string& account) {
        return test::must(run(webhook_targets(connection(), "shop", id, field, account)));
    };
    EXPECT_EQ(find("int_1", "", ""), (std::vector<IntegrationKey>{{"acme", "int_1"}}));
    EXPECT_EQ(find("", "portal", "42"), (std::vector<IntegrationKey>{{"other", "int_2"}}));
    EXPECT_EQ(find("", "portal", "43").size(), 0U);
    EXPECT_EQ(find("", "", "").size(), 2U);
    EXPECT_EQ(test::must(run(webhook_targets(connection(), "crm", "int_1", "", ""))).size(), 0U);
}

}  // namespace
}  // namespace navette::store
