// navettectl's commands as data: each group of them is one file.
#pragma once

#include "daemon/ctl/arguments.hpp"
#include "daemon/ctl/context.hpp"

#include <functional>
#include <string>
#include <vector>

namespace navette::ctl {

struct Command {
    std::string name;     // "queue list"
    std::string summary;  // one line of --help
    Syntax syntax;
    std::string notes;  // examples, and what cannot be guessed
    std::function<Result<ExitCode>(const Arguments& arguments, Context& context)> run;
};

using Commands = std::vector<Command>;

[[nodiscard]] Commands database_commands();
[[nodiscard]] Commands config_commands();
[[nodiscard]] Commands connector_commands();
[[nodiscard]] Commands integration_commands();
[[nodiscard]] Commands integration_edit_commands();
[[nodiscard]] Commands integration_authorize_commands();
[[nodiscard]] Commands mapping_commands();
[[nodiscard]] Commands mapping_trial_commands();
[[nodiscard]] Commands pull_commands();
[[nodiscard]] Commands plan_commands();
[[nodiscard]] Commands reconcile_commands();
[[nodiscard]] Commands conflict_commands();
[[nodiscard]] Commands undo_commands();
[[nodiscard]] Commands change_commands();
[[nodiscard]] Commands webhook_check_commands();
[[nodiscard]] Commands enqueue_commands();
[[nodiscard]] Commands queue_commands();
[[nodiscard]] Commands forecast_commands();
[[nodiscard]] Commands explain_commands();
[[nodiscard]] Commands log_commands();
[[nodiscard]] Commands source_commands();
[[nodiscard]] Commands source_capture_commands();
[[nodiscard]] Commands secret_commands();
[[nodiscard]] Commands token_commands();
[[nodiscard]] Commands status_commands();
[[nodiscard]] Commands verify_commands();

}  // namespace navette::ctl
