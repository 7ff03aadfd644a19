// config check, config show, config schema
#include "daemon/config/settings_schema.hpp"
#include "daemon/ctl/command.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <filesystem>

namespace navette::ctl {

namespace {

Result<ExitCode> check(const Arguments& arguments, Context& context) {
    const auto file = arguments.value("FILE").value_or(context.config_file());
    const auto loaded = config::load_settings(file, config::References::of_process());
    const auto& console = context.console();
    if (console.json()) {
        boost::json::array problems;
        if (!loaded) {
            for (const auto& problem : loaded.error()) {
                problems.push_back(
                    {{"file", problem.where.file}, {"line", problem.where.line}, {"problem", problem.what}}
                );
            }
        }
        console.print_json({{"file", file}, {"ok", loaded.has_value()}, {"problems", std::move(problems)}});
        return loaded ? ExitCode::ok : ExitCode::configuration;
    }
    if (!loaded) {
        // Bare lines, as compilers write them: editors jump to them.
        for (const auto& problem : loaded.error()) {
            console.print_line(problem.text());
        }
        return ExitCode::configuration;
    }
    console.print_line(file + ": no mistakes");
    return ExitCode::ok;
}

Result<ExitCode> show(const Arguments&, Context& context) {
    const auto settings = context.settings();
    if (!settings) {
        return std::unexpected(settings.error());
    }
    context.console().print(config::effective_yaml(**settings));
    return ExitCode::ok;
}

Result<ExitCode> schema(const Arguments&, Context& context) {
    context.console().print(config::settings_schema());
    return ExitCode::ok;
}

}  // namespace

Commands config_commands() {
    Commands commands;
    commands.push_back(
        {"config check",
         "tell every mistake of the configuration as file:line: sentence; exit 78",
         {{"[FILE]"}, {}},
         "Example:\n  navettectl config check /etc/navette/navette.yaml && systemctl reload navetted\n",
         check}
    );
    commands.push_back(
        {"config show", "the configuration in force, defaults filled in, secrets hidden (YAML)", {}, "", show}
    );
    commands.push_back(
        {"config schema",
         "navette.yaml's JSON Schema, for editors",
         {},
         "Installed as /etc/navette/schema/navette.json, beside those of manifests and overrides.\n",
         schema}
    );
    return commands;
}

}  // namespace navette::ctl
