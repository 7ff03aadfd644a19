// What a platform tells again, twice or of ourselves: one change at most, and no more reads than needed.
#include "tests/e2e/two_way_site.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <string>

namespace navette::test {
namespace {

namespace json = boost::json;

class InboundCost : public ::testing::Test {
  protected:
    InboundCost() : site_({.platforms = {"hubspot", "salesforce"}}), hubspot_(site_.platform("hubspot")) {
        site_.start();
        site_.tell(
            "contact",
            "42",
            {{"first_name", "Ana"},
             {"last_name", "Berg"},
             {"email", "ana@ring.test"},
             {"phone", "+33612340001"}}
        );
        site_.settle();
        version_ = version();
        writes_ = site_.writes();
        reads_ = reads();
        EXPECT_EQ(site_.fed(), 0);
    }

    long version() { return site_.database().number("SELECT version FROM navette.records"); }

    /// Requests for single records that HubSpot got so far: those that complete thin webhooks.
    long reads() {
        const auto effects = hubspot_.site().effects();
        long reads = 0;
        for (const auto& [endpoint, count] : effects.at("by_endpoint").as_object()) {
            const bool is_list = endpoint.ends_with("/contacts") || endpoint.ends_with("/search");
            reads += endpoint.find("/contacts") != std::string_view::npos && !is_list &&
                             (endpoint.starts_with("GET") || endpoint.ends_with("/batch/read"))
                         ? count.to_number<long>()
                         : 0;
        }
        return reads;
    }

    void expect_one_change() {
        EXPECT_EQ(site_.fed(), 1) << site_.database().value("SELECT json_agg(c) FROM navette.changes c");
        EXPECT_EQ(version(), version_ + 1);
        EXPECT_EQ(site_.writes().at("hubspot"), writes_.at("hubspot")) << site_.requests();
        EXPECT_EQ(site_.writes().at("salesforce"), writes_.at("salesforce") + 1) << site_.requests();
    }

    void edit(const json::object& fields) { hubspot_.edit(site_.remote_id(hubspot_, "42"), fields); }

    TwoWaySite site_;
    SpokePlatform& hubspot_;
    long version_ = 0;
    std::map<std::string, long> writes_;
    long reads_ = 0;
};

TEST_F(InboundCost, AWebhookThatComesTenTimesIsOneChangeAndOneRead) {
    edit({{"firstname", "Zoé"}});
    site_.await_empty();
    const auto deliveries = hubspot_.site().control("GET", "deliveries").as_array();
    const auto& last = deliveries.back();
    std::map<std::string, std::string> headers;
    for (const auto& [name, value] : last.at("headers").as_object()) {
        headers[name] = std::string(value.as_string());
    }
    headers["Host"] = "127.0.0.1:" + std::to_string(site_.port());  // a part of what is signed
    const std::string target = "/webhooks/integrations/hubspot/int_hubspot";
    for (int again = 0; again < 10; ++again) {
        standin::BlockingClient client(site_.port(), headers);
        const auto reply = client.send("POST", target, std::string(last.at("body").as_string()));
        EXPECT_EQ(reply.status / 100, 2U) << reply.status << " " << reply.body;
    }
    site_.await_empty();
    expect_one_change();
    EXPECT_LE(reads(), reads_ + 1);
    site_.settle();
    expect_one_change();
}

TEST_F(InboundCost, TwoWebhooksOfOneEditAreOneChange) {
    // HubSpot tells one event for each property.
    edit({{"firstname", "Zoé"}, {"lastname", "Roux"}, {"phone", "+33612340002"}});
    site_.await_empty();
    expect_one_change();
    EXPECT_EQ(
        site_.database().value(
            "SELECT string_agg(f, ',' ORDER BY f) FROM (SELECT unnest(fields) f FROM navette.changes) s"
        ),
        "first_name,last_name,phone"
    );
    EXPECT_LE(reads(), reads_ + 3) << "one for each event at most";
    site_.settle();
    expect_one_change();
}

TEST_F(InboundCost, TheEchoOfOurOwnWriteIsNoChange) {
    site_.tell("contact", "42", {{"first_name", "Zoé"}, {"email", "ana@ring.test"}});
    site_.settle();
    EXPECT_GE(hubspot_.site().control("GET", "deliveries").as_array().size(), 1U)
        << "HubSpot told nothing: the test shows nothing";
    EXPECT_EQ(site_.fed(), 0) << site_.database().value("SELECT json_agg(c) FROM navette.changes c");
    EXPECT_EQ(version(), version_ + 1) << "the application's own edit";
    for (const auto& [slug, count] : site_.writes()) {
        EXPECT_EQ(count, writes_.at(slug) + 1) << site_.requests();
    }
}

TEST_F(InboundCost, AnEditThatWasTakenBackBeforeItWasReadIsNoChange) {
    site_.site().kill_daemon();
    edit({{"firstname", "Zoé"}});
    edit({{"firstname", "Ana"}});
    site_.site().start_daemon();
    site_.settle();
    EXPECT_EQ(site_.fed(), 0);
    EXPECT_EQ(version(), version_);
    EXPECT_EQ(site_.writes(), writes_) << site_.requests();
}

}  // namespace
}  // namespace navette::test
