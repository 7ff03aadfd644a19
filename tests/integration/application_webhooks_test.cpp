// The change feed as jobs for the application's endpoints, and since when an integration has only failed.
#include "daemon/store/integrations.hpp"
#include "daemon/store/listener.hpp"
#include "tests/integration/schema_fixture.hpp"

#include <gmock/gmock.h>

#include <string>

namespace navette::test {
namespace {

class ApplicationWebhooks : public SchemaTest {
  protected:
    ApplicationWebhooks() {
        add_platform("application");
        database_.exec(
            "UPDATE navette.available_integrations SET category = 'application', capabilities = "
            "'{test,push,changes}'"
        );
        add_platform("shop", "{customer.*}", "{customer}");
        add_integration("acme", "int_shop");
        add_integration("acme", "int_app", "application");
    }

    void publish(
        const std::string& entity_id,
        const std::string& operation = "upsert",
        const std::string& version = "2",
        const std::string& tenant = "acme",
        const std::string& data = R"({"name":"Jane"})"
    ) {
        database_.exec(
            "SELECT navette.publish_change('" + tenant + "', 'customer', '" + entity_id + "', '" + operation +
            "', 'int_shop', 'r7', 'customers/update', '" + data + "', '2026-05-15T10:00:00Z', " + version +
            ", '{name}')"
        );
    }

    void want(const std::string& events, const std::string& integration = "int_app") {
        database_.exec(
            "UPDATE navette.tenant_integrations SET config_public = jsonb_build_object('events', '" + events +
            "') WHERE id = '" + integration + "'"
        );
    }

    std::string jobs(const std::string& what = "data ->> 'type'") {
        return database_.value(
            "SELECT string_agg(integration_id || ' ' || (" + what +
            "), '|' ORDER BY id) FROM navette.sync_queue"
        );
    }
};

TEST_F(ApplicationWebhooks, AnEntryOfTheFeedIsAJobOfItsOwnInTheSameTransaction) {
    publish("42");
    EXPECT_EQ(
        jobs("event_type || ' ' || entity_type || ' ' || entity_id"),
        "int_app change.published change customer:42"
    );
    const auto member = [&](const std::string& name) {
        return database_.value("SELECT data ->> '" + name + "' FROM navette.sync_queue");
    };
    EXPECT_EQ(member("type"), "customer.updated");
    EXPECT_EQ(member("position"), "1");
    EXPECT_EQ(member("entity_id"), "42");
    EXPECT_EQ(member("integration_id"), "int_shop");
    EXPECT_EQ(member("remote_id"), "r7");
    EXPECT_EQ(member("event_type"), "customers/update");
    EXPECT_EQ(member("data"), R"({"name": "Jane"})");
    EXPECT_EQ(member("version"), "2");
    EXPECT_EQ(member("fields"), R"(["name"])");
    EXPECT_EQ(member("occurred_at"), "2026-05-15T10:00:00.000Z");
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.ledger"), 1);
}

TEST_F(ApplicationWebhooks, NothingIsToldOfWhatWasRolledBack) {
    database_.exec(
        "BEGIN; SELECT navette.publish_change('acme', 'customer', '42', 'upsert', 'int_shop', 'r7', '', "
        "'{}', "
        "NULL); ROLLBACK"
    );
    EXPECT_EQ(jobs(), "");
}

TEST_F(ApplicationWebhooks, TheTypeTellsWhatBecameOfTheRecord) {
    publish("1", "upsert", "1");
    publish("2", "upsert", "NULL");
    publish("3", "archive");
    publish("4", "delete", "1");
    EXPECT_EQ(
        jobs(),
        "int_app customer.created|int_app customer.updated|int_app customer.archived|int_app customer.deleted"
    );
}

TEST_F(ApplicationWebhooks, AnIdIsOneTenantsAndOnePositionsAndSaysNothingOfTheTenant) {
    add_integration("beta", "int_beta", "application");
    publish("1");
    publish("1");
    publish("1", "upsert", "2", "beta");
    EXPECT_EQ(database_.number("SELECT count(DISTINCT data ->> 'id') FROM navette.sync_queue"), 3);
    EXPECT_EQ(
        database_.number(
            "SELECT count(*) FROM navette.sync_queue WHERE data ->> 'id' ~ '^chg_[0-9a-f]{12}_[12]$'"
        ),
        3
    );
}

TEST_F(ApplicationWebhooks, ARecordThatTheApplicationDoesNotKnowIsNamedByThePlatformsId) {
    publish("");
    EXPECT_EQ(jobs("entity_id"), "int_app customer:int_shop:r7");
}

TEST_F(ApplicationWebhooks, OnlyWhatAnEndpointWantsIsToldToIt) {
    add_integration("acme", "int_orders", "application");
    want(" order.*\n customer.deleted ");
    want("order.deleted,order.created", "int_orders");
    publish("1");
    EXPECT_EQ(jobs(), "");
    publish("1", "delete");
    EXPECT_EQ(jobs(), "int_app customer.deleted");
    want("  ");
    publish("1");
    EXPECT_EQ(jobs(), "int_app customer.deleted|int_app customer.updated");
}

TEST_F(ApplicationWebhooks, DisabledEndpointsThoseOfOthersAndOfTheOtherDirectionAreToldNothing) {
    add_integration("acme", "int_off", "application", "bidirectional", false);
    add_integration("acme", "int_in", "application", "from_platform");
    add_integration("beta", "int_beta", "application");
    publish("1");
    EXPECT_EQ(jobs(), "int_app customer.updated");
}

TEST_F(ApplicationWebhooks, WhatTheApplicationHandsOverNeverGoesToItsOwnEndpoint) {
    for (const auto* event : {"customer.updated", "change.published"}) {
        database_.exec(
            "SELECT navette.enqueue('acme', '" + std::string(event) +
            "', 'change', '1', '{}'), "
            "navette.enqueue_many('acme', '" +
            std::string(event) + "', 'change', '{2}')"
        );
    }
    database_.exec("SELECT navette.spread_record('acme', 'change', '1', '{}', 'upsert', NULL, true)");
    EXPECT_EQ(
        database_.number("SELECT count(*) FROM navette.sync_queue WHERE integration_id = 'int_app'"), 0
    );
}

TEST_F(ApplicationWebhooks, WhatWasMissedIsToldAgainUnderItsOldIds) {
    for (const auto* id : {"1", "2", "3"}) {
        publish(id);
    }
    const auto first = jobs("data ->> 'id'");
    database_.exec("DELETE FROM navette.sync_queue");
    add_integration("acme", "int_late", "application", "bidirectional", false);
    EXPECT_EQ(database_.number("SELECT navette.redeliver_changes('acme', 'int_app', 0)"), 3);
    EXPECT_EQ(jobs("data ->> 'id'"), first);
    database_.exec("DELETE FROM navette.sync_queue");
    EXPECT_EQ(database_.number("SELECT navette.redeliver_changes('acme', 'int_late', 2)"), 1);
    EXPECT_EQ(jobs("entity_id"), "int_late customer:3");
    EXPECT_THROW(database_.exec("SELECT navette.redeliver_changes('acme', 'int_shop', 0)"), std::exception);
    EXPECT_THROW(database_.exec("SELECT navette.redeliver_changes('beta', 'int_app', 0)"), std::exception);
}

TEST_F(ApplicationWebhooks, AnOwnerThatSleepsIsWoken) {
    add_integration("acme", "int_awake", "application");
    database_.exec(
        "INSERT INTO navette.leases (integration_id, tenant_id, asleep) VALUES ('int_app', 'acme', true), "
        "('int_awake', 'acme', false)"
    );
    const auto listener =
        must(run(store::Listener::open(context_.get_executor(), database_.url(), "navette_wake", "")));
    publish("1");
    EXPECT_THAT(must(run(listener->next())), ::testing::ElementsAre("int_app"));
}

class FailingSpells : public ApplicationWebhooks {
  protected:
    store::FailingSpell note(bool succeeded, int failures) {
        store::LastSync last{{"acme", "int_app"}, failures == 0 ? "success" : "failed", ""};
        last.succeeded = succeeded;
        last.failures = failures;
        return must(run(store::note_last_sync(connection(), last)));
    }
    void an_hour_passes() {
        database_.exec(
            "UPDATE navette.tenant_integrations SET failing_since = failing_since - interval '1 hour'"
        );
    }
};

TEST_F(FailingSpells, FailuresAddUpOverNotesAndOwnersUntilOneSucceeds) {
    EXPECT_EQ(note(true, 0).failures, 0);
    EXPECT_EQ(note(false, 2).failures, 2);
    an_hour_passes();
    const auto later = note(false, 3);
    EXPECT_EQ(later.failures, 5);
    EXPECT_GE(later.lasted, std::chrono::hours(1));
    const auto mended = note(true, 0);
    EXPECT_EQ(mended.failures, 0);
    EXPECT_EQ(mended.lasted, std::chrono::milliseconds(0));
    EXPECT_EQ(
        database_.value("SELECT failing_since FROM navette.tenant_integrations WHERE id = 'int_app'"), ""
    );
}

TEST_F(FailingSpells, ASuccessInBetweenBeginsANewSpell) {
    note(false, 4);
    an_hour_passes();
    const auto spell = note(true, 1);
    EXPECT_EQ(spell.failures, 1);
    EXPECT_LT(spell.lasted, std::chrono::hours(1));
}

TEST_F(FailingSpells, WhoMakesItActiveAgainGivesItANewStart) {
    note(false, 30);
    an_hour_passes();
    must(run(store::set_integration_state(connection(), {"acme", "int_app"}, "error", "switched off")));
    EXPECT_EQ(database_.number("SELECT failures FROM navette.tenant_integrations WHERE id = 'int_app'"), 30);
    must(run(store::set_integration_state(connection(), {"acme", "int_app"}, "active", "")));
    EXPECT_EQ(note(false, 1).failures, 1);
}

}  // namespace
}  // namespace navette::test
