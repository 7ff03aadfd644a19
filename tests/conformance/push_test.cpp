// One record at a time: created once, whatever is sent again; updated; deleted.
#include "tests/conformance/trial.hpp"

#include <gmock/gmock.h>

namespace navette::conformance {
namespace {

using ::testing::IsEmpty;
using ::testing::Not;
using Kind = sdk::OutcomeKind;

class Push : public Conformance {};
INSTANTIATE_TEST_SUITE_P(Conformance, Push, ::testing::ValuesIn(objects()), name_of);

TEST_P(Push, CreatesTheRecordAndTellsItsId) {
    ConnectedSite site(subject());
    const auto outcome = site.push(site.operation(object(), 1));
    ASSERT_EQ(outcome.kind, Kind::done) << told(outcome);
    EXPECT_EQ(site.created(object()), 1);
    if (spec().linked) {
        EXPECT_THAT(outcome.remote_id, Not(IsEmpty()));
    } else {
        EXPECT_THAT(outcome.remote_id, IsEmpty()) << "nothing is linked here";
    }
}

TEST_P(Push, CreatesNothingForAKeyThatIsThereAlready) {
    ConnectedSite site(subject());
    const auto first = site.push(site.operation(object(), 1));
    ASSERT_EQ(first.kind, Kind::done) << told(first);
    site.restart();
    auto again = site.operation(object(), 1);
    again.maybe_applied = true;
    again.attempt = 2;
    const auto second = site.push_until_settled(std::move(again));
    EXPECT_TRUE(second.is_success()) << told(second);
    EXPECT_EQ(site.created(object()), 1);
    if (spec().linked) {
        EXPECT_EQ(second.remote_id, first.remote_id);
    }
}

TEST_P(Push, TakesNoOtherRecordForIt) {
    ConnectedSite site(subject());
    const auto first = site.push(site.operation(object(), 1));
    ASSERT_EQ(first.kind, Kind::done) << told(first);
    auto other = site.operation(object(), 2);
    other.maybe_applied = true;
    const auto second = site.push_until_settled(std::move(other));
    ASSERT_EQ(second.kind, Kind::done) << told(second);
    EXPECT_EQ(site.created(object()), 2);
    if (spec().linked) {
        EXPECT_NE(second.remote_id, first.remote_id);
    }
}

TEST_P(Push, ChangesALinkedRecord) {
    if (!object().changed || !spec().linked) {
        GTEST_SKIP() << "a " << object().object << " is only ever created";
    }
    ConnectedSite site(subject());
    const auto first = site.push(site.operation(object(), 1));
    ASSERT_EQ(first.kind, Kind::done) << told(first);
    const auto changes = site.changed(object());
    const auto second = site.push(site.later(object(), 1, first.remote_id));
    ASSERT_EQ(second.kind, Kind::done) << told(second);
    EXPECT_EQ(second.remote_id, first.remote_id);
    EXPECT_EQ(site.created(object()), 1);
    EXPECT_GT(site.changed(object()), changes);
}

TEST_P(Push, ChangesNothingThatIsEqual) {
    if (!spec().linked) {
        GTEST_SKIP() << "a " << object().object << " is only ever created";
    }
    ConnectedSite site(subject());
    const auto first = site.push(site.operation(object(), 1));
    ASSERT_EQ(first.kind, Kind::done) << told(first);
    const auto changes = site.changed(object());
    auto equal = site.operation(object(), 1);
    equal.remote_id = first.remote_id;
    const auto second = site.push(std::move(equal));
    ASSERT_TRUE(second.is_success()) << told(second);
    EXPECT_EQ(site.created(object()), 1);
    EXPECT_EQ(site.changed(object()), changes);
}

TEST_P(Push, DeletesAndIsContentWithWhatIsGone) {
    if (!has_action("delete")) {
        GTEST_SKIP() << "the manifest names no delete of a " << object().object;
    }
    ConnectedSite site(subject());
    const auto made = site.push(site.operation(object(), 1));
    ASSERT_EQ(made.kind, Kind::done) << told(made);
    const auto removed = site.push(site.removal(object(), 1, made.remote_id));
    ASSERT_TRUE(removed.is_success()) << told(removed);
    const auto changes = site.changed(object());
    if (removed.kind == Kind::done) {
        EXPECT_GT(changes, 0) << "done, but nothing was deleted";
    }
    const auto again = site.push(site.removal(object(), 1, made.remote_id));
    EXPECT_TRUE(again.is_success()) << told(again);
    EXPECT_EQ(site.changed(object()), changes);
}

}  // namespace
}  // namespace navette::conformance
