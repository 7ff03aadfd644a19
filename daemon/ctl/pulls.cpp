// integration pull, integration pulls
#include "daemon/ctl/awaiting.hpp"
#include "daemon/ctl/command.hpp"
#include "daemon/ctl/moment.hpp"
#include "daemon/ctl/record_text.hpp"
#include "daemon/store/admin_integrations.hpp"
#include "daemon/store/admin_pulls.hpp"

#include <algorithm>
#include <map>

namespace navette::ctl {

namespace {

Result<store::KnownIntegration> find(const Arguments& arguments, Context& context) {
    const auto database = context.database();
    if (!database) {
        return std::unexpected(database.error());
    }
    auto known = store::find_integration(**database, arguments.text("ID"), arguments.value("tenant"));
    if (!known) {
        return fail(known.error());
    }
    return std::move(*known);
}

void print(const store::Records& pulls, const Console& console) {
    if (console.json()) {
        console.print_json(array_of(pulls));
        return;
    }
    const auto now = current_moment();
    Table table(
        {{"OBJECT"},
         {"LAST PULL"},
         {"LAST CHANGE"},
         {"NEXT"},
         {"PAGES", true},
         {"RECORDS", true},
         {"CHANGES", true},
         {"FAILURES", true},
         {"ERROR"}}
    );
    for (const auto& one : pulls) {
        const auto next = shown_age(shown(one, "next_at"), now);
        table.add(
            {shown(one, "object"),
             shown_age(shown(one, "last_success_at"), now),
             shown_age(shown(one, "last_change_at"), now),
             next.starts_with("in ") ? next : "now",
             shown(one, "pages"),
             shown(one, "records"),
             shown(one, "changes"),
             integer_of(one, "failures") == 0 ? std::string() : shown(one, "failures"),
             Cell(shown(one, "last_error"), Tone::bad)}
        );
    }
    console.print_table(table, "nothing was pulled yet");
}

Result<ExitCode> list(const Arguments& arguments, Context& context) {
    const auto known = find(arguments, context);
    if (!known) {
        return std::unexpected(known.error());
    }
    const auto pulls = store::list_pulls(**context.database(), known->row.key);
    if (!pulls) {
        return fail(pulls.error());
    }
    print(*pulls, context.console());
    return ExitCode::ok;
}

/// Why no daemon would pull it, if so.
std::string obstacle(const store::Record& integration) {
    const auto id = shown(integration, "id");
    if (shown(integration, "direction") == "to_platform") {
        return "integration " + id +
               " carries records to the platform only; see: navettectl integration set " + id +
               " --direction bidirectional";
    }
    if (!is_true(integration, "enabled")) {
        return "integration " + id + " is disabled; see: navettectl integration enable " + id;
    }
    if (const auto state = shown(integration, "state"); state != "active") {
        return "integration " + id + " is held as " + state + " (" + shown(integration, "state_reason") + ")";
    }
    return {};
}

bool is_asked(const store::Record& pull, const std::map<std::string, std::int64_t>& asked) {
    return asked.contains(shown(pull, "object"));
}

bool is_over(const store::Record& pull, const std::map<std::string, std::int64_t>& asked) {
    const auto wanted = asked.find(shown(pull, "object"));
    return wanted == asked.end() || integer_of(pull, "answered") >= wanted->second ||
           !shown(pull, "last_error").empty();
}

Result<ExitCode> wait_for(
    const store::IntegrationKey& key,
    const std::map<std::string, std::int64_t>& asked,
    bool by_name,
    std::chrono::seconds patience,
    Context& context
) {
    auto& database = **context.database();
    store::Records pulls;
    const auto done = await(patience, [&]() -> Result<bool> {
        auto found = store::list_pulls(database, key);
        if (!found) {
            return fail(found.error());
        }
        pulls = std::move(*found);
        return std::ranges::all_of(pulls, [&](const store::Record& pull) { return is_over(pull, asked); });
    });
    if (!done) {
        return std::unexpected(done.error());
    }
    if (!*done) {
        return fail(
            ExitCode::temporary,
            "integration " + key.id + " was not pulled after " + std::to_string(patience.count()) +
                " s; the request stands, and the daemon that works for it will see to it (navettectl status)"
        );
    }
    std::erase_if(pulls, [&](const store::Record& pull) { return !is_asked(pull, asked); });
    print(pulls, context.console());
    // An object that the platform never let anybody read is no failure of this pull, unless nothing else was
    // asked for.
    const auto failed = [&](const store::Record& pull) {
        return !shown(pull, "last_error").empty() && (by_name || !shown(pull, "last_success_at").empty());
    };
    const bool all_failed =
        std::ranges::none_of(pulls, [](const auto& pull) { return shown(pull, "last_error").empty(); });
    return all_failed || std::ranges::any_of(pulls, failed) ? ExitCode::failed : ExitCode::ok;
}

Result<ExitCode> pull(const Arguments& arguments, Context& context) {
    const auto patience = arguments.number("timeout", 600, 1, 86'400);
    if (!patience) {
        return std::unexpected(patience.error());
    }
    const auto known = find(arguments, context);
    if (!known) {
        return std::unexpected(known.error());
    }
    if (const auto why_not = obstacle(known->record); !why_not.empty()) {
        return fail(ExitCode::failed, why_not);
    }
    const auto object = arguments.value("object");
    const auto requested =
        store::request_pull(**context.database(), known->row.key, object, arguments.has("from-start"));
    if (!requested) {
        return fail(requested.error());
    }
    if (requested->empty()) {
        return fail(
            ExitCode::not_found,
            object ? known->row.slug + " has no " + *object + " that can be pulled"
                   : "the connector of " + known->row.slug + " cannot pull"
        );
    }
    std::map<std::string, std::int64_t> asked;
    std::string names;
    for (const auto& one : *requested) {
        asked[shown(one, "object")] = integer_of(one, "asked");
        names += (names.empty() ? "" : ", ") + shown(one, "object");
    }
    if (arguments.has("wait")) {
        return wait_for(known->row.key, asked, object.has_value(), std::chrono::seconds(*patience), context);
    }
    const auto& console = context.console();
    if (console.json()) {
        console.print_json(array_of(*requested));
    } else {
        console.print_line(
            "asked for a pull of " + printable(names) + " by integration " + known->row.key.id
        );
        if (shown(known->record, "node").empty()) {
            console.remark("no daemon works for it at present: the next one that does will do so");
        }
    }
    return ExitCode::ok;
}

}  // namespace

Commands pull_commands() {
    Commands commands;
    Syntax one;
    one.words = {"ID"};
    one.options.emplace_back("tenant", "T", "where several tenants have an integration of this id");
    commands.push_back({"integration pulls", "how far each object was read from the platform", one, "", list}
    );
    one.options.emplace_back("object", "O", "this object only, such as customer");
    one.options.emplace_back("from-start", "", "read everything again; what did not change makes no work");
    one.options.emplace_back("wait", "", "return when it is done; exit 1 where it failed");
    one.options.emplace_back("timeout", "SECONDS", "how long --wait waits (default: 600)");
    commands.push_back(
        {"integration pull",
         "read what changed on the platform now instead of when it is due",
         std::move(one),
         "Example:\n  navettectl integration pull int_lumira --object customer --wait\n",
         pull}
    );
    return commands;
}

}  // namespace navette::ctl
