#include "daemon/http/router.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace navette::http {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

Route route(std::string method, std::string pattern) {
    Route made;
    made.method = std::move(method);
    made.pattern = std::move(pattern);
    return made;
}

Router router() {
    Router made;
    made.add(route("GET", "/integrations"));
    made.add(route("POST", "/integrations"));
    made.add(route("GET", "/integrations/configured"));
    made.add(route("GET", "/integrations/{id}"));
    made.add(route("DELETE", "/integrations/{id}"));
    made.add(route("POST", "/integrations/{id}/enable"));
    made.add(route("POST", "/integrations/all/{what}"));
    made.add(route("GET", "/files/{rest...}"));
    return made;
}

std::string pattern_of(const Router& in, std::string_view method, std::string_view path) {
    const auto found = in.find(method, path);
    return found.route == nullptr ? "" : found.route->pattern;
}

TEST(Router, FindsByMethodAndPath) {
    const auto all = router();
    EXPECT_EQ(pattern_of(all, "GET", "/integrations"), "/integrations");
    EXPECT_THAT(all.find("DELETE", "/integrations/int_1").parameters, ElementsAre(Pair("id", "int_1")));
    EXPECT_EQ(pattern_of(all, "GET", "/"), "");
    EXPECT_EQ(pattern_of(all, "GET", "/integrations/"), "");
    EXPECT_EQ(pattern_of(all, "GET", "/Integrations"), "");
    EXPECT_EQ(pattern_of(all, "GET", "integrations"), "");
    EXPECT_EQ(pattern_of(all, "GET", ""), "");
}

TEST(Router, AFixedPartWinsOverAParameterFromTheLeft) {
    const auto all = router();
    EXPECT_EQ(pattern_of(all, "GET", "/integrations/configured"), "/integrations/configured");
    EXPECT_EQ(pattern_of(all, "POST", "/integrations/all/enable"), "/integrations/all/{what}");
    EXPECT_EQ(pattern_of(all, "POST", "/integrations/one/enable"), "/integrations/{id}/enable");
}

TEST(Router, AWrongMethodTellsTheRightOnes) {
    const auto found = router().find("PATCH", "/integrations/int_1");
    EXPECT_EQ(found.route, nullptr);
    EXPECT_THAT(found.allowed, ElementsAre("GET", "HEAD", "DELETE"));
    EXPECT_THAT(router().find("PATCH", "/nothing").allowed, IsEmpty());
    EXPECT_THAT(router().find("DELETE", "/integrations/configured").allowed, ElementsAre("GET", "HEAD"));
}

TEST(Router, HeadFindsGet) {
    EXPECT_EQ(pattern_of(router(), "HEAD", "/integrations/x"), "/integrations/{id}");
    EXPECT_EQ(pattern_of(router(), "HEAD", "/integrations/x/enable"), "");
}

TEST(Router, PartsAreSplitBeforeTheyAreDecoded) {
    const auto all = router();
    EXPECT_THAT(all.find("GET", "/integrations/a%2Fb%20c").parameters, ElementsAre(Pair("id", "a/b c")));
    EXPECT_EQ(pattern_of(all, "GET", "/integrations%2Fx"), "");
    EXPECT_EQ(pattern_of(all, "GET", "/integrations/%63onfigured"), "/integrations/configured");
    EXPECT_THAT(all.find("GET", "/integrations/a+b").parameters, ElementsAre(Pair("id", "a+b")));
}

TEST(Router, TraversalAndBrokenEscapesFindNothing) {
    const auto all = router();
    for (const auto* path :
         {"/files/../integrations",
          "/files/%2e%2e/integrations",
          "/files/.%2E/x",
          "/files/./x",
          "/files/a/..",
          "/files/%",
          "/files/%4",
          "/files/%zz",
          "/files/%00",
          "/integrations//enable",
          "//integrations",
          "/files/"}) {
        EXPECT_EQ(pattern_of(all, "GET", path), "") << path;
    }
    EXPECT_THAT(all.find("GET", "/files/a/b%2Fc").parameters, ElementsAre(Pair("rest", "a/b/c")));
    EXPECT_EQ(pattern_of(all, "GET", "/files/..."), "/files/{rest...}");
}

TEST(Router, AMalformedPatternOrASecondRouteIsAMistakeInNavette) {
    auto all = router();
    EXPECT_THROW(all.add(route("GET", "integrations")), std::logic_error);
    EXPECT_THROW(all.add(route("GET", "/a/{b}c")), std::logic_error);
    EXPECT_THROW(all.add(route("GET", "/a/{rest...}/b")), std::logic_error);
    EXPECT_THROW(all.add(route("GET", "/a/{x}/{x}")), std::logic_error);
    EXPECT_THROW(all.add(route("GET", "/a/{}")), std::logic_error);
    EXPECT_THROW(all.add(route("HEAD", "/a")), std::logic_error);
    EXPECT_THROW(all.add(route("GET", "/integrations/{other}")), std::logic_error);
    all.add(route("PUT", "/integrations/{other}"));
    EXPECT_THAT(all.find("PUT", "/integrations/x").parameters, ElementsAre(Pair("other", "x")));
}

}  // namespace
}  // namespace navette::http
