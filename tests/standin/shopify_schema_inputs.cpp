#include "tests/standin/shopify_schema.hpp"

namespace navette::standin::graphql {

// Inputs with all their fields, after the introspection of 2026-10.
const std::string_view kShopifyInputs = R"graphql(
input MetafieldDefinitionInput { access:MetafieldAccessInput capabilities:MetafieldCapabilityCreateInput
    constraints:MetafieldDefinitionConstraintsInput description:String key:String! name:String!
    namespace:String ownerType:MetafieldOwnerType! pin:Boolean= type:String!
    useAsCollectionCondition:Boolean= validations:[MetafieldDefinitionValidationInput!] }
input CustomerIdentifierInput @oneOf { customId:UniqueMetafieldValueInput emailAddress:String id:ID
    phoneNumber:String }
input CustomerSetIdentifiers @oneOf { customId:UniqueMetafieldValueInput email:String id:ID phone:String }
input CustomerSetInput { addresses:[MailingAddressInput!] email:String firstName:String id:ID
    lastName:String locale:String note:String phone:String tags:[String!] taxExempt:Boolean
    taxExemptions:[TaxExemption!] }
input CustomerDeleteInput { id:ID! }
input StagedUploadInput { fileSize:UnsignedInt64 filename:String! httpMethod:StagedUploadHttpMethodType
    mimeType:String! resource:StagedUploadTargetGenerateUploadResource! }
input ProductIdentifierInput @oneOf { customId:UniqueMetafieldValueInput handle:String id:ID }
input UniqueMetafieldValueInput { key:String! namespace:String value:String! }
input ProductSetIdentifiers @oneOf { customId:UniqueMetafieldValueInput handle:String id:ID }
input ProductSetInput { category:ID claimOwnership:ProductClaimOwnershipInput collections:[ID!]
    combinedListingRole:CombinedListingsRole descriptionHtml:String files:[FileSetInput!] giftCard:Boolean
    giftCardTemplateSuffix:String handle:String id:ID metafields:[MetafieldInput!]
    productOptions:[OptionSetInput!] productType:String redirectNewHandle:Boolean
    requiresSellingPlan:Boolean seo:SEOInput status:ProductStatus tags:[String!] templateSuffix:String
    title:String variants:[ProductVariantSetInput!] vendor:String }
input ProductUpdateInput { category:ID collectionsToJoin:[ID!] collectionsToLeave:[ID!]
    deleteConflictingConstrainedMetafields:Boolean= descriptionHtml:String giftCardTemplateSuffix:String
    handle:String id:ID metafields:[MetafieldInput!] productType:String redirectNewHandle:Boolean
    requiresSellingPlan:Boolean seo:SEOInput status:ProductStatus tags:[String!] templateSuffix:String
    title:String vendor:String }
input ProductVariantsBulkInput { barcode:String compareAtPrice:Money id:ID inventoryItem:InventoryItemInput
    inventoryPolicy:ProductVariantInventoryPolicy inventoryQuantities:[InventoryLevelInput!] mediaId:ID
    mediaSrc:[String!] metafields:[MetafieldInput!] optionValues:[VariantOptionValueInput!] price:Money
    published:Boolean quantityAdjustments:[InventoryAdjustmentInput!] requiresComponents:Boolean
    showUnitPrice:Boolean taxCode:String taxable:Boolean unitPriceMeasurement:UnitPriceMeasurementInput }
input ProductDeleteInput { id:ID! }
input InventorySetQuantitiesInput { name:String! quantities:[InventoryQuantityInput!]! reason:String!
    referenceDocumentUri:String }
input OrderIdentifierInput @oneOf { customId:UniqueMetafieldValueInput id:ID }
input OrderCreateOrderInput { billingAddress:MailingAddressInput buyerAcceptsMarketing:Boolean=
    closedAt:DateTime companyLocationId:ID currency:CurrencyCode
    customAttributes:[OrderCreateCustomAttributeInput!] customer:OrderCreateCustomerInput customerId:ID
    discountCode:OrderCreateDiscountCodeInput email:String financialStatus:OrderCreateFinancialStatus
    fulfillment:OrderCreateFulfillmentInput fulfillmentStatus:OrderCreateFulfillmentStatus
    lineItems:[OrderCreateLineItemInput!] metafields:[MetafieldInput!] name:String note:String phone:String
    poNumber:String presentmentCurrency:CurrencyCode processedAt:DateTime referringSite:URL
    shippingAddress:MailingAddressInput shippingLines:[OrderCreateShippingLineInput!]
    sourceIdentifier:String sourceName:String sourceUrl:URL tags:[String!]
    taxLines:[OrderCreateTaxLineInput!] taxesIncluded:Boolean= test:Boolean=
    transactions:[OrderCreateOrderTransactionInput!] userId:ID }
input OrderCreateOptionsInput { inventoryBehaviour:OrderCreateInputsInventoryBehavior=
    sendFulfillmentReceipt:Boolean= sendReceipt:Boolean= }
input OrderInput { customAttributes:[AttributeInput!] email:String id:ID!
    localizationExtensions:[LocalizationExtensionInput!] localizedFields:[LocalizedFieldInput!]
    metafields:[MetafieldInput!] note:String phone:String poNumber:String
    shippingAddress:MailingAddressInput tags:[String!] }
input OrderMarkAsPaidInput { id:ID! }
input DraftOrderInput { acceptAutomaticDiscounts:Boolean allowDiscountCodesInCheckout:Boolean
    appliedDiscount:DraftOrderAppliedDiscountInput billingAddress:MailingAddressInput
    customAttributes:[AttributeInput!] customerId:ID deposit:DepositInput discountCodes:[String!]
    email:String lineItems:[DraftOrderLineItemInput!] localizationExtensions:[LocalizationExtensionInput!]
    localizedFields:[LocalizedFieldInput!] marketRegionCountryCode:CountryCode metafields:[MetafieldInput!]
    note:String paymentTerms:PaymentTermsInput phone:String poNumber:String
    presentmentCurrencyCode:CurrencyCode purchasingEntity:PurchasingEntityInput
    reserveInventoryUntil:DateTime sessionToken:String shippingAddress:MailingAddressInput
    shippingLine:ShippingLineInput sourceName:String tags:[String!] taxExempt:Boolean
    transformerFingerprint:String useCustomerDefaultAddress:Boolean visibleToCustomer:Boolean }
input DraftOrderDeleteInput { id:ID! }
input WebhookSubscriptionInput { callbackUrl:URL filter:String format:WebhookSubscriptionFormat
    includeFields:[String!] metafieldNamespaces:[String!]
    metafields:[HasMetafieldsMetafieldIdentifierInput!] name:String uri:String }
input MailingAddressInput { address1:String address2:String city:String company:String country:String
    countryCode:CountryCode firstName:String id:ID lastName:String phone:String province:String
    provinceCode:String zip:String }
input OptionSetInput { id:ID linkedMetafield:LinkedMetafieldCreateInput name:String position:Int
    values:[OptionValueSetInput!] }
input OptionValueSetInput { id:ID name:String }
input ProductVariantSetInput { barcode:String compareAtPrice:Money file:FileSetInput id:ID
    inventoryItem:InventoryItemInput inventoryPolicy:ProductVariantInventoryPolicy
    inventoryQuantities:[ProductSetInventoryInput!] metafields:[MetafieldInput!]
    optionValues:[VariantOptionValueInput!]! position:Int price:Money published:Boolean
    requiresComponents:Boolean showUnitPrice:Boolean sku:String taxCode:String taxable:Boolean
    unitPriceMeasurement:UnitPriceMeasurementInput }
input VariantOptionValueInput { id:ID linkedMetafieldValue:String name:String optionId:ID optionName:String }
input InventoryItemInput { cost:Decimal countryCodeOfOrigin:CountryCode
    countryHarmonizedSystemCodes:[CountryHarmonizedSystemCodeInput!] harmonizedSystemCode:String
    measurement:InventoryItemMeasurementInput provinceCodeOfOrigin:String requiresShipping:Boolean
    sku:String tracked:Boolean }
input ProductSetInventoryInput { locationId:ID! name:String! quantity:Int! }
input MetafieldInput { id:ID key:String namespace:String type:String value:String }
input OrderCreateLineItemInput { fulfillmentService:String giftCard:Boolean= priceSet:MoneyBagInput
    productId:ID properties:[OrderCreateLineItemPropertyInput!] quantity:Int! requiresShipping:Boolean=
    sku:String taxLines:[OrderCreateTaxLineInput!] taxable:Boolean= title:String variantId:ID
    variantTitle:String vendor:String weight:WeightInput }
input MoneyBagInput { presentmentMoney:MoneyInput shopMoney:MoneyInput! }
input MoneyInput { amount:Decimal! currencyCode:CurrencyCode! }
input OrderCreateCustomerInput @oneOf { toAssociate:OrderCreateAssociateCustomerAttributesInput
    toUpsert:OrderCreateUpsertCustomerAttributesInput }
input OrderCreateAssociateCustomerAttributesInput { email:String id:ID }
input OrderCreateUpsertCustomerAttributesInput { addresses:[OrderCreateCustomerAddressInput!] email:String
    firstName:String id:ID lastName:String multipassIdentifier:String note:String phone:String
    tags:[String!] taxExempt:Boolean }
input OrderCreateOrderTransactionInput { amountSet:MoneyBagInput! authorizationCode:String deviceId:ID
    gateway:String giftCardId:ID kind:OrderTransactionKind= locationId:ID processedAt:DateTime
    receiptJson:JSON status:OrderTransactionStatus= test:Boolean= userId:ID }
input DraftOrderLineItemInput { appliedDiscount:DraftOrderAppliedDiscountInput
    bundleComponents:[BundlesDraftOrderBundleLineItemComponentInput!]
    components:[DraftOrderLineItemComponentInput!] customAttributes:[AttributeInput!]
    generatePriceOverride:Boolean grams:Int originalUnitPrice:Money originalUnitPriceWithCurrency:MoneyInput
    priceOverride:MoneyInput quantity:Int! requiresShipping:Boolean sku:String taxable:Boolean title:String
    uuid:String variantId:ID weight:WeightInput }
input PurchasingEntityInput { customerId:ID purchasingCompany:PurchasingCompanyInput }
input InventoryQuantityInput { changeFromQuantity:Int inventoryItemId:ID! locationId:ID! quantity:Int! }
)graphql";

}  // namespace navette::standin::graphql
