// A tenant's rule checked beside the connector's and the tenant's others, before it is stored and when the
// integration is put together.
#include "daemon/engine/mapping_draft.hpp"

#include "daemon/engine/tailored_manifest.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace navette::engine {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

std::vector<config::TenantRule> own(const std::string& json) {
    return config::read_tenant_rules(boost::json::parse(json).as_array());
}

class MappingDraft : public ::testing::Test {
  protected:
    MappingDraft() {
        connector_->manifest.slug = "shop";
        auto& object = connector_->manifest.objects.emplace_back();
        object.name = "contact";
        for (const auto* name : {"phone", "email"}) {
            auto& rule = object.mapping.emplace_back();
            rule.where = config::Location("shop.yaml", 10 + static_cast<int>(object.mapping.size()));
            rule.local = name;
            rule.remote = name;
            rule.direction = config::MappingDirection::both;
        }
    }

    /// "remote_path: sentence", empty where the rule can hold.
    [[nodiscard]] std::string verdict(const std::string& rule, const std::string& others = "[]") const {
        const auto mistake = mistake_of(own("[" + rule + "]").front(), own(others), connector_->manifest);
        return mistake ? mistake->field + ": " + mistake->sentence : "";
    }

    std::shared_ptr<plugins::LoadedConnector> connector_ = std::make_shared<plugins::LoadedConnector>();
};

TEST_F(MappingDraft, ARuleThatFitsIsNoMistake) {
    EXPECT_EQ(verdict(R"({"object": "contact", "local_path": "mobile", "remote_path": "phone"})"), "");
    EXPECT_EQ(verdict(R"({"object": "contact", "remote_path": "phone", "mapped": false})"), "");
}

TEST_F(MappingDraft, AMistakeNamesTheFieldOfTheRule) {
    EXPECT_THAT(
        verdict(
            R"({"object": "contact", "local_path": "a", "remote_path": "b", "transforms": ["trim", "shout"]})"
        ),
        HasSubstr("transforms[1]: local a: there is no transform 'shout'")
    );
    EXPECT_THAT(
        verdict(
            R"({"object": "contact", "local_path": "a", "remote_path": "b", "direction": "both", "transforms": [{"truncate": 3}]})"
        ),
        HasSubstr("transforms[0]: local a: transform truncate has no way back")
    );
    EXPECT_THAT(verdict(R"({"object": "contact", "remote_path": "b"})"), HasSubstr("local_path: "));
    EXPECT_THAT(
        verdict(R"({"object": "contact", "local_path": "a", "remote_path": "b..c"})"),
        HasSubstr("remote_path: ")
    );
    EXPECT_THAT(
        verdict(R"({"object": "planet", "local_path": "a", "remote_path": "b"})"),
        HasSubstr("object: shop has no object 'planet'; it has contact")
    );
    EXPECT_THAT(
        verdict(R"({"object": "contact", "local_path": "a", "remote_path": "phone", "mapped": false})"),
        HasSubstr("local_path: a field that is not mapped has no local path")
    );
}

TEST_F(MappingDraft, ATargetThatTheConnectorWritesAlreadyIsNamedWithItsPlace) {
    const std::string mobile(
        R"({"object": "contact", "local_path": "phone", "remote_path": "mobile", "direction": "both"})"
    );
    EXPECT_THAT(
        verdict(mobile), HasSubstr("local_path: local phone is already written by the rule of shop.yaml:11")
    );
    EXPECT_EQ(verdict(mobile, R"([{"object": "contact", "remote_path": "phone", "mapped": false}])"), "")
        << "once the other one is off";
}

TEST_F(MappingDraft, ASwitchThatAnotherRuleNeedsCannotBeTakenAway) {
    const auto all = own(
        R"([{"id": "map_off", "object": "contact", "remote_path": "phone", "mapped": false},
            {"id": "map_1", "object": "contact", "local_path": "phone", "remote_path": "mobile", "direction": "both"}])"
    );
    const auto mistake = mistake_without(all[0], std::span(all).subspan(1), connector_->manifest);
    ASSERT_TRUE(mistake);
    EXPECT_THAT(*mistake, HasSubstr("rule map_1"));
    EXPECT_FALSE(mistake_without(all[1], std::span(all).first(1), connector_->manifest));
}

TEST_F(MappingDraft, AnotherRulesMistakeDoesNotKeepARuleOut) {
    EXPECT_EQ(
        verdict(
            R"({"object": "contact", "local_path": "a", "remote_path": "b"})",
            R"([{"object": "contact", "local_path": "x", "remote_path": "y", "transforms": ["shout"]}])"
        ),
        ""
    );
    EXPECT_THAT(
        verdict(
            R"({"object": "contact", "local_path": "a", "remote_path": "b", "transforms": ["whisper"]})",
            R"([{"object": "contact", "local_path": "x", "remote_path": "items[].y"}])"
        ),
        HasSubstr("whisper")
    ) << "but its own is told";
}

TEST_F(MappingDraft, DraftsTakeThePlaceOfTheirRivals) {
    const auto stored = own(
        R"([{"id": "map_1", "object": "contact", "local_path": "a", "remote_path": "x"},
            {"id": "map_2", "object": "contact", "local_path": "b", "remote_path": "x", "direction": "from_platform"}])"
    );
    const auto one =
        with_drafts(stored, own(R"([{"object": "contact", "local_path": "c", "remote_path": "x"}])"));
    ASSERT_THAT(one, SizeIs(2));
    EXPECT_EQ(one[0].id, "map_2");
    EXPECT_EQ(one[1].rule.local, "c");
}

TEST_F(MappingDraft, TheShapeOfARuleIsCheckedMemberByMember) {
    const auto shape = [](const std::string& text) {
        const auto mistake = shape_mistake(boost::json::parse(text).as_object());
        return mistake ? mistake->field + " " + mistake->sentence : "";
    };
    EXPECT_EQ(shape(R"({"remote_path": "a", "local_path": "b", "mapped": true, "transforms": []})"), "");
    EXPECT_EQ(shape(R"({"remote": "a"})"), "remote is not known here");
    EXPECT_EQ(shape(R"({"remote_path": 7})"), "remote_path must be a text");
    EXPECT_EQ(shape(R"({"remote_path": "a", "mapped": "no"})"), "mapped must be true or false");
    EXPECT_EQ(shape(R"({"remote_path": "a", "transforms": "trim"})"), "transforms must be a list");
    EXPECT_EQ(shape(R"({"local_path": "a"})"), "remote_path is missing");
    EXPECT_THAT(shape(R"({"remote_path": "a", "direction": "up"})"), HasSubstr("direction must be"));
}

TEST_F(MappingDraft, AManifestWithoutOwnRulesIsTheConnectors) {
    const auto same = tailor(connector_, {});
    ASSERT_TRUE(same);
    EXPECT_EQ(same->get(), &connector_->manifest);
}

TEST_F(MappingDraft, ATailoredManifestHasTheTenantsRulesAndLeavesTheConnectorsAlone) {
    const auto rules = own(R"([{"object": "contact", "local_path": "mobile", "remote_path": "phone"}])");
    const auto tailored = tailor(connector_, rules);
    ASSERT_TRUE(tailored) << tailored.error().message;
    EXPECT_THAT((*tailored)->object("contact")->mapping, SizeIs(3));
    EXPECT_THAT(connector_->manifest.object("contact")->mapping, SizeIs(2));
}

TEST_F(MappingDraft, ATailoredManifestThatCannotBeUsedNamesTheRule) {
    const auto why = [&](const std::string& rules) {
        const auto tailored = tailor(connector_, own(rules));
        return tailored ? std::string() : tailored.error().message;
    };
    EXPECT_THAT(
        why(R"([{"id": "map_1", "object": "planet", "local_path": "a", "remote_path": "b"}])"),
        HasSubstr("rule map_1 (planet: b): shop has no object 'planet'")
    );
    EXPECT_THAT(
        why(R"([{"id": "map_1", "object": "contact", "local_path": "phone", "remote_path": "b", "direction": "both"}])"
        ),
        HasSubstr(
            "rule map_1 (contact: b): mapping: local phone is already written by the rule of shop.yaml:11"
        )
    );
}

}  // namespace
}  // namespace navette::engine
