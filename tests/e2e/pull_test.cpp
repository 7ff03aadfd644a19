// Pulls at the real daemon: what somebody edits in Dolibarr, which sends no webhook here, is in the feed
// once, whatever dies in between.
#include "tests/support/daemon_site.hpp"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace navette::test {
namespace {

using ::testing::HasSubstr;

class Pulls : public ::testing::Test {
  protected:
    Pulls() : site_(wishes()) {}

    static SiteWishes wishes() {
        SiteWishes wanted;
        wanted.log_level = "info";
        wanted.more_settings = "pull: {every: 1s, page: 5}\n";
        return wanted;
    }

    std::string create(const std::string& name) {
        const auto reply =
            site_.platform("POST", "/thirdparties", R"({"client": "1", "name": ")" + name + "\"}");
        EXPECT_EQ(reply.status, 200U) << reply.body;
        return reply.body;
    }

    void rename(const std::string& id, const std::string& name) {
        const auto reply = site_.platform("PUT", "/thirdparties/" + id, R"({"name": ")" + name + "\"}");
        EXPECT_EQ(reply.status, 200U) << reply.body;
    }

    /// Entries of the feed about customers, in all, or where `more` holds.
    static std::string told(const std::string& more = "true") {
        return "SELECT count(*) FROM navette.changes WHERE entity_type = 'customer' AND " + more;
    }

    /// Returns when every customer was read twice more from here on: what is told twice would be told by
    /// then.
    void await_two_more_rounds() {
        auto& database = site_.database();
        for (int round = 0; round < 2; ++round) {
            database.exec(
                "UPDATE navette.pulls SET asked = asked + 1, next_at = now() WHERE object = 'customer';"
                "SELECT pg_notify('navette_wake', 'pull:int_lumira')"
            );
            database.await_number("SELECT asked - answered FROM navette.pulls WHERE object = 'customer'", 0);
        }
        database.await_number("SELECT count(*) FROM navette.sync_queue", 0);
    }

    DaemonSite site_;
};

TEST_F(Pulls, WhatIsEditedThereIsInTheFeedOnceAlthoughTheDaemonIsKilledInTheMiddle) {
    constexpr int kCustomers = 23;
    auto& database = site_.database();
    std::vector<std::string> ids;
    for (int n = 0; n < kCustomers; ++n) {
        ids.push_back(create("Customer " + std::to_string(n)));
    }
    site_.start_daemon();
    database.await_number(told(), kCustomers);
    for (const auto& id : ids) {
        rename(id, "Renamed " + id);
    }
    database.await_number(
        "SELECT least(count(*), 1) FROM navette.changes WHERE data ->> 'company' LIKE 'Renamed%'", 1
    );
    site_.kill_daemon();
    site_.start_daemon();
    database.await_number(told("data ->> 'company' LIKE 'Renamed%'"), kCustomers);
    await_two_more_rounds();
    EXPECT_EQ(database.number(told()), 2 * kCustomers)
        << "each was told as it was made and as it was renamed";
    EXPECT_EQ(
        database.number(
            "SELECT count(DISTINCT remote_id) FROM navette.changes WHERE data ->> 'company' = 'Renamed ' || "
            "remote_id"
        ),
        kCustomers
    );
    EXPECT_EQ(database.number("SELECT max(position) - count(*) FROM navette.changes"), 0)
        << "the feed has no gap";
    EXPECT_EQ(database.number("SELECT count(*) FROM navette.webhook_logs"), 0);
    const auto verified = site_.ctl({"verify"});
    EXPECT_EQ(verified.exit_code, 0) << verified.output;
}

TEST_F(Pulls, WhatNavetteWroteItselfIsNoChangeUntilSomebodyEditsIt) {
    auto& database = site_.database();
    site_.start_daemon();
    database.exec(
        "SELECT navette.enqueue('lumira', 'customer.updated', 'customer', '7', jsonb_build_object('id', '7', "
        "'first_name', 'Jane', 'last_name', 'Doe', 'email', 'jane@x.test'))"
    );
    database.await_number("SELECT count(*) FROM navette.record_links WHERE object = 'customer'", 1);
    await_two_more_rounds();
    EXPECT_EQ(database.number(told()), 0);
    rename(
        database.value("SELECT remote_id FROM navette.record_links WHERE object = 'customer'"), "Jane Roe"
    );
    database.await_number(told("entity_id = '7' AND data ->> 'last_name' = 'Roe'"), 1);
}

TEST_F(Pulls, APersonAsksForAPullAndIsToldWhatCameOfIt) {
    create("Somebody");
    const auto refused = site_.ctl({"integration", "pull", "int_lumira", "--wait", "--timeout", "1"});
    EXPECT_EQ(refused.exit_code, 75) << refused.output << ": no daemon works for it";
    site_.start_daemon();
    const auto done = site_.ctl({"integration", "pull", "int_lumira", "--object", "customer", "--wait"});
    EXPECT_EQ(done.exit_code, 0) << done.output;
    EXPECT_THAT(done.output, HasSubstr("customer"));
    const auto again =
        site_.ctl({"integration", "pull", "int_lumira", "--object", "customer", "--from-start", "--wait"});
    EXPECT_EQ(again.exit_code, 0) << again.output;
    site_.database().await_number("SELECT count(*) FROM navette.sync_queue", 0);
    EXPECT_EQ(site_.database().number(told()), 1);
    const auto unreadable = site_.ctl({"integration", "pull", "int_lumira", "--object", "note", "--wait"});
    EXPECT_EQ(unreadable.exit_code, 1) << unreadable.output;
    EXPECT_THAT(unreadable.output, HasSubstr("cannot be read"));
    const auto all = site_.ctl({"integration", "pulls", "int_lumira"});
    EXPECT_THAT(all.output, HasSubstr("customer")) << all.output;
    const auto none = site_.ctl({"integration", "pull", "int_lumira", "--object", "nothing"});
    EXPECT_EQ(none.exit_code, 3) << none.output;
    const auto check = site_.ctl({"webhooks", "check", "int_lumira"});
    EXPECT_EQ(check.exit_code, 1) << check.output;
    EXPECT_THAT(check.output, HasSubstr("manages no webhook subscriptions"));
}

}  // namespace
}  // namespace navette::test
