// plan create, list, show, approve, pause, resume, cancel
#include "daemon/config/duration.hpp"
#include "daemon/ctl/command.hpp"
#include "daemon/ctl/comparison_text.hpp"
#include "daemon/store/admin_integrations.hpp"

namespace navette::ctl {

namespace {

constexpr int kSamples = 3;
constexpr int kListed = 50;

Result<std::chrono::minutes> patience_of(const Arguments& arguments) {
    const auto text = arguments.value("expires").value_or("24h");
    const auto span = config::parse_duration(text);
    if (!span || *span < std::chrono::minutes(1) || *span > std::chrono::hours(24 * 30)) {
        return fail(ExitCode::usage, "--expires expects a span from 1m to 30d, such as 24h");
    }
    return std::chrono::duration_cast<std::chrono::minutes>(*span);
}

Result<ExitCode> create(const Arguments& arguments, Context& context) {
    const auto timeout = arguments.number("timeout", 3'600, 1, 86'400);
    const auto patience = patience_of(arguments);
    if (!timeout || !patience) {
        return std::unexpected(timeout ? patience.error() : timeout.error());
    }
    const auto database = context.database();
    if (!database) {
        return std::unexpected(database.error());
    }
    const auto known =
        store::find_integration(**database, arguments.text("INTEGRATION"), arguments.value("tenant"));
    if (!known) {
        return fail(known.error());
    }
    store::ComparisonWish wish;
    wish.object = arguments.value("object");
    wish.asked_by = "navettectl";
    wish.patience = *patience;
    const auto& key = known->row.key;
    const auto id = store::ask_for_comparison(**database, key, wish);
    if (!id) {
        return fail(id.error());
    }
    const auto& console = context.console();
    if (!arguments.has("wait")) {
        if (console.json()) {
            console.print_json({{"id", *id}, {"integration_id", key.id}});
        } else {
            console.print_line(
                "plan " + std::to_string(*id) + " is made; see: navettectl plan show " + std::to_string(*id)
            );
        }
        if (!known->record.at("enabled").as_bool()) {
            console.remark("integration " + key.id + " is disabled: nothing is read until it is enabled");
        }
        return ExitCode::ok;
    }
    const auto plan =
        await_comparison(**database, *id, key.tenant_id, kSamples, std::chrono::seconds(*timeout));
    if (!plan) {
        return std::unexpected(plan.error());
    }
    print_comparison(*plan, console);
    return store::text_of(*plan, "state") == "ready" ? ExitCode::ok : ExitCode::failed;
}

Result<ExitCode> list(const Arguments& arguments, Context& context) {
    const auto database = context.database();
    if (!database) {
        return std::unexpected(database.error());
    }
    store::ComparisonFilter filter;
    filter.tenant = arguments.value("tenant");
    filter.integration = arguments.value("INTEGRATION");
    filter.kind = "plan";
    const auto plans = store::list_comparisons(**database, filter, 0, kListed);
    if (!plans) {
        return fail(plans.error());
    }
    print_comparisons(*plans, context.console());
    return ExitCode::ok;
}

Result<ExitCode> show(const Arguments& arguments, Context& context) {
    const auto id = comparison_id(arguments.text("ID"));
    const auto samples = arguments.number("samples", kSamples, 0, 1'000);
    if (!id || !samples) {
        return std::unexpected(id ? samples.error() : id.error());
    }
    const auto database = context.database();
    if (!database) {
        return std::unexpected(database.error());
    }
    const auto plan =
        store::find_comparison(**database, *id, arguments.value("tenant"), static_cast<int>(*samples));
    if (!plan) {
        return fail(plan.error());
    }
    print_comparison(*plan, context.console());
    return ExitCode::ok;
}

Result<ExitCode> decide(
    store::Decision decision, std::string_view done, const Arguments& arguments, Context& context
) {
    const auto id = comparison_id(arguments.text("ID"));
    const auto timeout = arguments.number("timeout", 3'600, 1, 86'400);
    if (!id || !timeout) {
        return std::unexpected(id ? timeout.error() : id.error());
    }
    const auto database = context.database();
    if (!database) {
        return std::unexpected(database.error());
    }
    const auto tenant = arguments.value("tenant");
    if (const auto decided = store::decide_on_comparison(**database, *id, tenant, decision, "navettectl");
        !decided) {
        return fail(decided.error());
    }
    const auto& console = context.console();
    if (arguments.has("wait")) {
        const auto plan = await_comparison(**database, *id, tenant, kSamples, std::chrono::seconds(*timeout));
        if (!plan) {
            return std::unexpected(plan.error());
        }
        print_comparison(*plan, console);
        return store::text_of(*plan, "state") == "done" ? ExitCode::ok : ExitCode::failed;
    }
    if (console.json()) {
        console.print_json({{"id", *id}, {"decision", done}});
    } else {
        console.print_line("plan " + std::to_string(*id) + " is " + std::string(done));
    }
    return ExitCode::ok;
}

Command decision(
    const std::string& verb, store::Decision what, const std::string& done, std::string summary, bool waits
) {
    Syntax syntax;
    syntax.words = {"ID"};
    syntax.options.emplace_back("tenant", "T", "only where it is this tenant's");
    if (waits) {
        syntax.options.emplace_back("wait", "", "return when it is applied; exit 1 where that did not work");
        syntax.options.emplace_back("timeout", "SECONDS", "how long --wait waits (default: 3600)");
    }
    return {
        "plan " + verb,
        std::move(summary),
        std::move(syntax),
        "",
        [what, done](const Arguments& arguments, Context& context) {
            return decide(what, done, arguments, context);
        }
    };
}

}  // namespace

Commands plan_commands() {
    Commands commands;
    Syntax making;
    making.words = {"INTEGRATION"};
    making.options.emplace_back("tenant", "T", "where several tenants have an integration of this id");
    making.options.emplace_back("object", "O", "this object only, such as contact");
    making.options.emplace_back(
        "expires", "SPAN", "how long it waits for approval, 1m to 30d (default: 24h)"
    );
    making.options.emplace_back("wait", "", "return when all is read, and show it");
    making.options.emplace_back("timeout", "SECONDS", "how long --wait waits (default: 3600)");
    commands.push_back(
        {"plan create",
         "find what a first sync would link, change and create; nothing is done",
         std::move(making),
         "Every record of the platform is read in the background. Example:\n"
         "  navettectl plan create int_hubspot --wait\n"
         "  navettectl plan approve 7 --wait\n",
         create}
    );
    Syntax listing;
    listing.words = {"[INTEGRATION]"};
    listing.options.emplace_back("tenant", "T", "of this tenant only");
    commands.push_back({"plan list", "the plans, newest first", std::move(listing), "", list});
    Syntax showing;
    showing.words = {"ID"};
    showing.options.emplace_back("tenant", "T", "only where it is this tenant's");
    showing.options.emplace_back("samples", "N", "records shown of each kind (default: 3)");
    commands.push_back(
        {"plan show",
         "what a plan would do: counts, and samples with their fields",
         std::move(showing),
         "",
         show}
    );
    commands.push_back(decision(
        "approve", store::Decision::approve, "approved", "let a plan be applied, in the background", true
    ));
    commands.push_back(decision(
        "pause", store::Decision::pause, "paused", "stop reading or applying; what was begun ends", false
    ));
    commands.push_back(
        decision("resume", store::Decision::resume, "resumed", "go on with what was paused", true)
    );
    commands.push_back(
        decision("cancel", store::Decision::cancel, "cancelled", "give it up; what was applied stays", false)
    );
    return commands;
}

}  // namespace navette::ctl
