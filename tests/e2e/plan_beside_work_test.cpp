// The application goes on working while a plan is applied: what it tells of meanwhile is linked to what the
// plan found, also at a platform that would make such a record a second time.
#include "tests/e2e/plans_fixture.hpp"
#include "tests/e2e/spoke_traits.hpp"

namespace navette::test {
namespace {

/// People whose e-mail address the application does not know: HubSpot keeps no two apart by their phone, and
/// its connector looks for none.
class PlansBesideWork : public PlansTest {
  protected:
    PlansBesideWork() {
        ring_.site().write(
            "connectors.d/hubspot.yaml",
            spoke_traits("hubspot").overrides + "objects:\n  contact: {natural_keys: [phone]}\n"
        );
    }

    static boost::json::object person(const std::string& name, const std::string& phone) {
        return {{"first_name", name}, {"last_name", "Berg"}, {"phone", phone}};
    }
    static boost::json::object contact(const std::string& name, const std::string& phone) {
        return {{"firstname", name}, {"lastname", "Berg"}, {"phone", phone}};
    }
};

TEST_F(PlansBesideWork, WhatTheApplicationTellsMeanwhileIsNotMadeASecondTime) {
    hubspot().create(contact("ana", "+33612340001"));
    hubspot().create(contact("bob", "+33612340002"));
    hubspot().create(contact("cara", "+33612340003"));
    ring_.database().exec(
        "SELECT navette.put_record('ring', 'contact', '1', "
        R"('{"first_name": "ana", "last_name": "Berg", "phone": "+33612340001"}'))"
    );
    ring_.start();
    await_shown(3);
    const auto plan = create_plan();
    ASSERT_EQ(count(plan, "change_local"), 1) << plan;
    ASSERT_EQ(count(plan, "create_local"), 2) << plan;
    // It stands in the middle: approved, and nothing of it done yet.
    ring_.database().exec(
        "SELECT navette.decide_comparison('ring', id, verb, 'test') FROM navette.comparisons, "
        "unnest(ARRAY['approve', 'pause']) AS verb"
    );
    ASSERT_EQ(ring_.database().value("SELECT state || resumes FROM navette.comparisons"), "pausedapproved");
    ring_.tell("contact", "1", person("Ana-Lou", "+33612340001"));
    ring_.tell("contact", "2", person("Bob-Lee", "+33612340002"));
    ring_.database().await_number("SELECT count(*) FROM navette.record_links", 2);
    ring_.await_empty();
    EXPECT_EQ(hubspot().records().size(), 3U) << ring_.requests();
    EXPECT_EQ(ring_.hub("contact", "2").at("first_name"), "Bob-Lee");

    const auto resumed = ring_.site().ctl({"plan", "resume", id_of(plan)});
    ASSERT_EQ(resumed.exit_code, 0) << resumed.output;
    ring_.database().await_number("SELECT count(*) FROM navette.comparisons WHERE state = 'done'", 1);
    ring_.settle();
    EXPECT_EQ(hubspot().records().size(), 3U) << ring_.requests();
    EXPECT_EQ(ring_.database().number("SELECT count(*) FROM navette.records"), 3);
    EXPECT_EQ(ring_.database().number("SELECT count(*) FROM navette.record_links"), 3);
    ring_.expect_equal("contact", "1");
    ring_.expect_equal("contact", "2");
}

}  // namespace
}  // namespace navette::test
