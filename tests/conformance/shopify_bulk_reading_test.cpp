// Reading by Shopify's bulk operations, tried with the connector on its stand-in: it brings what pages bring,
// and a lost answer anywhere on the way loses nothing.
#include "tests/conformance/trial.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>

#include <map>
#include <string>
#include <utility>

namespace navette::conformance {
namespace {

namespace json = boost::json;

/// More than are read by pages.
int many(const std::string& object) {
    return object == "order" ? 210 : 510;
}

const Subject& shopify() {
    static const auto subject = shopify_subject();
    return subject;
}

/// The last state of each record, by its id.
using Records = std::map<std::string, sdk::RemoteRecord>;

class ShopifyBulkReading : public ::testing::TestWithParam<std::string> {
  protected:
    /// A shop that never runs out of points, with more records than are read by pages.
    ShopifyBulkReading() : site_(shopify(), {{"points", "10000000"}, {"restore", "100000"}}) {
        for (int number = 0; number < many(GetParam()); ++number) {
            const auto made = site_.site().control("POST", "change", R"({"object":")" + GetParam() + "\"}");
            const std::string id(made.at("remote_id").as_string());
            if (GetParam() == "order" && number % 50 == 0) {  // more lines than a page of orders brings
                const json::object lines{{"remote_id", id}, {"lines", 12}};
                site_.site().control("POST", "order", json::serialize(lines));
            }
        }
    }

    Records sweep(json::value cursor = nullptr) {
        Records records;
        for (int failures = 0; failures < 10;) {
            sdk::PullRequest request;
            request.object = GetParam();
            request.cursor = json::parse(json::serialize(cursor));
            auto page = site_.pull(std::move(request));
            if (!page) {  // as the engine does: later, from the same cursor
                ++failures;
                EXPECT_TRUE(is_passing(page.error())) << told(page.error());
                continue;
            }
            for (auto& record : page->records) {
                records.insert_or_assign(record.remote_id, std::move(record));
            }
            cursor = page->cursor;
            if (!page->more) {
                end_ = cursor;
                return records;
            }
        }
        ADD_FAILURE() << "the pages do not end";
        return records;
    }
    long requests(const std::string& endpoint) {
        const auto effects = site_.site().effects();
        const auto* count = effects.at("by_endpoint").as_object().if_contains("POST /" + endpoint);
        return count == nullptr ? 0 : count->to_number<long>();
    }
    static std::string list() {
        return GetParam() == "draft_order" ? "query/draftOrders" : "query/" + GetParam() + "s";
    }
    static void expect_equal(const Records& one, const Records& other) {
        ASSERT_EQ(one.size(), static_cast<std::size_t>(many(GetParam())));
        ASSERT_EQ(other.size(), one.size());
        for (const auto& [id, record] : one) {
            ASSERT_TRUE(other.contains(id));
            EXPECT_EQ(record.fields, other.at(id).fields) << "the same record, read in two ways";
            EXPECT_EQ(record.version, other.at(id).version);
            EXPECT_EQ(record.modified_at, other.at(id).modified_at);
        }
    }

    ConnectedSite site_;
    json::value end_;  // the cursor of the last sweep
};
INSTANTIATE_TEST_SUITE_P(
    Particular,
    ShopifyBulkReading,
    ::testing::Values("customer", "product", "order", "draft_order"),
    [](const auto& info) { return info.param; }
);

TEST_P(ShopifyBulkReading, BringsWhatPagesBringByOneOperation) {
    const auto in_bulk = sweep();
    EXPECT_EQ(requests("mutation/bulkOperationRunQuery"), 1);
    EXPECT_EQ(requests(list()), 1);
    site_.site().control("POST", "bulk", R"({"refuse":"LIMIT_REACHED"})");
    site_.restart();
    const auto by_pages = sweep();
    EXPECT_GE(requests(list()), many(GetParam()) / 50);
    expect_equal(in_bulk, by_pages);
}

TEST_P(ShopifyBulkReading, WhatChangedMeanwhileComesWithTheNextSweep) {
    sdk::PullRequest request;
    request.object = GetParam();
    const auto begun = site_.pull(request);
    ASSERT_TRUE(begun) << told(begun.error());
    ASSERT_TRUE(begun->cursor.as_object().contains("bulk")) << begun->cursor;
    const auto made = site_.site().control("POST", "change", R"({"object":")" + GetParam() + "\"}");
    const std::string id(made.at("remote_id").as_string());
    EXPECT_FALSE(sweep(begun->cursor).contains(id)) << "the stand-in reads at the operation's beginning";
    EXPECT_TRUE(sweep(end_).contains(id));
}

TEST_P(ShopifyBulkReading, ALostAnswerAtAnyStepLosesNothing) {
    const auto whole = sweep();
    for (const std::string& step :
         {std::string("/query/") + (GetParam() == "draft_order" ? "draftOrder" : GetParam()) + "sCount",
          std::string("/mutation/bulkOperationRunQuery"),
          std::string("/query/bulkOperation"),
          std::string("/bulk-results")}) {
        SCOPED_TRACE(step);
        site_.restart();
        const auto runs = requests("mutation/bulkOperationRunQuery");
        site_.site().set_faults(R"({"reset_after":1,"first":1,"only_path_prefix":")" + step + "\"}");
        expect_equal(whole, sweep());
        site_.site().set_faults("{}");
        EXPECT_LE(requests("mutation/bulkOperationRunQuery"), runs + 1) << "one is not begun twice";
    }
}

TEST_P(ShopifyBulkReading, HoweverTheOperationEndsAllIsRead) {
    const auto whole = sweep();
    for (const std::string& switches :
         {std::string(R"({"fail_after":40})"),
          std::string(R"({"expire":true})"),
          std::string(R"({"gone":2})"),
          std::string(R"({"whole":true})"),
          std::string(R"({"scatter":true})"),
          std::string(R"({"refuse":"INVALID"})")}) {
        SCOPED_TRACE(switches);
        site_.site().control("POST", "bulk", switches);
        site_.restart();
        expect_equal(whole, sweep());
    }
}

}  // namespace
}  // namespace navette::conformance
