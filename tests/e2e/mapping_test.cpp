// A tenant's own mapping rules at the real daemon: a custom property of HubSpot, without a restart.
#include "tests/standin/blocking_client.hpp"
#include "tests/standin/site_in_process.hpp"
#include "tests/support/daemon_site.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace navette::test {
namespace {

namespace json = boost::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kToken = "pat-eu1-right-token";
constexpr const char* kContacts = "/crm/objects/2026-09/contacts";

class Mapping : public ::testing::Test {
  protected:
    Mapping()
        : hubspot_("hubspot", {{"search_lag_ms", "0"}}),
          account_(hubspot_.port(), {{"Authorization", std::string("Bearer ") + kToken}}),
          site_(wishes()) {
        const auto made = account_.send(
            "POST",
            "/crm/properties/2026-09/contacts",
            R"({"name": "favourite_colour", "label": "Colour", "type": "string", "fieldType": "text", "groupName": "contactinformation"})"
        );
        EXPECT_EQ(made.status, 201U) << made.body;
        site_.write("token", kToken);
        expect_ok(
            {"integration",
             "add",
             "hubspot",
             "--tenant",
             "acme",
             "--id",
             "int_crm",
             "--set",
             "portal_id=55501234",
             "--set",
             "base_url=" + hubspot_.url(),
             "--set",
             "extra_properties=favourite_colour",
             "--secret",
             "token=@" + (site_.folder() / "token").string(),
             "--enable"}
        );
    }

    static SiteWishes wishes() {
        SiteWishes wanted;
        wanted.integrate = false;
        wanted.log_level = "info";
        return wanted;
    }

    Finished expect_ok(const std::vector<std::string>& words) {
        auto ended = site_.ctl(words);
        EXPECT_EQ(ended.exit_code, 0) << ended.output;
        return ended;
    }

    void enqueue(int n) {
        const auto id = std::to_string(n);
        site_.database().exec(
            "SELECT navette.enqueue('acme', 'contact.updated', 'contact', '" + id + R"(', '{"email": "ada)" +
            id + R"(@navette.test", "first_name": "Ada", "preferences": {"colour": "Blue"}}'))"
        );
    }

    void await_done() { site_.database().await_number("SELECT count(*) FROM navette.sync_queue", 0); }

    /// A contact as HubSpot has it: {id, properties}; null where it has none of this address.
    json::value contact(int n) {
        const auto all = account_.send(
            "GET", std::string(kContacts) + "?limit=100&properties=email,favourite_colour,firstname"
        );
        EXPECT_EQ(all.status, 200U) << all.body;
        for (const auto& one : all.json().at("results").as_array()) {
            if (one.at("properties").at("email").as_string() == "ada" + std::to_string(n) + "@navette.test") {
                return one;
            }
        }
        return nullptr;
    }

    std::string colour(int n) {
        const auto one = contact(n);
        const auto* found =
            one.is_null() ? nullptr : one.at("properties").as_object().if_contains("favourite_colour");
        return found != nullptr && found->is_string() ? std::string(found->as_string()) : std::string();
    }

    /// Hands contacts over, one after the other, until one has the colour there: its owner knows the rule
    /// then. Returns its number.
    int hand_over_until_coloured(int from) {
        for (int n = from; n < from + 200; ++n) {
            enqueue(n);
            await_done();
            if (!colour(n).empty()) {
                return n;
            }
        }
        ADD_FAILURE() << "the rule never reached the owner";
        return from;
    }

    void map_colour() {
        expect_ok(
            {"mapping",
             "set",
             "int_crm",
             "contact",
             "favourite_colour",
             "--local",
             "preferences.colour",
             "--direction",
             "both",
             "--transform",
             "lower"}
        );
    }

    standin::SiteInProcess hubspot_;
    standin::BlockingClient account_;
    DaemonSite site_;
};

TEST_F(Mapping, ATenantsRuleForACustomPropertyHoldsWithoutARestartAndGoesAgain) {
    site_.start_daemon();
    enqueue(1);
    await_done();
    ASSERT_FALSE(contact(1).is_null());
    EXPECT_EQ(colour(1), "") << "nobody maps it yet";
    map_colour();
    const int coloured = hand_over_until_coloured(2);
    EXPECT_EQ(colour(coloured), "blue");
    EXPECT_EQ(contact(coloured).at("properties").at("firstname"), "Ada")
        << "the connector's rules still hold";

    expect_ok({"mapping", "remove", "int_crm", "contact", "favourite_colour"});
    int n = coloured + 1;
    for (bool is_mapped = true; is_mapped && n < coloured + 200; ++n) {
        enqueue(n);
        await_done();
        is_mapped = !colour(n).empty();
    }
    EXPECT_LT(n, coloured + 200) << "the rule was never given up";
}

TEST_F(Mapping, WhatIsChangedThereComesBackByTheTenantsRule) {
    map_colour();
    site_.start_daemon();
    const int n = hand_over_until_coloured(1);
    const auto id = std::string(contact(n).at("id").as_string());
    const auto changed = account_.send(
        "PATCH", std::string(kContacts) + "/" + id, R"({"properties": {"favourite_colour": "green"}})"
    );
    ASSERT_EQ(changed.status, 200U) << changed.body;
    expect_ok({"integration", "pull", "int_crm", "--object", "contact", "--wait"});
    site_.database().await_number(
        "SELECT count(*) FROM navette.records WHERE entity_type = 'contact' AND entity_id = '" +
            std::to_string(n) + "' AND data -> 'preferences' ->> 'colour' = 'green'",
        1
    );
}

TEST_F(Mapping, ARuleThatCannotBeUsedHoldsTheIntegrationUntilItIsGone) {
    auto& database = site_.database();
    site_.start_daemon();
    enqueue(1);
    await_done();
    // As the application may write it, past the API's checks.
    database.exec(
        "INSERT INTO navette.field_mappings (tenant_id, integration_id, id, object, local_path, remote_path, "
        "direction) "
        "VALUES ('acme', 'int_crm', 'map_bad', 'contact', 'email', 'second_email', 'both')"
    );
    database.await_number(
        "SELECT count(*) FROM navette.tenant_integrations WHERE state = 'error' AND state_reason LIKE "
        "'%rule map_bad (contact: second_email)%local email is already written by%'",
        1
    );
    enqueue(2);
    EXPECT_TRUE(contact(2).is_null()) << "nothing is sent by half a mapping";
    EXPECT_EQ(database.number("SELECT count(*) FROM navette.sync_queue WHERE status = 'pending'"), 1);
    database.exec("DELETE FROM navette.field_mappings WHERE id = 'map_bad'");
    await_done();
    EXPECT_FALSE(contact(2).is_null());
    EXPECT_EQ(database.value("SELECT state FROM navette.tenant_integrations"), "active");
}

TEST_F(Mapping, RulesAreListedChangedSwitchedOffAndRefusedWithTheReason) {
    map_colour();
    const auto listed = expect_ok({"mapping", "list", "int_crm", "contact"});
    EXPECT_THAT(
        listed.output, AllOf(HasSubstr("preferences.colour"), HasSubstr("firstname"), HasSubstr("tenant"))
    );
    const auto own = site_.ctl_json({"mapping", "list", "int_crm", "--own"});
    ASSERT_EQ(own.as_array().size(), 1U);
    EXPECT_EQ(own.at(0).at("remote_path"), "favourite_colour");

    expect_ok({"mapping", "set", "int_crm", "contact", "favourite_colour", "--local", "colour"});
    EXPECT_EQ(site_.ctl_json({"mapping", "list", "int_crm", "--own"}).as_array().size(), 1U)
        << "changed, not added";
    expect_ok({"mapping", "set", "int_crm", "contact", "lifecyclestage", "--off"});
    EXPECT_THAT(site_.ctl({"mapping", "list", "int_crm", "contact"}).output, HasSubstr("not mapped"));

    const auto twice =
        site_.ctl({"mapping", "set", "int_crm", "contact", "x", "--local", "email", "--direction", "both"});
    EXPECT_NE(twice.exit_code, 0);
    EXPECT_THAT(twice.output, HasSubstr("local email is already written by the rule of"));
    const auto one_way = site_.ctl(
        {"mapping",
         "set",
         "int_crm",
         "contact",
         "x",
         "--local",
         "y",
         "--direction",
         "both",
         "--transform",
         "{\"truncate\": 3}"}
    );
    EXPECT_NE(one_way.exit_code, 0);
    EXPECT_THAT(one_way.output, HasSubstr("transforms[0]: local y: transform truncate has no way back"));
    EXPECT_EQ(site_.ctl({"mapping", "set", "int_crm", "planet", "x", "--local", "y"}).exit_code, 3);
    EXPECT_EQ(site_.ctl({"mapping", "remove", "int_crm", "contact", "nothing"}).exit_code, 3);
    EXPECT_EQ(site_.ctl({"mapping", "list", "int_none"}).exit_code, 3);
    EXPECT_EQ(
        site_.ctl({"mapping", "set", "int_crm", "contact", "x", "--local", "y", "--direction", "up"})
            .exit_code,
        2
    );
}

TEST_F(Mapping, ARecordIsTriedInBothDirectionsAndNothingIsSent) {
    site_.write(
        "contact.json", R"({"email": " ADA@navette.test", "preferences": {"colour": "Blue"}, "age": 7})"
    );
    const auto file = (site_.folder() / "contact.json").string();
    const std::string rule(
        R"({"local_path": "preferences.colour", "remote_path": "favourite_colour", "direction": "both"})"
    );
    const auto told =
        site_.ctl_json({"mapping", "try", "int_crm", "contact", "--file", file, "--rule", rule});
    EXPECT_EQ(told.at("mapped").at("favourite_colour"), "Blue");
    EXPECT_EQ(told.at("mapped").at("email"), "ada@navette.test");
    EXPECT_EQ(told.at("after").at("preferences").at("colour"), "Blue");
    EXPECT_EQ(told.at("changed").at(0).at("field"), "email");
    EXPECT_EQ(told.at("lost").at(0).at("field"), "age");
    const auto shown = expect_ok({"mapping", "try", "int_crm", "contact", "--file", file});
    EXPECT_THAT(shown.output, HasSubstr("does not come back: preferences.colour: it is not sent"));

    site_.write("remote.json", R"({"firstname": "Ada", "favourite_colour": "green", "id": "1"})");
    const auto back = site_.ctl_json(
        {"mapping",
         "try",
         "int_crm",
         "contact",
         "--from-platform",
         "--file",
         (site_.folder() / "remote.json").string(),
         "--rule",
         rule}
    );
    EXPECT_EQ(back.at("mapped").at("preferences").at("colour"), "green");
    EXPECT_EQ(back.at("mapped").at("first_name"), "Ada");

    site_.write("bad.json", R"({"email": 7})");
    const auto failed =
        site_.ctl({"mapping", "try", "int_crm", "contact", "--file", (site_.folder() / "bad.json").string()});
    EXPECT_EQ(failed.exit_code, 1);
    EXPECT_THAT(failed.output, HasSubstr("email: 7 is not a text"));

    EXPECT_EQ(site_.ctl({"mapping", "try", "int_crm", "contact", "--record", "42"}).exit_code, 3);
    site_.database().exec(
        "SELECT navette.put_record('acme', 'contact', '42', '{\"email\": \"x@navette.test\"}')"
    );
    EXPECT_THAT(
        expect_ok({"mapping", "try", "int_crm", "contact", "--record", "42"}).output,
        AllOf(HasSubstr("x@navette.test"), Not(HasSubstr("fails")))
    );
    EXPECT_EQ(site_.database().number("SELECT count(*) FROM navette.sync_queue"), 0);
    EXPECT_TRUE(contact(1).is_null());
    EXPECT_EQ(site_.ctl_json({"mapping", "list", "int_crm", "--own"}).as_array().size(), 0U);
}

}  // namespace
}  // namespace navette::test
