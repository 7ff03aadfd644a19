// Who wins where Dolibarr and the application changed the same field: on the stand-in and on a real one.
#include "tests/e2e/dolibarr_both_ways.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace navette::test {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;

/// A contact that both sides hold, and have read.
void make_contact(DolibarrAccount& account, const std::string& id) {
    account.tell(
        "contact",
        id,
        {{"first_name", "Ada"},
         {"last_name", "King"},
         {"phone", "+33102030405"},
         {"email", account.own(id) + "@x.test"}}
    );
    account.pull("contact");
    account.acknowledge();
}

std::string there(DolibarrAccount& account, const std::string& id, const std::string& field) {
    const auto shown = account.shown("contact", account.remote_id("contact", id));
    const auto* value = shown.if_contains(field);
    return value == nullptr || !value->is_string() ? "" : std::string(value->as_string());
}

std::string here(DolibarrAccount& account, const std::string& id, const std::string& field) {
    const auto hub = account.hub("contact", id);
    const auto* value = hub.if_contains(field);
    return value == nullptr || !value->is_string() ? "" : std::string(value->as_string());
}

struct Ruled {
    std::string rule;
    std::string unread;  // the value where Dolibarr's edit was not read yet
    std::string read;    // and where it was, but the application had not heard of it
};

TEST_P(DolibarrBothWays, AFieldThatBothSidesChangedGetsTheValueThatTheRuleSays) {
    for (const auto& [rule, unread, read] :
         {Ruled{"newest_wins", "Here", "Here"},
          Ruled{"local_wins", "Here", "Here"},
          Ruled{"platform_wins", "There", "There"}}) {
        account_->rule({"conflicts=" + rule});
        const auto one = rule + "-unread";
        make_contact(*account_, one);
        account_->edit(
            "contact", account_->remote_id("contact", one), {{"firstname", "There"}, {"lastname", "Lovelace"}}
        );
        account_->tell("contact", one, {{"first_name", "Here"}, {"phone", "+33999999999"}});
        account_->pull("contact");
        EXPECT_EQ(there(*account_, one, "firstname"), unread) << rule;
        EXPECT_EQ(here(*account_, one, "first_name"), unread) << rule;

        const auto other = rule + "-read";
        make_contact(*account_, other);
        account_->edit("contact", account_->remote_id("contact", other), {{"firstname", "There"}});
        account_->pull("contact");
        ASSERT_EQ(here(*account_, other, "first_name"), "There") << rule;
        account_->tell("contact", other, {{"first_name", "Here"}, {"phone", "+33999999999"}});
        account_->pull("contact");
        EXPECT_EQ(there(*account_, other, "firstname"), read) << rule;
        EXPECT_EQ(here(*account_, other, "first_name"), read) << rule;

        // What one side changed travels under every rule.
        EXPECT_EQ(there(*account_, one, "lastname"), "Lovelace") << rule;
        EXPECT_EQ(here(*account_, one, "last_name"), "Lovelace") << rule;
        for (const auto& id : {one, other}) {
            EXPECT_EQ(there(*account_, id, "phone_pro"), "+33999999999") << rule;
        }
    }
    const auto writes = account_->writes();
    account_->pull("contact");
    EXPECT_EQ(account_->writes(), writes) << "nothing goes on";
}

TEST_P(DolibarrBothWays, WhatTheApplicationTellsWithoutKnowingOfAnEditThereIsNoEdit) {
    for (const std::string rule : {"newest_wins", "local_wins", "platform_wins", "manual"}) {
        account_->rule({"conflicts=" + rule});
        make_contact(*account_, rule);
        account_->edit("contact", account_->remote_id("contact", rule), {{"firstname", "There"}});
        account_->pull("contact");
        account_->tell("contact", rule, {{"first_name", "Ada"}, {"phone", "+33999999999"}});
        EXPECT_EQ(there(*account_, rule, "firstname"), "There") << rule;
        EXPECT_EQ(here(*account_, rule, "first_name"), "There") << rule;
        EXPECT_EQ(there(*account_, rule, "phone_pro"), "+33999999999") << rule;
    }
}

TEST_P(DolibarrBothWays, AConflictWaitsForAPersonAndEndsAsSheDecides) {
    account_->rule({"conflicts=manual"});
    for (const std::string id : {"local", "platform", "value"}) {
        make_contact(*account_, id);
        account_->edit(
            "contact", account_->remote_id("contact", id), {{"firstname", "There"}, {"lastname", "Lovelace"}}
        );
        account_->tell("contact", id, {{"first_name", "Here"}, {"phone", "+33999999999"}});
        account_->pull("contact");
        // Both sides keep theirs, and the other fields go on.
        EXPECT_EQ(there(*account_, id, "firstname"), "There");
        EXPECT_EQ(here(*account_, id, "first_name"), "Here");
        EXPECT_EQ(here(*account_, id, "last_name"), "Lovelace");
        EXPECT_EQ(there(*account_, id, "phone_pro"), "+33999999999");
    }
    const auto open = account_->site().ctl_json({"conflicts"}).as_array();
    ASSERT_EQ(open.size(), 3U) << open;
    EXPECT_EQ(open[0].at("field"), "first_name");
    EXPECT_EQ(open[0].at("base"), "Ada");
    EXPECT_EQ(open[0].at("local"), "Here");
    EXPECT_EQ(open[0].at("remote"), "There");
    const auto decide = [&](const std::string& id, std::vector<std::string> how) {
        std::vector<std::string> words{
            "conflicts", "resolve", "int_books", "contact", account_->own(id), "first_name"
        };
        words.insert(words.end(), how.begin(), how.end());
        const auto decided = account_->site().ctl(words);
        EXPECT_EQ(decided.exit_code, 0) << decided.output;
    };
    decide("local", {"local"});
    decide("platform", {"platform"});
    decide("value", {"--value", "\"Grace\""});
    account_->await_empty();
    account_->pull("contact");
    for (const auto& [id, name] :
         {std::pair("local", "Here"), std::pair("platform", "There"), std::pair("value", "Grace")}) {
        EXPECT_EQ(there(*account_, id, "firstname"), name);
        EXPECT_EQ(here(*account_, id, "first_name"), name);
    }
    EXPECT_TRUE(account_->site().ctl_json({"conflicts"}).as_array().empty());
}

TEST_P(DolibarrBothWays, ARuleOfOneFieldHoldsForThatFieldOnly) {
    account_->rule({"conflicts=local_wins", "fields.contact.phone=platform_wins"});
    make_contact(*account_, "k");
    account_->edit(
        "contact",
        account_->remote_id("contact", "k"),
        {{"firstname", "There"}, {"phone_pro", "+33222222222"}}
    );
    account_->tell("contact", "k", {{"first_name", "Here"}, {"phone", "+33111111111"}});
    account_->pull("contact");
    EXPECT_EQ(there(*account_, "k", "firstname"), "Here");
    EXPECT_EQ(here(*account_, "k", "first_name"), "Here");
    EXPECT_EQ(there(*account_, "k", "phone_pro"), "+33222222222");
    EXPECT_EQ(here(*account_, "k", "phone"), "+33222222222");
}

}  // namespace
}  // namespace navette::test
