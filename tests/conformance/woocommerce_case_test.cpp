// What only WooCommerce does, with its connector and its stand-in together.
#include "tests/conformance/connected_site.hpp"
#include "tests/conformance/trial.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace navette::conformance {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using Kind = sdk::OutcomeKind;
using State = sdk::SubscriptionState::State;

class WooCommerceCase : public ::testing::Test {
  protected:
    const ObjectCase& object(const std::string& name) const {
        return *std::ranges::find(subject_.objects, name, &ObjectCase::object);
    }
    static std::string change(ConnectedSite& site, const json::object& wanted) {
        const auto answer = site.site().control("POST", "change", json::serialize(wanted));
        return std::string(answer.at("remote_id").as_string());
    }
    /// Everything that is told from a cursor on, by id; whether it is deleted.
    static std::map<std::string, bool> pulled(
        ConnectedSite& site, const std::string& name, json::value& cursor
    ) {
        std::map<std::string, bool> told;
        for (bool more = true; more;) {
            sdk::PullRequest request;
            request.object = name;
            request.cursor = cursor;
            request.limit = 3;
            const auto page = site.pull(std::move(request));
            if (!page) {
                ADD_FAILURE() << page.error().message;
                return told;
            }
            for (const auto& record : page->records) {
                told[record.remote_id] = record.deleted;
            }
            cursor = page->cursor;
            more = page->more;
        }
        return told;
    }

    Subject subject_ = woocommerce_subject();
};

TEST_F(WooCommerceCase, AShopBeforeVersion99IsSearchedOrderByOrderWhenAnAnswerIsLost) {
    ConnectedSite site(subject_, {{"version", "8.9.1"}});
    for (int n = 1; n <= 3; ++n) {
        ASSERT_EQ(site.push(site.operation(object("order"), n)).kind, Kind::done);
    }
    EXPECT_THAT(site.test().sentence, HasSubstr("older than 9.9"));
    site.restart();
    auto operation = site.operation(object("order"), 4);
    site.site().set_faults(R"({"reset_after":1,"only_method":"POST","only_path_prefix":"/orders"})");
    const auto lost = site.push(operation);
    EXPECT_TRUE(lost.maybe_applied) << told(lost);
    site.site().set_faults("");
    operation.maybe_applied = true;
    const auto again = site.push(std::move(operation));
    EXPECT_EQ(again.kind, Kind::done) << told(again);
    EXPECT_EQ(site.created(object("order")), 4);
}

TEST_F(WooCommerceCase, OverPlainHttpTheTestTellsThatTheShopHasAnotherAddress) {
    ConnectedSite site(subject_, {{"home", "http://shop.test"}});
    const auto report = site.test();
    EXPECT_FALSE(report.ok);
    EXPECT_THAT(report.sentence, HasSubstr("http://shop.test"));
    EXPECT_EQ(site.push(site.operation(object("product"), 1)).kind, Kind::needs_reauth);
}

TEST_F(WooCommerceCase, AQueryWithSignsOfAllKindsIsSignedAsTheShopReadsIt) {
    ConnectedSite site(subject_);
    for (const std::string sku : {"a b&c=d+e/f?", "100% \xC3\xA9", "x%zz"}) {
        auto operation = site.operation(object("product"), 1);
        operation.fields["sku"] = sku;
        operation.maybe_applied = true;  // asks by SKU first
        operation.key += std::to_string(sku.size());
        const auto outcome = site.push(std::move(operation));
        EXPECT_EQ(outcome.kind, Kind::done) << sku << ": " << told(outcome);
    }
}

TEST_F(WooCommerceCase, WhatIsMovedToTheTrashIsPulledAsDeletedAndWhatComesBackAsAChange) {
    for (const std::string name : {"order", "product"}) {
        SCOPED_TRACE(name);
        ConnectedSite site(subject_);
        json::value cursor;
        std::string first;
        for (int n = 0; n < 7; ++n) {
            const auto id = change(site, {{"object", name}});
            first = first.empty() ? id : first;
        }
        EXPECT_EQ(pulled(site, name, cursor).size(), 7U);
        change(site, {{"object", name}, {"remote_id", first}, {"delete", true}});
        EXPECT_TRUE(pulled(site, name, cursor).at(first));
        change(
            site,
            {{"object", name},
             {"remote_id", first},
             {"fields", {{"status", name == "order" ? "pending" : "publish"}}}}
        );
        EXPECT_FALSE(pulled(site, name, cursor).at(first));
    }
}

TEST_F(WooCommerceCase, AnotherProductsSkuWithAnAccentIsAConflict) {
    ConnectedSite site(subject_);
    const auto owner = change(site, {{"object", "product"}, {"fields", {{"sku", "the-\xC3\xA9t\xC3\xA9"}}}});
    auto operation = site.operation(object("product"), 1);
    operation.fields["sku"] = "THE-ete";
    const auto outcome = site.push(std::move(operation));
    EXPECT_EQ(outcome.kind, Kind::conflict) << told(outcome);
    EXPECT_THAT(outcome.message, HasSubstr(owner));
}

TEST_F(WooCommerceCase, AProductInTheTrashKeepsItsSkuAndIsToldAsSuch) {
    ConnectedSite site(subject_);
    const auto id = change(site, {{"object", "product"}, {"fields", {{"sku", "CHAIR-1"}}}});
    change(site, {{"object", "product"}, {"remote_id", id}, {"delete", true}});
    const auto outcome = site.push(site.operation(object("product"), 1));
    EXPECT_EQ(outcome.kind, Kind::conflict) << told(outcome);
    EXPECT_THAT(outcome.message, HasSubstr("trash"));
}

TEST_F(WooCommerceCase, AUserWithAnotherRoleIsLeftAlone) {
    ConnectedSite site(subject_);
    auto operation = site.operation(object("customer"), 1);
    operation.fields["email"] = "admin@shop.test";
    const auto outcome = site.push(std::move(operation));
    EXPECT_EQ(outcome.kind, Kind::conflict) << told(outcome);
    EXPECT_THAT(outcome.message, HasSubstr("administrator"));
    EXPECT_EQ(site.changed(object("customer")), 0);
}

TEST_F(WooCommerceCase, AnOrdersTotalAndItsDateOfPaymentAreAsTheApplicationHasThem) {
    ConnectedSite site(subject_);
    const auto made = site.push(site.operation(object("order"), 1));
    ASSERT_EQ(made.kind, Kind::done) << told(made);
    const auto order = site.fetch("order", made.remote_id);
    ASSERT_TRUE(order);
    EXPECT_EQ(order->fields.at("total"), "25.00");
    EXPECT_EQ(order->fields.at("status"), "processing");
    EXPECT_EQ(order->fields.at("date_paid_gmt"), "2026-05-15T10:00:00");
    EXPECT_EQ(order->fields.at("line_items").at(0).at("sku"), "TEA");
}

TEST_F(WooCommerceCase, ADisabledWebhookIsMadeActiveAndSignsWithOurSecret) {
    ConnectedSite site(subject_);
    sdk::SubscriptionPlan plan;
    plan.url = "https://hooks.lumira.test/webhooks/integrations/woocommerce/int_1";
    plan.secret = "one two";
    plan.objects = {"order"};
    ASSERT_EQ(site.subscriptions(plan)->size(), 3U);
    site.site().control("POST", "subscriptions", R"({"drop":true})");
    const auto repaired = site.subscriptions(plan);
    ASSERT_TRUE(repaired);
    for (const auto& state : *repaired) {
        EXPECT_EQ(state.state, State::repaired) << state.topic << ": " << state.sentence;
        EXPECT_THAT(state.sentence, HasSubstr("disabled"));
    }
    EXPECT_EQ(site.writes(), 3) << "none is made anew";
}

}  // namespace
}  // namespace navette::conformance
