// Products: their reference is unique, so the create itself is the look-up; a taken reference is adopted or
// told as a conflict.
#include "exchange.hpp"
#include "recipes.hpp"
#include "shown.hpp"
#include "wire.hpp"

namespace navette::dolibarr {

namespace {

constexpr auto kPath = "/products";

/// The product of a reference that is taken; an empty object where it cannot be found.
Task<std::expected<json::object, Outcome>> find(Session& session, std::string ref, std::string key) {
    if (!fits_path(ref)) {
        const auto by_ref = equals_filter("ref", ref);
        const auto found = co_await search(session, kPath, by_ref.value_or("(t.ref_ext:=:'" + key + "')"));
        if (!found) {
            co_return std::unexpected(found.error());
        }
        co_return found->empty() ? json::object() : found->front().get_object();
    }
    auto reply = co_await get(session, std::string(kPath) + "/ref/" + ref);
    if (reply.kind == Kind::missing) {
        co_return json::object();
    }
    if (reply.kind != Kind::ok) {
        co_return std::unexpected(reply.outcome);
    }
    co_return reply.body.is_object() ? reply.body.get_object() : json::object();
}

/// Sets the net price by the gross one and the rate, which an update may have only one of: the product in
/// Dolibarr, which is read then, holds the other.
Task<std::optional<Outcome>> set_price(
    Session& session, const sdk::Operation& operation, json::object* fields
) {
    if (fields->contains("price")) {
        co_return std::nullopt;  // a mapping of the tenant's own
    }
    const auto* gross = operation.fields.if_contains("_price_cents");
    const auto* rate = operation.fields.if_contains("tva_tx");
    auto cents = gross == nullptr ? std::nullopt : to_integer(*gross);
    const bool is_left_out = gross == nullptr || rate == nullptr;
    json::value percent = rate == nullptr ? json::value() : *rate;
    if (!operation.remote_id.empty() && is_left_out && (cents || rate != nullptr)) {
        auto held = co_await get(session, std::string(kPath) + "/" + sdk::path_segment(operation.remote_id));
        if (held.kind != Kind::ok || !held.body.is_object()) {
            co_return std::move(held.outcome);
        }
        const auto& product = held.body.get_object();
        if (gross == nullptr) {
            cents = cents_at(product, "price_ttc");
        } else {
            percent = text_at(product, "tva_tx");
        }
    }
    if (cents) {
        (*fields)["price"] = net_price(*cents, percent);
    } else {
        fields->erase("price_base_type");
    }
    co_return std::nullopt;
}

}  // namespace

Task<Outcome> push_product(Session& session, sdk::Operation operation) {
    auto fields = sendable(operation.fields);
    if (auto problem = co_await set_price(session, operation, &fields)) {
        co_return std::move(*problem);
    }
    if (!operation.remote_id.empty() && integer_at(fields, "status") == 1) {
        fields.erase("status");  // a new product is for sale; what people make of it later stays
    }
    const auto ref = stored_product_ref(text_at(fields, "ref"));
    if (!ref.empty()) {
        fields["ref"] = ref;
    }
    if (!operation.remote_id.empty()) {
        co_return co_await update(session, kPath, operation.remote_id, std::move(fields));
    }
    if (ref.empty()) {
        co_return Outcome::rejected("the product has no SKU", "ref");
    }
    auto created = fields;
    created["ref_ext"] = operation.key;
    add_unique_key(session, created, operation.key);
    auto reply = co_await create(session, kPath, std::move(created));
    if (auto outcome = outcome_of_create(reply)) {
        co_return std::move(*outcome);
    }
    auto found = co_await find(session, ref, operation.key);
    if (!found) {
        co_return found.error();
    }
    const auto owner = text_at(*found, "ref_ext");
    if (found->empty()) {
        co_return Outcome::retry(
            "product " + ref + " is said to exist but cannot be found yet: " + reply.outcome.message
        );
    }
    if (!owner.empty() && owner != operation.key) {
        co_return Outcome::conflict(
            "product " + ref + " belongs to another record (external reference " + owner +
            "): two SKUs may become one reference"
        );
    }
    claim(*found, fields, operation.key);
    co_return co_await adopt(session, kPath, std::move(*found), std::move(fields));
}

}  // namespace navette::dolibarr
