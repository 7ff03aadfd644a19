#include "daemon/config/sync_rules.hpp"

#include "manifest_file.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace navette::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// The sample shop, whose customers are read back and can be archived.
class SyncRulesOfAShop : public ::testing::Test {
  protected:
    void SetUp() override {
        auto shop = testing::load_shop(testing::manifest_with(
            "    natural_keys: [email]\n    mapping:\n"
            "      - {local: email, remote: mail, required: true, transforms: [trim, lower]}\n",
            "    archive: {status: ARCHIVED}\n    mapping:\n"
            "      - {local: email, remote: mail, direction: both}\n"
            "      - {local: address.city, remote: city, direction: from_platform}\n"
            "      - {local: code, remote: code}\n"
        ));
        ASSERT_TRUE(shop) << shop.error().front().text();
        shop_ = std::move(*shop);
    }

    [[nodiscard]] auto read(std::string_view rules) const {
        return read_sync_rules(boost::json::parse(boost::json::string_view(rules)).as_object(), shop_);
    }

    [[nodiscard]] SyncRules rules(std::string_view text) const {
        auto read_rules = read(text);
        EXPECT_TRUE(read_rules) << read_rules.error().front();
        return read_rules ? *read_rules : SyncRules();
    }

    [[nodiscard]] std::vector<std::string> mistakes(std::string_view rules) const {
        const auto read_rules = read(rules);
        return read_rules ? std::vector<std::string>() : read_rules.error();
    }

    Manifest shop_;
};

TEST_F(SyncRulesOfAShop, WithoutAWordTheNewestWinsDeletesAreIgnoredAndChangesGoToLinkedIntegrations) {
    const auto none = rules("{}");
    EXPECT_EQ(none.rule_of("customer", "email"), ConflictRule::newest_wins);
    EXPECT_EQ(none.deletes_of("customer"), DeleteRule::ignore);
    EXPECT_EQ(none.spread, Spread::linked);
    EXPECT_FALSE(none.looks_first("customer"));
}

TEST_F(SyncRulesOfAShop, AFieldsOwnRuleGoesBeforeTheIntegrations) {
    const auto read_rules =
        rules(R"({"conflicts": "local_wins", "fields": {"customer.email": "newest_wins"}})");
    EXPECT_EQ(read_rules.rule_of("customer", "email"), ConflictRule::newest_wins);
    EXPECT_EQ(read_rules.rule_of("customer", "address.city"), ConflictRule::local_wins);
    EXPECT_EQ(read_rules.rule_of("order", "email"), ConflictRule::local_wins);
    EXPECT_EQ(read_rules.rule_of("customer", "email_2"), ConflictRule::local_wins);
}

TEST_F(SyncRulesOfAShop, ARuleForAPartOfTheRecordHoldsForAllFieldsInItUnlessTheyHaveTheirOwn) {
    const auto read_rules =
        rules(R"({"fields": {"customer.address": "manual", "customer.address.city": "local_wins"}})");
    EXPECT_EQ(read_rules.rule_of("customer", "address.street"), ConflictRule::manual);
    EXPECT_EQ(read_rules.rule_of("customer", "address.city"), ConflictRule::local_wins);
    EXPECT_EQ(read_rules.rule_of("customer", "addressee"), ConflictRule::newest_wins);
}

TEST_F(SyncRulesOfAShop, APushLooksFirstWhereAnyFieldOfTheObjectMayKeepThePlatformsValue) {
    EXPECT_TRUE(rules(R"({"conflicts": "platform_wins"})").looks_first("order"));
    EXPECT_TRUE(rules(R"({"conflicts": "manual"})").looks_first("customer"));
    const auto one_field = rules(R"({"conflicts": "local_wins", "fields": {"customer.email": "manual"}})");
    EXPECT_TRUE(one_field.looks_first("customer"));
    EXPECT_FALSE(one_field.looks_first("order"));
    EXPECT_FALSE(one_field.looks_first("custom"));
}

TEST_F(SyncRulesOfAShop, DeletesAreRuledObjectByObject) {
    const auto read_rules =
        rules(R"({"deletes": {"customer": "archive", "order": "delete"}, "spread": "all"})");
    EXPECT_EQ(read_rules.deletes_of("customer"), DeleteRule::archive);
    EXPECT_EQ(read_rules.deletes_of("order"), DeleteRule::remove);
    EXPECT_EQ(read_rules.spread, Spread::all);
    EXPECT_EQ(rules(R"({"spread": "none"})").spread, Spread::none);
}

TEST_F(SyncRulesOfAShop, EveryMistakeIsTold) {
    EXPECT_THAT(
        mistakes(
            R"({"conflict": "manual", "conflicts": "oldest_wins", "spread": 1, "fields": {"email": "manual", "custmer.email": "manual",
                "customer.emial": "manual", "customer.code": "manual", "customer.email": "never", "note.text": "manual"},
                "deletes": {"order": "archive", "customer": "delete", "house": "ignore", "note": "ignore"}})"
        ),
        ElementsAre(
            "conflict: unknown key, did you mean 'conflicts'?",
            "conflicts: 'oldest_wins' is no rule, expected newest_wins, local_wins, platform_wins or manual",
            "spread: is no text, expected none, linked or all",
            "fields.email: names no field, expected an object and a local path such as contact.email",
            "fields.custmer.email: 'custmer' is no object of Shop, did you mean 'customer'?",
            "fields.customer.emial: 'emial' is no field that is read back from Shop's customer, did you mean "
            "'email'?",
            "fields.customer.code: 'code' is no field that is read back from Shop's customer",
            "fields.customer.email: 'never' is no rule, expected newest_wins, local_wins, platform_wins or "
            "manual",
            "fields.note.text: note goes to the platform only, so there is nothing to settle",
            "deletes.order: 'archive' is not possible: Shop has no archive for its order",
            "deletes.customer: 'delete' is not possible: Shop's customer cannot be deleted",
            "deletes.house: 'house' is no object of Shop",
            "deletes.note: note goes to the platform only, so there is nothing to settle"
        )
    );
    EXPECT_THAT(mistakes(R"({"fields": [], "deletes": "all"})").size(), 2);
    EXPECT_THAT(mistakes(R"({"unrelated": 1})").front(), HasSubstr("expected conflicts, fields"));
}

TEST(ConflictRuleNames, GoBothWays) {
    for (const auto* name : {"newest_wins", "local_wins", "platform_wins", "manual"}) {
        ASSERT_TRUE(conflict_rule(name)) << name;
        EXPECT_EQ(to_string(*conflict_rule(name)), name);
    }
    EXPECT_FALSE(conflict_rule("oldest_wins"));
    EXPECT_FALSE(conflict_rule(""));
}

TEST(ManifestObjects, ArchiveAndEntityAreReadAndTheEntityIsTheObjectsNameByDefault) {
    const auto shop = testing::load_shop(testing::manifest_with(
        "    remote: parties\n",
        "    remote: parties\n    entity: prospect\n    archive: {status: ARCHIVED, flags: {hidden: true}}\n"
    ));
    ASSERT_TRUE(shop);
    EXPECT_EQ(shop->object("customer")->entity, "prospect");
    EXPECT_EQ(
        boost::json::value(shop->object("customer")->archive),
        boost::json::parse(R"({"status": "ARCHIVED", "flags": {"hidden": true}})")
    );
    EXPECT_EQ(shop->object("order")->entity, "order");
    EXPECT_TRUE(shop->object("order")->archive.empty());
}

TEST(ManifestObjects, AnArchiveThatIsNoMapOrOfAnObjectWithoutLinksIsRefused) {
    const auto with = [](const std::string& keys) {
        return testing::shop_mistakes(
            testing::manifest_with("    remote: parties\n", "    remote: parties\n" + keys)
        );
    };
    EXPECT_THAT(with("    archive: yes\n"), ElementsAre(HasSubstr("customer.archive: is not a map")));
    EXPECT_THAT(with("    archive: {}\n"), ElementsAre(HasSubstr("customer.archive: is not a map")));
    EXPECT_THAT(
        with("    entity: Prospect 7\n"),
        ElementsAre(HasSubstr("customer.entity: 'Prospect 7' is not a name"))
    );
    EXPECT_THAT(
        testing::shop_mistakes(testing::manifest_with(
            "  note: {every_event: true,", "  note: {links: none, archive: {done: true}, every_event: true,"
        )),
        ElementsAre(HasSubstr("note.archive: has no use with `links: none`"))
    );
}

}  // namespace
}  // namespace navette::config
