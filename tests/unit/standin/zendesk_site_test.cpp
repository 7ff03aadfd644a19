// What the stand-in of Zendesk refuses, repeats, keeps back and tells, as Zendesk does.
#include "tests/standin/site_in_process.hpp"

#include <navette/sdk/signature.hpp>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <string>

namespace navette::standin {
namespace {

namespace json = boost::json;

class ZendeskSiteTest : public ::testing::Test {
  protected:
    explicit ZendeskSiteTest(SiteOptions options = {})
        : site_("zendesk", std::move(options)), client_(site_.port()) {
        client_.set_header("Authorization", "Basic " + sdk::base64("agent@acme.test/token:t-1"));
    }

    Reply call(const std::string& method, const std::string& path, const std::string& body = "") {
        return client_.send(method, "/api/v2" + path, body);
    }

    /// The id of the record that the answer wraps.
    static std::string id_of(const Reply& reply, const char* single) {
        return std::to_string(reply.json().at(single).at("id").as_int64());
    }

    int created(const char* kind) { return site_.effects().at(kind).at("creates").to_number<int>(); }

    static std::string fault_of(const Reply& reply, const char* field) {
        return std::string(reply.json().at("details").at(field).at(0).at("error").as_string());
    }

    json::value finished(const Reply& queued) {
        const auto id = std::string(queued.json().at("job_status").at("id").as_string());
        return call("GET", "/job_statuses/" + id).json().at("job_status");
    }

    SiteInProcess site_;
    BlockingClient client_;
};

TEST_F(ZendeskSiteTest, NobodyIsRefusedExceptWhereHeAsksWhoHeIs) {
    BlockingClient nobody(site_.port(), {{"Authorization", "Basic bm90OnJpZ2h0"}});
    EXPECT_EQ(nobody.send("GET", "/api/v2/tickets").status, 401U);
    const auto me = nobody.send("GET", "/api/v2/users/me");
    EXPECT_EQ(me.status, 200U);
    EXPECT_TRUE(me.json().at("user").at("id").is_null());
    EXPECT_EQ(call("GET", "/users/me.json").json().at("user").at("role"), json::value("admin"));
}

TEST_F(ZendeskSiteTest, TokensAreGotByTheClientAndExpire) {
    const auto granted =
        BlockingClient(site_.port())
            .send(
                "POST",
                "/oauth/tokens",
                R"({"grant_type":"client_credentials","client_id":"client-1","client_secret":"client-secret-1","scope":"read write"})"
            );
    const auto token = std::string(granted.json().at("access_token").as_string());
    BlockingClient bearer(site_.port(), {{"Authorization", "Bearer " + token}});
    EXPECT_EQ(bearer.send("GET", "/api/v2/tickets").status, 200U);
    site_.control("POST", "tokens", R"({"expire":true})");
    const auto refused = bearer.send("GET", "/api/v2/tickets");
    EXPECT_EQ(refused.status, 401U);
    EXPECT_EQ(refused.json().at("error"), json::value("invalid_token"));
}

TEST_F(ZendeskSiteTest, AUserIsMatchedByKeyOrAddressWhateverTheCase) {
    const auto first = call(
        "POST",
        "/users/create_or_update",
        R"({"user":{"name":"Ana","email":"Ana@b.fr","external_id":"k-1","skip_verify_email":true,"unknown":1}})"
    );
    EXPECT_EQ(first.status, 201U);
    EXPECT_FALSE(first.json().at("user").as_object().contains("unknown"));
    const auto by_key =
        call("POST", "/users/create_or_update", R"({"user":{"name":"Ana","external_id":"K-1"}})");
    EXPECT_EQ(by_key.status, 200U);
    EXPECT_EQ(by_key.json().at("user").at("external_id"), json::value("K-1"));
    const auto by_email =
        call("POST", "/users/create_or_update", R"({"user":{"name":"Ana","email":"ANA@b.fr"}})");
    EXPECT_EQ(id_of(by_email, "user"), id_of(first, "user"));
    EXPECT_EQ(created("users"), 1);
    EXPECT_EQ(created("mails"), 0);
    (void)call("POST", "/users", R"({"user":{"name":"Bob","email":"bob@b.fr","external_id":"k-2"}})");
    EXPECT_EQ(created("mails"), 1) << "a new user is written to unless the request says otherwise";
    const auto torn = call(
        "POST", "/users/create_or_update", R"({"user":{"name":"X","email":"bob@b.fr","external_id":"k-1"}})"
    );
    EXPECT_EQ(torn.status, 422U);
    EXPECT_EQ(fault_of(torn, "email"), "DuplicateValue");
}

TEST_F(ZendeskSiteTest, AUserWithoutANameOrWithABadAddressIsRefused) {
    EXPECT_EQ(call("POST", "/users", R"({"user":{"email":"a@b.fr"}})").status, 422U);
    const auto bad = call("POST", "/users", R"({"user":{"name":"A","email":"a b"}})");
    EXPECT_EQ(fault_of(bad, "email"), "InvalidFormat");
    EXPECT_EQ(
        fault_of(call("POST", "/users", R"({"user":{"name":"A","organization_id":7}})"), "organization_id"),
        "InvalidValue"
    );
    EXPECT_EQ(call("POST", "/users", "{").status, 400U);
    EXPECT_EQ(created("users"), 0);
}

TEST_F(ZendeskSiteTest, AnUpdateAddsAnAddressAndOnlyTheIdentityMakesItPrimary) {
    const auto user = id_of(call("POST", "/users", R"({"user":{"name":"A","email":"old@b.fr"}})"), "user");
    const auto updated = call("PUT", "/users/" + user, R"({"user":{"email":"new@b.fr"}})");
    EXPECT_EQ(updated.json().at("user").at("email"), json::value("old@b.fr"));
    const auto identities = call("GET", "/users/" + user + "/identities").json().at("identities").as_array();
    ASSERT_EQ(identities.size(), 2U);
    const auto added = std::to_string(identities[1].at("id").as_int64());
    (void)call("PUT", "/users/" + user + "/identities/" + added + "/make_primary", "{}");
    EXPECT_EQ(call("GET", "/users/" + user).json().at("user").at("email"), json::value("new@b.fr"));
}

TEST_F(ZendeskSiteTest, ADeletedUserIsInactiveAndItsKeyIsFree) {
    const auto body = R"({"user":{"name":"A","external_id":"k-1"}})";
    const auto user = id_of(call("POST", "/users/create_or_update", body), "user");
    EXPECT_EQ(call("DELETE", "/users/" + user).status, 200U);
    EXPECT_EQ(call("GET", "/users/" + user).json().at("user").at("active"), json::value(false));
    EXPECT_EQ(call("DELETE", "/users/" + user).status, 404U);
    EXPECT_NE(id_of(call("POST", "/users/create_or_update", body), "user"), user);
}

TEST_F(ZendeskSiteTest, AnOrganizationIsUpsertedByItsKeyAloneAndItsNameIsUnique) {
    const auto first = call(
        "POST", "/organizations/create_or_update", R"({"organization":{"name":"Acme","external_id":"o-1"}})"
    );
    EXPECT_EQ(first.status, 201U);
    const auto clash = call("POST", "/organizations/create_or_update", R"({"organization":{"name":"ACME"}})");
    EXPECT_EQ(clash.status, 422U);
    EXPECT_EQ(fault_of(clash, "name"), "DuplicateValue");
    const auto equal = call(
        "POST", "/organizations/create_or_update", R"({"organization":{"name":"Acme","external_id":"o-1"}})"
    );
    EXPECT_EQ(equal.status, 200U);
    EXPECT_TRUE(site_.effects().at("organizations").at("changes").as_object().empty());
    EXPECT_EQ(
        call("GET", "/organizations/search?name=acme").json().at("organizations").as_array().size(), 1U
    );
    EXPECT_EQ(call("GET", "/organizations/search?name=a&external_id=b").status, 400U);
}

constexpr auto kTicket =
    R"({"ticket":{"subject":"S","external_id":"t-1","comment":{"body":"x","public":false}}})";

TEST_F(ZendeskSiteTest, AnIdempotencyKeyReplaysTheAnswerAndRefusesAnotherBody) {
    client_.set_header("Idempotency-Key", "key-1");
    const auto first = call("POST", "/tickets", kTicket);
    EXPECT_EQ(first.status, 201U);
    const auto again = call("POST", "/tickets", kTicket);
    EXPECT_EQ(id_of(again, "ticket"), id_of(first, "ticket"));
    const auto other = call("POST", "/tickets", R"({"ticket":{"subject":"T","comment":{"body":"x"}}})");
    EXPECT_EQ(other.status, 400U);
    EXPECT_EQ(other.json().at("error"), json::value("IdempotentRequestError"));
    client_.set_header("Idempotency-Key", "");
    (void)call("POST", "/tickets", kTicket);
    EXPECT_EQ(created("tickets"), 2) << "external ids of tickets are not unique";
    EXPECT_EQ(call("GET", "/tickets?external_id=t-1").json().at("tickets").as_array().size(), 2U);
}

TEST_F(ZendeskSiteTest, ATicketNeedsATextAndItsWordsHaveLists) {
    EXPECT_EQ(call("POST", "/tickets", R"({"ticket":{"subject":"S"}})").status, 422U);
    EXPECT_EQ(
        call("POST", "/tickets", R"({"ticket":{"priority":"bad","comment":{"body":"x"}}})").status, 422U
    );
    const auto ticket =
        id_of(call("POST", "/tickets", R"({"ticket":{"status":"closed","comment":{"body":"x"}}})"), "ticket");
    EXPECT_EQ(call("PUT", "/tickets/" + ticket, R"({"ticket":{"subject":"S"}})").status, 422U)
        << "closed is final";
}

TEST_F(ZendeskSiteTest, ACommentIsPublicAndMailedUnlessTheRequestSaysOtherwise) {
    const auto ticket = id_of(
        call(
            "POST",
            "/tickets",
            R"({"ticket":{"requester":{"name":"A","email":"a@b.fr"},"comment":{"body":"x","public":false}}})"
        ),
        "ticket"
    );
    EXPECT_EQ(created("mails"), 0);
    (void)call("PUT", "/tickets/" + ticket, R"({"ticket":{"comment":{"body":"y"}}})");
    EXPECT_EQ(created("mails"), 1);
    EXPECT_EQ(created("comments"), 1);
    const auto comments = "/tickets/" + ticket + "/comments";
    const auto newest = [](const Reply& reply) { return reply.json().at("comments").at(0).at("body"); };
    EXPECT_EQ(newest(call("GET", comments + "?page[size]=1&sort=-created_at")), json::value("y"));
    EXPECT_EQ(newest(call("GET", comments + "?sort=-created_at")), json::value("x"))
        << "only cursor paging knows that name";
}

TEST_F(ZendeskSiteTest, AJobTellsEachRowAndTheIdOfAFailedOneIsItsPlace) {
    const auto queued = call(
        "POST",
        "/users/create_or_update_many",
        R"({"users":[{"name":"A","external_id":"k-1"},{"name":"B","email":"bad"},{"name":"A","external_id":"k-1"}]})"
    );
    EXPECT_EQ(queued.json().at("job_status").at("status"), json::value("queued"));
    const auto job = finished(queued);
    EXPECT_EQ(job.at("status"), json::value("completed"));
    const auto& results = job.at("results").as_array();
    ASSERT_EQ(results.size(), 3U);
    EXPECT_EQ(results[0].at("status"), json::value("Created"));
    EXPECT_EQ(results[1].at("status"), json::value("Failed"));
    EXPECT_EQ(results[1].at("id"), json::value(1));
    EXPECT_EQ(results[2].at("status"), json::value("Updated"));
    EXPECT_EQ(created("users"), 1);
}

TEST_F(ZendeskSiteTest, AJobOfOrganizationsCreatesAndUpdates) {
    const auto made = finished(
        call("POST", "/organizations/create_many", R"({"organizations":[{"name":"A"},{"name":"a"}]})")
    );
    EXPECT_EQ(made.at("results").at(0).at("index"), json::value(0));
    EXPECT_EQ(made.at("results").at(1).at("status"), json::value("Failed"));
    const auto id = std::to_string(made.at("results").at(0).at("id").as_int64());
    const auto changed = finished(call(
        "PUT",
        "/organizations/update_many",
        R"({"organizations":[{"id":)" + id + R"(,"notes":"x"},{"id":1,"notes":"y"}]})"
    ));
    EXPECT_EQ(changed.at("results").at(0).at("success"), json::value(true));
    EXPECT_EQ(changed.at("results").at(1).at("error"), json::value("RecordNotFound"));
}

TEST_F(ZendeskSiteTest, MoreThanAHundredAreTooMany) {
    json::array users;
    for (int n = 0; n < 101; ++n) {
        users.push_back(json::object{{"name", "N"}});
    }
    const auto body = json::serialize(json::object{{"users", std::move(users)}});
    EXPECT_EQ(call("POST", "/users/create_or_update_many", body).status, 400U);
}

class ZendeskSlowJobs : public ZendeskSiteTest {
  protected:
    ZendeskSlowJobs() : ZendeskSiteTest({{"job_ms", "3600000"}, {"max_jobs", "1"}}) {}
};

TEST_F(ZendeskSlowJobs, WaitTheirTurnAndAreNotMoreThanAllowed) {
    const auto body = R"({"users":[{"name":"A"}]})";
    const auto queued = call("POST", "/users/create_or_update_many", body);
    EXPECT_EQ(finished(queued).at("status"), json::value("working"));
    EXPECT_EQ(created("users"), 0);
    const auto refused = call("POST", "/users/create_or_update_many", body);
    EXPECT_EQ(refused.status, 429U);
    EXPECT_EQ(refused.json().at("error"), json::value("TooManyJobs"));
    EXPECT_EQ(call("GET", "/job_statuses?page[size]=100").json().at("job_statuses").as_array().size(), 1U);
}

class ZendeskWithoutBulk : public ZendeskSiteTest {
  protected:
    ZendeskWithoutBulk() : ZendeskSiteTest({{"bulk", "false"}, {"rate", "2"}, {"rate_ms", "3600000"}}) {}
};

TEST_F(ZendeskWithoutBulk, ImportsAreForbiddenAndRequestsBeyondTheLimitRefused) {
    EXPECT_EQ(call("POST", "/users/create_or_update_many", R"({"users":[{"name":"A"}]})").status, 403U);
    EXPECT_EQ(call("POST", "/users", R"({"user":{"name":"A"}})").status, 201U);
    EXPECT_EQ(call("POST", "/users", R"({"user":{"name":"B"}})").status, 429U);
    EXPECT_EQ(created("users"), 1);
}

class ZendeskExportsTest : public ZendeskSiteTest {
  protected:
    explicit ZendeskExportsTest(SiteOptions options = {{"export_page", "2"}})
        : ZendeskSiteTest(std::move(options)) {}

    std::string changed(const std::string& body) {
        return std::string(site_.control("POST", "change", body).at("remote_id").as_string());
    }
};

TEST_F(ZendeskExportsTest, UsersAndTicketsGoByACursorToTheEndAndOn) {
    for (int n = 0; n < 3; ++n) {
        changed(R"({"object":"ticket"})");
    }
    const auto first = call("GET", "/incremental/tickets/cursor?start_time=1&per_page=1000").json();
    EXPECT_EQ(first.at("tickets").as_array().size(), 2U);
    EXPECT_EQ(first.at("end_of_stream"), json::value(false));
    const auto on = "/incremental/tickets/cursor?cursor=" + std::string(first.at("after_cursor").as_string());
    const auto second = call("GET", on).json();
    EXPECT_EQ(second.at("tickets").as_array().size(), 1U);
    EXPECT_EQ(second.at("end_of_stream"), json::value(true));
    const auto last = std::to_string(second.at("tickets").at(0).at("id").as_int64());
    changed(R"({"object":"ticket","delete":true,"remote_id":")" + last + "\"}");
    const auto third = call(
        "GET", "/incremental/tickets/cursor?cursor=" + std::string(second.at("after_cursor").as_string())
    );
    EXPECT_EQ(third.json().at("tickets").at(0).at("status"), json::value("deleted"));
    EXPECT_EQ(call("GET", "/incremental/users/cursor").status, 400U) << "there is no start";
}

TEST_F(ZendeskExportsTest, APageOfOrganizationsEndsWithItsSecondAndTheNextRepeatsIt) {
    for (int n = 0; n < 5; ++n) {
        changed(R"({"object":"company"})");
    }
    std::size_t seen = 0;
    std::string start = "1";
    for (int page = 0; page < 10; ++page) {
        const auto body = call("GET", "/incremental/organizations?start_time=" + start).json();
        seen += body.at("organizations").as_array().size();
        start = std::to_string(body.at("end_time").as_int64());
        if (body.at("end_of_stream") == json::value(true)) {
            break;
        }
    }
    EXPECT_GE(seen, 5U);
    const auto again = call("GET", "/incremental/organizations?start_time=" + start).json();
    EXPECT_FALSE(again.at("organizations").as_array().empty());
}

class ZendeskFresh : public ZendeskExportsTest {
  protected:
    ZendeskFresh() : ZendeskExportsTest({{"fresh_s", "60"}}) {}
};

TEST_F(ZendeskFresh, ChangesOfTheLastMinuteAreKeptBackAndNoExportBeginsThere) {
    changed(R"({"object":"contact"})");
    const auto body = call("GET", "/incremental/users/cursor?start_time=1").json();
    EXPECT_TRUE(body.at("users").as_array().empty());
    EXPECT_EQ(call("GET", "/incremental/users/cursor?start_time=99999999999").status, 422U);
}

TEST_F(ZendeskSiteTest, EventsAndTriggersAreSignedOverTheirTimeAndBody) {
    site_.control("POST", "webhook", R"({"url":"http://127.0.0.1:1/hook","secret":"c2VjcmV0"})");
    site_.control("POST", "change", R"({"object":"contact"})");
    site_.control("POST", "change", R"({"object":"ticket"})");
    const auto sent = site_.control("GET", "deliveries").as_array();
    ASSERT_EQ(sent.size(), 3U);
    const auto topic = [&](std::size_t at) { return std::string(sent[at].at("topic").as_string()); };
    EXPECT_EQ(topic(0), "zen:event-type:user.created");
    EXPECT_EQ(topic(1), "conditional_ticket_events");
    EXPECT_EQ(json::parse(std::string(sent[1].at("body").as_string())).at("status"), json::value("New"));
    EXPECT_EQ(topic(2), "zen:event-type:ticket.created");
    for (const auto& delivery : sent) {
        const auto& headers = delivery.at("headers");
        const auto text = std::string(headers.at("X-Zendesk-Webhook-Signature-Timestamp").as_string()) +
                          std::string(delivery.at("body").as_string());
        EXPECT_EQ(
            headers.at("X-Zendesk-Webhook-Signature").as_string(),
            sdk::base64(sdk::hmac_sha256("c2VjcmV0", text))
        );
    }
}

TEST_F(ZendeskSiteTest, AWebhookIsEitherOfEventsOrOfTriggersAndHasASecretOfItsOwn) {
    const std::string head =
        R"({"webhook":{"name":"n","endpoint":"http://127.0.0.1:1/","http_method":"POST","request_format":"json","status":"active","subscriptions":)";
    EXPECT_EQ(
        call("POST", "/webhooks", head + R"(["zen:event-type:user.created","conditional_ticket_events"]}})")
            .status,
        400U
    );
    EXPECT_EQ(call("POST", "/webhooks", head + R"(["zen:event-type:user.updated"]}})").status, 400U);
    const auto events = call("POST", "/webhooks", head + R"(["zen:event-type:user.created"]}})");
    ASSERT_EQ(events.status, 201U);
    const auto id = std::string(events.json().at("webhook").at("id").as_string());
    EXPECT_FALSE(call("GET", "/webhooks/" + id + "/signing_secret")
                     .json()
                     .at("signing_secret")
                     .at("secret")
                     .as_string()
                     .empty());
    const auto trigger = [&](const std::string& conditions) {
        return call(
            "POST",
            "/triggers",
            R"({"trigger":{"title":"t","conditions":)" + conditions +
                R"(,"actions":[{"field":"notification_webhook","value":[")" + id + R"(","{}"]}]}})"
        );
    };
    EXPECT_EQ(trigger(R"({"all":[{"field":"status","operator":"is","value":"open"}]})").status, 422U)
        << "a webhook of events is connected to no trigger";
    EXPECT_EQ(trigger("{}").status, 422U);
    EXPECT_EQ(call("PATCH", "/webhooks/" + id, R"({"webhook":{"status":"inactive"}})").status, 204U);
    EXPECT_EQ(
        call("PATCH", "/webhooks/" + id, R"({"webhook":{"subscriptions":["conditional_ticket_events"]}})")
            .status,
        400U
    );
    EXPECT_EQ(call("GET", "/webhooks?page[size]=1").json().at("meta").at("has_more"), json::value(false));
}

TEST_F(ZendeskSiteTest, ATriggerRunsOnceForAChangeAndAnEventIsToldForEachField) {
    site_.control("POST", "webhook", R"({"url":"http://127.0.0.1:1/hook","secret":"s"})");
    const auto made = site_.control("POST", "change", R"({"object":"ticket"})");
    const auto id = std::string(made.at("remote_id").as_string());
    const auto before = site_.control("GET", "deliveries").as_array().size();
    (void)call("PUT", "/tickets/" + id, R"({"ticket":{"subject":"x","priority":"low"}})");
    (void)call("PUT", "/tickets/" + id, R"({"ticket":{"subject":"x","priority":"low"}})");
    const auto after = site_.control("GET", "deliveries").as_array();
    EXPECT_EQ(after.size(), before + 3) << "an equal update changes nothing";
    (void)call("DELETE", "/tickets/" + id);
    const auto deleted = site_.control("GET", "deliveries").as_array();
    ASSERT_EQ(deleted.size(), before + 4);
    EXPECT_EQ(deleted[before + 3].at("topic"), json::value("zen:event-type:ticket.soft_deleted"));
}

TEST_F(ZendeskSiteTest, OutagesLookLikeZendesks) {
    site_.set_faults(R"({"html_503":1})");
    EXPECT_EQ(call("GET", "/tickets").status, 503U);
    site_.set_faults(R"({"unauthorized":true})");
    EXPECT_EQ(call("GET", "/tickets").json().at("error"), json::value("Couldn't authenticate you"));
    site_.set_faults("");
    EXPECT_EQ(call("GET", "/nothing").json().at("error"), json::value("InvalidEndpoint"));
    EXPECT_EQ(client_.send("GET", "/elsewhere").status, 404U);
}

}  // namespace
}  // namespace navette::standin
