#include "fixture.hpp"

namespace navette::shopify::test {
namespace {

using State = sdk::SubscriptionState::State;

class ShopifySubscriptions : public ShopifyTest {
  protected:
    static constexpr auto kUrl = "https://n.test/webhooks/integrations/shopify/i";

    static sdk::SubscriptionPlan plan(bool repair) {
        sdk::SubscriptionPlan made;
        made.url = kUrl;
        made.objects = {"order"};
        made.repair = repair;
        return made;
    }
    static std::string held(
        const std::string& topic,
        const std::string& url = kUrl,
        const std::string& more = R"("format":"JSON")"
    ) {
        return R"({"id":"gid://)" + topic + R"(","topic":")" + topic + R"(","uri":")" + url + "\"," + more +
               "}";
    }
    void expect_list(const std::string& nodes, const std::string& next = "") {
        const auto info = next.empty() ? std::string(R"({"hasNextPage":false,"endCursor":null})")
                                       : R"({"hasNextPage":true,"endCursor":")" + next + "\"}";
        expect(documents::kSubscriptions, R"({"uri":"https://n.test/webhooks/integrations/shopify/i"})")
            .answer(
                200, data(R"("webhookSubscriptions":{"nodes":[)" + nodes + R"(],"pageInfo":)" + info + "}")
            );
    }
    std::vector<sdk::SubscriptionState> check(bool repair) {
        auto states = run(connector_->subscriptions(session_, plan(repair)));
        EXPECT_TRUE(states) << states.error().message;
        return states ? std::move(*states) : std::vector<sdk::SubscriptionState>();
    }
    const std::string all_ =
        held("ORDERS_CREATE") + "," + held("ORDERS_UPDATED") + "," + held("ORDERS_DELETE");
};

TEST_F(ShopifySubscriptions, AllThatAreThereAreHeldThoughTheyComeOnSeveralPages) {
    expect_list(held("ORDERS_CREATE"), "c1");
    expect_list(held("ORDERS_UPDATED") + "," + held("ORDERS_DELETE"));
    const auto states = check(true);
    ASSERT_EQ(states.size(), 3U);
    for (const auto& state : states) {
        EXPECT_EQ(state.state, State::held) << state.topic;
        EXPECT_EQ(state.remote_id, "gid://" + state.topic);
    }
    EXPECT_EQ(json::parse(session_.sent().back().body).at("variables").at("after"), "c1");
}

TEST_F(ShopifySubscriptions, OneOfAnotherAddressDoesNotCount) {
    expect_list(held("ORDERS_CREATE", "https://other.test/"));
    const auto states = check(false);
    ASSERT_EQ(states.size(), 3U);
    EXPECT_EQ(states[0].state, State::missing);
    EXPECT_FALSE(states[0].sentence.empty());
}

TEST_F(ShopifySubscriptions, WhatIsMissingIsMade) {
    expect_list(held("ORDERS_CREATE") + "," + held("ORDERS_DELETE"));
    expect(
        documents::kSubscribe,
        R"({"topic":"ORDERS_UPDATED","subscription":{"uri":"https://n.test/webhooks/integrations/shopify/i","format":"JSON"}})"
    )
        .answer(
            200,
            data(R"("webhookSubscriptionCreate":{"webhookSubscription":{"id":"gid://new"},"userErrors":[]})")
        );
    const auto states = check(true);
    ASSERT_EQ(states.size(), 3U);
    EXPECT_EQ(states[1].state, State::repaired);
    EXPECT_EQ(states[1].remote_id, "gid://new");
    EXPECT_EQ(states[0].state, State::held);
}

TEST_F(ShopifySubscriptions, WhatShopifyWillNotMakeIsToldInItsWords) {
    expect_list(held("ORDERS_CREATE") + "," + held("ORDERS_DELETE"));
    expect(documents::kSubscribe).answer(200, user_error("webhookSubscriptionCreate", ""));
    const auto states = check(true);
    ASSERT_EQ(states.size(), 3U);
    EXPECT_EQ(states[1].state, State::refused);
    EXPECT_NE(states[1].sentence.find("words of Shopify"), std::string::npos);
}

TEST_F(ShopifySubscriptions, OneThatBringsLessThanAllIsMended) {
    const std::string filtered = R"("format":"JSON","filter":"status:open","includeFields":[])";
    const std::string few = R"("format":"JSON","filter":null,"includeFields":["id"])";
    const std::string xml = R"("format":"XML","filter":null,"includeFields":[])";
    for (const auto& wrong : {filtered, few, xml}) {
        const auto nodes =
            held("ORDERS_CREATE") + "," + held("ORDERS_UPDATED", kUrl, wrong) + "," + held("ORDERS_DELETE");
        expect_list(nodes);
        EXPECT_EQ(check(false)[1].state, State::missing) << wrong;
        expect_list(nodes);
        expect(
            documents::kMendSubscription,
            R"({"id":"gid://ORDERS_UPDATED","subscription":{"format":"JSON","filter":null,"includeFields":[]}})"
        )
            .answer(
                200,
                data(
                    R"("webhookSubscriptionUpdate":{"webhookSubscription":{"id":"gid://ORDERS_UPDATED"},"userErrors":[]})"
                )
            );
        EXPECT_EQ(check(true)[1].state, State::repaired) << wrong;
    }
}

TEST_F(ShopifySubscriptions, EachObjectHasItsTopics) {
    for (const auto& [object, topic] :
         {std::pair("customer", "CUSTOMERS_UPDATE"),
          {"product", "PRODUCTS_DELETE"},
          {"draft_order", "DRAFT_ORDERS_CREATE"}}) {
        expect_list("");
        auto wanted = plan(false);
        wanted.objects = {object};
        const auto states = run(connector_->subscriptions(session_, wanted));
        ASSERT_TRUE(states);
        EXPECT_EQ(states->size(), 3U);
        EXPECT_EQ(std::ranges::count(*states, topic, &sdk::SubscriptionState::topic), 1) << topic;
    }
}

TEST_F(ShopifySubscriptions, AFailureToLookIsTold) {
    expect(documents::kSubscriptions).answer(503, "<html>", "text/html");
    const auto states = run(connector_->subscriptions(session_, plan(true)));
    ASSERT_FALSE(states);
    EXPECT_EQ(states.error().kind, OutcomeKind::unavailable);
    expect_list("");
    expect(documents::kSubscribe).answer(401, R"({"errors":"words"})");
    EXPECT_EQ(run(connector_->subscriptions(session_, plan(true))).error().kind, OutcomeKind::needs_reauth);
}

}  // namespace
}  // namespace navette::shopify::test
