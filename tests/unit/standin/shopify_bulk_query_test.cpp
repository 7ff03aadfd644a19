// Bulk queries of the Shopify stand-in: the shop as it was when one began, children behind their parents or
// anywhere, and a file that is given in parts.
#include "tests/unit/standin/shopify_fixture.hpp"

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

namespace navette::standin {
namespace {

namespace json = boost::json;

constexpr auto kRun =
    "mutation($query:String!,$grouped:Boolean!){bulkOperationRunQuery(query:$query,groupObjects:$grouped)"
    "{bulkOperation{id status createdAt} userErrors{code field message}}}";
constexpr auto kState =
    "query($id:ID!){bulkOperation(id:$id){id status type errorCode objectCount url partialDataUrl}}";
constexpr auto kCustomers = "query all{customers{edges{node{id email}}}}";
constexpr auto kProducts = "{products{edges{node{id title variants{edges{node{sku}}}}}}}";

class ShopifyBulkQuery : public ShopifySiteTest {
  protected:
    ShopifyBulkQuery() { files_.set_header("Host", "localhost:" + std::to_string(site_.port())); }

    json::value run(const std::string& query, bool grouped = true) {
        client_.set_header("Host", "127.0.0.1:" + std::to_string(site_.port()));
        return data(kRun, json::serialize(json::object{{"query", query}, {"grouped", grouped}}));
    }
    std::string begun(const std::string& query, bool grouped = true) {
        const auto payload = run(query, grouped);
        EXPECT_TRUE(payload.at("userErrors").as_array().empty()) << payload;
        return std::string(payload.at("bulkOperation").at("id").as_string());
    }
    std::string refusal(const std::string& query) {
        const auto payload = run(query);
        const auto& errors = payload.at("userErrors").as_array();
        return errors.empty() ? "none" : std::string(errors.front().at("code").as_string());
    }
    json::value state(const std::string& id) { return data(kState, R"({"id":")" + id + "\"}"); }
    Reply file(const json::value& url, const std::string& range = "") {
        files_.set_header("Range", range);
        const std::string text(url.as_string());
        return files_.send("GET", text.substr(text.find('/', 7)));
    }
    std::vector<json::value> lines(const std::string& id) {
        std::vector<json::value> read;
        std::istringstream text(file(state(id).at("url")).body);
        for (std::string line; std::getline(text, line);) {
            read.push_back(json::parse(line));
        }
        return read;
    }
    void populate(int customers) {
        site_.control("POST", "populate", R"({"customers":)" + std::to_string(customers) + "}");
    }
    void add_product() { site_.control("POST", "change", R"({"object":"product"})"); }

    BlockingClient files_{site_.port()};
};

TEST_F(ShopifyBulkQuery, FindsWhatWasThereWhenItBegan) {
    populate(3);
    site_.control("POST", "bulk", R"({"start_ms":100})");
    const auto id = begun(kCustomers);
    EXPECT_EQ(state(id).at("status"), "CREATED");
    populate(1);
    while (state(id).at("status") != "COMPLETED") {
    }
    const auto read = lines(id);
    ASSERT_EQ(read.size(), 3U);
    EXPECT_EQ(
        json::serialize(read[0]), R"({"id":"gid://shopify/Customer/7000000001","email":"bulk1@shop.test"})"
    );
    EXPECT_EQ(state(id).at("objectCount"), "3");
    EXPECT_EQ(state(id).at("type"), "QUERY");
}

TEST_F(ShopifyBulkQuery, ChildrenNameTheirParentAndFollowItOnlyWhereThatWasAskedFor) {
    add_product();
    add_product();
    const auto kinds = [](const std::vector<json::value>& read) {
        std::string all;
        for (const auto& line : read) {
            all += line.as_object().contains("__parentId") ? 'v' : 'p';
        }
        return all;
    };
    const auto grouped = lines(begun(kProducts));
    EXPECT_EQ(kinds(grouped), "pvpv");
    EXPECT_EQ(grouped[1].at("__parentId"), grouped[0].at("id"));
    EXPECT_EQ(kinds(lines(begun(kProducts, false))), "ppvv");
    site_.control("POST", "bulk", R"({"scatter":true})");
    EXPECT_EQ(kinds(lines(begun(kProducts))), "ppvv");
}

TEST_F(ShopifyBulkQuery, GivesTheFileInParts) {
    populate(2);
    const auto url = state(begun(kCustomers)).at("url");
    const auto whole = file(url);
    EXPECT_EQ(whole.status, 200U);
    const auto part = file(url, "bytes=5-9");
    EXPECT_EQ(part.status, 206U);
    EXPECT_EQ(part.body, whole.body.substr(5, 5));
    const auto rest = file(url, "bytes=10-99999");
    EXPECT_EQ(rest.body, whole.body.substr(10));
    EXPECT_EQ(file(url, "bytes=" + std::to_string(whole.body.size()) + "-99999").status, 416U);
    site_.control("POST", "bulk", R"({"whole":true})");
    EXPECT_EQ(file(url, "bytes=5-9").body, whole.body);
    site_.control("POST", "bulk", R"({"gone":1})");
    EXPECT_EQ(file(url, "bytes=5-9").status, 403U);
}

TEST_F(ShopifyBulkQuery, EndsInEveryWay) {
    EXPECT_TRUE(state(begun(kCustomers)).at("url").is_null()) << "where nothing is found there is no file";
    populate(5);
    site_.control("POST", "bulk", R"({"fail_after":2})");
    const auto failed = state(begun(kCustomers));
    EXPECT_EQ(failed.at("status"), "FAILED");
    EXPECT_TRUE(failed.at("url").is_null());
    EXPECT_EQ(std::ranges::count(file(failed.at("partialDataUrl")).body, '\n'), 2);
    site_.control("POST", "bulk", R"({"expire":true})");
    const auto expired = state(begun(kCustomers));
    EXPECT_EQ(expired.at("status"), "EXPIRED");
    EXPECT_TRUE(expired.at("url").is_null());
    site_.control("POST", "bulk", R"({"refuse":"OPERATION_IN_PROGRESS"})");
    EXPECT_EQ(refusal(kCustomers), "OPERATION_IN_PROGRESS");
}

TEST_F(ShopifyBulkQuery, RefusesWhatShopifyDoesNotRunInBulk) {
    EXPECT_EQ(refusal("mutation{customerDelete(input:{id:\"x\"}){deletedCustomerId}}"), "INVALID");
    EXPECT_EQ(refusal("query($q:String){customers(query:$q){edges{node{id}}}}"), "INVALID");
    EXPECT_EQ(refusal("{customers{edges{node{id}}} products{edges{node{id}}}}"), "INVALID");
    EXPECT_EQ(refusal("{shop{name}}"), "INVALID");
    EXPECT_EQ(refusal("{customers{edges{node{id unknown}}}}"), "INVALID");
    EXPECT_EQ(refusal("{products{edges{node{title variants{edges{node{sku}}}}}}}"), "INVALID")
        << "the parent must have its id";
    EXPECT_EQ(refusal("{customers{edges{"), "INVALID");
    site_.control("POST", "bulk", R"({"start_ms":3600000})");
    for (int n = 0; n < 5; ++n) {
        EXPECT_EQ(refusal(kCustomers), "none");
    }
    EXPECT_EQ(refusal(kCustomers), "LIMIT_REACHED");
}

TEST_F(ShopifyBulkQuery, CountsAndFindsItsOperations) {
    populate(7);
    constexpr auto kCount = "query($limit:Int){customersCount(limit:$limit){count precision}}";
    EXPECT_EQ(json::serialize(data(kCount, R"({"limit":5})")), R"({"count":5,"precision":"AT_LEAST"})");
    EXPECT_EQ(json::serialize(data(kCount)), R"({"count":7,"precision":"EXACT"})");
    const auto id = begun(kCustomers);
    const auto found = data(
        "query{bulkOperations(first:10,sortKey:CREATED_AT,reverse:true,query:\"operation_type:query\")"
        "{nodes{id query}}}"
    );
    ASSERT_EQ(found.at("nodes").as_array().size(), 1U);
    EXPECT_EQ(found.at("nodes").at(0).at("id"), json::value(id));
    EXPECT_EQ(found.at("nodes").at(0).at("query"), kCustomers);
    const auto writing = data("query{bulkOperations(first:10,query:\"operation_type:mutation\"){nodes{id}}}");
    EXPECT_TRUE(writing.at("nodes").as_array().empty());
}

}  // namespace
}  // namespace navette::standin
