// changes redeliver
#include "daemon/ctl/command.hpp"
#include "daemon/ctl/record_text.hpp"
#include "daemon/store/admin_changes.hpp"
#include "daemon/store/admin_integrations.hpp"

#include <cstdint>
#include <limits>

namespace navette::ctl {

namespace {

Result<ExitCode> redeliver(const Arguments& arguments, Context& context) {
    if (!arguments.has("after")) {
        return fail(
            ExitCode::usage,
            "--after POSITION is missing: the last entry of the feed that the application has, 0 for all"
        );
    }
    const auto after = arguments.number("after", 0, 0, std::numeric_limits<std::int64_t>::max());
    if (!after) {
        return std::unexpected(after.error());
    }
    const auto database = context.database();
    if (!database) {
        return std::unexpected(database.error());
    }
    const auto known = store::find_integration(**database, arguments.text("ID"), arguments.value("tenant"));
    if (!known) {
        return fail(known.error());
    }
    const auto& key = known->row.key;
    const auto made = store::redeliver_changes(**database, key, *after);
    if (!made) {
        return fail(made.error());
    }
    const auto& console = context.console();
    if (console.json()) {
        console.print_json({{"id", key.id}, {"tenant_id", key.tenant_id}, {"after", *after}, {"jobs", *made}}
        );
    } else {
        console.print_line(
            std::to_string(*made) + (*made == 1 ? " change is told to " : " changes are told to ") + key.id +
            " again"
        );
    }
    return ExitCode::ok;
}

}  // namespace

Commands change_commands() {
    Commands commands;
    Syntax syntax;
    syntax.words = {"ID"};
    syntax.options.emplace_back("tenant", "T", "where several tenants have an integration of this id");
    syntax.options.emplace_back("after", "POSITION", "the last entry of the feed that the application has");
    commands.push_back(
        {"changes redeliver",
         "tell an application once more what its feed of changes holds",
         std::move(syntax),
         "For an integration of the connector application that was disabled, is new, or lost what it was "
         "told.\nThe webhooks carry the ids that they had.\n"
         "Example:\n  navettectl changes redeliver int_app --after 1041\n",
         redeliver}
    );
    return commands;
}

}  // namespace navette::ctl
