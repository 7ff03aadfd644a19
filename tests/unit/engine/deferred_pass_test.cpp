#include "daemon/engine/deferred_pass.hpp"

#include <gtest/gtest.h>

namespace navette::engine {
namespace {

using namespace std::chrono_literals;

class DeferredPassTest : public ::testing::Test {
  protected:
    DeferredPass pass_;
    DeferredPass::Time now_{1h};
};

TEST_F(DeferredPassTest, GoesOnFromWhereAFullPageEndedAndBeginsAnewAtTheEnd) {
    EXPECT_EQ(pass_.next(now_).id, 0);
    pass_.was_read(store::DuePlace{"2026-01-31 08:15:00+00", 16});
    EXPECT_TRUE(pass_.has_more());
    EXPECT_EQ(pass_.next(now_).id, 16);
    EXPECT_EQ(pass_.next(now_).run_at, "2026-01-31 08:15:00+00");
    pass_.was_read(std::nullopt);
    EXPECT_FALSE(pass_.has_more());
    EXPECT_EQ(pass_.next(now_).id, 0);
    EXPECT_EQ(pass_.next(now_).run_at, "-infinity");
}

TEST_F(DeferredPassTest, ALongOneBeginsAnewNowAndThen) {
    EXPECT_EQ(pass_.next(now_).id, 0);
    pass_.was_read(store::DuePlace{"2026-01-31 08:15:00+00", 16});
    now_ += 59s;
    EXPECT_EQ(pass_.next(now_).id, 16);
    now_ += 1s;
    EXPECT_EQ(pass_.next(now_).id, 0);
    EXPECT_TRUE(pass_.has_more());
}

TEST_F(DeferredPassTest, AsksForWhatWasLeft) {
    pass_.left_some();
    EXPECT_TRUE(pass_.has_more());
    EXPECT_EQ(pass_.next(now_).id, 0);
}

}  // namespace
}  // namespace navette::engine
