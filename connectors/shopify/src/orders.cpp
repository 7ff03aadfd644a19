// Orders: Shopify would create one twice without a word. So each carries our key as a metafield that the shop
// keeps unique, and a create that may have been applied is looked for by it first. What cannot be changed by
// the API (lines, going back) is left alone.
#include "documents.hpp"
#include "recipes.hpp"

#include <utility>

namespace navette::shopify {

namespace {

json::object money_bag(const json::value& amount, const std::string& currency) {
    json::object bag;
    bag["shopMoney"] = money(amount, currency);
    return bag;
}

std::expected<json::object, Outcome> shape_order(const sdk::Operation& operation) {
    const auto& fields = operation.fields;
    const auto currency = sdk::text_at(fields, "currency");
    if (currency.empty()) {
        return std::unexpected(Outcome::rejected("the order names no currency", "currency"));
    }
    auto lines = lines_of(fields);
    if (!lines) {
        return std::unexpected(std::move(lines.error()));
    }
    json::array items;
    for (auto& line : *lines) {
        line["priceSet"] = money_bag(line.at("unit_price"), currency);
        line.erase("unit_price");
        items.push_back(std::move(line));
    }
    json::object order;
    for (const auto& member : fields) {
        if (!member.key().starts_with('_') && !member.value().is_null()) {
            order.emplace(member.key(), member.value());
        }
    }
    order["lineItems"] = std::move(items);
    order["sourceName"] = "navette";
    order["taxesIncluded"] = true;
    const auto* amount = fields.if_contains("_amount");
    if (sdk::text_at(fields, "financialStatus") == "PAID" && amount != nullptr && amount->is_string()) {
        json::object payment{{"kind", "SALE"}, {"status", "SUCCESS"}, {"gateway", "navette"}};
        payment["amountSet"] = money_bag(*amount, currency);
        order["transactions"] = json::array{std::move(payment)};
    }
    const auto customer = operation.references.find("customer");
    const auto email = sdk::text_at(fields, "email");
    if (customer != operation.references.end()) {
        json::object associated;
        associated["toAssociate"] = json::object{{"id", customer->second}};
        order["customer"] = std::move(associated);
    } else if (!email.empty()) {
        json::object upserted;
        upserted["toUpsert"] = json::object{{"email", email}};
        order["customer"] = std::move(upserted);
    }
    order["metafields"] = json::array{key_metafield(operation.key)};
    return order;
}

Task<Outcome> mutate(Session& session, Document document, json::object variables, std::string name) {
    const auto data = co_await query(session, document, std::move(variables));
    if (!data) {
        auto failure = data.error();
        failure.maybe_applied = false;  // both of these may be sent twice
        co_return failure;
    }
    const auto payload = payload_of(*data, name);
    co_return payload ? outcome_of_object(*payload, "order") : payload.error();
}

/// Carries an order that exists forward: its note, and that it was paid.
Task<Outcome> bring_up_to_date(Session& session, sdk::Operation operation, json::object order) {
    const auto id = sdk::text_at(order, "id");
    auto outcome = Outcome::done(id, sdk::text_at(order, "updatedAt"));
    if (!sdk::text_at(order, "cancelledAt").empty()) {
        session.remark("the order was cancelled in the shop and is left alone");
        co_return outcome;
    }
    const auto note = sdk::text_at(operation.fields, "note");
    if (!note.empty() && note != sdk::text_at(order, "note")) {
        json::object input{{"id", id}, {"note", note}};
        json::object variables;
        variables["input"] = std::move(input);
        outcome = co_await mutate(session, documents::kUpdateOrder, std::move(variables), "orderUpdate");
        if (outcome.kind != sdk::OutcomeKind::done) {
            co_return outcome;
        }
    }
    const auto wanted = sdk::text_at(operation.fields, "financialStatus");
    const auto state = sdk::text_at(order, "displayFinancialStatus");
    if (wanted == "PAID" && sdk::is_true(order, "canMarkAsPaid")) {
        co_return co_await mutate(session, documents::kMarkOrderPaid, {{"id", id}}, "orderMarkAsPaid");
    }
    if (!wanted.empty() && wanted != state) {
        session.remark("the order is " + state + " in the shop and stays so; the application says " + wanted);
    }
    remark_total(session, operation, order);
    co_return outcome;
}

/// The order under `name` of the answer; an empty object where there is none.
Task<std::expected<json::object, Outcome>> read(
    Session& session, Document document, json::object variables, std::string name
) {
    const auto data = co_await query(session, document, std::move(variables));
    if (!data) {
        co_return std::unexpected(data.error());
    }
    const auto* order = sdk::object_at(*data, name);
    co_return order == nullptr ? json::object() : *order;
}

Task<std::expected<json::object, Outcome>> find_ours(Session& session, std::string key) {
    co_return co_await read(session, documents::kFindOrder, {{"key", key}}, "orderByIdentifier");
}

/// Whether a refused create met the order that an earlier one made: it names our unique metafield.
bool is_about_our_key(const Outcome& outcome) {
    return outcome.kind == sdk::OutcomeKind::conflict ||
           outcome.field.find("metafields") != std::string::npos;
}

}  // namespace

Task<Outcome> push_order(Session& session, sdk::Operation operation) {
    if (!operation.remote_id.empty()) {
        auto order = co_await read(session, documents::kReadOrder, {{"id", operation.remote_id}}, "order");
        if (!order) {
            co_return order.error();
        }
        if (order->empty()) {
            co_return Outcome::gone("the order is no more in the shop");
        }
        co_return co_await bring_up_to_date(session, std::move(operation), std::move(*order));
    }
    auto shaped = shape_order(operation);
    if (!shaped) {
        co_return shaped.error();
    }
    if (auto problem = co_await define_key(session, "ORDER")) {
        co_return std::move(*problem);
    }
    if (operation.maybe_applied) {
        auto found = co_await find_ours(session, operation.key);
        if (!found) {
            co_return found.error();
        }
        if (!found->empty()) {
            co_return co_await bring_up_to_date(session, std::move(operation), std::move(*found));
        }
    }
    json::object options{
        {"inventoryBehaviour", "BYPASS"}, {"sendReceipt", false}, {"sendFulfillmentReceipt", false}
    };
    json::object variables;
    variables["order"] = std::move(*shaped);
    variables["options"] = std::move(options);
    const auto data = co_await query(session, documents::kCreateOrder, std::move(variables));
    if (!data) {
        co_return data.error();
    }
    const auto payload = payload_of(*data, "orderCreate");
    if (payload) {
        if (const auto* order = sdk::object_at(*payload, "order")) {
            remark_total(session, operation, *order);
        }
        co_return outcome_of_object(*payload, "order");
    }
    if (!is_about_our_key(payload.error())) {
        co_return payload.error();
    }
    auto found = co_await find_ours(session, operation.key);
    if (!found) {
        co_return found.error();
    }
    if (found->empty()) {
        co_return payload.error();
    }
    co_return co_await bring_up_to_date(session, std::move(operation), std::move(*found));
}

}  // namespace navette::shopify
