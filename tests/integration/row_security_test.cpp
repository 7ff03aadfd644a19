// What a session of the API that is bound to a tenant can see and do: its own tenant's rows, and no secret.
#include "daemon/store/admin_integrations.hpp"
#include "daemon/store/admin_queue.hpp"
#include "daemon/store/migrations.hpp"
#include "daemon/store/sqlstate.hpp"
#include "tests/integration/schema_fixture.hpp"

#include <gmock/gmock.h>

namespace navette::store {
namespace {

using test::must;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class RowSecurityTest : public test::SchemaTest {
  protected:
    RowSecurityTest() {
        add_platform("shop", "{item.changed}", "{item}");
        for (const std::string tenant : {"acme", "other"}) {
            add_integration(tenant, "int_" + tenant);
            database_.exec(fill(tenant));
        }
        database_.exec(
            "INSERT INTO navette.webhook_logs (tenant_id, source_platform) VALUES ('', 'shop');"
            "INSERT INTO navette.api_tokens (id, tenant_id, scope, token_hash) VALUES ('00000000', '', "
            "'admin', "
            "sha256('x'))"
        );
    }

    /// A row of the tenant's in each table that holds tenants' rows.
    static std::string fill(const std::string& tenant) {
        std::string sql = R"sql(
            UPDATE navette.tenant_integrations SET config_encrypted = 'sealed', oauth_encrypted = 'sealed' WHERE tenant_id = 'T';
            INSERT INTO navette.field_mappings (tenant_id, integration_id, object, local_path, remote_path)
                VALUES ('T', 'int_T', 'item', 'a', 'b');
            INSERT INTO navette.leases (integration_id, tenant_id) VALUES ('int_T', 'T');
            INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id)
                VALUES ('T', 'int_T', 'item.changed', 'item', '1');
            INSERT INTO navette.in_flight (integration_id, tenant_id, batch_id, epoch, job_ids) VALUES ('int_T', 'T', 1, 1, '{}');
            INSERT INTO navette.sync_cursors (tenant_id, name) VALUES ('T', 'source');
            INSERT INTO navette.record_links (tenant_id, integration_id, object, entity_id, remote_id)
                VALUES ('T', 'int_T', 'item', '1', '1');
            INSERT INTO navette.sync_logs (tenant_id, integration_id, job_id, direction, event_type, entity_type, entity_id, status,
                                           final, attempt, started_at, duration_ms)
                VALUES ('T', 'int_T', 1, 'to_platform', 'item.changed', 'item', '1', 'done', true, 1, now(), 0);
            INSERT INTO navette.webhook_logs (tenant_id, source_platform) VALUES ('T', 'shop');
            INSERT INTO navette.records (tenant_id, entity_type, entity_id) VALUES ('T', 'item', '1');
            INSERT INTO navette.change_heads (tenant_id, position) VALUES ('T', 1);
            INSERT INTO navette.changes (tenant_id, position, entity_type, operation, integration_id)
                VALUES ('T', 1, 'item', 'upsert', 'int_T');
            INSERT INTO navette.webhook_receipts (integration_id, tenant_id, key) VALUES ('int_T', 'T', gen_random_uuid());
            INSERT INTO navette.api_tokens (id, tenant_id, scope, token_hash)
                VALUES (substr(md5('T'), 1, 16), 'T', 'read', sha256('T'));
            INSERT INTO navette.api_idempotency (tenant_id, token_id, key, request_hash, status, body)
                VALUES ('T', 't', 'k', 'h', 200, '');
            INSERT INTO navette.pulls (tenant_id, integration_id, object) VALUES ('T', 'int_T', 'item');
            INSERT INTO navette.remote_records (tenant_id, integration_id, object, remote_id, hash)
                VALUES ('T', 'int_T', 'item', '1', 'h');
            INSERT INTO navette.record_keys (tenant_id, entity_type, name, value, entity_id)
                VALUES ('T', 'item', 'code', 'x', '1');
            INSERT INTO navette.doubts (tenant_id, integration_id, object, entity_id, entity_type, sent_as)
                VALUES ('T', 'int_T', 'item', '1', 'item', '1');
            INSERT INTO navette.run_images (tenant_id, run, kind, entity_type, entity_id, after_hash)
                VALUES ('T', 'plan:1', 'record', 'item', '1', 'h');
            INSERT INTO navette.comparisons (tenant_id, integration_id, kind, state, basis) VALUES ('T', 'int_T', 'first', 'done', '');
            INSERT INTO navette.comparison_items (tenant_id, comparison_id, object, verdict)
                SELECT tenant_id, id, 'item', 'link' FROM navette.comparisons WHERE tenant_id = 'T';
            INSERT INTO navette.webhook_checks (tenant_id, integration_id) VALUES ('T', 'int_T');
            INSERT INTO navette.webhook_subscriptions (tenant_id, integration_id, topic, state)
                VALUES ('T', 'int_T', 'item.changed', 'held');
        )sql";
        for (auto at = sql.find("'T'"); at != std::string::npos; at = sql.find("'T'")) {
            sql.replace(at, 3, "'" + tenant + "'");
        }
        for (auto at = sql.find("int_T"); at != std::string::npos; at = sql.find("int_T")) {
            sql.replace(at, 5, "int_" + tenant);
        }
        return sql;
    }

    /// Runs it as acme's; what it changes is taken back.
    pqxx::result as_acme(const std::string& sql) {
        pqxx::work work(bound_);
        work.exec(
            "SELECT set_config('role', 'navette_tenant', true), set_config('navette.tenant', 'acme', true)"
        );
        return work.exec(sql);
    }

    /// The SQLSTATE that it ends with; empty where it succeeds.
    std::string state_as_acme(const std::string& sql) {
        try {
            as_acme(sql);
            return {};
        } catch (const pqxx::sql_error& error) {
            return state_of(error);
        }
    }

    std::vector<std::string> names(const std::string& sql) {
        std::vector<std::string> all;
        for (const auto& row : database_.exec(sql)) {
            all.emplace_back(row[0].c_str());
        }
        return all;
    }

    /// The tables with a tenant_id that the role has this right on (on some columns at least); partitions are
    /// their parents' matter.
    std::vector<std::string> tables(const std::string& right = {}) {
        return names(
            "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = "
            "'tenant_id' "
            "WHERE c.relnamespace = 'navette'::regnamespace AND c.relkind IN ('r', 'p') AND NOT "
            "c.relispartition " +
            (right.empty() ? std::string()
             : right == "DELETE"
                 ? std::string("AND has_table_privilege('navette_tenant', c.oid, 'DELETE') ")
                 : "AND has_any_column_privilege('navette_tenant', c.oid, '" + right + "') ") +
            "ORDER BY c.relname"
        );
    }

    pqxx::connection bound_{database_.url()};
};

constexpr const char* kForbidden = "42501";

TEST_F(RowSecurityTest, EveryTableThatCarriesATenantIsBoundToIt) {
    ASSERT_GE(tables().size(), 16U);
    EXPECT_THAT(
        names(
            "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = "
            "'tenant_id' "
            "WHERE c.relnamespace = 'navette'::regnamespace AND c.relkind IN ('r', 'p') AND NOT "
            "c.relispartition "
            "AND NOT (c.relrowsecurity AND NOT c.relforcerowsecurity AND EXISTS (SELECT FROM pg_policies p "
            "    WHERE p.schemaname = 'navette' AND p.tablename = c.relname AND p.permissive = 'RESTRICTIVE' "
            "      AND p.roles = '{navette_tenant}' AND p.cmd = 'ALL' AND p.qual = p.with_check "
            "      AND p.qual = $$(tenant_id = NULLIF(current_setting('navette.tenant'::text, true), "
            "''::text))$$))"
        ),
        IsEmpty()
    ) << "call navette.bind_to_tenant('navette.<table>') in the migration that makes the table";
}

TEST_F(RowSecurityTest, ASessionSeesItsOwnTenantsRowsOnly) {
    ASSERT_GE(tables("SELECT").size(), 16U);
    for (const auto& table : tables("SELECT")) {
        const auto theirs = "SELECT count(*) FROM navette." + table + " WHERE tenant_id ";
        // The ledger is written by the queue's trigger.
        EXPECT_GT(database_.number(theirs + "= 'other'"), 0) << table << ": the fixture has no row to hide";
        EXPECT_GT(as_acme(theirs + "= 'acme'")[0][0].as<int>(), 0) << table;
        EXPECT_EQ(as_acme(theirs + "<> 'acme'")[0][0].as<int>(), 0) << table;
    }
}

TEST_F(RowSecurityTest, ASessionThatNamesNoTenantSeesNothingNotEvenWhatBelongsToNobody) {
    for (const auto& table : tables("SELECT")) {
        for (const std::string setting : {"RESET navette.tenant", "SET LOCAL navette.tenant = ''"}) {
            EXPECT_EQ(as_acme(setting + "; SELECT count(tenant_id) FROM navette." + table)[0][0].as<int>(), 0)
                << table;
        }
    }
}

TEST_F(RowSecurityTest, AnotherTenantsRowsCannotBeChangedOrRemoved) {
    for (const auto& table : tables("UPDATE")) {
        const auto column = database_.value(
            "SELECT attname FROM pg_attribute WHERE attrelid = 'navette." + table +
            "'::regclass AND attnum > 0 AND attname <> 'id' AND has_column_privilege('navette_tenant', "
            "attrelid, attnum, 'UPDATE') "
            "AND has_column_privilege('navette_tenant', attrelid, attnum, 'SELECT') AND attidentity = '' "
            "LIMIT 1"
        );
        const auto change = "UPDATE navette." + table + " SET " + column + " = " + column;
        EXPECT_EQ(as_acme(change + " WHERE tenant_id = 'other'").affected_rows(), 0U) << table;
        EXPECT_EQ(as_acme(change).affected_rows(), 1U) << table << ": its own";
    }
    for (const auto& table : tables("DELETE")) {
        EXPECT_EQ(as_acme("DELETE FROM navette." + table + " WHERE tenant_id = 'other'").affected_rows(), 0U)
            << table;
    }
}

TEST_F(RowSecurityTest, NothingCanBeWrittenForAnotherTenant) {
    const std::map<std::string, std::string> statements{
        {"tenant_integrations", "(tenant_id, id, integration_type) VALUES ('T', 'int_2', 'shop')"},
        {"field_mappings",
         "(tenant_id, integration_id, object, local_path, remote_path) VALUES ('T', 'int_T', 'item', 'a', "
         "'b')"},
        {"sync_queue",
         "(tenant_id, integration_id, event_type, entity_type, entity_id) VALUES ('T', 'int_T', 'e', 'item', "
         "'1')"},
        {"sync_logs",
         "(tenant_id, integration_id, job_id, direction, event_type, entity_type, entity_id, status, final, "
         "attempt, "
         "started_at, duration_ms) VALUES ('T', 'int_T', 1, 'to_platform', 'e', 'item', '1', 'done', true, "
         "1, now(), 0)"},
        {"comparisons", "(tenant_id, integration_id, kind, basis) VALUES ('T', 'int_T', 'first', '')"},
        {"webhook_receipts", "(integration_id, tenant_id, key) VALUES ('int_T', 'T', gen_random_uuid())"},
        {"api_tokens", "(id, tenant_id, scope, token_hash) VALUES ('12345678', 'T', 'read', sha256('y'))"},
        {"api_idempotency",
         "(tenant_id, token_id, key, request_hash, status, body) VALUES ('T', 't', 'k2', 'h', 200, '')"},
    };
    const auto writable = tables("INSERT");
    for (const auto& table : writable) {
        const auto found = statements.find(table);
        ASSERT_NE(found, statements.end()) << table << " can be written by tenants: add it to this test";
        const auto insert = [&](std::string tenant) {
            auto sql = "INSERT INTO navette." + found->first + " " + found->second;
            for (auto at = sql.find("T'"); at != std::string::npos; at = sql.find("T'")) {
                sql.replace(at, 2, tenant + "'");
            }
            return state_as_acme(sql);
        };
        EXPECT_EQ(insert("acme"), "") << table;
        EXPECT_EQ(insert("other"), kForbidden) << table;
    }
    EXPECT_EQ(writable.size(), statements.size());
    EXPECT_EQ(state_as_acme("UPDATE navette.sync_queue SET tenant_id = 'other'"), kForbidden)
        << "a row cannot be given away";
    EXPECT_EQ(
        state_as_acme("INSERT INTO navette.api_tokens (id, tenant_id, scope, token_hash) VALUES ('12345678', "
                      "'', 'admin', sha256('y'))"),
        kForbidden
    );
}

TEST_F(RowSecurityTest, SealedColumnsCannotBeReadOnlyKnownToBeThere) {
    for (const std::string column : {"config_encrypted", "oauth_encrypted", "*"}) {
        EXPECT_EQ(state_as_acme("SELECT " + column + " FROM navette.tenant_integrations"), kForbidden)
            << column;
    }
    EXPECT_EQ(
        state_as_acme("SELECT 1 FROM navette.tenant_integrations WHERE config_encrypted = 'sealed'"),
        kForbidden
    );
    EXPECT_EQ(
        state_as_acme("UPDATE navette.tenant_integrations SET enabled = false RETURNING config_encrypted"),
        kForbidden
    );
    EXPECT_EQ(state_as_acme("SELECT token_hash FROM navette.api_tokens"), kForbidden);
    const auto row = as_acme("SELECT has_secrets, has_grant FROM navette.tenant_integrations")[0];
    EXPECT_TRUE(row[0].as<bool>() && row[1].as<bool>());
}

TEST_F(RowSecurityTest, ViewsPartitionsAndTablesOfTheDaemonAreClosed) {
    for (const auto& relation :
         names("SELECT relname FROM pg_class WHERE relnamespace = "
               "'navette'::regnamespace AND (relkind = 'v' OR relispartition AND relkind = 'r' "
               "OR relname IN ('schema_migrations', 'account_budgets'))")) {
        EXPECT_EQ(state_as_acme("SELECT FROM navette." + relation), kForbidden) << relation;
    }
    EXPECT_EQ(state_as_acme("SELECT version FROM navette.nodes"), kForbidden);
}

TEST_F(RowSecurityTest, AFunctionWithTheOwnersRightsWorksForTheSessionsTenantOnly) {
    EXPECT_EQ(
        as_acme("SELECT cardinality(navette.enqueue('acme', 'item.changed', 'item', '2'))")[0][0].as<int>(), 1
    );
    EXPECT_EQ(state_as_acme("SELECT navette.enqueue('other', 'item.changed', 'item', '2')"), kForbidden);
    EXPECT_EQ(
        state_as_acme("SELECT navette.enqueue_many('other', 'item.changed', 'item', '{2,3}')"), kForbidden
    );
    EXPECT_EQ(state_as_acme("SELECT navette.put_record('acme', 'item', '2', '{}')"), "");
    EXPECT_EQ(state_as_acme("SELECT navette.put_record('other', 'item', '2', '{}')"), kForbidden);
    EXPECT_EQ(state_as_acme("SELECT navette.put_record('other', 'item', '1', '{}')"), kForbidden)
        << "an existing one";
    database_.exec(
        "INSERT INTO navette.change_heads (tenant_id, position) VALUES ('acme', 5), ('other', 5) "
        "ON CONFLICT (tenant_id) DO UPDATE SET position = 5"
    );
    EXPECT_EQ(state_as_acme("SELECT navette.acknowledge_changes('acme', 3)"), "");
    EXPECT_EQ(state_as_acme("SELECT navette.acknowledge_changes('other', 3)"), kForbidden);
    EXPECT_EQ(state_as_acme("SELECT navette.adopt_record('other', 'item', '1', '2')"), kForbidden);
    // A mapping's trigger raises the version of its own row's integration: of another tenant's there is none.
    const std::string theirs("SELECT sum(version) FROM navette.tenant_integrations WHERE tenant_id = 'other'"
    );
    const auto versions = database_.number(theirs);
    EXPECT_EQ(
        state_as_acme("INSERT INTO navette.field_mappings (tenant_id, integration_id, object, local_path, "
                      "remote_path) VALUES ('other', 'int_other', 'item', 'c', 'd')"),
        kForbidden
    );
    EXPECT_EQ(as_acme("DELETE FROM navette.field_mappings WHERE tenant_id = 'other'").affected_rows(), 0U);
    EXPECT_EQ(database_.number(theirs), versions);
    EXPECT_THAT(
        names("SELECT proname FROM pg_proc WHERE pronamespace = 'navette'::regnamespace AND prosecdef ORDER "
              "BY 1"),
        ElementsAre(
            "acknowledge_changes",
            "adopt_record",
            "enqueue",
            "enqueue_many",
            "put_record",
            "touch_mapped_integration",
            "write_ledger"
        )
    ) << "a new SECURITY DEFINER function must not write for another tenant than navette.tenant: prove it "
         "here";
}

TEST_F(RowSecurityTest, AnApplicationWithGrantsOfItsOwnIsBoundByThemAlone) {
    const auto role = database_.value("SELECT 'app_' || current_database()");
    database_.exec(
        "CREATE ROLE " + role + "; GRANT USAGE ON SCHEMA navette TO " + role +
        "; GRANT SELECT, INSERT ON navette.integration_sync_queue, navette.sync_queue, navette.leases TO " +
        role
    );
    pqxx::connection connection(database_.url());
    pqxx::work work(connection);
    work.exec("SET LOCAL ROLE " + role);
    work.exec(
        "INSERT INTO navette.integration_sync_queue (id, tenant_id, integration_id, event_type, event_data) "
        "VALUES ('evt_1', 'other', 'int_other', 'item.changed', '{}')"
    );
    EXPECT_EQ(work.exec("SELECT FROM navette.sync_queue").size(), 3U);
    EXPECT_EQ(work.exec("SELECT FROM navette.integration_sync_queue WHERE status = 'pending'").size(), 3U);
    work.abort();
    database_.exec("DROP OWNED BY " + role + "; DROP ROLE " + role);
}

TEST_F(RowSecurityTest, TheOperationsOfTheApiWorkWhileBound) {
    auto session = must(AdminSession::open(database_.url()));
    session.bind_tenant("acme");
    EXPECT_EQ(must(list_integrations(session, std::nullopt)).size(), 1U) << "though no tenant is asked for";
    EXPECT_FALSE(find_integration(session, "int_other", std::nullopt));
    JobFilter all;
    EXPECT_EQ(must(list_queue(session, all, 0, 10)).size(), 1U);
    must(set_integration_enabled(session, IntegrationKey("acme", "int_acme"), false));
    EXPECT_FALSE(set_integration_enabled(session, IntegrationKey("other", "int_other"), false));
    must(request_sync(session, IntegrationKey("acme", "int_acme")));
    EXPECT_EQ(must(cancel_all(session, all)), 1);
    must(remove_integration(session, IntegrationKey("acme", "int_acme")));
    EXPECT_EQ(database_.value("SELECT string_agg(tenant_id, ' ') FROM navette.sync_queue"), "other");
    EXPECT_EQ(database_.value("SELECT string_agg(id, ' ') FROM navette.tenant_integrations"), "int_other");
}

TEST(TenantRole, AMigratingRoleThatMayNotMakeItIsToldWhatToRun) {
    const test::TestDatabase made_elsewhere;  // the role belongs to the cluster, and is there already
    test::TestDatabase database(false);
    const auto role = database.value("SELECT 'owner_' || current_database()");
    database.exec("CREATE ROLE " + role + " LOGIN");
    database.exec("ALTER DATABASE " + database.value("SELECT current_database()") + " OWNER TO " + role);
    auto url = database.url();
    url.replace(url.find("user=navette"), std::string("user=navette").size(), "user=" + role);
    const auto refused = migrate(url);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().kind, core::ErrorKind::permission) << refused.error().message;
    EXPECT_THAT(refused.error().message, HasSubstr("GRANT navette_tenant TO " + role));
    database.exec("GRANT navette_tenant TO " + role);
    const auto applied = migrate(url);
    ASSERT_TRUE(applied.has_value()) << applied.error().message;
    auto session = must(AdminSession::open(url));
    session.bind_tenant("acme");
    EXPECT_THAT(must(list_integrations(session, std::nullopt)), IsEmpty());
    EXPECT_FALSE(
        session.query("SELECT json_build_object('a', config_encrypted) FROM navette.tenant_integrations")
    );
    database.exec("DROP OWNED BY " + role + " CASCADE");
}

}  // namespace
}  // namespace navette::store
