#include "tests/support/manifest_mapping.hpp"

namespace navette {
namespace {

namespace json = boost::json;

TEST(SalesforceManifest, TellsHowItsMessagesAreRecognised) {
    const auto manifest = support::manifest_of("salesforce");
    EXPECT_EQ(manifest.slug, "salesforce");
    EXPECT_EQ(manifest.webhooks.account, "organization_id");
    ASSERT_EQ(manifest.webhooks.secrets.size(), 1U);
    EXPECT_EQ(manifest.webhooks.secrets.front(), "webhook_token");
}

TEST(SalesforceManifest, MapsTheRecordsOfTheApplication) {
    const auto manifest = support::manifest_of("salesforce");
    EXPECT_EQ(
        json::value(support::mapped(
            manifest,
            "lead",
            R"({"first_name":" Ana ","last_name":"Lys","email":"Ana@X.test","phone":"06 12 34 56 78","company":"Acme"})"
        )),
        json::parse(
            R"({"FirstName":"Ana","LastName":"Lys","Email":"ana@x.test","Phone":"+33612345678","Company":"Acme"})"
        )
    );
    EXPECT_EQ(
        json::value(support::mapped(manifest, "contact", R"({"email":"a@x.test"})")),
        json::parse(R"({"LastName":"a@x.test","Email":"a@x.test"})")
    );
    EXPECT_EQ(
        json::value(support::mapped(
            manifest,
            "deal",
            R"({"title":"Visit","amount_cents":150050,"currency":"eur","stage":"won","starts_at":"2026-01-01T23:30:00Z"})"
        )),
        json::parse(
            R"({"Name":"Visit","_amount":"1500.50","_currency":"EUR","_stage":"won","CloseDate":"2026-01-02"})"
        )
    );
    EXPECT_EQ(
        json::value(support::mapped(
            manifest,
            "call",
            R"({"title":"Call","summary":"s","started_at":"2026-01-01T10:00:00Z","duration_s":300,"direction":"INBOUND","status":"answered"})"
        )),
        json::parse(
            R"({"Subject":"Call","Description":"s","ActivityDate":"2026-01-01","CallDurationInSeconds":300,"CallType":"Inbound","CallDisposition":"answered","Status":"Completed"})"
        )
    );
    EXPECT_EQ(
        json::value(support::mapped(manifest, "note", R"({"title":"Contract","body":"signed"})")),
        json::parse(R"({"_title":"Contract","_text":"signed"})")
    );
}

TEST(SalesforceManifest, EventsFindTheirObject) {
    const auto manifest = support::manifest_of("salesforce");
    EXPECT_EQ(manifest.event("prospect.created", "prospect")->object.name, "lead");
    EXPECT_EQ(manifest.event("customer.updated", "customer")->object.name, "contact");
    EXPECT_EQ(manifest.event("appointment.updated", "appointment")->object.name, "deal");
    EXPECT_EQ(manifest.event("call.completed", "call")->object.name, "call");
    EXPECT_EQ(manifest.event("document.sent", "document")->object.name, "note");
    EXPECT_EQ(manifest.event("prospect.deleted", "prospect")->action, "delete");
}

}  // namespace
}  // namespace navette
