#include "daemon/ctl/command.hpp"
#include "daemon/ctl/help.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace navette::ctl {
namespace {

using ::testing::HasSubstr;

Command command(Commands commands, std::string_view name) {
    const auto found = std::ranges::find(commands, name, &Command::name);
    if (found == commands.end()) {
        throw std::runtime_error("there is no command " + std::string(name));
    }
    return std::move(*found);
}

/// How the command ends, with a configuration that does not exist: what it says of the command line comes
/// first.
Failure failure_of(const Command& command, const std::vector<std::string>& words) {
    const auto arguments = Arguments::parse(command.syntax, words);
    if (!arguments) {
        return arguments.error();
    }
    Choices choices;
    choices.config_file = "/nonexistent/navette.yaml";
    Context context(choices);
    const auto ended = command.run(*arguments, context);
    return ended ? Failure(*ended, "no failure") : ended.error();
}

Failure failure_of_resolve(const std::vector<std::string>& words) {
    return failure_of(command(conflict_commands(), "conflicts resolve"), words);
}

TEST(ConflictsResolve, WantsAConflictAndOneWinner) {
    for (const auto& words : std::vector<std::vector<std::string>>{
             {"int_crm"},
             {"int_crm", "contact", "42"},
             {"int_crm", "contact", "42", "name"},
             {"int_crm", "contact", "42", "name", "mine"},
             {"int_crm", "contact", "42", "name", "local", "platform"},
             {"int_crm", "contact", "42", "name", "local", "--value", "1"},
             {"int_crm", "contact", "42", "name", "--value", "Ada"},
             {"int_crm", "contact", "42", "name", "local", "--object", "contact"},
             {"int_crm", "--all"},
             {"int_crm", "contact", "42", "name", "local", "--all"},
             {"int_crm", "--all", "--value", "1"}
         }) {
        EXPECT_EQ(failure_of_resolve(words).code, ExitCode::usage) << ::testing::PrintToString(words);
    }
    EXPECT_THAT(
        failure_of_resolve({"int_crm", "contact", "42", "name", "--value", "Ada"}).message,
        HasSubstr("--value is no JSON")
    );
}

TEST(ConflictsResolve, TakesASideAValueOrAll) {
    for (const auto& words : std::vector<std::vector<std::string>>{
             {"int_crm", "contact", "42", "name", "platform"},
             {"int_crm", "contact", "42", "name", "--value", R"("Ada")"},
             {"int_crm", "local", "--all", "--field", "name"}
         }) {
        EXPECT_NE(failure_of_resolve(words).code, ExitCode::usage) << ::testing::PrintToString(words);
    }
}

TEST(ConflictsAndUndo, TheLongerCommandIsFoundBeforeTheShorter) {
    // The first command whose name fits is taken, so "undo" must not swallow "undo runs".
    for (const auto& commands : {conflict_commands(), undo_commands()}) {
        EXPECT_EQ(commands.back().name.find(' '), std::string::npos);
        for (const auto& one : commands) {
            EXPECT_TRUE(&one == &commands.back() || one.name.find(' ') != std::string::npos) << one.name;
        }
    }
}

TEST(Undo, WantsARun) {
    EXPECT_EQ(failure_of(command(undo_commands(), "undo"), {}).code, ExitCode::usage);
    EXPECT_NE(failure_of(command(undo_commands(), "undo"), {"--run", "plan:7"}).code, ExitCode::usage);
    EXPECT_THAT(command_help(command(undo_commands(), "undo")), HasSubstr("--dry-run"));
}

}  // namespace
}  // namespace navette::ctl
