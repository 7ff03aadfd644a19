// mapping list, mapping set, mapping remove
#include "daemon/ctl/command.hpp"
#include "daemon/ctl/json_text.hpp"
#include "daemon/ctl/mapping_input.hpp"
#include "daemon/ctl/record_text.hpp"
#include "daemon/engine/mapping_draft.hpp"
#include "daemon/store/admin_mappings.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <functional>

namespace navette::ctl {

namespace {

namespace json = boost::json;

/// One rule for the table and for JSON, the paths of list items with "[]".
void add_rows(
    const std::vector<config::MappingRule>& rules,
    const std::string& object,
    const std::string& local,
    const std::string& remote,
    store::Records& rows
) {
    for (const auto& rule : rules) {
        if (!rule.each.empty()) {
            add_rows(rule.each, object, local + rule.local + "[].", remote + rule.remote + "[].", rows);
            continue;
        }
        const bool own = rule.where.line == 0;
        rows.push_back(
            {{"object", object},
             {"local_path", rule.local.empty() ? std::string() : local + rule.local},
             {"remote_path", remote + rule.remote},
             {"direction", shown_direction(rule.direction)},
             {"transforms", shown_transforms(rule.transforms)},
             {"required", rule.required},
             {"mapped", true},
             {"from", own ? "tenant" : "connector"}}
        );
    }
}

/// The tenant's own rules as they were entered; of all of them, or only those that are off.
void add_own(
    const std::vector<config::TenantRule>& own, const std::string& object, bool all, store::Records& rows
) {
    for (const auto& rule : own) {
        if ((object.empty() || rule.object == object) && (all || !rule.mapped)) {
            rows.push_back(
                {{"object", rule.object},
                 {"local_path", rule.rule.local},
                 {"remote_path", rule.rule.remote},
                 {"direction", shown_direction(rule.rule.direction)},
                 {"transforms", shown_transforms(rule.rule.transforms)},
                 {"required", false},
                 {"mapped", rule.mapped},
                 {"from", "tenant"}}
            );
        }
    }
}

Result<ExitCode> list(const Arguments& arguments, Context& context) {
    // The own rules of an object that the platform has lost can be listed too.
    const bool own = arguments.has("own");
    const auto found = mapped_object(arguments, context, own ? ObjectNeed::any : ObjectNeed::known);
    if (!found) {
        return std::unexpected(found.error());
    }
    store::Records rows;
    if (own) {
        add_own(found->known.row.mappings, arguments.text("OBJECT"), true, rows);
    }
    for (const auto& object : found->manifest().objects) {
        if (own || (found->spec != nullptr && found->spec != &object)) {
            continue;
        }
        const auto rules = engine::rules_in_force(object, found->known.row.mappings);
        if (!rules) {
            return std::unexpected(failure_of(rules.error()));
        }
        add_rows(*rules, object.name, "", "", rows);
        add_own(found->known.row.mappings, object.name, false, rows);
    }
    const auto& console = context.console();
    if (console.json()) {
        console.print_json(array_of(rows));
        return ExitCode::ok;
    }
    Table table({{"OBJECT"}, {"LOCAL"}, {"REMOTE"}, {"DIRECTION"}, {"FROM"}, {"TRANSFORMS"}});
    for (const auto& row : rows) {
        const bool is_own = shown(row, "from") == "tenant";
        table.add(
            {shown(row, "object"),
             is_true(row, "mapped") ? Cell(shown(row, "local_path")) : Cell("not mapped", Tone::attention),
             shown(row, "remote_path") + (is_true(row, "required") ? " (required)" : ""),
             shown(row, "direction"),
             Cell(shown(row, "from"), is_own ? Tone::good : Tone::plain),
             shown(row, "transforms")}
        );
    }
    console.print_table(table, "no rules");
    return ExitCode::ok;
}

/// The rule of the options, as it is stored and as the engine reads it.
struct Draft {
    store::FieldMapping stored;
    config::TenantRule rule;
};

Result<Draft> read_draft(const Arguments& arguments) {
    const auto direction = arguments.choice("direction", {"to_platform", "from_platform", "both"});
    if (!direction) {
        return std::unexpected(direction.error());
    }
    const auto transforms = read_transforms(arguments.list("transform"));
    if (!transforms) {
        return std::unexpected(transforms.error());
    }
    Draft draft;
    auto& stored = draft.stored;
    stored.object = arguments.text("OBJECT");
    stored.remote_path = arguments.text("REMOTE");
    stored.local_path = arguments.text("local");
    stored.mapped = !arguments.has("off");
    stored.direction = direction->value_or(stored.mapped ? "to_platform" : "both");
    stored.transforms = json::serialize(*transforms);
    const json::object rule{
        {"object", stored.object},
        {"local_path", stored.local_path},
        {"remote_path", stored.remote_path},
        {"direction", stored.direction},
        {"mapped", stored.mapped},
        {"transforms", *transforms}
    };
    if (const auto mistake = engine::shape_mistake(rule)) {
        return fail(ExitCode::usage, mistake->field + ": " + mistake->sentence);
    }
    draft.rule = std::move(config::read_tenant_rules({rule}).front());
    return draft;
}

/// Writes the rule in the place of the one rival that it has, if any. Returns that one's id.
core::Result<std::string> write(
    store::AdminSession& database,
    const store::IntegrationKey& key,
    const Draft& draft,
    const config::Manifest& manifest
) {
    auto others = store::hold_mappings(database, key);
    if (!others) {
        return std::unexpected(others.error());
    }
    const auto rivals = std::ranges::count_if(*others, [&](const auto& rule) {
        return engine::are_rivals(rule, draft.rule);
    });
    if (rivals > 1) {
        return core::failure(
            core::ErrorKind::conflict,
            "there are " + std::to_string(rivals) + " rules of its own for " + draft.stored.remote_path +
                ", one for each direction; remove them first, or name a --direction"
        );
    }
    std::string replaced;
    std::erase_if(*others, [&](const auto& rule) {
        const bool is_rival = engine::are_rivals(rule, draft.rule);
        replaced = is_rival ? rule.id : replaced;
        return is_rival;
    });
    if (const auto mistake = engine::mistake_of(draft.rule, *others, manifest)) {
        return core::failure(core::ErrorKind::invalid, mistake->field + ": " + mistake->sentence);
    }
    if (replaced.empty()) {
        const auto added = store::add_mapping(database, key, draft.stored);
        return added ? core::Result<std::string>(replaced) : std::unexpected(added.error());
    }
    const auto old = store::find_mapping(database, key, replaced);
    if (!old) {
        return std::unexpected(old.error());
    }
    const auto changed =
        store::change_mapping(database, key, replaced, old->at("version").as_int64(), draft.stored);
    return changed ? core::Result<std::string>(replaced) : std::unexpected(changed.error());
}

Result<ExitCode> set(const Arguments& arguments, Context& context) {
    const auto draft = read_draft(arguments);
    if (!draft) {
        return std::unexpected(draft.error());
    }
    const auto found = mapped_object(arguments, context);
    if (!found) {
        return std::unexpected(found.error());
    }
    auto& database = **context.database();
    std::string replaced;
    const auto done = database.transaction([&]() -> core::Result<void> {
        const auto written = write(database, found->known.row.key, *draft, found->manifest());
        if (!written) {
            return std::unexpected(written.error());
        }
        replaced = *written;
        return {};
    });
    if (!done) {
        return fail(done.error());
    }
    const auto& console = context.console();
    const auto& stored = draft->stored;
    if (console.json()) {
        console.print_json(json::object{
            {"object", stored.object}, {"remote_path", stored.remote_path}, {"replaced", !replaced.empty()}
        });
    } else {
        console.print_line(
            stored.object + ": " + stored.remote_path + (stored.mapped ? " is mapped" : " is switched off") +
            " by a rule of tenant " + found->known.row.key.tenant_id + (replaced.empty() ? "" : ", changed") +
            "; it holds from the next job on"
        );
        console.remark("records that were sent before follow when they are next told of, or by a comparison");
    }
    return ExitCode::ok;
}

core::Result<std::int64_t> take_away(
    store::AdminSession& database,
    const store::IntegrationKey& key,
    const std::function<bool(const config::TenantRule&)>& is_meant,
    const config::Manifest& manifest
) {
    auto rules = store::hold_mappings(database, key);
    if (!rules) {
        return std::unexpected(rules.error());
    }
    std::int64_t gone = 0;
    for (auto at = rules->begin(); at != rules->end();) {
        if (!is_meant(*at)) {
            ++at;
            continue;
        }
        const auto rule = *at;
        at = rules->erase(at);
        if (const auto mistake = engine::mistake_without(rule, *rules, manifest)) {
            return core::failure(
                core::ErrorKind::conflict, "without this rule the mapping could not be used: " + *mistake
            );
        }
        const auto stored = store::find_mapping(database, key, rule.id);
        if (!stored) {
            return std::unexpected(stored.error());
        }
        const auto removed = store::remove_mapping(database, key, rule.id, stored->at("version").as_int64());
        if (!removed) {
            return std::unexpected(removed.error());
        }
        ++gone;
    }
    return gone;
}

Result<ExitCode> remove(const Arguments& arguments, Context& context) {
    const auto direction = arguments.choice("direction", {"to_platform", "from_platform", "both"});
    if (!direction) {
        return std::unexpected(direction.error());
    }
    const auto found = mapped_object(arguments, context, ObjectNeed::any);
    if (!found) {
        return std::unexpected(found.error());
    }
    auto& database = **context.database();
    const auto object = arguments.text("OBJECT");
    const auto remote = arguments.text("REMOTE");
    const auto is_meant = [&](const config::TenantRule& rule) {
        return rule.object == object && rule.rule.remote == remote &&
               (!*direction || shown_direction(rule.rule.direction) == **direction);
    };
    std::int64_t gone = 0;
    const auto done = database.transaction([&]() -> core::Result<void> {
        const auto removed = take_away(database, found->known.row.key, is_meant, found->manifest());
        if (!removed) {
            return std::unexpected(removed.error());
        }
        gone = *removed;
        return {};
    });
    if (!done) {
        return fail(done.error());
    }
    if (gone == 0) {
        return fail(
            ExitCode::not_found,
            "integration " + found->known.row.key.id + " has no rule of its own for " + object + " " +
                remote + "; see: navettectl mapping list " + found->known.row.key.id + " --own"
        );
    }
    const auto& console = context.console();
    if (console.json()) {
        console.print_json(json::object{{"object", object}, {"remote_path", remote}, {"removed", gone}});
    } else {
        console.print_line(
            object + ": " + printable(remote) + " is mapped by the connector's rules again, if it has any"
        );
    }
    return ExitCode::ok;
}

}  // namespace

Commands mapping_commands() {
    Commands commands;
    const Option tenant("tenant", "T", "where several tenants have an integration of this id");
    Syntax syntax;
    syntax.words = {"INTEGRATION", "[OBJECT]"};
    syntax.options.push_back(tenant);
    syntax.options.emplace_back("own", "", "the tenant's own rules only");
    commands.push_back(
        {"mapping list",
         "the rules that map an integration's fields: the connector's, and the tenant's own over them",
         std::move(syntax),
         "Items of a list are written with []: lines[].sku.\n",
         list}
    );
    syntax = Syntax();
    syntax.words = {"INTEGRATION", "OBJECT", "REMOTE"};
    syntax.options.push_back(tenant);
    syntax.options.emplace_back("local", "PATH", "the record's field, such as customer.email");
    syntax.options.emplace_back("direction", "D", "to_platform (default), from_platform or both");
    syntax.options.push_back(
        Option("transform", "T", "a step on the way, such as trim or '{\"truncate\": 30}'; in this order")
            .is_repeatable()
    );
    syntax.options.emplace_back(
        "off", "", "map the platform's field not at all, whatever the connector's rules say"
    );
    commands.push_back(
        {"mapping set",
         "map a field of the platform by a rule of the tenant's own",
         std::move(syntax),
         "REMOTE is the platform's field. The rule takes the place of the connector's for that field and\n"
         "direction, and holds at once. Try it before: navettectl mapping try --help. Examples:\n"
         "  navettectl mapping set int_crm contact favourite_colour --local preferences.colour --direction "
         "both\n"
         "  navettectl mapping set int_crm contact lifecyclestage --off\n"
         "  navettectl mapping set int_erp order 'lines[].ref_ext' --local 'lines[].sku' --transform upper\n",
         set}
    );
    syntax = Syntax();
    syntax.words = {"INTEGRATION", "OBJECT", "REMOTE"};
    syntax.options.push_back(tenant);
    syntax.options.emplace_back("direction", "D", "the rule of this direction only");
    commands.push_back(
        {"mapping remove",
         "take a rule of the tenant's own away: the connector's hold again",
         std::move(syntax),
         "",
         remove}
    );
    return commands;
}

}  // namespace navette::ctl
