// Mappings that integrations share: compiled once for a connector, anew for one that came by a reload, never
// in place of a tenant's own.
#include "daemon/engine/compiled_mappings.hpp"

#include "daemon/engine/integration.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>

namespace navette::engine {
namespace {

using ::testing::HasSubstr;

class CompiledMappings : public ::testing::Test {
  protected:
    static std::shared_ptr<plugins::LoadedConnector> connector(const std::string& remote) {
        auto made = std::make_shared<plugins::LoadedConnector>();
        made->manifest.slug = "shop";
        made->manifest.base_url = "https://shop.test";
        made->manifest.auth.emplace_back();
        auto& object = made->manifest.objects.emplace_back();
        object.name = "contact";
        auto& rule = object.mapping.emplace_back();
        rule.where = config::Location("shop.yaml", 11);
        rule.local = "phone";
        rule.remote = remote;
        return made;
    }

    std::shared_ptr<const Integration> integration(
        const std::string& id, std::shared_ptr<const plugins::LoadedConnector> made, const char* own = "[]"
    ) {
        store::IntegrationRow row;
        row.key = {"lumira", id};
        row.slug = "shop";
        row.frequency = "realtime";
        row.mappings = config::read_tenant_rules(boost::json::parse(own).as_array());
        auto assembled = Integration::assemble(
            row, plugins::Inventory({std::move(made)}, {}), std::nullopt, nullptr, &shared_
        );
        EXPECT_TRUE(assembled) << assembled.error().message;
        return assembled ? *assembled : nullptr;
    }

    static boost::json::object sent(const Integration& integration) {
        return *integration.mapping("contact")->to_remote({{"phone", "1"}});
    }

    SharedMappings shared_;
};

TEST_F(CompiledMappings, IntegrationsOfOneConnectorHoldOneCopy) {
    const auto shop = connector("tel");
    const auto one = integration("int_1", shop);
    const auto other = integration("int_2", shop);
    ASSERT_TRUE(one && other);
    EXPECT_EQ(one->mapping("contact"), other->mapping("contact"));
    EXPECT_EQ(sent(*one), (boost::json::object{{"tel", "1"}}));
}

TEST_F(CompiledMappings, ATenantsOwnRulesHoldForItAlone) {
    const auto shop = connector("tel");
    const auto own = integration(
        "int_1", shop, R"([{"object": "contact", "local_path": "phone", "remote_path": "mobile"}])"
    );
    const auto other = integration("int_2", shop);
    ASSERT_TRUE(own && other);
    EXPECT_EQ(sent(*own), (boost::json::object{{"tel", "1"}, {"mobile", "1"}}));
    EXPECT_EQ(sent(*other), (boost::json::object{{"tel", "1"}}));
}

TEST_F(CompiledMappings, AManifestThatWasReadAnewIsCompiledAnew) {
    auto shop = connector("tel");
    const auto before = integration("int_1", shop);
    shop = connector("mobile");
    const auto after = integration("int_1", shop);
    ASSERT_TRUE(before && after);
    EXPECT_EQ(sent(*before), (boost::json::object{{"tel", "1"}}));
    EXPECT_EQ(sent(*after), (boost::json::object{{"mobile", "1"}}));
}

TEST_F(CompiledMappings, AMistakeIsToldByFileAndLine) {
    const auto shop = connector("a..b");
    const auto mappings = shared_.of(shop);
    ASSERT_FALSE(mappings);
    EXPECT_THAT(mappings.error().front().text(), HasSubstr("shop.yaml:11"));
}

}  // namespace
}  // namespace navette::engine
