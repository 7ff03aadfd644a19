// Every document that the connector sends, against the schema that the stand-in has from Shopify: it is
// taken, and asks for no more points than the connector says that it may.
#include "connectors/shopify/src/documents.hpp"
#include "tests/standin/shopify_validation.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <utility>

namespace navette::shopify {
namespace {

namespace json = boost::json;
namespace graphql = standin::graphql;

/// With the largest page that the connector asks for.
constexpr std::array<std::pair<Document, int>, 30> kReads{{
    {documents::kTest, 0},
    {documents::kLocation, 0},
    {documents::kFindCustomer, 0},
    {documents::kFindProduct, 0},
    {documents::kVariants, 0},
    {documents::kReadStock, 0},
    {documents::kFindOrder, 0},
    {documents::kReadOrder, 0},
    {documents::kFindDraft, 0},
    {documents::kPullCustomers, 50},
    {documents::kPullProducts, 50},
    {documents::kPullOrders, 20},
    {documents::kPullDrafts, 50},
    {documents::kFetchOrder, 0},
    {documents::kMoreLines, 0},
    {documents::kSubscriptions, 0},
    {documents::kFetchCustomer, 0},
    {documents::kFetchProduct, 0},
    {documents::kFetchDraft, 0},
    {documents::kReadDraft, 0},
    {documents::kExists, 0},
    {documents::kDeletions, 0},
    {documents::kDefaultAddress, 0},
    {documents::kPullStockedProducts, 50},
    {documents::kFetchStockedProduct, 0},
    {documents::kCountCustomers, 0},
    {documents::kCountProducts, 0},
    {documents::kCountOrders, 0},
    {documents::kCountDrafts, 0},
    {documents::kListBulkQueries, 0},
}};

constexpr std::array<Document, 20> kMutations{{
    documents::kDefineKey,        documents::kSetCustomer,    documents::kChangeAddress,
    documents::kAddAddress,       documents::kDeleteCustomer, documents::kCreateProduct,
    documents::kUpdateProduct,    documents::kDeleteProduct,  documents::kSetStock,
    documents::kStockAtLocation,  documents::kCreateOrder,    documents::kUpdateOrder,
    documents::kMarkOrderPaid,    documents::kDeleteOrder,    documents::kCreateDraft,
    documents::kUpdateDraft,      documents::kDeleteDraft,    documents::kSubscribe,
    documents::kMendSubscription, documents::kRunBulkQuery,
}};

/// What is wrong with the document itself, whatever its variables are.
std::string complaints(const graphql::Operation& operation, const json::object& variables) {
    std::string all;
    for (const auto& error : graphql::validate(operation, variables)) {
        if (error.at("extensions").at("code") != "INVALID_VARIABLE") {
            all += json::serialize(error) + "\n";
        }
    }
    return all;
}

TEST(ShopifyDocuments, ReadsFitTheSchemaAndTheirPrice) {
    for (const auto& [document, first] : kReads) {
        const auto operation = graphql::parse_operation(document.text);
        ASSERT_TRUE(operation) << document.text << ": " << operation.error();
        EXPECT_FALSE(operation->is_mutation);
        EXPECT_FALSE(document.is_mutation());
        const json::object variables{{"first", first}};
        ASSERT_EQ(complaints(*operation, variables), "") << document.text;
        EXPECT_LE(graphql::requested_cost(*operation, variables), document.cost) << document.text;
        EXPECT_LE(document.cost, 1000) << document.text;
    }
}

TEST(ShopifyDocuments, MutationsFitTheSchemaAndTheirPrice) {
    for (const auto& document : kMutations) {
        const auto operation = graphql::parse_operation(document.text);
        ASSERT_TRUE(operation) << document.text << ": " << operation.error();
        EXPECT_TRUE(document.is_mutation());
        ASSERT_EQ(complaints(*operation, {}), "") << document.text;
        EXPECT_LE(graphql::requested_cost(*operation, {}), document.cost) << document.text;
    }
}

}  // namespace
}  // namespace navette::shopify
