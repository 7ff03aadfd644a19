// While a plan is applied, a record that the application tells of is linked to what the plan found before it
// is pushed: at a platform that looks for no natural key, a push would make it a second time.
#include "daemon/store/planned_links.hpp"

#include "tests/integration/lane_fixture.hpp"

#include <gmock/gmock.h>

#include <pqxx/pqxx>

namespace navette::test {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

/// A platform that makes a new person of everything that comes without an id.
class GuestBook final : public sdk::Connector {
  public:
    [[nodiscard]] std::string_view slug() const override { return "shop"; }
    sdk::Task<sdk::TestReport> test(sdk::Session&) override { co_return sdk::TestReport(true, "it works"); }

    sdk::Task<std::vector<sdk::Outcome>> push(sdk::Session& session, std::vector<sdk::Operation> batch)
        override {
        std::vector<sdk::Outcome> outcomes;
        for (auto& operation : batch) {
            co_await session.send(sdk::HttpRequest::post("/person/" + operation.entity_id));
            const auto id =
                operation.remote_id.empty() ? "made" + std::to_string(++made_) : operation.remote_id;
            pushed.push_back(id + " " + json::serialize(operation.fields));
            for (auto& [name, value] : operation.fields) {
                people[id][name] = std::move(value);
            }
            outcomes.push_back(sdk::Outcome::done(id));
        }
        co_return outcomes;
    }

    std::map<std::string, json::object> people;
    std::vector<std::string> pushed;

  private:
    int made_ = 0;
};

class PlannedLinksTest : public LaneTest {
  protected:
    PlannedLinksTest() {
        connector_->connector = book_;
        config::ObjectSpec person;
        person.name = "person";
        person.entity = "person";
        person.natural_keys = {"email"};
        for (const auto& [local, remote] : {std::pair("name", "Name"), {"email", "Email"}}) {
            config::MappingRule rule;
            rule.local = local;
            rule.remote = remote;
            rule.direction = config::MappingDirection::both;
            person.mapping.push_back(std::move(rule));
        }
        connector_->manifest.objects.push_back(std::move(person));
        database_.exec(
            "INSERT INTO navette.comparisons (tenant_id, integration_id, kind, state, objects, basis) VALUES "
            "('acme', 'int_1', 'first', 'applying', '{person}', '')"
        );
        // The reading by the plan's own steps is not what this is about.
        database_.exec("UPDATE navette.comparisons SET next_at = 'infinity'");
    }

    /// The platform holds this person, and the plan found it so.
    void found(const std::string& verdict, const std::string& entity_id) {
        book_->people["r1"] = {{"Name", "Ann"}, {"Email", "ann@x.org"}};
        database_.exec(
            "INSERT INTO navette.comparison_items (tenant_id, comparison_id, object, remote_id, entity_type, "
            "entity_id, verdict, fields, keys, hash) SELECT 'acme', id, 'person', 'r1', 'person', '" +
            entity_id + "', '" + verdict +
            R"(', '{"Name": "Ann", "Email": "ann@x.org"}', '[{"name": "email", "value": "ann@x.org"}]', 'h' )"
            "FROM navette.comparisons"
        );
    }

    void tell(const std::string& id, const std::string& more = "") {
        database_.exec(
            "INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id, "
            "data) VALUES ('acme', 'int_1', 'person.updated', 'person', '" +
            id + R"(', '{"name": "Ann B.", "email": "ann@x.org"}'))"
        );
        if (!more.empty()) {
            database_.exec("UPDATE navette.sync_queue SET " + more);
        }
        start_lane();
        lane_->look();
        work_until_empty();
        work_until("SELECT count(*) FROM navette.in_flight", 0);
    }

    /// What navette.link_first answers for the record, without a lane.
    std::string first(const std::string& id) {
        const auto awaited = must(run(store::link_first(
            connection(), store::IntegrationKey{"acme", "int_1"}, {{"person", "person", id}}
        )));
        return awaited.at(0);
    }

    std::string links() {
        return database_.value(
            "SELECT string_agg(concat_ws(' ', entity_id, remote_id), ',') FROM navette.record_links"
        );
    }

    void state(const std::string& assignments) {
        database_.exec("UPDATE navette.comparisons SET " + assignments);
    }

    std::shared_ptr<GuestBook> book_ = std::make_shared<GuestBook>();
};

TEST_F(PlannedLinksTest, WhatThePlanFoundOfARecordIsLinkedBeforeTheRecordIsPushed) {
    database_.exec(
        "SELECT navette.put_record('acme', 'person', '1', '{\"name\": \"Ann\", \"email\": \"ann@x.org\"}')"
    );
    found("link", "1");
    tell("1");
    EXPECT_THAT(book_->people, SizeIs(1)) << "it is there once";
    EXPECT_THAT(book_->pushed, ElementsAre(R"(r1 {"Name":"Ann B."})"));
    EXPECT_EQ(links(), "1 r1");
    EXPECT_EQ(
        database_.value("SELECT concat_ws('|', applied, superseded, state) FROM navette.comparisons"),
        "1|0|applying"
    );
}

TEST_F(PlannedLinksTest, ARecordThatIsNewHereIsKnownByItsKeyAndNotMadeASecondTime) {
    found("create_local", "");
    tell("7");
    EXPECT_THAT(book_->people, SizeIs(1));
    EXPECT_EQ(links(), "7 r1");
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.records"), 1);
    EXPECT_EQ(book_->people["r1"]["Name"], "Ann B.");
}

TEST_F(PlannedLinksTest, AlsoWhileThePlanIsPausedInTheMiddle) {
    found("create_local", "");
    state("state = 'paused', resumes = 'applying'");
    tell("7");
    EXPECT_EQ(links(), "7 r1");
}

TEST_F(PlannedLinksTest, WhatNobodyApprovedIsLinkedByNobody) {
    found("link", "1");
    state("state = 'ready'");
    EXPECT_EQ(first("1"), "");
    state("state = 'paused', resumes = 'reading'");
    EXPECT_EQ(first("1"), "");
    state("state = 'approved', resumes = NULL");
    EXPECT_EQ(first("1"), "r1");
}

TEST_F(PlannedLinksTest, ItsMergeIsMadeOnceAndWaitedForUntilItIsOver) {
    found("link", "1");
    EXPECT_EQ(first("2"), "") << "the plan found nothing of this one";
    EXPECT_EQ(first("1"), "r1");
    EXPECT_EQ(first("1"), "r1");
    EXPECT_EQ(
        database_.value("SELECT string_agg(concat_ws(' ', direction, entity_id, priority, origin), ',') FROM "
                        "navette.sync_queue"),
        "from_platform remote:r1 3 plan:" + database_.value("SELECT id FROM navette.comparisons")
    );
    database_.exec("UPDATE navette.sync_queue SET status = 'failed'");
    EXPECT_EQ(first("1"), "") << "a merge that failed holds nobody up";
}

TEST_F(PlannedLinksTest, ARecordWhoseKeyAFoundOneHasGoesByItToo) {
    found("create_local", "");
    database_.exec(
        "SELECT navette.put_keys('acme', 'person', '7', '[{\"name\": \"email\", \"value\": "
        "\"ann@x.org\"}]'), "
        "navette.put_keys('beta', 'person', '8', '[{\"name\": \"email\", \"value\": \"ann@x.org\"}]')"
    );
    EXPECT_EQ(first("8"), "") << "another tenant's";
    EXPECT_EQ(first("7"), "r1");
}

TEST_F(PlannedLinksTest, APushThatMayHaveTakenEffectIsNotHeldUpByTheMergeThatWaitsForIt) {
    found("create_local", "");
    tell("7", "maybe_applied = true, deferred = true");
    EXPECT_THAT(book_->pushed, ElementsAre(HasSubstr("made1")));
}

TEST_F(PlannedLinksTest, APushOfWhatThePlanDidNotFindWaitsForNoStepOfThePlan) {
    found("create_local", "");
    database_.exec(
        "SELECT navette.put_record('acme', 'person', '2', '{\"name\": \"Bob\", \"email\": \"bob@x.org\"}')"
    );
    pqxx::connection daemon(database_.url());
    pqxx::work step(daemon);
    step.exec("SELECT FROM navette.comparisons FOR UPDATE");
    must(run(connection().run("SET lock_timeout = '1s'", {})));
    EXPECT_EQ(first("2"), "");
}

}  // namespace
}  // namespace navette::test
