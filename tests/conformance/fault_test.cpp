// What goes wrong on the way, at each request of a create in turn: no effect twice, and no success that did
// not happen.
#include "tests/conformance/trial.hpp"

#include <gmock/gmock.h>

#include <string>

namespace navette::conformance {
namespace {

using Kind = sdk::OutcomeKind;

class Fault : public Conformance {
  protected:
    /// How many requests a create takes.
    static int requests_of_a_create() {
        ConnectedSite site(subject());
        const auto outcome = site.push(site.operation(object(), 1));
        EXPECT_EQ(outcome.kind, Kind::done) << told(outcome);
        return static_cast<int>(site.exchanges().size());
    }

    /// Creates a record while the switches hold for one request after the other, then tries again without
    /// them, as the engine would.
    static void create_in_spite_of(const std::string& switches) {
        const auto requests = requests_of_a_create();
        ASSERT_GT(requests, 0);
        for (int nth = 1; nth <= requests; ++nth) {
            SCOPED_TRACE(switches + " at request " + std::to_string(nth));
            create_in_spite_of(switches, nth);
        }
    }

  private:
    static void create_in_spite_of(const std::string& switches, int nth) {
        ConnectedSite site(subject());
        auto operation = site.operation(object(), 1);
        site.before_each_request([&](int number) { site.site().set_faults(number == nth ? switches : ""); });
        const auto hit = site.push(operation);
        site.before_each_request({});
        site.site().set_faults("");
        if (hit.is_success()) {
            // What was hit did not matter to the record, so the record must be there.
            EXPECT_EQ(site.created(object()), 1) << "a success that did not happen: " << told(hit);
            return;
        }
        ASSERT_TRUE(is_passing(hit)) << told(hit);
        EXPECT_FALSE(hit.message.empty());
        if (site.created(object()) > 0) {
            EXPECT_TRUE(hit.maybe_applied)
                << "it was created, but the outcome does not say that it may be: " << told(hit);
        }
        operation.maybe_applied = hit.maybe_applied;
        operation.attempt = 2;
        const auto again = site.push_until_settled(operation);
        EXPECT_EQ(again.kind, Kind::done) << "after '" << told(hit) << "' came '" << told(again) << "'";
        EXPECT_EQ(site.created(object()), 1) << "after '" << told(hit) << "'";
    }
};
INSTANTIATE_TEST_SUITE_P(Conformance, Fault, ::testing::ValuesIn(objects()), name_of);

TEST_P(Fault, ACreateWhoseAnswerIsLostIsMadeOnce) {
    create_in_spite_of(R"({"reset_after":1})");
}

TEST_P(Fault, ACreateWhoseAnswerComesFromAGatewayThatGaveUpIsMadeOnce) {
    create_in_spite_of(R"({"error_5xx_after":1})");
}

TEST_P(Fault, ACreateWhoseAnswerIsCutInHalfIsMadeOnce) {
    create_in_spite_of(R"({"truncate":1})");
}

TEST_P(Fault, ACreateWhoseAnswerIsUnreadableIsMadeOnce) {
    create_in_spite_of(R"({"malformed":1})");
}

TEST_P(Fault, ACreateThatNeverArrivedIsMadeOnce) {
    create_in_spite_of(R"({"reset_before":1})");
}

TEST_P(Fault, ACreateRefusedByAFailingServerIsMadeOnce) {
    create_in_spite_of(R"({"error_5xx":1})");
}

TEST_P(Fault, ACreateRefusedByAPageOfHtmlIsMadeOnce) {
    create_in_spite_of(R"({"html_503":1})");
}

TEST_P(Fault, ANewConnectorIsNotTakenInByAnOutageThatLasts) {
    for (const std::string switches : {R"({"html_503":1})", R"({"error_5xx":1})", R"({"malformed":1})"}) {
        SCOPED_TRACE(switches);
        ConnectedSite site(subject());
        auto operation = site.operation(object(), 1);
        site.site().set_faults(switches);
        const auto outcome = site.push(std::move(operation));
        EXPECT_TRUE(is_passing(outcome)) << told(outcome);
    }
}

TEST_P(Fault, CredentialsThatExpireHoldTheIntegration) {
    ConnectedSite site(subject());
    auto operation = site.operation(object(), 2);
    const auto before = site.push(site.operation(object(), 1));
    ASSERT_EQ(before.kind, Kind::done) << told(before);
    site.site().set_faults(R"({"unauthorized":true})");
    const auto refused = site.push(operation);
    EXPECT_EQ(refused.kind, Kind::needs_reauth) << told(refused);
    EXPECT_EQ(site.created(object()), 1);
    site.site().set_faults("");
    site.restart();
    const auto after = site.push_until_settled(std::move(operation));
    EXPECT_EQ(after.kind, Kind::done) << told(after);
    EXPECT_EQ(site.created(object()), 2);
}

TEST_P(Fault, AnAccessTokenThatRunsOutIsRenewed) {
    ConnectedSite site(subject());
    if (site.integration().grant() == nullptr) {
        GTEST_SKIP() << "the subject signs in without OAuth";
    }
    const auto before = site.push(site.operation(object(), 1));
    ASSERT_EQ(before.kind, Kind::done) << told(before);
    site.site().control("POST", "tokens", R"({"expire":true})");
    const auto after = site.push_until_settled(site.operation(object(), 2));
    EXPECT_EQ(after.kind, Kind::done) << told(after);
    EXPECT_EQ(site.created(object()), 2);
}

TEST_P(Fault, WrongCredentialsHoldTheIntegration) {
    sdk::Operation operation;
    {
        ConnectedSite right(subject());
        operation = right.operation(object(), 1);
    }
    ConnectedSite site(subject(), {}, ConnectedSite::Credentials::wrong);
    const auto refused = site.push(std::move(operation));
    EXPECT_TRUE(refused.kind == Kind::needs_reauth || refused.kind == Kind::misconfigured) << told(refused);
    EXPECT_EQ(site.created(object()), 0);
}

}  // namespace
}  // namespace navette::conformance
