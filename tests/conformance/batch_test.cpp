// Several records in one call: an outcome for each, few requests, and a bad record that sinks alone.
#include "tests/conformance/trial.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace navette::conformance {
namespace {

using Kind = sdk::OutcomeKind;

class Batch : public Conformance {
  protected:
    void SetUp() override {
        Conformance::SetUp();
        if (!IsSkipped() && !HasFatalFailure() && spec().batch < 2) {
            GTEST_SKIP() << "a " << object().object << " travels alone";
        }
    }

    /// Records `first` to `last` in one call.
    static std::vector<sdk::Operation> records(ConnectedSite& site, int first, int last) {
        std::vector<sdk::Operation> batch;
        for (int n = first; n <= last; ++n) {
            batch.push_back(site.operation(object(), n));
        }
        return batch;
    }
};
INSTANTIATE_TEST_SUITE_P(Conformance, Batch, ::testing::ValuesIn(objects()), name_of);

TEST_P(Batch, OfTheManifestsSizeTakesOneWrite) {
    EXPECT_TRUE(can("batch")) << "the manifest gives a batch to " << object().object << " without saying so";
    ConnectedSite site(subject());
    // What is made once for an account (a field of our own) is no part of the measure.
    ASSERT_EQ(site.push(site.operation(object(), 1)).kind, Kind::done);
    const auto size = spec().batch;
    const auto outcomes = site.push(records(site, 2, size + 1));
    ASSERT_EQ(outcomes.size(), static_cast<std::size_t>(size));
    std::set<std::string> ids;
    for (const auto& outcome : outcomes) {
        EXPECT_EQ(outcome.kind, Kind::done) << told(outcome);
        ids.insert(outcome.remote_id);
    }
    if (spec().linked) {
        EXPECT_EQ(ids.size(), outcomes.size()) << "two records got one id";
    }
    EXPECT_EQ(site.created(object()), size + 1);
    EXPECT_EQ(site.writes(), 1);
}

TEST_P(Batch, TellsEachRecordItsOwnId) {
    NAVETTE_NEEDS("fetch");
    if (!spec().linked || !object().pulled) {
        GTEST_SKIP() << "a " << object().object << " is never read back";
    }
    ConnectedSite site(subject());
    const auto outcomes = site.push(records(site, 1, 3));
    ASSERT_EQ(outcomes.size(), 3U);
    for (int n = 1; n <= 3; ++n) {
        const auto& outcome = outcomes[static_cast<std::size_t>(n - 1)];
        ASSERT_EQ(outcome.kind, Kind::done) << told(outcome);
        // An equal record under the id that was told: nothing there may change.
        const auto changes = site.changed(object());
        auto equal = site.operation(object(), n);
        equal.remote_id = outcome.remote_id;
        EXPECT_TRUE(site.push(std::move(equal)).is_success());
        EXPECT_EQ(site.changed(object()), changes) << "record " << n << " got the id of another one";
    }
}

TEST_P(Batch, WithABadRecordSinksOnlyThatOne) {
    ASSERT_TRUE(object().spoil) << "the subject does not tell how a " << object().object << " is spoilt";
    ConnectedSite site(subject());
    auto batch = records(site, 1, 5);
    object().spoil(batch[2].fields);
    auto outcomes = site.push(batch);
    ASSERT_EQ(outcomes.size(), 5U);
    // Where the platform refuses the request as a whole, the engine takes it apart.
    const bool refused_whole = std::ranges::none_of(outcomes, &sdk::Outcome::is_success);
    for (std::size_t index = 0; index < batch.size(); ++index) {
        if (refused_whole) {
            EXPECT_EQ(outcomes[index].message, outcomes.front().message) << "the engine would not split it";
            outcomes[index] = site.push_until_settled(batch[index]);
        }
        if (index == 2) {
            EXPECT_EQ(outcomes[index].kind, Kind::rejected) << told(outcomes[index]);
            EXPECT_FALSE(outcomes[index].message.empty());
        } else {
            EXPECT_EQ(outcomes[index].kind, Kind::done) << index << ": " << told(outcomes[index]);
        }
    }
    EXPECT_EQ(site.created(object()), 4);
}

TEST_P(Batch, OfNewAndKnownRecordsCreatesOnlyTheNew) {
    ConnectedSite site(subject());
    const auto known = site.push(records(site, 1, 2));
    ASSERT_EQ(known.size(), 2U);
    auto batch = records(site, 1, 4);
    batch[0].remote_id = known[0].remote_id;
    batch[1].maybe_applied = true;
    const auto outcomes = site.push(std::move(batch));
    ASSERT_EQ(outcomes.size(), 4U);
    for (const auto& outcome : outcomes) {
        EXPECT_TRUE(outcome.is_success()) << told(outcome);
    }
    EXPECT_EQ(outcomes[0].remote_id, known[0].remote_id);
    EXPECT_EQ(outcomes[1].remote_id, known[1].remote_id);
    EXPECT_EQ(site.created(object()), 4);
}

TEST_P(Batch, WhoseAnswerIsLostIsMadeOnce) {
    int requests = 0;
    {
        ConnectedSite site(subject());
        const auto outcomes = site.push(records(site, 1, 3));
        requests = static_cast<int>(site.exchanges().size());
    }
    for (int nth = 1; nth <= requests; ++nth) {
        SCOPED_TRACE("request " + std::to_string(nth));
        ConnectedSite site(subject());
        auto batch = records(site, 1, 3);
        site.before_each_request([&](int number) {
            site.site().set_faults(number == nth ? R"({"reset_after":1})" : "");
        });
        const auto hit = site.push(batch);
        site.before_each_request({});
        site.site().set_faults("");
        ASSERT_EQ(hit.size(), 3U);
        for (std::size_t index = 0; index < batch.size(); ++index) {
            if (hit[index].is_success()) {
                continue;
            }
            EXPECT_TRUE(is_passing(hit[index])) << told(hit[index]);
            batch[index].maybe_applied = hit[index].maybe_applied;
            const auto again = site.push_until_settled(batch[index]);
            EXPECT_EQ(again.kind, Kind::done) << told(again);
        }
        EXPECT_EQ(site.created(object()), 3);
    }
}

}  // namespace
}  // namespace navette::conformance
