// Plans and reconciling at the real daemon, with people who work at a HubSpot account: what both sides held
// before is linked and made equal once, nothing happens before approval, and a process that dies goes on
// where it stood.
#include "tests/e2e/plans_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace navette::test {
namespace {

using ::testing::HasSubstr;

class Plans : public PlansTest {};

TEST_F(Plans, WhatBothSidesHeldBeforeIsLinkedAndMadeEqualOnceApprovedAndNotBefore) {
    wait_for_plan();
    hubspot().create(contact("ana", "+33612340001"));
    hubspot().create(contact("bob", "+33612340002"));
    hubspot().create(contact("cara", "+33612340003"));
    ring_.tell("contact", "1", person("ana", "+33612340001"));
    ring_.tell("contact", "2", person("bob", "+33612349999"));
    ring_.tell("contact", "4", person("dora", "+33612340004"));
    ring_.start();
    await_shown(3);
    const auto writes = hubspot().writes();
    const auto plan = create_plan();
    EXPECT_EQ(count(plan, "link"), 1) << plan;
    EXPECT_EQ(count(plan, "conflict"), 1);
    EXPECT_EQ(count(plan, "create_local"), 1);
    EXPECT_EQ(count(plan, "create_remote"), 1);
    EXPECT_EQ(hubspot().writes(), writes) << "nothing is written before approval";
    EXPECT_EQ(hubspot().records().size(), 3U);
    EXPECT_EQ(ring_.fed(), 0);
    const auto shown = ring_.site().ctl({"plan", "show", id_of(plan)});
    EXPECT_EQ(shown.exit_code, 0) << shown.output;
    EXPECT_THAT(shown.output, HasSubstr("+33612349999"));

    const auto approved = ring_.site().ctl({"plan", "approve", id_of(plan), "--wait"});
    EXPECT_EQ(approved.exit_code, 0) << approved.output;
    ring_.await_empty();
    ring_.settle();
    EXPECT_EQ(hubspot().records().size(), 4U) << "no duplicates: " << ring_.requests();
    EXPECT_EQ(ring_.database().number("SELECT count(*) FROM navette.records"), 4);
    EXPECT_EQ(ring_.database().number("SELECT count(*) FROM navette.record_links"), 4);
    for (const auto* id : {"1", "2", "4"}) {
        ring_.expect_equal("contact", id);
    }
    const auto again = ring_.site().ctl({"reconcile", "int_hubspot", "--dry-run", "--wait"});
    EXPECT_EQ(again.exit_code, 0) << again.output;
}

TEST_F(Plans, DriftThatNothingToldOfIsFoundAndRepaired) {
    ring_.start();
    for (const auto* id : {"1", "2", "3"}) {
        ring_.tell("contact", id, person("p" + std::string(id), "+3361234000" + std::string(id)));
    }
    ring_.database().await_number("SELECT count(*) FROM navette.record_links", 3);
    ring_.settle();
    hubspot().disturb_webhooks(R"({"lost": 1})");
    hubspot().edit(ring_.remote_id(hubspot(), "1"), {{"phone", "+33612345555"}});
    hubspot().create(contact("late", "+33612340009"));
    await_shown("phone", "+33612345555");
    await_shown("email", "late@plan.test");
    const auto told = ring_.site().ctl({"reconcile", "int_hubspot", "--dry-run", "--wait"});
    EXPECT_EQ(told.exit_code, 1) << told.output;
    EXPECT_EQ(ring_.hub("contact", "1").at("phone"), "+33612340001") << "a dry run only tells";
    const auto asks = ring_.site().ctl({"reconcile", "int_hubspot", "--repair-below", "1", "--wait"});
    EXPECT_EQ(asks.exit_code, 1) << asks.output;
    EXPECT_THAT(asks.output, HasSubstr("ready"));
    const auto id = ring_.database().value("SELECT max(id) FROM navette.comparisons");
    EXPECT_EQ(ring_.site().ctl({"reconcile", "cancel", id}).exit_code, 0);
    const auto repaired = ring_.site().ctl({"reconcile", "int_hubspot", "--repair-below", "2", "--wait"});
    EXPECT_EQ(repaired.exit_code, 0) << repaired.output;
    ring_.await_empty();
    EXPECT_EQ(ring_.hub("contact", "1").at("phone"), "+33612345555");
    EXPECT_EQ(ring_.database().number("SELECT count(*) FROM navette.record_links"), 4);
    ring_.expect_equal("contact", "1");
}

TEST_F(Plans, KilledWhileItReadsAndWhileItAppliesItGoesOnAndDoesEverythingOnce) {
    constexpr int kContacts = 120;
    wait_for_plan();
    for (int n = 0; n < kContacts; ++n) {
        hubspot().create(contact("there" + std::to_string(n), "+33612340001"));
    }
    for (int n = 0; n < 10; ++n) {
        ring_.tell("contact", "h" + std::to_string(n), person("there" + std::to_string(n), "+33612340001"));
        ring_.tell("contact", "o" + std::to_string(n), person("only" + std::to_string(n), "+33612340001"));
    }
    ring_.start();
    await_shown(kContacts);
    auto& database = ring_.database();
    const auto asked = ring_.site().ctl_json({"plan", "create", "int_hubspot", "--object", "contact"});
    const auto id = std::to_string(asked.at("id").as_int64());
    database.await_number(
        "SELECT count(*) FROM navette.comparisons WHERE (counts -> 'contact' ->> 'read')::integer > 0", 1
    );
    ring_.site().kill_daemon();
    ring_.site().start_daemon();
    database.await_number("SELECT count(*) FROM navette.comparisons WHERE state = 'ready'", 1);
    EXPECT_EQ(
        database.value("SELECT counts -> 'contact' ->> 'read' FROM navette.comparisons"),
        std::to_string(kContacts)
    );
    ASSERT_EQ(ring_.site().ctl({"plan", "approve", id}).exit_code, 0);
    database.await_number("SELECT least(count(*), 1) FROM navette.record_links", 1);
    ring_.site().kill_daemon();
    ring_.site().start_daemon();
    database.await_number("SELECT count(*) FROM navette.comparisons WHERE state = 'done'", 1);
    ring_.await_empty();
    ring_.settle();
    EXPECT_EQ(hubspot().records().size(), kContacts + 10U);
    EXPECT_EQ(database.number("SELECT count(*) FROM navette.records"), kContacts + 10);
    EXPECT_EQ(database.number("SELECT count(*) FROM navette.record_links"), kContacts + 10);
    const auto again = ring_.site().ctl({"reconcile", "int_hubspot", "--dry-run", "--wait"});
    EXPECT_EQ(again.exit_code, 0) << again.output;
}

TEST_F(Plans, AnIntegrationMadeToBeginWithAPlanCarriesNothingOverUntilThen) {
    const auto key = ring_.site().folder() / "plan.token";
    ring_.site().write("plan.token", "pat-eu1-right-token");
    const auto added = ring_.site().ctl(
        {"integration",
         "add",
         "hubspot",
         "--tenant",
         "other",
         "--id",
         "int_planned",
         "--set",
         "base_url=" + hubspot().site().url(),
         "--set",
         "portal_id=55501234",
         "--secret",
         "token=@" + key.string(),
         "--plan-first",
         "--enable"}
    );
    ASSERT_EQ(added.exit_code, 0) << added.output;
    const auto state = "SELECT state FROM navette.tenant_integrations WHERE id = 'int_planned'";
    EXPECT_EQ(ring_.database().value(state), "paused");
    EXPECT_EQ(ring_.site().ctl({"integration", "enable", "int_planned"}).exit_code, 0);
    EXPECT_EQ(ring_.database().value(state), "paused");
    const auto twice = ring_.site().ctl({"plan", "create", "int_planned"});
    EXPECT_EQ(twice.exit_code, 0) << twice.output;
    const auto refused = ring_.site().ctl({"plan", "create", "int_planned"});
    EXPECT_EQ(refused.exit_code, 1) << refused.output;
    EXPECT_THAT(refused.output, HasSubstr("stands already"));
    EXPECT_EQ(ring_.site().ctl({"plan", "show", "99999"}).exit_code, 3);
    EXPECT_EQ(ring_.site().ctl({"plan", "show", "x"}).exit_code, 2);
    EXPECT_EQ(ring_.site().ctl({"integration", "enable", "int_planned", "--without-plan"}).exit_code, 0);
    EXPECT_EQ(ring_.database().value(state), "active");
}

}  // namespace
}  // namespace navette::test
