#include "bulk.hpp"
#include "bulk_records.hpp"
#include "documents.hpp"
#include "product_parts.hpp"
#include "recipes.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

namespace navette::shopify {

namespace {

// Thirteen points each at most, of the thousand that one query may cost.
constexpr std::size_t kFoundAtOnce = 50;
constexpr int kCostOfOne = 13;

/// Those of these places in the batch whose product is new to the shop; else why they cannot be looked up.
Task<std::expected<std::vector<std::size_t>, Outcome>> unknown_of(
    Session& session, std::vector<std::size_t> places, const std::vector<sdk::Operation>* batch
) {
    std::vector<std::size_t> unknown;
    for (std::size_t begin = 0; begin < places.size(); begin += kFoundAtOnce) {
        const auto end = std::min(begin + kFoundAtOnce, places.size());
        std::string declared;
        std::string fields;
        json::object variables;
        for (auto at = begin; at < end; ++at) {
            const auto& operation = (*batch)[places[at]];
            const auto number = std::to_string(at - begin);
            declared += "$k" + number + ":String!,$s" + number + ":String!,";
            fields += "p" + number +
                      ":productByIdentifier(identifier:{customId:{namespace:\"navette\",key:\"id\",value:$k" +
                      number + "}}){id} v" + number + ":productVariants(first:5,query:$s" + number +
                      "){nodes{sku product{id}}} ";
            variables["k" + number] = operation.key;
            variables["s" + number] = sku_query(sdk::text_at(operation.fields, "sku"));
        }
        declared.pop_back();
        fields.pop_back();
        const auto text = "query(" + declared + "){" + fields + "}";
        const Document document{text, static_cast<int>(end - begin) * kCostOfOne};
        const auto data = co_await query(session, document, std::move(variables));
        if (!data) {
            co_return std::unexpected(data.error());
        }
        for (auto at = begin; at < end; ++at) {
            const auto number = std::to_string(at - begin);
            const auto sku = sdk::text_at((*batch)[places[at]].fields, "sku");
            const auto found =
                found_product(sdk::object_at(*data, "p" + number), sdk::object_at(*data, "v" + number), sku);
            if (found.empty()) {
                unknown.push_back(places[at]);
            }
        }
    }
    co_return unknown;
}

}  // namespace

Task<std::expected<std::vector<BulkLine>, Outcome>> bulk_products(
    Session& session, std::vector<sdk::Operation> batch
) {
    std::set<std::string> taken;
    std::vector<std::size_t> places;
    for (std::size_t at = 0; at < batch.size(); ++at) {
        const auto& operation = batch[at];
        const auto sku = lower_ascii(sdk::text_at(operation.fields, "sku"));
        const bool is_alone = sku.empty() || taken.insert(sku).second;
        if (is_alone && operation.remote_id.empty() &&
            !refusal_of_product(session, operation, operation.fields)) {
            places.push_back(at);
        }
    }
    std::vector<BulkLine> lines;
    if (places.size() < kBulkFrom) {
        co_return lines;
    }
    if (auto problem = co_await define_key(session, "PRODUCT")) {
        co_return std::unexpected(std::move(*problem));
    }
    const auto unknown = co_await unknown_of(session, std::move(places), &batch);
    if (!unknown) {
        co_return std::unexpected(unknown.error());
    }
    for (const auto at : *unknown) {
        lines.push_back({at, product_creation(session, batch[at].fields, batch[at].key)});
    }
    co_return lines;
}

bool shows_product(const json::object& variables, const json::object& product) {
    const auto* key = sdk::object_at(product, "metafield");
    if (key != nullptr) {
        const auto& custom_id = variables.at("identifier").at("customId").get_object();
        return sdk::text_at(*key, "value") == sdk::text_at(custom_id, "value");
    }
    return sdk::text_at(product, "title") == sdk::text_at(variables.at("input").get_object(), "title");
}

}  // namespace navette::shopify
