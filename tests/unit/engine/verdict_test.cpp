#include "daemon/engine/verdict.hpp"

#include <gtest/gtest.h>

namespace navette::engine {
namespace {

using namespace std::chrono_literals;
using sdk::Outcome;

const config::RetryPolicy kPolicy{};

Consequence after(const Outcome& outcome, int attempts_before, double random = 0.999999) {
    AttemptFacts facts;
    facts.attempts_before = attempts_before;
    facts.random = random;
    return consequence_of(outcome, facts, kPolicy);
}

TEST(Verdict, FinishesWhatIsDoneOrNeedsNothing) {
    EXPECT_EQ(after(Outcome::done("42"), 0).verdict, store::Verdict::finish);
    EXPECT_EQ(after(Outcome::skipped("unchanged"), 0).verdict, store::Verdict::finish);
}

TEST(Verdict, RetriesThreeTimesWithGrowingPausesThenGivesUp) {
    EXPECT_EQ(after(Outcome::retry("deadlock"), 0).run_after, 999ms);
    EXPECT_EQ(after(Outcome::retry("deadlock"), 1).run_after, 1999ms);
    EXPECT_EQ(after(Outcome::retry("deadlock"), 2).run_after, 3999ms);
    EXPECT_EQ(after(Outcome::retry("deadlock"), 2).verdict, store::Verdict::retry);
    EXPECT_EQ(after(Outcome::retry("deadlock"), 3).verdict, store::Verdict::fail);
    EXPECT_EQ(after(Outcome::retry("deadlock"), 3).attempts, 4);
}

TEST(Verdict, AnOutageUsesUpNoAttempt) {
    const auto follows = after(Outcome::unavailable("503"), 3);
    EXPECT_EQ(follows.verdict, store::Verdict::retry);
    EXPECT_EQ(follows.attempts, 3);
}

TEST(Verdict, ThrottlingFreezesTheAccountForAsLongAsThePlatformSaid) {
    const auto follows = after(Outcome::throttled("429", 7s), 2);
    EXPECT_EQ(follows.verdict, store::Verdict::retry);
    EXPECT_EQ(follows.attempts, 2);
    EXPECT_EQ(follows.freeze, 7s);
    EXPECT_GT(*after(Outcome::throttled("429"), 0).freeze, 0s);
}

TEST(Verdict, HoldsTheIntegrationWhenAPersonMustAct) {
    EXPECT_EQ(after(Outcome::needs_reauth("401"), 0).hold_as, "needs_reauth");
    EXPECT_EQ(after(Outcome::misconfigured("module off"), 0).hold_as, "error");
    EXPECT_EQ(after(Outcome::misconfigured("module off"), 3).verdict, store::Verdict::retry);
}

TEST(Verdict, DoesNotRepeatWhatWillBeRefusedAgain) {
    EXPECT_EQ(after(Outcome::rejected("bad ref"), 0).verdict, store::Verdict::fail);
    EXPECT_EQ(after(Outcome::conflict("not ours"), 0).verdict, store::Verdict::fail);
    EXPECT_EQ(after(Outcome::gone("deleted"), 0).verdict, store::Verdict::fail);
}

TEST(Verdict, RemembersThatAnEffectMayHaveHappened) {
    EXPECT_TRUE(after(Outcome::retry("reset").after_unknown_effect(), 0).maybe_applied);
    AttemptFacts facts;
    facts.maybe_applied_before = true;
    EXPECT_TRUE(consequence_of(Outcome::retry("deadlock"), facts, kPolicy).maybe_applied);
    EXPECT_FALSE(after(Outcome::retry("deadlock"), 0).maybe_applied);
}

}  // namespace
}  // namespace navette::engine
