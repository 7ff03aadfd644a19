// What most integration tests begin with: a migrated database, a connection of the store to it, and a
// platform "shop" to connect tenants to.
#pragma once

#include "daemon/store/connection.hpp"
#include "daemon/store/leases.hpp"
#include "tests/support/run_async.hpp"
#include "tests/support/test_database.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace navette::test {

inline constexpr const char* kNode = "11111111-1111-4111-8111-111111111111";
inline constexpr const char* kOtherNode = "22222222-2222-4222-8222-222222222222";
inline constexpr std::chrono::milliseconds kLease{60'000};

class SchemaTest : public ::testing::Test {
  protected:
    ~SchemaTest() override {
        connection_.reset();
        context_.restart();
        context_.poll();  // the connection's reading loop ends
    }

    template <class T>
    T run(boost::asio::awaitable<T> task) {
        return run_async(context_, std::move(task));
    }

    /// A further connection to the test's database.
    std::unique_ptr<store::Connection> open(const std::string& conninfo = {}) {
        return must(run(
            store::Connection::open(context_.get_executor(), conninfo.empty() ? database_.url() : conninfo)
        ));
    }

    store::Connection& connection() {
        if (!connection_) {
            connection_ = open();
        }
        return *connection_;
    }

    void add_platform(
        const std::string& slug, const std::string& events = "{}", const std::string& objects = "{}"
    ) {
        database_.exec(
            "INSERT INTO navette.available_integrations (slug, name, category, auth_type, supported_events, "
            "supported_objects) VALUES ('" +
            slug + "', '" + slug + "', 'erp', 'none', '" + events + "', '" + objects + "')"
        );
    }

    void add_integration(
        const std::string& tenant,
        const std::string& id,
        const std::string& slug = "shop",
        const std::string& direction = "bidirectional",
        bool enabled = true
    ) {
        database_.exec(
            "INSERT INTO navette.tenant_integrations (tenant_id, id, integration_type, sync_direction, "
            "enabled) "
            "VALUES ('" +
            tenant + "', '" + id + "', '" + slug + "', '" + direction + "', " + (enabled ? "true" : "false") +
            ")"
        );
    }

    /// Puts one job into the queue, by its table, and returns its id. `more` is further "column = value"
    /// pairs set afterwards.
    long add_job(
        const std::string& entity_id, const std::string& more = {}, const std::string& entity_type = "item"
    ) {
        const auto id = database_.number(
            "INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id) "
            "VALUES ('acme', 'int_1', '" +
            entity_type + ".changed', '" + entity_type + "', '" + entity_id + "') RETURNING id"
        );
        if (!more.empty()) {
            database_.exec("UPDATE navette.sync_queue SET " + more + " WHERE id = " + std::to_string(id));
        }
        return id;
    }

    /// Registers a node and lets it take what is free.
    std::vector<store::Ownership> take_over(const std::string& node, const std::string& name) {
        must(run(store::register_node(connection(), node, name, kLease)));
        return acquire(node);
    }

    std::vector<store::Ownership> acquire(const std::string& node) {
        return must(run(store::acquire_leases(connection(), node, {"shop"})));
    }

    void let_expire(const std::string& node) {
        database_.exec(
            "UPDATE navette.nodes SET expires_at = now() - interval '1 second' WHERE node_id = '" + node + "'"
        );
    }

    boost::asio::io_context context_{1};
    TestDatabase database_;

  private:
    std::unique_ptr<store::Connection> connection_;
};

/// The same with integration int_1 of tenant acme, owned by kNode with epoch 1.
class OwnedIntegrationTest : public SchemaTest {
  protected:
    OwnedIntegrationTest() {
        add_platform("shop");
        add_integration("acme", "int_1");
        take_over(kNode, "a");
    }

    const store::IntegrationKey key_{"acme", "int_1"};
};

}  // namespace navette::test
