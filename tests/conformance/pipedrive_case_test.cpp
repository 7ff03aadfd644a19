// What is particular to Pipedrive, tried with the connector on its stand-in: lists in an unknown order,
// records that answer after their deletion, the daily budget, the account's own field, the search's lag.
#include "tests/conformance/trial.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace navette::conformance {
namespace {

namespace json = boost::json;
using Kind = sdk::OutcomeKind;

const Subject& pipedrive() {
    static const auto subject = pipedrive_subject();
    return subject;
}

const ObjectCase& object_case(const std::string& name) {
    const auto& all = pipedrive().objects;
    return *std::ranges::find(all, name, &ObjectCase::object);
}

std::string changed_by_hand(ConnectedSite& site, const json::object& change) {
    const auto answer = site.site().control("POST", "change", json::serialize(change));
    return std::string(answer.at("remote_id").as_string());
}

TEST(PipedriveCase, ACallLogIsFoundAgainInWhicheverOrderTheyAreListed) {
    for (const std::string order : {"oldest", "newest"}) {
        SCOPED_TRACE(order);
        ConnectedSite site(pipedrive(), {{"call_order", order}});
        const auto& call = object_case("call");
        auto operation = site.operation(call, 1);
        site.site().set_faults(
            R"({"reset_after":1,"only_method":"POST","only_path_prefix":"/callLogs","first":1})"
        );
        const auto lost = site.push(operation);
        EXPECT_TRUE(lost.maybe_applied) << told(lost);
        if (order == "newest") {
            // More than a page of other calls stands before ours.
            for (int n = 0; n < 60; ++n) {
                changed_by_hand(site, {{"object", "call"}});
            }
        }
        const auto created = site.created(call);
        operation.maybe_applied = true;
        const auto found = site.push(std::move(operation));
        EXPECT_EQ(found.kind, Kind::done) << told(found);
        EXPECT_EQ(site.created(call), created) << "it was made twice";
    }
}

TEST(PipedriveCase, ACallLogBehindManyOthersIsFoundAgain) {
    ConnectedSite site(pipedrive());
    for (int n = 0; n < 120; ++n) {
        changed_by_hand(site, {{"object", "call"}});
    }
    auto operation = site.operation(object_case("call"), 1);
    ASSERT_EQ(site.push(operation).kind, Kind::done);
    const auto created = site.created(object_case("call"));
    operation.maybe_applied = true;
    EXPECT_EQ(site.push(std::move(operation)).kind, Kind::done);
    EXPECT_EQ(site.created(object_case("call")), created);
}

TEST(PipedriveCase, AChangeOfADeletedRecordIsNeverDone) {
    for (const std::string mode : {"shown", "hidden"}) {
        for (const std::string object : {"contact", "company", "deal", "note", "activity"}) {
            SCOPED_TRACE(mode + " " + object);
            ConnectedSite site(pipedrive(), {{"deleted", mode}});
            const auto made = site.push(site.operation(object_case(object), 1));
            ASSERT_EQ(made.kind, Kind::done) << told(made);
            changed_by_hand(site, {{"object", object}, {"remote_id", made.remote_id}, {"delete", true}});
            const auto late = site.push(site.later(object_case(object), 1, made.remote_id));
            EXPECT_EQ(late.kind, Kind::gone) << told(late);
        }
    }
}

TEST(PipedriveCase, ADeletedDealIsToldAsDeleted) {
    ConnectedSite site(pipedrive());
    const auto made = site.push(site.operation(object_case("deal"), 1));
    ASSERT_EQ(made.kind, Kind::done) << told(made);
    const auto before = site.pull({"deal", nullptr, 100});
    ASSERT_TRUE(before) << told(before.error());
    changed_by_hand(site, {{"object", "deal"}, {"remote_id", made.remote_id}, {"delete", true}});
    const auto after = site.pull({"deal", before->cursor, 100});
    ASSERT_TRUE(after) << told(after.error());
    ASSERT_EQ(after->records.size(), 1U);
    EXPECT_TRUE(after->records.front().deleted);
}

TEST(PipedriveCase, AUsedUpDayIsWaitedForAndNothingIsMadeMeanwhile) {
    // The fields' list (10), the field (5), a search (20) and the person (5); then a search and no more.
    ConnectedSite site(pipedrive(), {{"daily", "62"}});
    const auto& contact = object_case("contact");
    ASSERT_EQ(site.push(site.operation(contact, 1)).kind, Kind::done);
    const auto refused = site.push(site.operation(contact, 2));
    EXPECT_EQ(refused.kind, Kind::throttled) << told(refused);
    EXPECT_EQ(refused.retry_after, std::chrono::minutes(15)) << "Retry-After means nothing then";
    EXPECT_EQ(site.created(contact), 1);
}

TEST(PipedriveCase, WhoSomebodyElseMadeIsTakenOverByItsAddress) {
    ConnectedSite site(pipedrive(), {{"search_lag_ms", "0"}});
    const auto id = changed_by_hand(site, {{"object", "contact"}});
    auto operation = site.operation(object_case("contact"), 1);
    operation.fields["_email"] = "SomeBody1@example.test";
    const auto created = site.site().effects().at("persons").at("creates");
    const auto adopted = site.push(std::move(operation));
    EXPECT_EQ(adopted.remote_id, id) << told(adopted);
    EXPECT_EQ(site.site().effects().at("persons").at("creates"), created);
}

TEST(PipedriveCase, WhatMayHaveBeenMadeIsFoundWhileTheSearchLags) {
    ConnectedSite site(pipedrive(), {{"search_lag_ms", "3600000"}});
    for (const std::string object : {"contact", "company", "deal"}) {
        auto operation = site.operation(object_case(object), 1);
        const auto first = site.push(operation);
        operation.maybe_applied = true;
        EXPECT_EQ(site.push(std::move(operation)).remote_id, first.remote_id);
        EXPECT_EQ(site.created(object_case(object)), 1) << object;
    }
}

TEST(PipedriveCase, AWebhookForEverythingIsEnough) {
    ConnectedSite site(pipedrive());
    const std::string address = "http://127.0.0.1:9/webhooks/integrations/pipedrive/1";
    site.site().control(
        "POST", "webhook", json::serialize(json::object{{"url", address}, {"secret", "webhook-password-1"}})
    );
    sdk::SubscriptionPlan plan;
    plan.url = address;
    plan.secret = "webhook-password-1";
    plan.objects = {"contact", "deal", "call"};
    const auto held = site.subscriptions(plan);
    ASSERT_TRUE(held) << told(held.error());
    ASSERT_EQ(held->size(), 2U) << "there are no webhooks of call logs";
    for (const auto& state : *held) {
        EXPECT_EQ(state.state, sdk::SubscriptionState::State::held) << state.topic << ": " << state.sentence;
    }
    EXPECT_EQ(site.writes(), 0);

    // With another password its deliveries would be refused: each object gets one of its own.
    plan.secret = "webhook-password-2";
    const auto repaired = site.subscriptions(plan);
    ASSERT_TRUE(repaired) << told(repaired.error());
    for (const auto& state : *repaired) {
        EXPECT_EQ(state.state, sdk::SubscriptionState::State::repaired) << state.topic;
    }
}

}  // namespace
}  // namespace navette::conformance
