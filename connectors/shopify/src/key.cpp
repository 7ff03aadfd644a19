// Our key in the shop, and deleting by the link.
#include "documents.hpp"
#include "recipes.hpp"

#include <utility>

namespace navette::shopify {

json::object key_metafield(std::string_view key) {
    return {{"namespace", "navette"}, {"key", "id"}, {"type", "id"}, {"value", key}};
}

Task<std::optional<Outcome>> define_key(Session& session, std::string owner_type) {
    const auto remembered = "key_defined_" + owner_type;
    if (session.recall(remembered).is_bool()) {
        co_return std::nullopt;
    }
    json::object definition{{"name", "navette id"}, {"namespace", "navette"}, {"key", "id"}, {"type", "id"}};
    definition["ownerType"] = owner_type;
    json::object variables;
    variables["definition"] = std::move(definition);
    const auto data = co_await query(session, documents::kDefineKey, std::move(variables), Price::mutation);
    if (!data) {
        auto failure = data.error();
        failure.maybe_applied = false;  // nothing of the record was sent yet
        co_return failure;
    }
    const auto payload = payload_of(*data, "metafieldDefinitionCreate");
    if (!payload && payload.error().kind != sdk::OutcomeKind::conflict) {  // taken: it is there
        auto failure = payload.error();
        failure.maybe_applied = false;
        co_return failure;
    }
    session.remember(remembered, true);
    co_return std::nullopt;
}

Task<Outcome> remove_record(Session& session, sdk::Operation operation) {
    if (operation.remote_id.empty()) {
        co_return Outcome::skipped("the shop holds no such record that navette knows of");
    }
    const bool is_customer = operation.object == "customer";
    const auto document = is_customer                     ? documents::kDeleteCustomer
                          : operation.object == "product" ? documents::kDeleteProduct
                                                          : documents::kDeleteOrder;
    const auto* const name = is_customer                     ? "customerDelete"
                             : operation.object == "product" ? "productDelete"
                                                             : "orderDelete";
    const auto data = co_await query(session, document, {{"id", operation.remote_id}}, Price::mutation);
    if (!data) {
        co_return data.error();
    }
    const auto payload = payload_of(*data, name);
    if (payload || payload.error().kind == sdk::OutcomeKind::gone) {
        co_return Outcome::done(operation.remote_id);
    }
    // Most of these errors have no code, so what is left in the shop decides.
    const auto left =
        co_await query(session, documents::kExists, {{"id", operation.remote_id}}, Price::lookup);
    if (!left) {
        co_return left.error();
    }
    co_return sdk::object_at(*left, "node") == nullptr ? Outcome::done(operation.remote_id) : payload.error();
}

}  // namespace navette::shopify
