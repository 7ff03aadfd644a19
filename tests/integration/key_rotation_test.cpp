// Counting and rotating the keys of stored secrets, on a real database and beside others who write.
#include "daemon/engine/key_rotation.hpp"

#include "daemon/engine/integration.hpp"
#include "daemon/store/admin_secrets.hpp"
#include "daemon/store/rows.hpp"
#include "tests/integration/schema_fixture.hpp"
#include "tests/support/version_one_text.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <set>
#include <thread>

namespace navette::engine {
namespace {

using secrets::owner_of;
using secrets::owner_of_oauth;
using secrets::SealedLayout;
using secrets::Vault;
using store::SealedText;
using test::must;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class KeyRotationTest : public test::SchemaTest {
  protected:
    KeyRotationTest() { add_platform("shop"); }

    /// Writes a sealed text into a row, which it adds if need be.
    void put(const std::string& id, const std::string& column, const std::string& sealed) {
        database_.exec(
            "INSERT INTO navette.tenant_integrations (tenant_id, id, integration_type, " + column +
            ") VALUES ('acme', '" + id + "', 'shop', '" + store::bytea_literal(sealed) +
            "') ON CONFLICT (tenant_id, id) DO UPDATE SET " + column + " = excluded." + column
        );
    }

    void put_secret(const Vault& vault, const std::string& id, const std::string& secret) {
        put(id, "config_encrypted", vault.seal(secret, owner_of("acme", id)));
    }

    std::string sealed(const std::string& id, const secrets::SealedColumn& column = kConfig) {
        for (const auto& text : must(store::read_sealed_texts(session_, column, std::nullopt, 1000))) {
            if (text.id == id) {
                return text.sealed;
            }
        }
        return {};
    }

    std::string opened(const Vault& vault, const std::string& id) {
        const auto plain = vault.open(sealed(id), owner_of("acme", id));
        return plain ? *plain : plain.error().message;
    }

    static constexpr const auto& kConfig = secrets::kSealedColumns[0];
    static constexpr const auto& kOauth = secrets::kSealedColumns[1];

    const std::string old_key_ = Vault::generate_key("old");
    const std::string new_key_ = Vault::generate_key("new");
    const Vault old_ = must(Vault::with_key(old_key_));
    const Vault new_ = must(Vault::with_key(new_key_));
    const Vault both_ = must(Vault::with_key(new_key_ + "\n" + old_key_));
    store::AdminSession session_ = must(store::AdminSession::open(database_.url()));
};

TEST_F(KeyRotationTest, EverySecretOpensWithTheNewKeyAloneAfterwards) {
    put_secret(old_, "a", "secret a");
    put("b", "config_encrypted", test::seal_as_version_one(old_key_, "secret b", owner_of("acme", "b")));
    put_secret(new_, "c", "secret c");
    put("c", "oauth_encrypted", old_.seal("token c", owner_of_oauth("acme", "c")));
    const auto untouched = sealed("c");

    const auto rotation = must(rotate_keys(session_, both_));
    EXPECT_EQ(rotation.rewrapped, 3);
    EXPECT_EQ(rotation.current, 1);
    EXPECT_EQ(rotation.unopened + rotation.contended + rotation.taken_again, 0);
    EXPECT_EQ(opened(new_, "a"), "secret a");
    EXPECT_EQ(opened(new_, "b"), "secret b");
    EXPECT_EQ(sealed("c"), untouched);
    EXPECT_EQ(new_.open(sealed("c", kOauth), owner_of_oauth("acme", "c")), "token c");
}

TEST_F(KeyRotationTest, ASecondRunFindsNothingToDo) {
    for (int n = 0; n < 450; ++n) {  // more than two pages
        put_secret(n % 2 == 0 ? old_ : new_, "int_" + std::to_string(n), "s" + std::to_string(n));
    }
    const auto first = must(rotate_keys(session_, both_));
    EXPECT_EQ(first.rewrapped, 225);
    EXPECT_EQ(first.current, 225);
    const auto second = must(rotate_keys(session_, both_));
    EXPECT_EQ(second.rewrapped, 0);
    EXPECT_EQ(second.current, 450);
    EXPECT_EQ(opened(new_, "int_448"), "s448");
}

TEST_F(KeyRotationTest, TheOwnerIsToldByTheRowsVersion) {
    put_secret(old_, "a", "x");
    put_secret(new_, "b", "y");
    const auto version = [&](const std::string& id) {
        return database_.number("SELECT version FROM navette.tenant_integrations WHERE id = '" + id + "'");
    };
    const auto before_a = version("a");
    const auto before_b = version("b");
    must(rotate_keys(session_, both_));
    EXPECT_EQ(version("a"), before_a + 1);
    EXPECT_EQ(version("b"), before_b);
}

TEST_F(KeyRotationTest, ATextThatChangedSinceItWasReadIsNotOverwritten) {
    put_secret(old_, "a", "before");
    const SealedText read = must(store::read_sealed_texts(session_, kConfig, std::nullopt, 1)).front();
    put_secret(old_, "a", "after");
    EXPECT_FALSE(must(store::replace_sealed_text(session_, kConfig, read, "anything")));
    EXPECT_EQ(opened(old_, "a"), "after");
    database_.exec("DELETE FROM navette.tenant_integrations");
    EXPECT_FALSE(must(store::replace_sealed_text(session_, kConfig, read, "anything")));
}

TEST_F(KeyRotationTest, NoChangeOfAnybodyElseIsLostWhileItRuns) {
    constexpr int kRows = 20;
    const auto id = [](int n) { return "int_" + std::to_string(n); };
    for (int n = 0; n < kRows; ++n) {
        put_secret(old_, id(n), "0");
    }
    // Somebody sets secrets all the time, with a daemon's old configuration; rotation runs against it.
    std::atomic<bool> stop = false;
    std::vector<int> last(kRows, 0);
    std::thread writer([&] {
        pqxx::connection connection(database_.url());
        for (int round = 1; !stop; ++round) {
            for (int n = 0; n < kRows; ++n) {
                pqxx::work work(connection);
                work.exec(
                    "UPDATE navette.tenant_integrations SET config_encrypted = '" +
                    store::bytea_literal(old_.seal(std::to_string(round), owner_of("acme", id(n)))) +
                    "' WHERE id = '" + id(n) + "'"
                );
                work.commit();
                last[static_cast<std::size_t>(n)] = round;
            }
        }
    });
    long rewrapped = 0;
    for (int run = 0; run < 20; ++run) {
        const auto rotation = rotate_keys(session_, both_);
        EXPECT_TRUE(rotation.has_value());
        rewrapped += rotation ? rotation->rewrapped : 0;
    }
    stop = true;
    writer.join();
    EXPECT_GT(rewrapped, 0);
    for (int n = 0; n < kRows; ++n) {
        EXPECT_EQ(opened(both_, id(n)), std::to_string(last[static_cast<std::size_t>(n)])) << id(n);
    }
}

TEST_F(KeyRotationTest, WhatDoesNotOpenIsLeftAsItIsAndTold) {
    const auto lost = must(Vault::with_key(Vault::generate_key("lost")));
    put_secret(lost, "a", "x");
    put("b", "config_encrypted", "no sealed text");
    put("c", "config_encrypted", old_.seal("x", owner_of("acme", "a")));  // copied from another row
    put_secret(old_, "d", "y");
    const auto before = sealed("a") + sealed("b") + sealed("c");

    const auto rotation = must(rotate_keys(session_, both_));
    EXPECT_EQ(rotation.rewrapped, 1);
    EXPECT_EQ(rotation.unopened, 3);
    EXPECT_EQ(sealed("a") + sealed("b") + sealed("c"), before);

    const auto census = must(count_key_uses(session_, both_));
    EXPECT_EQ(census.unopened, 3);
    ASSERT_EQ(census.examples.size(), 3U);
    EXPECT_EQ(census.examples[0].id, "a");
    EXPECT_THAT(census.examples[0].reason, HasSubstr("'lost', which is missing here"));
    EXPECT_THAT(census.examples[1].reason, HasSubstr("not in a form"));
    EXPECT_THAT(census.examples[2].reason, HasSubstr("belongs to another row"));
}

TEST_F(KeyRotationTest, TheCensusCountsRowsByColumnKeyAndLayout) {
    put_secret(old_, "a", "x");
    put_secret(old_, "b", "x");
    put("c", "config_encrypted", test::seal_as_version_one(old_key_, "x", owner_of("acme", "c")));
    put_secret(new_, "d", "x");
    put("d", "oauth_encrypted", new_.seal("t", owner_of_oauth("acme", "d")));

    const auto lines = [](const KeyCensus& census) {
        std::vector<std::string> told;
        for (const auto& use : census.uses) {
            told.push_back(
                use.column + " " + use.key + (use.layout == SealedLayout::direct ? " v1 " : " ") +
                std::to_string(use.rows) + " " + std::to_string(use.unopened)
            );
        }
        return told;
    };
    EXPECT_THAT(
        lines(must(count_key_uses(session_, new_))),
        ElementsAre(
            "tenant_integrations.config_encrypted new 1 0",
            "tenant_integrations.config_encrypted old v1 1 1",
            "tenant_integrations.config_encrypted old 2 2",
            "tenant_integrations.oauth_encrypted new 1 0"
        )
    );
    EXPECT_EQ(must(count_key_uses(session_, both_)).unopened, 0);
    EXPECT_EQ(must(count_key_uses(session_, std::nullopt)).unopened, 5);
}

TEST_F(KeyRotationTest, EverySealedColumnOfTheSchemaIsInTheList) {
    // What lives for minutes only needs no rotation.
    const std::set<std::string> passing{"oauth_states"};
    std::set<std::string> listed;
    for (const auto& column : secrets::kSealedColumns) {
        listed.insert(std::string(column.table) + "." + std::string(column.column));
    }
    for (const auto& row : database_.exec(
             "SELECT c.table_name, c.column_name FROM information_schema.columns c JOIN "
             "information_schema.tables t USING (table_schema, table_name) WHERE c.table_schema = 'navette' "
             "AND t.table_type = 'BASE TABLE' AND c.data_type = 'bytea' "
             "AND c.column_name ~ '(encrypted|sealed)'"
         )) {
        const std::string table = row[0].as<std::string>();
        const auto name = table + "." + row[1].as<std::string>();
        if (!passing.contains(table)) {
            EXPECT_EQ(listed.erase(name), 1U) << name << " is missing in secrets::kSealedColumns";
        }
    }
    EXPECT_TRUE(listed.empty()) << *listed.begin() << " is no column of the schema";
}

}  // namespace
}  // namespace navette::engine
