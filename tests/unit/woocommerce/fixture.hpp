// What the tests of the WooCommerce connector share: the connector itself, and operations pushed through it.
#pragma once

#include "tests/support/scripted_session.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

extern "C" navette::sdk::Connector* navette_connector_create();

namespace navette::woocommerce::test {

namespace json = sdk::json;
using sdk::OutcomeKind;
using support::run;
using support::ScriptedSession;
using Transport = sdk::TransportFailure::Kind;

/// An error as WooCommerce writes it.
inline std::string error_body(
    const std::string& code, int status, const std::string& message = "words", const std::string& data = ""
) {
    return R"({"code":")" + code + R"(","message":")" + message + R"(","data":{"status":)" +
           std::to_string(status) + data + "}}";
}

class WooCommerceTest : public ::testing::Test {
  protected:
    WooCommerceTest() {
        session_.set("site_url", "https://shop.test");
        session_.set("currency", "EUR");
        session_.set("tax_classes", json::parse(R"({"20":"","5.5":"reduced-rate","0":"zero-rate"})"));
    }

    static sdk::Operation operation(
        std::string object, std::string_view fields, std::string key = "shop-x-1", std::string remote_id = {}
    ) {
        sdk::Operation made;
        made.object = std::move(object);
        made.entity_id = "1";
        made.key = std::move(key);
        made.remote_id = std::move(remote_id);
        made.fields = json::parse(fields).as_object();
        return made;
    }

    std::vector<sdk::Outcome> push(std::vector<sdk::Operation> batch) {
        const auto count = batch.size();
        auto outcomes = run(connector_->push(session_, std::move(batch)));
        EXPECT_EQ(outcomes.size(), count);
        outcomes.resize(count);
        return outcomes;
    }
    sdk::Outcome push(sdk::Operation made) {
        std::vector<sdk::Operation> batch;
        batch.push_back(std::move(made));
        return push(std::move(batch)).front();
    }
    static sdk::Operation in_doubt(sdk::Operation made) {
        made.maybe_applied = true;
        return made;
    }

    std::unique_ptr<sdk::Connector> connector_{navette_connector_create()};
    ScriptedSession session_;
};

}  // namespace navette::woocommerce::test
