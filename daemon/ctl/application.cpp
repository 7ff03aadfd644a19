#include "daemon/ctl/application.hpp"

#include "daemon/config/nearest.hpp"
#include "daemon/ctl/help.hpp"

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <string_view>

namespace navette::ctl {

namespace {

Commands all_commands() {
    Commands all;
    for (auto group :
         {database_commands,
          config_commands,
          connector_commands,
          integration_commands,
          integration_edit_commands,
          integration_authorize_commands,
          mapping_commands,
          mapping_trial_commands,
          pull_commands,
          plan_commands,
          reconcile_commands,
          conflict_commands,
          undo_commands,
          change_commands,
          webhook_check_commands,
          enqueue_commands,
          queue_commands,
          forecast_commands,
          explain_commands,
          log_commands,
          source_commands,
          source_capture_commands,
          secret_commands,
          token_commands,
          status_commands,
          verify_commands}) {
        for (auto& command : group()) {
            all.push_back(std::move(command));
        }
    }
    return all;
}

/// How many of the words are options that may stand before the command, with their values.
std::size_t count_leading_options(const std::vector<std::string>& words) {
    std::size_t at = 0;
    while (at < words.size() && words[at].starts_with('-') && words[at].size() > 1) {
        at += words[at] == "--config" || words[at] == "--database" ? 2 : 1;
    }
    return std::min(at, words.size());
}

const Command* find_command(const Commands& commands, const std::vector<std::string>& words, std::size_t at) {
    if (at >= words.size()) {
        return nullptr;
    }
    for (const auto& command : commands) {
        const auto both = at + 1 < words.size() ? words[at] + " " + words[at + 1] : std::string();
        if (command.name == words[at] || command.name == both) {
            return &command;
        }
    }
    return nullptr;
}

/// The commands whose names begin with this word.
Commands group_of(const Commands& commands, const std::string& word) {
    Commands group;
    std::ranges::copy_if(commands, std::back_inserter(group), [&](const Command& command) {
        return command.name.starts_with(word + " ");
    });
    return group;
}

Failure unknown_command(const Commands& commands, const std::vector<std::string>& words, std::size_t at) {
    std::vector<std::string> names;
    names.reserve(commands.size());
    for (const auto& command : commands) {
        names.push_back(command.name);
    }
    std::vector<std::string> of_group;
    for (const auto& command : group_of(commands, words[at])) {
        of_group.push_back(command.name.substr(words[at].size() + 1));
    }
    if (!of_group.empty()) {
        std::string list;
        for (const auto& name : of_group) {
            list += (list.empty() ? "" : ", ") + name;
        }
        return {
            ExitCode::usage,
            at + 1 < words.size()
                ? "'" + words[at] + " " + words[at + 1] + "' is no command" +
                      config::did_you_mean(words[at + 1], of_group) + " (" + words[at] + " has: " + list + ")"
                : "'" + words[at] + "' needs one of: " + list
        };
    }
    const auto said = at + 1 < words.size() ? words[at] + " " + words[at + 1] : words[at];
    auto hint = config::did_you_mean(said, names);
    if (hint.empty()) {
        hint = config::did_you_mean(words[at], names);
    }
    return {ExitCode::usage, "'" + words[at] + "' is no command" + hint + "; see: navettectl --help"};
}

bool is_help(const std::string& word) {
    return word == "--help" || word == "-h";
}

/// Of the program, a group or a command, by the words from `at` on.
Result<std::string> help_about(
    const Commands& commands, const std::vector<std::string>& words, std::size_t at
) {
    if (at >= words.size() || is_help(words[at])) {
        return program_help(commands);
    }
    if (const auto* command = find_command(commands, words, at)) {
        return command_help(*command);
    }
    const auto group = group_of(commands, words[at]);
    if (!group.empty() && (at + 1 >= words.size() || is_help(words[at + 1]))) {
        return group_help(group);
    }
    return std::unexpected(unknown_command(commands, words, at));
}

void take_choices(const Arguments& arguments, Choices& choices) {
    if (const auto file = arguments.value("config")) {
        choices.config_file = file;
    }
    if (const auto url = arguments.value("database")) {
        choices.database = url;
    }
    choices.json = choices.json || arguments.has("json");
    choices.no_color = choices.no_color || arguments.has("no-color");
}

/// Lines stay lines; whatever else could steer the terminal came from a platform or a database.
int report(const Failure& failure) {
    std::string text("navettectl: ");
    std::string_view rest(failure.message);
    for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
        text += printable(rest.substr(0, end)) + "\n";
        rest.remove_prefix(end + 1);
    }
    text += printable(rest);
    std::fprintf(stderr, "%s\n", text.c_str());
    return static_cast<int>(failure.code);
}

}  // namespace

Result<Invocation> read_command_line(const Commands& commands, const std::vector<std::string>& words) {
    Invocation invocation;
    const auto before = count_leading_options(words);
    const auto split = words.begin() + static_cast<std::ptrdiff_t>(before);
    const auto leading = Arguments::parse({{}, options_of_all()}, {words.begin(), split});
    if (!leading) {
        return std::unexpected(leading.error());
    }
    take_choices(*leading, invocation.choices);
    invocation.wants_version = leading->has("version");
    if (invocation.wants_version) {
        return invocation;
    }
    if (before == words.size() && !leading->has("help")) {
        return fail(ExitCode::usage, "a command is missing; see: navettectl --help");
    }
    const bool says_help = before < words.size() && words[before] == "help";
    // Asked for help, nobody wants to hear that something is missing.
    if (says_help || leading->has("help") || std::any_of(split, words.end(), is_help)) {
        auto help = help_about(commands, words, before + (says_help ? 1 : 0));
        if (!help) {
            return std::unexpected(help.error());
        }
        invocation.help = std::move(*help);
        return invocation;
    }
    const auto* command = find_command(commands, words, before);
    if (command == nullptr) {
        return std::unexpected(unknown_command(commands, words, before));
    }
    const auto name_words = command->name.find(' ') == std::string::npos ? 1 : 2;
    const std::vector<std::string> rest(split + name_words, words.end());
    auto syntax = command->syntax;
    for (auto& option : options_of_all()) {
        syntax.options.push_back(std::move(option));
    }
    auto arguments = Arguments::parse(syntax, rest);
    if (!arguments) {
        return fail(
            ExitCode::usage, arguments.error().message + "; see: navettectl " + command->name + " --help"
        );
    }
    take_choices(*arguments, invocation.choices);
    invocation.wants_version = arguments->has("version");
    invocation.command = command;
    invocation.arguments = std::move(*arguments);
    return invocation;
}

int run(const std::vector<std::string>& words) {
    const auto commands = all_commands();
    const auto invocation = read_command_line(commands, words);
    if (!invocation) {
        return report(invocation.error());
    }
    if (invocation->wants_version) {
        std::printf("navettectl %s\n", NAVETTE_VERSION);
        return 0;
    }
    if (!invocation->help.empty()) {
        std::fputs(invocation->help.c_str(), stdout);
        return 0;
    }
    Context context(invocation->choices);
    const auto ended = invocation->command->run(invocation->arguments, context);
    return ended ? static_cast<int>(*ended) : report(ended.error());
}

}  // namespace navette::ctl
