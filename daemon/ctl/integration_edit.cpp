// integration add, integration set
#include "daemon/ctl/blocking.hpp"
#include "daemon/ctl/command.hpp"
#include "daemon/ctl/value_input.hpp"
#include "daemon/engine/catalogue.hpp"
#include "daemon/engine/integration_draft.hpp"
#include "daemon/store/admin_integrations.hpp"
#include "daemon/sync/schedule.hpp"

#include <boost/asio/this_coro.hpp>
#include <boost/json/parse.hpp>
#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>

#include <algorithm>

namespace navette::ctl {

namespace {

namespace json = boost::json;

using Secrets = engine::SecretValues;

Result<std::shared_ptr<const plugins::LoadedConnector>> find_connector(
    const std::string& slug, Context& context
) {
    const auto inventory = context.inventory();
    if (!inventory) {
        return std::unexpected(inventory.error());
    }
    if (auto found = (*inventory)->find(slug)) {
        return found;
    }
    for (const auto& refusal : (*inventory)->refused()) {
        if (refusal.file.stem() == slug) {
            return fail(ExitCode::failed, "the connector " + slug + " was refused: " + refusal.reason);
        }
    }
    std::string loaded;
    for (const auto& name : (*inventory)->slugs()) {
        loaded += (loaded.empty() ? "" : ", ") + name;
    }
    return fail(
        ExitCode::not_found,
        "there is no connector '" + slug + "' in " + (*context.settings())->connectors.directory.string() +
            (loaded.empty() ? "" : "; there are: " + loaded)
    );
}

/// "key=value" words as settings; a map is written as JSON, an empty value takes the setting away.
Result<void> read_settings(
    const std::vector<std::string>& words, const config::Manifest& manifest, json::object& settings
) {
    for (const auto& word : words) {
        const auto pair = split_assignment("a setting", word);
        if (!pair) {
            return std::unexpected(pair.error());
        }
        const auto& [name, text] = *pair;
        const auto* field = manifest.field(name);
        if (text.empty()) {
            settings.stable_erase(name);
        } else if (field != nullptr && field->type == config::ConfigField::Type::map) {
            boost::system::error_code error;
            settings[name] = json::parse(text, error);
            if (error) {
                return fail(
                    ExitCode::usage, name + R"( is a map, write it as JSON, such as '{"won": 6, "lost": 7}')"
                );
            }
        } else {
            settings[name] = text;
        }
    }
    return {};
}

/// "key=@FILE" words as secrets. Returns the names of those that stood on the command line themselves.
Result<std::vector<std::string>> read_secrets(const std::vector<std::string>& words, Secrets& secrets) {
    std::vector<std::string> exposed;
    bool has_read_input = false;
    for (const auto& word : words) {
        const auto pair = split_assignment("--secret", word);
        if (!pair) {
            return fail(
                ExitCode::usage,
                "--secret expects key=@FILE, key=? to be asked for it, or key=- for standard input"
            );
        }
        const auto& [name, source] = *pair;
        if (source == "-" && std::exchange(has_read_input, true)) {
            return fail(ExitCode::usage, "--secret: only one secret can come from standard input");
        }
        auto value = read_value("--secret " + name, source);
        if (!value) {
            return std::unexpected(value.error());
        }
        if (value->empty()) {
            secrets.erase(name);
            continue;
        }
        if (is_literal(source)) {
            exposed.push_back(name);
        }
        secrets.insert_or_assign(name, std::move(*value));
    }
    return exposed;
}

/// "conflicts=manual", "fields.contact.email=local_wins", "deletes.contact=archive", "spread=all"; an empty
/// value takes the rule away. What the rules say is checked later, against the manifest.
Result<void> read_rules(const std::vector<std::string>& words, json::object& rules) {
    for (const auto& word : words) {
        const auto pair = split_assignment("--rule", word);
        if (!pair) {
            return std::unexpected(pair.error());
        }
        const std::string_view key = pair->first;
        const auto dot = key.find('.');
        const auto group = key.substr(0, dot);
        if (dot == std::string_view::npos) {
            if (pair->second.empty()) {
                rules.stable_erase(key);
            } else {
                rules[key] = pair->second;
            }
            continue;
        }
        auto& member = rules[group];
        if (!member.is_object()) {
            member.emplace_object();
        }
        auto& names = member.get_object();
        if (pair->second.empty()) {
            names.stable_erase(key.substr(dot + 1));
        } else {
            names[key.substr(dot + 1)] = pair->second;
        }
        if (names.empty()) {
            rules.stable_erase(group);
        }
    }
    return {};
}

/// What the options common to add and set say.
Result<void> read_plan(const Arguments& arguments, store::IntegrationPlan& plan) {
    if (const auto name = arguments.value("name")) {
        plan.row.name = *name;
    }
    const auto direction = arguments.choice("direction", {"bidirectional", "to_platform", "from_platform"});
    if (!direction) {
        return std::unexpected(direction.error());
    }
    if (*direction) {
        plan.row.direction = engine::direction_named(**direction).value_or(plan.row.direction);
    }
    if (const auto frequency = arguments.value("frequency")) {
        const auto schedule = sync::Schedule::parse(*frequency);
        if (!schedule) {
            return fail(ExitCode::usage, "--frequency: " + schedule.error().message);
        }
        plan.row.frequency = schedule->text();
    }
    if (arguments.has("max-retries")) {
        const auto retries = arguments.number("max-retries", 3, 0, engine::kMostRetries);
        if (!retries) {
            return std::unexpected(retries.error());
        }
        plan.row.max_retries = static_cast<int>(*retries);
    }
    return read_rules(arguments.list("rule"), plan.row.sync_rules);
}

/// Seals the secrets into the row, after the settings were checked together with their names.
Result<void> finish_row(
    store::IntegrationRow& row,
    const plugins::LoadedConnector& connector,
    const Secrets& secrets,
    Context& context
) {
    const auto inventory = context.inventory();
    if (!inventory) {
        return std::unexpected(inventory.error());
    }
    const auto vault = context.vault();
    if (!vault) {
        return std::unexpected(vault.error());
    }
    const auto completed = engine::complete_integration(row, secrets, connector, **inventory, *vault);
    if (completed) {
        return {};
    }
    if (completed.error().kind == engine::DraftFailure::Kind::no_key) {
        return fail(
            ExitCode::configuration,
            "the secrets cannot be encrypted: secrets.key is not set in " + context.config_file() +
                "; make one with: navettectl secrets generate-key"
        );
    }
    std::string mistakes;
    for (const auto& mistake : completed.error().mistakes) {
        mistakes += (mistakes.empty() ? "" : "\n") + mistake.sentence;
    }
    return fail(ExitCode::failed, mistakes);
}

void warn_of_exposed(const std::vector<std::string>& exposed, const Console& console) {
    for (const auto& name : exposed) {
        std::string warning("warning: the secret ");
        warning += name;
        warning += " stood on the command line, where ps and the shell's history show it; prefer --secret ";
        warning += name + "=@FILE, or =- for standard input";
        console.remark(warning);
    }
}

void report(const store::IntegrationPlan& plan, std::string_view what, const Console& console) {
    const auto& key = plan.row.key;
    if (console.json()) {
        console.print_json(
            {{"id", key.id},
             {"tenant_id", key.tenant_id},
             {"platform", plan.row.slug},
             {"enabled", plan.enabled}}
        );
        return;
    }
    console.print_line(
        std::string(what) + " " + plan.row.slug + " integration " + key.id + " of tenant " + key.tenant_id
    );
    if (!plan.enabled) {
        console.remark(
            "it is disabled; try it with 'navettectl integration test " + key.id + "', then enable it"
        );
    }
}

boost::asio::awaitable<core::Result<void>> publish_entry(std::string url, store::CatalogueEntry entry) {
    auto connection =
        co_await store::Connection::open(co_await boost::asio::this_coro::executor, std::move(url));
    if (!connection) {
        co_return std::unexpected(connection.error());
    }
    std::vector<store::CatalogueEntry> entries;
    entries.push_back(std::move(entry));
    co_return co_await store::publish_catalogue(**connection, std::move(entries));
}

/// Puts the platform into the catalogue: enqueue() hands events only to platforms that stand there, and a
/// tenant may be connected, and enqueue, before any daemon has run.
Result<void> publish(const config::Manifest& manifest, Context& context) {
    auto url = context.database_url();
    if (!url) {
        return std::unexpected(url.error());
    }
    boost::asio::io_context io;
    const auto published = run_to_end(io, publish_entry(std::move(*url), engine::catalogue_entry(manifest)));
    if (!published) {
        return fail(published.error());
    }
    return {};
}

Result<ExitCode> add(const Arguments& arguments, Context& context) {
    store::IntegrationPlan plan;
    if (const auto read = read_plan(arguments, plan); !read) {
        return std::unexpected(read.error());
    }
    const auto connector = find_connector(arguments.text("SLUG"), context);
    if (!connector) {
        return std::unexpected(connector.error());
    }
    const auto& manifest = (*connector)->manifest;
    auto id = arguments.text("id");
    if (id.empty()) {
        id = "int_" + boost::uuids::to_string(boost::uuids::random_generator()());
        std::erase(id, '-');
    }
    plan.row.key = store::IntegrationKey(arguments.text("tenant"), id);
    plan.row.slug = manifest.slug;
    plan.row.name = arguments.value("name").value_or(manifest.name);
    plan.row.state = "active";
    plan.enabled = arguments.has("enable");
    plan.plan_first = arguments.has("plan-first");
    if (plan.row.key.tenant_id.empty()) {
        return fail(ExitCode::usage, "--tenant must not be empty");
    }
    auto words = arguments.list("set");
    std::ranges::copy(arguments.list("KEY=VALUE"), std::back_inserter(words));
    if (const auto read = read_settings(words, manifest, plan.row.settings); !read) {
        return std::unexpected(read.error());
    }
    Secrets secrets;
    const auto exposed = read_secrets(arguments.list("secret"), secrets);
    if (!exposed) {
        return std::unexpected(exposed.error());
    }
    warn_of_exposed(*exposed, context.console());
    if (const auto finished = finish_row(plan.row, **connector, secrets, context); !finished) {
        return std::unexpected(finished.error());
    }
    const auto database = context.database();
    if (!database) {
        return std::unexpected(database.error());
    }
    if (const auto published = publish(manifest, context); !published) {
        return std::unexpected(published.error());
    }
    if (const auto added = store::add_integration(**database, plan); !added) {
        return fail(added.error());
    }
    report(plan, "added", context.console());
    if (plan.plan_first) {
        context.console().remark(
            "it carries nothing over before its plan is approved: enable it, then navettectl plan create " +
            plan.row.key.id
        );
    }
    return ExitCode::ok;
}

/// The secrets as stored, to be changed one by one.
Result<Secrets> stored_secrets(const store::IntegrationRow& row, Context& context) {
    const auto vault = context.vault();
    if (!vault) {
        return std::unexpected(vault.error());
    }
    if (!row.sealed_secrets.empty() && !*vault) {
        return fail(
            ExitCode::configuration,
            "the stored secrets cannot be opened: secrets.key is not set in " + context.config_file()
        );
    }
    auto opened = engine::open_secrets(row, *vault);
    return opened ? Result<Secrets>(std::move(*opened)) : fail(opened.error());
}

Result<ExitCode> set(const Arguments& arguments, Context& context) {
    const auto database = context.database();
    if (!database) {
        return std::unexpected(database.error());
    }
    auto known = store::find_integration(**database, arguments.text("ID"), arguments.value("tenant"));
    if (!known) {
        return fail(known.error());
    }
    const auto connector = find_connector(known->row.slug, context);
    if (!connector) {
        return std::unexpected(connector.error());
    }
    store::IntegrationPlan plan;
    plan.row = std::move(known->row);
    plan.enabled = known->record.at("enabled").as_bool();
    if (const auto read = read_plan(arguments, plan); !read) {
        return std::unexpected(read.error());
    }
    if (const auto read =
            read_settings(arguments.list("KEY=VALUE"), (*connector)->manifest, plan.row.settings);
        !read) {
        return std::unexpected(read.error());
    }
    // With all secrets named anew, those that cannot be opened any more are no obstacle.
    auto secrets = arguments.has("replace-secrets") ? Secrets() : stored_secrets(plan.row, context);
    if (!secrets) {
        return fail(
            secrets.error().code,
            secrets.error().message + " (to give all secrets anew: --replace-secrets and --secret for each)"
        );
    }
    const auto exposed = read_secrets(arguments.list("secret"), *secrets);
    if (!exposed) {
        return std::unexpected(exposed.error());
    }
    warn_of_exposed(*exposed, context.console());
    if (const auto finished = finish_row(plan.row, **connector, *secrets, context); !finished) {
        return std::unexpected(finished.error());
    }
    if (const auto changed = store::change_integration(**database, plan); !changed) {
        return fail(changed.error());
    }
    report(plan, "changed", context.console());
    return ExitCode::ok;
}

void add_common_options(Syntax& syntax) {
    syntax.options.emplace_back(
        Option("secret", "KEY=@FILE", "a secret: from a file, or KEY=- from standard input").is_repeatable()
    );
    syntax.options.emplace_back("name", "TEXT", "what people call it");
    syntax.options.emplace_back("direction", "D", "bidirectional (default), to_platform or from_platform");
    syntax.options.emplace_back(
        "frequency",
        "F",
        "realtime (default), hourly, daily, 'daily at 02:30 Europe/Paris' (without a zone: UTC) or 'every: "
        "5m' (1m to 7d)"
    );
    syntax.options.emplace_back("max-retries", "N", "0 to 100 (default: the connector's)");
    syntax.options.emplace_back(
        Option("rule", "KEY=RULE", "a sync rule: conflicts=, fields.OBJECT.PATH=, deletes.OBJECT= or spread=")
            .is_repeatable()
    );
}

}  // namespace

Commands integration_edit_commands() {
    Commands commands;
    Syntax adding;
    adding.words = {"SLUG", "KEY=VALUE..."};
    adding.options.emplace_back(Option("tenant", "T", "whose connection it is").is_required());
    adding.options.emplace_back("id", "ID", "its id (default: int_ and a random number)");
    adding.options.emplace_back(
        Option("set", "KEY=VALUE", "a setting, as the words after SLUG").is_repeatable()
    );
    add_common_options(adding);
    adding.options.emplace_back("enable", "", "let it work at once");
    adding.options.emplace_back(
        "plan-first", "", "let it work only once a plan of its first sync is approved"
    );
    commands.push_back(
        {"integration add",
         "connect a tenant to a platform",
         std::move(adding),
         "Settings and secrets are checked before anything is written; secrets are encrypted. Example:\n"
         "  navettectl integration add dolibarr --tenant lumira --id int_lumira \\\n"
         "      --set base_url=https://erp.lumira.example/api/index.php --secret "
         "api_key=@/root/dolibarr.key\n",
         add}
    );
    Syntax setting;
    setting.words = {"ID", "KEY=VALUE..."};
    setting.options.emplace_back("tenant", "T", "where several tenants have an integration of this id");
    add_common_options(setting);
    setting.options.emplace_back("replace-secrets", "", "forget the stored secrets that are not given");
    commands.push_back(
        {"integration set",
         "change settings or secrets; makes its state active again",
         std::move(setting),
         "KEY= takes a setting or a rule away. Examples:\n"
         "  navettectl integration set int_lumira validate_orders=false --secret api_key=- < new.key\n"
         "  navettectl integration set int_lumira --rule conflicts=manual --rule "
         "fields.contact.email=local_wins --rule deletes.contact=archive\n",
         set}
    );
    return commands;
}

}  // namespace navette::ctl
