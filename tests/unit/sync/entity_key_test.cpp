#include "daemon/sync/entity_key.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace navette::sync {
namespace {

TEST(EntityKey, ReadsAsTenantObjectAndIdWhereItCan) {
    EXPECT_EQ(entity_key("lumira", "order", "LU240515001"), "lumira-order-LU240515001");
    EXPECT_EQ(entity_key("lumira", "order", "a.b_c-d"), "lumira-order-a.b_c-d");
    EXPECT_EQ(entity_key("lumira", "order", std::string(35, 'x')), "lumira-order-" + std::string(35, 'x'));
}

TEST(EntityKey, LongOnesAreCutAndHashed) {
    const std::string key = entity_key("lumira", "order", std::string(36, 'x'));
    EXPECT_EQ(key.size(), 48U);
    EXPECT_EQ(key.substr(0, 32), "lumira-order-" + std::string(18, 'x') + "-");
    EXPECT_NE(key, entity_key("lumira", "order", std::string(37, 'x')));
    EXPECT_NE(key, entity_key("lumira", "order", std::string(35, 'x') + "y"));
}

TEST(EntityKey, OtherCharactersAreReplacedAndHashed) {
    const std::string key = entity_key("lumira", "customer", "a b@exemple.fr");
    EXPECT_EQ(key.substr(0, key.size() - 16), "lumira-customer-a-b-exemple.fr-");
    EXPECT_NE(key, entity_key("lumira", "customer", "a-b@exemple.fr"));
    EXPECT_EQ(
        entity_key("lumira", "customer", "é\n\"")
            .find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789._-"),
        std::string::npos
    );
    EXPECT_EQ(entity_key("lumira", "customer", std::string("\0x", 2)).find('\0'), std::string::npos);
}

TEST(EntityKey, IsTheSameInEveryVersion) {
    EXPECT_EQ(
        entity_key("lumira", "customer", "a b@exemple.fr"), "lumira-customer-a-b-exemple.fr-b3d6159c372fd209"
    );
}

TEST(EntityKey, RecordsThatReadAlikeShareNoKey) {
    const std::string hashed = entity_key("t", "order", "1 2");
    const std::set<std::string> keys{
        entity_key("a-b", "c", "1"),
        entity_key("a", "b-c", "1"),
        entity_key("a", "b", "c-1"),
        entity_key("a-b-c", "1", ""),
        hashed,
        entity_key("t", "order", hashed.substr(8)),
    };
    EXPECT_EQ(keys.size(), 6U);
}

}  // namespace
}  // namespace navette::sync
