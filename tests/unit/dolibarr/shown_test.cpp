#include "shown.hpp"

#include "stored_text.hpp"

#include <gtest/gtest.h>

namespace navette::dolibarr {
namespace {

json::object shown(std::string_view object, std::string_view told) {
    return shown_of(object, json::parse(told).as_object(), {});
}

TEST(Shown, ANoteIsToldAsItWasWritten) {
    EXPECT_EQ(
        written_text("R&amp;D &lt; 5 &gt; 3 &quot;x&quot; &#39;y&#x27;&nbsp;&#233;"),
        "R&D < 5 > 3 \"x\" 'y'\u00a0é"
    );
    EXPECT_EQ(written_text("R&amp;amp;D"), "R&amp;D") << "once, not twice";
    EXPECT_EQ(
        written_text("a & b; &c; &#xD800; &#99999999; &; &amp"), "a & b; &c; &#xD800; &#99999999; &; &amp"
    );
    EXPECT_EQ(written_text("<b>R&amp;D</b>"), "<b>R&amp;D</b>") << "HTML stays HTML";
    EXPECT_EQ(written_text("5 < 6 &amp; 7"), "5 < 6 & 7");
    EXPECT_EQ(shown("product", R"({"description":"R&amp;D"})").at("description"), "R&D");
    EXPECT_EQ(shown("order", R"({"note_private":"R&amp;D"})").at("note_private"), "R&D");
    EXPECT_EQ(shown("customer", R"({"name":"R&amp;D"})").at("name"), "R&amp;D") << "names are no HTML";
}

TEST(Shown, WhatIsEmptyIsNull) {
    const auto contact =
        shown("contact", R"({"lastname":"Roux","firstname":"","email":null,"phone_pro":""})");
    EXPECT_EQ(contact, json::parse(R"({"lastname":"Roux","firstname":null,"email":null,"phone_pro":null})"));
    EXPECT_EQ(shown("deal", R"({"date_end":""})").at("date_end"), nullptr);
}

TEST(Shown, RatesAreNumbersWhateverTheirZeros) {
    EXPECT_EQ(shown("product", R"({"tva_tx":"20.0000"})").at("tva_tx"), 20);
    EXPECT_EQ(shown("product", R"({"tva_tx":"5.5000"})").at("tva_tx"), 5.5);
    EXPECT_EQ(shown("deal", R"({"opp_percent":"33.33"})").at("opp_percent"), 33.33);
    EXPECT_EQ(shown("deal", R"({"opp_percent":null})").at("opp_percent"), nullptr);
}

}  // namespace
}  // namespace navette::dolibarr
