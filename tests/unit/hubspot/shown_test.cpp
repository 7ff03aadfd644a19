// A deal in HubSpot's terms and back.
#include "connectors/hubspot/src/objects.hpp"

#include <gtest/gtest.h>

namespace navette::hubspot {
namespace {

const json::object kSettings{
    {"pipeline", "default"},
    {"stages", {{"proposal", "presentationscheduled"}, {"offer", "presentationscheduled"}}}
};

json::object sent(const char* stage, const char* remote_id) {
    sdk::Operation operation;
    operation.object = "deal";
    operation.remote_id = remote_id;
    operation.fields = {{"_stage", stage}};
    return properties_of(operation, kSettings);
}

json::object shown(json::object properties) {
    return shown_of(*find_object("deal"), std::move(properties), kSettings);
}

TEST(HubSpotDeal, AStageByItsIdLeavesADealInItsPipeline) {
    EXPECT_EQ(
        sent("Proposal", "7"), (json::object{{"dealstage", "presentationscheduled"}, {"pipeline", "default"}})
    );
    EXPECT_EQ(sent("918273", ""), (json::object{{"dealstage", "918273"}, {"pipeline", "default"}}));
    EXPECT_EQ(sent("918273", "7"), (json::object{{"dealstage", "918273"}}));
}

TEST(HubSpotDeal, StageAndDayComeBackAsTheyAreSent) {
    EXPECT_EQ(shown({{"dealstage", "presentationscheduled"}}).at("_stage"), "proposal");
    EXPECT_EQ(shown({{"dealstage", "918273"}}).at("_stage"), "918273");
    EXPECT_FALSE(shown({{"dealstage", nullptr}}).contains("_stage"));
    EXPECT_EQ(shown({{"closedate", "2026-12-24T10:00:00.5Z"}}).at("closedate"), 1'798'106'400'500);
    EXPECT_TRUE(shown({{"closedate", nullptr}}).at("closedate").is_null());
    EXPECT_FALSE(shown_of(*find_object("company"), {{"name", "A"}}, kSettings).contains("_stage"));
}

}  // namespace
}  // namespace navette::hubspot
