#include "daemon/engine/evidence.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace navette::engine {
namespace {

using testing::HasSubstr;
using testing::Not;

Exchange exchange(const std::string& request_body, const std::string& response_body) {
    Exchange one;
    one.request.method = sdk::Method::post;
    one.request.url = "https://erp.example/api/index.php/orders";
    one.request.headers.push_back({"DOLAPIKEY", "s3cret-key"});
    one.request.body = request_body;
    one.response.status = 200;
    one.response.headers.push_back({"Content-Type", "application/json"});
    one.response.body = response_body;
    one.duration = std::chrono::milliseconds(12);
    return one;
}

TEST(Evidence, ShowsWhatWasSentAndHidesTheKey) {
    const outbound::Redactor redactor({"s3cret-key"});
    const auto text =
        requests_json({exchange(R"({"ref": "LU1", "note": "my key is s3cret-key"})", "5")}, redactor);
    EXPECT_THAT(text, Not(HasSubstr("s3cret-key")));
    const auto request = boost::json::parse(text).as_object();
    EXPECT_EQ(request.at("method").as_string(), "POST");
    EXPECT_EQ(request.at("body").at("ref").as_string(), "LU1");
}

TEST(Evidence, KeepsPlainJsonAsItWasSent) {
    const outbound::Redactor redactor({"s3cret-key"});
    constexpr auto kBody = R"({ "amount": 12.50, "ref": "LU1" })";
    EXPECT_THAT(requests_json({exchange(kBody, "5")}, redactor), HasSubstr(kBody));
    EXPECT_THAT(
        requests_json({exchange(R"({ "password": "x" })", "5")}, redactor), HasSubstr(R"({"password":"***"})")
    );
}

TEST(Evidence, IsOneObjectForOneRequestAndAListForSeveral) {
    const outbound::Redactor redactor;
    EXPECT_EQ(responses_json({}, redactor), "");
    EXPECT_TRUE(boost::json::parse(responses_json({exchange("", "5")}, redactor)).is_object());
    const auto list = boost::json::parse(responses_json({exchange("", "5"), exchange("", "6")}, redactor));
    EXPECT_EQ(list.as_array().at(1).at("body").as_int64(), 6);
}

TEST(Evidence, TellsWhyThereIsNoAnswer) {
    auto lost = exchange("", "");
    lost.response = {};
    lost.failure = "erp.example: time-out";
    EXPECT_THAT(responses_json({lost}, outbound::Redactor()), HasSubstr("time-out"));
}

TEST(Evidence, IsTextThatPostgresqlTakesWhateverThePlatformAnswered) {
    const outbound::Redactor redactor;
    const std::string nul("{\"a\\u0000b\": \"c\\u0000d\"}");
    EXPECT_THAT(responses_json({exchange("", nul)}, redactor), Not(HasSubstr("\\u0000")));
    const auto broken = responses_json({exchange("", std::string("caf\xE9 \0 x", 8))}, redactor);
    EXPECT_THAT(broken, Not(HasSubstr("\xE9")));
    EXPECT_THAT(broken, Not(HasSubstr("\\u0000")));
}

TEST(Evidence, MakesAnyTextStorable) {
    EXPECT_EQ(storable(std::string("a\0b", 3)), "ab");
    EXPECT_EQ(storable("Intégrale ✓"), "Intégrale ✓");
    EXPECT_EQ(storable("caf\xE9"), "caf\xEF\xBF\xBD");
}

}  // namespace
}  // namespace navette::engine
