// Fields that both sides changed, listed and decided over the API.
#include "daemon/http/api_conflicts.hpp"
#include "daemon/store/queue_depth.hpp"
#include "tests/integration/linked_contact_site.hpp"

#include <gmock/gmock.h>

namespace navette::http {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ConflictsApi : public test::LinkedContactSite {
  protected:
    ConflictsApi() { add_conflict_routes(router_, *desk_); }

    Response resolve(const std::string& rest, const Caller& caller = tenant("acme")) {
        return call(
            caller,
            "POST",
            "/api/v1/conflicts/resolve",
            R"({"integration":"int_crm","object":"contact","entity_id":"42","field":"name",)" + rest + "}"
        );
    }

    std::vector<std::string> listed(const std::string& query = {}, const Caller& caller = tenant("acme")) {
        const auto answer = call(caller, "GET", "/api/v1/conflicts" + query);
        EXPECT_EQ(answer.status, 200) << answer.body;
        std::vector<std::string> all;
        for (const auto& row : object_of(answer).at("data").as_array()) {
            all.push_back(
                std::string(row.at("entity_id").as_string()) + " " + std::string(row.at("field").as_string())
            );
        }
        return all;
    }
};

TEST_F(ConflictsApi, AConflictIsListedWithWhatEachSideHolds) {
    EXPECT_THAT(listed(), IsEmpty());
    clash();
    const auto answer = call(tenant("acme"), "GET", "/api/v1/conflicts");
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(
        object_of(answer).at("data").as_array().at(0),
        boost::json::parse(
            R"({"tenant_id":"acme","integration_id":"int_crm","platform":"probe","object":"contact","entity_type":"contact",
                "entity_id":"42","remote_id":"r42","field":"name","base":"Ada","local":"Ada L.","remote":"Ada K.",
                "since":"2025-10-09T08:53:20.000Z"})"
        )
    ) << answer.body;
}

TEST_F(ConflictsApi, TheListIsChosenAndComesInPages) {
    clash();
    clash("address.city");
    link("int_crm", "r43", "43");
    clash("name", "43");
    EXPECT_THAT(listed(), ElementsAre("42 address.city", "42 name", "43 name"));
    EXPECT_THAT(listed("?field=name"), ElementsAre("42 name", "43 name"));
    EXPECT_THAT(listed("?integration=int_shop"), IsEmpty());
    EXPECT_THAT(listed("?object=order"), IsEmpty());
    std::vector<std::string> paged;
    std::string query("?limit=1");
    while (true) {
        const auto page = object_of(call(tenant("acme"), "GET", "/api/v1/conflicts" + query));
        paged.emplace_back(page.at("data").as_array().at(0).at("field").as_string());
        if (page.at("next_cursor").is_null()) {
            break;
        }
        query = "?limit=1&cursor=" + std::string(page.at("next_cursor").as_string());
    }
    EXPECT_THAT(paged, ElementsAre("address.city", "name", "name"));
    EXPECT_EQ(call(tenant("acme"), "GET", "/api/v1/conflicts?colour=red").status, 400);
}

TEST_F(ConflictsApi, ThePlatformsValueGoesIntoTheRecordTheFeedAndOnToTheOthers) {
    clash();
    const auto answer = resolve(R"("choose":"platform")");
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(record("data, version"), R"({"name": "Ada K.", "address": {"city": "Paris"}}|4)");
    EXPECT_EQ(
        link_of("int_crm", "snapshot, seen, conflicts, revision"),
        R"({"title": "Ada K."}|{"name": "Ada K."}|{}|1)"
    );
    EXPECT_EQ(
        last_change("operation, integration_id, remote_id, version, fields, data ->> 'name'"),
        "upsert|int_crm|r42|4|{name}|Ada K."
    );
    EXPECT_EQ(jobs(), "int_shop upsert sync") << "the platform itself holds it already";
    EXPECT_EQ(
        record("stamps -> 'name' ->> 'was', stamps -> 'name' ->> 'by', stamps -> 'name' ->> 'position'"),
        "Ada|int_crm|1"
    );
    EXPECT_EQ(object_of(answer).at("value").as_string(), "Ada K.");
    EXPECT_EQ(object_of(answer).at("jobs").as_int64(), 1);
}

TEST_F(ConflictsApi, TheLocalValueGoesToThePlatformAndTheRecordStays) {
    clash();
    const auto answer = resolve(R"("choose":"local")");
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(record("data ->> 'name', version"), "Ada|3");
    EXPECT_EQ(
        link_of("int_crm", "snapshot, seen, conflicts, pushed_hash"),
        R"({"title": "Ada K."}|{"name": "Ada K."}|{}|)"
    ) << "what the platform holds is known, so that the push sends ours";
    EXPECT_EQ(jobs(), "int_crm upsert sync");
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.changes"), 0);
}

TEST_F(ConflictsApi, AThirdValueGoesToAllOfThem) {
    clash();
    const auto answer = resolve(R"("choose":"value","value":"Ada King")");
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(record("data ->> 'name', version"), "Ada King|4");
    EXPECT_EQ(jobs(), "int_crm upsert sync, int_shop upsert sync");
    EXPECT_EQ(link_of("int_crm", "conflicts"), "{}");
}

TEST_F(ConflictsApi, AFieldCanBeEmptied) {
    clash();
    ASSERT_EQ(resolve(R"("choose":"value","value":null)").status, 200);
    EXPECT_EQ(record("data -> 'name'"), "null");
}

TEST_F(ConflictsApi, WhatSpreadsFollowsTheIntegrationsRule) {
    clash();
    database_.exec(
        R"(UPDATE navette.tenant_integrations SET sync_rules = '{"spread": "none"}' WHERE id = 'int_crm')"
    );
    ASSERT_EQ(resolve(R"("choose":"platform")").status, 200);
    EXPECT_EQ(jobs(), "");
}

TEST_F(ConflictsApi, AConflictThatIsGoneMeanwhileIsToldAsSuch) {
    clash();
    ASSERT_EQ(resolve(R"("choose":"local")").status, 200);
    const auto again = resolve(R"("choose":"platform")");
    EXPECT_EQ(again.status, 409) << again.body;
    EXPECT_THAT(again.body, HasSubstr("decided meanwhile"));
    EXPECT_EQ(record("data ->> 'name', version"), "Ada|3");
    EXPECT_EQ(jobs(), "int_crm upsert sync");
}

TEST_F(ConflictsApi, WhatTheApplicationKnewIsKeptWhileItHasNotTakenInTheFeed) {
    clash();
    ASSERT_EQ(resolve(R"("choose":"platform")").status, 200);
    clash();
    ASSERT_EQ(resolve(R"("choose":"value","value":"Ada King")").status, 200);
    EXPECT_EQ(record("stamps -> 'name' ->> 'was', stamps -> 'name' ->> 'position'"), "Ada|2");
    database_.exec("SELECT navette.acknowledge_changes('acme', 2)");
    clash();
    ASSERT_EQ(resolve(R"("choose":"platform")").status, 200);
    EXPECT_EQ(record("stamps -> 'name' ->> 'was', stamps -> 'name' ->> 'position'"), "Ada King|3");
}

TEST_F(ConflictsApi, ARecordIsFoundByTheNaturalKeyThatWasDecidedOn) {
    database_.exec(
        "INSERT INTO navette.record_keys (tenant_id, entity_type, name, value, entity_id) VALUES "
        "('acme', 'contact', 'name', 'ada', '42'), ('acme', 'contact', 'code', 'x', '42')"
    );
    clash();
    ASSERT_EQ(resolve(R"("choose":"value","value":"  Ada   King ")").status, 200);
    EXPECT_EQ(
        database_.value("SELECT string_agg(name || '=' || value, ',' ORDER BY name) FROM navette.record_keys"
        ),
        "code=x,name=ada king"
    );
}

TEST_F(ConflictsApi, ManyAreDecidedByAFilter) {
    clash();
    clash("address.city");
    link("int_crm", "r43", "43");
    database_.exec(
        "INSERT INTO navette.records (tenant_id, entity_type, entity_id) VALUES ('acme', 'contact', '43')"
    );
    clash("name", "43");
    const auto answer = call(
        tenant("acme"),
        "POST",
        "/api/v1/conflicts/resolve",
        R"({"integration":"int_crm","field":"name","all":true,"choose":"platform"})"
    );
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(object_of(answer).at("resolved").as_int64(), 2);
    EXPECT_EQ(object_of(answer).at("left").as_int64(), 0);
    EXPECT_THAT(listed(), ElementsAre("42 address.city"));
    EXPECT_EQ(record("data ->> 'name'", "43"), "Ada K.");
}

TEST_F(ConflictsApi, ABodyThatSaysTooLittleOrTooMuchIsRefused) {
    clash();
    for (const std::string body :
         {R"({"integration":"int_crm","choose":"local"})",
          R"({"integration":"int_crm","object":"contact","entity_id":"42","choose":"local"})",
          R"({"integration":"int_crm","object":"contact","entity_id":"42","field":"name"})",
          R"({"integration":"int_crm","object":"contact","entity_id":"42","field":"name","choose":"mine"})",
          R"({"integration":"int_crm","object":"contact","entity_id":"42","field":"name","choose":"value"})",
          R"({"integration":"int_crm","object":"contact","entity_id":"42","field":"name","choose":"local","value":1})",
          R"({"integration":"int_crm","all":true,"choose":"value","value":1})",
          R"({"integration":"int_crm","all":true,"entity_id":"42","choose":"local"})",
          R"({"integration":"int_crm","all":true,"choose":"local","colour":1})",
          R"({"object":"contact","entity_id":"42","field":"name","choose":"local"})"}) {
        EXPECT_EQ(call(tenant("acme"), "POST", "/api/v1/conflicts/resolve", body).status, 422) << body;
    }
    EXPECT_EQ(link_of("int_crm", "revision"), "0");
}

TEST_F(ConflictsApi, AnotherTenantNeitherSeesNorDecidesIt) {
    clash();
    EXPECT_THAT(listed("", tenant("beta")), IsEmpty());
    EXPECT_EQ(resolve(R"("choose":"platform")", tenant("beta")).status, 404);
    EXPECT_EQ(resolve(R"("choose":"platform","tenant_id":"acme")", tenant("beta")).status, 404);
    EXPECT_EQ(link_of("int_crm", "revision"), "0");
    EXPECT_THAT(listed("?tenant=acme", administration()), ElementsAre("42 name"));
    EXPECT_EQ(resolve(R"("choose":"platform","tenant_id":"acme")", administration()).status, 200);
}

TEST_F(ConflictsApi, OpenConflictsAreCountedForMetrics) {
    clash();
    clash("address.city");
    const auto depths = test::must(run(store::queue_depth(connection())));
    ASSERT_EQ(depths.size(), 1U);
    EXPECT_EQ(depths.front().conflicts, 2);
}

}  // namespace
}  // namespace navette::http
