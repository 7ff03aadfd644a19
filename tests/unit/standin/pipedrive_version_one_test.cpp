// The stand-in of Pipedrive: notes, call logs, webhooks, and somebody else at work there.
#include "tests/standin/blocking_client.hpp"
#include "tests/standin/site_in_process.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <string>

namespace navette::standin {
namespace {

namespace json = boost::json;

class PipedriveVersionOne : public ::testing::Test {
  protected:
    Reply call(const std::string& method, const std::string& path, const std::string& body = "") {
        return client_.send(method, "/api" + path, body);
    }

    json::value data(const std::string& method, const std::string& path, const std::string& body = "") {
        const auto reply = call(method, path, body);
        EXPECT_LT(reply.status, 300U) << reply.body;
        const auto answer = reply.json();
        EXPECT_TRUE(answer.is_object() && answer.at("success").as_bool()) << reply.body;
        return answer.is_object() && answer.as_object().contains("data") ? answer.at("data") : json::value();
    }

    json::array deliveries() { return site_.control("GET", "deliveries").as_array(); }

    SiteInProcess site_{"pipedrive"};
    BlockingClient client_{site_.port(), {{"x-api-token", "token-1"}}};
};

TEST_F(PipedriveVersionOne, ANoteBelongsToSomebodyAndItsHtmlIsCleaned) {
    EXPECT_EQ(call("POST", "/v1/notes", R"({"content":"x"})").status, 400U);
    EXPECT_EQ(call("POST", "/v1/notes", R"({"content":"x","person_id":1})").status, 400U);
    data("POST", "/v2/persons", R"({"name":"Ana"})");
    EXPECT_EQ(call("POST", "/v1/notes", R"({"person_id":1})").status, 400U);
    EXPECT_EQ(
        call("POST", "/v1/notes", R"({"content":"x","person_id":1,"add_time":"2026-05-01T10:00:00Z"})")
            .status,
        400U
    );
    const auto note = data(
        "POST",
        "/v1/notes",
        R"({"content":"a<!-- nv -->b<br>[nv-1]","person_id":"1","add_time":"2020-05-01 10:00:00"})"
    );
    EXPECT_EQ(note.at("content"), "ab<br>[nv-1]");
    EXPECT_EQ(note.at("person_id"), 1);
    EXPECT_EQ(note.at("add_time"), "2020-05-01 10:00:00");
    EXPECT_EQ(site_.effects().at("notes").at("by_mark").at("nv-1"), 1);
    EXPECT_EQ(call("PATCH", "/v1/notes/1", R"({"content":"y"})").status, 404U) << "version 1 has PUT";
    EXPECT_EQ(data("PUT", "/v1/notes/1", R"({"content":"y"})").at("content"), "y");
    EXPECT_EQ(data("DELETE", "/v1/notes/1"), true);
    EXPECT_EQ(data("GET", "/v1/notes/1").at("active_flag"), false);
    EXPECT_EQ(call("DELETE", "/v1/notes/1").status, 404U);
}

TEST_F(PipedriveVersionOne, NotesAreListedByOffsetAndAnEmptyListIsNull) {
    EXPECT_TRUE(data("GET", "/v1/notes").is_null());
    data("POST", "/v2/persons", R"({"name":"Ana"})");
    for (int i = 0; i < 3; ++i) {
        data("POST", "/v1/notes", R"({"content":"x","person_id":1})");
    }
    const auto page = call("GET", "/v1/notes?limit=2&sort=id+DESC").json();
    EXPECT_EQ(page.at("data").at(0).at("id"), 3);
    EXPECT_EQ(page.at("additional_data").at("pagination").at("next_start"), 2);
    const auto rest = call("GET", "/v1/notes?limit=2&sort=id+DESC&start=2&person_id=1").json();
    EXPECT_EQ(rest.at("data").at(0).at("id"), 1);
    EXPECT_EQ(rest.at("additional_data").at("pagination").at("more_items_in_collection"), false);
    EXPECT_TRUE(data("GET", "/v1/notes?updated_since=2099-01-01T00:00:00Z").is_null());
    EXPECT_EQ(call("GET", "/v1/notes?sort=nothing+DESC").status, 400U);
}

TEST_F(PipedriveVersionOne, ACallLogIsNeverChangedAndMakesAnActivity) {
    const std::string call_log =
        R"({"outcome":"connected","to_phone_number":"+331","start_time":"2026-05-01 10:00:00","end_time":"2026-05-01 10:05:00","duration":"300"})";
    const auto made = data("POST", "/v1/callLogs", call_log);
    const auto id = std::string(made.at("id").as_string());
    EXPECT_EQ(made.at("start_time"), "2026-05-01T10:00:00.000Z");
    EXPECT_EQ(data("GET", "/v2/activities/1").at("done"), true);
    EXPECT_EQ(call("PUT", "/v1/callLogs/" + id, call_log).status, 404U);
    EXPECT_EQ(call("GET", "/v1/callLogs?limit=51").status, 400U);
    EXPECT_EQ(data("GET", "/v1/callLogs?limit=50").as_array().size(), 1U);
    call("DELETE", "/v1/callLogs/" + id);
    EXPECT_EQ(call("DELETE", "/v1/callLogs/" + id).status, 410U);
    for (const std::string wrong :
         {R"({})",
          R"({"outcome":"fine","to_phone_number":"+331","start_time":"2026-05-01 10:00:00","end_time":"2026-05-01 10:05:00"})",
          R"({"outcome":"busy","to_phone_number":"+331","start_time":"noon","end_time":"2026-05-01 10:05:00"})",
          R"({"outcome":"busy","to_phone_number":"+331","start_time":"2026-05-01 10:00:00","end_time":"2026-05-01 10:05:00","duration":300})"
         }) {
        EXPECT_EQ(call("POST", "/v1/callLogs", wrong).status, 400U) << wrong;
    }
}

TEST_F(PipedriveVersionOne, AWebhookIsMadeListedAndRemovedButNeverChanged) {
    const auto refused = call(
        "POST",
        "/v1/webhooks",
        R"({"subscription_url":"nowhere","event_action":"*","event_object":"deal","name":"n"})"
    );
    EXPECT_EQ(refused.status, 400U);
    EXPECT_EQ(refused.json().at("errors").at("subscription_url").at(0), "invalid or non-reachable URL");
    const std::string hook =
        R"({"subscription_url":"https://h.example/","event_action":"*","event_object":"deal","name":"n"})";
    EXPECT_EQ(call("POST", "/v1/webhooks", hook).status, 201U);
    const auto held = data("GET", "/v1/webhooks").at(0);
    EXPECT_EQ(held.at("version"), "2.0");
    EXPECT_EQ(held.at("is_active"), 1);
    EXPECT_EQ(call("PUT", "/v1/webhooks/1", hook).status, 404U);
    for (int i = 1; i < 40; ++i) {
        EXPECT_EQ(call("POST", "/v1/webhooks", hook).status, 201U);
    }
    EXPECT_EQ(call("POST", "/v1/webhooks", hook).status, 400U) << "forty for a user";
    EXPECT_EQ(call("DELETE", "/v1/webhooks/1").status, 200U);
    EXPECT_EQ(call("DELETE", "/v1/webhooks/1").status, 404U);
}

TEST_F(PipedriveVersionOne, ChangesAreSentWithBasicCredentialsToWhomAsksForThem) {
    // Nobody listens there: what was sent is kept in any case.
    data(
        "POST",
        "/v1/webhooks",
        R"({"subscription_url":"http://127.0.0.1:1/hook","event_action":"change","event_object":"person","name":"n","http_auth_user":"hook","http_auth_password":"pass"})"
    );
    data("POST", "/v2/persons", R"({"name":"An"})");
    data("POST", "/v2/organizations", R"({"name":"Acme"})");
    EXPECT_EQ(deliveries().size(), 0U);
    data("PATCH", "/v2/persons/1", R"({"name":"Ana"})");
    data("PATCH", "/v2/persons/1", R"({"name":"Ana"})");
    const auto sent = deliveries();
    ASSERT_EQ(sent.size(), 1U) << "an equal write changes nothing";
    EXPECT_EQ(sent.at(0).at("topic"), "change.person");
    EXPECT_EQ(sent.at(0).at("headers").at("Authorization"), "Basic aG9vazpwYXNz");
    const auto body = json::parse(sent.at(0).at("body").as_string());
    EXPECT_EQ(body.at("meta").at("entity_id"), "1");
    EXPECT_EQ(body.at("meta").at("host"), "acme.pipedrive.com");
    EXPECT_EQ(body.at("meta").at("change_source"), "api");
    EXPECT_EQ(body.at("data").at("name"), "Ana");
    EXPECT_EQ(body.at("previous").at("name"), "An");

    site_.control("POST", "subscriptions", R"({"drop":true})");
    data("PATCH", "/v2/persons/1", R"({"name":"Anna"})");
    EXPECT_EQ(deliveries().size(), 1U);
    EXPECT_EQ(data("GET", "/v1/webhooks").at(0).at("is_active"), 0);
}

TEST_F(PipedriveVersionOne, SomebodyElseMakesEditsAndDeletes) {
    site_.control("POST", "webhook", R"({"url":"http://127.0.0.1:1/hook","secret":"s"})");
    for (const std::string object : {"contact", "company", "deal", "note", "activity"}) {
        const auto before = deliveries().size();
        const auto made = site_.control("POST", "change", R"({"object":")" + object + "\"}");
        const auto id = std::string(made.at("remote_id").as_string());
        const auto same = R"({"object":")" + object + R"(","remote_id":")" + id + "\"";
        site_.control("POST", "change", same + "}");
        site_.control("POST", "change", same + ",\"delete\":true}");
        const auto sent = deliveries();
        ASSERT_GE(sent.size(), before + 3) << object;
        const auto last = json::parse(sent.back().at("body").as_string());
        EXPECT_EQ(last.at("meta").at("action"), "delete") << object;
        EXPECT_EQ(last.at("meta").at("change_source"), "app");
        EXPECT_TRUE(last.at("data").is_null());
        EXPECT_EQ(last.at("previous").at("id").to_number<int>(), std::stoi(id));
    }
    EXPECT_FALSE(site_.control("POST", "change", R"({"object":"call"})").at("remote_id").as_string().empty());
}

}  // namespace
}  // namespace navette::standin
