#include "daemon/store/account_budgets.hpp"

#include "tests/integration/schema_fixture.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>

namespace navette::store {
namespace {

using test::must;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class AccountBudgetsTest : public test::SchemaTest {};

TEST_F(AccountBudgetsTest, WhatIsSavedIsLoadedByTheNamesAskedFor) {
    const std::string odd = "shop\n\"https://a.example\", {\\}";
    must(run(
        save_account_budgets(connection(), {{odd, R"({"a": "x, \"y\""})"}, {"b", R"({"b": 2})"}, {"c", "{}"}})
    ));
    const auto loaded = must(run(load_account_budgets(connection(), {odd, "c", "unknown"})));
    ASSERT_THAT(loaded, SizeIs(2));
    const auto& first = loaded[0].account == odd ? loaded[0] : loaded[1];
    EXPECT_EQ(first.account, odd);
    EXPECT_EQ(boost::json::parse(first.state), boost::json::parse(R"({"a": "x, \"y\""})"));
}

TEST_F(AccountBudgetsTest, SavingAgainReplacesAndSavingNothingIsFine) {
    must(run(save_account_budgets(connection(), {{"a", R"({"n": 1})"}})));
    must(run(save_account_budgets(connection(), {{"a", R"({"n": 2})"}})));
    must(run(save_account_budgets(connection(), {})));
    const auto loaded = must(run(load_account_budgets(connection(), {"a"})));
    ASSERT_THAT(loaded, SizeIs(1));
    EXPECT_EQ(boost::json::parse(loaded[0].state), boost::json::parse(R"({"n": 2})"));
    EXPECT_THAT(must(run(load_account_budgets(connection(), {}))), IsEmpty());
}

}  // namespace
}  // namespace navette::store
