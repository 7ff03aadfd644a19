// integration authorize
#include "daemon/ctl/blocking.hpp"
#include "daemon/ctl/command.hpp"
#include "daemon/engine/oauth_consent.hpp"
#include "daemon/store/admin_integrations.hpp"

namespace navette::ctl {

namespace {

Result<ExitCode> authorize(const Arguments& arguments, Context& context) {
    const auto database = context.database();
    if (!database) {
        return std::unexpected(database.error());
    }
    auto known = store::find_integration(**database, arguments.text("ID"), arguments.value("tenant"));
    if (!known) {
        return fail(known.error());
    }
    const auto integration = assemble(known->row, context);
    if (!integration) {
        return std::unexpected(integration.error());
    }
    const auto settings = context.settings();
    if (!settings) {
        return std::unexpected(settings.error());
    }
    const auto vault = context.vault();
    if (!vault) {
        return std::unexpected(vault.error());
    }
    const auto link =
        engine::offer_consent(**database, **integration, *vault, (*settings)->listen.public_url);
    if (!link) {
        return fail(link.error());
    }
    const auto& console = context.console();
    if (console.json()) {
        console.print_json(
            {{"id", known->row.key.id},
             {"authorize_url", *link},
             {"expires_in", std::chrono::seconds(engine::kConsentLife).count()}}
        );
    } else {
        console.print_line(*link);
    }
    return ExitCode::ok;
}

}  // namespace

Commands integration_authorize_commands() {
    Syntax syntax;
    syntax.words = {"ID"};
    syntax.options.emplace_back("tenant", "T", "where several tenants have an integration of this id");
    Commands commands;
    commands.push_back(
        {"integration authorize",
         "the link at which a person consents on the platform (OAuth)",
         std::move(syntax),
         "Open it in a browser within ten minutes; it works once. The platform sends the browser back to\n"
         "<listen.public_url>/oauth/callback, which its app must allow.\n"
         "Example:\n  navettectl integration authorize int_lumira\n",
         authorize}
    );
    return commands;
}

}  // namespace navette::ctl
