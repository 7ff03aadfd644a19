#include "daemon/http/readiness.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace navette::http {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Readiness::Moment kNow{1'000s};

Readiness::EngineState working() {
    Readiness::EngineState state;
    state.lease_fresh = true;
    return state;
}

class ReadinessOfAllParts : public testing::Test {
  protected:
    ReadinessOfAllParts() {
        readiness.connectors_are(2, {});
        readiness.database_is(std::nullopt, kNow);
        readiness.engine_is(working(), kNow);
    }
    [[nodiscard]] std::vector<std::string> reasons(Readiness::Moment at = kNow) const {
        return readiness.verdict(at).reasons;
    }

    Readiness readiness;
};

TEST_F(ReadinessOfAllParts, IsReadyWhenEveryPartIs) {
    EXPECT_TRUE(readiness.verdict(kNow).ready());
    EXPECT_THAT(readiness.verdict(kNow).warnings, IsEmpty());
}

TEST_F(ReadinessOfAllParts, NamesThePartThatIsNot) {
    readiness.database_is("PostgreSQL cannot be reached", kNow);
    EXPECT_THAT(reasons(), ElementsAre("database: PostgreSQL cannot be reached"));
    readiness.database_is(std::nullopt, kNow);
    auto state = working();
    state.stalled = "poll";
    readiness.engine_is(state, kNow);
    EXPECT_THAT(reasons(), ElementsAre(HasSubstr("'poll'")));
    readiness.engine_is({}, kNow);
    EXPECT_THAT(reasons(), ElementsAre(HasSubstr("leases: ")));
    readiness.engine_is(working(), kNow);
    readiness.stopping();
    EXPECT_THAT(reasons(), ElementsAre(HasSubstr("stopping: ")));
}

TEST_F(ReadinessOfAllParts, APartThatFellSilentIsNotReady) {
    EXPECT_THAT(reasons(kNow + 4s), IsEmpty());
    EXPECT_THAT(reasons(kNow + 6s), ElementsAre(HasSubstr("does not answer"), HasSubstr("no progress")));
}

TEST_F(ReadinessOfAllParts, ARefusedConnectorIsAWarningAndNoneAtAllAReason) {
    readiness.connectors_are(1, {"hubspot"});
    EXPECT_TRUE(readiness.verdict(kNow).ready());
    EXPECT_THAT(readiness.verdict(kNow).warnings, ElementsAre(HasSubstr("hubspot")));
    readiness.connectors_are(0, {});
    EXPECT_THAT(reasons(), ElementsAre("connectors: none is loaded"));
}

TEST(Readiness, NothingIsReadyBeforeItWasAsked) {
    EXPECT_THAT(Readiness().verdict(kNow).reasons, testing::SizeIs(3));
}

}  // namespace
}  // namespace navette::http
