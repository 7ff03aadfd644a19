// What a run changed is kept as it was before, and can be taken back where nobody has edited it since.
#include "daemon/http/api_undo.hpp"
#include "daemon/store/queue_upkeep.hpp"
#include "tests/integration/linked_contact_site.hpp"

#include <gmock/gmock.h>

namespace navette::http {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class UndoApi : public test::LinkedContactSite {
  protected:
    UndoApi() { add_undo_routes(router_, *desk_); }

    /// Statements of a run, in one transaction.
    void in_run(const std::string& sql, const std::string& run = "plan:7") {
        database_.exec(
            "DO $do$ BEGIN PERFORM set_config('navette.run', '" + run + "', true); " + sql + "; END $do$"
        );
    }

    void rename(const std::string& name, const std::string& entity_id = "42") {
        in_run(renaming(name, entity_id));
    }
    static std::string renaming(const std::string& name, const std::string& entity_id = "42") {
        return "UPDATE navette.records SET data = data || '{\"name\": \"" + name +
               "\"}', version = version + 1 WHERE entity_id = '" + entity_id + "'";
    }

    Response ask(
        const std::string& rest = {}, const Caller& caller = tenant("acme"), const std::string& query = {}
    ) {
        return call(caller, "POST", "/api/v1/undo" + query, R"({"run":"plan:7")" + rest + "}");
    }

    /// "restore record 42" for each step; what stays with its reason.
    std::vector<std::string> undo(const std::string& rest = {}) {
        const auto answer = ask(rest);
        EXPECT_EQ(answer.status, 200) << answer.body;
        std::vector<std::string> steps;
        if (answer.status != 200) {
            return steps;
        }
        for (const auto& step : object_of(answer).at("data").as_array()) {
            const auto text = [&](const char* name) { return std::string(step.at(name).as_string()); };
            const auto of = text("kind") == "link" ? text("integration_id") : std::string("record");
            steps.push_back(
                text("action") + " " + of + " " + text("entity_id") +
                (step.at("reason").is_null() ? "" : ": " + text("reason"))
            );
        }
        return steps;
    }

    /// A push that the run finished: the statement that ends jobs names the run on the link.
    void push_in_run(
        const std::string& integration, const std::string& remote_id, const std::string& entity_id = "42"
    ) {
        database_.exec(
            "INSERT INTO navette.record_links AS l (tenant_id, integration_id, object, entity_id, "
            "entity_type, "
            "remote_id, job_id, snapshot, run) VALUES ('acme', '" +
            integration + "', 'contact', '" + entity_id + "', 'contact', '" + remote_id +
            R"(', 99, '{"title": "new"}', 'plan:7') ON CONFLICT (tenant_id, integration_id, object, entity_id) DO )"
            "UPDATE SET remote_id = excluded.remote_id, job_id = excluded.job_id, snapshot = "
            "excluded.snapshot, "
            "run = excluded.run"
        );
    }

    long images() { return database_.number("SELECT count(*) FROM navette.run_images"); }
};

TEST_F(UndoApi, WhatNoRunWritesLeavesNoImage) {
    database_.exec(renaming("Ada L."));
    database_.exec("UPDATE navette.record_links SET snapshot = '{}', revision = 1, run = ''");
    EXPECT_EQ(images(), 0);
    EXPECT_EQ(ask().status, 404);
}

TEST_F(UndoApi, OnlyJobsOfARunNameOne) {
    EXPECT_EQ(
        database_.value("SELECT string_agg(navette.run_of(o), ',') FROM unnest(ARRAY['plan:7', "
                        "'sync:plan:7', 'reconcile:8', "
                        "'sync:reconcile:8', 'replay:9', 'run:import', 'sync', 'sql', 'source:plan:7', "
                        "'sync:undo:plan:7', "
                        "'webhook', 'plan:']) AS o"),
        "plan:7,plan:7,reconcile:8,reconcile:8,,run:import,,,,,,"
    );
}

TEST_F(UndoApi, ARecordGoesBackToWhatItWasAndOnToItsPlatforms) {
    rename("Ada K.");
    rename("Ada L.");
    EXPECT_THAT(undo(), ElementsAre("restore record 42"));
    EXPECT_EQ(record("data, version"), R"({"name": "Ada", "address": {"city": "Paris"}}|6)");
    EXPECT_EQ(
        last_change("operation, event_type, version, fields, data ->> 'name'"), "upsert|undo|6|{name}|Ada"
    );
    EXPECT_EQ(jobs(), "int_crm upsert sync:undo:plan:7, int_shop upsert sync:undo:plan:7");
    EXPECT_EQ(record("stamps -> 'name' ->> 'was'"), "Ada L.");
    EXPECT_THAT(undo(), IsEmpty()) << "once is enough";
    EXPECT_EQ(record("version"), "6");
}

TEST_F(UndoApi, ADryRunTellsAndDoesNothing) {
    rename("Ada K.");
    EXPECT_THAT(undo(R"(,"dry_run":true)"), ElementsAre("restore record 42"));
    EXPECT_EQ(record("data ->> 'name', version"), "Ada K.|4");
    EXPECT_EQ(jobs(), "");
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.run_images WHERE undone_at IS NOT NULL"), 0);
}

TEST_F(UndoApi, WhatSomebodyEditedSinceStaysAndIsNamed) {
    rename("Ada K.");
    database_.exec(renaming("Countess"));
    EXPECT_THAT(undo(), ElementsAre("keep record 42: it was changed since the run"));
    EXPECT_EQ(record("data ->> 'name'"), "Countess");
    EXPECT_EQ(jobs(), "");
}

TEST_F(UndoApi, AnEditBetweenTwoWritesOfTheRunIsNotLost) {
    rename("Ada K.");
    database_.exec(renaming("Countess"));
    rename("Ada M.");
    EXPECT_THAT(undo(), ElementsAre(HasSubstr("keep record 42: somebody else changed it between")));
    EXPECT_EQ(record("data ->> 'name'"), "Ada M.");
}

TEST_F(UndoApi, ARecordThatTheRunMadeOnAPlatformIsDeletedThereAndNotHere) {
    database_.exec(
        "INSERT INTO navette.records (tenant_id, entity_type, entity_id) VALUES ('acme', 'contact', '50')"
    );
    push_in_run("int_crm", "r50", "50");
    EXPECT_THAT(undo(), ElementsAre("delete int_crm 50"));
    EXPECT_EQ(jobs(), "int_crm delete sync:undo:plan:7");
    EXPECT_EQ(
        database_.value("SELECT event_type || entity_type || entity_id FROM navette.sync_queue"),
        "contact.deletedcontact50"
    );
    EXPECT_EQ(record("deleted, version", "50"), "f|1");
    EXPECT_THAT(undo(), IsEmpty());
    EXPECT_EQ(
        database_.value(
            "SELECT navette.undo_image('acme', 'plan:7', 'link', 'int_crm', 'contact', 'contact', '50')"
        ),
        "delete"
    ) << "two who undo it at once do it once";
    EXPECT_EQ(jobs(), "int_crm delete sync:undo:plan:7");
}

TEST_F(UndoApi, WhatStoodOnThePlatformBeforeTheRunIsNeverDeletedThere) {
    database_.exec(
        "INSERT INTO navette.records (tenant_id, entity_type, entity_id) VALUES ('acme', 'contact', '50')"
    );
    database_.exec(
        "INSERT INTO navette.remote_records (tenant_id, integration_id, object, remote_id, hash) "
        "VALUES ('acme', 'int_crm', 'contact', 'r50', 'h')"
    );
    push_in_run("int_crm", "r50", "50");
    EXPECT_THAT(undo(), ElementsAre("unlink int_crm 50"));
    EXPECT_EQ(jobs(), "");
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.record_links WHERE entity_id = '50'"), 0);
}

TEST_F(UndoApi, ALinkThatWasSentAnotherChangeSinceStays) {
    push_in_run("int_crm", "r50", "50");
    database_.exec(
        "UPDATE navette.record_links SET snapshot = '{\"title\": \"newer\"}', run = '' WHERE entity_id = '50'"
    );
    EXPECT_THAT(
        undo(), ElementsAre(HasSubstr("keep int_crm 50: it was changed on the platform or sent there since"))
    );
    EXPECT_EQ(jobs(), "");
}

TEST_F(UndoApi, ARecordThatTheRunBroughtInIsTakenOutAgain) {
    in_run(
        "INSERT INTO navette.records (tenant_id, entity_type, entity_id, data) VALUES ('acme', 'contact', "
        "'int_crm:r60', '{\"name\": \"Bob\"}'); "
        "INSERT INTO navette.record_keys (tenant_id, entity_type, name, value, entity_id) VALUES ('acme', "
        "'contact', "
        "'name', 'bob', 'int_crm:r60'); "
        "INSERT INTO navette.record_links (tenant_id, integration_id, object, entity_id, entity_type, "
        "remote_id) "
        "VALUES ('acme', 'int_crm', 'contact', 'int_crm:r60', 'contact', 'r60')"
    );
    EXPECT_THAT(
        undo(R"(,"dry_run":true)"), ElementsAre("unlink int_crm int_crm:r60", "bury record int_crm:r60")
    );
    EXPECT_THAT(undo(), ElementsAre("unlink int_crm int_crm:r60", "bury record int_crm:r60"));
    EXPECT_EQ(record("deleted, version", "int_crm:r60"), "t|2");
    EXPECT_EQ(last_change("operation, entity_id"), "delete|int_crm:r60");
    EXPECT_EQ(jobs(), "") << "the platform keeps its own record";
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.record_keys"), 0);
}

TEST_F(UndoApi, ARecordThatTheRunBroughtInStaysWhereAnotherPlatformHoldsItByNow) {
    in_run(
        "INSERT INTO navette.records (tenant_id, entity_type, entity_id) VALUES ('acme', 'contact', "
        "'int_crm:r60')"
    );
    link("int_shop", "s60", "int_crm:r60");
    EXPECT_THAT(undo(), ElementsAre(HasSubstr("keep record int_crm:r60: a platform holds it")));
    EXPECT_EQ(record("deleted", "int_crm:r60"), "f");
}

TEST_F(UndoApi, ALinkThatTheRunWroteGoesWithItsRecord) {
    rename("Ada K.");
    push_in_run("int_shop", "s42");
    EXPECT_THAT(undo(), ElementsAre("follow int_shop 42", "restore record 42"));
    EXPECT_EQ(jobs(), "int_crm upsert sync:undo:plan:7, int_shop upsert sync:undo:plan:7");
    EXPECT_THAT(undo(), IsEmpty());
}

TEST_F(UndoApi, APlatformThatWasMadeEqualToAnUnchangedRecordStaysAndIsNamed) {
    push_in_run("int_shop", "s42");
    EXPECT_THAT(undo(), ElementsAre(HasSubstr("keep int_shop 42: the platform was made equal to a record")));
}

TEST_F(UndoApi, ARunThatIsStillAtWorkIsNotUndone) {
    rename("Ada K.");
    database_.exec(
        "INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id, "
        "origin) "
        "VALUES ('acme', 'int_crm', 'contact.updated', 'contact', '7', 'sync:plan:7')"
    );
    const auto refused = ask();
    EXPECT_EQ(refused.status, 409) << refused.body;
    EXPECT_THAT(refused.body, HasSubstr("1 unfinished jobs"));
    EXPECT_EQ(ask(R"(,"dry_run":true)").status, 200);
    EXPECT_EQ(record("version"), "4");
}

TEST_F(UndoApi, ItGoesOnPageByPageAndWhereItWasInterrupted) {
    for (const auto* id : {"51", "52", "53"}) {
        in_run(
            "INSERT INTO navette.records (tenant_id, entity_type, entity_id) VALUES ('acme', 'contact', '" +
            std::string(id) + "')"
        );
    }
    const auto first = object_of(ask("", tenant("acme"), "?limit=1"));
    EXPECT_EQ(first.at("data").as_array().size(), 1U);
    EXPECT_EQ(record("deleted", "51") + record("deleted", "52"), "tf") << "the next page is left alone";
    const auto second = object_of(
        ask("", tenant("acme"), "?limit=1&cursor=" + std::string(first.at("next_cursor").as_string()))
    );
    EXPECT_EQ(second.at("data").as_array().at(0).at("entity_id").as_string(), "52");
    EXPECT_THAT(undo(), ElementsAre("bury record 53"));
}

TEST_F(UndoApi, ARecordThatTheRunDeletedComesBackAndIsMadeAnewWhereNavetteDeletedIt) {
    in_run("UPDATE navette.records SET deleted = true, version = version + 1 WHERE entity_id = '42'");
    // The run's job deleted it in the shop; at the other platform somebody else had.
    database_.exec("DELETE FROM navette.record_links WHERE integration_id = 'int_shop'");
    database_.exec("UPDATE navette.record_links SET gone = true");
    EXPECT_THAT(undo(), ElementsAre("restore record 42"));
    EXPECT_EQ(record("deleted, data ->> 'name'"), "f|Ada");
    EXPECT_EQ(last_change("operation, data ->> 'name'"), "upsert|Ada");
    EXPECT_EQ(jobs(), "int_crm upsert sync:undo:plan:7, int_shop upsert sync:undo:plan:7");
}

TEST_F(UndoApi, WhatAnImportOfTheApplicationChangedGoesBackAndWhatItMadeStays) {
    const auto tell = [&](const std::string& entity_id, const std::string& version, const std::string& origin
                      ) {
        const auto job = database_.value(
            "INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id, "
            "origin) VALUES ('acme', 'int_crm', 'contact.updated', 'contact', '" +
            entity_id + "', '" + origin + "') RETURNING id"
        );
        database_.exec(
            "SELECT navette.put_hub('acme', 'contact', '" + entity_id + "', " + version + R"(, '{"name": ")" +
            origin + R"("}', '{}', '[]', false, '[]', '', )" + job + ")"
        );
        database_.exec("DELETE FROM navette.sync_queue");
    };
    tell("42", "3", "sql");
    EXPECT_EQ(images(), 0);
    tell("42", "4", "run:import");
    tell("70", "0", "run:import");
    EXPECT_EQ(images(), 1);
    tell("42", "5", "plan:7");
    EXPECT_EQ(images(), 1) << "a plan that the application's job waited for makes no edit of its own";
    database_.exec("UPDATE navette.records SET data = '{\"name\": \"run:import\"}' WHERE entity_id = '42'");
    database_.exec("UPDATE navette.run_images SET run = 'plan:7'");  // as undo() names it
    EXPECT_THAT(undo(), ElementsAre("restore record 42"));
    EXPECT_EQ(record("data ->> 'name'"), "sql");
    EXPECT_EQ(record("deleted", "70"), "f");
}

TEST_F(UndoApi, TheApplicationsJobsThatWaitedForAPlanBelongToItWhereItSpeaksOfTheirRecords) {
    database_.exec(
        "UPDATE navette.tenant_integrations SET state = 'paused' WHERE id = 'int_crm';"
        "INSERT INTO navette.comparisons (tenant_id, integration_id, kind, state, objects, basis) "
        "VALUES ('acme', 'int_crm', 'first', 'approved', '{contact}', '');"
        "INSERT INTO navette.comparison_items (tenant_id, comparison_id, object, entity_type, entity_id, "
        "verdict) SELECT 'acme', c.id, 'contact', 'contact', v.entity_id, v.verdict FROM navette.comparisons "
        "c, "
        "(VALUES ('50', 'create_remote'), ('51', 'ambiguous'), ('52', 'create_remote'), ('53', 'link'), "
        "('54', 'create_remote'), ('55', 'create_remote')) AS v (entity_id, verdict);"
        "INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id, "
        "operation, origin) SELECT 'acme', 'int_crm', 'contact.updated', 'contact', v.entity_id, "
        "v.operation, "
        "v.origin FROM (VALUES ('50', 'upsert', 'sql'), ('51', 'upsert', 'sql'), ('52', 'delete', 'sql'), "
        "('53', 'upsert', 'source:people'), ('54', 'upsert', 'run:import'), ('55', 'upsert', 'sync'), "
        "('56', 'upsert', 'sql')) AS v (entity_id, operation, origin)"
    );
    const auto plan = database_.value("SELECT 'plan:' || id FROM navette.comparisons");
    database_.exec("SELECT navette.begin_applying('acme', id) FROM navette.comparisons");
    EXPECT_EQ(
        database_.value("SELECT string_agg(entity_id || ' ' || origin, ', ' ORDER BY entity_id) FROM "
                        "navette.sync_queue"),
        "50 " + plan + ", 51 sql, 52 sql, 53 " + plan + ", 54 run:import, 55 sync, 56 sql"
    );
}

TEST_F(UndoApi, AChangeFromAPlatformThatARunBringsIsKeptAndOthersAreNot) {
    const std::string change =
        R"({"object": "contact", "remote_id": "r42", "fields": {}, "occurred_at": null, "merged": {"entity_type": "contact", )"
        R"("entity_id": "42", "expected_version": %1, "expected_revision": %2, "expected_job": 0, "changed": ["name"], )"
        R"("operation": "upsert", "data": {"name": "%3"}, "stamps": {}, "keys": [], "snapshot": {"title": "%3"}, )"
        R"("seen": {"name": "%3"}, "conflicts": {}, "gone": false, "spread": "linked", "push_back": false}})";
    const auto receive = [&](const std::string& origin,
                             const std::string& version,
                             const std::string& revision,
                             const std::string& name) {
        auto text = change;
        for (const auto& [mark, value] :
             {std::pair("%1", version), {"%2", revision}, {"%3", name}, {"%3", name}, {"%3", name}}) {
            text.replace(text.find(mark), 2, value);
        }
        return database_.value(
            "SELECT navette.receive_change_in_run('" + origin + "', 'acme', 'int_crm', 'contact.changed', '" +
            text + "')"
        );
    };
    EXPECT_EQ(receive("webhook", "3", "0", "Ada K."), "goes on to 1 more integration");
    EXPECT_EQ(images(), 0);
    EXPECT_EQ(receive("plan:7", "4", "1", "Ada M."), "goes on to 1 more integration");
    EXPECT_EQ(images(), 2) << "the record and its link";
    EXPECT_EQ(jobs(), "int_shop upsert sync, int_shop upsert sync:plan:7")
        << "what the run leads to elsewhere belongs to it too";
    database_.exec("DELETE FROM navette.sync_queue");
    EXPECT_THAT(undo(), ElementsAre("follow int_crm 42", "restore record 42"));
    EXPECT_EQ(record("data ->> 'name'"), "Ada K.");
    EXPECT_EQ(images(), 2) << "undo itself is no run";
}

TEST_F(UndoApi, RunsAreListedAndAnotherTenantSeesNone) {
    rename("Ada K.");
    const auto mine = object_of(call(tenant("acme"), "GET", "/api/v1/undo")).at("data").as_array();
    ASSERT_EQ(mine.size(), 1U);
    EXPECT_EQ(mine[0].at("run").as_string(), "plan:7");
    EXPECT_EQ(mine[0].at("records").as_int64(), 1);
    EXPECT_THAT(object_of(call(tenant("beta"), "GET", "/api/v1/undo")).at("data").as_array(), IsEmpty());
    EXPECT_EQ(ask("", tenant("beta")).status, 404);
    EXPECT_EQ(record("data ->> 'name'"), "Ada K.");
    EXPECT_EQ(ask("", administration()).status, 200) << "one tenant has it, so it need not be named";
}

TEST_F(UndoApi, ImagesAreForgottenAfterTheirTime) {
    rename("Ada K.");
    EXPECT_EQ(test::must(run(store::forget_run_images(connection(), std::chrono::hours(24)))), 0);
    database_.exec("UPDATE navette.run_images SET created_at = now() - interval '25 hours'");
    EXPECT_EQ(test::must(run(store::forget_run_images(connection(), std::chrono::hours(24)))), 1);
    EXPECT_EQ(ask().status, 404);
}

}  // namespace
}  // namespace navette::http
