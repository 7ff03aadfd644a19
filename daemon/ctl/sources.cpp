// source list, source run
#include "daemon/ctl/command.hpp"
#include "daemon/ctl/moment.hpp"
#include "daemon/ctl/record_text.hpp"
#include "daemon/store/admin_sources.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

namespace navette::ctl {

namespace {

constexpr std::chrono::milliseconds kLookAgain{300};

/// The configured sources with what is known of their runs; cursors of sources that are configured elsewhere
/// follow.
store::Records merged(const std::vector<config::SourceSettings>& sources, store::Records cursors) {
    store::Records all;
    for (const auto& source : sources) {
        store::Record record;
        const auto known = std::ranges::find_if(cursors, [&](const store::Record& cursor) {
            return store::text_of(cursor, "name") == source.name &&
                   store::text_of(cursor, "tenant_id") == source.tenant;
        });
        if (known != cursors.end()) {
            record = *known;
            cursors.erase(known);
        }
        record["tenant_id"] = source.tenant;
        record["name"] = source.name;
        record["entity_type"] = source.entity_type;
        record["configured"] = true;
        all.push_back(std::move(record));
    }
    for (auto& cursor : cursors) {
        cursor["configured"] = false;
        all.push_back(std::move(cursor));
    }
    return all;
}

/// What keeps the source from reading, or from being told of changes at once.
Cell state_of(const store::Record& source, Moment now) {
    if (!shown(source, "vanished").empty()) {
        return {shown(source, "vanished"), Tone::bad};
    }
    if (const auto since = shown(source, "paused_at"); !since.empty()) {
        return {"waits for its jobs, " + shown_age(since, now), Tone::attention};
    }
    const auto capture = shown(source, "capture");
    if (capture == "missing" || capture == "outdated") {
        return {"triggers " + capture, Tone::bad};
    }
    return {capture, Tone::good};
}

Result<ExitCode> list(const Arguments&, Context& context) {
    const auto settings = context.settings();
    if (!settings) {
        return std::unexpected(settings.error());
    }
    const auto database = context.database();
    if (!database) {
        return std::unexpected(database.error());
    }
    auto cursors = store::list_cursors(**database);
    if (!cursors) {
        return fail(cursors.error());
    }
    const auto all = merged((*settings)->sources, std::move(*cursors));
    const auto& console = context.console();
    if (console.json()) {
        console.print_json(array_of(all));
        return ExitCode::ok;
    }
    const auto now = current_moment();
    Table table(
        {{"SOURCE"},
         {"TENANT"},
         {"ENTITY"},
         {"NODE"},
         {"LAST RUN"},
         {"LAST FULL"},
         {"READ", true},
         {"QUEUED", true},
         {"CAPTURED", true},
         {"STATE"},
         {"REQUESTED"},
         {"ERROR"}}
    );
    for (const auto& one : all) {
        table.add(
            {shown(one, "name"),
             shown(one, "tenant_id"),
             is_true(one, "configured") ? shown(one, "entity_type") : "(not in this configuration)",
             shown(one, "node"),
             shown_age(shown(one, "last_run_at"), now),
             shown_age(shown(one, "last_full_at"), now),
             shown(one, "rows_read"),
             shown(one, "rows_queued"),
             integer_of(one, "keys_captured") > 0 ? shown(one, "keys_captured") : std::string(),
             state_of(one, now),
             shown(one, "requested"),
             Cell(shown(one, "last_error"), Tone::bad)}
        );
    }
    console.print_table(table, "no sources are configured");
    return ExitCode::ok;
}

/// The tenant of a source: as configured here, else of the one cursor of that name.
Result<std::string> tenant_of(const std::string& name, Context& context, store::AdminSession& database) {
    const auto settings = context.settings();
    if (!settings) {
        return std::unexpected(settings.error());
    }
    for (const auto& source : (*settings)->sources) {
        if (source.name == name) {
            return source.tenant;
        }
    }
    const auto cursors = store::list_cursors(database);
    if (!cursors) {
        return fail(cursors.error());
    }
    for (const auto& cursor : *cursors) {
        if (store::text_of(cursor, "name") == name) {
            return store::text_of(cursor, "tenant_id");
        }
    }
    return fail(ExitCode::not_found, "there is no source " + name + "; see: navettectl source list");
}

Result<ExitCode> wait_for_run(
    const std::string& tenant,
    const std::string& name,
    std::chrono::seconds patience,
    Context& context,
    store::AdminSession& database
) {
    const auto until = std::chrono::steady_clock::now() + patience;
    while (std::chrono::steady_clock::now() < until) {
        const auto cursor = store::find_cursor(database, tenant, name);
        if (!cursor) {
            return fail(cursor.error());
        }
        if (!*cursor) {
            return fail(ExitCode::not_found, "the cursor of source " + name + " was removed meanwhile");
        }
        if (shown(**cursor, "requested").empty()) {
            if (const auto error = shown(**cursor, "last_error"); !error.empty()) {
                return fail(ExitCode::failed, "source " + name + " failed: " + printable(error));
            }
            const auto& console = context.console();
            if (console.json()) {
                console.print_json(**cursor);
            } else {
                console.print_line(
                    "source " + name + " is done: " + shown(**cursor, "rows_read") + " rows read and " +
                    shown(**cursor, "rows_queued") + " queued since it was set up"
                );
            }
            return ExitCode::ok;
        }
        std::this_thread::sleep_for(kLookAgain);
    }
    return fail(
        ExitCode::temporary,
        "source " + name + " was not done after " + std::to_string(patience.count()) +
            " s; the request stands, and a daemon that has this source will see to it (navettectl status)"
    );
}

Result<ExitCode> run_now(const Arguments& arguments, Context& context) {
    const auto patience = arguments.number("timeout", 600, 1, 86'400);
    if (!patience) {
        return std::unexpected(patience.error());
    }
    const auto database = context.database();
    if (!database) {
        return std::unexpected(database.error());
    }
    const auto name = arguments.text("NAME");
    const auto tenant = tenant_of(name, context, **database);
    if (!tenant) {
        return std::unexpected(tenant.error());
    }
    const bool deletes = arguments.has("deletes");
    const bool full = arguments.has("full") || deletes;
    if (const auto asked = store::request_source_run(**database, *tenant, name, full, deletes); !asked) {
        return fail(asked.error());
    }
    const auto& console = context.console();
    if (arguments.has("wait")) {
        return wait_for_run(*tenant, name, std::chrono::seconds(*patience), context, **database);
    }
    if (console.json()) {
        console.print_json(
            {{"name", name}, {"tenant_id", *tenant}, {"requested", full ? "full" : "incremental"}}
        );
    } else {
        console.print_line("asked for " + std::string(full ? "a full run" : "a run") + " of source " + name);
    }
    return ExitCode::ok;
}

}  // namespace

Commands source_commands() {
    Commands commands;
    commands.push_back({"source list", "the watched queries and how far they were read", {}, "", list});
    Syntax run;
    run.words = {"NAME"};
    run.options.emplace_back("full", "", "compare all rows, not only those that changed");
    run.options.emplace_back(
        "deletes", "", "a full run that tells of all rows that vanished, however many they are"
    );
    run.options.emplace_back("wait", "", "return when the run is done; exit 1 where it failed");
    run.options.emplace_back("timeout", "SECONDS", "how long --wait waits (default: 600)");
    commands.push_back(
        {"source run",
         "read a source now instead of when it is due",
         std::move(run),
         "Example:\n  navettectl source run lumira-orders --full --wait\n",
         run_now}
    );
    return commands;
}

}  // namespace navette::ctl
