// Lumira's flow: from a row in the shop's table to an order in Dolibarr, once.
#include "tests/e2e/shop.hpp"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace navette::test {
namespace {

using testing::HasSubstr;

constexpr const char* kDelivered = "SELECT count(*) FROM navette.record_links WHERE object = 'order'";

std::string enqueue_order(const std::string& number, const std::string& more = "") {
    return "SELECT navette.enqueue('lumira', 'order.paid', 'order', '" + number +
           "', jsonb_build_object('number', '" + number +
           "', 'status', 'paid', 'amount_cents', 9700, 'currency', 'EUR', 'paid_at', '2026-11-21T10:00:00Z', "
           "'customer', "
           "jsonb_build_object('id', 7, 'email', 'Lea@Shop.example', 'first_name', 'Léa', 'last_name', "
           "'Roux'), 'lines', "
           "jsonb_build_array(jsonb_build_object('level', 'integrale', 'quantity', 1, 'unit_price_cents', "
           "9700, 'vat_rate', "
           "20)))" +
           more + ")";
}

TEST(Lumira, EveryPaidOrderOfTheTableReachesDolibarrOnceWithItsCustomerFirst) {
    SiteWishes wishes;
    wishes.more_settings = shop_source("5m");
    DaemonSite site(wishes);
    hurry(site);
    make_shop(site.database(), 4);
    place_orders(site.database(), 20);
    site.database().exec("UPDATE orders SET status = 'pending' WHERE number = 'LU000020'");
    site.start_daemon();
    site.database().await_number(kDelivered, 19);
    const auto effects = site.effects();
    EXPECT_EQ(creates_of(effects, "orders").total, 19);
    EXPECT_EQ(creates_of(effects, "orders").duplicates, 0);
    EXPECT_EQ(creates_of(effects, "thirdparties").total, 4);

    const auto order = site.platform("GET", "/orders/ref/LU000003").json().as_object();
    EXPECT_EQ(order.at("statut").as_string(), "1");
    EXPECT_EQ(order.at("lines").at(0).at("desc").as_string(), "Niveau 4 - Intégrale");
    EXPECT_THAT(std::string(order.at("total_ttc").as_string()), HasSubstr("27.03"));
}

TEST(Lumira, AnOrderThatDidNotChangeCausesNoCall) {
    SiteWishes wishes;
    wishes.more_settings = shop_source("5m");
    DaemonSite site(wishes);
    hurry(site);
    make_shop(site.database(), 2);
    place_orders(site.database(), 6);
    site.start_daemon();
    site.database().await_number(kDelivered, 6);
    const auto before = site.effects().at("requests").to_number<long>();

    EXPECT_EQ(site.ctl({"source", "run", "lumira-orders", "--full", "--wait"}).exit_code, 0);
    EXPECT_EQ(site.database().number("SELECT count(*) FROM navette.sync_queue"), 0);
    // Asked for expressly, it is looked at and skipped.
    site.database().exec(
        "SELECT navette.enqueue('lumira', 'order.paid', 'order', l.entity_id, (SELECT data FROM (SELECT "
        "o.number, o.status, "
        "o.amount_cents, o.currency, o.created_at, o.paid_at, now() AS updated_at, jsonb_build_object('id', "
        "c.id, 'email', c.email,"
        "'first_name', c.first_name, 'last_name', c.last_name, 'phone', c.phone) AS customer, "
        "jsonb_build_array("
        "jsonb_build_object('level', o.level, 'quantity', 1, 'unit_price_cents', o.amount_cents, 'vat_rate', "
        "20)) AS lines "
        "FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.number = l.entity_id) s, to_jsonb(s) "
        "AS data)) "
        "FROM navette.record_links l WHERE object = 'order'"
    );
    site.database().await_number(
        "SELECT count(*) FROM navette.sync_logs WHERE status = 'skipped' AND entity_type = 'order'", 6
    );
    EXPECT_EQ(site.effects().at("requests").to_number<long>(), before);
}

TEST(Lumira, AnOrderEnqueuedInTheApplicationsTransactionArrivesAtOnceAndARolledBackOneNever) {
    DaemonSite site;
    hurry(site);
    site.start_daemon();
    {
        pqxx::connection connection(site.database().url());
        pqxx::work work(connection);
        work.exec(enqueue_order("LU100001"));
        work.abort();
        pqxx::work second(connection);
        second.exec(enqueue_order("LU100002"));
        second.commit();
    }
    site.database().await_number(kDelivered, 1);
    EXPECT_EQ(site.platform("GET", "/orders/ref/LU100001").status, 404U);
    EXPECT_EQ(site.platform("GET", "/orders/ref/LU100002").status, 200U);
    const auto customer = boost::json::serialize(site.platform("GET", "/thirdparties").json());
    EXPECT_THAT(customer, HasSubstr("lea@shop.example"));
    EXPECT_THAT(customer, HasSubstr("Léa Roux"));
}

TEST(Lumira, AChangedStatusIsCarriedForward) {
    DaemonSite site;
    hurry(site);
    site.start_daemon();
    site.database().exec(enqueue_order("LU100003"));
    site.database().await_number(kDelivered, 1);
    site.database().exec(
        "SELECT navette.enqueue('lumira', 'order.completed', 'order', 'LU100003', (SELECT jsonb_set(data, "
        "'{status}', "
        "'\"completed\"') FROM (SELECT jsonb_build_object('number', 'LU100003', 'amount_cents', 9700, "
        "'currency', 'EUR', 'paid_at', "
        "'2026-11-21T10:00:00Z', 'customer', jsonb_build_object('id', 7), 'lines', "
        "jsonb_build_array(jsonb_build_object('level', "
        "'integrale', 'quantity', 1, 'unit_price_cents', 9700, 'vat_rate', 20))) AS data) d))"
    );
    site.database().await_number(
        "SELECT count(*) FROM navette.sync_logs WHERE status = 'done' AND entity_type = 'order'", 2
    );
    EXPECT_EQ(site.platform("GET", "/orders/ref/LU100003").json().at("statut").as_string(), "3");
    EXPECT_EQ(creates_of(site.effects(), "orders").total, 1);
}

TEST(Lumira, ExplainShowsTheExactRequestsWithoutTheKeyAndSendsNone) {
    DaemonSite site;
    hurry(site);
    site.write(
        "order.json",
        R"({"number": "LU100005", "status": "paid", "amount_cents": 9700, "currency": "EUR", "paid_at": "2026-11-20T10:00:00Z",
            "customer": {"id": 7, "email": "lea@shop.example", "last_name": "Roux"},
            "lines": [{"level": "mystique", "quantity": 1, "unit_price_cents": 9700, "vat_rate": 20}]})"
    );
    const auto before = site.effects().at("requests").to_number<long>();
    const auto told = site.ctl_json(
        {"queue",
         "explain",
         "--tenant",
         "lumira",
         "--integration",
         site.integration(),
         "--event",
         "order.paid",
         "--entity",
         "order",
         "--id",
         "LU100005",
         "--data",
         "@" + (site.folder() / "order.json").string()}
    );
    EXPECT_EQ(site.effects().at("requests").to_number<long>(), before);
    EXPECT_EQ(told.at("prospect").as_string(), "sends");
    const auto& request = told.at("requests").at(0).as_object();
    EXPECT_EQ(request.at("method").as_string(), "POST");
    EXPECT_EQ(request.at("url").as_string(), site.base_url() + "/orders");
    EXPECT_EQ(request.at("body").at("ref").as_string(), "LU100005");
    EXPECT_EQ(request.at("body").at("lines").at(0).at("subprice").as_string(), "80.83333");
    EXPECT_EQ(request.at("headers").at("DOLAPIKEY").as_string(), "***");
    EXPECT_EQ(told.at("parents").at(0).at("requests").at(1).at("method").as_string(), "POST");
    EXPECT_THAT(boost::json::serialize(told), testing::Not(HasSubstr("standin-key")));
}

TEST(Lumira, MalformedDataBecomesADeadLetterThatNamesTheFieldAndNothingElseStops) {
    DaemonSite site;
    hurry(site);
    site.start_daemon();
    auto& database = site.database();
    database.exec("SELECT navette.enqueue('lumira', 'order.paid', 'order', 'BAD1', '[1, 2]')");
    database.exec("SELECT navette.enqueue('lumira', 'order.paid', 'order', 'BAD2', '{\"number\": \"BAD2\"}')"
    );
    database.exec(
        "SELECT navette.enqueue('lumira', 'order.paid', 'order', 'BAD3', '{\"number\": \"BAD3\", "
        "\"paid_at\": \"yesterday\", "
        "\"customer\": {\"id\": 1, \"email\": \"a@b.example\", \"last_name\": \"X\"}, \"lines\": []}')"
    );
    database.exec(
        "SELECT navette.enqueue('lumira', 'order.paid', 'order', 'BAD4', '{\"number\": \"BAD4\", "
        "\"paid_at\": \"2026-11-21\", "
        "\"customer\": {\"id\": 1, \"email\": \"a@b.example\", \"last_name\": \"X\"}, \"lines\": "
        "[{\"level\": \"unheard-of\", "
        "\"quantity\": 1, \"unit_price_cents\": 100, \"vat_rate\": 20}]}')"
    );
    database.exec(enqueue_order("LU100004"));
    database.await_number(kDelivered, 1);
    database.await_number("SELECT count(*) FROM navette.sync_queue WHERE status = 'failed'", 4);
    const auto reason = [&](const std::string& id) {
        return database.value("SELECT last_error FROM navette.sync_queue WHERE entity_id = '" + id + "'");
    };
    EXPECT_THAT(reason("BAD1"), HasSubstr("data: must be a JSON object"));
    EXPECT_THAT(reason("BAD2"), HasSubstr("customer.id"));
    EXPECT_THAT(reason("BAD3"), HasSubstr("paid_at"));
    EXPECT_THAT(reason("BAD4"), testing::AllOf(HasSubstr("lines[0].level"), HasSubstr("unheard-of")));
    EXPECT_EQ(
        database.number("SELECT count(*) FROM navette.sync_logs WHERE final AND status = 'rejected'"), 4
    );
}

}  // namespace
}  // namespace navette::test
