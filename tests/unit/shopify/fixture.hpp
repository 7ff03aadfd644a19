// What the tests of the Shopify connector share: the connector itself, and GraphQL calls expected by
// document.
#pragma once

#include "documents.hpp"
#include "tests/support/scripted_session.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

extern "C" navette::sdk::Connector* navette_connector_create();

namespace navette::shopify::test {

namespace json = sdk::json;
using sdk::OutcomeKind;
using support::run;
using support::ScriptedSession;
using Transport = sdk::TransportFailure::Kind;

class ShopifyTest : public ::testing::Test {
  protected:
    ShopifyTest() {
        session_.set("shop", "navette-test");
        session_.set("currency", "EUR");
        // Nobody has to look for bulk operations that an earlier process left running.
        session_.remember("bulk_quiet_customer", true);
        session_.remember("bulk_quiet_product", true);
    }

    /// A call with this document, whose variables hold at least these.
    ScriptedSession::Exchange& expect(std::string_view document, std::string_view variables = "{}") {
        json::object body;
        body["query"] = document;
        body["variables"] = json::parse(variables);
        return session_.expect("POST /admin/api/2026-10/graphql.json").with(json::serialize(body));
    }
    static std::string data(const std::string& members) { return R"({"data":{)" + members + "}}"; }
    static std::string user_error(
        const std::string& mutation,
        const std::string& code,
        const std::string& field = R"(["input","email"])"
    ) {
        return data(
            "\"" + mutation + R"(":{"userErrors":[{"field":)" + field + R"(,"message":"words of Shopify")" +
            (code.empty() ? "" : R"(,"code":")" + code + "\"") + "}]}"
        );
    }
    void expect_definition(const std::string& owner) {
        expect(
            documents::kDefineKey,
            R"({"definition":{"namespace":"navette","key":"id","type":"id","ownerType":")" + owner + "\"}}"
        )
            .answer(
                200, data(R"("metafieldDefinitionCreate":{"createdDefinition":{"id":"d"},"userErrors":[]})")
            );
    }

    static sdk::Operation operation(std::string object, std::string_view fields, std::string remote_id = {}) {
        sdk::Operation made;
        made.object = std::move(object);
        made.entity_id = "1";
        made.key = "shop-x-1";
        made.remote_id = std::move(remote_id);
        made.fields = json::parse(fields).as_object();
        return made;
    }
    static sdk::Operation in_doubt(sdk::Operation made) {
        made.maybe_applied = true;
        return made;
    }
    sdk::Outcome push(sdk::Operation made) {
        std::vector<sdk::Operation> batch;
        batch.push_back(std::move(made));
        const auto outcomes = run(connector_->push(session_, std::move(batch)));
        EXPECT_EQ(outcomes.size(), 1U);
        return outcomes.empty() ? sdk::Outcome() : outcomes.front();
    }

    std::unique_ptr<sdk::Connector> connector_{navette_connector_create()};
    ScriptedSession session_;
};

}  // namespace navette::shopify::test
