// Dolibarr's webhooks are hints, sent before its commit: on the stand-in and on a real Dolibarr.
#include "tests/e2e/dolibarr_both_ways.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <string>

namespace navette::test {
namespace {

class DolibarrHints : public DolibarrBothWays {
  protected:
    /// A contact that both sides hold; its id there.
    std::string told_contact() {
        account_->tell(
            "contact",
            "k",
            {{"first_name", "Ada"}, {"last_name", "King"}, {"email", account_->own("ada") + "@x.test"}}
        );
        return account_->remote_id("contact", "k");
    }
};

TEST_P(DolibarrHints, ADeleteThatDolibarrRolledBackDeletesNothing) {
    const auto id = told_contact();
    account_->rule({"deletes.contact=delete"});
    account_->hook("CONTACT_DELETE", id);
    account_->await_empty();
    EXPECT_FALSE(account_->hub("contact", "k").empty());
    EXPECT_EQ(account_->remote_id("contact", "k"), id);
    account_->erase("contact", id);
    account_->hook("CONTACT_DELETE", id);
    account_->await_empty();
    EXPECT_TRUE(account_->hub("contact", "k").empty());
}

TEST_P(DolibarrHints, ARecordThatCannotBeSeenYetWhenItsWebhookComesIsThereWhenItIsLookedFor) {
    const auto id = told_contact();
    account_->hook("CONTACT_MODIFY", id);
    account_->edit("contact", id, {{"firstname", "Augusta"}});
    account_->await_empty();
    EXPECT_EQ(account_->hub("contact", "k")["first_name"], "Augusta");
    // However fast the edit above was: the manifest says when it is looked for (webhooks.fetch_after).
    EXPECT_GE(
        account_->database().number(
            "SELECT extract(epoch FROM (SELECT max(started_at) FROM navette.sync_logs WHERE direction = "
            "'from_platform') - (SELECT max(received_at) FROM navette.webhook_logs)) * 1000"
        ),
        1'990
    );
}

INSTANTIATE_TEST_SUITE_P(
    Account,
    DolibarrHints,
    ::testing::Values(DolibarrAccount::Which::standin, DolibarrAccount::Which::real),
    [](const auto& info) { return info.param == DolibarrAccount::Which::real ? "Real" : "StandIn"; }
);

}  // namespace
}  // namespace navette::test
