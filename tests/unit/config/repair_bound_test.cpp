#include "daemon/config/repair_bound.hpp"

#include <gtest/gtest.h>

namespace navette::config {
namespace {

TEST(RepairBound, IsANumberOfRecordsOrAShare) {
    EXPECT_EQ(parse_repair_bound("100")->most, 100);
    EXPECT_FALSE(parse_repair_bound("100")->share);
    EXPECT_DOUBLE_EQ(*parse_repair_bound("2.5%")->share, 0.025);
    EXPECT_FALSE(parse_repair_bound("2.5%")->most);
    EXPECT_EQ(parse_repair_bound("0")->most, 0);
}

TEST(RepairBound, AnythingElseIsNone) {
    for (const auto* text :
         {"", "%", "-1", "-1%", "101%", "1.5", "1 %", "ten", "1e3%", "nan%", "99999999999999999999"}) {
        EXPECT_FALSE(parse_repair_bound(text)) << text;
    }
}

}  // namespace
}  // namespace navette::config
