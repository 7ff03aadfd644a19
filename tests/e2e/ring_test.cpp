// Three platforms in a ring around one tenant's records: a change made at any of them, or by the
// application, goes everywhere once, and then all is quiet. Calls are counted at the platforms themselves.
#include "tests/e2e/two_way_site.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace navette::test {
namespace {

namespace json = boost::json;
using ::testing::AllOf;
using ::testing::Ge;
using ::testing::Le;

constexpr const char* kId = "42";

json::object ana() {
    return {
        {"first_name", "Ana"}, {"last_name", "Berg"}, {"email", "ana@ring.test"}, {"phone", "+33612340001"}
    };
}

class Ring : public ::testing::Test {
  protected:
    explicit Ring(const TwoWayWishes& wishes = {.platforms = {"hubspot", "salesforce", "zendesk"}})
        : ring_(wishes) {
        ring_.start();
    }

    /// The application tells of Ana; returns when every platform holds her and all is quiet.
    void begin(const std::string& entity_type = "contact", const json::object& record = ana()) {
        ring_.tell(entity_type, kId, record);
        ring_.database().await_number(
            "SELECT count(*) FROM navette.record_links WHERE entity_id = '42' AND remote_id <> ''",
            static_cast<long>(ring_.platforms().size())
        );
        ring_.settle();
        for (auto& platform : ring_.platforms()) {
            EXPECT_EQ(platform->records().size(), 1U) << platform->slug() << " holds her once";
        }
        EXPECT_EQ(ring_.fed(), 0) << "the application made her: there is nothing to tell it";
        before_ = ring_.writes();
    }

    /// Writes at the platform since begin().
    long written(const std::string& slug) { return ring_.writes().at(slug) - before_.at(slug); }

    void await_local(SpokePlatform& platform, const std::string& local, const std::string& value) {
        ring_.database().await_number(
            "SELECT count(*) FROM navette.records WHERE entity_id = '42' AND data ->> '" + local + "' = '" +
                value + "'",
            1
        );
        EXPECT_FALSE(platform.slug().empty());
    }

    std::string held(SpokePlatform& platform, const std::string& field) {
        const auto records = platform.records();
        const auto found = records.find(ring_.remote_id(platform, kId));
        const auto* value = found == records.end() ? nullptr : found->second.if_contains(field);
        return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
    }

    TwoWaySite ring_;
    std::map<std::string, long> before_;
};

class RingFrom : public Ring, public ::testing::WithParamInterface<std::string> {};

TEST_P(RingFrom, AnEditThereReachesTheApplicationAndTheOthersOnceAndThenAllIsQuiet) {
    begin();
    auto& origin = ring_.platform(GetParam());
    origin.edit(ring_.remote_id(origin, kId), {{origin.field("phone").value(), "+33612340002"}});
    ring_.settle();
    EXPECT_EQ(ring_.hub("contact", kId).at("phone"), "+33612340002");
    EXPECT_EQ(ring_.fed(), 1) << ring_.database().value("SELECT json_agg(c) FROM navette.changes c");
    EXPECT_EQ(
        ring_.database().value(
            "SELECT entity_id || ' ' || operation || ' ' || integration_id || ' ' || array_to_string(fields, "
            "',') "
            "|| ' ' || (data ->> 'phone') FROM navette.changes"
        ),
        "42 upsert int_" + GetParam() + " phone +33612340002"
    );
    for (auto& platform : ring_.platforms()) {
        EXPECT_EQ(held(*platform, platform->field("phone").value()), "+33612340002") << platform->slug();
        const bool is_origin = platform->slug() == GetParam();
        EXPECT_EQ(written(platform->slug()), is_origin ? 0 : 1)
            << platform->slug() << ": " << ring_.requests();
    }
    ring_.expect_equal("contact", kId);
}

INSTANTIATE_TEST_SUITE_P(
    Platforms,
    RingFrom,
    ::testing::Values("hubspot", "salesforce", "zendesk"),
    [](const auto& info) { return info.param; }
);

TEST_F(Ring, TheApplicationsEditGoesToAllThreeOnceAndDoesNotComeBack) {
    begin();
    auto record = ana();
    record["phone"] = "+33612340003";
    ring_.tell("contact", kId, record);
    ring_.settle();
    for (auto& platform : ring_.platforms()) {
        EXPECT_EQ(held(*platform, platform->field("phone").value()), "+33612340003") << platform->slug();
        EXPECT_EQ(written(platform->slug()), 1) << platform->slug() << ": " << ring_.requests();
    }
    EXPECT_EQ(ring_.fed(), 0) << ring_.database().value("SELECT json_agg(c) FROM navette.changes c");
    ring_.expect_equal("contact", kId);
}

TEST_F(Ring, AnUpdateThatChangesNothingCostsNoCall) {
    begin();
    const auto version = ring_.database().number("SELECT version FROM navette.records");
    auto same = ana();
    ring_.tell("contact", kId, same);
    ring_.await_empty();
    // Nor does one of a field that no platform has, nor one that maps to the same.
    same["shoe_size"] = 38;
    same["email"] = " Ana@Ring.test ";
    ring_.tell("contact", kId, same);
    ring_.await_empty();
    for (auto& platform : ring_.platforms()) {
        EXPECT_EQ(written(platform->slug()), 0) << platform->slug() << ": " << ring_.requests();
    }
    EXPECT_LE(ring_.database().number("SELECT version FROM navette.records"), version + 1);
    EXPECT_EQ(ring_.fed(), 0);
    ring_.settle();
}

TEST_F(Ring, EditsOfDifferentFieldsAtThreeSidesAtOnceAreAllKept) {
    begin();
    auto& hubspot = ring_.platform("hubspot");
    auto& salesforce = ring_.platform("salesforce");
    auto& zendesk = ring_.platform("zendesk");
    ring_.tell("contact", kId, {{"company_name", "Acme"}, {"email", "ana@ring.test"}});
    hubspot.edit(ring_.remote_id(hubspot, kId), {{"firstname", "Zoé"}});
    salesforce.edit(ring_.remote_id(salesforce, kId), {{"LastName", "Roux"}});
    zendesk.edit(ring_.remote_id(zendesk, kId), {{"phone", "+33612340004"}});
    ring_.settle();
    const auto hub = ring_.hub("contact", kId);
    EXPECT_EQ(hub.at("first_name"), "Zoé");
    EXPECT_EQ(hub.at("last_name"), "Roux");
    EXPECT_EQ(hub.at("phone"), "+33612340004");
    EXPECT_EQ(hub.at("company_name"), "Acme");
    ring_.expect_equal("contact", kId);
    EXPECT_EQ(held(zendesk, "name"), "Zoé Roux");
    for (auto& platform : ring_.platforms()) {
        EXPECT_THAT(written(platform->slug()), AllOf(Ge(1), Le(4))) << ring_.requests();
    }
}

TEST_F(Ring, TheSameFieldEditedAtTwoPlatformsAtOnceIsEqualEverywhereInTheEnd) {
    begin();
    auto& hubspot = ring_.platform("hubspot");
    auto& salesforce = ring_.platform("salesforce");
    hubspot.edit(ring_.remote_id(hubspot, kId), {{"firstname", "Zoé"}});
    salesforce.edit(ring_.remote_id(salesforce, kId), {{"FirstName", "Zara"}});
    ring_.settle();
    ring_.expect_equal("contact", kId);
    const auto first_name = ring_.hub("contact", kId).at("first_name");
    EXPECT_TRUE(first_name == "Zoé" || first_name == "Zara") << first_name;
    EXPECT_LE(ring_.fed(), 2);
    for (auto& platform : ring_.platforms()) {
        EXPECT_LE(written(platform->slug()), 2) << platform->slug() << ": " << ring_.requests();
    }
}

TEST_F(Ring, WhoIsNewAtOnePlatformIsMadeAtTheOthersOnceAndKeepsHerPlaceWhenTheApplicationAdoptsHer) {
    auto& salesforce = ring_.platform("salesforce");
    const auto remote = salesforce.create(
        {{"FirstName", "Ida"}, {"LastName", "Holm"}, {"Email", "ida@ring.test"}, {"Phone", "+33612340005"}}
    );
    ring_.settle();
    const auto foreign = "int_salesforce:" + remote;
    EXPECT_EQ(ring_.database().value("SELECT entity_id FROM navette.records"), foreign);
    EXPECT_EQ(ring_.fed(), 1);
    ring_.database().exec("SELECT navette.adopt_record('ring', 'contact', '" + foreign + "', '7')");
    ring_.settle();
    const auto before = ring_.writes();
    ring_.tell(
        "contact",
        "7",
        {{"first_name", "Ida"}, {"last_name", "Holm"}, {"email", "ida@ring.test"}, {"phone", "+33612340006"}}
    );
    ring_.settle();
    EXPECT_EQ(ring_.database().value("SELECT string_agg(entity_id, ',') FROM navette.records"), "7");
    for (auto& platform : ring_.platforms()) {
        const auto records = platform->records();
        ASSERT_EQ(records.size(), 1U) << platform->slug();
        EXPECT_EQ(records.begin()->second.at(platform->field("phone").value()), "+33612340006");
        EXPECT_EQ(ring_.writes().at(platform->slug()) - before.at(platform->slug()), 1) << platform->slug();
    }
    ring_.expect_equal("contact", "7");
}

class LinkedOnly : public Ring {
  protected:
    LinkedOnly() : Ring({.platforms = {"hubspot", "salesforce"}, .sync_rules = "{}"}) {}
};

TEST_F(LinkedOnly, WhoIsNewAtOnePlatformStaysThereButAnEditOfWhoIsLinkedGoesOn) {
    auto& hubspot = ring_.platform("hubspot");
    hubspot.create({{"firstname", "Ida"}, {"lastname", "Holm"}, {"email", "ida@ring.test"}});
    ring_.settle();
    EXPECT_EQ(ring_.fed(), 1);
    EXPECT_EQ(ring_.platform("salesforce").records().size(), 0U);
    ring_.tell("contact", kId, ana());
    ring_.settle();
    hubspot.edit(ring_.remote_id(hubspot, kId), {{"firstname", "Zoé"}});
    ring_.settle();
    EXPECT_EQ(held(ring_.platform("salesforce"), "FirstName"), "Zoé");
    ring_.expect_equal("contact", kId);
}

// Each of them changes what it is given: HubSpot lowers addresses, Shopify wants phone numbers in E.164, and
// people write as they like.
class Normalising : public Ring {
  protected:
    Normalising() : Ring({.platforms = {"hubspot", "shopify"}}) {}
};

TEST_F(Normalising, TwoPlatformsThatSpellThingsDifferentlySettleInsteadOfPlayingPingPong) {
    auto record = ana();
    record["phone"] = "06 12 34 00 01";
    record["email"] = " Ana@Ring.TEST";
    record["first_name"] = "Ana  ";
    begin("customer", record);
    auto& hubspot = ring_.platform("hubspot");
    auto& shopify = ring_.platform("shopify");
    hubspot.edit(ring_.remote_id(hubspot, kId), {{"phone", "06.12.34.00.07"}, {"firstname", " Zoé "}});
    ring_.settle();
    EXPECT_EQ(held(shopify, "phone"), "+33612340007");
    EXPECT_EQ(held(shopify, "firstName"), "Zoé");
    EXPECT_THAT(written("hubspot"), Le(1)) << "its own spelling may be put right, once";
    EXPECT_EQ(written("shopify"), 1);
    EXPECT_LE(ring_.fed(), 2);
    shopify.edit(ring_.remote_id(shopify, kId), {{"lastName", "ROUX"}});
    ring_.settle();
    EXPECT_EQ(held(hubspot, "lastname"), "ROUX");
    ring_.expect_equal("customer", kId);
}

}  // namespace
}  // namespace navette::test
