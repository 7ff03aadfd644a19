// Payments drive orders: the transitions, and that no order of delivery does harm.
#include "tests/integration/schema_fixture.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <vector>

namespace navette::test {
namespace {

class PaymentsTest : public SchemaTest {
  protected:
    PaymentsTest() {
        add_platform("stripe");
        add_platform("dolibarr", "{order.*}", "{order}");
        add_integration("lumira", "int_pay", "stripe");
        add_integration("lumira", "int_erp", "dolibarr");
    }

    std::string receive(
        const std::string& status,
        const std::string& intent = "pi_1",
        const std::string& order = "LU240515001"
    ) {
        return database_.value(
            "SELECT navette.receive_change('lumira', 'int_pay', 'payment_intent." + status +
            "', '{\"object\":\"payment\",\"remote_id\":\"" + intent +
            "\",\"occurred_at\":\"2026-05-15T10:00:00Z\",\"fields\":{\"status\":\"" + status +
            "\",\"order_id\":\"" + order + "\",\"amount_cents\":12000}}')"
        );
    }

    void put_order(const std::string& members) {
        database_.exec(
            "SELECT navette.put_record('lumira', 'order', 'LU240515001', '{\"number\":\"LU240515001\"," +
            members + "}')"
        );
    }

    std::string state() {
        return database_.value(
            "SELECT data ->> 'status' FROM navette.records WHERE tenant_id = 'lumira' AND entity_type = "
            "'order' "
            "AND entity_id = 'LU240515001'"
        );
    }

    long sent_orders() {
        return database_.number(
            "SELECT count(*) FROM navette.sync_queue WHERE integration_id = 'int_erp' AND event_type = "
            "'order.paid' AND priority = 1"
        );
    }
};

TEST_F(PaymentsTest, APaidOrderGoesToDolibarrAtOnceWithAllItsData) {
    put_order(R"("status":"pending","amount_cents":12000,"lines":[{"sku":"A"}])");
    EXPECT_EQ(receive("succeeded"), "the order LU240515001 went from pending to paid");
    EXPECT_EQ(state(), "paid");
    EXPECT_EQ(sent_orders(), 1);
    EXPECT_EQ(
        database_.value("SELECT data ->> 'paid_at' FROM navette.sync_queue WHERE integration_id = 'int_erp'"),
        "2026-05-15T10:00:00.000Z"
    );
    EXPECT_EQ(
        database_.value(
            "SELECT concat_ws('|', position, entity_type, entity_id, remote_id, data ->> 'status') "
            "FROM navette.changes"
        ),
        "1|order|LU240515001|pi_1|paid"
    );
}

TEST_F(PaymentsTest, TheSamePaymentToldTwiceActsOnce) {
    put_order(R"("status":"pending","lines":[])");
    receive("succeeded");
    EXPECT_EQ(receive("succeeded"), "the order LU240515001 is paid already: paid changes nothing");
    EXPECT_EQ(sent_orders(), 1);
}

TEST_F(PaymentsTest, ALateFailureNeverTakesBackAPayment) {
    put_order(R"("status":"pending","lines":[])");
    receive("succeeded", "pi_2");
    receive("failed", "pi_1");
    receive("canceled", "pi_2");
    EXPECT_EQ(state(), "paid");
}

TEST_F(PaymentsTest, AFailedPaymentMayBeTriedAgain) {
    put_order(R"("status":"pending","lines":[])");
    receive("failed", "pi_1");
    EXPECT_EQ(state(), "failed");
    EXPECT_EQ(sent_orders(), 0);
    receive("succeeded", "pi_2");
    EXPECT_EQ(state(), "paid");
    EXPECT_EQ(sent_orders(), 1);
}

TEST_F(PaymentsTest, ARefundThatCameFirstIsNotOvertakenByItsPayment) {
    put_order(R"("status":"pending","lines":[])");
    receive("refunded");
    receive("succeeded");
    EXPECT_EQ(state(), "refunded");
    EXPECT_EQ(sent_orders(), 0);
}

TEST_F(PaymentsTest, TheRefundOfAnotherPaymentDoesNotRefundTheOrder) {
    put_order(R"("status":"pending","lines":[])");
    receive("succeeded", "pi_2");
    EXPECT_NE(receive("refunded", "pi_1").find("was paid by pi_2"), std::string::npos);
    EXPECT_EQ(state(), "paid");
    receive("refunded", "pi_2");
    EXPECT_EQ(state(), "refunded");
}

TEST_F(PaymentsTest, APartialRefundAndAnUnknownStateLeaveTheOrderAsItIs) {
    put_order(R"("status":"pending","lines":[])");
    receive("succeeded");
    receive("partially_refunded");
    receive("processing");
    EXPECT_EQ(state(), "paid");
}

TEST_F(PaymentsTest, APaymentBeforeTheOrderIsToldWaitsForIts) {
    receive("succeeded");
    EXPECT_EQ(sent_orders(), 0);
    // The application tells of the order as it was when it was made: pending.
    put_order(R"("status":"pending","lines":[{"sku":"A"}])");
    EXPECT_EQ(state(), "paid");
    EXPECT_EQ(sent_orders(), 1);
    put_order(R"("lines":[{"sku":"A"}])");
    EXPECT_EQ(sent_orders(), 1) << "it goes once";
}

TEST_F(PaymentsTest, AStatusThatNoOrderHasIsRefusedAtOnce) {
    EXPECT_THROW(put_order(R"("status":"shipped")"), pqxx::sql_error);
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.records"), 0);
}

TEST_F(PaymentsTest, AWrongAmountIsTold) {
    put_order(R"("status":"pending","amount_cents":15000,"lines":[])");
    EXPECT_NE(receive("succeeded").find("it costs 15000 cents, 12000 were paid"), std::string::npos);
}

TEST_F(PaymentsTest, ARefundThatNamesNoOrderFindsItByItsPayment) {
    put_order(R"("status":"pending","lines":[])");
    receive("succeeded");
    receive("refunded", "pi_1", "");
    EXPECT_EQ(state(), "refunded");
}

TEST_F(PaymentsTest, APaymentWithoutAnOrderIsKeptAndDoesNoHarm) {
    EXPECT_NE(receive("succeeded", "pi_1", "").find("names no order"), std::string::npos);
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.records"), 0);
}

TEST_F(PaymentsTest, TheApplicationMovesAnOrderForwardsOnly) {
    put_order(R"("status":"pending","lines":[])");
    receive("succeeded");
    put_order(R"("status":"processing")");
    EXPECT_EQ(state(), "processing");
    put_order(R"("status":"pending","note":"kept")");
    EXPECT_EQ(state(), "processing");
    EXPECT_EQ(database_.value("SELECT data ->> 'note' FROM navette.records"), "kept");
    receive("succeeded", "pi_9");
    EXPECT_EQ(state(), "processing");
}

// Whatever the order of delivery: once it was paid it never reads pending or failed again, the order is sent
// once, and the feed has no gap.
TEST_F(PaymentsTest, NoOrderOfDeliveryDoesHarm) {
    std::mt19937 random(7);
    const std::array<std::string, 5> kinds{
        "succeeded", "failed", "canceled", "refunded", "partially_refunded"
    };
    for (int history = 0; history < 150; ++history) {
        database_.exec("TRUNCATE navette.records, navette.changes, navette.change_heads, navette.sync_queue");
        put_order(R"("status":"pending","lines":[])");
        bool was_paid = false;
        bool was_refunded = false;
        for (int step = 0; step < 8; ++step) {
            receive(kinds.at(random() % kinds.size()), "pi_" + std::to_string(random() % 2));
            const auto now = state();
            was_paid = was_paid || now == "paid";
            was_refunded = was_refunded || now == "refunded";
            ASSERT_FALSE(was_paid && (now == "pending" || now == "failed")) << history;
            ASSERT_FALSE(was_refunded && now != "refunded") << history;
        }
        ASSERT_EQ(sent_orders(), was_paid ? 1 : 0) << history;
        ASSERT_EQ(
            database_.number("SELECT count(*) FROM navette.changes"),
            database_.number("SELECT coalesce(max(position), 0) FROM navette.changes")
        );
    }
}

}  // namespace
}  // namespace navette::test
