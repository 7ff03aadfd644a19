#include "read_objects.hpp"

#include <algorithm>
#include <array>

namespace navette::shopify {

namespace {

constexpr std::size_t kFewVariants = 2;  // as in a page: more than one tell nothing of the product

/// The text with the first `mark` replaced.
std::string with(std::string text, std::string_view mark, std::string_view value) {
    if (const auto at = text.find(mark); at != std::string::npos) {
        text.replace(at, mark.size(), value);
    }
    return text;
}

}  // namespace

const Object* find_object(std::string_view name) {
    static constexpr std::array<Object, 4> kObjects{{
        {"customer",
         "customers",
         "customer",
         "Customer",
         "CUSTOMER",
         documents::kPullCustomers,
         documents::kFetchCustomer,
         documents::kCountCustomers,
         documents::kReadAllCustomers,
         ""},
        {"product",
         "products",
         "product",
         "Product",
         "PRODUCT",
         documents::kPullProducts,
         documents::kFetchProduct,
         documents::kCountProducts,
         documents::kReadAllProducts,
         documents::kReadAllStockedProducts,
         {"variants", kFewVariants}},
        {"order",
         "orders",
         "order",
         "Order",
         "ORDER",
         documents::kPullOrders,
         documents::kFetchOrder,
         documents::kCountOrders,
         documents::kReadAllOrders,
         "",
         {"lineItems", kAllChildren},
         20},
        {"draft_order",
         "draftOrders",
         "draftOrder",
         "DraftOrder",
         "DRAFT_ORDER",
         documents::kPullDrafts,
         documents::kFetchDraft,
         documents::kCountDrafts,
         documents::kReadAllDrafts,
         ""},
    }};
    const auto* const found = std::ranges::find(kObjects, name, &Object::name);
    return found == kObjects.end() ? nullptr : found;
}

Document to_pull(const Object& object, const std::string& location) {
    return object.name == "product" && !location.empty() ? documents::kPullStockedProducts : object.pull;
}

Document to_fetch(const Object& object, const std::string& location) {
    return object.name == "product" && !location.empty() ? documents::kFetchStockedProduct : object.fetch;
}

std::string moment_of(std::string_view object, const std::string& since) {
    return object == "customer" ? since.substr(0, 10) : since + "Z";
}

std::string search_of(std::string_view object, const std::string& since) {
    return since.empty() ? std::string() : "updated_at:>='" + moment_of(object, since) + "'";
}

std::string bulk_query_of(
    const Object& object, const std::string& name, const std::string& since, const std::string& location
) {
    const bool has_stock = !object.read_all_more.empty() && !location.empty();
    const auto search = search_of(object.name, since);
    auto text = "query " + name + std::string(has_stock ? object.read_all_more : object.read_all);
    text = with(std::move(text), documents::kSearchMark, search.empty() ? "" : "(query:\"" + search + "\")");
    return with(std::move(text), documents::kLocationMark, "\"" + location + "\"");
}

}  // namespace navette::shopify
