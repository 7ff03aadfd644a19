// The webhook subscriptions that a platform holds: looked at without touching, made where they are missing,
// and made again where the platform let them go.
#include "tests/conformance/trial.hpp"
#include "tests/conformance/webhook_catcher.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace navette::conformance {
namespace {

namespace json = boost::json;
using ::testing::IsEmpty;
using ::testing::Not;
using State = sdk::SubscriptionState::State;

class Subscriptions : public Conformance {
  protected:
    void SetUp() override {
        Conformance::SetUp();
        if (IsSkipped() || HasFatalFailure()) {
            return;
        }
        NAVETTE_NEEDS("subscriptions");
        secret = subject().secrets.at(subject().webhook_secret);
    }

    sdk::SubscriptionPlan plan(const std::string& url, bool repair) {
        sdk::SubscriptionPlan plan;
        plan.url = url;
        plan.secret = secret;
        for (const auto& object : subject().objects) {
            if (object.pulled) {
                plan.objects.push_back(object.object);
            }
        }
        plan.repair = repair;
        return plan;
    }

    /// Looks or repairs, and keeps the secret that the platform made up, as navette does.
    std::vector<sdk::SubscriptionState> states(ConnectedSite& site, const std::string& url, bool repair) {
        auto states = site.subscriptions(plan(url, repair));
        if (!states) {
            ADD_FAILURE() << told(states.error());
            return {};
        }
        EXPECT_THAT(*states, Not(IsEmpty()));
        for (const auto& state : *states) {
            EXPECT_FALSE(state.topic.empty());
            secret = state.secret.empty() ? secret : state.secret;
        }
        return std::move(*states);
    }

    static void expect_all(const std::vector<sdk::SubscriptionState>& states, State wanted) {
        for (const auto& state : states) {
            EXPECT_EQ(state.state, wanted) << state.topic << ": " << state.sentence;
            if (wanted == State::held) {
                EXPECT_TRUE(state.sentence.empty()) << state.topic << ": " << state.sentence;
            } else if (wanted == State::missing) {
                EXPECT_FALSE(state.sentence.empty()) << state.topic << ": what is wrong?";
            }
        }
    }

    std::string secret;  // with which webhooks are signed
};
INSTANTIATE_TEST_SUITE_P(Conformance, Subscriptions, ::testing::ValuesIn(platforms()), name_of);

constexpr const char* kAddress = "https://hooks.lumira.test/webhooks/integrations/x/int_x";

TEST_P(Subscriptions, AreMissingFirstAndALookMakesNone) {
    ConnectedSite site(subject());
    for (int look = 0; look < 2; ++look) {
        expect_all(states(site, kAddress, false), State::missing);
        EXPECT_EQ(site.writes(), 0);
    }
}

TEST_P(Subscriptions, AreMadeOnceAndThenHeld) {
    ConnectedSite site(subject());
    const auto made = states(site, kAddress, true);
    expect_all(made, State::repaired);
    const auto held = states(site, kAddress, true);
    expect_all(held, State::held);
    EXPECT_EQ(site.writes(), 0) << "they were there";
    EXPECT_EQ(held.size(), made.size());
    expect_all(states(site, kAddress, false), State::held);
}

TEST_P(Subscriptions, OfAnotherAddressAreNotOurs) {
    ConnectedSite site(subject());
    const auto others = std::string(kAddress) + "_other";
    expect_all(states(site, others, true), State::repaired);
    expect_all(states(site, kAddress, false), State::missing);
    expect_all(states(site, kAddress, true), State::repaired);
    expect_all(states(site, others, false), State::held);
}

TEST_P(Subscriptions, ThatThePlatformLetGoAreMadeAgain) {
    ConnectedSite site(subject());
    expect_all(states(site, kAddress, true), State::repaired);
    // The stand-in does to all of them what the platform does after too many failed deliveries.
    site.site().control("POST", "subscriptions", R"({"drop":true})");
    expect_all(states(site, kAddress, false), State::missing);
    expect_all(states(site, kAddress, true), State::repaired);
    expect_all(states(site, kAddress, false), State::held);
}

TEST_P(Subscriptions, BringWebhooksThatVerify) {
    ConnectedSite site(subject());
    WebhookCatcher catcher([](const standin::Request&) {
        return standin::Response(200, "application/json", "{}");
    });
    const auto made = states(site, catcher.url() + "/webhooks/integrations/x/int_x", true);
    expect_all(made, State::repaired);
    const std::vector<std::string> secrets{secret};
    const auto pulled = std::ranges::find(subject().objects, true, &ObjectCase::pulled);
    ASSERT_NE(pulled, subject().objects.end());
    site.site().control("POST", "change", json::serialize(json::object{{"object", pulled->object}}));
    const auto caught = catcher.wait_for(1);
    ASSERT_THAT(caught, Not(IsEmpty())) << "nothing came for a change of a " << pulled->object;
    sdk::WebhookRequest request;
    request.method = caught.front().method;
    request.path = caught.front().target;
    request.url = catcher.url() + caught.front().target;
    request.body = caught.front().body;
    for (const auto& [name, value] : caught.front().headers) {
        request.headers.push_back({name, value});
    }
    const auto now =
        std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
    const auto verdict = site.connector().verify(request, {secrets, site.integration().settings(), now});
    EXPECT_TRUE(verdict.genuine) << verdict.reason;
}

TEST_P(Subscriptions, ThatCannotBeSeenAreToldAsAFailure) {
    ConnectedSite site(subject());
    ASSERT_TRUE(site.subscriptions(plan(kAddress, false)));
    site.site().set_faults(R"({"html_503":1})");
    const auto down = site.subscriptions(plan(kAddress, true));
    ASSERT_FALSE(down);
    EXPECT_TRUE(is_passing(down.error())) << told(down.error());
    site.site().set_faults(R"({"unauthorized":true})");
    const auto refused = site.subscriptions(plan(kAddress, true));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, sdk::OutcomeKind::needs_reauth) << told(refused.error());
}

}  // namespace
}  // namespace navette::conformance
