// source attach, source detach
#include "daemon/ctl/command.hpp"
#include "daemon/engine/source_watch.hpp"
#include "daemon/store/admin_capture.hpp"
#include "daemon/store/admin_sources.hpp"

#include <boost/json/array.hpp>

#include <algorithm>

namespace navette::ctl {

namespace {

namespace json = boost::json;

Result<const config::SourceSettings*> source_named(const std::string& name, Context& context) {
    const auto settings = context.settings();
    if (!settings) {
        return std::unexpected(settings.error());
    }
    const auto& sources = (*settings)->sources;
    const auto found = std::ranges::find(sources, name, &config::SourceSettings::name);
    if (found == sources.end()) {
        return fail(
            ExitCode::not_found,
            "there is no source " + name + " in " + context.config_file() + "; see: navettectl source list"
        );
    }
    return &*found;
}

/// The address of the database that holds the source's tables.
Result<std::string> address_of(const config::SourceSettings& source, Context& context) {
    return source.connection.empty() ? context.database_url() : Result<std::string>(source.connection);
}

/// Whom the daemon reads the source as.
Result<std::string> reader_of(const config::SourceSettings& source, Context& context) {
    const auto address = address_of(source, context);
    if (!address) {
        return std::unexpected(address.error());
    }
    auto session = store::AdminSession::open(*address);
    if (!session) {
        return fail(session.error());
    }
    auto role = store::role_of(*session);
    return role ? Result<std::string>(std::move(*role)) : fail(role.error());
}

void print(const Context& context, const std::string& name, const std::vector<std::string>& statements) {
    const auto& console = context.console();
    if (console.json()) {
        json::array list;
        for (const auto& statement : statements) {
            list.emplace_back(statement);
        }
        console.print_json({{"name", name}, {"statements", std::move(list)}});
        return;
    }
    if (statements.empty()) {
        console.remark("nothing to do");
        return;
    }
    console.print_line("BEGIN;");
    for (const auto& statement : statements) {
        console.print_line(statement + ";");
    }
    console.print_line("COMMIT;");
}

Result<store::AdminSession> session_for(
    const config::SourceSettings& source, const Arguments& arguments, Context& context
) {
    const auto address = arguments.has("connection") ? Result<std::string>(arguments.text("connection"))
                                                     : address_of(source, context);
    if (!address) {
        return std::unexpected(address.error());
    }
    auto session = store::AdminSession::open(*address);
    return session ? Result<store::AdminSession>(std::move(*session)) : fail(session.error());
}

Result<ExitCode> attach(const Arguments& arguments, Context& context) {
    const auto name = arguments.text("NAME");
    const auto source = source_named(name, context);
    if (!source) {
        return std::unexpected(source.error());
    }
    if ((*source)->capture.empty()) {
        return fail(
            ExitCode::configuration,
            "source " + name + " names no table under capture in " + context.config_file() +
                ", such as capture: {table: public.orders, key: id}"
        );
    }
    const auto reader = reader_of(**source, context);
    if (!reader) {
        return std::unexpected(reader.error());
    }
    auto session = session_for(**source, arguments, context);
    if (!session) {
        return std::unexpected(session.error());
    }
    store::CaptureRequest request;
    request.source = name;
    request.definition = engine::capture_definition(**source);
    request.reader = *reader;
    for (const auto& captured : (*source)->capture) {
        request.tables.emplace_back(captured.table, captured.key);
    }
    const bool dry_run = arguments.has("dry-run");
    const auto statements = store::attach_capture(*session, request, dry_run);
    if (!statements) {
        return fail(statements.error());
    }
    if (dry_run) {
        print(context, name, *statements);
        return ExitCode::ok;
    }
    // What was written before the triggers stood is found by comparing everything once.
    const auto database = context.database();
    if (!database) {
        return std::unexpected(database.error());
    }
    const auto asked = store::request_source_run(**database, (*source)->tenant, name, true);
    if (!asked) {
        return fail(asked.error());
    }
    const auto& console = context.console();
    if (console.json()) {
        console.print_json({{"name", name}, {"tables", request.tables.size()}, {"capture", "attached"}});
    } else {
        console.print_line(
            "attached: writes to " + std::to_string(request.tables.size()) +
            (request.tables.size() == 1 ? " table" : " tables") + " of source " + name +
            " are captured; a full run was asked for"
        );
    }
    return ExitCode::ok;
}

Result<ExitCode> detach(const Arguments& arguments, Context& context) {
    const auto name = arguments.text("NAME");
    const auto source = source_named(name, context);
    // A source that is configured no longer may have left its triggers behind.
    const bool is_known = source.has_value();
    if (!is_known && !arguments.has("connection")) {
        return std::unexpected(source.error());
    }
    auto session = session_for(is_known ? **source : config::SourceSettings(), arguments, context);
    if (!session) {
        return std::unexpected(session.error());
    }
    const bool dry_run = arguments.has("dry-run");
    const auto statements = store::detach_capture(*session, name, dry_run);
    if (!statements) {
        return fail(statements.error());
    }
    if (dry_run) {
        print(context, name, *statements);
        return ExitCode::ok;
    }
    const auto& console = context.console();
    if (console.json()) {
        console.print_json({{"name", name}, {"capture", statements->empty() ? "missing" : "detached"}});
    } else {
        console.print_line(
            statements->empty() ? "nothing is attached for source " + name
                                : "detached: nothing of source " + name + "'s capture is left there"
        );
    }
    return ExitCode::ok;
}

Syntax syntax() {
    Syntax syntax;
    syntax.words = {"NAME"};
    syntax.options.emplace_back("dry-run", "", "print the SQL and change nothing");
    syntax.options.emplace_back(
        "connection", "URL", "as which role and where, instead of the source's own connection"
    );
    return syntax;
}

}  // namespace

Commands source_capture_commands() {
    Commands commands;
    commands.push_back(
        {"source attach",
         "have triggers capture what is written to a source's tables",
         syntax(),
         "The tables stand under capture in the source's configuration. Attach again after changing them.\n"
         "The role needs CREATE on the database (once, for the schema navette) and TRIGGER on the tables.\n"
         "Example:\n  navettectl source attach shop-orders --dry-run\n",
         attach}
    );
    commands.push_back(
        {"source detach",
         "remove the triggers of a source and all that came with them",
         syntax(),
         "Changes are found by sweeps from then on. Example:\n  navettectl source detach shop-orders\n",
         detach}
    );
    return commands;
}

}  // namespace navette::ctl
