// status
#include "daemon/ctl/command.hpp"
#include "daemon/ctl/moment.hpp"
#include "daemon/ctl/record_text.hpp"
#include "daemon/store/admin_status.hpp"

namespace navette::ctl {

namespace {

void print_nodes(const store::Record& status, Moment now, const Console& console) {
    Table table({{"NODE"}, {"STATE"}, {"INTEGRATIONS", true}, {"UP SINCE"}, {"AGE"}, {"LEASE ENDS"}});
    for (const auto& value : status.at("nodes").as_array()) {
        const auto& node = value.as_object();
        table.add(
            {shown(node, "name"),
             state_cell(is_true(node, "alive") ? "alive" : "dead"),
             shown(node, "integrations"),
             shown_moment(shown(node, "started_at")),
             shown_age(shown(node, "started_at"), now),
             shown_age(shown(node, "expires_at"), now)}
        );
    }
    console.print_table(table, "no daemon is running: jobs are accepted and wait");
}

struct Totals {
    std::int64_t pending = 0;
    std::int64_t failed = 0;
};

Totals print_integrations(const store::Record& status, Moment now, const Console& console) {
    Table table(
        {{"TENANT"},
         {"INTEGRATION"},
         {"PLATFORM"},
         {"STATE"},
         {"NODE"},
         {"PENDING", true},
         {"PROCESSING", true},
         {"WAITING", true},
         {"FAILED", true},
         {"OLDEST DUE"},
         {"LAST SYNC"}}
    );
    Totals totals;
    for (const auto& value : status.at("integrations").as_array()) {
        const auto& one = value.as_object();
        const auto failed = integer_of(one, "failed");
        totals.pending += integer_of(one, "pending");
        totals.failed += failed;
        const auto state = shown(one, "state");
        table.add(
            {shown(one, "tenant_id"),
             shown(one, "id"),
             shown(one, "platform"),
             is_true(one, "enabled") || state == "removed" ? state_cell(state)
                                                           : Cell("disabled", Tone::faint),
             shown(one, "node"),
             shown(one, "pending"),
             shown(one, "processing"),
             shown(one, "waiting"),
             Cell(shown(one, "failed"), failed > 0 ? Tone::bad : Tone::plain),
             shown_age(shown(one, "oldest_due_at"), now),
             shown_age(shown(one, "last_sync_at"), now)}
        );
    }
    console.print_table(table, "no integrations; add one with: navettectl integration add");
    return totals;
}

Result<ExitCode> show(const Arguments&, Context& context) {
    const auto database = context.database();
    if (!database) {
        return std::unexpected(database.error());
    }
    auto status = store::read_status(**database);
    if (!status) {
        return fail(status.error());
    }
    const auto& console = context.console();
    if (console.json()) {
        console.print_json(std::move(*status));
        return ExitCode::ok;
    }
    const auto now = current_moment();
    print_nodes(*status, now, console);
    console.print("\n");
    const auto totals = print_integrations(*status, now, console);
    std::string sum = "\n" + std::to_string(totals.pending) + " pending, " + std::to_string(totals.failed) +
                      " dead letters";
    if (totals.failed > 0) {
        sum += " (navettectl queue list --status failed)";
    }
    console.print_line(sum);
    if (const auto unowned = integer_of(*status, "unowned"); unowned > 0) {
        console.print_line(toned(
            std::to_string(unowned) + " enabled integrations have no daemon that works for them",
            Tone::bad,
            console.layout()
        ));
    }
    return ExitCode::ok;
}

}  // namespace

Commands status_commands() {
    Commands commands;
    commands.push_back(
        {"status",
         "daemons, integrations, queue depths, dead letters",
         {},
         "Counts the queue: on a very long one it takes a moment.\n",
         show}
    );
    return commands;
}

}  // namespace navette::ctl
