// A run is taken back at the real daemon: what nobody has edited since goes back to what it was, here and on
// the platforms, the rest is named.
#include "tests/e2e/plans_fixture.hpp"

#include <gmock/gmock.h>

namespace navette::test {
namespace {

namespace json = boost::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class UndoneRuns : public PlansTest {
  protected:
    std::string phone_there(const std::string& remote_id) {
        const auto records = hubspot().records();
        const auto found = records.find(remote_id);
        return found == records.end() ? "no such contact"
                                      : std::string(found->second.at("phone").as_string());
    }
};

TEST_F(UndoneRuns, APlanIsTakenBackWhereNobodyEditedSinceAndTheRestIsNamed) {
    wait_for_plan();
    ring_.database().exec(
        "UPDATE navette.tenant_integrations SET sync_rules = '{\"conflicts\": \"platform_wins\"}'"
    );
    const auto bob = hubspot().create(contact("bob", "+33612340002"));
    const auto cara = hubspot().create(contact("cara", "+33612340003"));
    const auto eve = hubspot().create(contact("eve", "+33612340005"));
    ring_.tell("contact", "2", person("bob", "+33612349992"));
    // What the application enqueued before the plan is made on the platform as the plan says, by the job that
    // waited for it; of Fay it only told.
    ring_.tell("contact", "4", person("dora", "+33612340004"));
    ring_.database().exec(
        "SELECT navette.put_record('ring', 'contact', '6', '" +
        json::serialize(person("fay", "+33612340006")) + "')"
    );
    ring_.tell("contact", "5", person("eve", "+33612349995"));
    ring_.start();
    await_shown(3);
    const auto plan = create_plan();
    ASSERT_EQ(count(plan, "conflict"), 2) << plan;
    apply(plan);
    ASSERT_EQ(ring_.hub("contact", "2").at("phone"), "+33612340002") << "the platform won";
    ASSERT_FALSE(ring_.hub("contact", "int_hubspot:" + cara).empty());
    const auto dora = ring_.remote_id(hubspot(), "4");
    ASSERT_EQ(phone_there(dora), "+33612340004");
    const auto fay = ring_.remote_id(hubspot(), "6");
    ASSERT_EQ(phone_there(fay), "+33612340006");

    // Somebody edits Eve afterwards.
    hubspot().edit(eve, {{"phone", "+33612347777"}});
    ring_.database().await_number(
        "SELECT count(*) FROM navette.records WHERE data ->> 'phone' = '+33612347777'", 1
    );
    ring_.settle();
    const auto writes = hubspot().writes();
    const auto run = "plan:" + id_of(plan);
    const auto would = ring_.site().ctl({"undo", "--run", run, "--dry-run"});
    EXPECT_EQ(would.exit_code, 0) << would.output;
    EXPECT_THAT(would.output, AllOf(HasSubstr("would:"), HasSubstr("it was changed since the run")));
    ring_.await_empty();
    EXPECT_EQ(hubspot().writes(), writes);
    EXPECT_EQ(ring_.hub("contact", "2").at("phone"), "+33612340002");

    const auto undone = ring_.site().ctl({"undo", "--run", run});
    EXPECT_THAT(undone.output, HasSubstr("it was changed since the run"));
    ring_.settle();
    EXPECT_EQ(ring_.hub("contact", "2").at("phone"), "+33612349992");
    EXPECT_EQ(phone_there(bob), "+33612340002") << "the run changed nothing there";
    EXPECT_EQ(ring_.remote_id(hubspot(), "2"), "") << "the run linked them";
    EXPECT_EQ(phone_there(dora), "no such contact") << "the run made her there";
    EXPECT_EQ(phone_there(fay), "no such contact");
    EXPECT_FALSE(ring_.hub("contact", "4").empty()) << "the application's own record stays";
    EXPECT_TRUE(ring_.hub("contact", "int_hubspot:" + cara).empty());
    EXPECT_EQ(phone_there(cara), "+33612340003") << "what was there before the run is never deleted";
    EXPECT_EQ(ring_.hub("contact", "5").at("phone"), "+33612347777");
    EXPECT_EQ(phone_there(eve), "+33612347777");
    const auto again = ring_.site().ctl({"undo", "--run", run});
    EXPECT_THAT(again.output, Not(HasSubstr("go back")));
}

/// Two platforms that follow deletes.
class UndoneDeletes : public PlansTest {
  protected:
    UndoneDeletes()
        : PlansTest(
              {.platforms = {"hubspot", "salesforce"},
               .sync_rules = R"({"spread": "all", "deletes": {"contact": "delete"}})"}
          ) {}
};

TEST_F(UndoneRuns, ARepairIsTakenBackHereAndOnThePlatform) {
    ring_.start();
    ring_.tell("contact", "1", person("ana", "+33612340001"));
    ring_.database().await_number("SELECT count(*) FROM navette.record_links", 1);
    ring_.settle();
    const auto ana = ring_.remote_id(hubspot(), "1");
    hubspot().disturb_webhooks(R"({"lost": 1})");
    hubspot().edit(ana, {{"phone", "+33612345555"}});
    await_shown("phone", "+33612345555");
    const auto repaired = ring_.site().ctl({"reconcile", "int_hubspot", "--repair-below", "1", "--wait"});
    ASSERT_EQ(repaired.exit_code, 0) << repaired.output;
    ring_.await_empty();
    ASSERT_EQ(ring_.hub("contact", "1").at("phone"), "+33612345555");

    const auto run = "reconcile:" + ring_.database().value("SELECT max(id) FROM navette.comparisons");
    const auto undone = ring_.site().ctl({"undo", "--run", run});
    EXPECT_EQ(undone.exit_code, 0) << undone.output;
    ring_.settle();
    EXPECT_EQ(ring_.hub("contact", "1").at("phone"), "+33612340001");
    EXPECT_EQ(phone_there(ana), "+33612340001");
    ring_.expect_equal("contact", "1");
}

TEST_F(UndoneDeletes, WhatARunDeletedIsMadeAnewWhereNavetteDeletedIt) {
    ring_.start();
    ring_.tell(
        "contact",
        "42",
        {{"first_name", "Ana"}, {"last_name", "Berg"}, {"email", "ana@undo.test"}, {"phone", "+33612340001"}}
    );
    auto& database = ring_.database();
    database.await_number("SELECT count(*) FROM navette.record_links", 2);
    ring_.settle();
    auto& salesforce = ring_.platform("salesforce");
    // It vanishes there, nobody tells, and its last write is long enough ago for a search to be believed. The
    // search has to know of it first: one that shows nothing yet shows it later.
    await_shown(1);
    hubspot().disturb_webhooks(R"({"lost": 1})");
    hubspot().erase(ring_.remote_id(hubspot(), "42"));
    await_shown(0);
    database.exec(
        "UPDATE navette.record_links SET created_at = now() - interval '1 hour', synced_at = now() - "
        "interval "
        "'1 hour'"
    );
    const auto repaired = ring_.site().ctl({"reconcile", "int_hubspot", "--repair-below", "1", "--wait"});
    ASSERT_EQ(repaired.exit_code, 0) << repaired.output;
    database.await_number("SELECT count(*) FROM navette.records WHERE deleted", 1);
    ring_.await_empty();
    ASSERT_EQ(salesforce.records().size(), 0U) << "the delete went on";
    const auto run = "reconcile:" + database.value("SELECT max(id) FROM navette.comparisons");

    const auto undone = ring_.site().ctl({"undo", "--run", run});
    EXPECT_THAT(undone.output, HasSubstr("1")) << undone.output;
    database.await_number("SELECT count(*) FROM navette.records WHERE NOT deleted", 1);
    ring_.settle();
    EXPECT_EQ(ring_.hub("contact", "42").at("first_name"), "Ana");
    EXPECT_EQ(salesforce.records().size(), 1U) << "it is made anew";
    ring_.expect_equal("contact", "42");
    EXPECT_EQ(hubspot().records().size(), 0U) << "where it was deleted by others it stays deleted";
}

}  // namespace
}  // namespace navette::test
