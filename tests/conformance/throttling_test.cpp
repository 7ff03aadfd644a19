// A platform that counts requests and refuses those beyond its limit: told as such, and nothing is lost by
// it.
#include "tests/conformance/trial.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace navette::conformance {
namespace {

using Kind = sdk::OutcomeKind;
using namespace std::chrono_literals;

class Throttling : public Conformance {};
INSTANTIATE_TEST_SUITE_P(Conformance, Throttling, ::testing::ValuesIn(objects()), name_of);

constexpr int kWindowMs = 1500;
constexpr int kMostRecords = 100;

TEST_P(Throttling, IsToldAndPassesByItself) {
    int requests = 0;
    {
        ConnectedSite site(subject());
        const auto outcome = site.push(site.operation(object(), 1));
        ASSERT_EQ(outcome.kind, Kind::done) << told(outcome);
        requests = static_cast<int>(site.exchanges().size());
    }
    // Enough for the parents, which count too, and for one record at a time.
    const auto rate = std::to_string(requests + 6);
    ConnectedSite site(subject(), {{"rate", rate}, {"rate_ms", std::to_string(kWindowMs)}});
    int done = 0;
    std::optional<sdk::Outcome> throttled;
    for (int n = 1; n <= kMostRecords && !throttled; ++n) {
        auto operation = site.operation(object(), n);
        const auto outcome = site.push(operation);
        if (outcome.kind != Kind::throttled) {
            ASSERT_EQ(outcome.kind, Kind::done) << told(outcome);
            ++done;
            continue;
        }
        throttled = outcome;
        if (throttled->retry_after) {
            EXPECT_GT(*throttled->retry_after, 0ms);
            EXPECT_LE(*throttled->retry_after, 60s) << "the window is no longer than " << kWindowMs << " ms";
        }
        operation.maybe_applied = outcome.maybe_applied;
        const auto later = site.push_until_settled(std::move(operation));
        EXPECT_EQ(later.kind, Kind::done) << told(later);
        ++done;
    }
    EXPECT_TRUE(throttled) << "nothing was refused: the stand-in does not know the option `rate`";
    EXPECT_EQ(site.created(object()), done);
}

}  // namespace
}  // namespace navette::conformance
