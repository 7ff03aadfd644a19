// reconcile list, show, approve, cancel; reconcile INTEGRATION
#include "daemon/ctl/command.hpp"
#include "daemon/ctl/comparison_text.hpp"
#include "daemon/store/admin_integrations.hpp"

namespace navette::ctl {

namespace {

constexpr int kSamples = 3;
constexpr int kListed = 50;

Result<store::ComparisonWish> wish_of(const Arguments& arguments, Context& context) {
    store::ComparisonWish wish;
    wish.is_first = false;
    wish.object = arguments.value("object");
    wish.asked_by = "navettectl";
    wish.dry_run = arguments.has("dry-run");
    const auto settings = context.settings();
    if (!settings) {
        return std::unexpected(settings.error());
    }
    wish.repair.share = (*settings)->reconcile.repair_below / 100.0;
    wish.repair.most = (*settings)->reconcile.repair_most;
    if (const auto below = arguments.value("repair-below")) {
        const auto bound = config::parse_repair_bound(*below);
        if (!bound) {
            return fail(ExitCode::usage, "--repair-below expects a number of records, or a share such as 1%");
        }
        wish.repair = *bound;
    }
    return wish;
}

/// What differs and was not repaired, or cannot be.
bool leaves_drift(const store::Record& comparison) {
    if (store::text_of(comparison, "state") != "done") {
        return true;
    }
    if (comparison.at("dry_run").as_bool() && comparison.at("to_apply").as_int64() > 0) {
        return true;
    }
    for (const auto& [object, counts] : comparison.at("counts").as_object()) {
        if (counts.as_object().contains("ambiguous") || counts.as_object().contains("error")) {
            return true;
        }
    }
    return false;
}

Result<ExitCode> reconcile(const Arguments& arguments, Context& context) {
    const auto timeout = arguments.number("timeout", 3'600, 1, 86'400);
    if (!timeout) {
        return std::unexpected(timeout.error());
    }
    const auto wish = wish_of(arguments, context);
    if (!wish) {
        return std::unexpected(wish.error());
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
    const auto& key = known->row.key;
    const auto id = store::ask_for_comparison(**database, key, *wish);
    if (!id) {
        return fail(id.error());
    }
    const auto& console = context.console();
    if (!arguments.has("wait")) {
        if (console.json()) {
            console.print_json({{"id", *id}, {"integration_id", key.id}});
        } else {
            console.print_line(
                "all records are compared in the background; see: navettectl reconcile show " +
                std::to_string(*id)
            );
        }
        return ExitCode::ok;
    }
    const auto found =
        await_comparison(**database, *id, key.tenant_id, kSamples, std::chrono::seconds(*timeout));
    if (!found) {
        return std::unexpected(found.error());
    }
    print_comparison(*found, console);
    return leaves_drift(*found) ? ExitCode::failed : ExitCode::ok;
}

Result<ExitCode> list(const Arguments& arguments, Context& context) {
    const auto database = context.database();
    if (!database) {
        return std::unexpected(database.error());
    }
    store::ComparisonFilter filter;
    filter.tenant = arguments.value("tenant");
    filter.integration = arguments.value("INTEGRATION");
    filter.kind = "reconcile";
    const auto all = store::list_comparisons(**database, filter, 0, kListed);
    if (!all) {
        return fail(all.error());
    }
    print_comparisons(*all, context.console());
    return ExitCode::ok;
}

}  // namespace

Commands reconcile_commands() {
    Commands commands;
    Syntax listing;
    listing.words = {"[INTEGRATION]"};
    listing.options.emplace_back("tenant", "T", "of this tenant only");
    commands.push_back(
        {"reconcile list", "the searches for drift, newest first", std::move(listing), "", list}
    );
    // Plans and these are one kind of thing: the same commands look at them and decide on them.
    for (auto& command : plan_commands()) {
        const auto verb = command.name.substr(command.name.find(' ') + 1);
        if (verb != "create" && verb != "list") {
            command.name = "reconcile " + verb;
            commands.push_back(std::move(command));
        }
    }
    Syntax asking;
    asking.words = {"INTEGRATION"};
    asking.options.emplace_back("tenant", "T", "where several tenants have an integration of this id");
    asking.options.emplace_back("object", "O", "this object only, such as contact");
    asking.options.emplace_back(
        "repair-below",
        "N|P%",
        "repair at once where no more than so many differ (default: reconcile.* of navette.yaml)"
    );
    asking.options.emplace_back("dry-run", "", "only tell what differs");
    asking.options.emplace_back(
        "wait", "", "return when it is done or asks; exit 1 where something still differs"
    );
    asking.options.emplace_back("timeout", "SECONDS", "how long --wait waits (default: 3600)");
    commands.push_back(
        {"reconcile",
         "hold all records of an integration against the platform's, and repair what differs",
         std::move(asking),
         "Where more differs than --repair-below allows, it waits for: navettectl reconcile approve ID. "
         "Example:\n"
         "  navettectl reconcile int_hubspot --dry-run --wait\n",
         reconcile}
    );
    return commands;
}

}  // namespace navette::ctl
