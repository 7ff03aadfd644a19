#include "daemon/config/settings.hpp"

#include "daemon/config/references.hpp"
#include "daemon/config/settings_keys.hpp"
#include "daemon/config/yaml_reader.hpp"

#include <unistd.h>

#include <array>
#include <string_view>

#ifndef NAVETTE_CONNECTOR_DIR
#define NAVETTE_CONNECTOR_DIR "/usr/lib/navette/connectors"
#endif

namespace navette::config {
namespace {

std::string host_name() {
    std::array<char, 256> name{};
    // The last byte stays zero whatever gethostname writes.
    return gethostname(name.data(), name.size() - 1) == 0 && name[0] != '\0' ? name.data() : "localhost";
}

std::string trimmed(const std::string& text) {
    constexpr std::string_view kSpace = " \t\r\n";
    const std::size_t begin = text.find_first_not_of(kSpace);
    return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

void complete(SourceSettings& source, Problems& problems) {
    const std::string path = key_path("sources", source.name);
    if (auto complaint = dashed_name(source.name)) {
        problems.emplace_back(
            source.where,
            path + ": " + in_quotes(source.name) + " " + complaint->what + ", expected " + complaint->expected
        );
    }
    if (source.full_every < source.every) {
        problems.emplace_back(
            source.where,
            path + ".full_every: " + duration_text(source.full_every) +
                " is shorter than every, expected at least " + duration_text(source.every)
        );
    }
    source.query = trimmed(source.query);
    if (source.event_type.empty()) {
        source.event_type = source.entity_type + ".updated";
    }
}

}  // namespace

std::expected<Settings, Problems> load_settings(
    const std::filesystem::path& file, const References& references
) {
    Problems problems;
    auto tree = parse_yaml_file(file, problems);
    if (!tree) {
        return std::unexpected(std::move(problems));
    }
    resolve_references(*tree, references, problems);

    Settings settings;
    settings.connectors.directory = NAVETTE_CONNECTOR_DIR;
    Section::read(*tree, "", problems, [&](Section& root) { declare(root, settings); });
    if (settings.node.name.empty()) {
        settings.node.name = host_name();
    }
    for (SourceSettings& source : settings.sources) {
        complete(source, problems);
    }

    if (!problems.empty()) {
        sort_problems(problems, file.string());
        return std::unexpected(std::move(problems));
    }
    return settings;
}

}  // namespace navette::config
