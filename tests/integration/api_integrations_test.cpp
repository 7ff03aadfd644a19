// The admin API for integrations, over its routes and a real database.
#include "tests/integration/api_site.hpp"
#include "tests/support/probe/probe_server.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <gmock/gmock.h>

namespace navette::http {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class IntegrationsApi : public test::ApiSite {
  protected:
    Response create(
        const std::string& body, const Caller& caller = tenant("acme"), const Headers& headers = {}
    ) {
        return call(caller, "POST", "/api/v1/integrations", body, headers);
    }

    Response change(const std::string& id, const std::string& body, const std::string& etag = "*") {
        return call(tenant("acme"), "PUT", "/api/v1/integrations/" + id, body, {{"If-Match", etag}});
    }

    boost::json::object shown(const std::string& id) {
        return object_of(call(tenant("acme"), "GET", "/api/v1/integrations/" + id))
            .at("integration")
            .as_object();
    }

    static std::vector<std::string> fields(const Response& response) {
        std::vector<std::string> all;
        for (const auto& error : object_of(response).at("errors").as_array()) {
            const auto* field = error.as_object().if_contains("field");
            all.emplace_back(field == nullptr ? "" : std::string(field->as_string()));
        }
        return all;
    }

    static std::string word(const boost::json::object& object, std::string_view name) {
        return std::string(object.at(name).as_string());
    }

    std::string stored(const std::string& id, const std::string& columns) {
        return database_.value(
            "SELECT concat_ws('|', " + columns + ") FROM navette.tenant_integrations WHERE id = '" + id + "'"
        );
    }
};

TEST_F(IntegrationsApi, ANewIntegrationIsStoredWithItsSecretsSealedAndShowsTheirNamesOnly) {
    const auto answer = create(
        R"({"integration_type":"probe","integration_name":"Mon CRM","config_public":{"base_url":"https://p.example","pipeline":"7"},
            "config_encrypted":{"api_key":"s3cret-k3y"},"sync_direction":"to_platform","sync_frequency":"every 5m","max_retries":4})"
    );
    ASSERT_EQ(answer.status, 201) << answer.body;
    EXPECT_THAT(answer.body, Not(HasSubstr("s3cret-k3y")));
    const auto id = word(object_of(answer), "integrationId");
    EXPECT_EQ(answer.headers.back().value, "/api/v1/integrations/" + id);
    EXPECT_EQ(
        stored(
            id,
            "tenant_id, integration_name, enabled, sync_direction, sync_frequency, max_retries, created_by"
        ),
        "acme|Mon CRM|f|to_platform|every: 5m|4|token:token_of_acme"
    );
    EXPECT_EQ(stored(id, "config_public::text"), R"({"base_url": "https://p.example", "pipeline": 7})");
    EXPECT_EQ(stored(id, "position('s3cret' in encode(config_encrypted, 'escape'))"), "0");
    const auto view = shown(id);
    EXPECT_EQ(boost::json::serialize(view.at("secrets")), R"(["api_key"])");
    EXPECT_TRUE(view.at("has_secrets").as_bool());
    EXPECT_FALSE(view.contains("config_encrypted"));
    EXPECT_EQ(word(view, "platform_name"), "Probe");
}

TEST_F(IntegrationsApi, EveryMistakeOfABodyIsNamedByItsField) {
    const auto answer = create(
        R"({"integration_type":"probe","config_public":{"pipeline":"x","colour":1,"api_key":"k"},
            "config_encrypted":{"base_url":"u","api_kye":"k"}})"
    );
    ASSERT_EQ(answer.status, 422) << answer.body;
    EXPECT_THAT(
        fields(answer),
        ElementsAre(
            "config_public.colour",
            "config_public.api_key",
            "config_encrypted.api_kye",
            "config_encrypted.base_url",
            "config_public.base_url",
            "config_public.pipeline"
        )
    );
    EXPECT_EQ(word(object_of(answer), "field"), "config_public.colour");
    const auto rules = create(
        R"({"integration_type":"prob","sync_direction":"up","sync_frequency":"weekly","max_retries":101,"colour":1,
            "oauth_data":{"access_token":"x"},"config_encrypted":{"api_key":5}})"
    );
    ASSERT_EQ(rules.status, 422) << rules.body;
    EXPECT_THAT(
        fields(rules),
        ElementsAre(
            "oauth_data",
            "colour",
            "config_encrypted.api_key",
            "sync_direction",
            "sync_frequency",
            "max_retries",
            "integration_type"
        )
    );
    EXPECT_EQ(create("{").status, 400);
    EXPECT_EQ(create("[]").status, 400);
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.tenant_integrations"), 0);
}

TEST_F(IntegrationsApi, SyncRulesAreCheckedStoredShownAndReplacedAsAWhole) {
    const auto wrong = create(
        R"({"integration_type":"probe","config_public":{"base_url":"https://p.example","colour":1},
            "sync_rules":{"conflicts":"oldest_wins","fields":{"contact.mail":"manual"},"deletes":{"contact":"archive"}}})"
    );
    ASSERT_EQ(wrong.status, 422) << wrong.body;
    EXPECT_THAT(
        fields(wrong),
        ElementsAre(
            "config_public.colour",
            "sync_rules.conflicts",
            "sync_rules.fields.contact.mail",
            "sync_rules.deletes.contact"
        )
    );
    const auto made = create(
        R"({"integration_type":"probe","config_public":{"base_url":"https://p.example"},
            "sync_rules":{"conflicts":"manual","fields":{"contact.name":"local_wins"},"deletes":{"contact":"delete"},"spread":"all"}})"
    );
    ASSERT_EQ(made.status, 201) << made.body;
    const auto id = word(object_of(made), "integrationId");
    const auto rules =
        R"({"fields": {"contact.name": "local_wins"}, "spread": "all", "deletes": {"contact": "delete"}, "conflicts": "manual"})";
    EXPECT_EQ(stored(id, "sync_rules::text"), rules);
    EXPECT_EQ(shown(id).at("sync_rules"), boost::json::parse(rules));
    ASSERT_EQ(change(id, R"({"integration_name":"N"})").status, 200);
    EXPECT_EQ(stored(id, "sync_rules::text"), rules) << "what is not named stays";
    ASSERT_EQ(change(id, R"({"sync_rules":{"deletes":{"contact":"ignore"}}})").status, 200);
    EXPECT_EQ(stored(id, "sync_rules::text"), R"({"deletes": {"contact": "ignore"}})");
    EXPECT_EQ(change(id, R"({"sync_rules":{"spread":"some"}})").status, 422);
    EXPECT_EQ(change(id, R"({"sync_rules":"manual"})").status, 422);
    ASSERT_EQ(change(id, R"({"sync_rules":{}})").status, 200);
    EXPECT_EQ(stored(id, "sync_rules::text"), "{}");
}

TEST_F(IntegrationsApi, DirectionAndFrequencyMayStandInTheSettingsAsTheFormerApplicationWritesThem) {
    const auto answer = create(
        R"({"integration_type":"probe","config_public":{"base_url":"https://p.example","sync_direction":"from_platform","sync_frequency":"daily"}})"
    );
    ASSERT_EQ(answer.status, 201) << answer.body;
    const auto id = word(object_of(answer), "integrationId");
    EXPECT_EQ(
        stored(id, "sync_direction, sync_frequency, config_public::text"),
        R"(from_platform|daily|{"base_url": "https://p.example"})"
    );
}

TEST_F(IntegrationsApi, AChangeKeepsWhatItDoesNotNameAndReplacesSecretsOneByOne) {
    const auto id = integrate();
    const auto sealed = stored(id, "md5(config_encrypted)");
    const auto named = change(id, R"({"integration_name":"New","max_retries":9})");
    ASSERT_EQ(named.status, 200) << named.body;
    EXPECT_EQ(
        stored(id, "integration_name, max_retries, config_public::text"),
        R"(New|9|{"base_url": "http://127.0.0.1:9"})"
    );
    ASSERT_EQ(change(id, R"({"config_encrypted":{"signing_key":"an0ther"},"max_retries":null})").status, 200);
    EXPECT_EQ(boost::json::serialize(shown(id).at("secrets")), R"(["api_key","signing_key"])");
    EXPECT_EQ(stored(id, "max_retries IS NULL"), "t");
    EXPECT_NE(stored(id, "md5(config_encrypted)"), sealed);
    ASSERT_EQ(change(id, R"({"config_encrypted":{"api_key":null}})").status, 200);
    EXPECT_EQ(boost::json::serialize(shown(id).at("secrets")), R"(["signing_key"])");
    const auto bad = change(id, R"({"config_public":{}})");
    EXPECT_EQ(bad.status, 422);
    EXPECT_THAT(fields(bad), ElementsAre("config_public.base_url"));
}

TEST_F(IntegrationsApi, ANewAddressGetsNoSecretThatWasNotEnteredWithIt) {
    const auto id = integrate();
    const auto stolen = change(id, R"({"config_public":{"base_url":"http://127.0.0.1:10"}})");
    EXPECT_EQ(stolen.status, 422);
    EXPECT_THAT(fields(stolen), ElementsAre("config_encrypted.api_key"));
    EXPECT_EQ(stored(id, "config_public::text"), R"({"base_url": "http://127.0.0.1:9"})");
    const auto entered = change(
        id,
        R"({"config_public":{"base_url":"http://127.0.0.1:10"},"config_encrypted":{"api_key":"an0ther-key"}})"
    );
    EXPECT_EQ(entered.status, 200) << entered.body;
    EXPECT_EQ(change(id, R"({"config_public":{"base_url":"http://127.0.0.1:10"}})").status, 200)
        << "the same address is no new one";
}

TEST_F(IntegrationsApi, WhoChangesSaysWhichVersionTheySaw) {
    const auto id = integrate();
    const auto path = "/api/v1/integrations/" + id;
    const auto seen = call(tenant("acme"), "GET", path);
    const std::string etag(sdk::first_header(seen.headers, "ETag"));
    EXPECT_EQ(call(tenant("acme"), "PUT", path, "{}").status, 428);
    EXPECT_EQ(call(tenant("acme"), "DELETE", path).status, 428);
    ASSERT_EQ(change(id, R"({"integration_name":"A"})", etag).status, 200);
    EXPECT_EQ(change(id, R"({"integration_name":"B"})", etag).status, 412);
    EXPECT_EQ(call(tenant("acme"), "DELETE", path, "", {{"If-Match", etag}}).status, 412);
    EXPECT_EQ(stored(id, "integration_name"), "A");
    const std::string now(sdk::first_header(call(tenant("acme"), "GET", path).headers, "ETag"));
    EXPECT_EQ(call(tenant("acme"), "DELETE", path, "", {{"If-Match", now}}).status, 200);
    EXPECT_EQ(call(tenant("acme"), "GET", path).status, 404);
}

TEST_F(IntegrationsApi, ARepeatedCreateMakesOne) {
    const std::string body(R"({"integration_type":"probe","config_public":{"base_url":"https://p.example"}})"
    );
    const auto first = create(body, tenant("acme"), {{"Idempotency-Key", "k1"}});
    const auto second = create(body, tenant("acme"), {{"Idempotency-Key", "k1"}});
    ASSERT_EQ(first.status, 201) << first.body;
    EXPECT_EQ(second.body, first.body);
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.tenant_integrations"), 1);
}

TEST_F(IntegrationsApi, AdministrationNamesTheTenant) {
    const std::string body(R"({"integration_type":"probe","config_public":{"base_url":"https://p.example"})");
    const auto unnamed = create(body + "}", administration());
    EXPECT_EQ(unnamed.status, 422);
    EXPECT_EQ(word(object_of(unnamed), "field"), "tenant_id");
    EXPECT_EQ(create(body + R"(,"tenant_id":"beta"})", administration()).status, 201);
    EXPECT_EQ(call(administration(), "POST", "/api/v1/integrations?tenant=beta", body + "}").status, 201);
    EXPECT_EQ(create(body + R"(,"tenant_id":"beta"})").status, 404) << "another tenant's";
    EXPECT_EQ(
        database_.number("SELECT count(*) FROM navette.tenant_integrations WHERE tenant_id = 'beta'"), 2
    );
    const auto listed = call(administration(), "GET", "/api/v1/integrations/configured?tenant=beta");
    EXPECT_EQ(object_of(listed).at("integrations").as_array().size(), 2U);
    EXPECT_EQ(call(tenant("acme"), "GET", "/api/v1/integrations/configured?tenant=beta").status, 404);
}

TEST_F(IntegrationsApi, PagesShowEachIntegrationOnceWhileOthersComeIn) {
    std::set<std::string> made;
    for (int count = 0; count < 5; ++count) {
        made.insert(integrate());
    }
    integrate("beta");
    std::vector<std::string> seen;
    std::string cursor;
    do {
        const auto page = object_of(call(
            tenant("acme"),
            "GET",
            "/api/v1/integrations/configured?limit=2" + (cursor.empty() ? "" : "&cursor=" + cursor)
        ));
        for (const auto& one : page.at("integrations").as_array()) {
            seen.push_back(word(one.as_object(), "id"));
        }
        const auto& next = page.at("next_cursor");
        cursor = next.is_null() ? std::string() : std::string(next.as_string());
        integrate();
    } while (!cursor.empty());
    EXPECT_EQ(seen.size(), made.size());
    EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()), made);
}

TEST_F(IntegrationsApi, EnablingAndDisablingTellTheState) {
    const auto id = integrate();
    const auto path = "/api/v1/integrations/" + id;
    database_.exec("UPDATE navette.tenant_integrations SET state = 'needs_reauth'");
    const auto on = object_of(call(tenant("acme"), "POST", path + "/enable")).at("integration").as_object();
    EXPECT_TRUE(on.at("enabled").as_bool());
    EXPECT_EQ(word(on, "state"), "active");
    EXPECT_EQ(stored(id, "enabled"), "t");
    const auto off = object_of(call(tenant("acme"), "POST", path + "/disable")).at("integration").as_object();
    EXPECT_FALSE(off.at("enabled").as_bool());
}

TEST_F(IntegrationsApi, SyncAsksTheOwnerAndTriesARecordsDeadLettersAgain) {
    const auto id = integrate();
    const auto path = "/api/v1/integrations/" + id + "/sync";
    EXPECT_EQ(call(tenant("acme"), "POST", path).status, 409) << "it is disabled";
    database_.exec(
        "UPDATE navette.tenant_integrations SET enabled = true; "
        "INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id, "
        "status, failed_at) VALUES "
        "('acme', '" +
        id +
        "', 'prospect.created', 'prospect', '7', 'failed', now()), "
        "('acme', '" +
        id + "', 'prospect.created', 'prospect', '8', 'failed', now())"
    );
    const auto answer = call(tenant("acme"), "POST", path, R"({"entity_type":"prospect","entity_id":"7"})");
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(object_of(answer).at("jobs").as_int64(), 1);
    EXPECT_EQ(
        database_.value("SELECT string_agg(entity_id || status, ' ' ORDER BY id) FROM navette.sync_queue"),
        "7pending 8failed"
    );
    EXPECT_EQ(stored(id, "sync_requested_at IS NOT NULL"), "t");
    EXPECT_EQ(call(tenant("acme"), "POST", path, R"({"entity_type":"prospect"})").status, 422);
}

TEST_F(IntegrationsApi, ATestReachesThePlatformWithTheCredentials) {
    test::ProbeServer platform;
    const auto id = integrate("acme", platform.base_url());
    const auto answer = call(tenant("acme"), "POST", "/api/v1/integrations/" + id + "/test");
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_TRUE(object_of(answer).at("ok").as_bool()) << answer.body;
    EXPECT_EQ(word(object_of(answer), "message"), "Probe answered 200");
    EXPECT_EQ(platform.requests("GET /status"), 1);
}

TEST_F(IntegrationsApi, ATestDoesNotReachIntoTheOperatorsNetwork) {
    test::ProbeServer platform;
    const auto id = integrate("acme", platform.base_url());
    make_router(database_.url(), {});
    const auto answer = call(tenant("acme"), "POST", "/api/v1/integrations/" + id + "/test");
    ASSERT_EQ(answer.status, 200);
    EXPECT_FALSE(object_of(answer).at("ok").as_bool());
    EXPECT_THAT(word(object_of(answer), "message"), HasSubstr("127.0.0.1"));
    EXPECT_EQ(platform.requests("GET /status"), 0);
}

TEST_F(IntegrationsApi, ATestOfASilentPlatformEndsAndLeavesNothingBehind) {
    boost::asio::ip::tcp::acceptor silent(context_, {boost::asio::ip::address_v4::loopback(), 0});
    test_limit_ = std::chrono::milliseconds(100);
    make_router(database_.url(), {"127.0.0.0/8"});
    const auto id = integrate("acme", "http://127.0.0.1:" + std::to_string(silent.local_endpoint().port()));
    const auto answer = call(tenant("acme"), "POST", "/api/v1/integrations/" + id + "/test");
    EXPECT_EQ(word(object_of(answer), "message"), "Probe did not answer within 1 s");
    EXPECT_FALSE(object_of(answer).at("ok").as_bool());
    EXPECT_EQ(client_->in_flight(), 0U);
}

class SyncCallback : public IntegrationsApi {
  protected:
    SyncCallback() {
        database_.exec(
            "INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id, "
            "external_id, data) VALUES "
            "('acme', '" +
            id_ + "', 'prospect.created', 'prospect', '7', 'q_7', '{\"name\": \"Jo\"}')"
        );
    }

    Response tell(const std::string& body, const std::string& owner = "acme") {
        return call(tenant(owner), "POST", "/api/v1/integrations/" + id_ + "/sync-callback", body);
    }

    std::string last_log(const std::string& columns) {
        return database_.value(
            "SELECT concat_ws('|', " + columns + ") FROM navette.sync_logs ORDER BY id DESC LIMIT 1"
        );
    }

    const std::string id_ = integrate();
};

TEST_F(SyncCallback, ASuccessFinishesTheJobAndLinksTheRecord) {
    database_.exec(
        "INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id, "
        "waits_for, run_at) VALUES "
        "('acme', '" +
        id_ + "', 'deal.created', 'deal', '1', 'prospect:7', now() + interval '1 day')"
    );
    const auto answer = tell(
        R"({"success":"true","queue_id":"q_7","probe_id":12345,"message":"Contact synced","duration_ms":20})"
    );
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(word(object_of(answer), "job"), "done");
    EXPECT_EQ(
        last_log("status, final, event_type, entity_id, object, remote_id, attempt, duration_ms, remarks[1]"),
        "done|t|prospect.created|7|contact|12345|1|20|Contact synced"
    );
    EXPECT_EQ(
        database_.value("SELECT object || entity_id || remote_id FROM navette.record_links"), "contact712345"
    );
    EXPECT_EQ(
        database_.value("SELECT string_agg(entity_type || (waits_for IS NULL) || (run_at <= now()), ' ') "
                        "FROM navette.sync_queue"),
        "dealtruetrue"
    );
    EXPECT_EQ(stored(id_, "last_sync_status"), "success");
    EXPECT_EQ(tell(R"({"success":true,"queue_id":"q_7"})").status, 404) << "told twice";
}

TEST_F(SyncCallback, AFailureIsTriedAgainUntilTheRetriesAreUsedUp) {
    const std::string body(R"({"success":false,"job_id":"q_7","error":"no scope; key s3cret-of-acme"})");
    for (const auto* became : {"retry", "retry", "failed"}) {
        const auto answer = tell(body);
        ASSERT_EQ(answer.status, 200) << answer.body;
        EXPECT_EQ(word(object_of(answer), "job"), became);
    }
    EXPECT_EQ(
        database_.value("SELECT concat_ws('|', status, attempts, deferred, outcome, failed_at IS NOT NULL) "
                        "FROM navette.sync_queue"),
        "failed|3|t|retry|t"
    );
    EXPECT_EQ(
        database_.value("SELECT string_agg(final::text, ' ' ORDER BY id) FROM navette.sync_logs"),
        "false false true"
    );
    EXPECT_THAT(
        last_log("error_message, response::text"), AllOf(HasSubstr("no scope"), Not(HasSubstr("s3cret")))
    );
    EXPECT_EQ(
        database_.number("SELECT count(*) FROM navette.sync_queue WHERE last_error LIKE '%s3cret%' OR "
                         "last_response::text LIKE '%s3cret%'"),
        0
    );
}

TEST_F(SyncCallback, APermanentFailureIsADeadLetterAtOnce) {
    EXPECT_EQ(
        word(
            object_of(tell(R"({"success":false,"retry":false,"job_id":"q_7","error":"no such field"})")),
            "job"
        ),
        "failed"
    );
    EXPECT_EQ(database_.value("SELECT status || outcome FROM navette.sync_queue"), "failedrejected");
}

TEST_F(SyncCallback, WhatADaemonHasInHandIsLeftToIt) {
    database_.exec(
        "INSERT INTO navette.in_flight (integration_id, tenant_id, batch_id, epoch, job_ids) "
        "SELECT integration_id, tenant_id, 1, 1, ARRAY[id] FROM navette.sync_queue"
    );
    EXPECT_EQ(tell(R"({"success":true,"job_id":"q_7"})").status, 409);
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.sync_queue"), 1);
}

TEST_F(SyncCallback, WorkThatWasNoJobIsLoggedAndShownUnderTheFormerNames) {
    ASSERT_EQ(
        tell(
            R"({"success":true,"sync_type":"prospect.created","entity_type":"prospect","entity_id":9,"remote_id":"12","response_payload":"{\"password\":\"hush-hush\"}"})"
        )
            .status,
        200
    );
    EXPECT_THAT(last_log("response::text"), Not(HasSubstr("hush-hush")));
    const auto logs =
        object_of(call(tenant("acme"), "GET", "/api/v1/integrations/" + id_ + "/logs")).at("logs").as_array();
    ASSERT_EQ(logs.size(), 1U);
    const auto& log = logs.front().as_object();
    EXPECT_EQ(
        word(log, "sync_type") + word(log, "source_entity_id") + word(log, "destination_entity_type") +
            word(log, "status"),
        "prospect_created9contactsuccess"
    );
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.sync_queue"), 1);
    EXPECT_EQ(tell("{}").status, 422);
    EXPECT_EQ(tell(R"({"success":true,"started_at":"yesterday"})").status, 422);
    EXPECT_EQ(tell(R"({"success":true,"job_id":"q_7"})", "beta").status, 404);
}

}  // namespace
}  // namespace navette::http
