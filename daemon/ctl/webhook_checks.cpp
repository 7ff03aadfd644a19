// webhooks check
#include "daemon/ctl/awaiting.hpp"
#include "daemon/ctl/command.hpp"
#include "daemon/ctl/moment.hpp"
#include "daemon/ctl/record_text.hpp"
#include "daemon/store/admin_integrations.hpp"
#include "daemon/store/admin_pulls.hpp"

#include <algorithm>
#include <optional>

namespace navette::ctl {

namespace {

Tone tone_of(const std::string& state) {
    return state == "held" || state == "repaired" ? Tone::good : Tone::bad;
}

ExitCode print(const store::Record& check, const Console& console) {
    const auto& subscriptions = check.at("subscriptions").as_array();
    const bool sound = std::ranges::all_of(subscriptions, [](const auto& one) {
        return tone_of(std::string(one.at("state").as_string())) == Tone::good;
    });
    const auto error = shown(check, "last_error");
    const auto exit_code = sound && error.empty() ? ExitCode::ok : ExitCode::failed;
    if (console.json()) {
        console.print_json(check);
        return exit_code;
    }
    const auto now = current_moment();
    console.print_line("address " + printable(shown(check, "address")));
    Table table({{"TOPIC"}, {"STATE"}, {"SINCE"}, {"REMARK"}});
    for (const auto& one : subscriptions) {
        const auto& subscription = one.as_object();
        const auto state = shown(subscription, "state");
        table.add(
            {shown(subscription, "topic"),
             Cell(state, tone_of(state)),
             shown_age(shown(subscription, "since"), now),
             shown(subscription, "sentence")}
        );
    }
    console.print_table(table, "the platform holds no subscription");
    if (const auto since = shown(check, "silent_since"); !since.empty()) {
        console.print_line(
            "no webhook comes although records change there; noticed " + shown_age(since, now) +
            ". Can the platform reach the address?"
        );
    }
    if (!error.empty()) {
        console.print_line(toned("failed", Tone::bad, console.layout()) + ": " + printable(error));
    }
    return exit_code;
}

Result<ExitCode> check(const Arguments& arguments, Context& context) {
    const auto patience = arguments.number("timeout", 60, 1, 3'600);
    if (!patience) {
        return std::unexpected(patience.error());
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
    const auto asked = store::request_webhook_check(**database, key, arguments.has("repair"));
    if (!asked) {
        return fail(asked.error());
    }
    if (!*asked) {
        return fail(
            ExitCode::failed,
            "the connector of " + known->row.slug +
                " manages no webhook subscriptions; its README says how to set them up by hand"
        );
    }
    std::optional<store::Record> found;
    const auto done = await(std::chrono::seconds(*patience), [&]() -> Result<bool> {
        auto record = store::find_webhook_check(**database, key);
        if (!record) {
            return fail(record.error());
        }
        found = std::move(*record);
        return found && integer_of(*found, "answered") >= integer_of(**asked, "asked");
    });
    if (!done) {
        return std::unexpected(done.error());
    }
    if (!*done) {
        return fail(
            ExitCode::temporary,
            "the subscriptions of " + key.id + " were not looked after within " + std::to_string(*patience) +
                " s; the request stands. A daemon must work for the integration (enabled, active, not "
                "to_platform), "
                "and listen.public_url must be set there"
        );
    }
    return print(*found, context.console());
}

}  // namespace

Commands webhook_check_commands() {
    Commands commands;
    Syntax syntax;
    syntax.words = {"ID"};
    syntax.options.emplace_back("tenant", "T", "where several tenants have an integration of this id");
    syntax.options.emplace_back("repair", "", "make what is missing; without it, only look");
    syntax.options.emplace_back("timeout", "SECONDS", "how long to wait for the daemon (default: 60)");
    commands.push_back(
        {"webhooks check",
         "the webhook subscriptions that the platform holds; exit 1 where one is missing",
         std::move(syntax),
         "The daemon that works for the integration does it.\n"
         "Example:\n  navettectl webhooks check int_hubspot --repair\n",
         check}
    );
    return commands;
}

}  // namespace navette::ctl
