// Both directions with a Dolibarr: the stand-in, and a real one where DOLIBARR_URL and DOLIBARR_API_KEY name
// one that is kept for tests. What passes here on both is what the stand-in may be trusted in.
#include "tests/e2e/dolibarr_both_ways.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <memory>
#include <string>

namespace navette::test {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;

TEST_P(DolibarrBothWays, WhatDolibarrRespellsIsNoChangeThoughSomebodyEditsAnotherFieldBeforeItIsRead) {
    tell_respelt();
    std::map<std::string, json::object> before;
    for (const std::string object : kObjects) {
        before[object] = account_->hub(object, id_of(object));
        ASSERT_FALSE(before[object].empty()) << object;
        ASSERT_NE(account_->remote_id(object, id_of(object)), "") << object;
    }
    const auto there = [&](const std::string& object) { return account_->remote_id(object, id_of(object)); };
    account_->edit("customer", there("customer"), {{"phone", "+33 9 88"}});
    account_->edit("contact", there("contact"), {{"email", "by.hand@x.test"}});
    account_->edit("product", there("product"), {{"price", "10.00"}, {"price_base_type", "HT"}});
    account_->edit("deal", there("deal"), {{"opp_percent", 33.333}});
    const auto writes = account_->writes();
    pull_all();
    EXPECT_EQ(account_->fed("customer"), "c: phone");
    EXPECT_EQ(account_->fed("contact"), "k: email");
    EXPECT_EQ(account_->fed("product"), "p: price_cents");
    EXPECT_EQ(account_->fed("deal"), "d: probability");
    EXPECT_EQ(account_->fed("order"), "");
    before["customer"]["phone"] = "+33988";
    before["contact"]["email"] = "by.hand@x.test";
    before["product"]["price_cents"] = 1055;
    before["deal"]["probability"] = 33.33;
    for (const std::string object : kObjects) {
        EXPECT_TRUE(account_->hub(object, id_of(object)) == before[object])
            << account_->hub(object, id_of(object));
    }
    pull_all();
    pull_all();
    EXPECT_EQ(account_->writes(), writes) << "nothing goes back";
    EXPECT_EQ(account_->fed("customer"), "c: phone");
}

TEST_P(DolibarrBothWays, WhatWasMadeThereComesWithoutWhatIsEmpty) {
    const auto customer =
        account_->create("customer", {{"name", account_->own("Zed ")}, {"client", 1}, {"code_client", "-1"}});
    const auto contact = account_->create("contact", {{"lastname", account_->own("Only")}});
    const auto product = account_->create(
        "product", {{"ref", account_->own("R")}, {"label", "n"}, {"tva_tx", 20}, {"price", 1}}
    );
    const auto deal =
        account_->create("deal", {{"ref", account_->own("P")}, {"title", "n"}, {"usage_opportunity", 1}});
    pull_all();
    const auto hub = [&](const std::string& object, const std::string& id) {
        return json::parse(account_->database().value(
            "SELECT jsonb_strip_nulls(data) FROM navette.records WHERE entity_type = '" + object +
            "' AND entity_id = 'int_books:" + id + "'"
        ));
    };
    EXPECT_EQ(hub("customer", customer), (json::object{{"company", account_->own("Zed ")}}));
    EXPECT_EQ(hub("contact", contact), (json::object{{"last_name", account_->own("Only")}}));
    EXPECT_EQ(
        hub("product", product),
        (json::object{{"sku", account_->own("R")}, {"name", "n"}, {"price_cents", 120}, {"vat_rate", 20}})
    );
    EXPECT_EQ(hub("deal", deal), (json::object{{"title", "n"}}));
}

TEST_P(DolibarrBothWays, AnEditThereIsTakenAtItsTrueTimeAndWhatIsEmptiedComesAsNull) {
    tell_respelt();
    pull_all();
    const auto contact = account_->remote_id("contact", "k");
    account_->edit("contact", contact, {{"firstname", "Zoë"}});
    account_->pull("contact");
    account_->edit("contact", contact, {{"email", ""}});
    account_->edit("product", account_->remote_id("product", "p"), {{"description", "R&D <b>6</b>"}});
    account_->edit(
        "deal",
        account_->remote_id("deal", "d"),
        {{"date_end", "2027-01-15"}, {"opp_status", 4}, {"opp_amount", 99.9}}
    );
    account_->edit("order", account_->remote_id("order", "o"), {{"note_private", "Tom & Jerry"}});
    pull_all();
    const auto person = account_->hub("contact", "k");
    EXPECT_EQ(person.at("email"), nullptr);
    EXPECT_EQ(person.at("first_name"), "Zoë");
    EXPECT_EQ(account_->hub("product", "p").at("description"), "R&amp;D <b>6</b>");
    EXPECT_EQ(account_->hub("order", "o").at("notes"), "Tom & Jerry");
    const auto deal = account_->hub("deal", "d");
    EXPECT_EQ(deal.at("close_date"), "2027-01-15");
    EXPECT_EQ(deal.at("stage"), "negotiation");
    EXPECT_EQ(deal.at("amount_cents"), 9990);
    EXPECT_EQ(deal.at("starts_at"), "2026-03-29");
    EXPECT_EQ(
        account_->database().number(
            "SELECT count(*) FROM navette.changes WHERE entity_id NOT LIKE 'int_books:%' AND "
            "abs(extract(epoch FROM occurred_at - created_at)) > 300"
        ),
        0
    ) << "Dolibarr's database and its PHP stand in different zones";
    EXPECT_EQ(account_->fed("contact"), "k: first_name\nk: email");
}

TEST_P(DolibarrBothWays, AnEditHereTouchesNoOtherFieldThereAndANullEmptiesIt) {
    tell_respelt();
    const auto contact = account_->remote_id("contact", "k");
    account_->edit("contact", contact, {{"poste", "CTO"}, {"email", "by.hand@x.test"}});
    account_->tell("contact", "k", {{"first_name", nullptr}, {"phone", "0611223344"}});
    auto there = account_->shown("contact", contact);
    EXPECT_EQ(there.at("poste"), "CTO");
    EXPECT_EQ(there.at("email"), "by.hand@x.test") << "an edit that was not told yet stays";
    EXPECT_EQ(there.at("firstname"), "");
    EXPECT_EQ(there.at("phone_pro"), "+33611223344");
    account_->tell("product", "p", {{"price_cents", 2400}});
    there = account_->shown("product", account_->remote_id("product", "p"));
    EXPECT_EQ(there.at("label"), "Widget big");
    EXPECT_EQ(there.at("tva_tx"), "5.5000");
    EXPECT_THAT(std::string(there.at("price_ttc").as_string()), HasSubstr("24.00"));
    account_->tell("customer", "c", {{"city", "Lyon"}, {"address", nullptr}});
    there = account_->shown("customer", account_->remote_id("customer", "c"));
    EXPECT_EQ(there.at("name"), "Müller & Söhne GmbH");
    EXPECT_EQ(there.at("town"), "Lyon");
    EXPECT_EQ(there.at("address"), "");
    pull_all();
    EXPECT_EQ(account_->fed("contact"), "k: email");
    EXPECT_EQ(account_->fed("customer"), "");
    EXPECT_EQ(account_->fed("product"), "");
}

TEST_P(DolibarrBothWays, AStockOfBothSidesIsPlannedAppliedAndThenFoundEqualAndTakenBack) {
    account_->site().pause_integrations();
    constexpr int kStock = 20;
    std::string taken_in;  // known there only: the last of the first ten
    for (int n = 0; n < kStock; ++n) {
        const auto number = std::to_string(n);
        const auto made = account_->create(
            "product",
            {{"ref", account_->own("S" + number + "-")},
             {"label", "R&D " + number},
             {"description", "a & b"},
             {"price", 10},
             {"price_base_type", "HT"},
             {"tva_tx", n % 2 == 0 ? 20.0 : 5.5},
             {"status", 1}}
        );
        taken_in = n < 10 ? made : taken_in;
    }
    for (int n = 10; n < kStock + 10; ++n) {
        const auto number = std::to_string(n);
        account_->enqueue(
            "product",
            "s" + number,
            {{"sku", account_->own("S" + number + "-")},
             {"name", "R&D " + number},
             {"description", "a & b"},
             {"price_cents", n % 2 == 0 ? 1200 : 1055},
             {"vat_rate", n % 2 == 0 ? 20.0 : 5.5}}
        );
    }
    const auto plan = account_->site()
                          .ctl_json({"plan", "create", "int_books", "--object", "product", "--wait"})
                          .as_object();
    const auto& counts = plan.at("counts").at("product").as_object();
    EXPECT_EQ(counts.at("link"), 10) << plan;
    EXPECT_EQ(counts.at("create_remote"), 10) << plan;
    EXPECT_GE(counts.at("create_local").as_int64(), 10) << plan;
    EXPECT_FALSE(counts.contains("conflict")) << plan;
    const auto id = std::to_string(plan.at("id").as_int64());
    const auto approved = account_->site().ctl({"plan", "approve", id, "--wait"});
    EXPECT_EQ(approved.exit_code, 0) << approved.output;
    account_->await_empty();
    const auto again =
        account_->site().ctl({"reconcile", "int_books", "--object", "product", "--dry-run", "--wait"});
    EXPECT_EQ(again.exit_code, 0) << again.output;

    const auto found = account_->remote_id("product", "s15");
    const auto undone = account_->site().ctl({"undo", "--run", "plan:" + id});
    EXPECT_EQ(undone.exit_code, 0) << undone.output;
    account_->await_empty();
    EXPECT_FALSE(account_->shown("product", found).empty()) << "linked by the run only";
    EXPECT_EQ(
        account_->database().number(
            "SELECT count(*) FROM navette.records WHERE NOT deleted AND entity_id LIKE 'int_books:%'"
        ),
        0
    ) << "what the run made here";
    // Its record there may still be edited: that is noted, and over.
    account_->edit("product", taken_in, {{"label", "Edited after the undo"}});
    account_->pull("product");
}

std::string name_of(const ::testing::TestParamInfo<DolibarrAccount::Which>& info) {
    return info.param == DolibarrAccount::Which::real ? "Real" : "StandIn";
}
INSTANTIATE_TEST_SUITE_P(
    Account,
    DolibarrBothWays,
    ::testing::Values(DolibarrAccount::Which::standin, DolibarrAccount::Which::real),
    name_of
);

}  // namespace
}  // namespace navette::test
