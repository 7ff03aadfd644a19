// OAuth 1.0 signatures, against a vector of a WooCommerce shop and the example of RFC 5849.
#include "daemon/outbound/oauth1.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace navette::outbound {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kNonce = "0123456789abcdef0123456789abcdef";
const std::chrono::sys_seconds kTime{std::chrono::seconds(1'700'000'000)};

std::string signed_header(std::string_view url, sdk::Method method = sdk::Method::get) {
    return oauth1_authorization({"ck_0123", "cs_secret"}, method, url, kTime, kNonce);
}

TEST(OAuth1, ARequestIsSignedAsAWooCommerceShopSignsIt) {
    EXPECT_EQ(
        signed_header("http://shop.test/wp-json/wc/v3/products?per_page=5&search=a%20b%26c"),
        "OAuth oauth_consumer_key=\"ck_0123\", oauth_nonce=\"0123456789abcdef0123456789abcdef\", "
        "oauth_signature_method=\"HMAC-SHA256\", oauth_timestamp=\"1700000000\", "
        "oauth_signature=\"oqO2n8wzZJQYozJCeaErV0EW0QQD7Z6CbWjo4W0wthQ%3D\""
    );
}

// RFC 5849, section 3.4.1.1, with the form's parameters in the query.
TEST(OAuth1, TheBaseStringIsThatOfTheStandardsExample) {
    EXPECT_EQ(
        oauth1_base_string(
            sdk::Method::post,
            "http://EXAMPLE.COM:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b&c2&a3=2+q",
            "oauth_consumer_key=9djdj82h48djs9d2&oauth_token=kkk9d7dh3k39sjv7&oauth_signature_method=HMAC-"
            "SHA1&"
            "oauth_timestamp=137131201&oauth_nonce=7d8f3e4a"
        ),
        "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%"
        "26c%"
        "2540%3D%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_"
        "method%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7"
    );
}

TEST(OAuth1, HowAQueryIsWrittenAndOrderedChangesNothing) {
    const auto plain = signed_header("http://shop.test/p?a=1&b=x%20y");
    EXPECT_EQ(signed_header("http://SHOP.test:80/p?b=x+y&a=1"), plain);
    EXPECT_NE(signed_header("http://shop.test:8080/p?b=x+y&a=1"), plain);
    EXPECT_NE(signed_header("http://shop.test/p?a=1&b=x%20z"), plain);
    EXPECT_NE(signed_header("http://shop.test/p?a=1&b=x%20y", sdk::Method::post), plain);
}

TEST(OAuth1, AnAddressWithoutAPathAndABrokenEscapeAreSignedAsTheyAre) {
    EXPECT_EQ(oauth1_base_string(sdk::Method::get, "https://h:443", ""), "GET&https%3A%2F%2Fh%2F&");
    EXPECT_THAT(
        oauth1_base_string(sdk::Method::get, "http://h/?a=100%&b=%g1", ""), HasSubstr("a%3D100%2525")
    );
    EXPECT_THAT(oauth1_base_string(sdk::Method::get, "http://h/?a=1&&", ""), HasSubstr("%2F&a%3D1"));
}

TEST(OAuth1, TheSecretIsNotInTheHeader) {
    EXPECT_THAT(signed_header("http://shop.test/"), ::testing::Not(HasSubstr("cs_secret")));
}

}  // namespace
}  // namespace navette::outbound
