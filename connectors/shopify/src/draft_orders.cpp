// Draft orders: Shopify has no look-up of one by our key. So each carries it twice: as a metafield that the
// shop keeps unique, which lets no second one be made, and as a tag, by which the first one is found.
#include "recipes.hpp"

#include <navette/sdk/signature.hpp>

#include <algorithm>
#include <utility>

namespace navette::shopify {

namespace {

/// Tags are of 40 characters at most, our keys of 48.
std::string tag_of(const std::string& key) {
    constexpr std::size_t kLongestKey = 30;
    return "navette-" + (key.size() <= kLongestKey ? key : sdk::fingerprint(key).substr(0, kLongestKey));
}

std::expected<json::object, Outcome> shape(const sdk::Operation& operation) {
    const auto& fields = operation.fields;
    const auto currency = sdk::text_at(fields, "_currency");
    if (currency.empty()) {
        return std::unexpected(Outcome::rejected("the draft order names no currency", "currency"));
    }
    auto lines = lines_of(fields);
    if (!lines) {
        return std::unexpected(std::move(lines.error()));
    }
    json::object input;
    for (const auto& member : fields) {
        if (!member.key().starts_with('_') && !member.value().is_null()) {
            input.emplace(member.key(), member.value());
        }
    }
    json::array items;
    for (auto& line : *lines) {
        line["originalUnitPriceWithCurrency"] = money(line.at("unit_price"), currency);
        line.erase("unit_price");
        items.push_back(std::move(line));
    }
    input["lineItems"] = std::move(items);
    const auto customer = operation.references.find("customer");
    if (customer != operation.references.end()) {
        input["purchasingEntity"] = json::object{{"customerId", customer->second}};
    }
    return input;
}

Task<Outcome> write(
    Session& session, Document document, json::object variables, std::string name, sdk::Operation operation
) {
    const auto data = co_await query(session, document, std::move(variables));
    if (!data) {
        co_return data.error();
    }
    const auto payload = payload_of(*data, name);
    if (!payload) {
        co_return payload.error();
    }
    if (const auto* draft = sdk::object_at(*payload, "draftOrder")) {
        remark_total(session, operation, *draft);
    }
    co_return outcome_of_object(*payload, "draftOrder");
}

/// An open one is set to what the application holds; what the shop has gone on with is left alone.
Task<Outcome> update(Session& session, sdk::Operation operation, json::object input, json::object held) {
    const auto id = sdk::text_at(held, "id");
    const auto status = sdk::text_at(held, "status");
    if (status != "OPEN") {
        session.remark("the draft order is " + status + " in the shop and is left alone");
        co_return Outcome::done(id, sdk::text_at(held, "updatedAt"));
    }
    json::object variables{{"id", id}};
    variables["input"] = std::move(input);
    auto outcome = co_await write(
        session, documents::kUpdateDraft, std::move(variables), "draftOrderUpdate", std::move(operation)
    );
    outcome.maybe_applied = false;  // an update may be sent twice
    co_return outcome;
}

/// The draft order with our tag; an empty object where the search finds none.
Task<std::expected<json::object, Outcome>> find_ours(Session& session, std::string key) {
    const auto tag = tag_of(key);
    const auto data = co_await query(session, documents::kFindDraft, {{"query", "tag:'" + tag + "'"}});
    if (!data) {
        co_return std::unexpected(data.error());
    }
    const auto* drafts = sdk::object_at(*data, "draftOrders");
    const auto* nodes = drafts == nullptr ? nullptr : sdk::array_at(*drafts, "nodes");
    if (nodes == nullptr) {
        co_return std::unexpected(Outcome::retry("Shopify answered a list request with no list"));
    }
    for (const auto& node : *nodes) {
        const auto* draft = node.if_object();
        const auto* tags = draft == nullptr ? nullptr : sdk::array_at(*draft, "tags");
        // A search finds more than it was asked for.
        if (tags != nullptr && std::ranges::find(*tags, json::value(tag)) != tags->end()) {
            co_return *draft;
        }
    }
    co_return json::object();
}

}  // namespace

Task<Outcome> push_draft_order(Session& session, sdk::Operation operation) {
    const auto currency = sdk::text_at(operation.fields, "_currency");
    const auto own = sdk::text_at(session.settings(), "currency");
    if (!currency.empty() && !own.empty() && currency != own) {
        co_return Outcome::rejected(
            "the draft order is in " + currency + ", and the shop would convert it to " + own, "currency"
        );
    }
    auto input = shape(operation);
    if (!input) {
        co_return input.error();
    }
    if (!operation.remote_id.empty()) {
        const auto data = co_await query(session, documents::kReadDraft, {{"id", operation.remote_id}});
        if (!data) {
            co_return data.error();
        }
        const auto* held = sdk::object_at(*data, "draftOrder");
        if (held == nullptr) {
            co_return Outcome::gone("the draft order is no more in the shop");
        }
        co_return co_await update(session, std::move(operation), std::move(*input), *held);
    }
    if (auto problem = co_await define_key(session, "DRAFTORDER")) {
        co_return std::move(*problem);
    }
    if (operation.maybe_applied) {
        auto found = co_await find_ours(session, operation.key);
        if (!found) {
            co_return found.error();
        }
        if (!found->empty()) {
            co_return co_await update(session, std::move(operation), std::move(*input), std::move(*found));
        }
    }
    auto made = *input;
    made["tags"] = json::array{tag_of(operation.key)};
    made["metafields"] = json::array{key_metafield(operation.key)};
    json::object variables;
    variables["input"] = std::move(made);
    auto outcome =
        co_await write(session, documents::kCreateDraft, std::move(variables), "draftOrderCreate", operation);
    const bool is_taken =
        outcome.kind == sdk::OutcomeKind::conflict || outcome.field.find("metafields") != std::string::npos;
    if (!is_taken) {
        co_return outcome;
    }
    auto found = co_await find_ours(session, operation.key);
    if (!found) {
        co_return found.error();
    }
    if (found->empty()) {
        // The search lags behind the writes.
        co_return Outcome::retry(outcome.message + "; the draft order with that key is not found yet");
    }
    co_return co_await update(session, std::move(operation), std::move(*input), std::move(*found));
}

}  // namespace navette::shopify
