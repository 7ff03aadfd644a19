// The fault switches and the control API.
#include "tests/standin/dolibarr_in_process.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <string>

namespace navette::standin {
namespace {

class ControlTest : public ::testing::Test {
  protected:
    ControlTest() { site.call("POST", "/thirdparties", R"({"name":"Acme SARL"})"); }

    Reply post_order(const std::string& ref) {
        return site.call("POST", "/orders", R"({"socid":1,"date":"2024-05-15","ref":")" + ref + "\"}");
    }

    int created() { return site.effects().at("orders").at("creates").to_number<int>(); }

    DolibarrInProcess site;
};

TEST_F(ControlTest, AResetBeforeHasNoEffectAndAResetAfterHasIt) {
    site.set_faults(R"({"reset_before":1})");
    EXPECT_EQ(post_order("A").ended, Reply::Ended::reset);
    EXPECT_EQ(created(), 0);
    site.set_faults(R"({"reset_after":1})");
    const Reply after = post_order("A");
    EXPECT_EQ(after.ended, Reply::Ended::reset);
    EXPECT_EQ(after.status, 0U);
    EXPECT_EQ(created(), 1);
}

TEST_F(ControlTest, AnAnswerIsCutOrUnreadableAfterTheEffect) {
    site.set_faults(R"({"truncate":1,"first":1})");
    EXPECT_EQ(site.call("GET", "/thirdparties/1").ended, Reply::Ended::cut);
    site.set_faults(R"({"malformed":1,"first":1})");
    const Reply reply = post_order("A");
    EXPECT_EQ(reply.content_type, "application/json");
    EXPECT_TRUE(reply.json().is_null());
    site.set_faults(R"({"error_5xx_after":1,"first":1})");
    EXPECT_EQ(post_order("B").status, 504U);
    EXPECT_EQ(created(), 2);
}

TEST_F(ControlTest, OutagesLookLikeDolibarrsOwnAndDoNothing) {
    site.set_faults(R"({"database_down":true})");
    EXPECT_EQ(post_order("A").status, 202U);
    EXPECT_EQ(post_order("A").content_type.substr(0, 9), "text/html");
    site.set_faults(R"({"api_off":true})");
    EXPECT_EQ(post_order("A").body, "Module <b>Api</b> must be enabled.");
    site.set_faults(R"({"html_503":1})");
    EXPECT_EQ(post_order("A").status, 503U);
    site.set_faults(R"({"unauthorized":true})");
    EXPECT_EQ(post_order("A").status, 401U);
    site.set_faults(R"({"error_5xx":1})");
    EXPECT_GE(post_order("A").status, 500U);
    EXPECT_EQ(created(), 0);
    site.set_faults("{}");
    EXPECT_EQ(post_order("A").status, 200U);
}

TEST_F(ControlTest, OnlyTheFirstMatchingRequestsFail) {
    site.set_faults(R"({"html_503":1,"only_path_prefix":"/orders","only_method":"POST","first":2})");
    EXPECT_EQ(site.call("GET", "/thirdparties/1").status, 200U);
    EXPECT_EQ(site.call("GET", "/orders").status, 200U);
    EXPECT_EQ(post_order("A").status, 503U);
    EXPECT_EQ(post_order("A").status, 503U);
    EXPECT_EQ(post_order("A").status, 200U);
}

TEST_F(ControlTest, AWrongSwitchIsRefusedByName) {
    const auto client = site.client();
    for (const std::string wrong :
         {R"({"reset_befor":1})", R"({"truncate":2})", R"({"first":"x"})", "[]", "no json"}) {
        EXPECT_EQ(client->send("POST", "/__standin/faults", wrong).status, 400U) << wrong;
    }
    EXPECT_NE(
        client->send("POST", "/__standin/faults", R"({"truncate":2})").body.find("truncate"),
        std::string::npos
    );
    EXPECT_EQ(client->send("GET", "/__standin/nosuch").status, 404U);
}

TEST_F(ControlTest, TheSameSeedFailsTheSameRequests) {
    const auto outcome = [] {
        DolibarrInProcess other;
        other.set_faults(R"({"html_503":0.5})");
        std::string statuses;
        for (int i = 0; i < 20; ++i) {
            statuses += std::to_string(other.call("GET", "/status").status) + " ";
        }
        return statuses;
    };
    const std::string once = outcome();
    EXPECT_EQ(outcome(), once);
    EXPECT_NE(once.find("200"), std::string::npos);
    EXPECT_NE(once.find("503"), std::string::npos);
}

TEST_F(ControlTest, RequestsAreCountedByEndpointAndForgottenByAReset) {
    post_order("A");
    site.call("GET", "/orders/ref/A");
    site.call("GET", "/orders/1");
    const auto before = site.effects();
    EXPECT_EQ(before.at("requests"), 4);
    EXPECT_EQ(before.at("by_endpoint").at("GET /orders/ref/{key}"), 1);
    EXPECT_EQ(before.at("by_endpoint").at("GET /orders/{id}"), 1);
    site.reset();
    EXPECT_EQ(site.effects().at("requests"), 0);
    EXPECT_EQ(site.call("GET", "/orders/1").status, 404U);
}

}  // namespace
}  // namespace navette::standin
