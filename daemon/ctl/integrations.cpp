// integration list, show, enable, disable, sync, remove, test
#include "daemon/ctl/blocking.hpp"
#include "daemon/ctl/command.hpp"
#include "daemon/ctl/json_text.hpp"
#include "daemon/ctl/moment.hpp"
#include "daemon/ctl/next_run.hpp"
#include "daemon/ctl/record_text.hpp"
#include "daemon/engine/attempt.hpp"
#include "daemon/engine/integration_draft.hpp"
#include "daemon/outbound/http_client.hpp"
#include "daemon/store/admin_integrations.hpp"
#include "daemon/sync/value_text.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>

namespace navette::ctl {

namespace {

namespace json = boost::json;

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

/// "in 3h"; "now" for what is due, since nothing in the future was missed.
std::string shown_next_run(const store::Record& record, Moment now) {
    auto age = shown_age(shown(record, "next_run_at"), now);
    return age.empty() || age.starts_with("in ") ? age : "now";
}

Result<ExitCode> list(const Arguments& arguments, Context& context) {
    const auto database = context.database();
    if (!database) {
        return std::unexpected(database.error());
    }
    auto all = store::list_integrations(**database, arguments.value("tenant"));
    if (!all) {
        return fail(all.error());
    }
    const auto now = current_moment();
    for (auto& one : *all) {
        add_next_run(one, now);
    }
    const auto& console = context.console();
    if (console.json()) {
        console.print_json(array_of(*all));
        return ExitCode::ok;
    }
    Table table(
        {{"TENANT"},
         {"ID"},
         {"PLATFORM"},
         {"NAME"},
         {"ENABLED"},
         {"STATE"},
         {"DIRECTION"},
         {"FREQUENCY"},
         {"NODE"},
         {"LAST SYNC"},
         {"LAST FLUSH"},
         {"NEXT RUN"},
         {"REASON"}}
    );
    for (const auto& one : *all) {
        table.add(
            {shown(one, "tenant_id"),
             shown(one, "id"),
             shown(one, "platform"),
             shown(one, "name"),
             state_cell(shown(one, "enabled")),
             state_cell(shown(one, "state")),
             shown(one, "direction"),
             shown(one, "frequency"),
             shown(one, "node"),
             shown_age(shown(one, "last_sync_at"), now),
             shown_age(shown(one, "last_flush_at"), now),
             shown_next_run(one, now),
             shown(one, "state_reason")}
        );
    }
    console.print_table(table, "no integrations; add one with: navettectl integration add");
    return ExitCode::ok;
}

/// The names of the stored secrets, or a sentence why they cannot be told.
json::value secret_names(const store::IntegrationRow& row, Context& context) {
    json::array names;
    if (row.sealed_secrets.empty()) {
        return names;
    }
    const auto vault = context.vault();
    if (!vault || !*vault) {
        return "sealed; secrets.key is not set here, so their names cannot be read";
    }
    const auto secrets = engine::open_secrets(row, *vault);
    if (!secrets) {
        return json::value(secrets.error().message);
    }
    for (const auto& [name, value] : *secrets) {
        names.emplace_back(name);
    }
    return names;
}

/// "sync rules" and a line for each, as --rule takes it; nothing where there are none.
std::vector<std::string> rule_lines(const json::object& rules) {
    std::vector<std::string> lines;
    const auto add = [&](const std::string& key, const json::value& rule) {
        lines.push_back("  " + key + "=" + sync::plain_text(rule).value_or(compact_json(rule)));
    };
    for (const auto& [name, rule] : rules) {
        const auto* const names = rule.if_object();
        if (names == nullptr) {
            add(name, rule);
            continue;
        }
        for (const auto& [part, inner] : *names) {
            add(std::string(name) + "." + std::string(part), inner);
        }
    }
    std::ranges::sort(lines);
    if (!lines.empty()) {
        lines.insert(lines.begin(), "sync rules");
    }
    return lines;
}

Result<ExitCode> show(const Arguments& arguments, Context& context) {
    auto known = find(arguments, context);
    if (!known) {
        return std::unexpected(known.error());
    }
    auto& record = known->record;
    record.stable_erase("has_secrets");
    record["secrets"] = secret_names(known->row, context);
    add_next_run(record, current_moment());
    const auto& console = context.console();
    if (console.json()) {
        console.print_json(record);
        return ExitCode::ok;
    }
    console.print(details_text(
        record,
        {"id",
         "tenant_id",
         "platform",
         "name",
         "enabled",
         "state",
         "state_reason",
         "direction",
         "frequency",
         "frequency_problem",
         "last_flush_at",
         "next_run_at",
         "sync_requested_at",
         "max_retries",
         "node",
         "last_sync_at",
         "last_sync_status",
         "last_sync_error",
         "failing_since",
         "version",
         "created_at",
         "updated_at",
         "created_by"},
        console.layout()
    ));
    console.print("settings\n");
    for (const auto& [name, value] : record["settings"].as_object()) {
        const auto text = sync::plain_text(value).value_or(compact_json(value));
        console.print_line("  " + printable(std::string(name) + ": " + text));
    }
    for (const auto& rule : rule_lines(record["sync_rules"].as_object())) {
        console.print_line(printable(rule));
    }
    std::string secrets;
    if (const auto* names = record["secrets"].if_array()) {
        for (const auto& name : *names) {
            secrets += (secrets.empty() ? "" : ", ") + std::string(name.as_string());
        }
        secrets = secrets.empty() ? "none" : secrets + " (values are never shown)";
    } else {
        secrets = std::string(record["secrets"].as_string());
    }
    console.print_line("secrets\n  " + printable(secrets));
    return ExitCode::ok;
}

Result<ExitCode> switch_to(bool enabled, const Arguments& arguments, Context& context) {
    const auto known = find(arguments, context);
    if (!known) {
        return std::unexpected(known.error());
    }
    if (const auto done = store::set_integration_enabled(
            **context.database(), known->row.key, enabled, arguments.has("without-plan")
        );
        !done) {
        return fail(done.error());
    }
    const auto& console = context.console();
    if (console.json()) {
        console.print_json(
            {{"id", known->row.key.id}, {"tenant_id", known->row.key.tenant_id}, {"enabled", enabled}}
        );
    } else {
        console.print_line(
            "integration " + known->row.key.id +
            (enabled ? " is enabled" : " is disabled; its jobs are kept, new events make none")
        );
        if (enabled && known->row.state == "paused" && !arguments.has("without-plan")) {
            console.remark("it waits for its plan: navettectl plan create " + known->row.key.id);
        }
    }
    return ExitCode::ok;
}

Result<ExitCode> enable(const Arguments& arguments, Context& context) {
    return switch_to(true, arguments, context);
}
Result<ExitCode> disable(const Arguments& arguments, Context& context) {
    return switch_to(false, arguments, context);
}

Result<ExitCode> sync_now(const Arguments& arguments, Context& context) {
    const auto known = find(arguments, context);
    if (!known) {
        return std::unexpected(known.error());
    }
    const auto& key = known->row.key;
    const auto requested = store::request_sync(**context.database(), key);
    if (!requested) {
        return fail(requested.error());
    }
    const auto& console = context.console();
    if (console.json()) {
        console.print_json(
            {{"id", key.id}, {"tenant_id", key.tenant_id}, {"requested_at", requested->at("requested_at")}}
        );
        return ExitCode::ok;
    }
    console.print_line("integration " + key.id + " is asked to carry over now what its schedule holds back");
    if (!is_true(known->record, "enabled")) {
        console.remark("it is disabled: it does so once you enable it");
    } else if (shown(known->record, "node").empty()) {
        console.remark("no daemon works for it at present: the next one that does will do so");
    }
    return ExitCode::ok;
}

Result<ExitCode> remove(const Arguments& arguments, Context& context) {
    const auto known = find(arguments, context);
    if (!known) {
        return std::unexpected(known.error());
    }
    const auto& key = known->row.key;
    if (!arguments.has("yes")) {
        return fail(
            ExitCode::usage,
            "this removes integration " + key.id + " of tenant " + key.tenant_id +
                " with its credentials, unfinished jobs, links and mappings for good; say --yes if you mean "
                "it"
        );
    }
    const auto removed = store::remove_integration(**context.database(), key);
    if (!removed) {
        return fail(removed.error());
    }
    const auto& console = context.console();
    if (console.json()) {
        console.print_json(*removed);
    } else {
        console.print_line(
            "removed integration " + key.id + " with " + shown(*removed, "jobs") + " unfinished jobs and " +
            shown(*removed, "links") + " links"
        );
    }
    return ExitCode::ok;
}

struct Trial {
    sdk::TestReport report;
    std::string requests;
    std::string responses;
};

boost::asio::awaitable<Trial> try_out(
    std::shared_ptr<const engine::Integration> integration,
    std::shared_ptr<outbound::HttpClient> client,
    config::OutboundSettings limits
) {
    engine::NetworkTransport network(*client, limits);
    engine::SessionMemory memory;
    engine::AttemptSession session(integration, nullptr, network, memory);
    Trial trial;
    trial.report = co_await engine::guarded_test(integration->connector(), session);
    trial.report.sentence = integration->redactor().text(trial.report.sentence);
    trial.requests = engine::requests_json(session.exchanges(), integration->redactor());
    trial.responses = engine::responses_json(session.exchanges(), integration->redactor());
    co_return trial;
}

json::value parsed(const std::string& text) {
    boost::system::error_code error;
    auto value = json::parse(text, error);
    return error ? json::value() : value;
}

Result<ExitCode> test(const Arguments& arguments, Context& context) {
    const auto known = find(arguments, context);
    if (!known) {
        return std::unexpected(known.error());
    }
    const auto integration = assemble(known->row, context);
    if (!integration) {
        return std::unexpected(integration.error());
    }
    boost::asio::io_context io(1);
    const auto client = http_client(io, context);
    if (!client) {
        return std::unexpected(client.error());
    }
    const auto trial = run_to_end(io, try_out(*integration, *client, (*context.settings())->outbound));
    const auto& report = trial.report;
    const auto& console = context.console();
    if (console.json()) {
        console.print_json(
            {{"id", known->row.key.id},
             {"ok", report.ok},
             {"sentence", report.sentence},
             {"requests", parsed(trial.requests)},
             {"responses", parsed(trial.responses)}}
        );
    } else {
        if (arguments.has("verbose") && !trial.requests.empty()) {
            console.print_line("requests\n" + pretty_json(parsed(trial.requests)));
            console.print_line("responses\n" + pretty_json(parsed(trial.responses)));
        }
        console.print_line(
            toned(
                report.ok ? "works" : "does not work", report.ok ? Tone::good : Tone::bad, console.layout()
            ) +
            ": " + printable(report.sentence)
        );
    }
    return report.ok ? ExitCode::ok : ExitCode::failed;
}

Syntax one_integration() {
    Syntax syntax;
    syntax.words = {"ID"};
    syntax.options.emplace_back("tenant", "T", "where several tenants have an integration of this id");
    return syntax;
}

}  // namespace

Commands integration_commands() {
    Commands commands;
    Syntax listing;
    listing.options.emplace_back("tenant", "T", "of this tenant");
    commands.push_back({"integration list", "the connected platforms", std::move(listing), "", list});
    commands.push_back(
        {"integration show", "one integration; of its secrets, the names only", one_integration(), "", show}
    );
    auto enabling = one_integration();
    enabling.options.emplace_back("without-plan", "", "also where it was to wait for a plan (--plan-first)");
    commands.push_back(
        {"integration enable",
         "let it work; a state such as needs_reauth becomes active again",
         std::move(enabling),
         "Example:\n  navettectl integration enable int_lumira\n",
         enable}
    );
    commands.push_back(
        {"integration disable",
         "hold it; its jobs are kept, new events make none",
         one_integration(),
         "",
         disable}
    );
    commands.push_back(
        {"integration sync",
         "carry over now what its schedule holds back",
         one_integration(),
         "The schedule itself stays as it is (see: navettectl integration set ID --frequency F). In realtime "
         "nothing is\n"
         "held back.\n"
         "Example:\n  navettectl integration sync int_lumira\n",
         sync_now}
    );
    auto trying = one_integration();
    trying.options.emplace_back("verbose", "", "with requests and responses, secrets hidden");
    commands.push_back(
        {"integration test",
         "try address, credentials and rights on the platform; exit 1 where it fails",
         std::move(trying),
         "Writes nothing there, and works for disabled integrations too.\n",
         test}
    );
    auto removal = one_integration();
    removal.options.emplace_back("yes", "", "yes, for good");
    commands.push_back(
        {"integration remove",
         "remove it with its jobs, links and mappings; the logs stay",
         std::move(removal),
         "",
         remove}
    );
    return commands;
}

}  // namespace navette::ctl
