#include "daemon/ctl/help.hpp"

#include <algorithm>

namespace navette::ctl {

namespace {

constexpr const char* kExitCodes = R"(Exit codes:
  0   done
  1   failed
  2   the command line is wrong
  3   what was named does not exist
  75  the database is away or takes no writes at present: try again
  77  not allowed
  78  the configuration has mistakes
)";

std::string lines_of(const Commands& commands) {
    std::size_t width = 0;
    for (const auto& command : commands) {
        width = std::max(width, command.name.size());
    }
    std::string text;
    for (const auto& command : commands) {
        auto name = command.name;
        name.resize(width + 2, ' ');
        text += "  " + name + command.summary + "\n";
    }
    return text;
}

constexpr const char* kCommandHelp = "\n'navettectl COMMAND --help' explains one of them.\n";

}  // namespace

std::vector<Option> options_of_all() {
    std::vector<Option> options;
    options.emplace_back(
        "config", "FILE", "the configuration (default: $NAVETTE_CONFIG, else /etc/navette/navette.yaml)"
    );
    options.emplace_back("database", "URL", "the database, instead of the configuration's");
    options.emplace_back("json", "", "results as JSON");
    options.emplace_back("no-color", "", "no colours; so does NO_COLOR");
    options.emplace_back("help,h", "", "this text");
    options.emplace_back("version", "", "navettectl's version");
    return options;
}

std::string program_help(const Commands& commands) {
    return "Usage: navettectl [options] COMMAND ...\n\nCommands:\n" + lines_of(commands) + kCommandHelp +
           "\nOptions of every command:\n" + options_text(options_of_all()) + "\n" + kExitCodes;
}

std::string group_help(const Commands& commands) {
    return "Usage: navettectl [options] COMMAND ...\n\nCommands:\n" + lines_of(commands) + kCommandHelp;
}

std::string command_help(const Command& command) {
    std::string text = "Usage: navettectl " + command.name;
    for (const auto& word : command.syntax.words) {
        text += " " + (word.ends_with("...") ? "[" + word + "]" : word);
    }
    for (const auto& option : command.syntax.options) {
        if (option.required) {
            text += " " + option_text(option);
        }
    }
    const bool has_more =
        std::ranges::any_of(command.syntax.options, [](const Option& one) { return !one.required; });
    text += std::string(has_more ? " [options]" : "") + "\n\n" + command.summary + "\n";
    if (!command.syntax.options.empty()) {
        text += "\nOptions:\n" + options_text(command.syntax.options);
    }
    text += "\nOptions of every command:\n" + options_text(options_of_all());
    return command.notes.empty() ? text : text + "\n" + command.notes;
}

}  // namespace navette::ctl
