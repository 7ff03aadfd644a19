// Many records at once: by a job of Zendesk's, whose results are told record by record.
#include "tests/support/connector_test.hpp"
#include "tests/support/manifest_mapping.hpp"

namespace navette::zendesk {
namespace {

using sdk::OutcomeKind;
namespace json = sdk::json;

constexpr auto kQueued = R"({"job_status":{"id":"j1","status":"queued","results":null}})";

class ZendeskBatch : public support::ConnectorTest {
  protected:
    /// So many contacts, from number 1 on.
    static std::vector<sdk::Operation> contacts(int count) {
        std::vector<sdk::Operation> batch;
        for (int n = 1; n <= count; ++n) {
            const auto number = std::to_string(n);
            batch.push_back(operation(
                "contact", R"({"name":"N)" + number + R"(","email":"n)" + number + R"(@x.fr"})", {}, number
            ));
        }
        return batch;
    }

    static std::vector<sdk::Operation> companies(int count) {
        std::vector<sdk::Operation> batch;
        for (int n = 1; n <= count; ++n) {
            const auto number = std::to_string(n);
            batch.push_back(operation("company", R"({"name":"Acme )" + number + "\"}", {}, number));
        }
        return batch;
    }

    void expect_completed(const std::string& results) {
        session_.expect("GET /api/v2/job_statuses/j1")
            .answer(200, R"({"job_status":{"id":"j1","status":"completed","results":)" + results + "}}");
    }
};

TEST_F(ZendeskBatch, OfUsersIsOneJobThatIsLookedAtUntilItEnds) {
    session_.expect("POST /api/v2/users/create_or_update_many")
        .with(
            R"({"users":[{"name":"N1","email":"n1@x.fr","external_id":"nv-1","skip_verify_email":true},{"external_id":"nv-2"},{"external_id":"nv-3"}]})"
        )
        .answer(200, kQueued);
    session_.expect("GET /api/v2/job_statuses/j1")
        .answer(200, R"({"job_status":{"id":"j1","status":"working"}})");
    expect_completed(
        R"([{"id":41,"status":"Created","email":"n1@x.fr"},{"id":42,"status":"Created"},{"id":43,"status":"Created"}])"
    );
    const auto outcomes = push_all(contacts(3));
    EXPECT_EQ(outcomes[0].remote_id, "41") << outcomes[0].message;
    EXPECT_EQ(outcomes[1].remote_id, "42");
    EXPECT_EQ(outcomes[2].remote_id, "43");
}

TEST_F(ZendeskBatch, TwoAreNotWorthAJob) {
    session_.expect("POST /api/v2/users/create_or_update").answer(201, R"({"user":{"id":41}})");
    session_.expect("POST /api/v2/users/create_or_update").answer(201, R"({"user":{"id":42}})");
    EXPECT_EQ(push_all(contacts(2))[1].remote_id, "42");
}

TEST_F(ZendeskBatch, ARecordThatFailedSinksAloneAndItsPlaceIsNoId) {
    session_.expect("POST /api/v2/users/create_or_update_many").answer(200, kQueued);
    expect_completed(
        R"([{"id":41,"status":"Created"},{"id":1,"error":"UserUpdateError","details":"Name: Email: n2 is not properly formatted","status":"Failed"},{"id":43,"status":"Created"}])"
    );
    const auto outcomes = push_all(contacts(3));
    EXPECT_EQ(outcomes[0].kind, OutcomeKind::done);
    EXPECT_EQ(outcomes[1].kind, OutcomeKind::rejected);
    EXPECT_EQ(outcomes[1].remote_id, "");
    EXPECT_NE(outcomes[1].message.find("not properly formatted"), std::string::npos);
    EXPECT_EQ(outcomes[2].remote_id, "43");
}

TEST_F(ZendeskBatch, LinkedUsersAreUpdatedByTheirIdsAndWhatIsGoneIsToldSo) {
    auto batch = contacts(3);
    for (int n = 0; n < 3; ++n) {
        batch[static_cast<std::size_t>(n)].remote_id = std::to_string(41 + n);
        batch[static_cast<std::size_t>(n)].fields.erase("email");
    }
    session_.expect("PUT /api/v2/users/update_many")
        .with(R"({"users":[{"id":41,"name":"N1"},{"id":42},{"id":43}]})")
        .answer(200, kQueued);
    expect_completed(
        R"([{"id":41,"action":"update","status":"Updated","success":true},{"id":42,"action":"update","status":"Failed","success":false,"error":"RecordNotFound"},{"id":43,"action":"update","status":"Failed","success":false,"error":"UpdateError","details":"External has already been taken"}])"
    );
    const auto outcomes = push_all(std::move(batch));
    EXPECT_EQ(outcomes[0].remote_id, "41");
    EXPECT_EQ(outcomes[1].kind, OutcomeKind::gone);
    EXPECT_EQ(outcomes[2].kind, OutcomeKind::conflict);
}

TEST_F(ZendeskBatch, UpdatedUsersAreLookedAtForTheirAddresses) {
    auto batch = contacts(3);
    for (int n = 0; n < 3; ++n) {
        batch[static_cast<std::size_t>(n)].remote_id = std::to_string(41 + n);
    }
    session_.expect("PUT /api/v2/users/update_many").answer(200, kQueued);
    expect_completed(
        R"([{"id":41,"status":"Updated","success":true},{"id":42,"status":"Updated","success":true},{"id":43,"status":"Updated","success":true}])"
    );
    session_.expect("GET /api/v2/users/show_many?ids=41,42,43")
        .answer(
            200,
            R"({"users":[{"id":43,"email":"n3@x.fr","updated_at":"v3"},{"id":41,"email":"old@x.fr","updated_at":"v1"},{"id":42,"email":"n2@x.fr","updated_at":"v2"}]})"
        );
    session_.expect("GET /api/v2/users/41/identities?page[size]=100")
        .answer(200, R"({"identities":[{"id":7,"type":"email","value":"n1@x.fr"}]})");
    session_.expect("PUT /api/v2/users/41/identities/7/make_primary").answer(200, "{}");
    const auto outcomes = push_all(std::move(batch));
    EXPECT_EQ(outcomes[0].kind, OutcomeKind::done) << outcomes[0].message;
    EXPECT_EQ(outcomes[1].remote_version, "v2");
    EXPECT_EQ(outcomes[2].remote_version, "v3");
    EXPECT_EQ(session_.sent().front().body.find("email"), std::string::npos);
}

TEST_F(ZendeskBatch, OfOrganizationsFallsBackToTheUpsertWhereANameIsTaken) {
    session_.expect("POST /api/v2/organizations/create_many")
        .with(R"({"organizations":[{"name":"Acme 1","external_id":"nv-1"},{},{}]})")
        .answer(200, kQueued);
    expect_completed(
        R"([{"id":71,"index":0},{"index":2,"status":"Failed","error":"OrganizationCreateError","details":"Name: Acme 3 has already been taken"},{"id":72,"index":1}])"
    );
    session_.expect("POST /api/v2/organizations/create_or_update")
        .with(R"({"organization":{"name":"Acme 3","external_id":"nv-3"}})")
        .answer(200, R"({"organization":{"id":73}})");
    const auto outcomes = push_all(companies(3));
    EXPECT_EQ(outcomes[0].remote_id, "71");
    EXPECT_EQ(outcomes[1].remote_id, "72");
    EXPECT_EQ(outcomes[2].remote_id, "73") << outcomes[2].message;
}

TEST_F(ZendeskBatch, WithoutBulkImportsRecordsGoOneByOneFromThenOn) {
    session_.expect("POST /api/v2/users/create_or_update_many")
        .answer(403, R"({"error":{"title":"Forbidden","message":"no access"}})");
    for (int round = 0; round < 2; ++round) {
        for (int n = 1; n <= 3; ++n) {
            session_.expect("POST /api/v2/users/create_or_update")
                .answer(201, R"({"user":{"id":)" + std::to_string(40 + n) + "}}");
        }
    }
    EXPECT_EQ(push_all(contacts(3))[2].remote_id, "43");
    EXPECT_EQ(push_all(contacts(3))[2].remote_id, "43");
    EXPECT_EQ(session_.remarks().size(), 1U);
}

TEST_F(ZendeskBatch, WhoseAnswerIsLostIsSentAgainWhenNoJobIsOpenAnyMore) {
    session_.expect("POST /api/v2/users/create_or_update_many").fail(Transport::cut_off);
    auto batch = contacts(3);
    for (const auto& outcome : push_all(batch)) {
        EXPECT_EQ(outcome.kind, OutcomeKind::retry);
        EXPECT_TRUE(outcome.maybe_applied);
    }
    batch[1].maybe_applied = true;
    session_.expect("GET /api/v2/job_statuses?page[size]=100")
        .answer(200, R"({"job_statuses":[{"id":"j0","status":"working"},{"id":"j9","status":"completed"}]})");
    session_.expect("GET /api/v2/job_statuses?page[size]=100")
        .answer(200, R"({"job_statuses":[{"id":"j0","status":"completed"}]})");
    session_.expect("POST /api/v2/users/create_or_update_many").answer(200, kQueued);
    expect_completed(
        R"([{"id":41,"status":"Updated"},{"id":42,"status":"Updated"},{"id":43,"status":"Updated"}])"
    );
    session_.expect("GET /api/v2/users/show_many?ids=41,42,43").answer(200, R"({"users":[]})");
    EXPECT_EQ(push_all(batch)[1].remote_id, "42");
    EXPECT_EQ(session_.sent().front().body, session_.sent().at(3).body) << "Zendesk finds them by our keys";
}

TEST_F(ZendeskBatch, ALookThatFailsLeavesTheJobOpen) {
    session_.expect("POST /api/v2/users/create_or_update_many").answer(200, kQueued);
    session_.expect("GET /api/v2/job_statuses/j1").answer(503, "down", "text/html");
    for (const auto& outcome : push_all(contacts(3))) {
        EXPECT_EQ(outcome.kind, OutcomeKind::unavailable);
        EXPECT_TRUE(outcome.maybe_applied);
    }
}

TEST_F(ZendeskBatch, AJobThatWasKilledOrIsNeverDoneLeavesEverythingOpen) {
    session_.expect("POST /api/v2/users/create_or_update_many").answer(200, kQueued);
    session_.expect("GET /api/v2/job_statuses/j1")
        .answer(200, R"({"job_status":{"id":"j1","status":"killed","message":"too long"}})");
    const auto killed = push_all(contacts(3))[0];
    EXPECT_EQ(killed.kind, OutcomeKind::retry);
    EXPECT_TRUE(killed.maybe_applied);
    EXPECT_NE(killed.message.find("too long"), std::string::npos);

    session_.expect("POST /api/v2/users/create_or_update_many").answer(200, kQueued);
    const auto began = session_.now();
    for (int look = 0; look < 15; ++look) {
        session_.expect("GET /api/v2/job_statuses/j1")
            .answer(200, R"({"job_status":{"id":"j1","status":"queued"}})");
    }
    const auto late = push_all(contacts(3))[0];
    EXPECT_EQ(late.kind, OutcomeKind::unavailable);
    EXPECT_TRUE(late.maybe_applied);
    EXPECT_LT(session_.now() - began, std::chrono::minutes(1));
}

TEST_F(ZendeskBatch, AJobThatWasGivenUpOnIsAskedForAgainAndNotBegunTwice) {
    session_.expect("POST /api/v2/users/create_or_update_many").answer(200, kQueued);
    session_.expect("GET /api/v2/job_statuses/j1").answer(503, "down", "text/html");
    auto batch = contacts(3);
    EXPECT_EQ(push_all(batch)[0].kind, OutcomeKind::unavailable);
    for (auto& one : batch) {
        one.maybe_applied = true;
    }
    session_.expect("GET /api/v2/job_statuses?page[size]=100").answer(200, R"({"job_statuses":[]})");
    expect_completed(
        R"([{"id":41,"status":"Created"},{"id":42,"status":"Created"},{"id":43,"status":"Created"}])"
    );
    EXPECT_EQ(push_all(batch)[2].remote_id, "43");
    session_.expect("GET /api/v2/job_statuses?page[size]=100").answer(200, R"({"job_statuses":[]})");
    session_.expect("POST /api/v2/users/create_or_update_many").answer(200, kQueued);
    expect_completed("[]");
    (void)push_all(batch);  // it has been told, so this is another matter
}

TEST_F(ZendeskBatch, ResultsThatDoNotAddUpAreNotGuessedAt) {
    session_.expect("POST /api/v2/users/create_or_update_many").answer(200, kQueued);
    expect_completed(R"([{"id":41,"status":"Created"},{"id":43,"status":"Created"}])");
    for (const auto& outcome : push_all(contacts(3))) {
        EXPECT_EQ(outcome.kind, OutcomeKind::retry);
        EXPECT_TRUE(outcome.maybe_applied);
    }
}

TEST_F(ZendeskBatch, TooManyJobsThrottle) {
    session_.expect("POST /api/v2/users/create_or_update_many").answer(429, R"({"error":"TooManyJobs"})");
    EXPECT_EQ(push_all(contacts(3))[2].kind, OutcomeKind::throttled);
}

TEST_F(ZendeskBatch, WhatHindersAllIsNotTriedAgainForEach) {
    session_.expect("DELETE /api/v2/users/41").answer(204);
    session_.expect("DELETE /api/v2/users/42").answer(401, R"({"error":"Couldn't authenticate you"})");
    std::vector<sdk::Operation> batch;
    for (const auto* id : {"41", "42", "43"}) {
        batch.push_back(removal("contact", id, id));
    }
    const auto outcomes = push_all(std::move(batch));
    EXPECT_EQ(outcomes[0].kind, OutcomeKind::done);
    EXPECT_EQ(outcomes[1].kind, OutcomeKind::needs_reauth);
    EXPECT_EQ(outcomes[2].kind, OutcomeKind::needs_reauth);
}

TEST(ZendeskBatches, TheManifestGivesThemToUsersAndOrganizations) {
    const auto manifest = support::manifest_of("zendesk");
    EXPECT_EQ(manifest.object("contact")->batch, 100);
    EXPECT_EQ(manifest.object("company")->batch, 100);
    EXPECT_EQ(manifest.object("ticket")->batch, 1) << "nothing unique guards tickets that are made by a job";
}

}  // namespace
}  // namespace navette::zendesk
