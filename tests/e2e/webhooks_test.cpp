// Webhooks at the real daemon: what is answered 2xx is in the database and takes effect once, whatever dies
// in between.
#include "tests/e2e/shop.hpp"
#include "tests/support/daemon_site.hpp"
#include "tests/support/free_port.hpp"
#include "tests/support/private_cluster.hpp"
#include "tests/support/stripe_events.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace navette::test {
namespace {

constexpr const char* kSecret = "whsec_planted0123456789abcdef";
constexpr const char* kAddress = "/webhooks/integrations/stripe/int_pay";

class Webhooks : public ::testing::Test {
  protected:
    Webhooks() : port_(free_port()), site_(std::make_unique<DaemonSite>(wishes(port_))) {
        site_->write("whsec", kSecret);
        const auto added = site_->ctl(
            {"integration",
             "add",
             "stripe",
             "--tenant",
             "lumira",
             "--id",
             "int_pay",
             "--secret",
             "webhook_secret=@" + (site_->folder() / "whsec").string(),
             "--enable"}
        );
        EXPECT_EQ(added.exit_code, 0) << added.output;
    }

    static SiteWishes wishes(std::uint16_t port) {
        SiteWishes wanted;
        wanted.log_level = "info";
        wanted.more_settings = "listen: {port: " + std::to_string(port) + "}\n";
        return wanted;
    }

    standin::Reply send(
        const std::string& body, const std::string& signature, const std::string& path = kAddress
    ) const {
        standin::BlockingClient client(port_, {{"Stripe-Signature", signature}});
        return client.send("POST", path, body);
    }
    standin::Reply send_genuine(const std::string& body, const std::string& path = kAddress) const {
        return send(body, stripe_signature(body, kSecret), path);
    }

    long number(const std::string& sql) { return site_->database().number(sql); }

    std::uint16_t port_;
    std::unique_ptr<DaemonSite> site_;
};

TEST_F(Webhooks, APaidOrderIsInDolibarrOnceHoweverOftenStripeTells) {
    hurry(*site_);
    site_->start_daemon();
    site_->database().exec(
        "SELECT navette.put_record('lumira', 'order', 'LU240515001', jsonb_build_object('number', "
        "'LU240515001', 'status', 'pending', 'created_at', '2026-05-15T08:00:00Z', 'amount_cents', 12000, "
        "'currency', 'EUR', 'customer', jsonb_build_object('id', '7', 'name', 'Jane Doe', 'email', "
        "'jane@x.test'), 'lines', jsonb_build_array(jsonb_build_object('name', 'Intuitive', 'quantity', 1, "
        "'unit_price_cents', 12000, 'vat_rate', 20, 'kind', 'service', 'level', 'mystique'))))"
    );
    const auto paid = stripe_event("evt_1", "payment_intent.succeeded", "pi_1", "LU240515001");
    EXPECT_EQ(send_genuine(paid).status, 200U);
    EXPECT_EQ(send_genuine(paid, "/webhooks/integrations/stripe").status, 200U);
    EXPECT_EQ(send_genuine(paid, "/api/products/webhook").status, 200U);
    site_->database().await_number("SELECT count(*) FROM navette.record_links WHERE object = 'order'", 1);
    // Late and out of order: it never takes back the payment.
    EXPECT_EQ(
        send_genuine(stripe_event("evt_0", "payment_intent.payment_failed", "pi_1", "LU240515001")).status,
        200U
    );
    site_->database().await_number("SELECT count(*) FROM navette.sync_queue", 0);
    EXPECT_EQ(site_->database().value("SELECT data ->> 'status' FROM navette.records"), "paid");
    const auto orders = creates_of(site_->effects(), "orders");
    EXPECT_EQ(orders.total, 1);
    EXPECT_EQ(orders.duplicates, 0);
    EXPECT_EQ(number("SELECT count(*) FROM navette.webhook_logs WHERE verified"), 4);
}

TEST_F(Webhooks, WhatIsNotGenuineIsRefusedWithoutAWordOfWhy) {
    site_->start_daemon();
    const auto body = stripe_event("evt_1", "payment_intent.succeeded", "pi_1", "LU1");
    const std::vector<std::string> wrong{
        "",
        "t=1,v1=00",
        stripe_signature(body, "whsec_another"),
        stripe_signature(body + " ", kSecret),
        stripe_signature(body, kSecret, std::chrono::minutes(10)),
        stripe_signature(body, kSecret, std::chrono::minutes(-10)),
    };
    for (const auto& signature : wrong) {
        const auto reply = send(body, signature);
        EXPECT_EQ(reply.status, 401U) << signature;
        EXPECT_EQ(reply.body.find("signature"), std::string::npos) << reply.body;
    }
    EXPECT_EQ(send_genuine(body, "/webhooks/integrations/stripe/int_nobody").status, 401U);
    EXPECT_EQ(send_genuine(body, "/webhooks/integrations/nosuchplatform").status, 404U);
    EXPECT_EQ(number("SELECT count(*) FROM navette.sync_queue"), 0);
    EXPECT_EQ(number("SELECT count(*) FROM navette.webhook_logs WHERE processing_status = 'refused'"), 7);
    EXPECT_EQ(send_genuine(body).status, 200U);
}

TEST_F(Webhooks, AGenuineOneThatCannotBeReadIsToldAndKept) {
    site_->start_daemon();
    EXPECT_EQ(send_genuine("[]").status, 400U);
    EXPECT_EQ(send_genuine(std::string(10'000, '[')).status, 400U);
    EXPECT_EQ(number("SELECT count(*) FROM navette.webhook_logs WHERE processing_status = 'failed'"), 2);
}

TEST_F(Webhooks, ASecretMayBeReplacedWithoutAGap) {
    site_->write("whsec", std::string(kSecret) + " whsec_the_next_one");
    const auto changed = site_->ctl(
        {"integration",
         "set",
         "int_pay",
         "--secret",
         "webhook_secret=@" + (site_->folder() / "whsec").string()}
    );
    ASSERT_EQ(changed.exit_code, 0) << changed.output;
    site_->start_daemon();
    const auto body = stripe_event("evt_1", "payment_intent.succeeded", "pi_1", "LU1");
    EXPECT_EQ(send(body, stripe_signature(body, kSecret)).status, 200U);
    EXPECT_EQ(send(body, stripe_signature(body, "whsec_the_next_one")).status, 200U);
}

TEST_F(Webhooks, NoSecretOfTheirsIsStored) {
    site_->start_daemon();
    EXPECT_EQ(send_genuine(stripe_event("evt_1", "payment_intent.succeeded", "pi_1", "LU1")).status, 200U);
    EXPECT_EQ(
        number("SELECT count(*) FROM navette.webhook_logs WHERE request_body LIKE '%planted%' OR "
               "request_headers::text LIKE '%planted%'"),
        0
    );
}

// Every sender repeats what was not answered 2xx, as the platforms do; some repeat what was.
TEST_F(Webhooks, KilledInTheMiddleOfTenThousandEachTakesEffectOnce) {
    constexpr int kEvents = 10'000;
    constexpr int kSenders = 8;
    site_->start_daemon();
    std::atomic<int> next = 0;
    std::atomic<int> accepted = 0;
    const auto body_of = [](int event) {
        const auto name = std::to_string(event);
        return stripe_event("evt_" + name, "payment_intent.succeeded", "pi_" + name, "LU" + name);
    };
    std::vector<std::jthread> senders;
    for (int sender = 0; sender < kSenders; ++sender) {
        senders.emplace_back([&] {
            auto client = std::make_unique<standin::BlockingClient>(port_);
            for (int event = next++; event < kEvents; event = next++) {
                const auto body = body_of(event);
                int wanted = event % 10 == 0 ? 2 : 1;
                while (wanted > 0) {
                    client->set_header("Stripe-Signature", stripe_signature(body, kSecret));
                    unsigned status = 0;
                    try {
                        status = client->send("POST", kAddress, body).status;
                    } catch (const std::exception&) {
                        // Nobody listens just now.
                        client = std::make_unique<standin::BlockingClient>(port_);
                        std::this_thread::sleep_for(std::chrono::milliseconds(20));
                    }
                    wanted -= status == 200 ? 1 : 0;
                }
                ++accepted;
            }
        });
    }
    for (const int at : {3'000, 6'000}) {
        while (accepted < at) {
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
        site_->kill_daemon();
        site_->start_daemon();
    }
    senders.clear();
    site_->database().await_number(
        "SELECT count(*) FROM navette.sync_queue WHERE direction = 'from_platform'",
        0,
        std::chrono::seconds(120)
    );
    EXPECT_EQ(number("SELECT count(*) FROM navette.records WHERE data ->> 'status' = 'paid'"), kEvents);
    EXPECT_EQ(number("SELECT count(*) FROM navette.changes"), kEvents) << "each order was paid once";
    EXPECT_EQ(number("SELECT max(position) FROM navette.changes"), kEvents) << "the feed has no gap";
    EXPECT_EQ(number("SELECT count(*) FROM navette.webhook_receipts"), kEvents);
    const auto verified = site_->ctl({"verify"});
    EXPECT_EQ(verified.exit_code, 0) << verified.output;
}

}  // namespace
}  // namespace navette::test
