// What the tests of a connector share: the connector itself behind a scripted session, and operations pushed
// through it.
#pragma once

#include "tests/support/scripted_session.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

extern "C" navette::sdk::Connector* navette_connector_create();

namespace navette::support {

class ConnectorTest : public ::testing::Test {
  protected:
    using Transport = sdk::TransportFailure::Kind;

    /// An upsert of record 1 with the key "nv-1", unless told otherwise.
    static sdk::Operation operation(
        std::string object, std::string_view fields, std::string remote_id = {}, std::string number = "1"
    ) {
        sdk::Operation made;
        made.object = std::move(object);
        made.key = "nv-" + number;
        made.entity_id = std::move(number);
        made.remote_id = std::move(remote_id);
        made.fields = sdk::json::parse(fields).as_object();
        return made;
    }

    static sdk::Operation removal(std::string object, std::string remote_id, std::string number = "1") {
        auto made = operation(std::move(object), "{}", std::move(remote_id), std::move(number));
        made.action = sdk::Action::remove;
        return made;
    }

    std::vector<sdk::Outcome> push_all(std::vector<sdk::Operation> batch) {
        const auto expected = batch.size();
        auto outcomes = run(connector_->push(session_, std::move(batch)));
        EXPECT_EQ(outcomes.size(), expected);
        outcomes.resize(expected);
        return outcomes;
    }

    sdk::Outcome push(sdk::Operation made) {
        std::vector<sdk::Operation> batch;
        batch.push_back(std::move(made));
        return push_all(std::move(batch)).front();
    }

    /// The connection test's sentence; empty where `ok` is another than expected.
    std::string sentence_of_test(bool ok) {
        const auto report = run(connector_->test(session_));
        EXPECT_EQ(report.ok, ok) << report.sentence;
        return report.ok == ok ? report.sentence : std::string();
    }

    std::unique_ptr<sdk::Connector> connector_{navette_connector_create()};
    ScriptedSession session_;
};

}  // namespace navette::support
