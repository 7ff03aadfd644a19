#include "tests/support/manifest_mapping.hpp"

#include <boost/json/serialize.hpp>

namespace navette {
namespace {

namespace json = boost::json;

TEST(HubSpotManifest, MapsTheRecordsOfTheApplication) {
    const auto manifest = support::manifest_of("hubspot");
    EXPECT_EQ(
        json::value(support::mapped(
            manifest,
            "contact",
            R"({"first_name":" Ana ","email":"Ana@X.test","phone":"06 12 34 56 78","company":"Acme","lifecycle_stage":"lead"})"
        )),
        json::parse(
            R"({"firstname":"Ana","email":"ana@x.test","phone":"+33612345678","company":"Acme","lifecyclestage":"lead"})"
        )
    );
    EXPECT_EQ(
        json::value(support::mapped(
            manifest,
            "deal",
            R"({"title":"D","amount_cents":150000,"stage":"won","close_date":"2026-01-01T00:00:00Z"})"
        )),
        json::parse(R"({"dealname":"D","amount":"1500.00","_stage":"won","closedate":1767225600000})")
    );
    EXPECT_EQ(
        json::value(support::mapped(
            manifest,
            "call",
            R"({"started_at":"2026-01-01T00:00:00Z","duration_s":300,"direction":"inbound","status":"answered","summary":"s"})"
        )),
        json::parse(
            R"({"_summary":"s","hs_timestamp":1767225600000,"_duration_s":300,"hs_call_direction":"INBOUND","hs_call_status":"COMPLETED"})"
        )
    );
    EXPECT_EQ(
        json::value(
            support::mapped(manifest, "note", R"({"title":"Contract","created_at":"2026-01-01T00:00:00Z"})")
        ),
        json::parse(R"({"_note":"Contract","hs_timestamp":1767225600000})")
    );
}

TEST(HubSpotManifest, EventsFindTheirObject) {
    const auto manifest = support::manifest_of("hubspot");
    EXPECT_EQ(manifest.event("prospect.created", "prospect")->object.name, "contact");
    EXPECT_EQ(manifest.event("appointment.updated", "appointment")->object.name, "deal");
    EXPECT_EQ(manifest.event("call.completed", "call")->object.name, "call");
    EXPECT_EQ(manifest.event("document.sent", "document")->object.name, "note");
    EXPECT_EQ(manifest.event("prospect.deleted", "prospect")->action, "delete");
    EXPECT_EQ(manifest.webhooks.account, "portal_id");
}

}  // namespace
}  // namespace navette
