#include "daemon/ctl/table.hpp"

#include <gtest/gtest.h>

namespace navette::ctl {
namespace {

TEST(Table, AlignsColumnsAndLeavesNoBlanksAtLineEnds) {
    Table table({{"JOB", true}, {"STATUS"}, {"REASON"}});
    table.add({"7", "pending", ""});
    table.add({"4711", "failed", "no such customer"});
    EXPECT_EQ(
        table.text({}),
        " JOB  STATUS   REASON\n"
        "   7  pending\n"
        "4711  failed   no such customer\n"
    );
}

TEST(Table, CountsAccentsAsOnePlaceHoweverTheyAreWritten) {
    Table table({{"NAME"}, {"CITY"}});
    table.add({"Zo\u00eb", "A"});
    table.add({"Zoe\u0308", "B"});
    table.add({"Zoes", "C"});
    EXPECT_EQ(table.text({}), "NAME  CITY\nZo\u00eb   A\nZoe\u0308   B\nZoes  C\n");
    EXPECT_EQ(display_width("日本"), 4U);
}

TEST(Table, LeavesOutColumnsThatAreEmptyInEveryRow) {
    Table table({{"A"}, {"B"}, {"C"}});
    table.add({"1", "", "3"});
    EXPECT_EQ(table.text({}), "A  C\n1  3\n");
}

TEST(Table, CutsTheLastColumnToTheTerminal) {
    Table table({{"JOB"}, {"REASON"}});
    table.add({"1", "élan vital is long"});
    EXPECT_EQ(table.text({false, 15}), "JOB  REASON\n1    élan vita…\n");
    EXPECT_EQ(table.text({false, 12}), "JOB  REASON\n1    élan vital is long\n")
        << "too narrow to say anything";
}

TEST(Table, ColoursOnlyWhereTheLayoutHasColours) {
    Table table({{"STATUS"}, {"N", true}});
    table.add({Cell("failed", Tone::bad), "1"});
    EXPECT_EQ(table.text({false, 0}).find('\033'), std::string::npos);
    EXPECT_EQ(table.text({true, 0}), "\033[2mSTATUS\033[0m  \033[2mN\033[0m\n\033[31mfailed\033[0m  1\n");
}

TEST(Table, LetsNoForeignTextSteerTheTerminal) {
    EXPECT_EQ(printable("a\nb\tc"), "a b c");
    EXPECT_EQ(printable("\033[31mred\x7f\u009b"), "\uFFFD[31mred\uFFFD\uFFFD");
    EXPECT_EQ(printable("x\u202egnp"), "x\uFFFDgnp");
    EXPECT_EQ(printable("bad \xff byte"), "bad \uFFFD byte");
    Table table({{"A"}});
    table.add({"one\ntwo"});
    EXPECT_EQ(table.text({}), "A\none two\n");
}

}  // namespace
}  // namespace navette::ctl
