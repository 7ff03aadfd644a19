#include "manifest_file.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace navette::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class IntegrationConfig : public ::testing::Test {
  protected:
    void SetUp() override {
        auto shop = testing::load_shop(testing::kManifest);
        ASSERT_TRUE(shop);
        shop_ = std::move(*shop);
    }

    [[nodiscard]] auto check(std::string_view settings, const std::vector<std::string>& secrets = {"api_key"})
        const {
        return check_integration_config(
            shop_, boost::json::parse(boost::json::string_view(settings)).as_object(), secrets
        );
    }

    [[nodiscard]] std::vector<std::string> mistakes(
        std::string_view settings, const std::vector<std::string>& secrets = {"api_key"}
    ) const {
        const auto checked = check(settings, secrets);
        return checked ? std::vector<std::string>() : checked.error();
    }

    Manifest shop_;
};

TEST_F(IntegrationConfig, FillsInDefaults) {
    const auto checked = check(R"({"base_url": "https://shop.example/api", "currency": ""})");
    ASSERT_TRUE(checked) << checked.error().front();
    EXPECT_EQ(
        boost::json::serialize(*checked),
        R"({"base_url":"https://shop.example/api","currency":"EUR","page":50,"draft":false,"levels":{"a":1}})"
    );
}

TEST_F(IntegrationConfig, ReadsNumbersAndBooleansFromACommandLine) {
    const auto checked = check(R"({"base_url": "http://127.0.0.1:8899", "page": "-20", "draft": "true"})");
    ASSERT_TRUE(checked) << checked.error().front();
    EXPECT_EQ(checked->at("page"), boost::json::value(-20));
    EXPECT_EQ(checked->at("draft"), boost::json::value(true));
}

TEST_F(IntegrationConfig, TellsEveryMistakeByItsField) {
    EXPECT_THAT(
        mistakes(
            R"({"pgae": 1, "api_key": "k3y", "page": 1.5, "draft": "perhaps", "levels": "a", "currency": 5})",
            {"base_url", "api_kay"}
        ),
        ElementsAre(
            "'pgae' is not a setting of Shop, did you mean 'page'?",
            "api_key is a secret, give it among the secrets and not among the settings",
            "base_url is not a secret, give it among the settings",
            "'api_kay' is not a secret of Shop, did you mean 'api_key'?",
            "base_url is required (Address)",
            "api_key is required, give it among the secrets",
            "currency is not text, expected text",
            "page is not a whole number, expected a whole number such as 5",
            "draft is neither yes nor no, expected true or false",
            "levels is not a map, expected names with values"
        )
    );
}

TEST_F(IntegrationConfig, AUrlIsHttpWithAHostAndWithoutPassword) {
    for (const std::string url :
         {"ftp://shop.example",
          "shop.example",
          "https://",
          "https:///api",
          "https://shop.example/a b",
          "javascript:alert(1)"}) {
        EXPECT_THAT(
            mistakes(R"({"base_url": ")" + url + "\"}"),
            ElementsAre(HasSubstr("base_url is not a web address"))
        ) << url;
    }
    EXPECT_THAT(
        mistakes(R"({"base_url": "https://root:hunter2@shop.example"})"),
        ElementsAre(
            ::testing::AllOf(HasSubstr("base_url holds a user or password"), Not(HasSubstr("hunter2")))
        )
    );
}

TEST_F(IntegrationConfig, ANullCountsAsNotGiven) {
    EXPECT_THAT(mistakes(R"({"base_url": null})"), ElementsAre(HasSubstr("base_url is required")));
}

TEST(Template, NamesAreReplacedBySettingsAndSecrets) {
    const boost::json::object settings{
        {"host", "shop.example"}, {"port", 8080}, {"tls", true}, {"empty", nullptr}
    };
    const std::map<std::string, std::string> secrets{{"token", "${host}"}};
    EXPECT_EQ(
        expand_template("https://${host}:${port}/${tls}", settings, secrets), "https://shop.example:8080/true"
    );
    EXPECT_EQ(expand_template("Bearer ${token}", settings, secrets), "Bearer ${host}");
    EXPECT_EQ(expand_template("<${none}${empty}>", settings, secrets), "<>");
    EXPECT_EQ(expand_template("a ${host", settings, secrets), "a ${host");
    EXPECT_EQ(expand_template("$host {x} $", settings, secrets), "$host {x} $");
    EXPECT_EQ(expand_template("", settings, secrets), "");
}

}  // namespace
}  // namespace navette::config
