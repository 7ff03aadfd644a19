// token create, token list, token revoke
#include "daemon/ctl/command.hpp"
#include "daemon/ctl/moment.hpp"
#include "daemon/ctl/record_text.hpp"
#include "daemon/store/admin_tokens.hpp"

namespace navette::ctl {

namespace {

Result<store::TokenPlan> read_plan(const Arguments& arguments) {
    store::TokenPlan plan;
    const bool for_all = arguments.has("admin");
    plan.tenant = arguments.text("tenant");
    if (for_all == !plan.tenant.empty()) {
        return fail(ExitCode::usage, "say whom the token is for: --tenant T, or --admin for all tenants");
    }
    plan.scope = arguments.has("read-only") ? "read" : for_all ? "admin" : "write";
    plan.name = arguments.text("name");
    plan.created_by = "navettectl";
    if (const auto expires = arguments.value("expires"); expires && *expires != "never") {
        const auto now = current_moment();
        auto moment = parse_future("expires", *expires, now);
        if (!moment) {
            return std::unexpected(moment.error());
        }
        if (shown_age(*moment, now).ends_with("ago")) {
            return fail(ExitCode::usage, "--expires: " + *expires + " is past");
        }
        plan.expires_at = std::move(*moment);
    }
    return plan;
}

std::string holder(const store::Record& token) {
    const auto tenant = shown(token, "tenant_id");
    return tenant.empty() ? "administration" : "tenant " + printable(tenant);
}

Result<ExitCode> create(const Arguments& arguments, Context& context) {
    const auto plan = read_plan(arguments);
    if (!plan) {
        return std::unexpected(plan.error());
    }
    const auto database = context.database();
    if (!database) {
        return std::unexpected(database.error());
    }
    auto issued = store::issue_token(**database, *plan);
    if (!issued) {
        return fail(issued.error());
    }
    const auto& console = context.console();
    if (console.json()) {
        issued->record["token"] = issued->text;
        console.print_json(issued->record);
        return ExitCode::ok;
    }
    console.print_line(issued->text);
    const auto until = shown_moment(shown(issued->record, "expires_at"));
    console.remark(
        "token " + shown(issued->record, "id") + " of " + holder(issued->record) + ", scope " +
        shown(issued->record, "scope") + ", " +
        (until.empty() ? "valid until it is revoked" : "valid until " + until) +
        ". Keep it now: it is stored as a hash and cannot be shown again."
    );
    return ExitCode::ok;
}

Cell state_of(const store::Record& token) {
    const auto state = shown(token, "state");
    return {state, state == "active" ? Tone::good : Tone::faint};
}

Result<ExitCode> list(const Arguments& arguments, Context& context) {
    const auto database = context.database();
    if (!database) {
        return std::unexpected(database.error());
    }
    store::TokenFilter filter;
    filter.tenant = arguments.has("admin") ? std::optional<std::string>("") : arguments.value("tenant");
    filter.with_ended = arguments.has("all");
    const auto tokens = store::list_tokens(**database, filter);
    if (!tokens) {
        return fail(tokens.error());
    }
    const auto& console = context.console();
    if (console.json()) {
        console.print_json(array_of(*tokens));
        return ExitCode::ok;
    }
    const auto now = current_moment();
    Table table({{"ID"}, {"TENANT"}, {"SCOPE"}, {"NAME"}, {"STATE"}, {"CREATED"}, {"EXPIRES"}, {"LAST USED"}}
    );
    for (const auto& token : *tokens) {
        const auto tenant = shown(token, "tenant_id");
        table.add(
            {shown(token, "id"),
             tenant.empty() ? "(administration)" : tenant,
             shown(token, "scope"),
             shown(token, "name"),
             state_of(token),
             shown_age(shown(token, "created_at"), now),
             shown_age(shown(token, "expires_at"), now),
             shown_age(shown(token, "last_used_at"), now)}
        );
    }
    console.print_table(table, "there are no tokens; make one with: navettectl token create");
    return ExitCode::ok;
}

Result<ExitCode> revoke(const Arguments& arguments, Context& context) {
    const auto database = context.database();
    if (!database) {
        return std::unexpected(database.error());
    }
    const auto revoked = store::revoke_token(**database, arguments.text("ID"), std::nullopt);
    if (!revoked) {
        if (revoked.error().kind == core::ErrorKind::not_found) {
            return fail(ExitCode::not_found, revoked.error().message + "; see: navettectl token list --all");
        }
        return fail(revoked.error());
    }
    const auto& console = context.console();
    if (console.json()) {
        console.print_json(*revoked);
    } else {
        console.print_line(
            "token " + shown(*revoked, "id") + " of " + holder(*revoked) +
            " is revoked; daemons stop taking it within 5 s"
        );
    }
    return ExitCode::ok;
}

}  // namespace

Commands token_commands() {
    Commands commands;
    commands.push_back(
        {"token create",
         "make a token for the HTTP API, and show it this once",
         {{},
          {{"tenant", "T", "for this tenant: it sees and changes nothing of others"},
           {"admin", "", "for administration: it sees and changes all tenants'"},
           {"read-only", "", "it may look, but change nothing"},
           {"name", "N", "what it is for, for people"},
           {"expires", "TIME", "90d (from now), 2027-01-31, or never (default)"}}},
         "Prints the token on stdout and nothing else there. Example:\n"
         "  (umask 077; navettectl token create --tenant lumira --name shop --expires 90d > "
         "/root/lumira.token)\n",
         create}
    );
    commands.push_back(
        {"token list",
         "the tokens, without their secrets",
         {{},
          {{"tenant", "T", "of this tenant only"},
           {"admin", "", "of administration only"},
           {"all", "", "also those that were revoked or have expired"}}},
         "",
         list}
    );
    commands.push_back(
        {"token revoke",
         "end a token for good",
         {{"ID"}, {}},
         "The ID is the part between the underscores: nvt_ID_...; daemons remember a token for up to 5 s.\n",
         revoke}
    );
    return commands;
}

}  // namespace navette::ctl
