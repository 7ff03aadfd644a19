// The stand-in of Pipedrive: access, limits, and the rules of version 2.
#include "tests/standin/blocking_client.hpp"
#include "tests/standin/site_in_process.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace navette::standin {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;

class PipedriveSite : public ::testing::Test {
  protected:
    /// The site starts with the first request.
    explicit PipedriveSite(SiteOptions options = {}) : options_(std::move(options)) {}

    void start(SiteOptions options) {
        client_.reset();
        site_.emplace("pipedrive", std::move(options));
        client_.emplace(site_->port(), std::map<std::string, std::string>{{"x-api-token", "token-1"}});
    }

    SiteInProcess& site() {
        if (!site_) {
            start(options_);
        }
        return *site_;
    }

    BlockingClient& client() {
        site();
        return *client_;
    }

    Reply call(const std::string& method, const std::string& path, const std::string& body = "") {
        return client().send(method, "/api" + path, body);
    }

    /// The `data` of a success.
    json::value data(const std::string& method, const std::string& path, const std::string& body = "") {
        const auto reply = call(method, path, body);
        EXPECT_LT(reply.status, 300U) << reply.body;
        const auto answer = reply.json();
        EXPECT_TRUE(answer.is_object() && answer.at("success").as_bool()) << reply.body;
        return answer.is_object() && answer.as_object().contains("data") ? answer.at("data") : json::value();
    }

    std::int64_t created(const std::string& kind) {
        return site().effects().at(kind).at("creates").to_number<std::int64_t>();
    }

    SiteOptions options_;
    std::optional<SiteInProcess> site_;
    std::optional<BlockingClient> client_;
};

TEST_F(PipedriveSite, TakesItsTokenInTheHeaderOnly) {
    EXPECT_EQ(data("GET", "/v1/users/me").at("company_domain"), "acme");
    BlockingClient stranger(site().port());
    const auto refused = stranger.send("GET", "/api/v1/users/me?api_token=token-1");
    EXPECT_EQ(refused.status, 401U);
    EXPECT_EQ(refused.json().at("error"), "unauthorized access");
    EXPECT_EQ(refused.json().at("errorCode"), 401);
    stranger.set_header("x-api-token", "token-2");
    EXPECT_EQ(stranger.send("GET", "/api/v1/users/me").status, 401U);
}

TEST_F(PipedriveSite, OAuthTokensTellTheAddressExpireAndAreBoundToScopes) {
    start({{"scopes", "base,contacts:full"}});
    BlockingClient app(site().port(), {{"Authorization", "Basic Y2xpZW50LTE6Y2xpZW50LXNlY3JldC0x"}});
    const auto tokens = app.send(
        "POST", "/oauth/token", R"({"grant_type":"authorization_code","code":"code-1","redirect_uri":"x"})"
    );
    ASSERT_EQ(tokens.status, 200U) << tokens.body;
    // The address is the one that was asked, which a BlockingClient writes without its port.
    EXPECT_EQ(tokens.json().at("api_domain"), "http://127.0.0.1");
    const auto bearer = "Bearer " + std::string(tokens.json().at("access_token").as_string());
    BlockingClient user(site().port(), {{"Authorization", bearer}});
    EXPECT_EQ(user.send("GET", "/api/v2/persons").status, 200U);
    const auto forbidden = user.send("GET", "/api/v2/deals");
    EXPECT_EQ(forbidden.status, 403U);
    EXPECT_EQ(forbidden.json().at("error"), "Scope and URL mismatch");
    site().control("POST", "tokens", R"({"expire":true})");
    EXPECT_EQ(user.send("GET", "/api/v2/persons").status, 401U);
}

TEST_F(PipedriveSite, CountsItsRequestsAndBlocksWhoGoesOn) {
    start({{"rate", "2"}, {"rate_ms", "60000"}, {"block_after", "2"}});
    data("GET", "/v1/users/me");
    data("GET", "/v2/persons");
    for (int i = 0; i < 2; ++i) {
        const auto refused = call("GET", "/v2/persons");
        EXPECT_EQ(refused.status, 429U);
        EXPECT_EQ(refused.json().at("success"), false);
    }
    const auto blocked = call("GET", "/v2/persons");
    EXPECT_EQ(blocked.status, 403U);
    EXPECT_THAT(blocked.content_type, HasSubstr("text/html"));
}

TEST_F(PipedriveSite, TakesEachCallFromTheDailyBudget) {
    start({{"daily", "36"}});
    data("POST", "/v2/persons", R"({"name":"Ana"})");               // 5
    data("GET", "/v2/persons/search?term=ana&fields=name");         // 20
    data("POST", "/v1/notes", R"({"content":"x","person_id":1})");  // 10
    EXPECT_EQ(call("DELETE", "/v1/notes/1").status, 429U) << "6 of 1 that is left";
    EXPECT_EQ(call("GET", "/v2/persons/1").status, 429U) << "nothing is left until midnight";
}

TEST_F(PipedriveSite, VersionTwoIsStrictAboutTypesAndReferences) {
    const std::pair<const char*, const char*> refused[] = {
        {"/v2/deals", R"({"value":5})"},
        {"/v2/deals", R"({"title":"D","value":"120"})"},
        {"/v2/deals", R"({"title":"D","person_id":99})"},
        {"/v2/deals", R"({"title":"D","stage_id":77})"},
        {"/v2/deals", R"({"title":"D","currency":"eur"})"},
        {"/v2/deals", R"({"title":"D","expected_close_date":"01.05.2026"})"},
        {"/v2/deals", R"({"title":"D","expected_close_date":"2026-02-30"})"},
        {"/v2/deals", R"({"title":"D","status":"deleted"})"},
        {"/v2/persons", R"({})"},
        {"/v2/persons", R"({"name":"Ana","emails":"a@b.fr"})"},
        {"/v2/persons", R"({"name":"Ana","custom_fields":{"0123":"x"}})"},
        {"/v2/activities", R"({"subject":"A","done":1})"},
        {"/v2/activities", R"({"subject":"A","type":"party"})"},
        {"/v2/activities", R"({"subject":"A","participants":[{"person_id":99}]})"},
        {"/v2/activities", R"({"subject":"A","due_time":"noon"})"},
        {"/v2/organizations", "[]"},
        {"/v2/organizations", "{"},
    };
    for (const auto& [path, body] : refused) {
        EXPECT_EQ(call("POST", path, body).status, 400U) << path << " " << body;
    }
    EXPECT_EQ(call("POST", "/v2/persons", R"({"name":"Ana","job_title":"CEO"})").status, 403U);
    EXPECT_EQ(call("POST", "/v1/persons", R"({"name":"Ana"})").status, 404U);
    EXPECT_EQ(call("POST", "/v2/notes", R"({"content":"x"})").status, 404U);
    for (const auto* kind : {"persons", "organizations", "deals", "activities"}) {
        EXPECT_EQ(created(kind), 0) << kind;
    }
}

TEST_F(PipedriveSite, NothingIsUniqueAndTheFieldOfTheAccountHoldsAKey) {
    const auto code =
        std::string(data("POST", "/v2/personFields", R"({"field_name":"navette_id","field_type":"varchar"})")
                        .at("field_code")
                        .as_string());
    EXPECT_EQ(code.size(), 40U);
    const auto ana =
        R"({"name":"Ana Berg","emails":[{"value":"a@b.fr"}],"custom_fields":{")" + code + R"(":"nv-1"}})";
    EXPECT_EQ(data("POST", "/v2/persons", ana).at("id"), 1);
    const auto second = data("POST", "/v2/persons", ana);
    EXPECT_EQ(second.at("id"), 2);
    EXPECT_EQ(second.at("last_name"), "Berg");
    EXPECT_EQ(second.at("emails").at(0).at("primary"), true);
    EXPECT_EQ(second.at("custom_fields").at(code), "nv-1");
    EXPECT_EQ(site().effects().at("persons").at("by_navette_id").at("nv-1"), 2);
    EXPECT_EQ(data("GET", "/v2/persons?custom_fields=other").at(0).at("custom_fields"), json::object());
    EXPECT_EQ(data("GET", "/v2/personFields?limit=500").as_array().back().at("field_name"), "navette_id");
}

TEST_F(PipedriveSite, AListOfPointsIsReplacedAndAnEqualWriteChangesNothing) {
    data("POST", "/v2/persons", R"({"name":"Ana","emails":[{"value":"a@b.fr"},{"value":"b@b.fr"}]})");
    const auto body = R"({"emails":[{"value":"c@b.fr","primary":true,"label":"work"}]})";
    EXPECT_EQ(data("PATCH", "/v2/persons/1", body).at("emails").as_array().size(), 1U);
    data("PATCH", "/v2/persons/1", body);
    EXPECT_EQ(site().effects().at("persons").at("changes").at("update"), 1);
}

TEST_F(PipedriveSite, ADeletedRecordIsNotListedButMayStillAnswer) {
    data("POST", "/v2/deals", R"({"title":"D"})");
    EXPECT_EQ(data("DELETE", "/v2/deals/1").at("id"), 1);
    EXPECT_EQ(call("DELETE", "/v2/deals/1").status, 410U);
    EXPECT_EQ(data("GET", "/v2/deals/1").at("is_deleted"), true);
    EXPECT_EQ(data("PATCH", "/v2/deals/1", R"({"title":"E"})").at("is_deleted"), true);
    EXPECT_EQ(data("GET", "/v2/deals").as_array().size(), 0U);
    EXPECT_EQ(data("GET", "/v2/deals?status=open,deleted").as_array().size(), 1U);
    start({{"deleted", "hidden"}});
    data("POST", "/v2/deals", R"({"title":"D"})");
    data("DELETE", "/v2/deals/1");
    EXPECT_EQ(call("GET", "/v2/deals/1").status, 404U);
}

TEST_F(PipedriveSite, ListsGoByTheTimeOfTheChangeAndACursor) {
    for (int i = 0; i < 5; ++i) {
        data("POST", "/v2/organizations", R"({"name":"Acme"})");
    }
    const std::string list = "/v2/organizations?sort_by=update_time&limit=2";
    std::string ids;
    std::string cursor;
    do {
        const auto page = call("GET", list + (cursor.empty() ? "" : "&cursor=" + cursor)).json();
        for (const auto& one : page.at("data").as_array()) {
            ids += std::to_string(one.at("id").to_number<int>());
        }
        const auto& next = page.at("additional_data").at("next_cursor");
        cursor = next.is_string() ? std::string(next.as_string()) : "";
    } while (!cursor.empty());
    EXPECT_EQ(ids, "12345");
    EXPECT_EQ(data("GET", "/v2/organizations?sort_direction=desc&limit=1").at(0).at("id"), 5);
    EXPECT_EQ(data("GET", "/v2/organizations?updated_since=2099-01-01T00:00:00Z").as_array().size(), 0U);
    EXPECT_EQ(call("GET", "/v2/organizations?limit=501").status, 400U);
    EXPECT_EQ(call("GET", "/v2/organizations?cursor=x").status, 400U);
    EXPECT_EQ(call("GET", "/v2/organizations?updated_since=2026-05-01+10:00:00").status, 400U);
}

TEST_F(PipedriveSite, SearchesLagBehind) {
    start({{"search_lag_ms", "3600000"}});
    data("POST", "/v2/persons", R"({"name":"Ana","emails":[{"value":"a@b.fr"}]})");
    const auto* search = "/v2/persons/search?term=A@B.FR&fields=email&exact_match=true";
    EXPECT_EQ(data("GET", search).at("items").as_array().size(), 0U);
    EXPECT_EQ(data("GET", "/v2/persons").as_array().size(), 1U);

    start({{"search_lag_ms", "0"}});
    data("POST", "/v2/persons", R"({"name":"Ana","emails":[{"value":"a@b.fr"}]})");
    EXPECT_EQ(data("GET", search).at("items").at(0).at("item").at("emails").at(0), "a@b.fr");
    EXPECT_EQ(data("GET", "/v2/persons/search?term=@b.f").at("items").as_array().size(), 1U);
    EXPECT_EQ(call("GET", "/v2/persons/search?term=a").status, 400U);
}

TEST_F(PipedriveSite, ASearchByAFieldMindsLetterCase) {
    start({{"search_lag_ms", "0"}});
    const auto code =
        std::string(data("POST", "/v2/dealFields", R"({"field_name":"navette_id","field_type":"varchar"})")
                        .at("field_code")
                        .as_string());
    data("POST", "/v2/deals", R"({"title":"D","custom_fields":{")" + code + R"(":"nv-1"}})");
    const auto search = "/v2/itemSearch/field?entity_type=deal&match=exact&field=" + code + "&term=";
    EXPECT_EQ(data("GET", search + "nv-1").at(0).at("id"), 1);
    EXPECT_EQ(data("GET", search + "NV-1").as_array().size(), 0U);
    EXPECT_EQ(data("GET", search + "nv").as_array().size(), 0U);
    EXPECT_EQ(call("GET", "/v2/itemSearch/field?entity_type=deal&field=none&term=x").status, 400U);
}

TEST_F(PipedriveSite, AnActivitysPersonIsItsPrimaryParticipant) {
    data("POST", "/v2/persons", R"({"name":"Ana"})");
    const auto ignored = data("POST", "/v2/activities", R"({"subject":"A","person_id":1})");
    EXPECT_TRUE(ignored.at("person_id").is_null());
    const auto made = data(
        "POST",
        "/v2/activities",
        R"({"subject":"A","type":"meeting","due_time":"10:00","participants":[{"person_id":1,"primary":true}],"note":"x[nv-1]"})"
    );
    EXPECT_EQ(made.at("person_id"), 1);
    EXPECT_EQ(made.at("due_time"), "10:00:00");
    EXPECT_EQ(data("GET", "/v2/activities?person_id=1").as_array().size(), 1U);
    EXPECT_EQ(site().effects().at("activities").at("by_mark").at("nv-1"), 1);
}

TEST_F(PipedriveSite, OutagesLookLikePipedrives) {
    site().set_faults(R"({"html_503":1})");
    EXPECT_THAT(call("GET", "/v2/persons").content_type, HasSubstr("text/html"));
    site().set_faults(R"({"error_5xx":1})");
    EXPECT_EQ(call("GET", "/v2/persons").json().at("success"), false);
    site().set_faults(R"({"api_off":true})");
    EXPECT_EQ(call("GET", "/v2/persons").status, 402U);
    site().set_faults(R"({"unauthorized":true})");
    EXPECT_EQ(call("GET", "/v2/persons").status, 401U);
}

}  // namespace
}  // namespace navette::standin
