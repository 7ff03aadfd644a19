// mapping try
#include "daemon/engine/mapping_trial.hpp"

#include "daemon/ctl/command.hpp"
#include "daemon/ctl/json_text.hpp"
#include "daemon/ctl/mapping_input.hpp"
#include "daemon/engine/mapping_draft.hpp"
#include "daemon/store/admin_mappings.hpp"

#include <algorithm>

namespace navette::ctl {

namespace {

namespace json = boost::json;

/// The rules of --rule, for the object.
Result<json::array> read_rules(const Arguments& arguments) {
    json::array rules;
    for (const auto& text : arguments.list("rule")) {
        auto value = read_json("--rule", text);
        if (!value) {
            return std::unexpected(value.error());
        }
        if (!value->is_object()) {
            return fail(
                ExitCode::usage,
                "--rule must be a JSON object such as {\"local_path\": \"a\", \"remote_path\": \"b\"}"
            );
        }
        auto& rule = value->get_object();
        if (const auto mistake = engine::shape_mistake(rule)) {
            return fail(ExitCode::usage, "--rule: " + mistake->field + ": " + mistake->sentence);
        }
        rule["object"] = arguments.text("OBJECT");
        rules.push_back(std::move(*value));
    }
    return rules;
}

Result<json::object> read_record(
    const Arguments& arguments, const MappedObject& found, bool from_platform, Context& context
) {
    const auto file = arguments.value("file");
    const auto record = arguments.value("record");
    const auto word = arguments.value("-");
    if (int(file.has_value()) + int(record.has_value()) + int(word.has_value()) > 1) {
        return fail(ExitCode::usage, "give one of --file, --record and -");
    }
    if (word && *word != "-") {
        return fail(ExitCode::usage, "'" + *word + "' is one word too many; a file is named by --file");
    }
    if (record) {
        auto stored = store::record_to_try(
            **context.database(), found.known.row.key, *found.spec, *record, from_platform
        );
        return stored ? Result<json::object>(std::move(*stored)) : fail(stored.error());
    }
    auto value =
        read_json(file && *file != "-" ? "--file" : "the record", file && *file != "-" ? "@" + *file : "-");
    if (!value) {
        return std::unexpected(value.error());
    }
    if (!value->is_object()) {
        return fail(ExitCode::usage, "the record must be a JSON object");
    }
    return std::move(value->get_object());
}

void print(const engine::MappingTrial& trial, const std::string& platform, const Console& console) {
    const bool to = trial.way == engine::TrialWay::to_platform;
    const auto heading = [&](const std::string& text) {
        console.print_line(toned(text, Tone::attention, console.layout()));
    };
    heading(to ? "the record" : "the record of " + platform);
    console.print_line(pretty_json(trial.before));
    heading(to ? "becomes in " + platform : "becomes here");
    console.print_line(pretty_json(trial.mapped));
    heading("and comes back as");
    console.print_line(pretty_json(trial.after));
    for (const auto& failure : trial.failures) {
        console.print_line(
            toned("fails", Tone::bad, console.layout()) +
            (failure.on_the_way_back ? " on the way back: " : ": ") + printable(failure.field) + ": " +
            printable(failure.sentence)
        );
    }
    for (const auto& field : trial.changed) {
        console.print_line(
            "comes back changed: " + printable(field.field) + ": " + compact_json(field.before) + " -> " +
            compact_json(field.after)
        );
    }
    for (const auto& field : trial.lost) {
        console.print_line(
            "does not come back: " + printable(field.field) + (field.why.empty() ? "" : ": " + field.why)
        );
    }
    if (trial.failures.empty() && trial.changed.empty() && trial.lost.empty()) {
        console.print_line(toned("every field comes back as it was", Tone::good, console.layout()));
    }
}

/// The first mistake of the rules that are only tried.
Result<std::vector<config::MappingRule>> rules_to_try(const json::array& drafts, const MappedObject& found) {
    const auto tried = config::read_tenant_rules(drafts);
    const auto own = engine::with_drafts(found.known.row.mappings, tried);
    for (const auto& draft : tried) {
        std::vector<config::TenantRule> others = engine::with_drafts(found.known.row.mappings, tried);
        others.resize(own.size() - tried.size());
        if (const auto mistake = engine::mistake_of(draft, others, found.manifest())) {
            return fail(ExitCode::failed, "--rule: " + mistake->field + ": " + mistake->sentence);
        }
    }
    auto rules = engine::rules_in_force(*found.spec, own);
    if (!rules) {
        return std::unexpected(failure_of(rules.error()));
    }
    return std::move(*rules);
}

Result<ExitCode> try_one(const Arguments& arguments, Context& context) {
    const auto drafts = read_rules(arguments);
    if (!drafts) {
        return std::unexpected(drafts.error());
    }
    const auto found = mapped_object(arguments, context);
    if (!found) {
        return std::unexpected(found.error());
    }
    const auto rules = rules_to_try(*drafts, *found);
    if (!rules) {
        return std::unexpected(rules.error());
    }
    const bool from_platform = arguments.has("from-platform");
    auto record = read_record(arguments, *found, from_platform, context);
    if (!record) {
        return std::unexpected(record.error());
    }
    const auto way = from_platform ? engine::TrialWay::from_platform : engine::TrialWay::to_platform;
    const auto trial = engine::try_mapping(*rules, way, std::move(*record));
    const auto& console = context.console();
    if (console.json()) {
        auto document = engine::to_json(trial);
        document["object"] = found->spec->name;
        console.print_json(document);
    } else {
        print(trial, found->manifest().name, console);
    }
    return trial.failures.empty() ? ExitCode::ok : ExitCode::failed;
}

}  // namespace

Commands mapping_trial_commands() {
    Syntax syntax;
    syntax.words = {"INTEGRATION", "OBJECT", "[-]"};
    syntax.options.emplace_back("tenant", "T", "where several tenants have an integration of this id");
    syntax.options.emplace_back("file", "FILE", "the record, a JSON object; without it, from standard input");
    syntax.options.emplace_back("record", "ID", "a record that navette knows, by the application's id");
    syntax.options.push_back(
        Option(
            "rule",
            "JSON",
            "try this rule over those in force: {\"local_path\": ..., \"remote_path\": ..., "
            "\"direction\": ..., \"transforms\": [...], \"mapped\": ...}, or @FILE"
        )
            .is_repeatable()
    );
    syntax.options.emplace_back("from-platform", "", "the record is the platform's");
    Commands commands;
    commands.push_back(
        {"mapping try",
         "a record before and after the mapping, and as it comes back; nothing is sent or stored",
         std::move(syntax),
         "Names each field that does not come back or comes back changed, and each that cannot be converted\n"
         "with the reason; exit 1 where one cannot. Examples:\n"
         "  navettectl mapping try int_crm contact --file contact.json\n"
         "  navettectl mapping try int_crm contact --record 42 \\\n"
         "      --rule '{\"local_path\": \"preferences.colour\", \"remote_path\": \"favourite_colour\"}'\n"
         "  navettectl mapping try int_crm contact --from-platform - < hubspot-contact.json\n",
         try_one}
    );
    return commands;
}

}  // namespace navette::ctl
