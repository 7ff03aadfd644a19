// Loads settings from a text, for tests: problems come back as lines with the bare file name.
#pragma once

#include "daemon/config/settings.hpp"
#include "temporary_file.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace navette::config::testing {

inline References references(
    std::map<std::string, std::string> environment, std::filesystem::path credentials = {}
) {
    return {
        [environment = std::move(environment)](const std::string& name) -> std::optional<std::string> {
            const auto found = environment.find(name);
            return found == environment.end() ? std::nullopt : std::optional(found->second);
        },
        std::move(credentials)
    };
}

inline References no_references() {
    return references({});
}

/// "navette.yaml:3: engine.poll: ...", whatever directory the file is in.
inline std::vector<std::string> lines(const Problems& problems) {
    std::vector<std::string> result;
    for (Problem problem : problems) {
        problem.where.file = std::filesystem::path(problem.where.file).filename().string();
        result.push_back(problem.text());
    }
    return result;
}

inline std::expected<Settings, Problems> load(
    std::string_view text, const References& from = no_references()
) {
    const TemporaryDirectory directory;
    return load_settings(directory.write("navette.yaml", text), from);
}

/// The problems of a text; empty when it loads.
inline std::vector<std::string> mistakes(std::string_view text, const References& from = no_references()) {
    const auto settings = load(text, from);
    return settings ? std::vector<std::string>() : lines(settings.error());
}

}  // namespace navette::config::testing
