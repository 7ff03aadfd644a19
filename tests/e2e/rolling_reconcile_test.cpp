// Drift is searched for again and again without anybody asking: a little is repaired, more waits for a person
// and stands on /metrics until then.
#include "tests/e2e/plans_fixture.hpp"

#include <gmock/gmock.h>

namespace navette::test {
namespace {

using ::testing::HasSubstr;

class RollingReconcile : public PlansTest {
  protected:
    RollingReconcile()
        : PlansTest(
              {.platforms = {"hubspot"}, .more = "reconcile: {every: 1m, repair_below: 50, repair_most: 1}\n"}
          ) {}

    /// HubSpot tells nobody of this edit.
    void edit_unheard(const std::string& id, const std::string& phone) {
        hubspot().disturb_webhooks(R"({"lost": 1})");
        hubspot().edit(ring_.remote_id(hubspot(), id), {{"phone", phone}});
        await_shown("phone", phone);
    }

    /// A minute has passed since the last search.
    void pass_a_minute() {
        ring_.database().exec(
            "UPDATE navette.tenant_integrations SET created_at = created_at - interval '1 minute'"
        );
        ring_.database().exec("UPDATE navette.comparisons SET created_at = created_at - interval '1 minute'");
        ring_.database().exec("SELECT pg_notify('navette_wake', 'compare:int_hubspot')");
    }

    void await_search(const std::string& state, long number) {
        ring_.database().await_number(
            "SELECT count(*) FROM navette.comparisons WHERE kind = 'reconcile' AND created_by = "
            "'reconcile.every' AND state = '" +
                state + "'",
            number
        );
    }

    void await_metric(const std::string& line) {
        standin::BlockingClient client(ring_.port());
        std::string body;
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        while (std::chrono::steady_clock::now() < until) {
            body = client.send("GET", "/metrics").body;
            if (body.find("\n" + line + "\n") != std::string::npos) {
                return;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
        ADD_FAILURE() << line << " is not in " << body;
    }

    static std::string drift(const std::string& kind, int records) {
        return R"(navette_drift_records{integration="int_hubspot",kind=")" + kind +
               R"(",object="contact"} )" + std::to_string(records);
    }
};

TEST_F(RollingReconcile, RepairsALittleByItselfAndTellsWhatWaitsForAPerson) {
    ring_.start();
    for (const auto* id : {"1", "2", "3", "4"}) {
        ring_.tell("contact", id, person("p" + std::string(id), "+3361234000" + std::string(id)));
    }
    ring_.database().await_number("SELECT count(*) FROM navette.record_links", 4);
    ring_.settle();

    edit_unheard("1", "+33612345551");
    pass_a_minute();
    await_search("done", 1);
    ring_.await_empty();
    EXPECT_EQ(ring_.hub("contact", "1").at("phone"), "+33612345551") << "one of four is repaired";
    EXPECT_EQ(ring_.database().value("SELECT approved_by FROM navette.comparisons"), "below the threshold");
    await_metric(drift("change_local", 0));

    edit_unheard("2", "+33612345552");
    edit_unheard("3", "+33612345553");
    pass_a_minute();
    await_search("ready", 1);
    await_metric(drift("change_local", 2));
    EXPECT_EQ(ring_.hub("contact", "2").at("phone"), "+33612340002") << "two of four are not";
    const auto id = ring_.database().value("SELECT max(id) FROM navette.comparisons");
    const auto approved = ring_.site().ctl({"reconcile", "approve", id, "--wait"});
    EXPECT_EQ(approved.exit_code, 0) << approved.output;
    await_metric(drift("change_local", 0));
    ring_.settle();
    EXPECT_EQ(ring_.hub("contact", "2").at("phone"), "+33612345552");
    EXPECT_EQ(ring_.hub("contact", "3").at("phone"), "+33612345553");

    pass_a_minute();
    await_search("done", 3);
    EXPECT_EQ(
        ring_.database().number("SELECT to_apply FROM navette.comparisons ORDER BY id DESC LIMIT 1"), 0
    );
}

}  // namespace
}  // namespace navette::test
