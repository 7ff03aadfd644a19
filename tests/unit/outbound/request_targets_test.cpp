#include "daemon/outbound/request_targets.hpp"

#include <gtest/gtest.h>

#include <string>

namespace navette::outbound {
namespace {

TEST(RequestTargets, NamesHostAndPortTheSecondTimeAsTheFirst) {
    RequestTargets targets;
    for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(targets.read("https://erp.example/api?limit=1"), "erp.example:443");
        EXPECT_EQ(targets.read("https://erp.example:8443/api"), "erp.example:8443");
        EXPECT_EQ(targets.read("http://erp.example/"), "erp.example:80");
        EXPECT_EQ(targets.read("http://erp.example"), "erp.example:80");
        EXPECT_EQ(targets.read("http://[::1]:81/a"), "[::1]:81");
    }
}

TEST(RequestTargets, ReadsThreeSlashesAsLibcurlDoes) {
    RequestTargets targets;
    EXPECT_EQ(targets.read("http:///one.example/"), "one.example:80");
    EXPECT_EQ(targets.read("http:///other.example/"), "other.example:80");
}

TEST(RequestTargets, NeverNamesCredentials) {
    RequestTargets targets;
    for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(targets.read("http://user:s3cret@erp.example/a"), "erp.example:80");
        EXPECT_EQ(targets.read("http://erp.example/a?who=me@here"), "erp.example:80");
    }
}

TEST(RequestTargets, RefusesWhatCannotBeCalledThoughItsOriginIsKnown) {
    RequestTargets targets;
    ASSERT_TRUE(targets.read("http://erp.example/good"));
    for (const std::string url :
         {"http://erp.example/a b",
          "http://erp.example/\n",
          "http://erp.example/\x7f",
          "ftp://erp.example/",
          "erp.example/good",
          "//erp.example/good",
          "http://",
          "http://erp.example:99999/"}) {
        EXPECT_FALSE(targets.read(url)) << url;
        EXPECT_FALSE(targets.read(url)) << url;
    }
    EXPECT_FALSE(targets.read(std::string("http://erp.example/\0x", 21)));
}

}  // namespace
}  // namespace navette::outbound
