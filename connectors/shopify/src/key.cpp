// Our key in the shop, and deleting by the link.
#include "documents.hpp"
#include "recipes.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace navette::shopify {

namespace {

struct Removal {
    std::string_view object;
    Document document;
    std::string_view payload;
};

const Removal& removal_of(std::string_view object) {
    static constexpr std::array<Removal, 4> kRemovals{{
        {"customer", documents::kDeleteCustomer, "customerDelete"},
        {"product", documents::kDeleteProduct, "productDelete"},
        {"order", documents::kDeleteOrder, "orderDelete"},
        {"draft_order", documents::kDeleteDraft, "draftOrderDelete"},
    }};
    const auto* const found = std::ranges::find(kRemovals, object, &Removal::object);
    return found == kRemovals.end() ? kRemovals.front() : *found;
}

std::string remembered_as(std::string_view owner_type) {
    return "key_defined_" + std::string(owner_type);
}

}  // namespace

json::object key_metafield(std::string_view key) {
    return {{"namespace", "navette"}, {"key", "id"}, {"type", "id"}, {"value", key}};
}

Task<std::optional<Outcome>> define_key(Session& session, std::string owner_type) {
    const auto remembered = remembered_as(owner_type);
    if (session.recall(remembered).is_bool()) {
        co_return std::nullopt;
    }
    json::object definition{{"name", "navette id"}, {"namespace", "navette"}, {"key", "id"}, {"type", "id"}};
    definition["ownerType"] = owner_type;
    json::object variables;
    variables["definition"] = std::move(definition);
    const auto data = co_await query(session, documents::kDefineKey, std::move(variables));
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

void forget_key_definitions(Session& session) {
    for (const auto* owner_type : {"PRODUCT", "ORDER", "DRAFTORDER"}) {
        session.remember(remembered_as(owner_type), nullptr);
    }
}

Task<Outcome> remove_record(Session& session, sdk::Operation operation) {
    if (operation.remote_id.empty()) {
        co_return Outcome::skipped("the shop holds no such record that navette knows of");
    }
    const auto& removal = removal_of(operation.object);
    const auto data = co_await query(session, removal.document, {{"id", operation.remote_id}});
    if (!data) {
        co_return data.error();
    }
    const auto payload = payload_of(*data, removal.payload);
    if (payload || payload.error().kind == sdk::OutcomeKind::gone) {
        co_return Outcome::done(operation.remote_id);
    }
    // Most of these errors have no code, so what is left in the shop decides.
    const auto left = co_await query(session, documents::kExists, {{"id", operation.remote_id}});
    if (!left) {
        co_return left.error();
    }
    co_return sdk::object_at(*left, "node") == nullptr ? Outcome::done(operation.remote_id) : payload.error();
}

}  // namespace navette::shopify
