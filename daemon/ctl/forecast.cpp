// queue forecast
#include "daemon/config/manifest.hpp"
#include "daemon/ctl/command.hpp"
#include "daemon/ctl/moment.hpp"
#include "daemon/ctl/record_text.hpp"
#include "daemon/engine/account.hpp"
#include "daemon/engine/backlog_forecast.hpp"
#include "daemon/engine/remote_account.hpp"
#include "daemon/store/admin_backlogs.hpp"
#include "daemon/store/admin_integrations.hpp"
#include "daemon/sync/iso_time.hpp"

#include <boost/json/array.hpp>

#include <map>

namespace navette::ctl {

namespace {

namespace json = boost::json;
using std::chrono::system_clock;

// Long enough to even out batches, short enough to tell today's speed.
constexpr std::chrono::seconds kRecent{300};

using Key = std::pair<std::string, std::string>;  // tenant, integration

/// One integration's backlog, and what is known of its platform here.
struct Row {
    store::Record backlog;
    store::Record integration;
    const config::Manifest* manifest = nullptr;  // null: its connector is not loaded here
    std::string account;
    double calls = 0;
};

json::object settings_of(const config::Manifest& manifest, const store::Record& integration) {
    auto settings = integration.at("settings").as_object();
    for (const auto& field : manifest.config) {
        if (!field.fallback.is_null() && !settings.contains(field.name)) {
            settings[field.name] = field.fallback;
        }
    }
    return settings;
}

std::vector<engine::WaitingJobs> waiting_jobs(const store::Record& backlog) {
    std::vector<engine::WaitingJobs> waiting;
    for (const auto& value : backlog.at("kinds").as_array()) {
        const auto& kind = value.as_object();
        waiting.push_back(
            {store::text_of(kind, "event_type"), store::text_of(kind, "entity_type"), integer_of(kind, "jobs")
            }
        );
    }
    return waiting;
}

std::string iso_of(system_clock::time_point at) {
    return sync::iso_instant(std::chrono::floor<std::chrono::milliseconds>(at), std::chrono::seconds(0));
}

Result<std::vector<Row>> gather(
    store::AdminSession& database,
    const plugins::Inventory& inventory,
    const std::optional<std::string>& tenant
) {
    auto backlogs = store::read_backlogs(database, tenant, kRecent);
    if (!backlogs) {
        return fail(backlogs.error());
    }
    auto integrations = store::list_integrations(database, tenant);
    if (!integrations) {
        return fail(integrations.error());
    }
    std::map<Key, store::Record> known;
    for (auto& one : *integrations) {
        const Key key(store::text_of(one, "tenant_id"), store::text_of(one, "id"));
        known[key] = std::move(one);
    }
    std::vector<Row> rows;
    for (auto& backlog : *backlogs) {
        const Key key(store::text_of(backlog, "tenant_id"), store::text_of(backlog, "integration_id"));
        Row row;
        row.backlog = std::move(backlog);
        row.integration = std::move(known[key]);
        const auto connector = inventory.find(store::text_of(row.integration, "platform"));
        if (connector) {
            row.manifest = &connector->manifest;
            row.account = engine::remote_account(
                *row.manifest, key.second, settings_of(*row.manifest, row.integration)
            );
            row.calls = engine::calls_needed(*row.manifest, waiting_jobs(row.backlog));
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

Result<std::map<std::string, std::string>> used_of(
    store::AdminSession& database, const std::vector<Row>& rows
) {
    std::vector<std::string> accounts;
    for (const auto& row : rows) {
        accounts.push_back(row.account);
    }
    const auto budgets = store::read_account_budgets(database, accounts);
    if (!budgets) {
        return fail(budgets.error());
    }
    std::map<std::string, std::string> used;
    for (const auto& budget : *budgets) {
        used[store::text_of(budget, "account")] = store::text_of(budget, "state");
    }
    return used;
}

bool works(const store::Record& integration) {
    return is_true(integration, "enabled") && shown(integration, "state") == "active";
}

/// {.., pending, calls, done_per_minute, limits_allow_at, at_present_speed_at, ends_at}; the last is the
/// later one of both, or null with `why`.
store::Record forecast_of(
    const Row& row, double calls_of_account, const std::string& used, const core::Moment& now
) {
    const auto pending = integer_of(row.backlog, "pending");
    const auto done = integer_of(row.backlog, "done");
    store::Record forecast{
        {"tenant_id", row.backlog.at("tenant_id")},
        {"integration_id", row.backlog.at("integration_id")},
        {"platform", row.manifest == nullptr ? json::value() : json::value(row.manifest->slug)},
        {"pending", pending},
        {"calls", static_cast<std::int64_t>(row.calls)},
        {"done_per_minute", done * 60 / kRecent.count()},
        {"limits_allow_at", nullptr},
        {"at_present_speed_at", nullptr},
        {"ends_at", nullptr},
        {"why", nullptr}
    };
    std::optional<system_clock::time_point> end;
    if (done > 0) {
        end = now.wall + kRecent * pending / done;
        forecast["at_present_speed_at"] = iso_of(*end);
    }
    if (row.manifest == nullptr) {
        forecast["why"] = "it is removed, or its connector is not loaded here";
        return forecast;
    }
    if (!works(row.integration)) {
        forecast["why"] =
            "the integration does not work: " +
            (is_true(row.integration, "enabled") ? shown(row.integration, "state") : "disabled");
        return forecast;
    }
    const auto allowed = engine::limits_allow_until(*row.manifest, used, calls_of_account, now);
    if (!allowed) {
        forecast["why"] = "the platform's limits do not let it end";
        return forecast;
    }
    forecast["limits_allow_at"] = iso_of(*allowed);
    forecast["ends_at"] = iso_of(end ? std::max(*end, *allowed) : *allowed);
    return forecast;
}

Result<ExitCode> show(const Arguments& arguments, Context& context) {
    const auto inventory = context.inventory();
    if (!inventory) {
        return std::unexpected(inventory.error());
    }
    const auto database = context.database();
    if (!database) {
        return std::unexpected(database.error());
    }
    const auto rows = gather(**database, **inventory, arguments.value("tenant"));
    if (!rows) {
        return std::unexpected(rows.error());
    }
    auto used = used_of(**database, *rows);
    if (!used) {
        return std::unexpected(used.error());
    }
    std::map<std::string, double> calls;
    for (const auto& row : *rows) {
        calls[row.account] += row.calls;
    }
    const auto now = engine::this_moment();
    store::Records forecasts;
    for (const auto& row : *rows) {
        forecasts.push_back(forecast_of(row, calls[row.account], (*used)[row.account], now));
    }
    const auto& console = context.console();
    if (console.json()) {
        console.print_json(array_of(forecasts));
        return ExitCode::ok;
    }
    Table table(
        {{"TENANT"},
         {"INTEGRATION"},
         {"PLATFORM"},
         {"PENDING", true},
         {"CALLS", true},
         {"A MINUTE", true},
         {"ENDS"},
         {""}}
    );
    for (const auto& one : forecasts) {
        const auto ends = shown(one, "ends_at");
        table.add(
            {shown(one, "tenant_id"),
             shown(one, "integration_id"),
             shown(one, "platform"),
             shown(one, "pending"),
             shown(one, "calls"),
             shown(one, "done_per_minute"),
             ends.empty() ? shown(one, "why") : shown_moment(ends),
             shown_age(ends, current_moment())}
        );
    }
    console.print_table(table, "nothing waits");
    return ExitCode::ok;
}

}  // namespace

Commands forecast_commands() {
    Commands commands;
    Syntax syntax;
    syntax.options.emplace_back("tenant", "T", "of this tenant only");
    commands.push_back(
        {"queue forecast",
         "when each integration's backlog ends",
         std::move(syntax),
         "By the platform's limits and what is used of them, full batches taken for granted, or by the speed "
         "of "
         "the\nlast 5 minutes where that is slower. Integrations of one remote account share its limits.\n",
         show}
    );
    return commands;
}

}  // namespace navette::ctl
