// What is particular to Zendesk, tried with the connector on its stand-in: background jobs that take their
// time or are not allowed, addresses that change, mails that nobody wanted, OAuth without a person, exports
// that repeat themselves.
#include "tests/conformance/trial.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace navette::conformance {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using Kind = sdk::OutcomeKind;

const Subject& zendesk() {
    static const auto subject = zendesk_subject();
    return subject;
}

const ObjectCase& object_case(const std::string& name) {
    const auto& all = zendesk().objects;
    return *std::ranges::find(all, name, &ObjectCase::object);
}

std::vector<sdk::Operation> batch_of(ConnectedSite& site, const std::string& name, int count) {
    std::vector<sdk::Operation> batch;
    for (int n = 1; n <= count; ++n) {
        batch.push_back(site.operation(object_case(name), n));
    }
    return batch;
}

void expect_done(const std::vector<sdk::Outcome>& outcomes) {
    for (const auto& outcome : outcomes) {
        EXPECT_EQ(outcome.kind, Kind::done) << told(outcome);
    }
}

int mails(ConnectedSite& site) {
    return site.site().effects().at("mails").at("creates").to_number<int>();
}

/// Of the last call: how often a request of that method went to an address that ends so.
auto count_of(const ConnectedSite& site, sdk::Method method, const std::string& end) {
    return std::ranges::count_if(site.exchanges(), [&](const engine::Exchange& exchange) {
        return exchange.request.method == method && exchange.request.url.ends_with(end);
    });
}

TEST(ZendeskCase, AJobThatTakesItsTimeIsWaitedFor) {
    ConnectedSite site(zendesk(), {{"job_ms", "600"}});
    const auto outcomes = site.push(batch_of(site, "contact", 5));
    expect_done(outcomes);
    EXPECT_EQ(site.created(object_case("contact")), 5);
    EXPECT_EQ(site.writes(), 1);
}

TEST(ZendeskCase, AfterALostAnswerTheOpenJobIsWaitedForBeforeAnythingIsSentAgain) {
    ConnectedSite site(zendesk(), {{"job_ms", "600"}});
    auto batch = batch_of(site, "company", 4);
    site.site().set_faults(R"({"reset_after":1,"only_method":"POST"})");
    for (const auto& outcome : site.push(batch)) {
        EXPECT_TRUE(is_passing(outcome)) << told(outcome);
        EXPECT_TRUE(outcome.maybe_applied);
    }
    site.site().set_faults("");
    EXPECT_EQ(site.created(object_case("company")), 0) << "the job has not begun";
    for (auto& operation : batch) {
        operation.maybe_applied = true;
    }
    const auto outcomes = site.push(std::move(batch));
    expect_done(outcomes);
    EXPECT_EQ(site.created(object_case("company")), 4);
    EXPECT_EQ(site.changed(object_case("company")), 0) << "each record was written once";
}

TEST(ZendeskCase, AJobThatFailsLeavesItsRecordsToTheNextAttempt) {
    ConnectedSite site(zendesk(), {{"job_end", "failed"}});
    for (const auto& outcome : site.push(batch_of(site, "contact", 3))) {
        EXPECT_EQ(outcome.kind, Kind::retry) << told(outcome);
        EXPECT_TRUE(outcome.maybe_applied);
    }
}

TEST(ZendeskCase, WithoutBulkImportsEachRecordGoesByItself) {
    ConnectedSite site(zendesk(), {{"bulk", "false"}});
    expect_done(site.push(batch_of(site, "contact", 3)));
    EXPECT_EQ(site.created(object_case("contact")), 3);
    EXPECT_EQ(count_of(site, sdk::Method::post, "/users/create_or_update"), 3);
}

TEST(ZendeskCase, TooManyJobsAreATimeToWait) {
    ConnectedSite site(zendesk(), {{"job_ms", "600000"}, {"max_jobs", "0"}});
    for (const auto& outcome : site.push(batch_of(site, "contact", 3))) {
        EXPECT_EQ(outcome.kind, Kind::throttled) << told(outcome);
        EXPECT_FALSE(outcome.maybe_applied);
        EXPECT_TRUE(outcome.retry_after.has_value());
    }
}

TEST(ZendeskCase, ManyLinkedRecordsAreUpdatedByOneJob) {
    for (const std::string name : {"contact", "company"}) {
        SCOPED_TRACE(name);
        ConnectedSite site(zendesk());
        const auto made = site.push(batch_of(site, name, 3));
        expect_done(made);
        std::vector<sdk::Operation> later;
        for (int n = 1; n <= 3; ++n) {
            later.push_back(site.later(object_case(name), n, made[static_cast<std::size_t>(n - 1)].remote_id)
            );
        }
        const auto outcomes = site.push(std::move(later));
        expect_done(outcomes);
        for (std::size_t at = 0; at < 3; ++at) {
            EXPECT_EQ(outcomes[at].remote_id, made[at].remote_id);
        }
        EXPECT_EQ(site.writes(), 1);
        EXPECT_EQ(site.created(object_case(name)), 3);
        EXPECT_EQ(site.changed(object_case(name)), 3);
    }
}

TEST(ZendeskCase, AnOrganizationThatSomebodyMadeIsTakenOverOutOfABatch) {
    ConnectedSite site(zendesk());
    const auto answer = site.site().control("POST", "change", R"({"object":"company"})");
    const auto id = std::string(answer.at("remote_id").as_string());
    auto batch = batch_of(site, "company", 3);
    batch[1].fields["name"] = "SOMEBODY 1";
    const auto outcomes = site.push(std::move(batch));
    expect_done(outcomes);
    EXPECT_EQ(outcomes[1].remote_id, id);
    const auto fetched = site.fetch("company", id);
    ASSERT_TRUE(fetched);
    EXPECT_FALSE(fetched->fields.at("external_id").is_null());
}

TEST(ZendeskCase, AnAddressThatChangesBecomesThePrimaryOneSinglyAndInABatch) {
    for (const int count : {1, 3}) {
        SCOPED_TRACE(count);
        ConnectedSite site(zendesk());
        const auto made = site.push(batch_of(site, "contact", count));
        expect_done(made);
        std::vector<sdk::Operation> later;
        for (int n = 1; n <= count; ++n) {
            later.push_back(
                site.later(object_case("contact"), n, made[static_cast<std::size_t>(n - 1)].remote_id)
            );
        }
        later.back().fields["email"] = "moved@navette.test";
        expect_done(site.push(std::move(later)));
        const auto moved = site.fetch("contact", made.back().remote_id);
        ASSERT_TRUE(moved);
        EXPECT_EQ(moved->fields.at("email"), json::value("moved@navette.test"));
        EXPECT_EQ(mails(site), 0);
    }
}

TEST(ZendeskCase, NobodyIsWrittenTo) {
    ConnectedSite site(zendesk());
    for (const auto& object : zendesk().objects) {
        const auto made = site.push(site.operation(object, 1));
        ASSERT_EQ(made.kind, Kind::done) << told(made);
        if (object.changed && !made.remote_id.empty()) {
            const auto later = site.push(site.later(object, 1, made.remote_id));
            EXPECT_EQ(later.kind, Kind::done) << told(later);
        }
    }
    auto strangers = site.operation(object_case("ticket"), 2);
    strangers.references.clear();  // the ticket's own requester, who is new
    EXPECT_EQ(site.push(std::move(strangers)).kind, Kind::done);
    EXPECT_EQ(mails(site), 0);
}

TEST(ZendeskCase, ACallWithoutATicketBecomesOne) {
    ConnectedSite site(zendesk());
    const auto tickets = [&] { return site.site().effects().at("tickets").at("creates").to_number<int>(); };
    auto call = site.operation(object_case("call"), 1);
    call.references.clear();
    const auto before = tickets();
    site.site().set_faults(R"({"reset_after":1,"only_method":"POST"})");
    EXPECT_TRUE(site.push(call).maybe_applied);
    site.site().set_faults("");
    call.maybe_applied = true;
    EXPECT_EQ(site.push(std::move(call)).kind, Kind::done);
    EXPECT_EQ(tickets(), before + 1);
}

TEST(ZendeskCase, ATicketIsFoundByItsKeyWhenItsIdempotencyKeyIsForgotten) {
    ConnectedSite site(zendesk(), {{"idempotency_s", "0"}});
    auto ticket = site.operation(object_case("ticket"), 1);
    const auto first = site.push(ticket);
    ticket.maybe_applied = true;
    const auto second = site.push(ticket);
    EXPECT_EQ(second.remote_id, first.remote_id) << told(second);
    EXPECT_EQ(site.created(object_case("ticket")), 1);
}

TEST(ZendeskCase, OrganizationsOfOneSecondAreAllToldAndNotAgain) {
    ConnectedSite site(zendesk(), {{"spread_ms", "0"}});
    expect_done(site.push(batch_of(site, "company", 7)));
    std::multiset<std::string> seen;
    json::value cursor;
    for (int round = 0; round < 3; ++round) {
        for (bool more = true; more;) {
            auto page = site.pull({"company", cursor, 3});
            ASSERT_TRUE(page) << told(page.error());
            for (const auto& record : page->records) {
                seen.insert(record.remote_id);
            }
            cursor = page->cursor;
            more = page->more;
        }
    }
    EXPECT_EQ(seen.size(), 7U);
    EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 7U);
}

/// An integration that signs in by its own OAuth client.
Subject by_own_client(const std::string& client_secret) {
    auto subject = zendesk_subject();
    subject.settings = [](const std::string& url) {
        return json::object{{"base_url", url}, {"own_client_id", "client-1"}};
    };
    subject.secrets = {{"client_secret", client_secret}};
    return subject;
}

TEST(ZendeskCase, AnOwnClientSignsInWithoutAPersonAndAgainWhenItsTokenRanOut) {
    const auto subject = by_own_client("client-secret-1");
    ConnectedSite site(subject);
    EXPECT_TRUE(site.test().ok);
    const auto made = site.push(site.operation(subject.objects.front(), 1));
    ASSERT_EQ(made.kind, Kind::done) << told(made);
    site.site().control("POST", "tokens", R"({"expire":true})");
    const auto report = site.test();
    EXPECT_TRUE(report.ok) << "Zendesk shows an anonymous user for such a token: " << report.sentence;
    site.site().control("POST", "tokens", R"({"expire":true})");
    const auto later = site.push(site.operation(subject.objects.front(), 2));
    EXPECT_EQ(later.kind, Kind::done) << told(later);
}

TEST(ZendeskCase, AWrongClientSecretHoldsTheIntegration) {
    const auto subject = by_own_client("wrong");
    ConnectedSite site(subject);
    EXPECT_FALSE(site.test().ok);
    const auto refused = site.push_until_settled([] {
        sdk::Operation operation;
        operation.object = "company";
        operation.key = "nv-1";
        operation.fields = {{"name", "Acme"}};
        return operation;
    }());
    EXPECT_TRUE(refused.kind == Kind::needs_reauth || refused.kind == Kind::misconfigured) << told(refused);
}

TEST(ZendeskCase, TheTestSaysWhoMayNotDoWhat) {
    ConnectedSite agent(zendesk(), {{"role", "agent"}});
    const auto report = agent.test();
    EXPECT_TRUE(report.ok);
    EXPECT_THAT(report.sentence, HasSubstr("needs an administrator"));
    const auto page = agent.pull({"contact", nullptr, 10});
    ASSERT_FALSE(page);
    EXPECT_EQ(page.error().kind, Kind::misconfigured) << told(page.error());
    ConnectedSite customer(zendesk(), {{"role", "end-user"}});
    EXPECT_THAT(customer.test().sentence, HasSubstr("end user"));
}

sdk::SubscriptionPlan plan_of_all() {
    sdk::SubscriptionPlan plan;
    plan.url = "https://n.example/webhooks/integrations/zendesk/i1";
    plan.objects = {"contact", "company", "ticket"};
    return plan;
}

TEST(ZendeskCase, WhoMayNotManageWebhooksIsToldSo) {
    ConnectedSite site(zendesk(), {{"triggers", "false"}});
    const auto states = site.subscriptions(plan_of_all());
    ASSERT_FALSE(states);
    EXPECT_EQ(states.error().kind, Kind::misconfigured) << told(states.error());
}

TEST(ZendeskCase, OneWebhookWithOneSecretHoldsAllEvents) {
    ConnectedSite site(zendesk());
    auto plan = plan_of_all();
    const auto made = site.subscriptions(plan);
    ASSERT_TRUE(made) << told(made.error());
    EXPECT_EQ(site.site().effects().at("webhooks").at("creates"), json::value(1));
    const auto told_secrets =
        std::ranges::count_if(*made, [](const auto& state) { return !state.secret.empty(); });
    EXPECT_EQ(told_secrets, 1);
    plan.secret = made->front().secret;
    const auto held = site.subscriptions(plan);
    ASSERT_TRUE(held);
    for (const auto& state : *held) {
        EXPECT_EQ(state.state, sdk::SubscriptionState::State::held) << state.sentence;
        EXPECT_EQ(state.secret, "");
    }
}

TEST(ZendeskCase, AWebhookWhoseMakingWasCutOffIsFoundWithItsSecret) {
    ConnectedSite site(zendesk());
    const auto plan = plan_of_all();
    site.site().set_faults(R"({"reset_after":1,"only_method":"POST"})");
    EXPECT_FALSE(site.subscriptions(plan));
    site.site().set_faults("");
    const auto found = site.subscriptions(plan);
    ASSERT_TRUE(found) << told(found.error());
    EXPECT_EQ(site.site().effects().at("webhooks").at("creates"), json::value(1));
    EXPECT_FALSE(found->front().secret.empty());
}

TEST(ZendeskCase, AnAccountWithoutEventsOfTicketsHasThoseOfTheRest) {
    ConnectedSite site(zendesk(), {{"ticket_events", "false"}});
    const auto states = site.subscriptions(plan_of_all());
    ASSERT_TRUE(states) << told(states.error());
    ASSERT_EQ(states->size(), 3U);
    EXPECT_EQ(states->at(0).state, sdk::SubscriptionState::State::repaired);
    EXPECT_EQ(states->at(1).state, sdk::SubscriptionState::State::repaired);
    EXPECT_EQ(states->at(2).state, sdk::SubscriptionState::State::refused);
    EXPECT_THAT(states->at(2).sentence, HasSubstr("README"));
}

}  // namespace
}  // namespace navette::conformance
