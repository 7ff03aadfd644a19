// Answers as real shops gave them, and what each comes to.
#include "errors.hpp"

#include "fixture.hpp"

namespace navette::woocommerce::test {
namespace {

sdk::HttpResponse answer(
    int status, std::string body, const std::string& type = "application/json; charset=UTF-8"
) {
    sdk::HttpResponse response;
    response.status = status;
    response.headers.push_back({"Content-Type", type});
    response.body = std::move(body);
    return response;
}

OutcomeKind kind_of(const sdk::HttpResponse& response) {
    const auto reply = classify(response, Effect::possible);
    EXPECT_NE(reply.kind, Kind::ok);
    EXPECT_FALSE(reply.outcome.message.empty());
    return reply.outcome.kind;
}

TEST(WooCommerceErrors, TheCodeDecidesAndNotTheWords) {
    EXPECT_EQ(
        kind_of(answer(401, error_body("woocommerce_rest_cannot_view", 401))), OutcomeKind::needs_reauth
    );
    EXPECT_EQ(
        kind_of(answer(403, error_body("woocommerce_rest_cannot_create", 403))), OutcomeKind::needs_reauth
    );
    EXPECT_EQ(
        kind_of(answer(
            401, error_body("woocommerce_rest_authentication_error", 401, "Consumer secret is invalid.")
        )),
        OutcomeKind::needs_reauth
    );
    EXPECT_EQ(kind_of(answer(404, error_body("rest_no_route", 404))), OutcomeKind::misconfigured);
    for (const int status : {400, 404}) {
        for (const auto* code :
             {"woocommerce_rest_invalid_id",
              "woocommerce_rest_product_invalid_id",
              "woocommerce_rest_shop_order_invalid_id"}) {
            EXPECT_EQ(kind_of(answer(status, error_body(code, status))), OutcomeKind::gone) << code;
        }
    }
    EXPECT_EQ(
        kind_of(answer(400, error_body("woocommerce_rest_invalid_customer_id", 400))), OutcomeKind::rejected
    );
    EXPECT_EQ(
        kind_of(answer(501, error_body("woocommerce_rest_trash_not_supported", 501))), OutcomeKind::rejected
    );
    EXPECT_EQ(
        kind_of(answer(413, error_body("woocommerce_rest_request_entity_too_large", 413))),
        OutcomeKind::rejected
    );
}

TEST(WooCommerceErrors, ASignatureThatMayPassNextTimeDoesNotHoldTheIntegration) {
    const auto refused = [](const char* words) {
        return classify(
            answer(401, error_body("woocommerce_rest_authentication_error", 401, words)), Effect::possible
        );
    };
    EXPECT_EQ(refused("Invalid timestamp.").outcome.kind, OutcomeKind::retry);
    EXPECT_FALSE(refused("Invalid timestamp.").outcome.maybe_applied);
    const auto twice = refused("Invalid nonce - nonce has already been used.");
    EXPECT_EQ(twice.outcome.kind, OutcomeKind::retry);
    EXPECT_TRUE(twice.outcome.maybe_applied) << "the first of the two may have been carried out";
    EXPECT_EQ(
        refused("Invalid signature - provided signature does not match.").outcome.kind,
        OutcomeKind::needs_reauth
    );
}

TEST(WooCommerceErrors, ARejectedFieldIsNamed) {
    auto outcome = classify(
                       answer(
                           400,
                           error_body(
                               "rest_invalid_param",
                               400,
                               "Invalid parameter(s): billing",
                               R"(,"params":{"billing":"not an address"})"
                           )
                       ),
                       Effect::possible
    )
                       .outcome;
    EXPECT_EQ(outcome.field, "billing");
    EXPECT_NE(outcome.message.find("not an address"), std::string::npos);
    outcome = classify(
                  answer(
                      400,
                      error_body(
                          "rest_missing_callback_param",
                          400,
                          "Missing parameter(s): email",
                          R"(,"params":["email"])"
                      )
                  ),
                  Effect::possible
    )
                  .outcome;
    EXPECT_EQ(outcome.field, "email");
}

TEST(WooCommerceErrors, ServersBeforeTheShopAreToldFromIt) {
    const auto html = [](int status) { return answer(status, "<html><h1>Words</h1></html>", "text/html"); };
    EXPECT_EQ(kind_of(html(401)), OutcomeKind::needs_reauth);
    EXPECT_EQ(kind_of(html(403)), OutcomeKind::retry);
    EXPECT_EQ(kind_of(html(404)), OutcomeKind::misconfigured);
    EXPECT_EQ(kind_of(html(413)), OutcomeKind::rejected);
    EXPECT_EQ(kind_of(html(429)), OutcomeKind::throttled);
    EXPECT_EQ(kind_of(html(500)), OutcomeKind::retry);
    for (const int status : {502, 504, 520, 524}) {
        EXPECT_EQ(kind_of(html(status)), OutcomeKind::unavailable);
        EXPECT_TRUE(classify(html(status), Effect::possible).outcome.maybe_applied);
        EXPECT_FALSE(classify(html(status), Effect::none).outcome.maybe_applied);
    }
    EXPECT_EQ(kind_of(html(200)), OutcomeKind::retry);
    EXPECT_TRUE(classify(html(200), Effect::possible).outcome.maybe_applied);
    EXPECT_NE(classify(html(500), Effect::none).outcome.message.find("Words"), std::string::npos);
}

TEST(WooCommerceErrors, MaintenanceTellsHowLongToWait) {
    auto response = answer(503, "Briefly unavailable for scheduled maintenance.", "text/html");
    EXPECT_EQ(classify(response, Effect::possible).outcome.kind, OutcomeKind::unavailable);
    response.headers.push_back({"Retry-After", "600"});
    const auto outcome = classify(response, Effect::possible).outcome;
    EXPECT_EQ(outcome.kind, OutcomeKind::throttled);
    EXPECT_EQ(outcome.retry_after, std::chrono::minutes(10));
}

TEST(WooCommerceErrors, AnInternalErrorMayHaveHadItsEffectAndTellsPhpsWords) {
    const auto reply = classify(
        answer(
            500,
            error_body(
                "internal_server_error",
                500,
                "There has been a critical error",
                R"(,"error":{"message":"Uncaught TypeError"})"
            )
        ),
        Effect::possible
    );
    EXPECT_EQ(reply.outcome.kind, OutcomeKind::retry);
    EXPECT_TRUE(reply.outcome.maybe_applied);
    EXPECT_NE(reply.outcome.message.find("Uncaught TypeError"), std::string::npos);
}

TEST(WooCommerceErrors, NoticesOfPhpBeforeTheJsonAreSkipped) {
    const auto reply = classify(answer(200, "<br />\n<b>Notice</b>: x {\n{\"id\":5}"), Effect::possible);
    ASSERT_EQ(reply.kind, Kind::ok);
    EXPECT_EQ(reply.body.at("id"), 5);
}

TEST(WooCommerceErrors, CutAndForeignBodiesAreNoSuccess) {
    for (const auto* body : {"", "{\"id\":", "nonsense"}) {
        const auto reply = classify(answer(201, body), Effect::possible);
        EXPECT_EQ(reply.kind, Kind::failed) << body;
        EXPECT_TRUE(reply.outcome.maybe_applied);
    }
    for (const auto* item : {"null", "7", "[]", R"({"error":7})", R"({"error":{}})"}) {
        EXPECT_EQ(classify_item(json::parse(item)).kind, Kind::failed) << item;
    }
}

TEST(WooCommerceErrors, TagsAndEntitiesAreTakenOutOfWords) {
    EXPECT_EQ(plain_text("A &amp; B <a href=\"x\">Please log in.</a>"), "A & B Please log in.");
    EXPECT_EQ(plain_text("<b"), "");
    EXPECT_EQ(plain_text("O&#039;Neil"), "O'Neil");
    EXPECT_LE(plain_text(std::string(5000, 'x')).size(), 300U);
}

}  // namespace
}  // namespace navette::woocommerce::test
