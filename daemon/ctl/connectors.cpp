// connector list
#include "daemon/ctl/command.hpp"
#include "daemon/plugins/library.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace navette::ctl {

namespace {

namespace json = boost::json;

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words) {
        text += (text.empty() ? "" : " ") + word;
    }
    return text;
}

std::vector<std::string> object_names(const config::Manifest& manifest) {
    std::vector<std::string> names;
    names.reserve(manifest.objects.size());
    for (const auto& object : manifest.objects) {
        names.push_back(object.name);
    }
    return names;
}

void print_json(const plugins::Inventory& inventory, const Console& console) {
    json::array loaded;
    for (const auto& one : inventory.loaded()) {
        const auto objects = object_names(one->manifest);
        loaded.push_back(
            {{"slug", one->manifest.slug},
             {"name", one->manifest.name},
             {"category", one->manifest.category},
             {"library", one->library.string()},
             {"manifest", one->manifest.file.string()},
             {"abi", plugins::expected_abi_tag()},
             {"objects", json::array(objects.begin(), objects.end())},
             {"capabilities",
              json::array(one->manifest.capabilities.begin(), one->manifest.capabilities.end())}}
        );
    }
    json::array refused;
    for (const auto& one : inventory.refused()) {
        refused.push_back({{"file", one.file.string()}, {"reason", one.reason}});
    }
    console.print_json({{"loaded", std::move(loaded)}, {"refused", std::move(refused)}});
}

Result<ExitCode> list(const Arguments&, Context& context) {
    const auto inventory = context.inventory();
    if (!inventory) {
        return std::unexpected(inventory.error());
    }
    const auto& console = context.console();
    if (console.json()) {
        print_json(**inventory, console);
        return ExitCode::ok;
    }
    Table table({{"CONNECTOR"}, {"NAME"}, {"CATEGORY"}, {"OBJECTS"}, {"CAPABILITIES"}, {"LIBRARY"}});
    for (const auto& one : (*inventory)->loaded()) {
        const auto& manifest = one->manifest;
        table.add(
            {manifest.slug,
             manifest.name,
             manifest.category,
             joined(object_names(manifest)),
             joined(manifest.capabilities),
             one->library.string()}
        );
    }
    console.print_table(
        table, "no connector is loaded from " + (*context.settings())->connectors.directory.string()
    );
    if (!table.empty()) {
        console.print_line("ABI " + plugins::expected_abi_tag());
    }
    if (!(*inventory)->refused().empty()) {
        Table refused({{"REFUSED"}, {"REASON"}});
        for (const auto& one : (*inventory)->refused()) {
            refused.add({Cell(one.file.string(), Tone::bad), one.reason});
        }
        console.print("\n" + refused.text({console.layout().color, 0}));
    }
    return ExitCode::ok;
}

}  // namespace

Commands connector_commands() {
    Commands commands;
    commands.push_back(
        {"connector list",
         "the platforms that can be connected, and libraries that were refused",
         {},
         "Every connector listed carries the ABI tag that is printed; a library with another one is "
         "refused.\n",
         list}
    );
    return commands;
}

}  // namespace navette::ctl
