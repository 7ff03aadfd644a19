#include "daemon/http/response_head.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace navette::http {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string head_of(const Response& response, bool keep_alive = true) {
    return response_head(response, {"0123456789abcdef", "Sun, 06 Nov 1994 08:49:37 GMT", keep_alive});
}

TEST(ResponseHead, SaysWhatABrowserNeedsToKnow) {
    const auto head = head_of(text_response(200, "hello"));
    EXPECT_THAT(head, StartsWith("HTTP/1.1 200 OK\r\n"));
    for (const auto* line :
         {"Content-Type: text/plain\r\n",
          "Content-Length: 5\r\n",
          "Cache-Control: no-store\r\n",
          "X-Content-Type-Options: nosniff\r\n",
          "X-Request-Id: 0123456789abcdef\r\n",
          "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"}) {
        EXPECT_THAT(head, HasSubstr(line));
    }
    EXPECT_TRUE(head.ends_with("\r\n\r\n"));
    EXPECT_THAT(head, Not(HasSubstr("Connection")));
    EXPECT_THAT(head_of(text_response(200, ""), false), HasSubstr("Connection: close\r\n"));
}

TEST(ResponseHead, AHeadersValueCannotBeginAnotherLine) {
    const auto head = head_of(
        text_response(200, "").with_header("Location", "/a\r\nSet-Cookie: evil=1\r\n\r\n<script>\nX\x7f")
    );
    EXPECT_THAT(head, HasSubstr("Location: /a  Set-Cookie: evil=1    <script> X \r\n"));
    EXPECT_THAT(head, Not(HasSubstr("\r\nSet-Cookie")));
    EXPECT_EQ(head.find("\r\n\r\n"), head.size() - 4);
}

TEST(ResponseHead, ANameThatIsNoTokenIsLeftOut) {
    const auto head =
        head_of(text_response(200, "").with_header("X-A: b\r\nX-Zed", "d").with_header("", "e"));
    EXPECT_THAT(head, Not(HasSubstr("X-A")));
    EXPECT_THAT(head, Not(HasSubstr("X-Zed")));
}

TEST(ResponseHead, AHandlerCannotSayWhereTheBodyEnds) {
    const auto head = head_of(text_response(200, "hello")
                                  .with_header("content-length", "500")
                                  .with_header("Transfer-Encoding", "chunked"));
    EXPECT_THAT(head, HasSubstr("Content-Length: 5\r\n"));
    EXPECT_THAT(head, Not(HasSubstr("500")));
    EXPECT_THAT(head, Not(HasSubstr("Transfer-Encoding")));
}

TEST(ResponseHead, AHandlersOwnCacheControlHolds) {
    const auto head = head_of(text_response(200, "").with_header("cache-control", "max-age=60"));
    EXPECT_THAT(head, HasSubstr("max-age=60"));
    EXPECT_THAT(head, Not(HasSubstr("no-store")));
}

TEST(ResponseHead, AnAnswerWithoutABodyHasNoLength) {
    EXPECT_THAT(head_of(text_response(204, "")), Not(HasSubstr("Content-Length")));
    EXPECT_THAT(head_of(text_response(304, "")), Not(HasSubstr("Content-Length")));
}

TEST(ResponseHead, ADateIsInEnglishAndUtc) {
    EXPECT_EQ(
        http_date(std::chrono::system_clock::from_time_t(784'111'777)), "Sun, 06 Nov 1994 08:49:37 GMT"
    );
}

TEST(Problem, NamesStatusDetailAndField) {
    const auto response = problem(422, "is not a URL", "config.base_url");
    EXPECT_EQ(response.status, 422);
    EXPECT_EQ(sdk::first_header(response.headers, "Content-Type"), "application/problem+json");
    EXPECT_EQ(
        boost::json::parse(response.body),
        boost::json::parse(R"({"type": "about:blank", "title": "Unprocessable Entity", "status": 422,
                               "detail": "is not a URL", "field": "config.base_url"})")
    );
}

TEST(Problem, AnErrorsKindGivesTheStatusAndWhatIsOursStaysInTheLog) {
    using core::Error;
    using core::ErrorKind;
    EXPECT_EQ(problem(Error(ErrorKind::not_found, "x")).status, 404);
    EXPECT_EQ(problem(Error(ErrorKind::invalid, "x")).status, 422);
    EXPECT_EQ(problem(Error(ErrorKind::conflict, "x")).status, 409);
    for (const auto kind : {ErrorKind::unavailable, ErrorKind::read_only}) {
        const auto response = problem(Error(kind, "host=db1 is away"));
        EXPECT_EQ(response.status, 503);
        EXPECT_FALSE(sdk::first_header(response.headers, "Retry-After").empty());
        EXPECT_THAT(response.body, Not(HasSubstr("db1")));
    }
    for (const auto kind : {ErrorKind::internal, ErrorKind::permission}) {
        const auto response = problem(Error(kind, "role navette lacks SELECT"));
        EXPECT_EQ(response.status, 500);
        EXPECT_THAT(response.body, Not(HasSubstr("SELECT")));
    }
}

}  // namespace
}  // namespace navette::http
