// What the tests of the Dolibarr connector share: the connector itself, and one operation pushed through it.
#pragma once

#include "tests/support/scripted_session.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

extern "C" navette::sdk::Connector* navette_connector_create();

namespace navette::dolibarr::test {

namespace json = sdk::json;
using sdk::OutcomeKind;
using support::run;
using support::ScriptedSession;
using Transport = sdk::TransportFailure::Kind;

/// An error answer as Dolibarr writes it: message and details.
inline std::string error_body(
    int code, const std::string& message, const std::vector<std::string>& details = {}
) {
    json::object error{{"code", code}, {"message", message}};
    for (std::size_t index = 0; index < details.size(); ++index) {
        error[std::to_string(index)] = details[index];
    }
    return json::serialize(json::object{{"error", std::move(error)}});
}

class DolibarrTest : public ::testing::Test {
  protected:
    static sdk::Operation operation(std::string object, std::string_view fields) {
        sdk::Operation made;
        made.object = std::move(object);
        made.entity_id = "1";
        made.key = "nv-1";
        made.fields = json::parse(fields).as_object();
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

}  // namespace navette::dolibarr::test
