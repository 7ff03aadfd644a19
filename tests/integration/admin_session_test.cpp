// Transactions of the admin session, and what it speaks for.
#include "daemon/store/admin_session.hpp"

#include "tests/integration/schema_fixture.hpp"

#include <gmock/gmock.h>

#include <stdexcept>

namespace navette::store {
namespace {

using test::must;

class AdminSessionTest : public test::SchemaTest {
  protected:
    /// "role tenant" of the next statement.
    std::string speaks_for() {
        const auto rows =
            must(session_.query("SELECT json_build_object('who', current_user || ' ' || "
                                "coalesce(current_setting('navette.tenant', true), ''))"));
        return text_of(rows.front(), "who");
    }

    core::Result<void> add(const std::string& id) {
        const auto added = session_.query(
            "INSERT INTO navette.sync_cursors (tenant_id, name) VALUES ('acme', $1) RETURNING '{}'::json",
            {id}
        );
        return added ? core::Result<void>() : std::unexpected(added.error());
    }

    std::string names() {
        return database_.value(
            "SELECT coalesce(string_agg(name, ' ' ORDER BY name), '') FROM navette.sync_cursors"
        );
    }

    AdminSession session_ = must(AdminSession::open(database_.url()));
};

TEST_F(AdminSessionTest, ATransactionTakesEffectAsAWholeOrNotAtAll) {
    must(session_.transaction([&] {
        must(add("a"));
        EXPECT_EQ(names(), "") << "not yet for others";
        return add("b");
    }));
    EXPECT_EQ(names(), "a b");
    const auto failed = session_.transaction([&]() -> core::Result<void> {
        must(add("c"));
        return core::failure(core::ErrorKind::conflict, "no");
    });
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().message, "no");
    EXPECT_EQ(names(), "a b");
    EXPECT_THROW(
        (void)session_.transaction([&]() -> core::Result<void> {
            must(add("d"));
            throw std::runtime_error("a mistake");
        }),
        std::runtime_error
    );
    EXPECT_EQ(names(), "a b");
    must(add("e"));
    EXPECT_EQ(names(), "a b e") << "the session goes on";
}

TEST_F(AdminSessionTest, AStatementThatFailsTakesBackNothingButItself) {
    must(session_.transaction([&]() -> core::Result<void> {
        must(add("a"));
        EXPECT_FALSE(add("a"));
        return add("b");
    }));
    EXPECT_EQ(names(), "a b");
}

TEST_F(AdminSessionTest, ATransactionInsideAnotherIsTakenBackAlone) {
    must(session_.transaction([&]() -> core::Result<void> {
        must(add("a"));
        EXPECT_FALSE(session_.transaction([&]() -> core::Result<void> {
            must(add("b"));
            return core::failure(core::ErrorKind::conflict, "no");
        }));
        must(session_.transaction([&] { return add("c"); }));
        return {};
    }));
    EXPECT_EQ(names(), "a c");
}

TEST_F(AdminSessionTest, ABoundSessionSpeaksForItsTenantUntilItIsLifted) {
    EXPECT_EQ(speaks_for(), "navette ");
    session_.bind_tenant("ac'me");
    EXPECT_EQ(speaks_for(), "navette_tenant ac'me");
    {
        const Unbound unbound(session_);
        EXPECT_EQ(speaks_for(), "navette ");
    }
    EXPECT_EQ(speaks_for(), "navette_tenant ac'me");
    session_.bind_tenant(std::nullopt);
    EXPECT_EQ(speaks_for(), "navette ");
}

TEST_F(AdminSessionTest, TheBindingMayChangeInsideATransactionAndOutlivesWhatIsTakenBack) {
    session_.bind_tenant("acme");
    must(session_.transaction([&]() -> core::Result<void> {
        EXPECT_EQ(speaks_for(), "navette_tenant acme");
        EXPECT_FALSE(session_.transaction([&]() -> core::Result<void> {
            const Unbound unbound(session_);
            EXPECT_EQ(speaks_for(), "navette ");
            return core::failure(core::ErrorKind::conflict, "no");
        }));
        EXPECT_EQ(speaks_for(), "navette_tenant acme");
        {
            const Unbound unbound(session_);
            EXPECT_FALSE(session_.transaction([&]() -> core::Result<void> {
                session_.bind_tenant("other");
                EXPECT_EQ(speaks_for(), "navette_tenant other");
                return core::failure(core::ErrorKind::conflict, "no");
            }));
            EXPECT_EQ(speaks_for(), "navette_tenant other")
                << "PostgreSQL took the setting back, not the binding";
        }
        EXPECT_EQ(speaks_for(), "navette_tenant acme");
        return {};
    }));
    EXPECT_EQ(speaks_for(), "navette_tenant acme");
    session_.bind_tenant(std::nullopt);
    EXPECT_EQ(speaks_for(), "navette ");
}

TEST_F(AdminSessionTest, AConnectionThatBrokeIsOpenedAnewAndStillBound) {
    session_.bind_tenant("acme");
    session_.limit_statements(std::chrono::milliseconds(12'345));
    EXPECT_EQ(speaks_for(), "navette_tenant acme");
    database_.exec(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid "
        "<> pg_backend_pid()"
    );
    database_.await_number(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> "
        "pg_backend_pid()",
        0
    );
    must(session_.refresh());
    EXPECT_EQ(speaks_for(), "navette_tenant acme");
    const auto rows =
        must(session_.query("SELECT json_build_object('limit', current_setting('statement_timeout'))"));
    EXPECT_EQ(text_of(rows.front(), "limit"), "12345ms");
}

TEST_F(AdminSessionTest, AStatementThatTakesTooLongIsEndedAsUnavailable) {
    session_.limit_statements(std::chrono::milliseconds(50));
    const auto slow = session_.query("SELECT '{}'::json FROM pg_sleep(60)");
    ASSERT_FALSE(slow);
    EXPECT_EQ(slow.error().kind, core::ErrorKind::unavailable);
}

TEST_F(AdminSessionTest, ATextWithANulIsRefusedAndNotCutOff) {
    const auto refused = add(std::string("a\0b", 3));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, core::ErrorKind::invalid);
    EXPECT_EQ(names(), "");
}

}  // namespace
}  // namespace navette::store
