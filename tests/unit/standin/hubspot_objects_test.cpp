// The HubSpot stand-in's records: what it demands and refuses, batches, search, associations.
#include "tests/standin/site_in_process.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <string>

namespace navette::standin {
namespace {

namespace json = boost::json;

const std::string kObjects = "/crm/objects/2026-09/";

class HubSpotObjects : public ::testing::Test {
  protected:
    Reply send(const std::string& method, const std::string& path, const std::string& body = "") {
        return client_.send(method, path, body);
    }
    Reply upsert(const std::string& type, const std::string& inputs) {
        return send("POST", kObjects + type + "/batch/upsert", R"({"inputs":)" + inputs + "}");
    }
    /// The id of a record that a single POST made.
    std::string made(const std::string& type, const std::string& properties) {
        const auto reply = send("POST", kObjects + type, R"({"properties":)" + properties + "}");
        EXPECT_EQ(reply.status, 201U) << reply.body;
        return std::string(reply.json().at("id").as_string());
    }
    Reply search(const std::string& body) { return send("POST", kObjects + "contacts/search", body); }
    json::value property(const std::string& type, const std::string& id, const std::string& name) {
        return send("GET", kObjects + type + "/" + id + "?properties=" + name)
            .json()
            .at("properties")
            .at(name);
    }
    std::uint64_t creates(const std::string& kind) {
        return site_.effects().at(kind).at("creates").to_number<std::uint64_t>();
    }

    SiteInProcess site_{"hubspot", {{"search_lag_ms", "0"}}};
    BlockingClient client_{site_.port(), {{"Authorization", "Bearer pat-eu1-right-token"}}};
};

TEST_F(HubSpotObjects, ARecordNeedsWhatHubSpotDemands) {
    for (const auto* type : {"companies", "deals", "notes", "calls"}) {
        const auto reply = send("POST", kObjects + type, R"({"properties":{}})");
        EXPECT_EQ(reply.status, 400U) << type;
        EXPECT_EQ(reply.json().at("category"), "VALIDATION_ERROR") << type;
    }
    made("contacts", R"({"firstname":"Ana"})");
    made("companies", R"({"domain":"acme.test"})");
    made("notes", R"({"hs_timestamp":"2026-05-01T10:00:00Z"})");
    const auto deal = made("deals", R"({"dealname":"D","dealstage":"closedwon"})");
    EXPECT_EQ(property("deals", deal, "pipeline"), "default");
}

TEST_F(HubSpotObjects, AValueIsATextOfItsPropertysKind) {
    const auto refused = [&](const std::string& type, const std::string& properties) {
        const auto reply = send("POST", kObjects + type, R"({"properties":)" + properties + "}");
        EXPECT_EQ(reply.status, 400U) << reply.body;
        const auto answer = reply.json();
        const auto* errors = answer.as_object().if_contains("errors");
        return errors == nullptr ? std::string() : std::string(errors->at(0).at("code").as_string());
    };
    EXPECT_EQ(refused("contacts", R"({"firstname":7})"), "") << "a number refuses the request as such";
    EXPECT_EQ(refused("contacts", R"({"nope":"x"})"), "PROPERTY_DOESNT_EXIST");
    EXPECT_EQ(refused("contacts", R"({"email":"no address"})"), "INVALID_EMAIL");
    EXPECT_EQ(refused("contacts", R"({"hs_object_id":"1"})"), "READ_ONLY_VALUE");
    EXPECT_EQ(refused("contacts", R"({"lifecyclestage":"Lead"})"), "INVALID_OPTION");
    const std::string deal = R"("dealname":"D","dealstage":"closedwon",)";
    EXPECT_EQ(refused("deals", "{" + deal + R"("amount":"1,000.00"})"), "INVALID_INTEGER");
    EXPECT_EQ(refused("deals", "{" + deal + R"("closedate":"soon"})"), "INVALID_DATE");
    EXPECT_EQ(creates("contacts") + creates("deals"), 0U);
}

TEST_F(HubSpotObjects, AnEmailIsUniqueWhateverItsCaseAndItsOwnerIsNamed) {
    const auto id = made("contacts", R"({"email":"Ana@X.test","hs_additional_emails":"a@y.test"})");
    EXPECT_EQ(property("contacts", id, "email"), "ana@x.test");
    for (const auto* taken : {"ANA@x.test", "a@y.test"}) {
        const auto reply = send(
            "POST", kObjects + "contacts", R"({"properties":{"email":")" + std::string(taken) + R"("}})"
        );
        EXPECT_EQ(reply.status, 409U);
        EXPECT_EQ(reply.json().at("message"), json::value("Contact already exists. Existing ID: " + id));
    }
    made("companies", R"({"name":"A","domain":"acme.test"})");
    made("companies", R"({"name":"A","domain":"acme.test"})");
    EXPECT_EQ(creates("companies"), 2U) << "a domain tells no companies apart";
    EXPECT_EQ(site_.effects().at("duplicates_refused"), 2);
}

TEST_F(HubSpotObjects, AnUpsertFindsByAUniquePropertyAndMakesOnce) {
    const std::string input =
        R"([{"id":"nv-1","idProperty":"navette_external_id","objectWriteTraceId":"t","properties":{"name":"A"}}])";
    const auto first = upsert("companies", input).json().at("results").at(0);
    EXPECT_EQ(first.at("new"), true);
    EXPECT_EQ(first.at("objectWriteTraceId"), "t");
    EXPECT_EQ(first.at("properties").at("navette_external_id"), "nv-1");
    const auto again = upsert("companies", input).json().at("results").at(0);
    EXPECT_EQ(again.at("new"), false);
    EXPECT_EQ(again.at("id"), first.at("id"));
    const auto effects = site_.effects().at("companies");
    EXPECT_EQ(effects.at("by_navette_external_id").at("nv-1"), 1);
    EXPECT_TRUE(effects.at("changes").as_object().empty()) << "equal values change nothing";
    const auto by_name = upsert("companies", R"([{"id":"A","idProperty":"name","properties":{}}])");
    EXPECT_EQ(by_name.status, 400U) << "name is not unique";
}

TEST_F(HubSpotObjects, WithTraceIdsABadInputSinksAloneWithoutThemAll) {
    const auto batch = [](const std::string& traces) {
        const auto trace = [&](const char* id) {
            return traces.empty() ? std::string() : R"(,"objectWriteTraceId":")" + std::string(id) + "\"";
        };
        return R"([{"id":"a@x.test","idProperty":"email","properties":{"firstname":"A"})" + trace("1") +
               R"(},{"id":"b@x.test","idProperty":"email","properties":{"nope":"B"})" + trace("2") +
               R"(},{"id":"c@x.test","idProperty":"email","properties":{"firstname":"C"})" + trace("3") +
               "}]";
    };
    EXPECT_EQ(upsert("contacts", batch("")).status, 400U);
    EXPECT_EQ(creates("contacts"), 0U);
    const auto mixed = upsert("contacts", batch("with"));
    EXPECT_EQ(mixed.status, 207U);
    EXPECT_EQ(mixed.json().at("errors").at(0).at("context").at("objectWriteTraceId").at(0), "2");
    EXPECT_EQ(mixed.json().at("numErrors"), 1);
    EXPECT_EQ(mixed.json().at("results").at(0).at("objectWriteTraceId"), "3") << "in another order";
    EXPECT_EQ(creates("contacts"), 2U);
}

TEST_F(HubSpotObjects, ABatchHasAtMost100InputsAndNoneTwice) {
    const std::string one = R"({"id":"a@x.test","idProperty":"email","properties":{}})";
    EXPECT_EQ(upsert("contacts", "[" + one + "," + one + "]").status, 400U);
    EXPECT_EQ(upsert("contacts", "[]").status, 400U);
    std::string many;
    for (int n = 0; n < 101; ++n) {
        many += (n == 0 ? "[" : ",") + std::string(R"({"id":"a)") + std::to_string(n) +
                R"(@x.test","idProperty":"email","properties":{}})";
    }
    EXPECT_EQ(upsert("contacts", many + "]").status, 400U);
    EXPECT_EQ(creates("contacts"), 0U);
}

TEST_F(HubSpotObjects, AnUpdateByEmailChangesNothing) {
    const auto id = made("contacts", R"({"email":"a@x.test"})");
    const auto update = [&](const std::string& input) {
        return send("POST", kObjects + "contacts/batch/update", R"({"inputs":[)" + input + "]}");
    };
    EXPECT_EQ(update(R"({"id":"a@x.test","properties":{"firstname":"B"}})").status, 200U);
    EXPECT_TRUE(property("contacts", id, "firstname").is_null());
    const auto other = update(R"({"id":"77","objectWriteTraceId":"t","properties":{"firstname":"B"}})");
    EXPECT_EQ(other.status, 207U);
    EXPECT_EQ(other.json().at("errors").at(0).at("category"), "OBJECT_NOT_FOUND");
    EXPECT_EQ(update(R"({"id":")" + id + R"(","properties":{"firstname":"B"}})").status, 200U);
    EXPECT_EQ(property("contacts", id, "firstname"), "B");
}

TEST_F(HubSpotObjects, ALifecycleStageOnlyMovesForwardUnlessItIsCleared) {
    const auto id = made("contacts", R"({"lifecyclestage":"customer"})");
    const auto patch = [&](const std::string& stage) {
        const auto reply = send(
            "PATCH", kObjects + "contacts/" + id, R"({"properties":{"lifecyclestage":")" + stage + R"("}})"
        );
        EXPECT_EQ(reply.status, 200U);
    };
    patch("lead");
    EXPECT_EQ(property("contacts", id, "lifecyclestage"), "customer");
    patch("");
    patch("lead");
    EXPECT_EQ(property("contacts", id, "lifecyclestage"), "lead");
}

TEST_F(HubSpotObjects, WhatIsArchivedIsOnlyInTheRecycleBinAndItsEmailIsFree) {
    const auto id = made("contacts", R"({"email":"a@x.test"})");
    const std::string archive = R"({"inputs":[{"id":")" + id + R"("},{"id":"5"}]})";
    EXPECT_EQ(send("POST", kObjects + "contacts/batch/archive", archive).status, 204U);
    EXPECT_EQ(send("GET", kObjects + "contacts/" + id).status, 404U);
    EXPECT_EQ(send("PATCH", kObjects + "contacts/" + id, R"({"properties":{}})").status, 404U);
    EXPECT_EQ(send("GET", kObjects + "contacts/" + id + "?archived=true").json().at("archived"), true);
    EXPECT_EQ(search("{}").json().at("total"), 0);
    EXPECT_TRUE(send("GET", kObjects + "contacts").json().at("results").as_array().empty());
    const auto bin = send("GET", kObjects + "contacts?archived=true").json().at("results");
    ASSERT_EQ(bin.as_array().size(), 1U);
    EXPECT_TRUE(bin.at(0).as_object().contains("archivedAt"));
    EXPECT_NE(made("contacts", R"({"email":"a@x.test"})"), id);
}

TEST_F(HubSpotObjects, ListsGoPageByPage) {
    for (int n = 0; n < 3; ++n) {
        made("contacts", R"({"firstname":"A"})");
    }
    const auto first = send("GET", kObjects + "contacts?limit=2").json();
    ASSERT_EQ(first.at("results").as_array().size(), 2U);
    const auto after = std::string(first.at("paging").at("next").at("after").as_string());
    const auto second = send("GET", kObjects + "contacts?limit=2&after=" + after).json();
    EXPECT_EQ(second.at("results").as_array().size(), 1U);
    EXPECT_FALSE(second.as_object().contains("paging"));
    EXPECT_EQ(send("GET", kObjects + "contacts?limit=101").status, 400U);
}

TEST_F(HubSpotObjects, ASearchFiltersSortsAndKeepsItsCeilings) {
    made("contacts", R"({"firstname":"Ana","email":"a@x.test"})");
    const auto second = made("contacts", R"({"firstname":"Bea","email":"b@x.test"})");
    const auto found = search(
        R"({"filterGroups":[{"filters":[{"propertyName":"lastmodifieddate","operator":"GTE","value":"1"},)"
        R"({"propertyName":"firstname","operator":"EQ","value":"bea"}]}],"properties":["email","unknown"],"limit":200})"
    );
    ASSERT_EQ(found.json().at("total"), 1) << found.body;
    EXPECT_EQ(found.json().at("results").at(0).at("id"), json::value(second));
    EXPECT_FALSE(found.json().at("results").at(0).at("properties").as_object().contains("unknown"));
    const auto sorted =
        search(R"({"sorts":[{"propertyName":"firstname","direction":"DESCENDING"}],"limit":1})");
    EXPECT_EQ(sorted.json().at("results").at(0).at("id"), json::value(second));
    EXPECT_EQ(sorted.json().at("paging").at("next").at("after"), "1");
    for (const auto* refused :
         {R"({"limit":201})",
          R"({"limit":100,"after":"9901"})",
          R"({"sorts":[{"propertyName":"email"},{"propertyName":"firstname"}]})",
          R"({"filterGroups":[{"filters":[{"propertyName":"nope","operator":"EQ","value":"1"}]}]})",
          R"({"filterGroups":[{"filters":[{"propertyName":"email","operator":"LIKE","value":"1"}]}]})"}) {
        EXPECT_EQ(search(refused).status, 400U) << refused;
    }
    EXPECT_EQ(search(R"({"properties":[")" + std::string(3'000, 'x') + R"("]})").status, 400U);
}

TEST_F(HubSpotObjects, AssociationsHaveTwoDirectionsAndAFirstCompanyIsPrimary) {
    const auto contact = made("contacts", R"({"email":"a@x.test"})");
    const auto company = made("companies", R"({"name":"A"})");
    const auto put = [&] {
        return send("PUT", kObjects + "contacts/" + contact + "/associations/default/companies/" + company);
    };
    EXPECT_EQ(put().json().at("results").as_array().size(), 2U);
    EXPECT_EQ(put().status, 200U) << "again does no harm";
    EXPECT_EQ(creates("associations"), 1U);
    const auto held = send("GET", kObjects + "contacts/" + contact + "/associations/companies").json();
    ASSERT_EQ(held.at("results").as_array().size(), 1U);
    EXPECT_EQ(held.at("results").at(0).at("toObjectId"), json::value(company));
    EXPECT_EQ(held.at("results").at(0).at("associationTypes").at(0).at("typeId"), 1);
    EXPECT_EQ(held.at("results").at(0).at("associationTypes").at(1).at("typeId"), 279);

    const auto batch = send(
        "POST",
        "/crm/associations/2026-09/companies/contacts/batch/associate/default",
        R"({"inputs":[{"from":{"id":")" + company + R"("},"to":{"id":"5"}},{"from":{"id":")" + company +
            R"("},"to":{"id":")" + contact + R"("}}]})"
    );
    EXPECT_EQ(batch.status, 207U);
    EXPECT_EQ(batch.json().at("errors").at(0).at("category"), "OBJECT_NOT_FOUND");
    EXPECT_EQ(creates("associations"), 1U);
    send("DELETE", kObjects + "companies/" + company);
    const auto left = send("GET", kObjects + "contacts/" + contact + "/associations/companies").json();
    EXPECT_TRUE(left.at("results").as_array().empty());
}

}  // namespace
}  // namespace navette::standin
