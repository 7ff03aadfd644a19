// conflicts, conflicts list, conflicts resolve
#include "daemon/ctl/command.hpp"
#include "daemon/ctl/json_text.hpp"
#include "daemon/ctl/moment.hpp"
#include "daemon/ctl/record_text.hpp"
#include "daemon/store/admin_conflicts.hpp"
#include "daemon/store/admin_integrations.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace navette::ctl {

namespace {

namespace json = boost::json;

/// A field's value as JSON on one line; "-" where there is none.
std::string value_text(const store::Record& conflict, std::string_view name) {
    const auto* const value = conflict.if_contains(name);
    return value == nullptr || value->is_null() ? "-" : compact_json(*value);
}

Result<ExitCode> list(const Arguments& arguments, Context& context) {
    const auto limit = arguments.number("limit", 100, 1, 100'000);
    if (!limit) {
        return std::unexpected(limit.error());
    }
    const auto database = context.database();
    if (!database) {
        return std::unexpected(database.error());
    }
    store::ConflictFilter filter;
    filter.tenant = arguments.value("tenant");
    filter.integration = arguments.value("integration");
    filter.object = arguments.value("object");
    filter.field = arguments.value("field");
    const auto found = store::list_conflicts(**database, filter, std::nullopt, static_cast<int>(*limit));
    if (!found) {
        return fail(found.error());
    }
    const auto& console = context.console();
    if (console.json()) {
        console.print_json(array_of(*found));
        return ExitCode::ok;
    }
    const auto now = current_moment();
    Table table(
        {{"TENANT"},
         {"INTEGRATION"},
         {"OBJECT"},
         {"ENTITY"},
         {"FIELD"},
         {"WAS"},
         {"HERE"},
         {"ON THE PLATFORM"},
         {"SINCE"}}
    );
    for (const auto& one : *found) {
        table.add(
            {shown(one, "tenant_id"),
             shown(one, "integration_id"),
             shown(one, "object"),
             shown(one, "entity_id"),
             shown(one, "field"),
             value_text(one, "base"),
             value_text(one, "local"),
             value_text(one, "remote"),
             shown_age(shown(one, "since"), now)}
        );
    }
    console.print_table(table, "no conflicts");
    if (std::cmp_equal(found->size(), *limit)) {
        console.remark("there may be more; see --limit");
    }
    return ExitCode::ok;
}

/// The side, or the value of --value.
Result<store::ConflictChoice> read_choice(
    const Arguments& arguments, const std::optional<std::string>& side
) {
    store::ConflictChoice choice;
    choice.value = arguments.value("value");
    if (side.has_value() == choice.value.has_value()) {
        return fail(ExitCode::usage, "say who wins: local, platform, or --value JSON");
    }
    if (side && *side != "local" && *side != "platform") {
        return fail(ExitCode::usage, "'" + *side + "' is no side, expected local or platform");
    }
    choice.choose = side.value_or("value");
    if (choice.value) {
        boost::system::error_code error;
        const auto value = json::parse(*choice.value, error);
        if (error) {
            return fail(
                ExitCode::usage,
                R"(--value is no JSON; a text is written with its quotation marks: --value '"Ada"')"
            );
        }
        choice.value = json::serialize(value);
    }
    return choice;
}

Result<ExitCode> resolve_all(
    store::AdminSession& database,
    const store::IntegrationKey& key,
    const Arguments& arguments,
    const store::ConflictChoice& choice,
    const Console& console
) {
    store::ConflictFilter filter{key.tenant_id, key.id, arguments.value("object"), arguments.value("field")};
    std::int64_t resolved = 0;
    // What a merge takes away or refreshes meanwhile is not counted; a pass that decides nothing is the last.
    while (true) {
        const auto done = store::resolve_conflicts(database, filter, choice.choose);
        if (!done) {
            return fail(done.error());
        }
        resolved += integer_of(*done, "resolved");
        if (integer_of(*done, "resolved") == 0 || integer_of(*done, "left") == 0) {
            break;
        }
    }
    if (console.json()) {
        console.print_json({{"resolved", resolved}});
    } else {
        console.print_line(
            "decided " + std::to_string(resolved) + (resolved == 1 ? " conflict" : " conflicts")
        );
    }
    return ExitCode::ok;
}

Result<ExitCode> resolve_one(
    store::AdminSession& database,
    const store::ConflictName& name,
    const store::ConflictChoice& choice,
    const Console& console
) {
    const auto done = store::resolve_conflict(database, name, choice);
    if (!done) {
        return fail(done.error());
    }
    if (!*done) {
        return fail(
            ExitCode::not_found,
            "there is no open conflict of " + name.field + " of " + name.object + " " + name.entity_id +
                ": it was decided meanwhile, or both sides have become equal; see: navettectl conflicts list"
        );
    }
    if (console.json()) {
        console.print_json(**done);
        return ExitCode::ok;
    }
    const auto jobs = integer_of(**done, "jobs");
    const std::string carried =
        jobs == 0 ? "no platform has to be told"
                  : std::to_string(jobs) + (jobs == 1 ? " job carries" : " jobs carry") + " it on";
    console.print_line(printable(
        name.field + " of " + name.object + " " + name.entity_id + " is " + value_text(**done, "value") +
        " from now on; " + carried
    ));
    return ExitCode::ok;
}

Result<ExitCode> resolve(const Arguments& arguments, Context& context) {
    const auto words = arguments.list("OBJECT ENTITY_ID FIELD local|platform");
    const bool all = arguments.has("all");
    const std::size_t names = all ? 0 : 3;
    if (words.size() < names || words.size() > names + 1) {
        return fail(
            ExitCode::usage,
            all ? "--all takes the side only: navettectl conflicts resolve INTEGRATION local|platform --all"
                : "name the conflict: INTEGRATION OBJECT ENTITY_ID FIELD, then who wins; see: navettectl "
                  "conflicts list"
        );
    }
    if (!all && (arguments.has("object") || arguments.has("field"))) {
        return fail(ExitCode::usage, "--object and --field go with --all");
    }
    if (all && arguments.has("value")) {
        return fail(ExitCode::usage, "--value decides one conflict, not --all");
    }
    const auto choice =
        read_choice(arguments, words.size() > names ? std::optional(words.back()) : std::nullopt);
    if (!choice) {
        return std::unexpected(choice.error());
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
    if (all) {
        return resolve_all(**database, known->row.key, arguments, *choice, context.console());
    }
    return resolve_one(
        **database, {known->row.key, words[0], words[1], words[2]}, *choice, context.console()
    );
}

Syntax listing() {
    Syntax syntax;
    syntax.options.emplace_back("tenant", "T", "of this tenant");
    syntax.options.emplace_back("integration", "ID", "of this integration");
    syntax.options.emplace_back("object", "O", "of this object, such as contact");
    syntax.options.emplace_back("field", "PATH", "of this field, such as email");
    syntax.options.emplace_back("limit", "N", "at most so many (default 100)");
    return syntax;
}

}  // namespace

Commands conflict_commands() {
    Commands commands;
    commands.push_back(
        {"conflicts list", "fields that both sides changed and that wait for a person", listing(), "", list}
    );
    Syntax resolving;
    resolving.words = {"INTEGRATION", "OBJECT ENTITY_ID FIELD local|platform..."};
    resolving.options.emplace_back("value", "JSON", "neither side: this value for both");
    resolving.options.emplace_back("all", "", "all open conflicts of the integration, for one side");
    resolving.options.emplace_back("object", "O", "with --all: of this object");
    resolving.options.emplace_back("field", "PATH", "with --all: of this field");
    resolving.options.emplace_back("tenant", "T", "where several tenants have an integration of this id");
    commands.push_back(
        {"conflicts resolve",
         "decide a field that both sides changed",
         std::move(resolving),
         "local: the record's value goes to the platform. platform: its value goes into the record, and on "
         "to\n"
         "the other platforms. Examples:\n"
         "  navettectl conflicts resolve int_crm contact 42 email platform\n"
         "  navettectl conflicts resolve int_crm contact 42 email --value '\"ada@example.org\"'\n"
         "  navettectl conflicts resolve int_crm local --all --object contact --field phone\n",
         resolve}
    );
    commands.push_back({"conflicts", "the same as conflicts list", listing(), "", list});
    return commands;
}

}  // namespace navette::ctl
