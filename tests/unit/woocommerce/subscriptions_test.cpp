#include "fixture.hpp"

namespace navette::woocommerce::test {
namespace {

using State = sdk::SubscriptionState::State;

const std::string kUrl = "https://navette.test/webhooks/integrations/woocommerce/int_1";

std::string hook(int id, const std::string& topic, const std::string& status, const std::string& url = kUrl) {
    return R"({"id":)" + std::to_string(id) + R"(,"topic":")" + topic + R"(","status":")" + status +
           R"(","delivery_url":")" + url + "\"}";
}

class Subscriptions : public WooCommerceTest {
  protected:
    Subscriptions() {
        plan_.url = kUrl;
        plan_.secret = "secret1";
        plan_.objects = {"order"};
    }
    std::vector<sdk::SubscriptionState> keep() {
        auto states = run(connector_->subscriptions(session_, plan_));
        EXPECT_TRUE(states.has_value());
        return std::move(*states);
    }
    void expect_list(const std::string& hooks) {
        session_.expect("GET /wc/v3/webhooks?orderby=id&order=asc&per_page=100&page=1")
            .answer(200, "[" + hooks + "]");
    }
    const std::string all_held_ = hook(1, "order.created", "active") + "," +
                                  hook(2, "order.updated", "active") + "," +
                                  hook(3, "order.deleted", "active");

    sdk::SubscriptionPlan plan_;
};

TEST_F(Subscriptions, WhatIsActiveIsLeftAlone) {
    expect_list(all_held_);
    const auto states = keep();
    ASSERT_EQ(states.size(), 3U);
    for (const auto& state : states) {
        EXPECT_EQ(state.state, State::held) << state.topic;
    }
    EXPECT_EQ(states[1].topic, "order.updated");
    EXPECT_EQ(states[1].remote_id, "2");
}

TEST_F(Subscriptions, WhatTheShopDisabledIsMadeActiveWithTheSecret) {
    expect_list(
        hook(1, "order.created", "active") + "," + hook(2, "order.updated", "disabled") + "," +
        hook(3, "order.deleted", "active")
    );
    session_.expect("PUT /wc/v3/webhooks/2")
        .with(R"({"status":"active","secret":"secret1"})")
        .without("topic")
        .answer(200, hook(2, "order.updated", "active"));
    const auto states = keep();
    EXPECT_EQ(states[1].state, State::repaired);
    EXPECT_NE(states[1].sentence.find("disabled"), std::string::npos);
}

TEST_F(Subscriptions, WhatIsMissingIsMadeWithTheNewestSecret) {
    plan_.secret = "old new ";
    expect_list(
        hook(1, "order.created", "active") + "," + hook(3, "order.deleted", "active") + "," +
        hook(9, "order.updated", "active", "https://elsewhere.test/")
    );
    session_.expect("POST /wc/v3/webhooks")
        .with(R"({"topic":"order.updated","status":"active","secret":"new","delivery_url":")" + kUrl + "\"}")
        .answer(201, hook(4, "order.updated", "active"));
    const auto states = keep();
    EXPECT_EQ(states[1].state, State::repaired);
    EXPECT_EQ(states[1].remote_id, "4");
    EXPECT_TRUE(states[1].secret.empty());
}

TEST_F(Subscriptions, WithoutASecretNoneIsMade) {
    plan_.secret.clear();
    expect_list(hook(1, "order.created", "active") + "," + hook(3, "order.deleted", "active"));
    const auto states = keep();
    EXPECT_EQ(states[1].state, State::refused);
    EXPECT_NE(states[1].sentence.find("webhook_secret"), std::string::npos);
}

TEST_F(Subscriptions, WhatSomebodyPausedStaysPaused) {
    expect_list(
        hook(1, "order.created", "active") + "," + hook(2, "order.updated", "paused") + "," +
        hook(3, "order.deleted", "active")
    );
    const auto states = keep();
    EXPECT_EQ(states[1].state, State::missing);
    EXPECT_NE(states[1].sentence.find("paused"), std::string::npos);
}

TEST_F(Subscriptions, ALookAloneWritesNothing) {
    plan_.repair = false;
    expect_list(hook(2, "order.updated", "disabled"));
    const auto states = keep();
    ASSERT_EQ(states.size(), 3U);
    for (const auto& state : states) {
        EXPECT_EQ(state.state, State::missing) << state.topic;
        EXPECT_FALSE(state.sentence.empty());
    }
}

TEST_F(Subscriptions, ARefusalIsToldFromAPassingFault) {
    expect_list(hook(1, "order.created", "active"));
    session_.expect("POST /wc/v3/webhooks")
        .answer(400, error_body("woocommerce_rest_shop_webhook_invalid_delivery_url", 400, "bad address"));
    session_.expect("POST /wc/v3/webhooks").answer(503, "busy", "text/html");
    const auto states = keep();
    EXPECT_EQ(states[1].state, State::refused);
    EXPECT_NE(states[1].sentence.find("bad address"), std::string::npos);
    EXPECT_EQ(states[2].state, State::missing);
}

TEST_F(Subscriptions, AFailureToLookIsTold) {
    session_.expect("GET /wc/v3/webhooks?orderby=id&order=asc&per_page=100&page=1")
        .answer(401, error_body("woocommerce_rest_cannot_view", 401));
    const auto states = run(connector_->subscriptions(session_, plan_));
    ASSERT_FALSE(states.has_value());
    EXPECT_EQ(states.error().kind, OutcomeKind::needs_reauth);
}

TEST_F(Subscriptions, ALongListIsReadToItsEnd) {
    std::string others;
    for (int id = 1; id <= 100; ++id) {
        others +=
            (others.empty() ? "" : ",") + hook(id, "order.created", "active", "https://elsewhere.test/");
    }
    expect_list(others);
    session_.expect("GET /wc/v3/webhooks?orderby=id&order=asc&per_page=100&page=2")
        .answer(200, "[" + all_held_ + "]");
    for (const auto& state : keep()) {
        EXPECT_EQ(state.state, State::held);
    }
}

}  // namespace
}  // namespace navette::woocommerce::test
