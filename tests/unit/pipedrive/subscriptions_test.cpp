#include "tests/support/connector_test.hpp"

#include <gmock/gmock.h>

namespace navette::pipedrive {
namespace {

using sdk::OutcomeKind;
using State = sdk::SubscriptionState::State;
using ::testing::HasSubstr;

constexpr auto kUrl = "https://hooks.example/webhooks/integrations/pipedrive/7";
constexpr auto kList = "GET /api/v1/webhooks";

class PipedriveSubscriptions : public support::ConnectorTest {
  protected:
    std::expected<std::vector<sdk::SubscriptionState>, sdk::Outcome> check(
        std::vector<std::string> objects, bool repair = true, std::string secret = "new old"
    ) {
        sdk::SubscriptionPlan plan;
        plan.url = kUrl;
        plan.secret = std::move(secret);
        plan.objects = std::move(objects);
        plan.repair = repair;
        return support::run(connector_->subscriptions(session_, std::move(plan)));
    }

    /// The state of the one subscription.
    sdk::SubscriptionState check_one(std::string object, bool repair = true, std::string secret = "new old") {
        const auto states = check({std::move(object)}, repair, std::move(secret));
        EXPECT_TRUE(states.has_value()) << (states ? std::string() : states.error().message);
        EXPECT_EQ(states ? states->size() : 0U, 1U);
        return states && states->size() == 1 ? states->front() : sdk::SubscriptionState();
    }

    void holds(const std::string& hooks) {
        session_.expect(kList).answer(200, R"({"status":"ok","success":true,"data":[)" + hooks + "]}");
    }
};

/// A webhook at our address, with what is special to it.
std::string hook(const std::string& id, const std::string& object, const std::string& more = {}) {
    return R"({"id":)" + id + R"(,"subscription_url":")" + kUrl + R"(","event_action":"*","event_object":")" +
           object + R"(","version":"2.0","is_active":1)" + more + "}";
}

TEST_F(PipedriveSubscriptions, WhatIsThereIsHeld) {
    holds(
        hook("3", "person") + "," +
        hook("4", "deal", R"(,"http_auth_user":"navette","http_auth_password":"old")") + "," +
        hook("5", "note", R"(,"http_auth_user":"navette","http_auth_password":"*****")")
    );
    const auto states = check({"contact", "deal", "note", "call"});
    ASSERT_TRUE(states.has_value()) << states.error().message;
    ASSERT_EQ(states->size(), 3U) << "Pipedrive has no webhooks of call logs";
    EXPECT_EQ(states->at(0).topic, "*.person");
    EXPECT_EQ(states->at(0).remote_id, "3");
    EXPECT_EQ(states->at(1).remote_id, "4");
    for (const auto& state : *states) {
        EXPECT_EQ(state.state, State::held);
        EXPECT_EQ(state.sentence, "");
    }
}

TEST_F(PipedriveSubscriptions, OneForEverythingIsEnough) {
    holds(hook("3", "*"));
    const auto states = check({"contact", "company", "note", "activity"});
    ASSERT_TRUE(states.has_value());
    for (const auto& state : *states) {
        EXPECT_EQ(state.state, State::held) << state.topic;
    }
}

TEST_F(PipedriveSubscriptions, WhatIsMissingIsMadeWithOurCredentials) {
    session_.set("webhook_user", "hook");
    holds(
        R"({"id":1,"subscription_url":"https://elsewhere.example/","event_action":"*","event_object":"person","is_active":1})"
    );
    session_.expect("POST /api/v1/webhooks")
        .with(
            std::string(R"({"subscription_url":")") + kUrl +
            R"(","event_action":"*","event_object":"person","http_auth_user":"hook","http_auth_password":"new","version":"2.0"})"
        )
        .answer(201, R"({"status":"ok","success":true,"data":{"id":8}})");
    const auto state = check_one("contact");
    EXPECT_EQ(state.state, State::repaired);
    EXPECT_EQ(state.remote_id, "8");
    EXPECT_EQ(state.sentence, "");
    EXPECT_EQ(state.secret, "") << "it is ours, not Pipedrive's";
}

TEST_F(PipedriveSubscriptions, OnlyTheActionsThatAreMissingAreAskedFor) {
    const auto two = hook("3", "deal");
    holds(
        std::string(two).replace(two.find("*"), 1, "create") + "," +
        std::string(two).replace(two.find("*"), 1, "delete")
    );
    session_.expect("POST /api/v1/webhooks")
        .with(R"({"event_action":"change","event_object":"deal"})")
        .answer(201, R"({"success":true,"data":{"id":9}})");
    EXPECT_EQ(check_one("deal").state, State::repaired);
}

TEST_F(PipedriveSubscriptions, WhatIsOfNoUseIsReplaced) {
    const std::pair<const char*, const char*> faults[] = {
        {R"(,"version":"1.0")", "version 1.0"},
        {R"(,"is_active":0)", "switched it off"},
        {R"(,"is_active":false)", "switched it off"},
        {R"(,"http_auth_user":"other")", "other credentials"},
        {R"(,"http_auth_user":"navette","http_auth_password":"oldest")", "other credentials"},
        {R"(,"last_http_status":401)", "refused as not genuine"},
    };
    for (const auto& [more, sentence] : faults) {
        holds(hook("3", "note", more));
        session_.expect("DELETE /api/v1/webhooks/3").answer(200, R"({"status":"ok","success":true})");
        session_.expect("POST /api/v1/webhooks").answer(201, R"({"success":true,"data":{"id":4}})");
        const auto state = check_one("note");
        EXPECT_EQ(state.state, State::repaired) << more;
        EXPECT_EQ(state.remote_id, "4");
        holds(hook("3", "note", more));
        EXPECT_THAT(check_one("note", false).sentence, HasSubstr(sentence));
    }
}

TEST_F(PipedriveSubscriptions, OnlyLookingChangesNothing) {
    holds("");
    const auto state = check_one("contact", false);
    EXPECT_EQ(state.state, State::missing);
    EXPECT_THAT(state.sentence, HasSubstr("person"));
}

TEST_F(PipedriveSubscriptions, WithoutAPasswordNoneIsMade) {
    holds("");
    const auto state = check_one("contact", true, "");
    EXPECT_EQ(state.state, State::refused);
    EXPECT_THAT(state.sentence, HasSubstr("webhook_password"));
}

TEST_F(PipedriveSubscriptions, ARefusalIsToldInPipedrivesWords) {
    holds("");
    session_.expect("POST /api/v1/webhooks")
        .answer(
            400,
            R"({"status":"error","success":false,"errors":{"subscription_url":["invalid or non-reachable URL"]}})"
        );
    session_.expect("POST /api/v1/webhooks").answer(201, R"({"success":true,"data":{"id":4}})");
    const auto states = check({"contact", "company"});
    ASSERT_TRUE(states.has_value());
    EXPECT_EQ(states->at(0).state, State::refused);
    EXPECT_THAT(states->at(0).sentence, HasSubstr("subscription_url: invalid or non-reachable URL"));
    EXPECT_EQ(states->at(1).state, State::repaired);
}

TEST_F(PipedriveSubscriptions, AFailureToLookOrToMakeIsAnOutcome) {
    session_.expect(kList).answer(403, R"({"success":false,"error":"Scope and URL mismatch"})");
    EXPECT_EQ(check({"contact"}).error().kind, OutcomeKind::misconfigured);
    holds("");
    session_.expect("POST /api/v1/webhooks").answer(429, R"({"success":false,"error":"slow"})");
    EXPECT_EQ(check({"contact"}).error().kind, OutcomeKind::throttled);
}

}  // namespace
}  // namespace navette::pipedrive
