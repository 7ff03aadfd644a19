// Every GraphQL document that this connector sends. Each is valid against the Admin API 2026-07 and 2026-10.
#pragma once

#include <string_view>

namespace navette::shopify::documents {

inline constexpr std::string_view kTest =
    "query{shop{name currencyCode} currentAppInstallation{accessScopes{handle}}}";

inline constexpr std::string_view kDefineKey =
    "mutation($definition:MetafieldDefinitionInput!){metafieldDefinitionCreate(definition:$definition)"
    "{createdDefinition{id} userErrors{code field message}}}";

inline constexpr std::string_view kFindCustomer =
    "query($email:String!){customerByIdentifier(identifier:{emailAddress:$email}){id}}";
inline constexpr std::string_view kSetCustomer =
    "mutation($identifier:CustomerSetIdentifiers!,$input:CustomerSetInput!)"
    "{customerSet(identifier:$identifier,input:$input){customer{id updatedAt} userErrors{code field "
    "message}}}";
inline constexpr std::string_view kDeleteCustomer =
    "mutation($id:ID!){customerDelete(input:{id:$id}){deletedCustomerId userErrors{field message}}}";

inline constexpr std::string_view kFindProduct =
    "query($key:String!,$sku:String!){productByIdentifier(identifier:{customId:{namespace:\"navette\",key:"
    "\"id\","
    "value:$key}}){id} productVariants(first:5,query:$sku){nodes{sku product{id}}}}";
inline constexpr std::string_view kVariants =
    "query($id:ID!){product(id:$id){id variants(first:100){nodes{id sku}}}}";
inline constexpr std::string_view kCreateProduct =
    "mutation($identifier:ProductSetIdentifiers!,$input:ProductSetInput!){productSet(identifier:$identifier,"
    "input:$input,synchronous:true){product{id updatedAt} userErrors{code field message}}}";
inline constexpr std::string_view kUpdateProduct =
    "mutation($product:ProductUpdateInput!,$id:ID!,$variants:[ProductVariantsBulkInput!]!)"
    "{productUpdate(product:$product){product{id} userErrors{field message}} "
    "productVariantsBulkUpdate(productId:$id,variants:$variants){product{id updatedAt} userErrors{code field "
    "message}}}";
inline constexpr std::string_view kDeleteProduct =
    "mutation($id:ID!){productDelete(input:{id:$id}){deletedProductId userErrors{field message}}}";

inline constexpr std::string_view kFindOrder =
    "query($key:String!){orderByIdentifier(identifier:{customId:{namespace:\"navette\",key:\"id\",value:$key}"
    "})"
    "{id updatedAt note cancelledAt canMarkAsPaid displayFinancialStatus totalPriceSet{shopMoney{amount}}}}";
inline constexpr std::string_view kReadOrder =
    "query($id:ID!){order(id:$id)"
    "{id updatedAt note cancelledAt canMarkAsPaid displayFinancialStatus totalPriceSet{shopMoney{amount}}}}";
inline constexpr std::string_view kCreateOrder =
    "mutation($order:OrderCreateOrderInput!,$options:OrderCreateOptionsInput){orderCreate(order:$order,"
    "options:$options){order{id updatedAt totalPriceSet{shopMoney{amount}}} userErrors{code field message}}}";
inline constexpr std::string_view kUpdateOrder =
    "mutation($input:OrderInput!){orderUpdate(input:$input){order{id updatedAt} userErrors{field message}}}";
inline constexpr std::string_view kMarkOrderPaid =
    "mutation($id:ID!){orderMarkAsPaid(input:{id:$id}){order{id updatedAt} userErrors{field message}}}";
inline constexpr std::string_view kDeleteOrder =
    "mutation($id:ID!){orderDelete(orderId:$id){deletedId userErrors{code field message}}}";

inline constexpr std::string_view kExists = "query($id:ID!){node(id:$id){id}}";

// What pull and fetch read of an object.
inline constexpr std::string_view kPullCustomers =
    "query($first:Int!,$after:String,$query:String){customers(first:$first,after:$after,sortKey:UPDATED_AT,"
    "query:$query){nodes{id updatedAt firstName lastName email phone note tags "
    "defaultAddress{company address1 zip city countryCodeV2}} pageInfo{hasNextPage endCursor}}}";
inline constexpr std::string_view kFetchCustomer =
    "query($id:ID!){customer(id:$id){id updatedAt firstName lastName email phone note tags "
    "defaultAddress{company address1 zip city countryCodeV2}}}";
inline constexpr std::string_view kPullProducts =
    "query($first:Int!,$after:String,$query:String){products(first:$first,after:$after,sortKey:UPDATED_AT,"
    "query:$query){nodes{id updatedAt title handle descriptionHtml status "
    "variants(first:1){nodes{id sku price}}} pageInfo{hasNextPage endCursor}}}";
inline constexpr std::string_view kFetchProduct =
    "query($id:ID!){product(id:$id){id updatedAt title handle descriptionHtml status "
    "variants(first:1){nodes{id sku price}}}}";
inline constexpr std::string_view kPullOrders =
    "query($first:Int!,$after:String,$query:String){orders(first:$first,after:$after,sortKey:UPDATED_AT,"
    "query:$query){nodes{id updatedAt name email note sourceIdentifier cancelledAt displayFinancialStatus "
    "displayFulfillmentStatus currencyCode totalPriceSet{shopMoney{amount currencyCode}} customer{id}} "
    "pageInfo{hasNextPage endCursor}}}";
inline constexpr std::string_view kFetchOrder =
    "query($id:ID!){order(id:$id){id updatedAt name email note sourceIdentifier cancelledAt "
    "displayFinancialStatus displayFulfillmentStatus currencyCode "
    "totalPriceSet{shopMoney{amount currencyCode}} customer{id} "
    "lineItems(first:100){nodes{title sku quantity originalUnitPriceSet{shopMoney{amount}}}}}}";

}  // namespace navette::shopify::documents
