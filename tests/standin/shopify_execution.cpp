#include "tests/standin/shopify_execution.hpp"

#include "tests/standin/shopify_projection.hpp"
#include "tests/standin/shopify_resolvers.hpp"
#include "tests/standin/shopify_validation.hpp"

#include <boost/json.hpp>

#include <utility>

namespace navette::standin {

namespace json = boost::json;

namespace {

const ShopifyRoots& roots() {
    static const ShopifyRoots all = [] {
        ShopifyRoots made;
        add_customer_roots(made);
        add_product_roots(made);
        add_inventory_roots(made);
        add_order_roots(made);
        add_draft_order_roots(made);
        add_shop_roots(made);
        add_bulk_roots(made);
        return made;
    }();
    return all;
}

/// The arguments of a root field, with the key of its directive @idempotent.
json::object arguments_of(const graphql::Field& field, const json::object& variables) {
    auto arguments = graphql::with_variables(field.arguments, variables).as_object();
    for (const auto& directive : field.directives) {
        if (directive.name == "idempotent") {
            const auto given = graphql::with_variables(directive.arguments, variables).as_object();
            arguments["@idempotent"] = given.at("key");
        }
    }
    return arguments;
}

void require_scope(const SiteOptions& options, const std::string& field, const std::string& scope) {
    const auto held = "," + options.text("scopes", "") + ",";
    if (scope.empty() || held == ",,") {
        return;
    }
    const auto what = scope.substr(scope.find('_'));
    const bool may = held.find("," + scope + ",") != std::string::npos ||
                     held.find(",write" + what + ",") != std::string::npos;
    if (!may) {
        throw ShopifyError(
            "Access denied for " + field + " field. Required access: `" + scope + "` access scope.",
            "ACCESS_DENIED"
        );
    }
}

}  // namespace

json::value answer_root(ShopifyShop& shop, const graphql::Field& field) {
    const auto& root = roots().at(field.name);
    require_scope(shop.options, field.name, root.scope);
    return root.answer(shop, arguments_of(field, {}));
}

ShopifyExecution execute(
    ShopifyShop& shop, const graphql::Operation& operation, const json::object& variables
) {
    ShopifyExecution done;
    json::object full;
    for (const auto& field : operation.fields) {
        try {
            const auto& root = roots().at(field.name);
            require_scope(shop.options, field.name, root.scope);
            full[field.name] = root.answer(shop, arguments_of(field, variables));
            const auto cut =
                graphql::project(full, operation.is_mutation ? "Mutation" : "QueryRoot", {field}, variables);
            done.data[field.alias] = cut.object.at(field.alias);
            done.cost += operation.is_mutation ? 10 : cut.cost;
        } catch (const ShopifyError& refused) {
            auto error = graphql::error(refused.what(), refused.code);
            error["path"] = json::array{field.alias};
            done.errors.push_back(std::move(error));
            done.data[field.alias] = nullptr;
        } catch (const graphql::BadCursor& refused) {
            done.errors.push_back(graphql::error(refused.what(), "BAD_REQUEST"));
            done.data[field.alias] = nullptr;
        }
    }
    return done;
}

}  // namespace navette::standin
