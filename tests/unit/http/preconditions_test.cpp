#include "daemon/http/preconditions.hpp"

#include <gtest/gtest.h>

namespace navette::http {
namespace {

/// The status that a request with this If-Match gets for version 7; 0: it goes on.
int status_of(const std::string& if_match, IfMatch need = IfMatch::required) {
    Request request;
    if (!if_match.empty()) {
        request.headers.push_back({"if-match", if_match});
    }
    const auto answer = check_if_match(request, 7, need);
    return answer ? answer->status : 0;
}

TEST(Preconditions, TheVersionThatWasReadMayBeChanged) {
    EXPECT_EQ(etag_of(7), "\"7\"");
    EXPECT_EQ(status_of(etag_of(7)), 0);
    EXPECT_EQ(status_of("\"5\", \"7\" , \"9\""), 0);
    EXPECT_EQ(status_of("*"), 0);
}

TEST(Preconditions, AnotherVersionMayNot) {
    EXPECT_EQ(status_of("\"6\""), 412);
    EXPECT_EQ(status_of("\"77\""), 412);
    EXPECT_EQ(status_of("\"5\",\"6\""), 412);
    EXPECT_EQ(status_of("W/\"7\""), 412) << "If-Match compares strongly";
    EXPECT_EQ(status_of("\"5,7\""), 412) << "a comma inside a tag separates nothing";
}

TEST(Preconditions, ItMustBeSaidWhereItIsRequired) {
    EXPECT_EQ(status_of(""), 428);
    EXPECT_EQ(status_of("", IfMatch::optional), 0);
    EXPECT_EQ(status_of("\"6\"", IfMatch::optional), 412);
}

TEST(Preconditions, WhatIsNoListOfTagsIsToldSo) {
    for (const std::string text : {"7", "\"7", "7\"", "\"6\" \"7\"", "W/7", "W/", "\"6\";\"7\""}) {
        EXPECT_EQ(status_of(text), 400) << text;
    }
}

TEST(Preconditions, TheRefusalNamesTheCurrentVersion) {
    Request request;
    request.headers.push_back({"If-Match", "\"6\""});
    const auto answer = check_if_match(request, 7);
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(sdk::first_header(answer->headers, "ETag"), "\"7\"");
}

}  // namespace
}  // namespace navette::http
