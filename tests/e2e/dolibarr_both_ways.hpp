// What the tests of both directions with a Dolibarr share: an account, on the stand-in and on a real one
// where DOLIBARR_URL and DOLIBARR_API_KEY name one that is kept for tests.
#pragma once

#include "tests/e2e/dolibarr_account.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <memory>
#include <string>

namespace navette::test {

class DolibarrBothWays : public ::testing::TestWithParam<DolibarrAccount::Which> {
  protected:
    void SetUp() override {
        if (GetParam() == DolibarrAccount::Which::real && !DolibarrAccount::has_real()) {
            GTEST_SKIP(
            ) << "SKIPPED: NO REAL DOLIBARR. Set DOLIBARR_URL=http://127.0.0.1:PORT/api/index.php and "
                 "DOLIBARR_API_KEY to try this on one that is kept for tests";
        }
        account_ = std::make_unique<DolibarrAccount>(GetParam());
    }

    /// A record that Dolibarr respells wherever it can.
    void tell_respelt() {
        account_->tell(
            "customer",
            "c",
            {{"company", "Müller  & \"Söhne\" 🎉 <b>GmbH</b>"},
             {"email", "Info.É@" + account_->own("acme") + ".test"},
             {"phone", "01 02 03 04 05"},
             {"address", " 1 rue  de l'Été\nbât. \"B\" "}}
        );
        account_->tell(
            "contact",
            "k",
            {{"first_name", "Zoé 🎉"},
             {"last_name", "O'Brien  \"Bob\""},
             {"email", account_->own("Zoe") + "@x.test"}}
        );
        account_->tell(
            "product",
            "p",
            {{"sku", account_->own("SKU-")},
             {"name", "Widget  \"big\" 🎉"},
             {"description", "R&D < 5 🎉\nline \"two\" "},
             {"price_cents", 1234},
             {"vat_rate", 5.5}}
        );
        account_->tell(
            "deal",
            "d",
            {{"title", "Deal \"one\" 🎉"},
             {"amount_cents", 150050},
             {"probability", 20},
             {"stage", "proposal"},
             {"starts_at", "2026-03-29"},
             {"close_date", "2026-10-25"},
             {"description", "x & y"}}
        );
        account_->tell(
            "order",
            "o",
            {{"number", account_->own("O")},
             {"notes", "R&D <3 🎉"},
             {"paid_at", "2026-11-20T23:30:00Z"},
             {"status", "paid"},
             {"amount_cents", 2400},
             {"currency", "EUR"},
             {"customer", {{"id", account_->own("c")}}},
             {"lines",
              boost::json::array{
                  {{"name", "R&D"}, {"quantity", 2}, {"vat_rate", 20}, {"unit_price_cents", 1200}}
              }}}
        );
    }

    void pull_all() {
        for (const auto* object : kObjects) {
            account_->pull(object);
        }
    }

    std::string id_of(const std::string& object) {
        static const std::map<std::string, std::string> kIds{
            {"customer", "c"}, {"contact", "k"}, {"product", "p"}, {"deal", "d"}, {"order", "o"}
        };
        return kIds.at(object);
    }

    std::unique_ptr<DolibarrAccount> account_;
    static constexpr std::array kObjects{"customer", "contact", "product", "deal", "order"};
};

}  // namespace navette::test
