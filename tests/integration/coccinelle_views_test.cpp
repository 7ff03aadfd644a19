// The statements that Coccinelle sends, by its own table and column names (docs/adr/0003).
#include "daemon/store/queue.hpp"
#include "tests/integration/schema_fixture.hpp"

#include <gmock/gmock.h>

namespace navette::test {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

class CoccinelleViewsTest : public OwnedIntegrationTest {
  protected:
    /// The application's own insert, with its event data.
    void insert_job(const std::string& id, const std::string& event_data) {
        pqxx::connection application(database_.url());
        pqxx::work work(application);
        work.exec("SET LOCAL search_path = navette, public");
        work.exec_params(
            "INSERT INTO integration_sync_queue (id, integration_id, tenant_id, event_type, event_data, "
            "priority, "
            "status, retry_count, max_retries, scheduled_at, created_at) VALUES ($1, 'int_1', 'acme', "
            "'prospect.created', $2, 3, 'pending', 0, 2, '2026-01-02T03:04:05.678Z', "
            "'2026-01-02T03:04:05.678Z')",
            id,
            event_data
        );
        work.commit();
    }

    std::string seen(const std::string& columns, const std::string& id = "queue_1") {
        return database_.value(
            "SELECT concat_ws('|', " + columns + ") FROM navette.integration_sync_queue WHERE id = '" + id +
            "'"
        );
    }

    std::string job(const std::string& columns) {
        return database_.value("SELECT concat_ws('|', " + columns + ") FROM navette.sync_queue");
    }

    store::Completion completion(store::Verdict verdict, const std::string& outcome) {
        store::Completion done;
        done.key = key_;
        done.epoch = 1;
        done.job_id = database_.number("SELECT max(id) FROM navette.sync_queue");
        done.verdict = verdict;
        done.outcome = outcome;
        done.object = "contact";
        done.attempts = 1;
        done.request = R"({"method":"POST"})";
        done.started_at = std::chrono::system_clock::time_point(std::chrono::seconds(1'767'323'045));
        done.duration = std::chrono::milliseconds(42);
        return done;
    }

    void complete(store::Completion done) {
        store::JournalPage page;
        page.completions.push_back(std::move(done));
        must(run(store::write_page(connection(), kNode, page)));
    }
};

TEST_F(CoccinelleViewsTest, AnInsertedRowBecomesAJobAndReadsBackAsItWasWritten) {
    insert_job("queue_1", R"({"action":"create","data":{"id":"p7","name":"Ann"}})");
    EXPECT_EQ(
        job("tenant_id, integration_id, event_type, entity_type, entity_id, data, priority, max_retries, "
            "status, "
            "origin, external_id"),
        R"(acme|int_1|prospect.created|prospect|p7|{"id": "p7", "name": "Ann"}|3|2|pending|coccinelle|queue_1)"
    );
    EXPECT_EQ(
        seen("integration_id, tenant_id, event_type, priority, status, retry_count, max_retries, scheduled_at"
        ),
        "int_1|acme|prospect.created|3|pending|0|2|2026-01-02T03:04:05.678Z"
    );
    EXPECT_THAT(seen("created_at"), MatchesRegex("20..-..-..T..:..:..\\....Z"));
    EXPECT_EQ(seen("event_data"), R"({"id": "p7", "name": "Ann"})");
}

TEST_F(CoccinelleViewsTest, AnIdBesideTheDataNamesTheRecordToo) {
    insert_job("queue_1", R"({"id":"p8","name":"Bob"})");
    EXPECT_EQ(job("entity_id, data"), R"(p8|{"id": "p8", "name": "Bob"})");
}

TEST_F(CoccinelleViewsTest, MalformedEventDataIsAcceptedAndKeptAsItCame) {
    insert_job("queue_1", "{not json");
    EXPECT_EQ(job("jsonb_typeof(data), data #>> '{}', entity_id"), "string|{not json|queue_1");
    insert_job("queue_2", R"({"text":"nul \u0000 inside"})");
    EXPECT_EQ(seen("status", "queue_2"), "pending");
    insert_job("queue_3", "");
    EXPECT_EQ(seen("event_data", "queue_3"), "{}");
}

TEST_F(CoccinelleViewsTest, WhatIsInFlightReadsAsProcessingAndCannotBeDeleted) {
    insert_job("queue_1", "{}");
    database_.exec(
        "INSERT INTO navette.in_flight (integration_id, tenant_id, batch_id, epoch, job_ids) SELECT 'int_1', "
        "'acme', 1, 1, array_agg(id) FROM navette.sync_queue"
    );
    EXPECT_EQ(seen("status"), "processing");
    database_.exec("DELETE FROM navette.integration_sync_queue WHERE id = 'queue_1'");
    EXPECT_EQ(seen("status"), "processing");
    database_.exec("DELETE FROM navette.in_flight");
    database_.exec("DELETE FROM navette.integration_sync_queue WHERE id = 'queue_1'");
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.sync_queue"), 0);
}

TEST_F(CoccinelleViewsTest, SettingADeadLetterToPendingReplaysIt) {
    insert_job("queue_1", "{}");
    complete(completion(store::Verdict::fail, "rejected"));
    EXPECT_EQ(seen("status, retry_count"), "failed|1");
    EXPECT_THAT(seen("processed_at"), MatchesRegex("20.*Z"));
    database_.exec("UPDATE navette.integration_sync_queue SET status = 'pending' WHERE id = 'queue_1'");
    EXPECT_EQ(job("status, attempts, run_at <= now(), failed_at IS NULL"), "pending|0|t|t");
}

TEST_F(CoccinelleViewsTest, PriorityAndScheduleCanBeChangedButSuccessIsTheDaemonsToTell) {
    insert_job("queue_1", "{}");
    database_.exec(
        "UPDATE navette.integration_sync_queue SET priority = 9, scheduled_at = '2031-01-01T00:00:00.000Z', "
        "status = 'completed' WHERE id = 'queue_1'"
    );
    EXPECT_EQ(seen("priority, scheduled_at, status"), "9|2031-01-01T00:00:00.000Z|pending");
}

TEST_F(CoccinelleViewsTest, ACompletedJobStaysVisibleAsCompletedUnderItsOwnId) {
    insert_job("queue_1", "{}");
    complete(completion(store::Verdict::finish, "done"));
    EXPECT_EQ(seen("integration_id, event_type, status, retry_count"), "int_1|prospect.created|completed|1");
    EXPECT_EQ(
        database_.value("SELECT count(*) FROM navette.integration_sync_queue WHERE status = 'pending'"), "0"
    );
}

TEST_F(CoccinelleViewsTest, AttemptsAppearInTheLogWithItsStatusNames) {
    insert_job("queue_1", "{}");
    complete(completion(store::Verdict::retry, "retry"));
    auto done = completion(store::Verdict::finish, "done");
    done.attempts = 2;
    done.remote_id = "r9";
    complete(std::move(done));
    const auto logged = [&](const std::string& id) {
        return database_.value(
            "SELECT concat_ws('|', sync_type, sync_direction, source_entity_type, destination_entity_type, "
            "destination_entity_id, status, error_code, request_payload, started_at, duration_ms, "
            "retry_count) "
            "FROM navette.integration_sync_logs WHERE id = '" +
            id + "'"
        );
    };
    EXPECT_EQ(
        logged("queue_1/1"),
        R"(prospect_created|to_platform|prospect|contact|pending|retry|{"method": "POST"}|2026-01-02T03:04:05.000Z|42|0)"
    );
    EXPECT_EQ(
        logged("queue_1/2"),
        R"(prospect_created|to_platform|prospect|contact|r9|success|{"method": "POST"}|2026-01-02T03:04:05.000Z|42|1)"
    );
}

TEST_F(CoccinelleViewsTest, ExternalWorkersLogThroughTheView) {
    database_.exec(
        "INSERT INTO navette.integration_sync_logs (id, integration_id, tenant_id, sync_type, "
        "sync_direction, "
        "source_entity_type, source_entity_id, status, error_message, request_payload, started_at, "
        "duration_ms, "
        "retry_count, created_at) SELECT 'log_1', 'int_1', 'acme', 'prospect_created', 'to_platform', "
        "'prospect', "
        "'p1', s, 'why', '{\"a\":1}', '2026-01-02T03:04:05.000Z', 12, 1, '2026-01-02T03:04:06.000Z' "
        "FROM unnest(ARRAY['success', 'failed', 'pending']) s"
    );
    EXPECT_EQ(
        database_.value("SELECT string_agg(status || '>' || final, ' ' ORDER BY id) FROM navette.sync_logs"),
        "done>true rejected>true retry>false"
    );
    EXPECT_EQ(
        database_.value("SELECT string_agg(concat_ws('|', status, retry_count, started_at, created_at), ' ' "
                        "ORDER BY status) "
                        "FROM navette.integration_sync_logs"),
        "failed|1|2026-01-02T03:04:05.000Z|2026-01-02T03:04:06.000Z "
        "pending|1|2026-01-02T03:04:05.000Z|2026-01-02T03:04:06.000Z "
        "success|1|2026-01-02T03:04:05.000Z|2026-01-02T03:04:06.000Z"
    );
}

TEST_F(CoccinelleViewsTest, WebhooksAreLoggedAndThenMarkedProcessed) {
    database_.exec(
        "INSERT INTO navette.integration_webhook_logs (id, integration_id, tenant_id, source_platform, "
        "event_type, "
        "request_method, request_headers, request_body, request_ip, processed, received_at) VALUES ('wh_1', "
        "'int_1', 'acme', 'shop', 'order.created', 'POST', '{\"x\":\"y\"}', '{broken', '10.0.0.1', 0, "
        "'2026-01-02T03:04:05.000Z')"
    );
    const auto seen_webhook = [&] {
        return database_.value(
            "SELECT concat_ws('|', tenant_id, source_platform, request_body, processed, "
            "coalesce(processing_status, 'none'), processing_error, received_at, processed_at) FROM "
            "navette.integration_webhook_logs WHERE id = 'wh_1'"
        );
    };
    EXPECT_EQ(seen_webhook(), "acme|shop|{broken|0|none|2026-01-02T03:04:05.000Z");
    database_.exec(
        "UPDATE navette.integration_webhook_logs SET processed = 1, processing_status = 'success', "
        "processed_at = "
        "'2026-01-02T03:04:06.000Z' WHERE id = 'wh_1'"
    );
    EXPECT_EQ(
        seen_webhook(), "acme|shop|{broken|1|success|2026-01-02T03:04:05.000Z|2026-01-02T03:04:06.000Z"
    );
}

TEST_F(CoccinelleViewsTest, FieldMappingsAreWrittenChangedAndDeleted) {
    const auto seen_mapping = [&] {
        return database_.value(
            "SELECT concat_ws('|', integration_id, source_field, source_type, destination_field, "
            "destination_type, transform_function, sync_direction) FROM navette.integration_field_mappings "
            "WHERE id = 'map_1'"
        );
    };
    database_.exec(
        "INSERT INTO navette.integration_field_mappings (id, integration_id, source_field, source_type, "
        "destination_field, destination_type, transform_function, sync_direction) VALUES ('map_1', 'int_1', "
        "'email', 'contact', 'mail', 'string', '[\"trim\"]', 'both')"
    );
    EXPECT_EQ(seen_mapping(), R"(int_1|email|contact|mail|string|["trim"]|both)");
    database_.exec(
        "UPDATE navette.integration_field_mappings SET destination_field = 'email_1', transform_function = "
        "NULL "
        "WHERE id = 'map_1'"
    );
    EXPECT_EQ(seen_mapping(), "int_1|email|contact|email_1|string|both");
    EXPECT_EQ(database_.value("SELECT mapped FROM navette.field_mappings"), "t");
    database_.exec("UPDATE navette.integration_field_mappings SET source_field = '' WHERE id = 'map_1'");
    EXPECT_EQ(database_.value("SELECT mapped FROM navette.field_mappings"), "f")
        << "neither source nor transform: the field is not mapped";
    database_.exec("DELETE FROM navette.integration_field_mappings WHERE id = 'map_1'");
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.field_mappings"), 0);
}

TEST_F(CoccinelleViewsTest, AMappingWithCodeOrWithoutItsIntegrationIsRefusedWithASentence) {
    const auto refusal = [&](const std::string& integration, const std::string& transform) -> std::string {
        try {
            database_.exec(
                "INSERT INTO navette.integration_field_mappings (integration_id, source_field, source_type, "
                "destination_field, transform_function) VALUES ('" +
                integration + "', 'a', 'contact', 'b', " + transform + ")"
            );
        } catch (const pqxx::sql_error& error) {
            return error.what();
        }
        return {};
    };
    EXPECT_THAT(refusal("int_1", "'value => value.trim()'"), HasSubstr("declared, not coded"));
    EXPECT_THAT(refusal("nope", "NULL"), HasSubstr("there is no integration nope"));
}

}  // namespace
}  // namespace navette::test
