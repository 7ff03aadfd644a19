// Signatures of webhooks of our own, against the values that the specification's own libraries are tested
// with.
#include "daemon/outbound/standard_webhooks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace navette::outbound {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr const char* kOther = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";
constexpr const char* kBody = R"({"test": 2432232314})";
constexpr const char* kSignature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
const std::chrono::sys_seconds kTime{std::chrono::seconds(1614265330)};

std::string signature(const std::string& secrets) {
    const auto keys = webhook_keys(secrets);
    EXPECT_TRUE(keys) << keys.error();
    return webhook_signature(*keys, "msg_p5jXN8AQM9LWM0D4loKWxJek", kTime, kBody);
}

TEST(StandardWebhooks, ASignatureIsThatOfTheSpecificationsExample) {
    EXPECT_EQ(signature(kSecret), kSignature);
}

TEST(StandardWebhooks, EverySecretSignsWhileOneIsReplaced) {
    const auto both = signature(std::string("\n ") + kOther + "\t" + kSecret + " ");
    EXPECT_EQ(both, signature(kOther) + " " + kSignature);
    EXPECT_NE(signature(kOther), kSignature);
}

TEST(StandardWebhooks, IdAndTimeAreSignedToo) {
    const auto keys = webhook_keys(kSecret).value();
    EXPECT_NE(webhook_signature(keys, "msg_another", kTime, kBody), kSignature);
    EXPECT_NE(
        webhook_signature(keys, "msg_p5jXN8AQM9LWM0D4loKWxJek", kTime + std::chrono::seconds(1), kBody),
        kSignature
    );
}

TEST(StandardWebhooks, ASecretThatIsNoneIsToldWithoutQuotingIt) {
    const auto complaint = [](const std::string& secrets) {
        const auto keys = webhook_keys(secrets);
        return keys ? std::string("taken") : keys.error();
    };
    EXPECT_THAT(complaint("hunter2hunter2hunter2"), HasSubstr("must begin with whsec_"));
    EXPECT_THAT(complaint("hunter2hunter2hunter2"), Not(HasSubstr("hunter2")));
    EXPECT_THAT(complaint("whsec_not!base64"), HasSubstr("no base64"));
    EXPECT_THAT(complaint("whsec_c2hvcnQ="), HasSubstr("5 bytes"));
    EXPECT_THAT(complaint(std::string(kSecret) + " whsec_c2hvcnQ="), HasSubstr("5 bytes"));
    EXPECT_EQ(complaint(" \n"), "is empty");
}

}  // namespace
}  // namespace navette::outbound
