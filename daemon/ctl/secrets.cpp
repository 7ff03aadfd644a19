// secrets generate-key, status, rotate
#include "daemon/ctl/command.hpp"
#include "daemon/engine/key_rotation.hpp"
#include "daemon/secrets/wiping.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <set>

namespace navette::ctl {

namespace {

namespace json = boost::json;

Result<ExitCode> generate_key(const Arguments& arguments, Context& context) {
    const auto name = arguments.value("NAME").value_or("main");
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
               c == '_' || c == '.';
    };
    if (name.empty() || name.size() > 32 || !std::ranges::all_of(name, fits)) {
        return fail(
            ExitCode::usage,
            "NAME: a key's name has letters, digits, '-', '_' and '.', at most 32; '" + name + "' has not"
        );
    }
    auto key = secrets::Vault::generate_key(name);
    const secrets::WipedAtEnd wiped(key);
    const auto& console = context.console();
    if (console.json()) {
        console.print_json({{"name", name}, {"key", key}});
    } else {
        console.print_line(key);
        console.remark(
            "Keep it in a file that only navette reads, and name that under secrets.key: "
            "\"${file:/etc/navette/key}\" or "
            "\"${credential:navette-key}\". Without it, stored credentials cannot be opened any more: keep a "
            "copy elsewhere."
        );
    }
    return ExitCode::ok;
}

/// "envelope", or "direct" for texts of before there were data keys.
std::string layout_text(const engine::KeyUse& use) {
    if (!use.layout) {
        return "unknown";
    }
    return *use.layout == secrets::SealedLayout::envelope ? "envelope" : "direct";
}

/// What this configuration knows of the key that the rows were sealed with.
std::string standing_of(const engine::KeyUse& use, const std::optional<secrets::Vault>& vault) {
    if (!use.layout) {
        return "no sealed text";
    }
    const auto old = vault ? vault->old_keys() : std::vector<std::string>();
    if (vault && use.key == vault->current_key()) {
        return "secrets.key";
    }
    return std::ranges::find(old, use.key) != old.end() ? "secrets.old_keys" : "missing here";
}

json::array json_of(const std::vector<engine::UnopenedSecret>& secrets) {
    json::array list;
    for (const auto& one : secrets) {
        list.push_back(
            {{"column", one.column}, {"tenant_id", one.tenant_id}, {"id", one.id}, {"reason", one.reason}}
        );
    }
    return list;
}

/// A line for each secret that no key opens, as far as there are examples.
void print_unopened(const engine::KeyCensus& census, const Console& console) {
    for (const auto& one : census.examples) {
        console.remark(
            printable(one.column + " of " + one.id + " of tenant " + one.tenant_id + ": " + one.reason)
        );
    }
    const auto more = census.unopened - static_cast<long>(census.examples.size());
    if (more > 0) {
        console.remark("and " + std::to_string(more) + " more");
    }
}

Result<ExitCode> status(const Arguments&, Context& context) {
    const auto vault = context.vault();
    if (!vault) {
        return std::unexpected(vault.error());
    }
    const auto database = context.database();
    if (!database) {
        return std::unexpected(database.error());
    }
    const auto census = engine::count_key_uses(**database, *vault);
    if (!census) {
        return fail(census.error());
    }
    const auto exit_code = census->unopened == 0 ? ExitCode::ok : ExitCode::failed;
    const auto& console = context.console();
    if (console.json()) {
        json::array uses;
        for (const auto& use : census->uses) {
            uses.push_back(
                {{"column", use.column},
                 {"key", printable(use.key)},
                 {"layout", layout_text(use)},
                 {"rows", use.rows},
                 {"unopened", use.unopened},
                 {"configured_as", standing_of(use, *vault)}}
            );
        }
        console.print_json(
            {{"uses", std::move(uses)},
             {"unopened", census->unopened},
             {"examples", json_of(census->examples)}}
        );
        return exit_code;
    }
    Table table({{"COLUMN"}, {"KEY"}, {"LAYOUT"}, {"ROWS", true}, {"DO NOT OPEN", true}, {"THE KEY IS"}});
    for (const auto& use : census->uses) {
        const bool all_open = use.unopened == 0;
        table.add(
            {use.column,
             printable(use.key),
             layout_text(use),
             std::to_string(use.rows),
             all_open ? Cell("") : Cell(std::to_string(use.unopened), Tone::bad),
             Cell(standing_of(use, *vault), all_open ? Tone::plain : Tone::bad)}
        );
    }
    console.print_table(table, "no secrets are stored");
    print_unopened(*census, console);
    return exit_code;
}

/// The names of keys, other than the current one, that rows still hang on.
std::vector<std::string> keys_still_needed(const engine::KeyCensus& census, const secrets::Vault& vault) {
    std::set<std::string> names;
    for (const auto& use : census.uses) {
        if (use.layout && use.key != vault.current_key()) {
            names.insert(printable(use.key));
        }
    }
    return {names.begin(), names.end()};
}

void print_rotation(
    const engine::KeyRotation& rotation,
    const engine::KeyCensus& census,
    const secrets::Vault& vault,
    const Console& console
) {
    console.print_line(
        std::to_string(rotation.rewrapped) + " secrets got key '" + vault.current_key() + "', " +
        std::to_string(rotation.current) + " had it before" +
        (rotation.taken_again > 0
             ? ", " + std::to_string(rotation.taken_again) + " changed meanwhile and were taken again"
             : "")
    );
    if (rotation.contended > 0) {
        console.remark(
            std::to_string(rotation.contended) +
            " changed at every try and were left as they are; run this again"
        );
    }
    print_unopened(census, console);
    const auto needed = keys_still_needed(census, vault);
    if (needed.empty()) {
        console.remark("No secret needs an old key any more: take secrets.old_keys away on every node.");
        return;
    }
    std::string names;
    for (const auto& name : needed) {
        names += (names.empty() ? "'" : ", '") + name + "'";
    }
    console.remark(
        "Secrets still hang on " + names +
        ": keep them in secrets.old_keys. Rows that appeared while this ran come from a node that still "
        "seals "
        "with an old key: make the new one secrets.key on every node, reload, and run this again."
    );
}

Result<ExitCode> rotate(const Arguments&, Context& context) {
    const auto vault = context.vault();
    if (!vault) {
        return std::unexpected(vault.error());
    }
    if (!*vault) {
        return fail(
            ExitCode::configuration,
            "there is no key to rotate to: secrets.key is not set in " + context.config_file()
        );
    }
    const auto database = context.database();
    if (!database) {
        return std::unexpected(database.error());
    }
    const auto rotation = engine::rotate_keys(**database, **vault);
    if (!rotation) {
        return fail(
            Failure(rotation.error()).code,
            rotation.error().message + "; what was rotated until then stays so, run it again to go on"
        );
    }
    // Counted anew: daemons and people went on writing meanwhile.
    const auto census = engine::count_key_uses(**database, *vault);
    if (!census) {
        return fail(census.error());
    }
    const auto needed = keys_still_needed(*census, **vault);
    const auto exit_code = needed.empty() && census->unopened == 0 ? ExitCode::ok : ExitCode::failed;
    const auto& console = context.console();
    if (!console.json()) {
        print_rotation(*rotation, *census, **vault, console);
        return exit_code;
    }
    console.print_json(
        {{"key", (*vault)->current_key()},
         {"rewrapped", rotation->rewrapped},
         {"current", rotation->current},
         {"taken_again", rotation->taken_again},
         {"contended", rotation->contended},
         {"old_keys_needed", json::array(needed.begin(), needed.end())},
         {"unopened", census->unopened},
         {"examples", json_of(census->examples)}}
    );
    return exit_code;
}

}  // namespace

Commands secret_commands() {
    Commands commands;
    commands.push_back(
        {"secrets generate-key",
         "print a fresh key for secrets.key",
         {{"[NAME]"}, {}},
         "Example:\n  (umask 077; navettectl secrets generate-key > /etc/navette/key)\n",
         generate_key}
    );
    commands.push_back(
        {"secrets status",
         "which keys the stored secrets hang on, and whether they open",
         {},
         "Opens every stored secret by this configuration's keys and shows none. Exit 1 where one does not "
         "open.\n",
         status}
    );
    commands.push_back(
        {"secrets rotate",
         "seal every stored secret with secrets.key",
         {},
         "Beforehand, on every node: the new key as secrets.key, the one before in secrets.old_keys, "
         "reload.\n"
         "Daemons go on working meanwhile. Interrupted, it goes on where it stopped when it is run again.\n"
         "Exit 1 where a secret does not open, or still hangs on an old key.\n",
         rotate}
    );
    return commands;
}

}  // namespace navette::ctl
