#include "daemon/http/client_rules.hpp"

#include <gtest/gtest.h>

namespace navette::http {
namespace {

namespace ip = boost::asio::ip;

ClientRules rules() {
    config::ListenSettings settings;
    settings.trusted_proxies = {"10.0.0.0/8", "192.0.2.7/32", "fd00::/8"};
    settings.webhook_allow = {{"stripe", {"3.18.12.63/32", "2001:db8::/32"}}};
    return ClientRules(settings);
}

std::string client(const char* peer, std::vector<sdk::Header> headers) {
    Request request;
    request.headers = std::move(headers);
    return rules().client_of(ip::make_address(peer), request).to_string();
}

TEST(ClientRules, ATrustedProxyNamesTheClient) {
    EXPECT_EQ(client("10.1.2.3", {{"X-Forwarded-For", "198.51.100.9"}}), "198.51.100.9");
    EXPECT_EQ(client("::ffff:10.1.2.3", {{"X-Forwarded-For", "198.51.100.9"}}), "198.51.100.9");
    EXPECT_EQ(client("fd00::1", {{"X-Forwarded-For", "[2001:db8::1]:4711"}}), "2001:db8::1");
    EXPECT_EQ(client("192.0.2.7", {{"x-forwarded-for", " 198.51.100.9:80 "}}), "198.51.100.9");
}

TEST(ClientRules, AStrangerIsNotBelieved) {
    EXPECT_EQ(client("198.51.100.1", {{"X-Forwarded-For", "10.0.0.1"}}), "198.51.100.1");
    EXPECT_EQ(client("192.0.2.8", {{"X-Forwarded-For", "10.0.0.1"}}), "192.0.2.8");
}

TEST(ClientRules, TheRightmostAddressThatIsNoProxyIsTheClient) {
    // The client wrote the first entry itself.
    EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", "127.0.0.1, 198.51.100.9, 10.0.0.2"}}), "198.51.100.9");
    EXPECT_EQ(
        client("10.0.0.1", {{"X-Forwarded-For", "127.0.0.1"}, {"X-Forwarded-For", "198.51.100.9"}}),
        "198.51.100.9"
    );
    EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", "10.0.0.3, 10.0.0.2"}}), "10.0.0.3");
}

TEST(ClientRules, AnEntryThatIsNoAddressEndsTheSearch) {
    EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", "198.51.100.9, evil, 10.0.0.2"}}), "10.0.0.2");
    EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", ""}}), "10.0.0.1");
    EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", "[::1"}}), "::1");
    EXPECT_EQ(client("10.0.0.1", {}), "10.0.0.1");
}

TEST(ClientRules, WebhooksOfANamedPlatformComeFromItsNetworksOnly) {
    const auto all = rules();
    EXPECT_TRUE(all.may_send_webhooks("stripe", ip::make_address("3.18.12.63")));
    EXPECT_TRUE(all.may_send_webhooks("stripe", ip::make_address("2001:db8:1::1")));
    EXPECT_FALSE(all.may_send_webhooks("stripe", ip::make_address("3.18.12.64")));
    EXPECT_FALSE(all.may_send_webhooks("stripe", ip::make_address("::1")));
    EXPECT_TRUE(all.may_send_webhooks("shopify", ip::make_address("3.18.12.64")));
}

TEST(ClientRules, TheAddressThatTheClientCalledIsThePublicOne) {
    Request request;
    request.target = "/hook?a=b";
    request.headers = {{"Host", "hooks.test:81"}, {"X-Forwarded-Proto", "https"}};
    const auto stranger = ip::make_address("198.51.100.1");
    const auto proxy = ip::make_address("10.0.0.1");
    EXPECT_EQ(rules().url_of(stranger, false, request), "http://hooks.test:81/hook?a=b");
    EXPECT_EQ(rules().url_of(stranger, true, request), "https://hooks.test:81/hook?a=b");
    EXPECT_EQ(rules().url_of(proxy, false, request), "https://hooks.test:81/hook?a=b");
    config::ListenSettings settings;
    settings.public_url = "https://public.test/navette";
    EXPECT_EQ(ClientRules(settings).url_of(stranger, false, request), "https://public.test/navette/hook?a=b");
}

TEST(AddressSet, NamesTheBlockThatCannotBeRead) {
    const auto set = AddressSet::of({"10.0.0.0/8", "10.0.0.0/99"});
    ASSERT_FALSE(set);
    EXPECT_NE(set.error().message.find("10.0.0.0/99"), std::string::npos);
    EXPECT_TRUE(AddressSet::of({"0.0.0.0/0"})->contains(ip::make_address("8.8.8.8")));
    EXPECT_TRUE(AddressSet::of({"::/0"})->contains(ip::make_address("2001:db8::1")));
    EXPECT_FALSE(AddressSet::of({"::/0"})->contains(ip::make_address("8.8.8.8")));
}

}  // namespace
}  // namespace navette::http
