// db migrate, db status
#include "daemon/ctl/command.hpp"
#include "daemon/ctl/moment.hpp"
#include "daemon/ctl/record_text.hpp"
#include "daemon/store/migrations.hpp"

namespace navette::ctl {

namespace {

namespace json = boost::json;

json::array json_of(const std::vector<store::MigrationState>& states) {
    json::array list;
    for (const auto& state : states) {
        json::value applied_at;
        if (!state.applied_at.empty()) {
            applied_at = state.applied_at;
        }
        list.push_back(
            {{"version", state.version}, {"name", state.name}, {"applied_at", std::move(applied_at)}}
        );
    }
    return list;
}

Result<ExitCode> migrate(const Arguments&, Context& context) {
    const auto url = context.database_url();
    if (!url) {
        return std::unexpected(url.error());
    }
    // libpqxx tells of a refused connection without its cause's kind; the session knows.
    if (const auto reachable = context.database(); !reachable) {
        return std::unexpected(reachable.error());
    }
    const auto applied = store::migrate(*url);
    if (!applied) {
        return fail(applied.error());
    }
    const auto& console = context.console();
    if (console.json()) {
        console.print_json({{"applied", json_of(*applied)}});
        return ExitCode::ok;
    }
    for (const auto& state : *applied) {
        console.print_line("applied " + std::to_string(state.version) + " " + state.name);
    }
    if (applied->empty()) {
        console.print_line("the schema is current, nothing to do");
    }
    return ExitCode::ok;
}

Result<ExitCode> show_status(const Arguments&, Context& context) {
    const auto url = context.database_url();
    if (!url) {
        return std::unexpected(url.error());
    }
    if (const auto reachable = context.database(); !reachable) {
        return std::unexpected(reachable.error());
    }
    const auto states = store::migration_status(*url);
    if (!states) {
        return fail(states.error());
    }
    std::size_t missing = 0;
    Table table({{"VERSION", true}, {"NAME"}, {"STATE"}, {"APPLIED AT"}});
    for (const auto& state : *states) {
        missing += state.applied_at.empty() ? 1 : 0;
        table.add(
            {std::to_string(state.version),
             state.name,
             state.applied_at.empty() ? Cell("missing", Tone::bad) : Cell("applied", Tone::good),
             shown_moment(state.applied_at)}
        );
    }
    const auto& console = context.console();
    if (console.json()) {
        console.print_json({{"current", missing == 0}, {"migrations", json_of(*states)}});
    } else {
        console.print_table(table, "this navettectl holds no migrations");
    }
    if (missing > 0) {
        console.remark(std::to_string(missing) + " migrations are missing; run: navettectl db migrate");
    }
    return missing == 0 ? ExitCode::ok : ExitCode::failed;
}

}  // namespace

Commands database_commands() {
    Commands commands;
    commands.push_back(
        {"db migrate",
         "bring the database's schema up to this version",
         {},
         "Safe to run at any time and by several at once. Example:\n"
         "  navettectl --database postgresql://navette@db1/navette db migrate\n",
         migrate}
    );
    commands.push_back(
        {"db status", "which migrations the database has; exit 1 where some are missing", {}, "", show_status}
    );
    return commands;
}

}  // namespace navette::ctl
