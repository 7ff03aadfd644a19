// Every GraphQL document that this connector sends. Each is valid against the Admin API 2026-07 and 2026-10.
#pragma once

#include <string_view>

namespace navette::shopify {

/// A document and what Shopify may ask for it at most, in points, by its published rules: one for each
/// object, two and the size of the page for a list, ten for a mutation. The answer tells the true cost.
struct Document {
    std::string_view text;
    int cost = 1;

    [[nodiscard]] constexpr bool is_mutation() const { return text.starts_with("mutation"); }
    constexpr operator std::string_view() const { return text; }
};

namespace documents {

inline constexpr Document kTest{
    "query{shop{name currencyCode} currentAppInstallation{accessScopes{handle}}}", 5
};
inline constexpr Document kLocation{"query($id:ID){location(id:$id){id name isActive}}", 1};

inline constexpr Document kDefineKey{
    "mutation($definition:MetafieldDefinitionInput!){metafieldDefinitionCreate(definition:$definition)"
    "{createdDefinition{id} userErrors{code field message}}}",
    10
};

inline constexpr Document kFindCustomer{
    "query($email:String!){customerByIdentifier(identifier:{emailAddress:$email}){id}}", 1
};
inline constexpr Document kSetCustomer{
    "mutation($identifier:CustomerSetIdentifiers!,$input:CustomerSetInput!)"
    "{customerSet(identifier:$identifier,input:$input){customer{id updatedAt} userErrors{code field "
    "message}}}",
    10
};
inline constexpr Document kDefaultAddress{"query($id:ID!){customer(id:$id){id defaultAddress{id}}}", 2};
inline constexpr Document kChangeAddress{
    "mutation($customer:ID!,$id:ID!,$address:MailingAddressInput!){customerAddressUpdate(customerId:$"
    "customer,"
    "addressId:$id,address:$address){address{id} userErrors{field message}}}",
    10
};
inline constexpr Document kAddAddress{
    "mutation($customer:ID!,$address:MailingAddressInput!){customerAddressCreate(customerId:$customer,"
    "address:$address,setAsDefault:true){address{id} userErrors{field message}}}",
    10
};
inline constexpr Document kDeleteCustomer{
    "mutation($id:ID!){customerDelete(input:{id:$id}){deletedCustomerId userErrors{field message}}}", 10
};

inline constexpr Document kFindProduct{
    "query($key:String!,$sku:String!){productByIdentifier(identifier:{customId:{namespace:\"navette\",key:"
    "\"id\",value:$key}}){id} productVariants(first:5,query:$sku){nodes{sku product{id}}}}",
    13
};
inline constexpr Document kVariants{
    "query($id:ID!){product(id:$id){id variants(first:100){nodes{id sku}}}}", 103
};
inline constexpr Document kCreateProduct{
    "mutation($identifier:ProductSetIdentifiers!,$input:ProductSetInput!){productSet(identifier:$identifier,"
    "input:$input,synchronous:true){product{id updatedAt} userErrors{code field message}}}",
    10
};
inline constexpr Document kUpdateProduct{
    "mutation($product:ProductUpdateInput!,$id:ID!,$variants:[ProductVariantsBulkInput!]!)"
    "{productUpdate(product:$product){product{id} userErrors{field message}} "
    "productVariantsBulkUpdate(productId:$id,variants:$variants){product{id updatedAt} userErrors{code field "
    "message}}}",
    20
};
inline constexpr Document kDeleteProduct{
    "mutation($id:ID!){productDelete(input:{id:$id}){deletedProductId userErrors{field message}}}", 10
};

// Stock of one variant at one location. Both mutations are refused without their idempotency key.
inline constexpr Document kReadStock{
    "query($id:ID!,$location:ID!){productVariant(id:$id){inventoryItem{id "
    "inventoryLevel(locationId:$location){updatedAt quantities(names:[\"available\"]){quantity}}}}}",
    4
};
inline constexpr Document kSetStock{
    "mutation($input:InventorySetQuantitiesInput!,$key:String!){inventorySetQuantities(input:$input)"
    "@idempotent(key:$key){inventoryAdjustmentGroup{id} userErrors{code field message}}}",
    10
};
inline constexpr Document kStockAtLocation{
    "mutation($item:ID!,$location:ID!,$quantity:Int!,$key:String!){inventoryActivate(inventoryItemId:$item,"
    "locationId:$location,available:$quantity)@idempotent(key:$key){inventoryLevel{id} userErrors{field "
    "message}}}",
    10
};

inline constexpr Document kFindOrder{
    "query($key:String!){orderByIdentifier(identifier:{customId:{namespace:\"navette\",key:\"id\",value:$key}"
    "}){id updatedAt note cancelledAt canMarkAsPaid displayFinancialStatus "
    "totalPriceSet{shopMoney{amount}}}}",
    3
};
inline constexpr Document kReadOrder{
    "query($id:ID!){order(id:$id)"
    "{id updatedAt note cancelledAt canMarkAsPaid displayFinancialStatus totalPriceSet{shopMoney{amount}}}}",
    3
};
inline constexpr Document kCreateOrder{
    "mutation($order:OrderCreateOrderInput!,$options:OrderCreateOptionsInput){orderCreate(order:$order,"
    "options:$options){order{id updatedAt totalPriceSet{shopMoney{amount}}} userErrors{code field message}}}",
    10
};
inline constexpr Document kUpdateOrder{
    "mutation($input:OrderInput!){orderUpdate(input:$input){order{id updatedAt} userErrors{field message}}}",
    10
};
inline constexpr Document kMarkOrderPaid{
    "mutation($id:ID!){orderMarkAsPaid(input:{id:$id}){order{id updatedAt} userErrors{field message}}}", 10
};
inline constexpr Document kDeleteOrder{
    "mutation($id:ID!){orderDelete(orderId:$id){deletedId userErrors{code field message}}}", 10
};

inline constexpr Document kFindDraft{
    "query($query:String!){draftOrders(first:5,query:$query){nodes{id updatedAt status tags}}}", 7
};
inline constexpr Document kReadDraft{"query($id:ID!){draftOrder(id:$id){id updatedAt status}}", 1};
inline constexpr Document kCreateDraft{
    "mutation($input:DraftOrderInput!){draftOrderCreate(input:$input){draftOrder{id updatedAt "
    "totalPriceSet{shopMoney{amount}}} userErrors{field message}}}",
    10
};
inline constexpr Document kUpdateDraft{
    "mutation($id:ID!,$input:DraftOrderInput!){draftOrderUpdate(id:$id,input:$input){draftOrder{id updatedAt "
    "totalPriceSet{shopMoney{amount}}} userErrors{field message}}}",
    10
};
inline constexpr Document kDeleteDraft{
    "mutation($id:ID!){draftOrderDelete(input:{id:$id}){deletedId userErrors{field message}}}", 10
};

inline constexpr Document kExists{"query($id:ID!){node(id:$id){id}}", 1};

// What pull and fetch read of an object. A page of orders brings each order's first lines; kMoreLines reads
// those of a longer one.
inline constexpr Document kPullCustomers{
    "query($first:Int!,$after:String,$query:String){customers(first:$first,after:$after,sortKey:UPDATED_AT,"
    "query:$query){nodes{id updatedAt firstName lastName email phone note tags "
    "defaultAddress{company address1 zip city countryCodeV2}} pageInfo{hasNextPage endCursor}}}",
    102
};
inline constexpr Document kFetchCustomer{
    "query($id:ID!){customer(id:$id){id updatedAt firstName lastName email phone note tags "
    "defaultAddress{company address1 zip city countryCodeV2}}}",
    2
};
inline constexpr Document kPullProducts{
    "query($first:Int!,$after:String,$query:String){products(first:$first,after:$after,sortKey:UPDATED_AT,"
    "query:$query){nodes{id updatedAt title handle descriptionHtml status "
    "variants(first:2){nodes{id sku price inventoryQuantity}}} pageInfo{hasNextPage endCursor}}}",
    252
};
inline constexpr Document kFetchProduct{
    "query($id:ID!){product(id:$id){id updatedAt title handle descriptionHtml status "
    "variants(first:2){nodes{id sku price inventoryQuantity}}}}",
    5
};
// The same with the stock at one location.
inline constexpr Document kPullStockedProducts{
    "query($first:Int!,$after:String,$query:String,$location:ID!){products(first:$first,after:$after,"
    "sortKey:UPDATED_AT,query:$query){nodes{id updatedAt title handle descriptionHtml status "
    "variants(first:2){nodes{id sku price inventoryQuantity inventoryItem{id "
    "inventoryLevel(locationId:$location){quantities(names:[\"available\"]){quantity}}}}}} "
    "pageInfo{hasNextPage endCursor}}}",
    552
};
inline constexpr Document kFetchStockedProduct{
    "query($id:ID!,$location:ID!){product(id:$id){id updatedAt title handle descriptionHtml status "
    "variants(first:2){nodes{id sku price inventoryQuantity inventoryItem{id "
    "inventoryLevel(locationId:$location){quantities(names:[\"available\"]){quantity}}}}}}}",
    11
};
inline constexpr Document kPullOrders{
    "query($first:Int!,$after:String,$query:String){orders(first:$first,after:$after,sortKey:UPDATED_AT,"
    "query:$query){nodes{id updatedAt name email note sourceIdentifier cancelledAt displayFinancialStatus "
    "displayFulfillmentStatus currencyCode totalPriceSet{shopMoney{amount currencyCode}} customer{id} "
    "lineItems(first:10){nodes{title sku quantity originalUnitPriceSet{shopMoney{amount}}} "
    "pageInfo{hasNextPage endCursor}}} pageInfo{hasNextPage endCursor}}}",
    722
};
inline constexpr Document kFetchOrder{
    "query($id:ID!){order(id:$id){id updatedAt name email note sourceIdentifier cancelledAt "
    "displayFinancialStatus displayFulfillmentStatus currencyCode "
    "totalPriceSet{shopMoney{amount currencyCode}} customer{id} "
    "lineItems(first:100){nodes{title sku quantity originalUnitPriceSet{shopMoney{amount}}} "
    "pageInfo{hasNextPage endCursor}}}}",
    306
};
inline constexpr Document kMoreLines{
    "query($id:ID!,$after:String){order(id:$id){lineItems(first:100,after:$after)"
    "{nodes{title sku quantity originalUnitPriceSet{shopMoney{amount}}} pageInfo{hasNextPage endCursor}}}}",
    303
};
inline constexpr Document kPullDrafts{
    "query($first:Int!,$after:String,$query:String){draftOrders(first:$first,after:$after,sortKey:UPDATED_AT,"
    "query:$query){nodes{id updatedAt name email note2 status tags currencyCode "
    "totalPriceSet{shopMoney{amount currencyCode}} customer{id}} pageInfo{hasNextPage endCursor}}}",
    202
};
inline constexpr Document kFetchDraft{
    "query($id:ID!){draftOrder(id:$id){id updatedAt name email note2 status tags currencyCode "
    "totalPriceSet{shopMoney{amount currencyCode}} customer{id} "
    "lineItems(first:100){nodes{title sku quantity originalUnitPriceSet{shopMoney{amount}}}}}}",
    306
};

// What was deleted; Shopify keeps such events for a year.
inline constexpr Document kDeletions{
    "query($query:String!,$after:String){events(first:50,after:$after,sortKey:CREATED_AT,query:$query)"
    "{nodes{id createdAt ... on BasicEvent{subjectId}} pageInfo{hasNextPage endCursor}}}",
    52
};

// A bulk operation: the place for its file, its start, its state, its end. The file goes elsewhere.
inline constexpr Document kStageUpload{
    "mutation($input:[StagedUploadInput!]!){stagedUploadsCreate(input:$input)"
    "{stagedTargets{url parameters{name value}} userErrors{field message}}}",
    11
};
inline constexpr Document kRunBulk{
    "mutation($mutation:String!,$path:String!,$client:String){bulkOperationRunMutation(mutation:$mutation,"
    "stagedUploadPath:$path,clientIdentifier:$client){bulkOperation{id status} userErrors{code field "
    "message}}}",
    10
};
inline constexpr Document kReadBulk{
    "query($id:ID!){bulkOperation(id:$id){id status errorCode objectCount url partialDataUrl}}", 1
};
inline constexpr Document kListBulk{
    "query{bulkOperations(first:25,query:\"status:running OR status:created OR status:canceling\")"
    "{nodes{id status query}}}",
    27
};
inline constexpr Document kCancelBulk{
    "mutation($id:ID!){bulkOperationCancel(id:$id){bulkOperation{id status} userErrors{field message}}}", 10
};

// What a bulk operation runs for each line of its file; no request of its own. The answers name the record,
// so that no result is taken for another one's.
inline constexpr std::string_view kBulkCustomers =
    "mutation call($identifier:CustomerSetIdentifiers!,$input:CustomerSetInput!)"
    "{customerSet(identifier:$identifier,input:$input){customer{id updatedAt email} userErrors{code field "
    "message}}}";
inline constexpr std::string_view kBulkProducts =
    "mutation call($identifier:ProductSetIdentifiers!,$input:ProductSetInput!)"
    "{productSet(identifier:$identifier,input:$input,synchronous:true)"
    "{product{id updatedAt title metafield(namespace:\"navette\",key:\"id\"){value}} "
    "userErrors{code field message}}}";

// How many there are, as far as it matters: whether reading them all in bulk pays.
inline constexpr Document kCountCustomers{
    "query($query:String,$limit:Int){total:customersCount(query:$query,limit:$limit){count}}", 10
};
inline constexpr Document kCountProducts{
    "query($query:String,$limit:Int){total:productsCount(query:$query,limit:$limit){count}}", 10
};
inline constexpr Document kCountOrders{
    "query($query:String,$limit:Int){total:ordersCount(query:$query,limit:$limit){count}}", 10
};
inline constexpr Document kCountDrafts{
    "query($query:String,$limit:Int){total:draftOrdersCount(query:$query,limit:$limit){count}}", 10
};
// Grouped, so that the children of a record follow it in the file. That makes the operation slower, and is
// asked for only where there are children.
inline constexpr Document kRunBulkQuery{
    "mutation($query:String!,$grouped:Boolean!){bulkOperationRunQuery(query:$query,groupObjects:$grouped)"
    "{bulkOperation{id status createdAt} userErrors{code field message}}}",
    10
};
inline constexpr Document kListBulkQueries{
    "query{bulkOperations(first:10,sortKey:CREATED_AT,reverse:true,query:\"operation_type:query\")"
    "{nodes{id status query createdAt}}}",
    12
};

// What such an operation reads; no request of its own. It takes no variables: the marks are replaced by a
// search, or nothing, and by the location as text. The fields are those of a page.
inline constexpr std::string_view kSearchMark = "<search>";
inline constexpr std::string_view kLocationMark = "<location>";
inline constexpr std::string_view kReadAllCustomers =
    "{customers<search>{edges{node{id updatedAt firstName lastName email phone note tags "
    "defaultAddress{company address1 zip city countryCodeV2}}}}}";
inline constexpr std::string_view kReadAllProducts =
    "{products<search>{edges{node{id updatedAt title handle descriptionHtml status "
    "variants{edges{node{id sku price inventoryQuantity}}}}}}}";
inline constexpr std::string_view kReadAllStockedProducts =
    "{products<search>{edges{node{id updatedAt title handle descriptionHtml status "
    "variants{edges{node{id sku price inventoryQuantity inventoryItem{id "
    "inventoryLevel(locationId:<location>){quantities(names:[\"available\"]){quantity}}}}}}}}}}";
inline constexpr std::string_view kReadAllOrders =
    "{orders<search>{edges{node{id updatedAt name email note sourceIdentifier cancelledAt "
    "displayFinancialStatus displayFulfillmentStatus currencyCode "
    "totalPriceSet{shopMoney{amount currencyCode}} customer{id} "
    "lineItems{edges{node{id title sku quantity originalUnitPriceSet{shopMoney{amount}}}}}}}}}";
inline constexpr std::string_view kReadAllDrafts =
    "{draftOrders<search>{edges{node{id updatedAt name email note2 status tags currencyCode "
    "totalPriceSet{shopMoney{amount currencyCode}} customer{id}}}}}";

inline constexpr Document kSubscriptions{
    "query($uri:String!,$after:String){webhookSubscriptions(first:100,after:$after,uri:$uri)"
    "{nodes{id topic uri format filter includeFields} pageInfo{hasNextPage endCursor}}}",
    102
};
inline constexpr Document kSubscribe{
    "mutation($topic:WebhookSubscriptionTopic!,$subscription:WebhookSubscriptionInput!)"
    "{webhookSubscriptionCreate(topic:$topic,webhookSubscription:$subscription){webhookSubscription{id} "
    "userErrors{field message}}}",
    10
};
inline constexpr Document kMendSubscription{
    "mutation($id:ID!,$subscription:WebhookSubscriptionInput!)"
    "{webhookSubscriptionUpdate(id:$id,webhookSubscription:$subscription){webhookSubscription{id} "
    "userErrors{field message}}}",
    10
};

}  // namespace documents

}  // namespace navette::shopify
