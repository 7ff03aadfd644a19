// The shop itself, its events, metafield definitions, any record by its id, and webhook subscriptions.
#include "tests/standin/shopify_resolvers.hpp"

#include <boost/json.hpp>

#include <sstream>
#include <utility>

namespace navette::standin {

namespace json = boost::json;

namespace {

json::object full_subscription(const JsonRow& row) {
    json::object full = row.fields;
    full["id"] = row.id;
    return full;
}

json::value list_subscriptions(ShopifyShop& shop, const json::object& arguments) {
    const auto* uri = arguments.if_contains("uri");
    json::array found;
    for (const auto* row : shop.subscriptions.all()) {
        if (uri == nullptr || uri->is_null() || row->fields.at("uri") == *uri) {
            found.push_back(full_subscription(*row));
        }
    }
    return found;
}

/// Puts the input into the fields; the complaint where it is wrong.
json::array apply(ShopifyShop& shop, const json::object& input, json::object& fields, const JsonRow* row) {
    json::array errors;
    for (const auto* name : {"uri", "format", "filter", "includeFields"}) {
        if (const auto* value = input.if_contains(name)) {
            fields[name] = *value;
        }
    }
    const auto uri = shopify_text(fields, "uri");
    if (uri.empty()) {
        errors.push_back(shopify_user_error({"webhookSubscription", "callbackUrl"}, "Address can't be blank")
        );
    }
    // Shopify takes https only; a stand-in's receiver is on this machine.
    if (!uri.empty() && !uri.starts_with("https://") && !uri.starts_with("http://127.0.0.1:")) {
        errors.push_back(shopify_user_error(
            {"webhookSubscription", "callbackUrl"}, "Address protocol http:// is not supported"
        ));
    }
    for (const auto* other : shop.subscriptions.all()) {
        if (other != row && other->fields.at("topic") == fields.at("topic") &&
            shopify_text(other->fields, "uri") == uri) {
            shop.effects.duplicate_refused();
            errors.push_back(shopify_user_error(
                {"webhookSubscription", "callbackUrl"}, "Address for this topic has already been taken"
            ));
        }
    }
    return errors;
}

json::value create_subscription(ShopifyShop& shop, const json::object& arguments) {
    json::object fields;
    fields["topic"] = arguments.at("topic");
    fields["format"] = "JSON";
    fields["filter"] = nullptr;
    fields["includeFields"] = json::array();
    auto errors = apply(shop, arguments.at("webhookSubscription").as_object(), fields, nullptr);
    if (!errors.empty()) {
        return shopify_refusal("webhookSubscription", std::move(errors));
    }
    const auto& row = shop.subscriptions.insert(std::move(fields), shop.clock.tick());
    shop.effects.created(
        "webhook_subscriptions",
        {{"topic", shopify_text(row.fields, "topic") + " " + shopify_text(row.fields, "uri")}}
    );
    return shopify_payload("webhookSubscription", full_subscription(row));
}

json::value update_subscription(ShopifyShop& shop, const json::object& arguments) {
    auto* row = shop.subscriptions.find(arguments.at("id").as_string());
    if (row == nullptr) {
        return shopify_refusal(
            "webhookSubscription", shopify_user_error({"id"}, "Webhook subscription does not exist")
        );
    }
    auto fields = row->fields;
    auto errors = apply(shop, arguments.at("webhookSubscription").as_object(), fields, row);
    if (!errors.empty()) {
        return shopify_refusal("webhookSubscription", std::move(errors));
    }
    if (fields != row->fields) {
        row->fields = std::move(fields);
        shop.effects.changed("webhook_subscriptions", "update");
    }
    return shopify_payload("webhookSubscription", full_subscription(*row));
}

json::value define_metafield(ShopifyShop& shop, const json::object& arguments) {
    const auto& definition = arguments.at("definition").as_object();
    const auto name = shopify_text(definition, "ownerType") + " " + shopify_text(definition, "namespace") +
                      "." + shopify_text(definition, "key");
    if (shopify_text(definition, "type") != "id") {
        return shopify_refusal(
            "createdDefinition",
            shopify_user_error(
                {"definition", "type"}, "Type must be one this stand-in knows: id", "INCLUSION"
            )
        );
    }
    if (!shop.definitions.insert(name).second) {
        return shopify_refusal(
            "createdDefinition",
            shopify_user_error(
                {"definition", "key"},
                "Key is in use for " + name + " metafields on the 'navette' namespace.",
                "TAKEN"
            )
        );
    }
    json::object made{{"id", shop.next_id("MetafieldDefinition")}};
    return shopify_payload("createdDefinition", std::move(made));
}

json::value find_node(ShopifyShop& shop, const json::object& arguments) {
    const std::string id(arguments.at("id").as_string());
    for (auto* table : {&shop.customers, &shop.products, &shop.orders, &shop.drafts}) {
        if (table->find(id) != nullptr) {
            return json::object{{"id", id}};
        }
    }
    return nullptr;
}

json::object full_event(ShopifyShop&, JsonRow& row) {
    json::object full = row.fields;
    full["__typename"] = "BasicEvent";
    full["id"] = row.id;
    full["action"] = "destroy";
    full["createdAt"] = shopify_time(row.created);
    return full;
}

SearchFields searched(const JsonRow& row) {
    SearchFields found;
    found.texts["action"] = {"destroy"};
    found.texts["subject_type"] = {shopify_text(row.fields, "subjectType")};
    found.created = found.updated = row.created;
    return found;
}

json::value installation(ShopifyShop& shop, const json::object&) {
    json::array scopes;
    std::istringstream all(shop.options.text(
        "scopes",
        "write_customers,write_products,write_orders,write_draft_orders,write_inventory,read_locations"
    ));
    for (std::string scope; std::getline(all, scope, ',');) {
        scopes.push_back(json::object{{"handle", scope}});
    }
    json::object installed;
    installed["accessScopes"] = std::move(scopes);
    return installed;
}

json::value the_shop(ShopifyShop& shop, const json::object&) {
    json::object made;
    made["name"] = "Navette Test";
    made["currencyCode"] = shop.options.text("currency", "EUR");
    return made;
}

}  // namespace

void add_shop_roots(ShopifyRoots& roots) {
    roots["shop"] = {the_shop, ""};
    roots["currentAppInstallation"] = {installation, ""};
    roots["node"] = {find_node, ""};
    roots["events"] = {
        [](ShopifyShop& shop, const json::object& arguments) {
            return json::value(shop.nodes({shop.events, full_event, searched}, arguments));
        },
        ""
    };
    roots["metafieldDefinitionCreate"] = {define_metafield, ""};
    roots["webhookSubscriptions"] = {list_subscriptions, ""};
    roots["webhookSubscriptionCreate"] = {create_subscription, ""};
    roots["webhookSubscriptionUpdate"] = {update_subscription, ""};
}

}  // namespace navette::standin
