#include "tests/standin/outbox.hpp"

#include "tests/standin/http_server.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace navette::standin {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;

constexpr int kDeliveries = 40;

boost::asio::awaitable<Response> accepted() {
    co_return Response(200, "application/json", "{}");
}

/// What arrives of so many deliveries, in order, once none is under way any more.
std::vector<std::string> arrivals(const Disorder& disorder, std::uint64_t seed) {
    std::vector<std::string> arrived;
    boost::asio::io_context io(1);
    Outbox outbox(1, milliseconds(1));
    outbox.run_on(io.get_executor());
    outbox.disturb(disorder, seed);
    auto listening = HttpServer::listen(io, 0, [&arrived](Request request) {
        arrived.push_back(std::move(request.body));
        return accepted();
    });
    if (!listening) {
        ADD_FAILURE() << listening.error().message;
        return arrived;
    }
    const auto url = "http://127.0.0.1:" + std::to_string((*listening)->port()) + "/";
    for (int number = 0; number < kDeliveries; ++number) {
        outbox.post({url, {}, std::to_string(number), "test"});
        // One after the other, so that only what is held back is overtaken.
        while (disorder.late == 0 && disorder.repeated == 0 && outbox.under_way() > 0) {
            io.run_one();
        }
    }
    while (outbox.under_way() > 0) {
        io.run_one();
    }
    return arrived;
}

std::vector<std::string> in_order() {
    std::vector<std::string> all;
    for (int number = 0; number < kDeliveries; ++number) {
        all.push_back(std::to_string(number));
    }
    return all;
}

TEST(Outbox, DeliversEachOnceInOrderUnlessItIsDisturbed) {
    EXPECT_EQ(arrivals({}, 1), in_order());
}

TEST(Outbox, LosesWhatItIsToldToLose) {
    EXPECT_THAT(arrivals({.lost = 1}, 1), ElementsAre());
    const auto some = arrivals({.lost = 0.5}, 1).size();
    EXPECT_GT(some, 0U);
    EXPECT_LT(some, static_cast<std::size_t>(kDeliveries));
}

TEST(Outbox, RepeatsEachOnceMore) {
    auto arrived = arrivals({.repeated = 1, .late_by = milliseconds(5)}, 1);
    EXPECT_EQ(arrived.size(), 2U * kDeliveries);
    for (const auto& body : in_order()) {
        EXPECT_EQ(std::ranges::count(arrived, body), 2) << body;
    }
}

TEST(Outbox, LetsYoungerOnesOvertakeWhatItHoldsBack) {
    auto arrived = arrivals({.late = 0.5, .late_by = milliseconds(30)}, 1);
    EXPECT_NE(arrived, in_order());
    EXPECT_TRUE(std::ranges::is_permutation(arrived, in_order()));
}

TEST(Outbox, DrawsTheSameFatesForTheSameSeed) {
    EXPECT_EQ(arrivals({.lost = 0.5}, 7), arrivals({.lost = 0.5}, 7));
    EXPECT_NE(arrivals({.lost = 0.5}, 7), arrivals({.lost = 0.5}, 8));
}

}  // namespace
}  // namespace navette::standin
