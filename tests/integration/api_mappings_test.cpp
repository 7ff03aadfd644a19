// A tenant's own field mappings over HTTP.
#include "daemon/http/api_mappings.hpp"

#include "tests/integration/api_calls.hpp"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

namespace navette::http {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kAll = "/api/v1/integrations/int_1/mappings";

class ApiMappings : public test::ApiTest {
  protected:
    ApiMappings() { add_mapping_routes(router_, desk_, configuration()); }

    Response add(const std::string& remote, const std::string& more = {}) {
        return post(
            kAll, R"({"object": "item", "local_path": "label", "remote_path": ")" + remote + "\"" + more + "}"
        );
    }

    static std::string path(const Response& added) {
        return kAll + ("/" + store::text_of(body_of(added), "id"));
    }

    Response put(const std::string& target, const std::string& body, const std::string& version) {
        return ask({.method = "PUT", .target = target, .body = body, .headers = {{"If-Match", version}}});
    }
};

TEST_F(ApiMappings, ARuleIsStoredAsItWasGiven) {
    const auto added = add("title", R"(, "transforms": ["trim", {"truncate": 30}], "remote_type": "string")");
    ASSERT_EQ(added.status, 201) << added.body;
    EXPECT_EQ(sdk::first_header(added.headers, "Location"), path(added));
    const auto shown = get(path(added));
    EXPECT_EQ(shown.body, added.body);
    EXPECT_TRUE(body_of(shown).at("mapped").as_bool());
    EXPECT_FALSE(body_of(shown).contains("applied"));
    EXPECT_EQ(
        database_.value("SELECT concat_ws('|', tenant_id, integration_id, object, local_path, remote_path, "
                        "direction, transforms) FROM navette.field_mappings"),
        R"(acme|int_1|item|label|title|to_platform|["trim", {"truncate": 30}])"
    );
}

TEST_F(ApiMappings, ARuleThatDoesNotCompileNamesItsField) {
    const std::map<std::string, std::string> bad{
        {R"({"object": "item", "remote_path": "a", "local_path": "b", "transforms": ["trim", "shout"]})",
         "422 transforms[1]"},
        {R"({"object": "item", "remote_path": "a", "local_path": "b", "transforms": [{"truncate": "x"}]})",
         "422 transforms[0]"},
        {R"({"object": "item", "remote_path": "a", "local_path": "b", "transforms": [7]})",
         "422 transforms[0]"},
        {R"({"object": "item", "remote_path": "a", "local_path": "b", "transforms": "trim"})",
         "422 transforms"},
        {R"({"object": "item", "remote_path": "a..b", "local_path": "b"})", "422 remote_path"},
        {R"({"object": "item", "remote_path": "a", "local_path": "b["})", "422 local_path"},
        {R"({"object": "item", "remote_path": "a"})", "422 local_path"},
        {R"({"object": "item", "local_path": "a"})", "422 remote_path"},
        {R"({"object": "planet", "remote_path": "a", "local_path": "b"})", "422 object"},
        {R"({"object": "item", "remote_path": "a", "local_path": "b", "direction": "up"})", "422 direction"},
        {R"({"object": "item", "remote_path": "a", "local_path": "b", "direction": "both", "transforms": [{"truncate": 3}]})",
         "422 transforms[0]"},
    };
    for (const auto& [body, expected] : bad) {
        EXPECT_EQ(verdict(post(kAll, body)), expected) << body << post(kAll, body).body;
    }
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.field_mappings"), 0);
    EXPECT_EQ(
        post(kAll, R"({"object": "item", "remote_path": "a", "transforms": [{"constant": 1}]})").status, 201
    );
}

TEST_F(ApiMappings, TwoRulesMayNotWriteOneField) {
    const auto first = add("title");
    const auto second = add("title");
    EXPECT_EQ(verdict(second), "409 remote_path");
    EXPECT_THAT(second.body, HasSubstr(store::text_of(body_of(first), "id")));
    EXPECT_EQ(add("title", R"(, "direction": "from_platform")").status, 201) << "the other way round";
}

TEST_F(ApiMappings, AChangeNamesTheVersionThatItChanges) {
    const auto added = add("title");
    const auto version = std::string(sdk::first_header(added.headers, "ETag"));
    const std::string body(R"({"object": "item", "local_path": "label", "remote_path": "headline"})");
    EXPECT_EQ(ask({.method = "PUT", .target = path(added), .body = body}).status, 428);
    const auto changed = put(path(added), body, version);
    ASSERT_EQ(changed.status, 200) << changed.body;
    EXPECT_EQ(body_of(changed).at("remote_path").as_string(), "headline");
    EXPECT_EQ(put(path(added), body, version).status, 412) << "it has another version now";
    EXPECT_EQ(
        ask({.method = "DELETE", .target = path(added), .headers = {{"If-Match", version}}}).status, 412
    );
    EXPECT_EQ(ask({.method = "DELETE", .target = path(added), .headers = {{"If-Match", "*"}}}).status, 204);
    EXPECT_EQ(get(path(added)).status, 404);
}

TEST_F(ApiMappings, AChangeReachesTheOwnerAndLetsAHeldIntegrationTryAgain) {
    const auto version = [&] {
        return database_.number("SELECT version FROM navette.tenant_integrations WHERE id = 'int_1'");
    };
    const auto others = [&] {
        return database_.number("SELECT sum(version) FROM navette.tenant_integrations WHERE id <> 'int_1'");
    };
    const auto untouched = others();
    database_.exec(
        "UPDATE navette.tenant_integrations SET state = 'error', state_reason = 'a rule' WHERE id = 'int_1'"
    );
    auto before = version();
    const auto added = add("title");
    EXPECT_GT(version(), before);
    EXPECT_EQ(
        database_.value(
            "SELECT state || coalesce(state_reason, '') FROM navette.tenant_integrations WHERE id = 'int_1'"
        ),
        "active"
    );
    before = version();
    EXPECT_EQ(
        put(path(added), R"({"object": "item", "local_path": "a", "remote_path": "b"})", "*").status, 200
    );
    EXPECT_GT(version(), before);
    before = version();
    EXPECT_EQ(ask({.method = "DELETE", .target = path(added), .headers = {{"If-Match", "*"}}}).status, 204);
    EXPECT_GT(version(), before);
    EXPECT_EQ(others(), untouched) << "nobody else reads its row again";
}

TEST_F(ApiMappings, AFieldIsSwitchedOff) {
    const auto off = post(kAll, R"({"object": "item", "remote_path": "name", "mapped": false})");
    ASSERT_EQ(off.status, 201) << off.body;
    EXPECT_FALSE(body_of(off).at("mapped").as_bool());
    EXPECT_EQ(body_of(off).at("direction").as_string(), "both");
    EXPECT_EQ(
        verdict(post(kAll, R"({"object": "item", "remote_path": "name", "local_path": "x"})")),
        "409 remote_path"
    );
    EXPECT_EQ(
        verdict(post(kAll, R"({"object": "item", "remote_path": "b", "local_path": "x", "mapped": false})")),
        "422 local_path"
    );
    EXPECT_EQ(verdict(post(kAll, R"({"object": "item", "remote_path": "b", "mapped": "no"})")), "422 mapped");
}

TEST_F(ApiMappings, ARecordIsTriedWithoutBeingStored) {
    const auto tried = post(
        std::string(kAll) + "/try",
        R"({"object": "item", "record": {"name": "Ada", "size": "XL"},
            "rules": [{"local_path": "size", "remote_path": "custom.size", "direction": "both", "transforms": ["lower"]}]})",
        tenant("acme", Caller::Scope::read)
    );
    ASSERT_EQ(tried.status, 200) << tried.body;
    const auto told = body_of(tried);
    EXPECT_EQ(boost::json::serialize(told.at("mapped")), R"({"name":"Ada","custom":{"size":"xl"}})");
    EXPECT_EQ(boost::json::serialize(told.at("after")), R"({"size":"xl"})");
    EXPECT_EQ(told.at("changed").at(0).at("field"), "size");
    EXPECT_EQ(told.at("lost").at(0).at("field"), "name");
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.field_mappings"), 0);
}

TEST_F(ApiMappings, ARecordThatNavetteKnowsIsTriedByItsId) {
    database_.exec(R"(SELECT navette.put_record('acme', 'item', '7', '{"name": "Ada"}'))");
    const auto target = std::string(kAll) + "/try";
    const auto tried = post(target, R"({"object": "item", "entity_id": "7"})");
    ASSERT_EQ(tried.status, 200) << tried.body;
    EXPECT_EQ(body_of(tried).at("mapped").at("name"), "Ada");
    EXPECT_EQ(post(target, R"({"object": "item", "entity_id": "8"})").status, 404);
    EXPECT_EQ(post(target, R"({"object": "item", "entity_id": "7"})", tenant("zenith")).status, 404);
    EXPECT_EQ(
        post(target, R"({"object": "item", "entity_id": "7", "direction": "from_platform"})").status, 404
    ) << "nobody has told what the platform holds";
}

TEST_F(ApiMappings, ATrialThatMakesNoSenseNamesItsMember) {
    const std::map<std::string, std::string> bad{
        {R"({"object": "item"})", "422 record"},
        {R"({"object": "item", "record": {}, "entity_id": "7"})", "422 record"},
        {R"({"record": {}})", "422 object"},
        {R"({"object": "planet", "record": {}})", "422 object"},
        {R"({"object": "item", "record": {}, "direction": "both"})", "422 direction"},
        {R"({"object": "item", "record": {}, "rules": [7]})", "422 rules[0]"},
        {R"({"object": "item", "record": {}, "rules": [{"local_path": "a"}]})", "422 rules[0].remote_path"},
        {R"({"object": "item", "record": {}, "rules": [{"remote_path": "a", "local_path": "b", "transforms": ["shout"]}]})",
         "422 rules[0].transforms[0]"},
    };
    for (const auto& [body, expected] : bad) {
        const auto answer = post(std::string(kAll) + "/try", body);
        EXPECT_EQ(verdict(answer), expected) << body << answer.body;
    }
}

TEST_F(ApiMappings, AreListedInPagesAndAnothersAre404) {
    std::vector<std::string> wanted;
    for (const std::string name : {"a", "b", "c", "d", "e"}) {
        ASSERT_EQ(add(name).status, 201);
        wanted.push_back(name);
    }
    EXPECT_EQ(pages(std::string(kAll) + "?limit=2", "remote_path"), wanted);
    const auto own = add("f");
    const auto zenith = tenant("zenith");
    EXPECT_EQ(get(kAll, zenith).status, 404);
    EXPECT_EQ(get(path(own), zenith).status, 404);
    EXPECT_EQ(post(kAll, "{}", zenith).status, 404);
    EXPECT_EQ(
        ask({.method = "DELETE", .target = path(own), .caller = zenith, .headers = {{"If-Match", "*"}}}
        ).status,
        404
    );
    EXPECT_THAT(pages("/api/v1/integrations/int_z/mappings", "id", [] {}, zenith), IsEmpty());
    EXPECT_EQ(get(std::string(kAll) + "?tenant=zenith", administration()).status, 404);
    EXPECT_EQ(get(kAll, administration()).status, 200);
}

}  // namespace
}  // namespace navette::http
