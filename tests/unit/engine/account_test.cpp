#include "daemon/engine/account.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <string>

namespace navette::engine {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

config::LimitWindow requests(int most, std::chrono::milliseconds per, std::string route = {}) {
    config::LimitWindow limit;
    limit.requests = most;
    limit.per = per;
    limit.route = std::move(route);
    return limit;
}

config::Manifest manifest(int concurrency, std::vector<config::LimitWindow> limits = {}) {
    config::Manifest made;
    made.slug = "shop";
    made.concurrency = concurrency;
    made.limits = std::move(limits);
    return made;
}

Ask ask(std::string route, bool background = false) {
    return {std::move(route), 1, background};
}

class AccountTest : public ::testing::Test {
  protected:
    /// A call that enters under the name of its route and keeps its place until release().
    void call(const std::shared_ptr<Account>& account, Ask asked) {
        auto calling = [](AccountTest& test, std::shared_ptr<Account> in, Ask what) -> asio::awaitable<void> {
            const auto name = what.route + (what.background ? " in the background" : "");
            auto place = co_await Account::enter(in, std::move(what));
            test.entered_.push_back(name);
            test.places_.push_back(std::move(place));
        };
        asio::co_spawn(context_, calling(*this, account, std::move(asked)), asio::detached);
        context_.restart();
        context_.poll();
    }

    void release() {
        places_.pop_front();
        context_.restart();
        context_.poll();
    }

    asio::io_context context_{1};
    Accounts accounts_{context_.get_executor()};
    std::vector<std::string> entered_;
    std::deque<Account::Place> places_;
};

TEST_F(AccountTest, CallsBeyondTheConcurrencyEnterInTheOrderTheyCameAsPlacesAreGivenBack) {
    const auto account = accounts_.of("a", manifest(2));
    for (const auto* name : {"1", "2", "3", "4"}) {
        call(account, ask(name));
    }
    EXPECT_THAT(entered_, ElementsAre("1", "2"));
    EXPECT_EQ(account->waiting(), 2U);
    release();
    EXPECT_THAT(entered_, ElementsAre("1", "2", "3"));
    release();
    EXPECT_THAT(entered_, ElementsAre("1", "2", "3", "4"));
    EXPECT_EQ(account->waiting(), 0U);
}

TEST_F(AccountTest, LiveWorkEntersBeforeBackgroundWorkThatCameFirst) {
    const auto account = accounts_.of("a", manifest(1));
    call(account, ask("1"));
    call(account, ask("2", true));
    call(account, ask("3"));
    release();
    EXPECT_THAT(entered_, ElementsAre("1", "3"));
    release();
    EXPECT_THAT(entered_, ElementsAre("1", "3", "2 in the background"));
}

TEST_F(AccountTest, AnAskHeldByItsRoutesLimitLetsOtherRoutesPassAndNoneOfItsOwn) {
    const auto account =
        accounts_.of("a", manifest(10, {requests(100, 1h), requests(1, 1h, "POST /search")}));
    call(account, ask("POST /search"));
    call(account, ask("POST /search"));
    call(account, ask("GET /items"));
    call(account, ask("GET /items", true));
    EXPECT_THAT(entered_, ElementsAre("POST /search", "GET /items", "GET /items in the background"));
}

TEST_F(AccountTest, AnAskHeldByTheLimitOfAllHoldsThoseBehindIt) {
    const auto account = accounts_.of("a", manifest(10, {requests(1, 1h), requests(5, 1h, "POST /search")}));
    call(account, ask("POST /search"));
    call(account, ask("POST /search"));
    call(account, ask("GET /items"));
    EXPECT_THAT(entered_, ElementsAre("POST /search"));
    EXPECT_EQ(account->waiting(), 2U);
}

TEST_F(AccountTest, AWaitingCallEntersWhenTheWindowAllowsIt) {
    const auto account = accounts_.of("a", manifest(10, {requests(1, 20ms)}));
    const auto began = std::chrono::steady_clock::now();
    call(account, ask("1"));
    call(account, ask("2"));
    context_.restart();
    context_.run();  // returns when no call waits any more
    EXPECT_THAT(entered_, ElementsAre("1", "2"));
    EXPECT_GE(std::chrono::steady_clock::now() - began, 20ms);
}

TEST_F(AccountTest, ACallThatIsCutOffWhileItWaitsLeavesTheLine) {
    const auto account = accounts_.of("a", manifest(1));
    call(account, ask("1"));
    asio::cancellation_signal cut_off;
    auto waiting = [](std::shared_ptr<Account> in) -> asio::awaitable<void> {
        const auto place = co_await Account::enter(std::move(in));
    };
    asio::co_spawn(context_, waiting(account), asio::bind_cancellation_slot(cut_off.slot(), asio::detached));
    context_.restart();
    context_.poll();
    EXPECT_EQ(account->waiting(), 1U);
    cut_off.emit(asio::cancellation_type::terminal);
    context_.restart();
    context_.poll();
    EXPECT_EQ(account->waiting(), 0U);
    call(account, ask("2"));
    release();
    EXPECT_THAT(entered_, ElementsAre("1", "2"));
}

TEST_F(AccountTest, CallsStillInLineAtTheEndHarmNothing) {
    const auto account = accounts_.of("a", manifest(1, {requests(1, 1h)}));
    for (int count = 0; count < 3; ++count) {
        call(account, ask("1"));
    }
    EXPECT_EQ(account->waiting(), 2U);
}

TEST_F(AccountTest, AReloadKeepsWhatWasUsedAndTakesTheNewLimits) {
    const auto account = accounts_.of("a", manifest(10, {requests(3, 1h)}));
    call(account, ask("1"));
    call(account, ask("2"));
    accounts_.forget();
    EXPECT_EQ(accounts_.of("a", manifest(10, {requests(3, 1h), requests(50, 1s)})), account);
    call(account, ask("3"));
    call(account, ask("4"));
    EXPECT_THAT(entered_, SizeIs(3));
    accounts_.of("a", manifest(10, {requests(4, 1h)}));
    context_.restart();
    context_.poll();
    EXPECT_THAT(entered_, SizeIs(4)) << "the one that waits profits at once";
    accounts_.of("a", manifest(10, {requests(1, 1h)}));
    call(account, ask("5"));
    EXPECT_THAT(entered_, SizeIs(4));
}

TEST_F(AccountTest, AReloadWithMorePlacesLetsWaitingCallsEnter) {
    const auto account = accounts_.of("a", manifest(1));
    call(account, ask("1"));
    call(account, ask("2"));
    accounts_.of("a", manifest(2));
    context_.restart();
    context_.poll();
    EXPECT_THAT(entered_, SizeIs(2));
}

TEST_F(AccountTest, AFreezeHoldsEveryCall) {
    const auto account = accounts_.of("a", manifest(10));
    account->freeze(1h);
    call(account, ask("1"));
    EXPECT_THAT(entered_, IsEmpty());
}

TEST_F(AccountTest, AReportLowersWhatIsLeft) {
    const auto account = accounts_.of("a", manifest(10, {requests(5, 1h)}));
    call(account, ask("1"));
    core::RateReport report;
    report.as_of = std::chrono::steady_clock::now();
    report.remaining = 1;
    account->hear(report);
    call(account, ask("2"));
    call(account, ask("3"));
    EXPECT_THAT(entered_, ElementsAre("1", "2"));
}

TEST_F(AccountTest, WhatChangedIsListedUntilItIsSavedAndComesBackInAnotherProcess) {
    auto limited = manifest(10, {requests(2, 1h)});
    const auto account = accounts_.of("a", limited);
    accounts_.of("idle", limited);
    EXPECT_THAT(accounts_.changed(this_moment()), IsEmpty());
    call(account, ask("1"));
    const auto budgets = accounts_.changed(this_moment());
    ASSERT_THAT(budgets, SizeIs(1));
    EXPECT_EQ(budgets[0].account, "a");
    EXPECT_THAT(accounts_.changed(this_moment()), SizeIs(1)) << "it was not saved";
    call(account, ask("2"));
    accounts_.saved();
    EXPECT_THAT(accounts_.changed(this_moment()), SizeIs(1)) << "the second call came after the list";
    accounts_.saved();
    EXPECT_THAT(accounts_.changed(this_moment()), IsEmpty());

    Accounts restarted(context_.get_executor());
    const auto known = restarted.of("a", limited);
    restarted.restore(this_moment(), budgets);
    restarted.restore(this_moment(), budgets);  // once is enough
    call(known, ask("3"));
    call(known, ask("4"));
    EXPECT_THAT(entered_, ElementsAre("1", "2", "3")) << "one of the two was used before";

    Accounts later(context_.get_executor());
    later.restore(this_moment(), budgets);
    const auto made_afterwards = later.of("a", limited);
    call(made_afterwards, ask("5"));
    call(made_afterwards, ask("6"));
    EXPECT_THAT(entered_, ElementsAre("1", "2", "3", "5"));
}

TEST_F(AccountTest, AnAccountThatWasUsedHereKnowsBetterThanWhatWasSaved) {
    auto limited = manifest(10, {requests(3, 1h)});
    const auto account = accounts_.of("a", limited);
    call(account, ask("1"));
    accounts_.restore(this_moment(), accounts_.changed(this_moment()));
    call(account, ask("2"));
    call(account, ask("3"));
    EXPECT_THAT(entered_, SizeIs(3));
}

TEST_F(AccountTest, ForgetDropsOnlyWhatNobodyUses) {
    const auto used = accounts_.of("used", manifest(1));
    const std::weak_ptr<Account> unused = accounts_.of("unused", manifest(1));
    accounts_.forget();
    EXPECT_TRUE(unused.expired());
    EXPECT_EQ(accounts_.of("used", manifest(1)), used);
}

TEST_F(AccountTest, AnOutageHoldsAllLanesUntilTheProbeIsAnswered) {
    const auto account = accounts_.of("a", manifest(1));
    const auto now = std::chrono::steady_clock::now();
    EXPECT_FALSE(account->may_start(now));
    int told = 0;
    const auto handle = account->on_change([&] { ++told; });
    EXPECT_EQ(account->unavailable(now, 5s, 0.5), 5s);
    EXPECT_EQ(account->may_start(now + 1s), now + 5s);
    EXPECT_FALSE(account->may_start(now + 5s));
    EXPECT_TRUE(account->may_start(now + 5s)) << "one probe";
    EXPECT_EQ(told, 0);
    account->answered();
    EXPECT_EQ(told, 1);
    EXPECT_EQ(account->breaker(), core::Breaker::State::closed);
    EXPECT_FALSE(account->may_start(now + 5s));
    static_cast<void>(account->unavailable(now + 5s, {}, 0.5));
    EXPECT_EQ(told, 1) << "once";
}

TEST_F(AccountTest, ALaneThatIsGoneIsNotToldAndItsProbeIsAnothers) {
    const auto account = accounts_.of("a", manifest(1));
    const auto now = std::chrono::steady_clock::now();
    static_cast<void>(account->unavailable(now, 5s, 0.5));
    EXPECT_FALSE(account->may_start(now + 5s));
    int told = 0;
    const auto handle = account->on_change([&] { ++told; });
    static_cast<void>(account->on_change([] { FAIL() << "its handle is gone"; }));
    account->give_back();
    EXPECT_EQ(told, 1);
    EXPECT_FALSE(account->may_start(now + 5s));
}

TEST_F(AccountTest, AProbesOutageTellsThoseWhoWaitForIt) {
    const auto account = accounts_.of("a", manifest(1));
    const auto now = std::chrono::steady_clock::now();
    static_cast<void>(account->unavailable(now, 5s, 0.5));
    EXPECT_FALSE(account->may_start(now + 5s));
    int told = 0;
    const auto handle = account->on_change([&] { ++told; });
    EXPECT_EQ(account->unavailable(now + 6s, 7s, 0.5), 7s);
    EXPECT_EQ(told, 1);
    EXPECT_EQ(account->may_start(now + 6s), now + 13s);
}

TEST_F(AccountTest, NothingStartsWhileTheBudgetIsUsedUpForLong) {
    auto day = requests(1, 24h);
    day.calendar_day = true;
    day.zone = "Europe/Paris";
    const auto account = accounts_.of("a", manifest(10, {day}));
    const auto now = std::chrono::steady_clock::now();
    EXPECT_FALSE(account->may_start(now));
    call(account, ask("1"));
    const auto again = account->may_start(std::chrono::steady_clock::now());
    const auto seconds_left = std::chrono::duration<double>(again.value_or(now + 1min) - now).count();
    EXPECT_LT(seconds_left, 25 * 3600 + 2);
    // Within the last half minute of the Parisian day calls may wait in line instead.
    if (again) {
        EXPECT_GT(seconds_left, 29);
        EXPECT_EQ(account->forecast(now, 1), again);
    }
}

}  // namespace
}  // namespace navette::engine
