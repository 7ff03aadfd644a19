#include "daemon/ctl/status_names.hpp"

#include "daemon/config/nearest.hpp"
#include "daemon/engine/outcome_names.hpp"

#include <algorithm>

namespace navette::ctl {

namespace {

std::vector<std::string> known_statuses() {
    auto names = engine::outcome_names();
    names.emplace_back("failed");
    return names;
}

}  // namespace

Result<std::vector<std::string>> parse_statuses(std::string_view text) {
    std::vector<std::string> statuses;
    const auto known = known_statuses();
    while (!text.empty()) {
        const auto comma = std::min(text.find(','), text.size());
        const std::string name(text.substr(0, comma));
        text.remove_prefix(std::min(comma + 1, text.size()));
        if (std::ranges::find(known, name) == known.end()) {
            return fail(
                ExitCode::usage,
                "--status: '" + name + "' is no outcome" + config::did_you_mean(name, known) +
                    "; there are " + status_list()
            );
        }
        statuses.push_back(name);
    }
    return statuses;
}

std::string status_list() {
    std::string list;
    for (const auto& name : known_statuses()) {
        list += (list.empty() ? "" : ", ") + name;
    }
    return list + " (every dead letter)";
}

}  // namespace navette::ctl
