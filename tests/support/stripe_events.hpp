// Signed webhooks as Stripe sends them.
#pragma once

#include <navette/sdk/signature.hpp>

#include <chrono>
#include <string>

namespace navette::test {

/// An event of a payment intent: `type` such as "payment_intent.succeeded".
inline std::string stripe_event(
    const std::string& event_id, const std::string& type, const std::string& intent, const std::string& order
) {
    return R"({"id":")" + event_id + R"(","object":"event","type":")" + type +
           R"(","created":1778839200,"livemode":true,"data":{"object":{"id":")" + intent +
           R"(","object":"payment_intent","amount":12000,"amount_received":12000,"currency":"eur","status":"succeeded",)"
           R"("client_secret":")" +
           intent + R"(_secret_planted0123456789","metadata":{"order_id":")" + order + R"("}}}})";
}

/// The header Stripe-Signature of a body, signed `age` ago.
inline std::string stripe_signature(
    const std::string& body, const std::string& secret, std::chrono::seconds age = std::chrono::seconds(0)
) {
    const auto time = std::chrono::duration_cast<std::chrono::seconds>(
                          (std::chrono::system_clock::now() - age).time_since_epoch()
    )
                          .count();
    const auto stamp = std::to_string(time);
    return "t=" + stamp + ",v1=" + sdk::hex(sdk::hmac_sha256(secret, stamp + "." + body));
}

}  // namespace navette::test
