#include "daemon/store/listener.hpp"
#include "tests/integration/schema_fixture.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

namespace navette::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class EnqueueTest : public SchemaTest {
  protected:
    EnqueueTest() {
        add_platform("shop", "{order.paid,customer.*}", "{product}");
        add_platform("desk", "{ticket.*}");
        add_integration("acme", "both", "shop", "bidirectional");
        add_integration("acme", "out", "shop", "to_platform");
        add_integration("acme", "in", "shop", "from_platform");
        add_integration("acme", "off", "shop", "bidirectional", false);
        add_integration("acme", "desk", "desk");
        add_integration("other", "theirs", "shop");
    }

    /// Enqueues and tells which integrations got a job of it.
    std::vector<std::string> targets(const std::string& event, const std::string& entity) {
        database_.exec("DELETE FROM navette.sync_queue");
        const auto made = database_.number(
            "SELECT cardinality(navette.enqueue('acme', '" + event + "', '" + entity + "', '1'))"
        );
        std::vector<std::string> found;
        for (const auto& row : database_.exec("SELECT integration_id FROM navette.sync_queue ORDER BY 1")) {
            found.emplace_back(row[0].c_str());
        }
        EXPECT_EQ(static_cast<long>(found.size()), made);
        return found;
    }

    std::string refusal(const std::string& call) {
        try {
            database_.exec("SELECT navette.enqueue(" + call + ")");
        } catch (const pqxx::sql_error& error) {
            EXPECT_EQ(error.sqlstate(), "22023");
            return error.what();
        }
        return {};
    }

    long queued() { return database_.number("SELECT count(*) FROM navette.sync_queue"); }
};

TEST_F(EnqueueTest, ReachesEveryEnabledOutgoingIntegrationOfTheTenantThatKnowsTheEvent) {
    EXPECT_THAT(targets("order.paid", "order"), ElementsAre("both", "out"));
    EXPECT_THAT(targets("customer.moved", "customer"), ElementsAre("both", "out"));
    EXPECT_THAT(targets("anything", "product"), ElementsAre("both", "out"));
    EXPECT_THAT(targets("ticket.opened", "ticket"), ElementsAre("desk"));
}

TEST_F(EnqueueTest, ReturnsNoJobsWhereNobodyWantsTheEvent) {
    EXPECT_THAT(targets("order.refunded", "order"), ElementsAre());
    EXPECT_THAT(targets("customer", "person"), ElementsAre()) << "a wildcard begins after the dot";
    EXPECT_THAT(targets("customers.moved", "person"), ElementsAre());
}

TEST_F(EnqueueTest, HandsTheJobToAnExplicitIntegrationWhateverItsEventsAndKeepsWhatWasSaid) {
    database_.exec(
        "SELECT navette.enqueue(tenant => 'acme', event_type => 'odd', entity_type => 'thing', entity_id => "
        "'7', data => '{\"a\": 1}', priority => 2, run_at => '2030-01-02 03:04:05+00', integration => 'off', "
        "operation => 'delete', origin => 'test')"
    );
    EXPECT_EQ(
        database_.value(
            "SELECT concat_ws('|', tenant_id, integration_id, event_type, entity_type, entity_id, "
            "data, priority, extract(epoch FROM run_at)::bigint, operation, origin, status, deferred) "
            "FROM navette.sync_queue"
        ),
        "acme|off|odd|thing|7|{\"a\": 1}|2|1893553445|delete|test|pending|t"
    );
}

TEST_F(EnqueueTest, AJobForLaterIsDeferredAndOneForNowIsFresh) {
    database_.exec("SELECT navette.enqueue('acme', 'ticket.opened', 'ticket', '1')");
    database_.exec(
        "SELECT navette.enqueue('acme', 'ticket.opened', 'ticket', '2', run_at => now() - interval '1 h')"
    );
    database_.exec(
        "SELECT navette.enqueue('acme', 'ticket.opened', 'ticket', '3', run_at => now() + interval '1 s')"
    );
    EXPECT_EQ(
        database_.value("SELECT string_agg(deferred::text, ' ' ORDER BY id) FROM navette.sync_queue"),
        "false false true"
    );
}

TEST_F(EnqueueTest, AWildcardCoversEveryDepthBelowIt) {
    add_platform("deep", "{order.item.*}");
    add_integration("acme", "deep", "deep");
    EXPECT_THAT(targets("order.item.price.changed", "price"), ElementsAre("deep"));
    EXPECT_THAT(targets("order.item", "price"), ElementsAre());
    EXPECT_THAT(targets("order.items.changed", "price"), ElementsAre());
}

TEST_F(EnqueueTest, ManyRecordsGoInByOneCallToEachIntegrationInTheirOrder) {
    EXPECT_EQ(
        database_.number(
            "SELECT navette.enqueue_many('acme', 'order.paid', 'order', '{7,8,9}', ARRAY['{\"a\": 1}', NULL, "
            "'{\"a\": 3}']::jsonb[], priority => 9, operation => 'update', origin => 'test')"
        ),
        6
    );
    EXPECT_EQ(
        database_.value(
            "SELECT string_agg(concat_ws(':', integration_id, entity_id, data, priority, operation, origin, "
            "deferred), ' ' ORDER BY id) FROM navette.sync_queue WHERE integration_id = 'both'"
        ),
        "both:7:{\"a\": 1}:9:update:test:f both:8:{}:9:update:test:f both:9:{\"a\": 3}:9:update:test:f"
    );
    EXPECT_EQ(database_.number("SELECT navette.enqueue_many('acme', 'order.refunded', 'order', '{1}')"), 0);
    EXPECT_EQ(database_.number("SELECT navette.enqueue_many('acme', 'order.paid', 'order', '{}')"), 0);
    EXPECT_EQ(
        database_.number("SELECT navette.enqueue_many('acme', 'odd', 'thing', '{1,2}', integration => 'off')"
        ),
        2
    );
}

TEST_F(EnqueueTest, ManyRefusesWhatOneRefusesAndDataThatDoesNotFitTheIds) {
    const auto refused = [&](const std::string& call) -> std::string {
        try {
            database_.exec("SELECT navette.enqueue_many(" + call + ")");
        } catch (const pqxx::sql_error& error) {
            return error.what();
        }
        return {};
    };
    EXPECT_THAT(refused("'', 'order.paid', 'order', '{1}'"), HasSubstr("must not be empty"));
    EXPECT_THAT(refused("'acme', 'order.paid', 'order', NULL"), HasSubstr("must not be empty"));
    EXPECT_THAT(refused("'acme', 'order.paid', 'order', ARRAY['1', '']"), HasSubstr("must not be empty"));
    EXPECT_THAT(refused("'acme', 'order.paid', 'order', ARRAY['1', NULL]"), HasSubstr("must not be empty"));
    EXPECT_THAT(
        refused("'acme', 'order.paid', 'order', '{1,2}', ARRAY['{}']::jsonb[]"),
        HasSubstr("data has 1 elements for 2 entity_ids")
    );
    EXPECT_THAT(
        refused("'acme', 'order.paid', 'order', '{1}', integration => 'theirs'"),
        HasSubstr("tenant acme has no integration theirs")
    );
    EXPECT_EQ(queued(), 0);
}

TEST_F(EnqueueTest, RefusesEmptyNamesAndForeignOrUnknownIntegrationsWithASentence) {
    EXPECT_THAT(refusal("'', 'order.paid', 'order', '1'"), HasSubstr("must not be empty"));
    EXPECT_THAT(refusal("'acme', NULL, 'order', '1'"), HasSubstr("must not be empty"));
    EXPECT_THAT(refusal("'acme', 'order.paid', '', '1'"), HasSubstr("must not be empty"));
    EXPECT_THAT(refusal("'acme', 'order.paid', 'order', ''"), HasSubstr("must not be empty"));
    EXPECT_THAT(
        refusal("'acme', 'order.paid', 'order', '1', integration => 'nope'"),
        HasSubstr("tenant acme has no integration nope")
    );
    EXPECT_THAT(
        refusal("'acme', 'order.paid', 'order', '1', integration => 'theirs'"),
        HasSubstr("tenant acme has no integration theirs")
    );
    EXPECT_EQ(queued(), 0);
}

TEST_F(EnqueueTest, IsPartOfTheCallersTransaction) {
    pqxx::connection application(database_.url());
    {
        pqxx::work work(application);
        work.exec("SELECT navette.enqueue('acme', 'order.paid', 'order', '1')");
        EXPECT_EQ(queued(), 0) << "seen before the commit";
        work.abort();
    }
    EXPECT_EQ(queued(), 0) << "left behind by a rollback";
    pqxx::work work(application);
    work.exec("SELECT navette.enqueue('acme', 'order.paid', 'order', '1')");
    work.commit();
    EXPECT_EQ(queued(), 2);
}

TEST_F(EnqueueTest, NotifiesOnlyTheOwnersThatSaidTheySleep) {
    database_.exec(
        "INSERT INTO navette.leases (integration_id, tenant_id, asleep) VALUES ('both', 'acme', false), "
        "('out', "
        "'acme', true)"
    );
    auto listener =
        must(run(store::Listener::open(context_.get_executor(), database_.url(), "navette_wake", "")));
    database_.exec("SELECT navette.enqueue('acme', 'order.paid', 'order', '1', integration => 'both')");
    database_.exec("SELECT navette.enqueue('acme', 'ticket.opened', 'ticket', '1')");
    database_.exec("SELECT navette.enqueue('acme', 'order.paid', 'order', '1')");
    database_.exec("NOTIFY navette_wake, 'end of test'");
    std::vector<std::string> heard;
    while (heard.empty() || heard.back() != "end of test") {
        for (auto& payload : must(run(listener->next()))) {
            heard.push_back(std::move(payload));
        }
    }
    EXPECT_THAT(heard, ElementsAre("out", "end of test"));
}

TEST_F(EnqueueTest, AnApplicationRoleNeedsNoRightOnTheTables) {
    const auto role = "enqueue_app_" + std::to_string(getpid());
    database_.exec("CREATE ROLE " + role);
    database_.exec("REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA navette FROM PUBLIC");
    database_.exec("GRANT USAGE ON SCHEMA navette TO " + role);
    database_.exec("GRANT EXECUTE ON FUNCTION navette.enqueue TO " + role);
    {
        pqxx::connection application(database_.url());
        pqxx::nontransaction work(application);
        work.exec("SET ROLE " + role);
        work.exec("SELECT navette.enqueue('acme', 'order.paid', 'order', '1')");
        for (const std::string denied :
             {"SELECT count(*) FROM navette.sync_queue",
              "DELETE FROM navette.sync_queue",
              "SELECT config_encrypted FROM navette.tenant_integrations",
              "SELECT navette.drop_log_partitions('sync_logs', interval '0')"}) {
            EXPECT_THROW(work.exec(denied), pqxx::insufficient_privilege) << denied;
        }
    }
    EXPECT_EQ(queued(), 2);
    database_.exec("DROP OWNED BY " + role);
    database_.exec("DROP ROLE " + role);
}

}  // namespace
}  // namespace navette::test
