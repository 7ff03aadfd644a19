#include "daemon/ctl/arguments.hpp"

#include <gtest/gtest.h>

namespace navette::ctl {
namespace {

Syntax syntax() {
    Syntax syntax;
    syntax.words = {"ID", "KEY=VALUE..."};
    syntax.options.emplace_back(Option("tenant", "T", "").is_required());
    syntax.options.emplace_back("limit", "N", "");
    syntax.options.emplace_back("data", "JSON", "");
    syntax.options.emplace_back("follow,f", "", "");
    syntax.options.emplace_back(Option("secret", "KEY=@FILE", "").is_repeatable());
    return syntax;
}

std::string mistake(const std::vector<std::string>& arguments) {
    const auto parsed = Arguments::parse(syntax(), arguments);
    if (parsed) {
        return "no mistake";
    }
    EXPECT_EQ(parsed.error().code, ExitCode::usage);
    return parsed.error().message;
}

TEST(Arguments, ReadsWordsAndOptionsInAnyOrder) {
    const auto parsed = Arguments::parse(
        syntax(), {"--secret", "a=@x", "int_1", "-f", "--tenant=lumira", "b=2", "--secret", "c=-"}
    );
    ASSERT_TRUE(parsed) << parsed.error().message;
    EXPECT_EQ(parsed->text("ID"), "int_1");
    EXPECT_EQ(parsed->list("KEY=VALUE"), std::vector<std::string>{"b=2"});
    EXPECT_EQ(parsed->list("secret"), (std::vector<std::string>{"a=@x", "c=-"}));
    EXPECT_EQ(parsed->text("tenant"), "lumira");
    EXPECT_TRUE(parsed->has("follow"));
    EXPECT_FALSE(parsed->has("limit"));
    EXPECT_EQ(parsed->value("limit"), std::nullopt);
}

TEST(Arguments, TakeADashAsTheValueThatMeansStandardInput) {
    const auto parsed = Arguments::parse(syntax(), {"int_1", "--tenant", "t", "--data", "-"});
    ASSERT_TRUE(parsed) << parsed.error().message;
    EXPECT_EQ(parsed->text("data"), "-");
}

TEST(Arguments, TakeWhatFollowsTwoDashesAsWords) {
    const auto parsed = Arguments::parse(syntax(), {"--tenant", "t", "--", "-odd-id"});
    ASSERT_TRUE(parsed) << parsed.error().message;
    EXPECT_EQ(parsed->text("ID"), "-odd-id");
}

TEST(Arguments, NameWhatIsMissing) {
    EXPECT_EQ(mistake({"int_1"}), "--tenant T is required");
    EXPECT_EQ(mistake({"--tenant", "t"}), "ID is missing");
}

TEST(Arguments, SuggestTheOptionThatWasMeant) {
    EXPECT_EQ(mistake({"int_1", "--tenat", "t"}), "unknown option --tenat, did you mean '--tenant'?");
    EXPECT_EQ(mistake({"int_1", "--ten", "t"}), "unknown option --ten")
        << "no abbreviations: scripts would break by a new option";
}

TEST(Arguments, RefuseAnOptionWithoutItsValueOrGivenTwice) {
    EXPECT_EQ(mistake({"int_1", "--tenant"}), "--tenant needs a value, or has one that it does not take");
    EXPECT_EQ(
        mistake({"int_1", "--tenant", "t", "--follow=yes"}),
        "--follow needs a value, or has one that it does not take"
    );
    EXPECT_EQ(mistake({"int_1", "--tenant", "a", "--tenant", "b"}), "--tenant is given more than once");
}

TEST(Arguments, RefuseAWordTooMany) {
    Syntax one;
    one.words = {"[FILE]"};
    EXPECT_TRUE(Arguments::parse(one, {}));
    const auto two = Arguments::parse(one, {"a", "b"});
    ASSERT_FALSE(two);
    EXPECT_EQ(two.error().message, "'b' is one word too many");
}

TEST(Arguments, ReadNumbersWithinBounds) {
    const auto number = [](const std::string& text) {
        return Arguments::parse(syntax(), {"int_1", "--tenant", "t", "--limit", text})
            ->number("limit", 5, 1, 10);
    };
    EXPECT_EQ(number("10"), 10);
    for (const auto* wrong : {"0", "11", "3x", "", "1e1", "99999999999999999999"}) {
        const auto read = number(wrong);
        ASSERT_FALSE(read) << wrong;
        EXPECT_EQ(read.error().code, ExitCode::usage);
        EXPECT_EQ(
            read.error().message, "--limit: '" + std::string(wrong) + "' is not a whole number from 1 to 10"
        );
    }
    EXPECT_EQ(Arguments::parse(syntax(), {"int_1", "--tenant", "t"})->number("limit", 5, 1, 10), 5);
}

TEST(Arguments, ListTheChoicesOfAWrongOne) {
    const auto parsed = Arguments::parse(syntax(), {"int_1", "--tenant", "t", "--data", "x"});
    const auto choice = parsed->choice("data", {"one", "two"});
    ASSERT_FALSE(choice);
    EXPECT_EQ(choice.error().message, "--data: 'x' is none of one, two");
    EXPECT_EQ(*parsed->choice("limit", {"one"}), std::nullopt);
}

}  // namespace
}  // namespace navette::ctl
