// Shopify's bulk operations, tried with the connector on its stand-in: what they carry, and that a lost
// answer anywhere on the way doubles and loses nothing.
#include "tests/conformance/trial.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace navette::conformance {
namespace {

namespace json = boost::json;
using Kind = sdk::OutcomeKind;

constexpr int kCount = 110;

const Subject& shopify() {
    static const auto subject = shopify_subject();
    return subject;
}

const ObjectCase& object_case(const std::string& name) {
    const auto& all = shopify().objects;
    return *std::ranges::find(all, name, &ObjectCase::object);
}

class ShopifyBulk : public ::testing::TestWithParam<std::string> {
  protected:
    static const ObjectCase& object() { return object_case(GetParam()); }

    static std::vector<sdk::Operation> batch(ConnectedSite& site, int count = kCount) {
        std::vector<sdk::Operation> made;
        for (int n = 1; n <= count; ++n) {
            made.push_back(site.operation(object(), n));
        }
        return made;
    }

    static long requests(ConnectedSite& site, const std::string& endpoint) {
        const auto effects = site.site().effects();
        const auto* count = effects.at("by_endpoint").as_object().if_contains("POST /mutation/" + endpoint);
        return count == nullptr ? 0 : count->to_number<long>();
    }
    /// The first requests of the last call, for the message of a test that fails.
    static std::string first_requests(ConnectedSite& site) {
        std::string all;
        const auto& exchanges = site.exchanges();
        for (std::size_t at = 0; at < std::min<std::size_t>(exchanges.size(), 8); ++at) {
            const auto& [request, response, failure, duration] = exchanges[at];
            all += request.url + " " + request.body.substr(0, 200) + "\n  " +
                   std::to_string(response.status) + " " + response.body.substr(0, 400) + failure + "\n";
        }
        return all;
    }
    static std::string single() { return GetParam() == "customer" ? "customerSet" : "productSet"; }

    /// Every record is there once, under the id that was told for it.
    static void expect_each_once(ConnectedSite& site, const std::vector<sdk::Outcome>& outcomes) {
        EXPECT_EQ(site.created(object()), kCount);
        for (int n = 1; n <= kCount; ++n) {
            const auto& outcome = outcomes[static_cast<std::size_t>(n) - 1];
            ASSERT_EQ(outcome.kind, Kind::done) << n << ": " << told(outcome);
        }
        for (const int n : {1, 17, kCount}) {
            const auto held =
                site.fetch(object().object, outcomes[static_cast<std::size_t>(n) - 1].remote_id);
            ASSERT_TRUE(held) << told(held.error());
            const auto name = std::string(GetParam() == "customer" ? "email" : "title");
            EXPECT_EQ(held->fields.at(name), site.operation(object(), n).fields.at(name)) << n;
        }
    }

    /// As the engine does it: what is not settled comes again, in doubt where an outcome says so.
    static std::vector<sdk::Outcome> push_until_settled(ConnectedSite& site) {
        const auto all = batch(site);
        auto outcomes = site.push(all);
        for (int attempt = 0; attempt < 5; ++attempt) {
            std::vector<std::size_t> places;
            std::vector<sdk::Operation> again;
            for (std::size_t at = 0; at < outcomes.size(); ++at) {
                if (is_passing(outcomes[at])) {
                    places.push_back(at);
                    again.push_back(all[at]);
                    again.back().maybe_applied = outcomes[at].maybe_applied;
                }
            }
            if (again.empty()) {
                break;
            }
            auto later = site.push(std::move(again));
            for (std::size_t at = 0; at < places.size(); ++at) {
                outcomes[places[at]] = std::move(later[at]);
            }
        }
        return outcomes;
    }
};
INSTANTIATE_TEST_SUITE_P(
    Particular,
    ShopifyBulk,
    ::testing::Values("customer", "product"),
    [](const auto& info) { return info.param; }
);

TEST_P(ShopifyBulk, ManyNewRecordsGoByOneOperationOnAnotherHostAndCostNoPoints) {
    // Single writes of that many would not fit into this bucket within the test's patience.
    ConnectedSite site(shopify(), {{"points", "1000"}, {"restore", "1000"}});
    const auto outcomes = site.push(batch(site));
    const auto sent = first_requests(site);
    expect_each_once(site, outcomes);
    EXPECT_EQ(requests(site, "bulkOperationRunMutation"), 1) << sent;
    EXPECT_EQ(requests(site, single()), 0);
    if (GetParam() == "product") {
        const auto held = site.fetch("product", outcomes.front().remote_id);
        ASSERT_TRUE(held) << told(held.error());
        EXPECT_EQ(held->fields.at("variants").at("nodes").at(0).at("inventoryQuantity"), 11);
    }
    for (const auto& exchange : site.exchanges()) {
        const bool is_elsewhere = exchange.request.url.find("//localhost:") != std::string::npos;
        if (is_elsewhere) {
            EXPECT_EQ(exchange.request.url.find("Signature"), std::string::npos) << "a signature in the log";
            EXPECT_TRUE(exchange.request.headers.empty());
        }
    }
}

TEST_P(ShopifyBulk, ALostAnswerAtAnyStepDoublesAndLosesNothing) {
    const auto look = GetParam() == "customer" ? "/query/customerByIdentifier" : "/query/productByIdentifier";
    for (const std::string& step :
         {std::string(look),
          std::string("/mutation/stagedUploadsCreate"),
          std::string("/staged-uploads"),
          std::string("/mutation/bulkOperationRunMutation"),
          std::string("/query/bulkOperation"),
          std::string("/bulk-results")}) {
        SCOPED_TRACE(step);
        ConnectedSite site(shopify(), {{"points", "100000"}, {"restore", "100000"}});
        site.site().set_faults(R"({"reset_after":1,"first":1,"only_path_prefix":")" + step + "\"}");
        expect_each_once(site, push_until_settled(site));
    }
}

TEST_P(ShopifyBulk, WhatAFailedOrExpiredOperationDidIsNotDoneTwice) {
    for (const std::string& switches :
         {std::string(R"({"fail_after":40})"),
          std::string(R"({"expire":true})"),
          std::string(R"({"gone":2})"),
          std::string(R"({"shift":1})"),
          std::string(R"({"upload_status":403})"),
          std::string(R"({"refuse":"OPERATION_IN_PROGRESS"})")}) {
        SCOPED_TRACE(switches);
        ConnectedSite site(shopify(), {{"points", "100000"}, {"restore", "100000"}});
        site.site().control("POST", "bulk", switches);
        expect_each_once(site, push_until_settled(site));
    }
}

TEST(ShopifyBulkCase, AnOperationOfAProcessThatDiedDoesNotOverwriteWhatIsWrittenAfterIt) {
    ConnectedSite site(shopify(), {{"points", "100000"}, {"restore", "100000"}});
    const auto& object = object_case("customer");
    site.site().control("POST", "bulk", R"({"start_ms":3600000})");
    std::vector<sdk::Operation> batch;
    for (int n = 1; n <= kCount; ++n) {
        batch.push_back(site.operation(object, n));
    }
    // Dies when the operation has begun: before its first look at it.
    site.before_each_request([&](int) {
        const auto effects = site.site().effects();
        if (effects.at("by_endpoint").as_object().contains("POST /mutation/bulkOperationRunMutation")) {
            throw std::runtime_error("killed");
        }
    });
    site.push(std::move(batch));
    site.before_each_request({});
    site.restart();
    auto newer = site.operation(object, 1);
    newer.fields["firstName"] = "Newer";
    newer.maybe_applied = true;
    const auto outcome = site.push(std::move(newer));
    ASSERT_EQ(outcome.kind, Kind::done) << told(outcome);
    standin::BlockingClient client(site.site().port(), {{"X-Shopify-Access-Token", "shpat_1"}});
    const json::object list{{"query", "query{bulkOperations(first:5){nodes{status}}}"}};
    const auto held = client.send("POST", "/admin/api/2026-10/graphql.json", json::serialize(list)).json();
    EXPECT_EQ(held.at("data").at("bulkOperations").at("nodes"), json::parse(R"([{"status":"CANCELED"}])"))
        << "it would write the older name when its time comes";
}

}  // namespace
}  // namespace navette::conformance
