// What is kept of the database's words: answers recorded from Dolibarr 22.0.4 with MariaDB 10.11.
#include "database_words.hpp"

#include "errors.hpp"
#include "fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace navette::dolibarr {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto kUpdate =
    R"(Internal Server Error: Incorrect string value: '\xF0\x9F\x8E\x89 S...' for column `dolibarr`.`llx_socpeople`.`lastname` at row 1 sql=UPDATE llx_socpeople SET civility='', name_alias='', lastname='Anna Secret', firstname='', email='anna.secret@soak.test', phone = '+33612345678', entity = 1 WHERE rowid = 2)";

Reply answered(int status, const std::string& body, const std::string& type = "application/json") {
    sdk::HttpResponse response;
    response.status = status;
    response.headers.push_back({"Content-Type", type});
    response.body = body;
    return classify(response, Effect::possible);
}

TEST(DatabaseWords, OfAStatementThatFailedTheReasonAndTheFieldAreKept) {
    const auto outcome = answered(500, test::error_body(500, kUpdate)).outcome;
    EXPECT_EQ(sdk::to_string(outcome.kind), "rejected");
    EXPECT_EQ(outcome.field, "lastname");
    EXPECT_EQ(
        outcome.message,
        "Internal Server Error: Incorrect string value for column `dolibarr`.`llx_socpeople`.`lastname` at "
        "row "
        "1 (statement left out)"
    );
}

TEST(DatabaseWords, ADetailBehindAStatementIsStillTold) {
    const auto outcome =
        answered(500, test::error_body(500, kUpdate, {"Deadlock found when trying to get lock"})).outcome;
    EXPECT_EQ(sdk::to_string(outcome.kind), "retry");
    EXPECT_THAT(outcome.message, HasSubstr("Deadlock found"));
    EXPECT_THAT(outcome.message, Not(HasSubstr("anna.secret")));
}

TEST(DatabaseWords, AFilterThatFailsTellsNoStatementEither) {
    const auto outcome =
        answered(
            503,
            test::error_body(
                503,
                "Service Unavailable: Error when retrieve contacts : SELECT t.rowid FROM llx_socpeople as t "
                "WHERE ((t.emailx = 'anna.secret@soak.test')) ORDER BY t.rowid ASC LIMIT 101 "
            )
        )
            .outcome;
    EXPECT_EQ(sdk::to_string(outcome.kind), "rejected");
    EXPECT_EQ(outcome.message, "Service Unavailable: Error when retrieve contacts : (statement left out)");
}

TEST(DatabaseWords, APageThatQuotesTheLastStatementIsCutThere) {
    const auto text = error_text(
        "<b>Database type manager:</b> mysqli<br>\n<b>Latest database access request error:</b> INSERT INTO "
        "llx_commandedet (fk_commande, description) VALUES (2, 'geheim')<br>"
    );
    EXPECT_EQ(
        text, "Database type manager: mysqli Latest database access request error: (statement left out)"
    );
}

TEST(DatabaseWords, AValueThatHoldsQuotesIsLeftOutWhole) {
    EXPECT_EQ(
        without_statement("Incorrect date value: 'O'Brien' for column `d`.`t`.`birthday` at row 1"),
        "Incorrect date value for column `d`.`t`.`birthday` at row 1"
    );
    EXPECT_EQ(without_statement("Incorrect date value: 'garbage'"), "Incorrect date value");
    EXPECT_EQ(without_statement("Incorrect date value: 'gar"), "Incorrect date value");
}

TEST(DatabaseWords, WhatIsNoStatementStays) {
    for (const auto* text :
         {"Duplicate entry 'X-1' for key 'uk_commande_ref'",
          "Cannot add or update a child row: a foreign key constraint fails (`dolibarr`.`llx_commande`, "
          "CONSTRAINT `fk_commande_fk_soc` FOREIGN KEY (`fk_soc`) REFERENCES `llx_societe` (`rowid`))",
          "Data too long for column 'nom' at row 1",
          "UPDATE is not possible"}) {
        EXPECT_EQ(without_statement(text), text);
    }
}

TEST(DatabaseWords, TheFieldAtFaultIsTheColumnsOwnName) {
    EXPECT_EQ(field_at_fault("Data too long for column 'nom' at row 1"), "nom");
    EXPECT_EQ(field_at_fault("for column `dolibarr`.`llx_product`.`label` at row 1"), "label");
    EXPECT_EQ(field_at_fault("for column `label`"), "label");
    EXPECT_EQ(field_at_fault("for column "), "");
    EXPECT_EQ(field_at_fault("Bad Request: socid field missing"), "socid");
    EXPECT_EQ(field_at_fault(" field missing"), "");
}

}  // namespace
}  // namespace navette::dolibarr
