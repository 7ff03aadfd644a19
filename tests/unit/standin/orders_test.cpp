// Orders of the Dolibarr stand-in, over real sockets.
#include "tests/standin/dolibarr_in_process.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <string>

namespace navette::standin {
namespace {

namespace json = boost::json;

class OrdersTest : public ::testing::Test {
  protected:
    OrdersTest() { site.call("POST", "/thirdparties", R"({"name":"Acme SARL","client":1})"); }

    std::string detail(const Reply& reply, const std::string& index = "0") {
        return std::string(reply.json().at("error").at(index).as_string());
    }

    std::string member(const std::string& path, const std::string& name) {
        return std::string(site.call("GET", path).json().at(name).as_string());
    }

    DolibarrInProcess site;
    const std::string order = R"({"ref":"LU240515001","ref_ext":"lumira-1","socid":1,"date":"2024-05-15",)"
                              R"("lines":[{"desc":"Widget","subprice":12.5,"qty":2,"tva_tx":20}]})";
};

TEST_F(OrdersTest, ACreateAnswersABareIntegerAndLeavesADraftWithStringsForNumbers) {
    const Reply created = site.call("POST", "/orders", order);
    EXPECT_EQ(created.status, 200U);
    EXPECT_EQ(created.body, "1");
    const json::value read = site.call("GET", "/orders/ref/LU240515001").json();
    EXPECT_EQ(read.at("id"), "1");
    EXPECT_EQ(read.at("statut"), "0");
    EXPECT_EQ(read.at("total_ttc"), "30.00000000");
    EXPECT_EQ(read.at("date"), 1715724000);  // midnight in Paris
    EXPECT_EQ(read.at("array_options"), json::array());
    EXPECT_EQ(read.at("lines").at(0).at("qty"), "2");
}

TEST_F(OrdersTest, ARefIsTakenWhateverItsCaseButARefExtIsNot) {
    site.call("POST", "/orders", order);
    const Reply again =
        site.call("POST", "/orders", R"({"ref":"lu240515001","socid":1,"date":"2024-05-15"})");
    EXPECT_EQ(again.status, 500U);
    EXPECT_EQ(again.json().at("error").at("message"), "Internal Server Error: Error creating order");
    EXPECT_EQ(detail(again), "ErrorRefAlreadyExists");
    EXPECT_TRUE(again.json().as_object().contains("debug"));
    const Reply twin =
        site.call("POST", "/orders", R"({"ref_ext":"lumira-1","socid":1,"date":"2024-05-15"})");
    EXPECT_EQ(twin.status, 200U);
    const auto effects = site.effects();
    EXPECT_EQ(effects.at("orders").at("by_ref").at("LU240515001"), 1);
    EXPECT_EQ(effects.at("orders").at("by_ref_ext").at("lumira-1"), 2);
    EXPECT_EQ(effects.at("duplicates_refused"), 1);
}

TEST_F(OrdersTest, WhatIsMissingOrUnknownIsRefusedInDolibarrsWords) {
    EXPECT_EQ(
        site.call("POST", "/orders", R"({"date":"2024-05-15"})").json().at("error").at("message"),
        "Bad Request: socid field missing"
    );
    const Reply orphan = site.call("POST", "/orders", R"({"socid":99,"date":"2024-05-15"})");
    EXPECT_NE(detail(orphan).find("a foreign key constraint fails"), std::string::npos);
    const Reply late = site.call("POST", "/orders", R"({"socid":1,"date":1715767200123})");
    EXPECT_NE(detail(late).find("Incorrect date value: '1715767200123'"), std::string::npos);
    const Reply crash = site.call("POST", "/orders", R"({"socid":1,"date":"2024-05-15","lines":"x"})");
    EXPECT_EQ(crash.status, 500U);
    EXPECT_EQ(crash.body, "");
    const Reply wide = site.call(
        "POST", "/orders", "{\"socid\":1,\"date\":\"2024-05-15\",\"ref_client\":\"a\xF0\x9F\x98\x80\"}"
    );
    EXPECT_NE(detail(wide).find(R"(Incorrect string value: '\xF0\x9F\x98\x80')"), std::string::npos);
    const Reply longer = site.call(
        "POST", "/orders", R"({"socid":1,"date":"2024-05-15","ref":")" + std::string(31, 'r') + "\"}"
    );
    EXPECT_EQ(detail(longer), "Data too long for column 'ref' at row 1");
    EXPECT_EQ(site.effects().at("orders").at("creates"), 0);
}

TEST_F(OrdersTest, StatesMoveAsInDolibarrAndTheSameStateAgainIs304WithoutABody) {
    site.call("POST", "/orders", order);
    EXPECT_EQ(site.call("POST", "/orders/1/close").json().at("statut"), "0");  // a draft does not close
    EXPECT_EQ(site.call("POST", "/orders/1/validate").json().at("statut"), "1");
    const Reply again = site.call("POST", "/orders/1/validate");
    EXPECT_EQ(again.status, 304U);
    EXPECT_EQ(again.body, "");
    EXPECT_EQ(
        site.call("POST", "/orders/1/close", "{}").json().at("error").at("message"),
        "Bad Request: Invalid value specified for `notrigger`. Expecting integer value"
    );
    EXPECT_EQ(site.call("POST", "/orders/1/close", R"({"notrigger":1})").json().at("statut"), "3");
    EXPECT_EQ(site.call("POST", "/orders/1/close").status, 304U);
    EXPECT_EQ(site.call("POST", "/orders/1/reopen").json().at("statut"), "1");
    EXPECT_EQ(site.call("POST", "/orders/1/reopen").status, 304U);
    EXPECT_EQ(site.call("POST", "/orders/1/settodraft", R"({"idwarehouse":-1})").json().at("statut"), "0");
    EXPECT_EQ(site.call("POST", "/orders/1/setinvoiced").json().at("billed"), "1");
    EXPECT_EQ(site.effects().at("orders").at("changes").at("validate"), 1);
}

TEST_F(OrdersTest, AnOrderWithoutRefIsNumberedByItsDateWhenValidated) {
    site.call("POST", "/orders", R"({"socid":1,"date":"2024-05-15"})");
    EXPECT_EQ(member("/orders/1", "ref"), "(PROV1)");
    site.call("POST", "/orders/1/validate");
    EXPECT_EQ(member("/orders/1", "ref"), "CO2405-0001");
}

TEST_F(OrdersTest, AnUpdateIgnoresDateLinesAndState) {
    site.call("POST", "/orders", order);
    const Reply put = site.call(
        "PUT", "/orders/1", R"({"date":"2020-01-01","lines":[],"statut":3,"ref":"OTHER","ref_client":"PO-7"})"
    );
    EXPECT_EQ(put.status, 200U);
    EXPECT_EQ(put.json().at("ref_client"), "PO-7");
    EXPECT_EQ(put.json().at("ref"), "LU240515001");
    EXPECT_EQ(put.json().at("statut"), "0");
    EXPECT_EQ(put.json().at("date"), 1715724000);
    EXPECT_EQ(put.json().at("lines").as_array().size(), 1U);
}

TEST_F(OrdersTest, LinesAreAddedOneByOneToADraftOnly) {
    site.call("POST", "/orders", order);
    EXPECT_EQ(site.call("POST", "/orders/1/lines", R"({"desc":"x","subprice":1,"qty":1})").status, 400U);
    EXPECT_EQ(
        site.call("POST", "/orders/1/lines", R"({"desc":"x","subprice":1,"qty":1,"product_type":0})").body,
        "2"
    );
    EXPECT_EQ(member("/orders/1", "total_ttc"), "31.00000000");  // no tva_tx is 0 %
    EXPECT_EQ(site.call("GET", "/orders/1/lines").json().as_array().size(), 2U);
    EXPECT_EQ(site.call("DELETE", "/orders/1/lines/2").json().at("total_ttc"), "30.00000000");
    site.call("POST", "/orders/1/validate");
    EXPECT_EQ(
        site.call("POST", "/orders/1/lines", R"({"subprice":1,"qty":1,"product_type":0})").status, 400U
    );
}

TEST_F(OrdersTest, AContactIsLinkedOnceAndAnUnknownTypeLooksAsIfItWereLinked) {
    site.call("POST", "/orders", order);
    site.call("POST", "/contacts", R"({"lastname":"Doe","socid":1})");
    EXPECT_EQ(site.call("POST", "/orders/1/contact/1/CUSTOMER").status, 200U);
    EXPECT_EQ(site.call("POST", "/orders/1/contact/1/CUSTOMER").status, 304U);
    EXPECT_EQ(site.call("POST", "/orders/1/contact/1/NOSUCH").status, 304U);
    EXPECT_EQ(site.call("GET", "/orders/1/contacts").json().as_array().size(), 1U);
}

TEST_F(OrdersTest, ADeletedOrderIsGoneAndOneWithOrdersCannotLoseItsCustomer) {
    site.call("POST", "/orders", order);
    EXPECT_EQ(site.call("DELETE", "/thirdparties/1").status, 409U);
    EXPECT_EQ(site.call("DELETE", "/orders/1").json().at("success").at("code"), 200);
    EXPECT_EQ(site.call("GET", "/orders/1").json().at("error").at("message"), "Not Found: Order not found");
    EXPECT_EQ(site.call("DELETE", "/thirdparties/1").status, 200U);
}

}  // namespace
}  // namespace navette::standin
