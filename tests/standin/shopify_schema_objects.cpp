#include "tests/standin/shopify_schema.hpp"

namespace navette::standin::graphql {

// Objects and enumerations, after the introspection of 2026-10: the fields that the connector reads.
const std::string_view kShopifyObjects = R"graphql(
type QueryRoot { shop:Shop! currentAppInstallation:AppInstallation! location(id:ID):Location
    customerByIdentifier(identifier:CustomerIdentifierInput!):Customer
    productByIdentifier(identifier:ProductIdentifierInput!):Product
    productVariants(after:String first:Int query:String sortKey:ProductVariantSortKeys=):ProductVariantConnection!
    product(id:ID!):Product productVariant(id:ID!):ProductVariant
    orderByIdentifier(identifier:OrderIdentifierInput!):Order order(id:ID!):Order
    draftOrders(after:String first:Int query:String sortKey:DraftOrderSortKeys=):DraftOrderConnection!
    events(after:String first:Int query:String sortKey:EventSortKeys=):EventConnection
    draftOrder(id:ID!):DraftOrder node(id:ID!):Node bulkOperation(id:ID!):BulkOperation
    bulkOperations(after:String first:Int query:String reverse:Boolean= sortKey:BulkOperationsSortKeys=):BulkOperationConnection!
    customersCount(limit:Int= query:String):Count draftOrdersCount(limit:Int= query:String savedSearchId:ID):Count
    ordersCount(limit:Int= query:String savedSearchId:ID):Count
    productsCount(limit:Int= query:String savedSearchId:ID):Count
    customers(after:String first:Int query:String sortKey:CustomerSortKeys=):CustomerConnection!
    customer(id:ID!):Customer
    products(after:String first:Int query:String sortKey:ProductSortKeys=):ProductConnection!
    orders(after:String first:Int query:String sortKey:OrderSortKeys=):OrderConnection!
    webhookSubscriptions(after:String callbackUrl:URL first:Int format:WebhookSubscriptionFormat query:String sortKey:WebhookSubscriptionSortKeys= topics:[WebhookSubscriptionTopic!] uri:String):WebhookSubscriptionConnection! }
type EventConnection { nodes:[Event!]! pageInfo:PageInfo! }
type Event { id:ID! action:String! createdAt:DateTime! }
type BasicEvent { id:ID! action:String! createdAt:DateTime! subjectId:ID! subjectType:EventSubjectType! }
enum EventSortKeys { CREATED_AT ID }
type Shop { name:String! currencyCode:CurrencyCode! }
type AppInstallation { accessScopes:[AccessScope!]! }
type AccessScope { handle:String! }
type Location { id:ID! name:String! isActive:Boolean! }
type Mutation {
    metafieldDefinitionCreate(definition:MetafieldDefinitionInput!):MetafieldDefinitionCreatePayload
    customerSet(identifier:CustomerSetIdentifiers input:CustomerSetInput!):CustomerSetPayload
    customerDelete(input:CustomerDeleteInput!):CustomerDeletePayload
    customerAddressCreate(address:MailingAddressInput! customerId:ID! setAsDefault:Boolean):CustomerAddressCreatePayload
    customerAddressUpdate(address:MailingAddressInput! addressId:ID! customerId:ID! setAsDefault:Boolean):CustomerAddressUpdatePayload
    productSet(identifier:ProductSetIdentifiers input:ProductSetInput! synchronous:Boolean=):ProductSetPayload
    productUpdate(identifier:ProductUpdateIdentifiers input:ProductInput product:ProductUpdateInput):ProductUpdatePayload
    productVariantsBulkUpdate(allowPartialUpdates:Boolean= productId:ID! variants:[ProductVariantsBulkInput!]!):ProductVariantsBulkUpdatePayload
    productDelete(input:ProductDeleteInput! synchronous:Boolean=):ProductDeletePayload
    inventorySetQuantities(input:InventorySetQuantitiesInput!):InventorySetQuantitiesPayload
    inventoryActivate(available:Int inventoryItemId:ID! locationId:ID! onHand:Int stockAtLegacyLocation:Boolean=):InventoryActivatePayload
    orderCreate(options:OrderCreateOptionsInput order:OrderCreateOrderInput!):OrderCreatePayload
    orderUpdate(input:OrderInput!):OrderUpdatePayload
    orderMarkAsPaid(input:OrderMarkAsPaidInput!):OrderMarkAsPaidPayload
    orderDelete(orderId:ID!):OrderDeletePayload
    draftOrderCreate(input:DraftOrderInput!):DraftOrderCreatePayload
    draftOrderUpdate(id:ID! input:DraftOrderInput!):DraftOrderUpdatePayload
    draftOrderDelete(input:DraftOrderDeleteInput!):DraftOrderDeletePayload
    stagedUploadsCreate(input:[StagedUploadInput!]!):StagedUploadsCreatePayload
    bulkOperationRunMutation(clientIdentifier:String groupObjects:Boolean= mutation:String! stagedUploadPath:String!):BulkOperationRunMutationPayload
    bulkOperationRunQuery(groupObjects:Boolean!= query:String!):BulkOperationRunQueryPayload
    bulkOperationCancel(id:ID!):BulkOperationCancelPayload
    webhookSubscriptionCreate(topic:WebhookSubscriptionTopic! webhookSubscription:WebhookSubscriptionInput!):WebhookSubscriptionCreatePayload
    webhookSubscriptionUpdate(id:ID! webhookSubscription:WebhookSubscriptionInput!):WebhookSubscriptionUpdatePayload }
type MetafieldDefinitionCreatePayload { createdDefinition:MetafieldDefinition
    userErrors:[MetafieldDefinitionCreateUserError!]! }
type MetafieldDefinition { id:ID! }
type MetafieldDefinitionCreateUserError { code:MetafieldDefinitionCreateUserErrorCode field:[String!]
    message:String! }
type Customer { id:ID! updatedAt:DateTime! firstName:String lastName:String email:String phone:String
    note:String tags:[String!]! defaultAddress:MailingAddress }
type CustomerSetPayload { customer:Customer userErrors:[CustomerSetUserError!]! }
type CustomerSetUserError { code:CustomerSetUserErrorCode field:[String!] message:String! }
type CustomerDeletePayload { deletedCustomerId:ID userErrors:[UserError!]! }
type CustomerAddressCreatePayload { address:MailingAddress userErrors:[UserError!]! }
type CustomerAddressUpdatePayload { address:MailingAddress userErrors:[UserError!]! }
type UserError { field:[String!] message:String! }
type Product { id:ID!
    variants(after:String first:Int sortKey:ProductVariantSortKeys=):ProductVariantConnection!
    updatedAt:DateTime! title:String! handle:String! descriptionHtml:HTML! status:ProductStatus!
    metafield(key:String! namespace:String):Metafield }
type ProductVariantEdge { cursor:String! node:ProductVariant! }
type ProductVariantConnection { edges:[ProductVariantEdge!]! nodes:[ProductVariant!]! }
type ProductVariant { sku:String product:Product! id:ID! inventoryItem:InventoryItem! price:Money!
    inventoryQuantity:Int }
type ProductSetPayload { product:Product userErrors:[ProductSetUserError!]! }
type ProductSetUserError { code:ProductSetUserErrorCode field:[String!] message:String! }
type ProductUpdatePayload { product:Product userErrors:[UserError!]! }
type ProductVariantsBulkUpdatePayload { product:Product userErrors:[ProductVariantsBulkUpdateUserError!]! }
type ProductVariantsBulkUpdateUserError { code:ProductVariantsBulkUpdateUserErrorCode field:[String!]
    message:String! }
type ProductDeletePayload { deletedProductId:ID userErrors:[UserError!]! }
type InventoryItem { id:ID! inventoryLevel(includeInactive:Boolean= locationId:ID!):InventoryLevel }
type InventoryLevel { updatedAt:DateTime! quantities(names:[String!]!):[InventoryQuantity!]! id:ID! }
type InventoryQuantity { quantity:Int! }
type InventorySetQuantitiesPayload { inventoryAdjustmentGroup:InventoryAdjustmentGroup
    userErrors:[InventorySetQuantitiesUserError!]! }
type InventoryAdjustmentGroup { id:ID! }
type InventorySetQuantitiesUserError { code:InventorySetQuantitiesUserErrorCode field:[String!]
    message:String! }
type InventoryActivatePayload { inventoryLevel:InventoryLevel userErrors:[UserError!]! }
type Order { id:ID! updatedAt:DateTime! note:String cancelledAt:DateTime canMarkAsPaid:Boolean!
    displayFinancialStatus:OrderDisplayFinancialStatus totalPriceSet:MoneyBag! name:String! email:String
    sourceIdentifier:String displayFulfillmentStatus:OrderDisplayFulfillmentStatus!
    currencyCode:CurrencyCode! customer:Customer lineItems(after:String first:Int):LineItemConnection! }
type MoneyBag { shopMoney:MoneyV2! }
type MoneyV2 { amount:Decimal! currencyCode:CurrencyCode! }
type OrderCreatePayload { order:Order userErrors:[OrderCreateUserError!]! }
type OrderCreateUserError { code:OrderCreateUserErrorCode field:[String!] message:String! }
type OrderUpdatePayload { order:Order userErrors:[UserError!]! }
type OrderMarkAsPaidPayload { order:Order userErrors:[UserError!]! }
type OrderDeletePayload { deletedId:ID userErrors:[OrderDeleteUserError!]! }
type OrderDeleteUserError { code:OrderDeleteUserErrorCode field:[String!] message:String! }
type DraftOrderEdge { cursor:String! node:DraftOrder! }
type DraftOrderConnection { edges:[DraftOrderEdge!]! nodes:[DraftOrder!]! pageInfo:PageInfo! }
type DraftOrder { id:ID! updatedAt:DateTime! status:DraftOrderStatus! tags:[String!]!
    totalPriceSet:MoneyBag! name:String! email:String note2:String currencyCode:CurrencyCode!
    customer:Customer lineItems(after:String first:Int):DraftOrderLineItemConnection! }
type DraftOrderCreatePayload { draftOrder:DraftOrder userErrors:[UserError!]! }
type DraftOrderUpdatePayload { draftOrder:DraftOrder userErrors:[UserError!]! }
type DraftOrderDeletePayload { deletedId:ID userErrors:[UserError!]! }
type Node { id:ID! }
type StagedUploadsCreatePayload { stagedTargets:[StagedMediaUploadTarget!] userErrors:[UserError!]! }
type StagedMediaUploadTarget { parameters:[StagedUploadParameter!]! resourceUrl:URL url:URL }
type StagedUploadParameter { name:String! value:String! }
type BulkOperationRunMutationPayload { bulkOperation:BulkOperation userErrors:[BulkMutationUserError!]! }
type BulkMutationUserError { code:BulkMutationErrorCode field:[String!] message:String! }
type BulkOperationRunQueryPayload { bulkOperation:BulkOperation userErrors:[BulkOperationUserError!]! }
type BulkOperationUserError { code:BulkOperationUserErrorCode field:[String!] message:String! }
type BulkOperationCancelPayload { bulkOperation:BulkOperation userErrors:[UserError!]! }
type BulkOperation { id:ID! status:BulkOperationStatus! errorCode:BulkOperationErrorCode url:URL
    partialDataUrl:URL query:String! type:BulkOperationType! createdAt:DateTime! objectCount:UnsignedInt64! }
type BulkOperationConnection { nodes:[BulkOperation!]! pageInfo:PageInfo! }
type Metafield { id:ID! value:String! }
type CustomerEdge { cursor:String! node:Customer! }
type CustomerConnection { edges:[CustomerEdge!]! nodes:[Customer!]! pageInfo:PageInfo! }
type MailingAddress { id:ID! company:String address1:String zip:String city:String countryCodeV2:CountryCode }
type Count { count:Int! precision:CountPrecision! }
enum CountPrecision { AT_LEAST EXACT }
enum BulkOperationsSortKeys { COMPLETED_AT CREATED_AT }
enum BulkOperationUserErrorCode { INVALID LIMIT_REACHED OPERATION_IN_PROGRESS }
type PageInfo { hasNextPage:Boolean! endCursor:String }
type ProductEdge { cursor:String! node:Product! }
type ProductConnection { edges:[ProductEdge!]! nodes:[Product!]! pageInfo:PageInfo! }
type OrderEdge { cursor:String! node:Order! }
type OrderConnection { edges:[OrderEdge!]! nodes:[Order!]! pageInfo:PageInfo! }
type LineItemEdge { cursor:String! node:LineItem! }
type LineItemConnection { edges:[LineItemEdge!]! nodes:[LineItem!]! pageInfo:PageInfo! }
type LineItem { id:ID! title:String! sku:String quantity:Int! originalUnitPriceSet:MoneyBag! }
type DraftOrderLineItemConnection { nodes:[DraftOrderLineItem!]! }
type DraftOrderLineItem { title:String! sku:String quantity:Int! originalUnitPriceSet:MoneyBag! }
type WebhookSubscriptionConnection { nodes:[WebhookSubscription!]! pageInfo:PageInfo! }
type WebhookSubscription { id:ID! topic:WebhookSubscriptionTopic! uri:String!
    format:WebhookSubscriptionFormat! filter:String includeFields:[String!]! }
type WebhookSubscriptionCreatePayload { webhookSubscription:WebhookSubscription userErrors:[UserError!]! }
type WebhookSubscriptionUpdatePayload { webhookSubscription:WebhookSubscription userErrors:[UserError!]! }
enum WebhookSubscriptionTopic { APP_UNINSTALLED BULK_OPERATIONS_FINISH CUSTOMERS_CREATE CUSTOMERS_DELETE
    CUSTOMERS_DISABLE CUSTOMERS_ENABLE CUSTOMERS_MERGE CUSTOMERS_UPDATE DRAFT_ORDERS_CREATE
    DRAFT_ORDERS_DELETE DRAFT_ORDERS_UPDATE ORDERS_CANCELLED ORDERS_CREATE ORDERS_DELETE ORDERS_EDITED
    ORDERS_FULFILLED ORDERS_PAID ORDERS_UPDATED PRODUCTS_CREATE PRODUCTS_DELETE PRODUCTS_UPDATE }
enum CustomerSortKeys { CREATED_AT ID LOCATION NAME RELEVANCE UPDATED_AT }
enum ProductSortKeys { CREATED_AT ID INVENTORY_TOTAL PRODUCT_TYPE PUBLISHED_AT RELEVANCE TITLE UPDATED_AT
    VENDOR }
enum OrderSortKeys { CREATED_AT CURRENT_TOTAL_PRICE CUSTOMER_NAME DESTINATION FINANCIAL_STATUS
    FULFILLMENT_STATUS ID ORDER_NUMBER PO_NUMBER PROCESSED_AT RELEVANCE TOTAL_ITEMS_QUANTITY TOTAL_PRICE
    UPDATED_AT }
enum DraftOrderSortKeys { CUSTOMER_NAME ID NUMBER RELEVANCE STATUS TOTAL_PRICE UPDATED_AT }
enum StagedUploadTargetGenerateUploadResource { BULK_MUTATION_VARIABLES COLLECTION_IMAGE
    DISPUTE_FILE_UPLOAD FILE IMAGE MODEL_3D PRODUCT_IMAGE RETURN_LABEL SHOP_IMAGE URL_REDIRECT_IMPORT VIDEO }
enum StagedUploadHttpMethodType { POST PUT }
enum WebhookSubscriptionFormat { JSON XML }
enum ProductStatus { ACTIVE ARCHIVED DRAFT UNLISTED }
enum OrderCreateFinancialStatus { AUTHORIZED EXPIRED PAID PARTIALLY_PAID PARTIALLY_REFUNDED PENDING REFUNDED
    VOIDED }
enum OrderCreateFulfillmentStatus { FULFILLED PARTIAL RESTOCKED }
enum OrderCreateInputsInventoryBehavior { BYPASS DECREMENT_IGNORING_POLICY DECREMENT_OBEYING_POLICY }
enum MetafieldOwnerType { COMPANY CUSTOMER DRAFTORDER ORDER PRODUCT PRODUCTVARIANT SHOP }
enum OrderTransactionKind { AUTHORIZATION CAPTURE CHANGE EMV_AUTHORIZATION REFUND SALE SUGGESTED_REFUND VOID }
enum OrderTransactionStatus { AWAITING_RESPONSE ERROR FAILURE PENDING SUCCESS UNKNOWN }
)graphql";

}  // namespace navette::standin::graphql
