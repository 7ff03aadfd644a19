// A node that comes to own many integrations at once loads them in pieces, and works for each of them.
#include "tests/support/fleet.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace navette::test {
namespace {

// A whole piece and a part of another.
constexpr int kIntegrations = 600;

TEST(ManyIntegrations, EachOfThemIsWorkedFor) {
    TestDatabase database;
    ProbeServer probe;
    FleetWishes wishes;
    wishes.lease = "10s";
    Fleet fleet(database, probe, wishes);
    database.exec(
        "INSERT INTO navette.tenant_integrations (tenant_id, id, integration_type, enabled, config_public) "
        "SELECT 't' || n, 'int_t' || n, integration_type, true, config_public FROM "
        "navette.tenant_integrations, "
        "generate_series(1, " +
        std::to_string(kIntegrations - 1) + ") n"
    );
    // The catalogue, by which an event finds its integrations, is a daemon's.
    fleet.start(0);
    fleet.stop(0);
    database.exec(
        "SELECT navette.enqueue('t' || n, 'item.updated', 'item', n::text, '{\"seq\": 1}') FROM "
        "generate_series(0, " +
        std::to_string(kIntegrations - 1) + ") n"
    );
    fleet.start(0);
    database.await_number(
        "SELECT count(DISTINCT integration_id) FROM navette.sync_logs WHERE final AND status = 'done'",
        kIntegrations,
        std::chrono::seconds(90)
    );
    EXPECT_EQ(probe.history().duplicates(), 0);
}

}  // namespace
}  // namespace navette::test
