#include "daemon/outbound/address_policy.hpp"

#include <boost/asio/ip/address.hpp>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace navette::outbound {
namespace {

boost::asio::ip::address at(const std::string& text) {
    return boost::asio::ip::make_address(text);
}

AddressPolicy allowing(const std::vector<std::string>& blocks) {
    auto policy = AddressPolicy::allowing(blocks);
    EXPECT_TRUE(policy) << policy.error().message;
    return policy ? *policy : AddressPolicy{};
}

class SpecialAddress : public testing::TestWithParam<const char*> {};

TEST_P(SpecialAddress, IsForbiddenUnlessTheOperatorNamedIt) {
    EXPECT_FALSE(AddressPolicy{}.allows(at(GetParam())));
    const bool v4 = at(GetParam()).is_v4();
    EXPECT_TRUE(allowing({std::string(GetParam()) + (v4 ? "/32" : "/128")}).allows(at(GetParam())));
}

// First and last address of each range, so that a prefix off by one shows.
INSTANTIATE_TEST_SUITE_P(
    V4,
    SpecialAddress,
    testing::Values(
        "0.0.0.0",
        "0.255.255.255",
        "10.0.0.0",
        "10.255.255.255",
        "100.64.0.0",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.255",
        "169.254.0.0",
        "169.254.169.254",
        "169.254.255.255",
        "172.16.0.0",
        "172.31.255.255",
        "192.0.0.0",
        "192.0.0.255",
        "192.0.2.0",
        "192.0.2.255",
        "192.88.99.1",
        "192.168.0.0",
        "192.168.255.255",
        "198.18.0.0",
        "198.19.255.255",
        "198.51.100.0",
        "198.51.100.255",
        "203.0.113.0",
        "203.0.113.255",
        "224.0.0.0",
        "239.255.255.255",
        "240.0.0.0",
        "255.255.255.255"
    )
);

INSTANTIATE_TEST_SUITE_P(
    V6,
    SpecialAddress,
    testing::Values(
        "::",
        "::1",
        "::127.0.0.1",
        "::8.8.8.8",
        "100::1",
        "64:ff9b:1::1",
        "2001::1",
        "2001:1ff:ffff::1",
        "2001:db8::",
        "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
        "3fff::1",
        "3fff:fff::1",
        "4000::1",
        "5f00::1",
        "fc00::",
        "fdff:ffff::1",
        "fe80::1",
        "febf::1",
        "fec0::1",
        "ff02::1",
        "ffff::1"
    )
);

INSTANTIATE_TEST_SUITE_P(
    V4InV6,
    SpecialAddress,
    testing::Values(
        "::ffff:127.0.0.1",
        "::ffff:10.1.2.3",
        "::ffff:169.254.169.254",
        "::ffff:0.0.0.0",
        "64:ff9b::127.0.0.1",
        "64:ff9b::10.0.0.1",
        "64:ff9b::192.168.1.1",
        "2002:7f00:1::",
        "2002:a00:1::1",
        "2002:c0a8:101::1",
        "2002:a9fe:a9fe::"
    )
);

class PublicAddress : public testing::TestWithParam<const char*> {};

TEST_P(PublicAddress, IsAllowed) {
    EXPECT_TRUE(AddressPolicy{}.allows(at(GetParam())));
}

INSTANTIATE_TEST_SUITE_P(
    JustOutsideTheRanges,
    PublicAddress,
    testing::Values(
        "1.0.0.0",
        "8.8.8.8",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "191.255.255.255",
        "192.0.1.0",
        "192.0.3.0",
        "192.88.98.255",
        "192.88.100.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "198.51.99.255",
        "198.51.101.0",
        "203.0.112.255",
        "203.0.114.0",
        "223.255.255.255",
        "2000::1",
        "2001:200::1",
        "2001:4860:4860::8888",
        "2001:db7::1",
        "2001:db9::1",
        "2003::1",
        "2a00:1450::1",
        "2606:4700::1111",
        "3ffe:ffff::1",
        "3fff:1000::1",
        "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8",
        "2002:808:808::1"
    )
);

TEST(AddressPolicy, AllowsExactlyTheNamedBlock) {
    const auto policy = allowing({"10.1.0.0/16", "fd12:3456::/32"});
    EXPECT_TRUE(policy.allows(at("10.1.0.0")));
    EXPECT_TRUE(policy.allows(at("10.1.255.255")));
    EXPECT_FALSE(policy.allows(at("10.0.255.255")));
    EXPECT_FALSE(policy.allows(at("10.2.0.0")));
    EXPECT_TRUE(policy.allows(at("fd12:3456:ffff::1")));
    EXPECT_FALSE(policy.allows(at("fd12:3457::1")));
    EXPECT_FALSE(policy.allows(at("127.0.0.1")));
}

TEST(AddressPolicy, ReadsPrefixesThatEndInsideAByte) {
    const auto policy = allowing({"10.128.0.0/9", "fe80::/10"});
    EXPECT_TRUE(policy.allows(at("10.255.0.1")));
    EXPECT_FALSE(policy.allows(at("10.127.0.1")));
    EXPECT_TRUE(policy.allows(at("febf::1")));
    EXPECT_FALSE(policy.allows(at("fec0::1")));
}

TEST(AddressPolicy, AppliesAV4BlockToItsV6Forms) {
    const auto policy = allowing({"127.0.0.0/8"});
    EXPECT_TRUE(policy.allows(at("::ffff:127.0.0.1")));
    EXPECT_TRUE(policy.allows(at("64:ff9b::127.0.0.1")));
    EXPECT_TRUE(policy.allows(at("2002:7f00:1::")));
    EXPECT_FALSE(policy.allows(at("::ffff:10.0.0.1")));
    EXPECT_FALSE(policy.allows(at("::1")));
}

TEST(AddressPolicy, ReadsAMappedBlockAsTheV4BlockItIs) {
    const auto policy = allowing({"::ffff:10.0.0.0/104"});
    EXPECT_TRUE(policy.allows(at("10.9.9.9")));
    EXPECT_TRUE(policy.allows(at("::ffff:10.9.9.9")));
    EXPECT_FALSE(policy.allows(at("127.0.0.1")));
}

TEST(AddressPolicy, ReadsTheWholeSpaceAndSingleAddresses) {
    EXPECT_TRUE(allowing({"0.0.0.0/0"}).allows(at("127.0.0.1")));
    EXPECT_FALSE(allowing({"0.0.0.0/0"}).allows(at("::1")));
    EXPECT_TRUE(allowing({"::/0"}).allows(at("::1")));
    EXPECT_FALSE(allowing({"10.0.0.5/32"}).allows(at("10.0.0.6")));
    EXPECT_FALSE(allowing({}).allows(at("10.0.0.5")));
}

class UnreadableBlock : public testing::TestWithParam<const char*> {};

TEST_P(UnreadableBlock, IsRefusedByName) {
    const auto policy = AddressPolicy::allowing({"10.0.0.0/8", GetParam()});
    ASSERT_FALSE(policy);
    EXPECT_EQ(policy.error().kind, core::ErrorKind::invalid);
    EXPECT_NE(policy.error().message.find('"' + std::string(GetParam()) + '"'), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    Blocks,
    UnreadableBlock,
    testing::Values(
        "",
        "/",
        "10.0.0.0",
        "10.0.0.0/",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/+8",
        "10.0.0.0/8 ",
        " 10.0.0.0/8",
        "10.0.0.0/8/8",
        "10.0.0/8",
        "010.0.0.0/8x",
        "256.0.0.0/8",
        "fd00::/129",
        "fe80::1%eth0/64",
        "localhost/8",
        "10.0.0.0/99999999999999999999",
        "10.0.0.0/0x8"
    )
);

}  // namespace
}  // namespace navette::outbound
