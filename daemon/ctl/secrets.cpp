// secrets generate-key
#include "daemon/ctl/command.hpp"

#include <boost/json/object.hpp>

#include <algorithm>

namespace navette::ctl {

namespace {

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
    const auto key = secrets::Vault::generate_key(name);
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
    return commands;
}

}  // namespace navette::ctl
