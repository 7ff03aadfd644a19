// What the two sides spell in their own way: records that are equal all the same, planned and compared; and
// what Dolibarr says of its database.
#include "tests/e2e/dolibarr_both_ways.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace navette::test {
namespace {

namespace json = boost::json;

TEST_P(DolibarrBothWays, ANationalPhoneNumberThereIsTheInternationalOneHere) {
    account_->site().pause_integrations();
    account_->rule({"conflicts=manual"});
    const auto email = account_->own("ada") + "@x.test";
    const auto remote = account_->create(
        "contact", {{"lastname", "King"}, {"email", "Ada." + email}, {"phone_pro", "01 02 03 04 05"}}
    );
    const auto spelt = account_->shown("contact", remote).at("phone_pro");  // without blanks, in places
    ASSERT_NE(spelt, "+33102030405");
    account_->enqueue(
        "contact", "k", {{"last_name", "King"}, {"email", "ada." + email}, {"phone", "+33 1 02 03 04 05"}}
    );
    const auto plan = account_->site()
                          .ctl_json({"plan", "create", "int_books", "--object", "contact", "--wait"})
                          .as_object();
    const auto& counts = plan.at("counts").at("contact").as_object();
    EXPECT_EQ(counts.at("link"), 1) << plan;
    for (const auto* verdict : {"conflict", "change_local", "change_remote", "create_remote"}) {
        EXPECT_FALSE(counts.contains(verdict)) << verdict << ": " << plan;
    }
    const auto id = std::to_string(plan.at("id").as_int64());
    const auto approved = account_->site().ctl({"plan", "approve", id, "--wait"});
    EXPECT_EQ(approved.exit_code, 0) << approved.output;
    account_->await_empty();
    EXPECT_EQ(account_->remote_id("contact", "k"), remote);
    EXPECT_TRUE(account_->site().ctl_json({"conflicts"}).as_array().empty());

    account_->pull("contact");
    const auto writes = account_->writes();
    const auto drift =
        account_->site().ctl({"reconcile", "int_books", "--object", "contact", "--dry-run", "--wait"});
    EXPECT_EQ(drift.exit_code, 0) << drift.output;
    // An edit of another field there does not make the number news.
    account_->edit("contact", remote, {{"firstname", "Ada"}});
    account_->pull("contact");
    EXPECT_EQ(account_->hub("contact", "k").at("phone"), "+33 1 02 03 04 05");
    EXPECT_EQ(account_->shown("contact", remote).at("phone_pro"), spelt);
    EXPECT_EQ(account_->hub("contact", "k").at("first_name"), "Ada");
    EXPECT_EQ(account_->writes(), writes);
    // Another number is one.
    account_->edit("contact", remote, {{"phone_pro", "01 02 03 04 06"}});
    account_->pull("contact");
    EXPECT_EQ(account_->hub("contact", "k").at("phone"), account_->shown("contact", remote).at("phone_pro"));
    EXPECT_NE(account_->hub("contact", "k").at("phone"), "+33 1 02 03 04 05");
}

TEST_P(DolibarrBothWays, WhatDolibarrQuotesOfItsDatabaseStaysOutOfTheLog) {
    const std::string name = "Planted" + std::string(300, 'x');
    account_->tell("contact", "k", {{"last_name", "King"}});
    account_->tell(
        "product",
        "p",
        {{"sku", account_->own("Q-")}, {"name", "Widget"}, {"price_cents", 1}, {"vat_rate", 20}}
    );
    account_->enqueue("contact", "k", {{"last_name", name}});
    account_->enqueue("product", "p", {{"name", name}});
    account_->database().await_number(
        "SELECT count(*) FROM navette.sync_queue WHERE status = 'failed'", 2, std::chrono::seconds(60)
    );
    const std::string refused =
        "SELECT count(*) FROM navette.sync_logs WHERE response::text LIKE '%Data too long%' AND ";
    EXPECT_EQ(account_->database().number(refused + "response::text LIKE '%(left out)%'"), 2);
    EXPECT_EQ(
        account_->database().number(refused + "concat(response, error_message) ~ 'Planted|UPDATE llx'"), 0
    );
}

}  // namespace
}  // namespace navette::test
