#include "daemon/ctl/command.hpp"
#include "daemon/ctl/help.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace navette::ctl {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

Command command(Commands commands, std::string_view name) {
    const auto found = std::ranges::find(commands, name, &Command::name);
    if (found == commands.end()) {
        throw std::runtime_error("there is no command " + std::string(name));
    }
    return std::move(*found);
}

/// How `integration add` ends, with a configuration that does not exist: what it says of the command line
/// comes first.
Failure failure_of_add(const std::string& frequency) {
    const auto add = command(integration_edit_commands(), "integration add");
    const auto arguments =
        Arguments::parse(add.syntax, {"shop", "--tenant", "acme", "--frequency", frequency});
    EXPECT_TRUE(arguments);
    Choices choices;
    choices.config_file = "/nonexistent/navette.yaml";
    Context context(choices);
    const auto ended = add.run(*arguments, context);
    return ended ? Failure(*ended, "no failure") : ended.error();
}

TEST(IntegrationAdd, RefusesAFrequencyThatCannotBeRead) {
    for (const auto* frequency : {"weekly", "daily at 25:00", "every: 30s", "every: 8d", ""}) {
        const auto failure = failure_of_add(frequency);
        EXPECT_EQ(failure.code, ExitCode::usage);
        EXPECT_THAT(
            failure.message,
            StartsWith(
                "--frequency: '" + std::string(frequency) + "' is no frequency, expected realtime, hourly"
            )
        );
    }
    EXPECT_THAT(
        failure_of_add("daily at 02:30 Europe/Pari").message, HasSubstr("no time zone 'Europe/Pari'")
    );
}

TEST(IntegrationAdd, TakesEachFormOfFrequency) {
    for (const auto* frequency :
         {"realtime",
          "hourly",
          "daily",
          "daily at 02:30",
          "daily at 02:30 Europe/Paris",
          "every: 5m",
          "every 7d"}) {
        EXPECT_THAT(failure_of_add(frequency).message, Not(HasSubstr("--frequency"))) << frequency;
    }
}

TEST(IntegrationAdd, RefusesARuleWithoutAValue) {
    const auto add = command(integration_edit_commands(), "integration add");
    const auto arguments = Arguments::parse(add.syntax, {"shop", "--tenant", "acme", "--rule", "conflicts"});
    ASSERT_TRUE(arguments);
    Choices choices;
    choices.config_file = "/nonexistent/navette.yaml";
    Context context(choices);
    const auto ended = add.run(*arguments, context);
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().code, ExitCode::usage);
    EXPECT_THAT(ended.error().message, StartsWith("--rule"));
}

TEST(IntegrationHelp, ShowsTheFormsOfFrequencyAndTheCommandThatNeedNotWait) {
    for (const auto* name : {"integration add", "integration set"}) {
        const auto text = command_help(command(integration_edit_commands(), name));
        EXPECT_THAT(text, HasSubstr("'daily at 02:30 Europe/Paris'")) << name;
        EXPECT_THAT(text, HasSubstr("'every: 5m'")) << name;
    }
    const auto text = command_help(command(integration_commands(), "integration sync"));
    EXPECT_THAT(text, StartsWith("Usage: navettectl integration sync ID [options]"));
}

}  // namespace
}  // namespace navette::ctl
