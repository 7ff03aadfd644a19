// What is particular to Salesforce, on its stand-in: first loads by bulk jobs, piles of notes, the day's
// limit, duplicate rules, converted leads, deletions and pages of its own making.
#include "tests/conformance/connected_site.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <set>

namespace navette::conformance {
namespace {

using Kind = sdk::OutcomeKind;

const ObjectCase& object_of(const Subject& subject, const std::string& name) {
    return *std::ranges::find(subject.objects, name, &ObjectCase::object);
}

std::vector<sdk::Operation> records(ConnectedSite& site, const ObjectCase& object, int count) {
    std::vector<sdk::Operation> batch;
    for (int n = 1; n <= count; ++n) {
        batch.push_back(site.operation(object, n));
    }
    return batch;
}

TEST(SalesforceFirstLoad, GoesByAJobAndEachRecordHasItsOwnOutcome) {
    constexpr int kCount = 2'100;
    const auto subject = salesforce_subject();
    const auto& lead = object_of(subject, "lead");
    ConnectedSite site(subject);
    auto batch = records(site, lead, kCount);
    lead.spoil(batch[7].fields);
    const auto outcomes = site.push(batch);
    ASSERT_EQ(outcomes.size(), batch.size());
    std::set<std::string> ids;
    for (std::size_t at = 0; at < outcomes.size(); ++at) {
        if (at == 7) {
            EXPECT_EQ(outcomes[at].kind, Kind::rejected);
            EXPECT_EQ(outcomes[at].field, "LastName");
        } else {
            ASSERT_EQ(outcomes[at].kind, Kind::done) << at << ": " << outcomes[at].message;
            ids.insert(outcomes[at].remote_id);
        }
    }
    EXPECT_EQ(ids.size(), batch.size() - 1);
    EXPECT_EQ(site.created(lead), kCount - 1);
    EXPECT_LE(site.exchanges().size(), 8U) << "that is what a job is for";
    // The ids were not mixed up: equal records under them change nothing.
    const auto fetched = site.fetch("lead", outcomes[0].remote_id);
    ASSERT_TRUE(fetched);
    EXPECT_EQ(fetched->fields.at("Email"), batch[0].fields.at("Email"));
    const auto again = site.push(batch);
    EXPECT_EQ(again[0].remote_id, outcomes[0].remote_id);
    EXPECT_EQ(site.created(lead), kCount - 1);
}

TEST(SalesforceNotes, APileOfNotesTakesFewCallsAlsoWhereManyOfThemAreRefused) {
    const auto subject = salesforce_subject();
    const auto& note = object_of(subject, "note");
    ConnectedSite site(subject);
    auto batch = records(site, note, 75);
    for (std::size_t at = 0; at < 20; ++at) {
        note.spoil(batch[at].fields);
    }
    const auto outcomes = site.push(std::move(batch));
    for (std::size_t at = 0; at < outcomes.size(); ++at) {
        EXPECT_EQ(outcomes[at].kind, at < 20 ? Kind::rejected : Kind::done) << outcomes[at].message;
    }
    EXPECT_EQ(site.created(note), 55);
    EXPECT_EQ(site.exchanges().size(), 2U) << "Salesforce gives up after 14 that failed";
}

TEST(SalesforceDailyLimit, IsToldAsTheOrganisationsAndHoldsAllWork) {
    const auto subject = salesforce_subject();
    const auto& lead = object_of(subject, "lead");
    ConnectedSite site(subject, {{"day_limit", "2"}});
    EXPECT_EQ(site.push(site.operation(lead, 1)).kind, Kind::done);
    EXPECT_EQ(site.push(site.operation(lead, 2)).kind, Kind::done);
    const auto over = site.push(site.operation(lead, 3));
    EXPECT_EQ(over.kind, Kind::throttled);
    EXPECT_NE(over.message.find("last 24 hours"), std::string::npos) << over.message;
    EXPECT_EQ(site.created(lead), 2);
}

TEST(SalesforceDuplicateRules, TheRecordThatARuleFindsIsTakenOver) {
    const auto subject = salesforce_subject();
    const auto& contact = object_of(subject, "contact");
    ConnectedSite site(subject, {{"duplicate_rule", "block"}});
    auto ours = site.operation(contact, 1);
    const auto theirs =
        site.site().control("POST", "change", R"({"object":"contact"})").at("remote_id").as_string();
    ours.fields["Email"] = site.fetch("contact", std::string(theirs))->fields.at("Email");
    const auto outcome = site.push(ours);
    EXPECT_EQ(outcome.kind, Kind::done) << outcome.message;
    EXPECT_EQ(outcome.remote_id, theirs);
    EXPECT_EQ(site.created(contact), 0);
    auto other = site.operation(contact, 2);
    other.fields["Email"] = ours.fields.at("Email");
    EXPECT_EQ(site.push(std::move(other)).kind, Kind::conflict) << "it belongs to record 1 now";
}

TEST(SalesforceConvertedLead, ItsContactIsChangedInstead) {
    const auto subject = salesforce_subject();
    const auto& lead = object_of(subject, "lead");
    ConnectedSite site(subject);
    const auto made = site.push(site.operation(lead, 1));
    const auto converted = site.site().control(
        "POST", "change", R"({"object":"lead","remote_id":")" + made.remote_id + R"(","convert":true})"
    );
    const auto outcome = site.push(site.later(lead, 1, made.remote_id));
    EXPECT_EQ(outcome.kind, Kind::done) << outcome.message;
    EXPECT_EQ(outcome.remote_id, made.remote_id);
    const auto contact = site.fetch("contact", std::string(converted.at("contact").as_string()));
    ASSERT_TRUE(contact);
    EXPECT_EQ(contact->fields.at("FirstName"), boost::json::value("Zoë"));
}

TEST(SalesforcePages, ThatSalesforceMakesByItselfAreFollowedAndRecordsOfOneSecondAreAllTold) {
    const auto subject = salesforce_subject();
    const auto& lead = object_of(subject, "lead");
    ConnectedSite site(subject, {{"query_rows", "2"}});
    std::set<std::string> made;
    for (const auto& outcome : site.push(records(site, lead, 12))) {
        made.insert(outcome.remote_id);
    }
    const auto removed = *made.begin();
    EXPECT_EQ(site.push(site.removal(lead, 1, removed)).kind, Kind::done);
    sdk::PullRequest request;
    request.object = "lead";
    request.limit = 5;
    std::set<std::string> told;
    for (bool more = true; more;) {
        const auto page = site.pull(request);
        ASSERT_TRUE(page) << page.error().message;
        EXPECT_LE(page->records.size(), 6U);
        for (const auto& record : page->records) {
            EXPECT_TRUE(told.insert(record.remote_id).second) << "told twice in one sweep";
            EXPECT_EQ(record.deleted, record.remote_id == removed);
        }
        request.cursor = page->cursor;
        more = page->more;
    }
    EXPECT_EQ(told, made);
}

TEST(SalesforcePurged, ARecordThatWasPurgedIsToldAsDeletedByTheNextSweep) {
    const auto subject = salesforce_subject();
    const auto& lead = object_of(subject, "lead");
    ConnectedSite site(subject);
    const auto made = site.push(site.operation(lead, 1));
    sdk::PullRequest request;
    request.object = "lead";
    const auto first = site.pull(request);
    ASSERT_TRUE(first);
    ASSERT_EQ(first->records.size(), 1U);
    site.site().control(
        "POST",
        "change",
        R"({"object":"lead","remote_id":")" + made.remote_id + R"(","delete":true,"purge":true})"
    );
    request.cursor = first->cursor;
    const auto second = site.pull(request);
    ASSERT_TRUE(second) << second.error().message;
    ASSERT_EQ(second->records.size(), 1U);
    EXPECT_EQ(second->records.front().remote_id, made.remote_id);
    EXPECT_TRUE(second->records.front().deleted);
}

}  // namespace
}  // namespace navette::conformance
