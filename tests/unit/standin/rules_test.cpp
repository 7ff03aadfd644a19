// The stand-in's pure rules: filters, texts, money, times.
#include "tests/standin/dolibarr_clock.hpp"
#include "tests/standin/dolibarr_filter.hpp"
#include "tests/standin/dolibarr_line.hpp"
#include "tests/standin/dolibarr_numbering.hpp"
#include "tests/standin/dolibarr_text.hpp"
#include "tests/standin/dolibarr_waf.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace navette::standin {
namespace {

constexpr Field kFields[] = {
    {"id", "rowid", FieldKind::integer},
    {"date_modification", "tms", FieldKind::moment},
    {"ref", "ref", FieldKind::text},
    {"email", "email", FieldKind::text},
};
constexpr Layout kLayout = {
    .kind = "things",
    .table = "thing",
    .noun = "thing",
    .not_found = "",
    .list_error = "Error when retrieve things",
    .source = "",
    .trigger = "",
    .alias = "ef",
    .fields = kFields,
    .required = {},
    .looked_up_by = {},
};

Row row_with(std::int64_t id, const std::string& ref) {
    Row row(kLayout);
    row.set_id(id);
    row["tms"] = "2026-11-21 06:08:30";
    row["ref"] = ref;
    row.extra["navette_key"] = "K-" + ref;
    return row;
}

bool matches(const std::string& filter, const Row& row) {
    const auto parsed = Filter::parse(filter, kLayout, {"navette_key"});
    EXPECT_TRUE(parsed.has_value()) << filter;
    return parsed && parsed->matches(row);
}

unsigned refusal_of(const std::string& filter) {
    const auto parsed = Filter::parse(filter, kLayout, {"navette_key"});
    return parsed ? 0 : parsed.error().status;
}

TEST(Filters, CompareTextsWithoutCaseAndNumbersByValue) {
    const Row row = row_with(10, "LU1");
    EXPECT_TRUE(matches("(t.ref:=:'lu1')", row));
    EXPECT_TRUE(matches("t.ref:=:'LU1'", row));
    EXPECT_FALSE(matches("(t.ref:!=:'lu1')", row));
    EXPECT_TRUE(matches("(t.rowid:>:'9')", row));
    EXPECT_TRUE(matches("(t.rowid:>:9)", row));
    EXPECT_FALSE(matches("(t.rowid:<=:9)", row));
    EXPECT_TRUE(matches("(t.ref:like:'%u_')", row));
    EXPECT_TRUE(matches("(t.ref:in:'A','LU1')", row));
    EXPECT_TRUE(matches("(t.rowid:in:9,10)", row));
    EXPECT_TRUE(matches("(ef.navette_key:=:'k-lu1')", row));
}

TEST(Filters, NullEqualsNothing) {
    const Row row = row_with(1, "A");
    EXPECT_FALSE(matches("(t.email:=:'')", row));
    EXPECT_FALSE(matches("(t.email:!=:'x')", row));
    EXPECT_TRUE(matches("(t.email:is:null)", row));
    EXPECT_TRUE(matches("(t.ref:isnot:null)", row));
}

TEST(Filters, NestAndLetAndBindTighterThanOr) {
    const Row row = row_with(5, "A");
    const std::string key_set =
        "((t.tms:>:'2026-11-21 06:08:30') or ((t.tms:=:'2026-11-21 06:08:30') and (t.rowid:>:'4')))";
    EXPECT_TRUE(matches(key_set, row));
    EXPECT_FALSE(matches(key_set, row_with(4, "A")));
    EXPECT_TRUE(matches("(t.ref:=:'A') or (t.ref:=:'B') and (t.rowid:=:'9')", row));
    EXPECT_FALSE(matches("((t.ref:=:'A') OR (t.ref:=:'B')) AND (t.rowid:=:'9')", row));
}

TEST(Filters, ReadSeveralWaysToWriteATimeButNotAnEpoch) {
    const Row row = row_with(1, "A");
    EXPECT_TRUE(matches("(t.tms:>=:'20261121060830')", row));
    EXPECT_FALSE(matches("(t.tms:>:'2026-11-21T06:08:30Z')", row));
    EXPECT_TRUE(matches("(t.tms:>:'9999999999')", row));
}

TEST(Filters, KeepAQuoteInsideAValueAndRefuseParentheses) {
    EXPECT_TRUE(matches("(t.ref:=:'o'brien')", row_with(1, "O'Brien")));
    EXPECT_FALSE(matches("(t.ref:=:'o''brien')", row_with(1, "O'Brien")));
    EXPECT_EQ(refusal_of("(t.ref:=:'a(b')"), 400U);
    EXPECT_EQ(refusal_of("(t.ref:=:'a)b')"), 400U);
}

TEST(Filters, RefuseBadSyntaxWith400AndUnknownColumnsWith503) {
    for (const std::string bad :
         {"", "()", "(", "(t.ref)", "(t.ref:=:)", "(t.ref:=:'A') xor (t.ref:=:'B')", "((t.ref:=:'A')"}) {
        EXPECT_EQ(refusal_of(bad), 400U) << bad;
    }
    for (const std::string bad :
         {"(t.nosuch:=:'A')", "(te.navette_key:=:'A')", "(t.ref:=:LU1)", "(t.ref:==:'A')", "(nosuch:=:'1')"
         }) {
        EXPECT_EQ(refusal_of(bad), 503U) << bad;
    }
    EXPECT_EQ(refusal_of(std::string(100'000, '(')), 400U);
}

TEST(Texts, LoseTagsAndQuotesWhereDolibarrDropsThem) {
    EXPECT_EQ(plain_text(" <b>Acme</b> \"SARL\" 1 < 2 "), "Acme SARL 1 < 2");
    EXPECT_EQ(plain_text("a  b &amp; c &lt;i> ../d <e"), "a b & c d e");
    EXPECT_EQ(restricted_html("<b>a</b><SCRIPT>x</script>b"), "<b>a</b>b");
    EXPECT_EQ(
        restricted_html(" R&D &amp; <3, 5 > 4 <i>&eacute;</i> "), "R&amp;D &amp; &lt;3, 5 &gt; 4 <i>é</i>"
    );
    EXPECT_EQ(small_letters("ÉLODIE×@X.test"), "élodie×@x.test");
    EXPECT_EQ(product_ref("a/b1"), product_ref("a'b1"));
    EXPECT_EQ(product_ref("A-Z.9#(x)+%&@!~^{"), "A-Z.9#(x)+%&@!~^{");
    EXPECT_EQ(characters("é€"), 2U);
    EXPECT_FALSE(four_byte_character("é€"));
}

TEST(Texts, ReadNumbersAsPhpDoes) {
    EXPECT_EQ(php_number("10,5"), 105);
    EXPECT_EQ(php_number("-12.50"), -12.5);
    EXPECT_EQ(php_number("abc"), 0);
    EXPECT_EQ(decimals(12.5, 8), "12.50000000");
    EXPECT_EQ(rounded_to(1.005, 2), 1.01);
    EXPECT_EQ(cut_to(1.23456789, 5), 1.23456);
}

TEST(Lines, AreRoundedOneByOneToCents) {
    OrderLine line;
    line.unit_price = 8.333339;
    line.quantity = 3;
    line.vat_percent = 20;
    price(line);
    EXPECT_EQ(line.unit_price, 8.33333);
    EXPECT_EQ(line.net, 25.0);
    EXPECT_EQ(line.gross, 30.0);
    EXPECT_EQ(line.vat, 5.0);
}

TEST(Lines, GiveBackTheExactGrossCentsWhenThePriceHasFiveDecimals) {
    std::mt19937 random(7);
    const double rates[] = {20, 10, 5.5, 2.1};
    for (int i = 0; i < 2000; ++i) {
        const int cents = std::uniform_int_distribution<>(1, 50'000)(random);
        OrderLine line;
        line.vat_percent = rates[i % 4];
        line.quantity = 1 + i % 7;
        line.unit_price = rounded_to(cents / 100.0 / (1 + line.vat_percent / 100), 5);
        price(line);
        EXPECT_EQ(decimals(line.gross, 2), decimals(cents * line.quantity / 100.0, 2)) << cents;
    }
}

TEST(Numbering, ContinuesFromTheHighest) {
    EXPECT_EQ(next_number("CO", "2024-05-15", 4, {}), "CO2405-0001");
    EXPECT_EQ(next_number("CO", "2024-05-15", 4, {"CO2405-0009", "LU1", "CO2404-0003"}), "CO2405-0010");
}

TEST(Clock, ReadsADatabaseTimeAsIfItWereLocal) {
    const auto clock = DolibarrClock::in_zone("Europe/Paris");
    ASSERT_TRUE(clock);
    EXPECT_EQ(clock->php_time(1715767200), "2024-05-15 12:00:00");
    EXPECT_EQ(clock->php_epoch("2024-05-15 12:00:00"), 1715767200);
    EXPECT_EQ(clock->php_epoch("2024-05-15"), 1715724000);
    EXPECT_EQ(clock->php_epoch("garbage"), 0);
    EXPECT_FALSE(leading_day("2024-13-45"));
    EXPECT_FALSE(DolibarrClock::in_zone("Nowhere/Else"));
}

TEST(Firewall, ReadsTheDecodedUrl) {
    EXPECT_TRUE(refused_by_waf("/api/orders/ref/a%3Ab", ""));
    EXPECT_TRUE(refused_by_waf("/api/orders/ref/a%25b", ""));
    EXPECT_FALSE(refused_by_waf("/api/orders/ref/LU-1_a.b", "sqlfilters=(t.ref:%3D:'x')"));
    EXPECT_TRUE(refused_by_waf("/api/orders", "sqlfilters=%3Cscript"));
    EXPECT_TRUE(refused_by_waf("/api/orders", "q=select+a+from+b"));
}

}  // namespace
}  // namespace navette::standin
