// Which node works for which integration: a rule that all nodes come to by themselves.
#include "tests/integration/schema_fixture.hpp"

#include <boost/asio/co_spawn.hpp>
#include <gmock/gmock.h>

#include <map>
#include <set>

namespace navette::store {
namespace {

using test::kLease;
using test::must;
using ::testing::Each;
using ::testing::IsEmpty;

constexpr int kIntegrations = 300;

class LeasePreferenceTest : public test::SchemaTest {
  protected:
    using Owners = std::map<std::string, std::string>;  // integration to node name

    LeasePreferenceTest() {
        add_platform("shop");
        add_platform("desk");
    }

    void connect_many(const std::string& slug = "shop") {
        database_.exec(
            "INSERT INTO navette.tenant_integrations (tenant_id, id, integration_type, enabled, account) "
            "SELECT 'acme', '" +
            slug + "_' || n, '" + slug + "', true, '" + slug +
            "/' || n "
            "FROM generate_series(1, " +
            std::to_string(kIntegrations) + ") n"
        );
    }

    void join(const std::string& name, std::vector<std::string> slugs = {"shop", "desk"}) {
        static int count = 0;
        const auto digits = std::to_string(1000 + ++count);
        const auto id = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaa" + digits;
        must(run(register_node(connection(), id, name, kLease)));
        nodes_[name] = {id, std::move(slugs)};
    }

    std::vector<Ownership> look(const std::string& name) {
        const auto& node = nodes_.at(name);
        return must(run(acquire_leases(connection(), node.id, node.slugs)));
    }

    void release(const std::string& name, std::vector<std::string> integrations) {
        must(run(release_leases(connection(), nodes_.at(name).id, std::move(integrations))));
    }

    /// Every node looks, and gives up what does not stay, until nobody does any more.
    Owners settle() {
        for (const auto& [name, node] : nodes_) {
            look(name);  // each knows the others from here on
        }
        bool moved = true;
        int rounds = 0;
        while (moved) {
            moved = false;
            if (++rounds > 5) {
                ADD_FAILURE() << "the nodes do not agree";
                break;
            }
            for (const auto& [name, node] : nodes_) {
                std::vector<std::string> leaving;
                for (const auto& one : look(name)) {
                    if (!one.stays) {
                        leaving.push_back(one.key.id);
                    }
                }
                if (!leaving.empty()) {
                    release(name, std::move(leaving));
                    moved = true;
                }
            }
        }
        Owners owners;
        const auto rows = database_.exec(
            "SELECT l.integration_id, n.name FROM navette.leases l JOIN navette.nodes n USING (node_id)"
        );
        for (const auto& row : rows) {
            owners[row[0].as<std::string>()] = row[1].as<std::string>();
        }
        return owners;
    }

    static std::map<std::string, int> shares(const Owners& owners) {
        std::map<std::string, int> counts;
        for (const auto& [id, name] : owners) {
            ++counts[name];
        }
        return counts;
    }

    struct Node {
        std::string id;
        std::vector<std::string> slugs;
    };
    std::map<std::string, Node> nodes_;
};

TEST_F(LeasePreferenceTest, EveryIntegrationHasOneOwnerAndTheSharesAreNearlyEqual) {
    connect_many();
    join("a");
    join("b");
    join("c");
    const auto owners = settle();
    EXPECT_EQ(owners.size(), kIntegrations);
    const auto counts = shares(owners);
    EXPECT_EQ(counts.size(), 3U);
    for (const auto& [name, count] : counts) {
        EXPECT_GT(count, kIntegrations / 5) << name;
    }
    EXPECT_EQ(settle(), owners) << "looking again moves nothing";
}

TEST_F(LeasePreferenceTest, OnlyWhatTheNewNodeIsPreferredForMovesAndMovesBackWhenItDies) {
    connect_many();
    join("a");
    join("b");
    const auto before = settle();
    join("c");
    const auto with_third = settle();
    int moved = 0;
    for (const auto& [id, owner] : with_third) {
        if (owner != before.at(id)) {
            ++moved;
            EXPECT_EQ(owner, "c") << id << " moved between nodes that were there before";
        }
    }
    EXPECT_GT(moved, kIntegrations / 5);
    let_expire(nodes_.at("c").id);
    nodes_.erase("c");
    EXPECT_EQ(settle(), before);
}

TEST_F(LeasePreferenceTest, ANodeThatComesBackUnderItsNameGetsWhatItHad) {
    connect_many();
    join("a");
    join("b");
    const auto before = settle();
    join("b");
    EXPECT_EQ(settle(), before);
}

TEST_F(LeasePreferenceTest, AnIntegrationGoesOnlyToANodeThatKnowsItsPlatform) {
    connect_many("shop");
    connect_many("desk");
    join("a", {"shop"});
    join("b", {"desk", "shop"});
    const auto before = settle();
    EXPECT_EQ(before.size(), 2 * kIntegrations) << "a node that cannot take them keeps nobody from it";
    for (const auto& [id, owner] : before) {
        if (id.starts_with("desk")) {
            EXPECT_EQ(owner, "b") << id;
        }
    }
    EXPECT_GT(shares(before)["a"], kIntegrations / 3) << "half of the shops";
    join("b", {"shop"});
    const auto owners = settle();
    EXPECT_EQ(owners.size(), kIntegrations) << "nobody takes what nobody can work for";
    EXPECT_EQ(owners.count("desk_1"), 0U);
}

TEST_F(LeasePreferenceTest, IntegrationsOfOneAccountHaveOneOwner) {
    connect_many();
    database_.exec(
        "UPDATE navette.tenant_integrations SET account = 'one of ten: ' || length(id) || right(id, 1)"
    );
    join("a");
    join("b");
    join("c");
    const auto owners = settle();
    std::map<std::string, std::set<std::string>> per_account;
    for (const auto& [id, owner] : owners) {
        per_account[std::to_string(id.size()) + id.back()].insert(owner);
    }
    EXPECT_EQ(owners.size(), kIntegrations);
    for (const auto& [account, names] : per_account) {
        EXPECT_EQ(names.size(), 1U) << account;
    }
    EXPECT_EQ(shares(owners).size(), 3U);
}

TEST_F(LeasePreferenceTest, AnAccountThatBecomesKnownMovesItsIntegrationToTheAccountsOwner) {
    connect_many();
    join("a");
    join("b");
    const auto owners = settle();
    database_.exec("UPDATE navette.tenant_integrations SET account = 'shop/1'");
    const auto together = settle();
    for (const auto& [id, owner] : together) {
        EXPECT_EQ(owner, owners.at("shop_1")) << id;
    }
}

TEST_F(LeasePreferenceTest, ADrainingNodeIsPreferredForNothingAndKeepsWhatItHasNotGivenUp) {
    connect_many();
    join("a");
    join("b");
    settle();
    must(run(start_draining(connection(), nodes_.at("a").id)));
    const auto before = look("b");
    EXPECT_LT(before.size(), kIntegrations) << "what the draining node owns is not taken from it";
    release("a", {});
    const auto owners = settle();
    EXPECT_EQ(shares(owners)["b"], kIntegrations);
    must(run(start_draining(connection(), nodes_.at("b").id)));
    release("b", {});
    EXPECT_THAT(settle(), IsEmpty()) << "nobody stays to work for them";
}

TEST_F(LeasePreferenceTest, ANodeWhoseRowHasExpiredTakesNothingAndGivesNothingAway) {
    connect_many();
    join("a");
    settle();
    let_expire(nodes_.at("a").id);
    add_integration("acme", "new");
    const auto owned = look("a");
    EXPECT_EQ(owned.size(), kIntegrations);
    for (const auto& one : owned) {
        EXPECT_TRUE(one.stays) << one.key.id;
    }
}

// Between the start of a look and its writing, a node that this look does not see has joined and taken the
// lease.
TEST_F(LeasePreferenceTest, ALeaseThatWentToANodeThisLookDoesNotKnowStaysThere) {
    connect_many();
    join("a");
    settle();
    release("a", {});
    pqxx::connection other(database_.url());
    pqxx::work joining(other);
    joining.exec(
        "INSERT INTO navette.nodes (node_id, name, expires_at, slugs) VALUES "
        "('bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb', 'quick', now() + interval '1 hour', '{shop}')"
    );
    joining.exec(
        "UPDATE navette.leases SET node_id = 'bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb', epoch = epoch + 1 "
        "WHERE integration_id = 'shop_7'"
    );
    std::optional<core::Result<std::vector<Ownership>>> looked;
    const auto& node = nodes_.at("a");
    boost::asio::co_spawn(
        context_,
        acquire_leases(connection(), node.id, node.slugs),
        [&](std::exception_ptr, core::Result<std::vector<Ownership>> owned) { looked = std::move(owned); }
    );
    const std::string waiting =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = "
        "'Lock'";
    // Nothing here hears of another session's wait: it is asked for between steps of our own.
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!looked && database_.number(waiting) == 0 && std::chrono::steady_clock::now() < deadline) {
        context_.restart();
        context_.run_one_for(std::chrono::milliseconds(10));
    }
    ASSERT_FALSE(looked) << "the look must wait for the lease";
    joining.commit();
    test::run_until(context_, [&] { return looked.has_value(); });
    const auto owned = must(std::move(*looked));
    EXPECT_EQ(owned.size(), kIntegrations - 1);
    EXPECT_EQ(
        database_.value("SELECT node_id FROM navette.leases WHERE integration_id = 'shop_7'"),
        "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb"
    );
}

}  // namespace
}  // namespace navette::store
