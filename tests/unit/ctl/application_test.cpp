#include "daemon/ctl/application.hpp"

#include <gtest/gtest.h>

namespace navette::ctl {
namespace {

const Commands& commands() {
    static const Commands all = [] {
        Commands made;
        Syntax listing;
        listing.options.emplace_back("tenant", "T", "of this tenant");
        made.push_back({"queue list", "jobs", std::move(listing), "Example: queue list", {}});
        made.push_back({"queue show", "a job", {{"JOB"}, {}}, "", {}});
        made.push_back({"logs", "attempts", {}, "", {}});
        return made;
    }();
    return all;
}

std::string mistake(const std::vector<std::string>& words) {
    const auto read = read_command_line(commands(), words);
    if (read) {
        return "no mistake";
    }
    EXPECT_EQ(read.error().code, ExitCode::usage);
    return read.error().message;
}

TEST(CommandLine, TakesOptionsOfEveryCommandBeforeAndBehindIt) {
    const auto read = read_command_line(
        commands(),
        {"--config",
         "a.yaml",
         "--json",
         "queue",
         "list",
         "--tenant",
         "t",
         "--no-color",
         "--database",
         "dbname=x"}
    );
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->command->name, "queue list");
    EXPECT_EQ(read->arguments.text("tenant"), "t");
    EXPECT_EQ(read->choices.config_file, "a.yaml");
    EXPECT_EQ(read->choices.database, "dbname=x");
    EXPECT_TRUE(read->choices.json);
    EXPECT_TRUE(read->choices.no_color);
}

TEST(CommandLine, SuggestsTheCommandThatWasMeant) {
    EXPECT_EQ(mistake({"log"}), "'log' is no command, did you mean 'logs'?; see: navettectl --help");
    EXPECT_EQ(
        mistake({"queue", "lits"}), "'queue lits' is no command, did you mean 'list'? (queue has: list, show)"
    );
    EXPECT_EQ(mistake({"queue"}), "'queue' needs one of: list, show");
    EXPECT_EQ(mistake({}), "a command is missing; see: navettectl --help");
}

TEST(CommandLine, NamesTheHelpOfTheCommandThatWasUsedWrongly) {
    EXPECT_EQ(mistake({"queue", "show"}), "JOB is missing; see: navettectl queue show --help");
    EXPECT_EQ(mistake({"--jsn", "logs"}), "unknown option --jsn, did you mean '--json'?");
}

TEST(CommandLine, GivesHelpEvenWhereSomethingIsMissing) {
    for (const auto& words : std::vector<std::vector<std::string>>{
             {"queue", "show", "--help"},
             {"queue", "show", "-h"},
             {"help", "queue", "show"},
             {"--help", "queue", "show"}
         }) {
        const auto read = read_command_line(commands(), words);
        ASSERT_TRUE(read) << read.error().message;
        EXPECT_TRUE(read->help.starts_with("Usage: navettectl queue show JOB\n")) << read->help;
    }
}

TEST(CommandLine, ListsTheCommandsOfAGroup) {
    for (const auto& words : std::vector<std::vector<std::string>>{
             {"queue", "--help"}, {"queue", "-h"}, {"help", "queue"}, {"--help", "queue"}
         }) {
        const auto read = read_command_line(commands(), words);
        ASSERT_TRUE(read) << read.error().message;
        EXPECT_TRUE(read->help.contains("  queue list  jobs\n  queue show  a job\n")) << read->help;
        EXPECT_FALSE(read->help.contains("attempts")) << read->help;
    }
}

TEST(CommandLine, HasNoHelpAboutWhatIsNoCommand) {
    EXPECT_EQ(mistake({"help", "log"}), "'log' is no command, did you mean 'logs'?; see: navettectl --help");
    EXPECT_EQ(
        mistake({"queue", "lits", "--help"}),
        "'queue lits' is no command, did you mean 'list'? (queue has: list, show)"
    );
}

TEST(CommandLine, ListsEveryCommandAndExitCodeInTheProgramsHelp) {
    for (const auto& words : std::vector<std::vector<std::string>>{{"--help"}, {"help"}, {"-h"}}) {
        const auto read = read_command_line(commands(), words);
        ASSERT_TRUE(read) << read.error().message;
        for (const auto* expected : {"queue list  jobs", "logs        attempts", "  75  ", "  78  "}) {
            EXPECT_NE(read->help.find(expected), std::string::npos) << expected;
        }
    }
}

TEST(CommandLine, TellsTheVersionWithoutACommand) {
    const auto read = read_command_line(commands(), {"--version"});
    ASSERT_TRUE(read);
    EXPECT_TRUE(read->wants_version);
}

}  // namespace
}  // namespace navette::ctl
