#include "daemon/http/page.hpp"

#include "daemon/secrets/encoding.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <gmock/gmock.h>

namespace navette::http {
namespace {

namespace json = boost::json;

const std::vector<KeyPart> kKey{KeyPart::moment, KeyPart::number, KeyPart::text};

Request asking(const std::string& name, const std::string& value) {
    Request request;
    request.query.emplace_back(name, value);
    return request;
}

store::Records rows(int count) {
    store::Records made;
    for (int at = 1; at <= count; ++at) {
        made.push_back({{"id", at}});
    }
    return made;
}

std::vector<std::string> position(const store::Record& row) {
    return {"2026-01-01T00:00:00.123456Z", std::to_string(row.at("id").as_int64()), "a \"b\""};
}

json::object body_of(const Response& answer) {
    return json::parse(answer.body).as_object();
}

/// The field that the problem names; empty where the page can be read.
std::string refused_for(const Request& request) {
    const auto page = read_page(request, "jobs", kKey);
    if (page) {
        return {};
    }
    EXPECT_EQ(page.error().status, 400);
    return std::string(body_of(page.error()).at("field").as_string());
}

TEST(Pages, FiftyRowsWhereNothingIsSaid) {
    const auto page = read_page(Request{}, "jobs", kKey);
    ASSERT_TRUE(page.has_value());
    EXPECT_EQ(page->limit, 50);
    EXPECT_EQ(page->fetch(), 51);
    EXPECT_TRUE(page->after.empty());
}

TEST(Pages, TheLimitHasBounds) {
    EXPECT_EQ(read_page(asking("limit", "1"), "jobs", kKey)->limit, 1);
    EXPECT_EQ(read_page(asking("limit", "500"), "jobs", kKey)->limit, 500);
    for (const std::string text : {"0", "501", "-1", "", "ten", "5x", " 5", "99999999999999999999"}) {
        EXPECT_EQ(refused_for(asking("limit", text)), "limit") << text;
    }
}

TEST(Pages, TheCursorLeadsOnBehindTheLastRowThatWasShown) {
    const Page page{2, {}};
    const auto body = body_of(page_response(rows(3), page, "jobs", position));
    EXPECT_EQ(body.at("data").as_array().size(), 2U);
    const std::string cursor(body.at("next_cursor").as_string());
    const auto next = read_page(asking("cursor", cursor), "jobs", kKey);
    ASSERT_TRUE(next.has_value());
    EXPECT_THAT(next->after, ::testing::ElementsAre("2026-01-01T00:00:00.123456Z", "2", "a \"b\""));
}

TEST(Pages, TheLastPageHasNoCursor) {
    for (const int count : {0, 1, 2}) {
        const auto body = body_of(page_response(rows(count), Page{2, {}}, "jobs", position));
        EXPECT_EQ(body.at("data").as_array().size(), static_cast<std::size_t>(count));
        EXPECT_TRUE(body.at("next_cursor").is_null());
    }
}

TEST(Pages, ACursorOfAnotherListOrAForgedOneIsRefused) {
    const auto forged = [](const std::string& text) {
        return refused_for(asking("cursor", secrets::base64url(text)));
    };
    EXPECT_EQ(forged(R"(["jobs","2026-01-01","2","a"])"), "");
    EXPECT_EQ(forged(R"(["logs","2026-01-01","2","a"])"), "cursor");
    EXPECT_EQ(forged(R"(["jobs","2026-01-01","2"])"), "cursor");
    EXPECT_EQ(forged(R"(["jobs","2026-01-01","2; DROP","a"])"), "cursor");
    EXPECT_EQ(forged(R"(["jobs","2026-01-01","99999999999999999999","a"])"), "cursor");
    EXPECT_EQ(forged(R"(["jobs","yesterday","2","a"])"), "cursor");
    EXPECT_EQ(forged(R"(["jobs","2026-01-01",2,"a"])"), "cursor");
    EXPECT_EQ(forged("[\"jobs\",\"2026-01-01\",\"2\",\"a\\u0000\"]"), "cursor");
    EXPECT_EQ(forged("{}"), "cursor");
    EXPECT_EQ(refused_for(asking("cursor", "%%%")), "cursor");
    EXPECT_EQ(refused_for(asking("cursor", "")), "cursor");
}

}  // namespace
}  // namespace navette::http
