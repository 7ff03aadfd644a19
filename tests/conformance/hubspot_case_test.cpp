// What is particular to HubSpot, tried with the connector on its stand-in: associations, values that are
// unique in more than one place, batches refused as a whole, the search's lag, the recycle bin.
#include "daemon/engine/oauth_exchange.hpp"
#include "tests/conformance/trial.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace navette::conformance {
namespace {

namespace json = boost::json;
using Kind = sdk::OutcomeKind;

const Subject& hubspot() {
    static const auto subject = hubspot_subject();
    return subject;
}

const ObjectCase& object_case(const std::string& name) {
    const auto& all = hubspot().objects;
    return *std::ranges::find(all, name, &ObjectCase::object);
}

std::string made(ConnectedSite& site, const json::object& change) {
    const auto answer = site.site().control("POST", "change", json::serialize(change));
    return std::string(answer.at("remote_id").as_string());
}

std::uint64_t creates(ConnectedSite& site, const std::string& kind) {
    return site.site().effects().at(kind).at("creates").to_number<std::uint64_t>();
}

std::vector<sdk::Operation> contacts(ConnectedSite& site, int count) {
    std::vector<sdk::Operation> batch;
    for (int n = 1; n <= count; ++n) {
        batch.push_back(site.operation(object_case("contact"), n));
    }
    return batch;
}

/// Every page from the cursor on, which it moves.
std::vector<sdk::RemoteRecord> sweep(ConnectedSite& site, const std::string& object, json::value& cursor) {
    std::vector<sdk::RemoteRecord> records;
    for (bool more = true; more;) {
        auto page = site.pull({object, cursor, 2});
        EXPECT_TRUE(page) << told(page.error());
        if (!page) {
            break;
        }
        for (auto& record : page->records) {
            records.push_back(std::move(record));
        }
        cursor = std::move(page->cursor);
        more = page->more;
    }
    return records;
}

TEST(HubSpotCase, ARecordIsAssociatedWithItsParentsOnce) {
    ConnectedSite site(hubspot());
    const auto company = made(site, {{"object", "company"}});
    const auto contact = made(site, {{"object", "contact"}});
    for (const std::string name : {"deal", "note", "call"}) {
        auto operation = site.operation(object_case(name), 1);
        operation.references = {{"company", company}, {"contact", contact}};
        const auto first = site.push(operation);
        ASSERT_EQ(first.kind, Kind::done) << told(first);
        operation.remote_id = first.remote_id;
        const auto again = site.push(operation);
        ASSERT_EQ(again.kind, Kind::done) << told(again);
    }
    auto batch = contacts(site, 3);
    for (auto& operation : batch) {
        operation.references = {{"company", company}};
    }
    for (const auto& outcome : site.push(batch)) {
        EXPECT_EQ(outcome.kind, Kind::done) << told(outcome);
    }
    EXPECT_EQ(site.writes(), 2) << "the contacts, and all their associations";
    EXPECT_EQ(creates(site, "associations"), 3U * 2U + 3U);
}

TEST(HubSpotCase, AParentThatIsGoneSinksOnlyItsChild) {
    ConnectedSite site(hubspot());
    const auto company = made(site, {{"object", "company"}});
    const auto gone = made(site, {{"object", "company"}});
    made(site, {{"object", "company"}, {"remote_id", gone}, {"delete", true}});
    auto batch = contacts(site, 3);
    for (auto& operation : batch) {
        operation.references = {{"company", company}};
    }
    batch[1].references = {{"company", gone}};
    const auto outcomes = site.push(batch);
    EXPECT_EQ(outcomes[0].kind, Kind::done) << told(outcomes[0]);
    EXPECT_EQ(outcomes[1].kind, Kind::rejected) << told(outcomes[1]);
    EXPECT_EQ(outcomes[2].kind, Kind::done) << told(outcomes[2]);
    EXPECT_EQ(creates(site, "associations"), 2U);
}

TEST(HubSpotCase, AnAssociationWhoseAnswerIsLostIsMadeOnce) {
    for (const std::string switches : {R"({"reset_after":1})", R"({"malformed":1})", R"({"error_5xx":1})"}) {
        SCOPED_TRACE(switches);
        ConnectedSite site(hubspot());
        auto operation = site.operation(object_case("contact"), 1);
        operation.references = {{"company", made(site, {{"object", "company"}})}};
        site.before_each_request([&](int number) { site.site().set_faults(number == 2 ? switches : ""); });
        const auto hit = site.push(operation);
        site.before_each_request({});
        site.site().set_faults("");
        ASSERT_TRUE(is_passing(hit)) << told(hit);
        EXPECT_TRUE(hit.maybe_applied) << "the contact is there: " << told(hit);
        const auto again = site.push_until_settled(operation);
        EXPECT_EQ(again.kind, Kind::done) << told(again);
        EXPECT_EQ(creates(site, "contacts"), 1U);
        EXPECT_EQ(creates(site, "associations"), 1U);
    }
}

TEST(HubSpotCase, ASecondEmailOfAContactIsThatContact) {
    for (const int count : {1, 3}) {
        ConnectedSite site(hubspot());
        const auto known = made(
            site, {{"object", "contact"}, {"properties", {{"hs_additional_emails", "ana1@navette.test"}}}}
        );
        const auto outcomes = site.push(contacts(site, count));
        for (const auto& outcome : outcomes) {
            EXPECT_EQ(outcome.kind, Kind::done) << told(outcome);
        }
        EXPECT_EQ(outcomes.front().remote_id, known);
        EXPECT_EQ(creates(site, "contacts"), static_cast<std::uint64_t>(count));
    }
}

TEST(HubSpotCase, ARecordThatWasMergedIsReachedUnderItsNewId) {
    ConnectedSite site(hubspot());
    const auto known = site.push(contacts(site, 2));
    made(
        site, {{"object", "contact"}, {"remote_id", known[0].remote_id}, {"merge_into", known[1].remote_id}}
    );
    const auto alone = site.push(site.later(object_case("contact"), 3, known[0].remote_id));
    EXPECT_EQ(alone.kind, Kind::done) << told(alone);
    EXPECT_EQ(alone.remote_id, known[1].remote_id);
    auto batch = contacts(site, 2);
    batch[0].remote_id = known[0].remote_id;
    batch[0].fields.erase("email");
    const auto outcomes = site.push(batch);
    EXPECT_EQ(outcomes[0].remote_id, known[1].remote_id) << told(outcomes[0]);
    EXPECT_EQ(outcomes[1].kind, Kind::done) << told(outcomes[1]);
    EXPECT_EQ(creates(site, "contacts"), 3U) << "the second e-mail address was changed above";
}

TEST(HubSpotCase, WhereABadRecordSinksTheBatchThePartsAreTakenApart) {
    ConnectedSite site(hubspot(), {{"partial_writes", "false"}});
    const auto known = site.push(contacts(site, 2));
    auto batch = contacts(site, 4);
    batch[0].remote_id = known[0].remote_id;
    batch[1].remote_id = known[1].remote_id;
    object_case("contact").spoil(batch[1].fields);
    const auto outcomes = site.push(batch);
    EXPECT_EQ(outcomes[0].kind, Kind::done) << told(outcomes[0]);
    EXPECT_EQ(outcomes[1].kind, Kind::rejected) << told(outcomes[1]);
    EXPECT_EQ(outcomes[2].kind, Kind::done) << told(outcomes[2]);
    EXPECT_EQ(outcomes[3].kind, Kind::done) << told(outcomes[3]);
    EXPECT_EQ(creates(site, "contacts"), 4U);
}

TEST(HubSpotCase, ASearchThatLagsBehindMakesNoSecondRecord) {
    ConnectedSite site(hubspot(), {{"search_lag_ms", "3600000"}});
    auto operation = site.operation(object_case("company"), 1);
    ASSERT_EQ(site.push(operation).kind, Kind::done);
    operation.maybe_applied = true;
    EXPECT_EQ(site.push(operation).kind, Kind::done);
    EXPECT_EQ(creates(site, "companies"), 1U);
}

TEST(HubSpotCase, ChangesAndArchivedRecordsAreReadPageByPage) {
    for (const std::string name : {"contact", "company", "deal"}) {
        ConnectedSite site(hubspot());
        std::set<std::string> ids;
        for (int n = 0; n < 5; ++n) {
            ids.insert(made(site, {{"object", name}}));
        }
        json::value cursor;
        std::set<std::string> seen;
        for (const auto& record : sweep(site, name, cursor)) {
            EXPECT_TRUE(seen.insert(record.remote_id).second) << "told twice in one sweep";
            EXPECT_TRUE(record.modified_at.has_value());
        }
        EXPECT_EQ(seen, ids);
        const auto away = *ids.begin();
        made(site, {{"object", name}, {"remote_id", away}, {"delete", true}});
        bool is_told = false;
        for (const auto& record : sweep(site, name, cursor)) {
            EXPECT_EQ(record.deleted, record.remote_id == away);
            is_told = is_told || record.deleted;
        }
        EXPECT_TRUE(is_told) << name;
    }
}

TEST(HubSpotCase, AnAppThatSubscribesToAllObjectsTellsOfNotesAndCallsToo) {
    ConnectedSite site(hubspot(), {{"generic_webhooks", "true"}, {"webhook_tries", "1"}});
    const std::string url = "http://127.0.0.1:9/webhooks/integrations/hubspot";
    site.site().control("POST", "webhook", json::serialize(json::object{{"url", url}, {"secret", "s-1"}}));
    std::size_t sent = 0;
    for (const std::string name : {"contact", "company", "deal", "note", "call"}) {
        const auto id = made(site, {{"object", name}});
        const auto deliveries = site.site().control("GET", "deliveries");
        ASSERT_EQ(deliveries.as_array().size(), ++sent);
        const auto& last = deliveries.as_array().back();
        sdk::WebhookRequest request;
        request.method = "POST";
        request.url = url;
        request.body = std::string(last.at("body").as_string());
        for (const auto& [header, value] : last.at("headers").as_object()) {
            request.headers.push_back({std::string(header), std::string(value.as_string())});
        }
        const std::vector<std::string> secrets{"s-0", "s-1"};
        const auto now =
            std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
        const auto verdict = site.connector().verify(request, {secrets, site.integration().settings(), now});
        EXPECT_TRUE(verdict.genuine) << verdict.reason;
        const auto events = site.connector().parse(request);
        ASSERT_TRUE(events) << events.error();
        ASSERT_EQ(events->size(), 1U);
        EXPECT_EQ(events->front().object, name);
        EXPECT_EQ(events->front().remote_id, id);
        const auto fetched = site.fetch(name, id);
        ASSERT_TRUE(fetched) << told(fetched.error());
        EXPECT_FALSE(fetched->deleted);
    }
}

TEST(HubSpotCase, TheUniquePropertyIsNamedWhereItIsMissing) {
    ConnectedSite site(hubspot(), {{"without_key_on", "deals"}});
    const auto report = site.test();
    EXPECT_TRUE(report.ok);
    EXPECT_NE(report.sentence.find("missing on: deals"), std::string::npos) << report.sentence;
    const auto outcome = site.push(site.operation(object_case("deal"), 1));
    EXPECT_EQ(outcome.kind, Kind::misconfigured) << told(outcome);
    EXPECT_EQ(site.push(site.operation(object_case("contact"), 1)).kind, Kind::done) << "needs none";
}

TEST(HubSpotCase, AScopeThatIsMissingIsNamed) {
    ConnectedSite site(hubspot(), {{"without_scope", "crm.objects.deals.write"}});
    const auto outcome = site.push(site.operation(object_case("deal"), 1));
    EXPECT_EQ(outcome.kind, Kind::misconfigured) << told(outcome);
    EXPECT_NE(outcome.message.find("crm.objects.deals.write"), std::string::npos) << told(outcome);
}

TEST(HubSpotCase, TheRefreshTokenOfAConsentIsTakenByHubSpotsTokenEndpoint) {
    auto subject = hubspot();
    subject.settings = [](const std::string& url) {
        return json::object{{"portal_id", "55501234"}, {"base_url", url}, {"client_id", "client-1"}};
    };
    subject.secrets = {{"client_secret", "client-secret-1"}};
    ConnectedSite site(subject);
    const auto& grant = site.integration().grant();
    ASSERT_TRUE(grant) << "OAuth is not used";
    const auto pair = site.site().control("POST", "tokens", R"({"consent":true})");
    engine::OAuthTokens tokens;
    tokens.access_token = std::string(pair.at("access_token").as_string());
    tokens.refresh_token = std::string(pair.at("refresh_token").as_string());
    grant->take(tokens, 1);
    const auto& contact = subject.objects.front();
    EXPECT_EQ(site.push(site.operation(contact, 1)).kind, Kind::done);

    site.site().control("POST", "tokens", R"({"expire":true})");
    EXPECT_FALSE(site.push(site.operation(contact, 2)).is_success());
    const auto& spec = site.integration().auth().oauth;
    const auto now = std::chrono::system_clock::now();
    const auto request = engine::renewal_request(
        spec,
        *site.integration().oauth_client(spec),
        engine::way_to_renew(spec, tokens),
        tokens.refresh_token,
        now
    );
    ASSERT_TRUE(request) << request.error().message;
    ASSERT_TRUE(request->url.starts_with(site.site().url())) << request->url;
    standin::BlockingClient client(site.site().port());
    for (const auto& header : request->headers) {
        client.set_header(header.name, header.value);
    }
    const auto answer = client.send("POST", request->url.substr(site.site().url().size()), request->body);
    sdk::HttpResponse response;
    response.status = static_cast<int>(answer.status);
    response.body = answer.body;
    auto fresh = engine::read_token_answer(spec, response, tokens, now);
    ASSERT_TRUE(fresh) << fresh.error().sentence;
    EXPECT_NE(fresh->refresh_token, tokens.refresh_token) << "HubSpot's new refresh token must be kept";
    grant->take(std::move(*fresh), 2);
    EXPECT_EQ(site.push(site.operation(contact, 2)).kind, Kind::done);
    EXPECT_EQ(site.created(contact), 2);
}

TEST(HubSpotCase, AnAccountThatMovesIsWaitedFor) {
    ConnectedSite site(hubspot());
    site.site().set_faults(R"({"api_off":true})");
    const auto outcome = site.push(site.operation(object_case("contact"), 1));
    EXPECT_EQ(outcome.kind, Kind::throttled) << told(outcome);
    EXPECT_EQ(outcome.retry_after, std::chrono::hours(1));
}

}  // namespace
}  // namespace navette::conformance
