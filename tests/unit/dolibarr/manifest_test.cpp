// The default mapping from a record of the application to what the recipes expect.
#include "daemon/config/manifest.hpp"

#include "daemon/sync/mapping.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <string>

namespace navette {
namespace {

namespace json = boost::json;

const config::Manifest& manifest() {
    static const auto loaded =
        config::load_manifest(NAVETTE_SOURCE_DIR "/connectors/dolibarr/dolibarr.yaml", std::nullopt);
    if (!loaded) {
        for (const auto& problem : loaded.error()) {
            ADD_FAILURE() << problem.text();
        }
        static const config::Manifest empty;
        return empty;
    }
    return *loaded;
}

json::object map(const std::string& object, const std::string& record) {
    const auto* spec = manifest().object(object);
    if (spec == nullptr) {
        ADD_FAILURE() << "no object " << object;
        return {};
    }
    const auto mapping = sync::Mapping::compile(spec->mapping);
    if (!mapping) {
        ADD_FAILURE() << "the mapping of " << object
                      << " does not compile: " << mapping.error().front().text();
        return {};
    }
    const auto mapped = mapping->to_remote(json::parse(record).as_object());
    if (!mapped) {
        ADD_FAILURE() << mapped.error().message;
        return {};
    }
    return *mapped;
}

TEST(DolibarrManifest, EveryMappingCompiles) {
    ASSERT_FALSE(manifest().objects.empty());
    for (const auto& object : manifest().objects) {
        const auto mapping = sync::Mapping::compile(object.mapping);
        if (!mapping) {
            for (const auto& problem : mapping.error()) {
                ADD_FAILURE() << object.name << ": " << problem.text();
            }
        }
    }
}

TEST(DolibarrManifest, AnOrderIsMappedWithExactNetPrices) {
    const auto mapped = map("order", R"({
        "number": " LU240515001 ", "status": "paid", "amount_cents": 2500, "currency": "EUR", "created_at": "2024-05-15T22:30:00Z",
        "lines": [{"description": "Simple", "quantity": 2, "unit_price_cents": 1250, "vat_rate": 20}]})");
    EXPECT_EQ(
        json::value(mapped),
        json::parse(
            R"({"ref":"LU240515001","ref_client":"LU240515001","date":"2024-05-16","_status":"paid","_amount_cents":2500,"_currency":"EUR",
            "lines":[{"desc":"Simple","qty":"2.000","tva_tx":"20.000","subprice":"10.41667","product_type":0}]})"
        )
    ) << json::serialize(mapped);
}

TEST(DolibarrManifest, ACustomerIsMapped) {
    const auto mapped =
        map("customer",
            R"({"first_name":"Jane","last_name":"Doe","email":" Jane@X.test","phone":"01 02 03 04 05"})");
    EXPECT_EQ(
        json::value(mapped),
        json::parse(R"({"_person":"Jane Doe","email":"jane@x.test","phone":"+33102030405"})")
    ) << json::serialize(mapped);
}

TEST(DolibarrManifest, ACallIsMapped) {
    const auto mapped = map(
        "call",
        R"({"started_at":"2024-05-15T10:00:00Z","duration_s":300,"direction":"inbound","summary":"talked"})"
    );
    EXPECT_EQ(
        json::value(mapped),
        json::parse(R"({"note_private":"talked","_direction":"inbound","datep":1715767200,"_duration_s":300})"
        )
    ) << json::serialize(mapped);
}

TEST(DolibarrManifest, EventsOfBothApplicationsFindTheirObject) {
    EXPECT_EQ(manifest().event("order.paid", "order")->object.name, "order");
    EXPECT_EQ(manifest().event("prospect.created", "prospect")->object.name, "contact");
    EXPECT_EQ(manifest().event("appointment.updated", "appointment")->object.name, "deal");
    EXPECT_EQ(manifest().event("call.completed", "call")->object.name, "call");
    EXPECT_EQ(manifest().event("customer.deleted", "customer")->action, "delete");
}

}  // namespace
}  // namespace navette
