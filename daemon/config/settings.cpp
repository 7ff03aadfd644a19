#include "daemon/config/settings.hpp"

#include "daemon/config/references.hpp"
#include "daemon/config/settings_keys.hpp"
#include "daemon/config/yaml_reader.hpp"

#include <unistd.h>

#include <algorithm>
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

/// Names of triggers and functions are made of a source's name, and PostgreSQL cuts names after 63 bytes.
constexpr std::size_t kLongestCaptured = 40;

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
    if (!source.capture.empty() && source.name.size() > kLongestCaptured) {
        problems.emplace_back(
            source.where,
            path + ".capture: a source whose tables are captured has a name of at most " +
                std::to_string(kLongestCaptured) + " characters"
        );
    }
    source.query = trimmed(source.query);
    if (source.event_type.empty()) {
        source.event_type = source.entity_type + ".updated";
    }
}

void complete(ListenSettings& listen, Problems& problems) {
    if (listen.tls_certificate.empty() != listen.tls_key.empty()) {
        const bool lacks_key = listen.tls_key.empty();
        problems.emplace_back(
            listen.where,
            std::string("listen.") + (lacks_key ? "tls_key" : "tls_certificate") +
                ": is missing, TLS needs certificate and key; give both, or none for plain HTTP"
        );
    }
    if (listen.body_memory < listen.body_limit) {
        problems.emplace_back(
            listen.where,
            "listen.body_memory: " + byte_count_text(listen.body_memory) +
                " is less than one body may have, expected at least body_limit, " +
                byte_count_text(listen.body_limit)
        );
    }
    while (listen.public_url.ends_with('/')) {
        listen.public_url.pop_back();
    }
}

}  // namespace

void read_old_keys(Section& section, SecretSettings& secrets) {
    const auto name_of = [](const std::string& key) { return key.substr(0, key.find(':')); };
    const YamlNode* const current = section.take("key");
    const bool has_current = current != nullptr && (current->unusable || !current->text.empty());
    section.items("old_keys", [&](const YamlNode& node, const std::string& path) {
        if (node.unusable) {
            return;
        }
        YamlNode hidden = node;
        hidden.confidential = true;
        const auto refuse = [&](const Complaint& complaint) {
            section.problems().emplace_back(node.where, path + ": " + sentence(hidden, complaint));
        };
        std::string key;
        auto complaint = parse(hidden, key);
        complaint = complaint ? complaint : not_empty(key);
        complaint = complaint ? complaint : secret_key(key);
        if (complaint) {
            refuse(*complaint);
            return;
        }
        const auto has_its_name = [&](const std::string& other) { return name_of(other) == name_of(key); };
        if (!has_current) {
            refuse({"is of no use without secrets.key", "a current key beside the old ones"});
        } else if (has_its_name(secrets.key) || std::ranges::any_of(secrets.old_keys, has_its_name)) {
            refuse({"has the name of another key", "a name for each key, and the current one not repeated"});
        } else {
            secrets.old_keys.push_back(std::move(key));
        }
    });
}

void read_change_column(Section& section, SourceSettings& source) {
    if (section.take("capture") == nullptr) {
        section.required("change_column", source.change_column, not_empty);
    } else {
        section.key("change_column", source.change_column, not_empty);
    }
}

void read_capture(Section& section, SourceSettings& source) {
    const auto read_one = [&source](Section& entry) {
        CapturedTable captured;
        declare(entry, captured);
        if (captured.table.empty() || captured.key.empty()) {
            return;
        }
        if (std::ranges::find(source.capture, captured.table, &CapturedTable::table) !=
            source.capture.end()) {
            entry.complain("table", in_quotes(captured.table) + " is captured already");
            return;
        }
        source.capture.push_back(std::move(captured));
    };
    const YamlNode* const node = section.take("capture");
    if (node != nullptr && node->kind == YamlNode::Kind::map) {
        section.section("capture", read_one);
    } else {
        section.list("capture", read_one);
    }
}

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
    complete(settings.listen, problems);
    for (SourceSettings& source : settings.sources) {
        complete(source, problems);
    }
    for (const std::string& old : settings.secrets.old_keys) {
        settings.secrets.key += "\n" + old;
    }

    if (!problems.empty()) {
        sort_problems(problems, file.string());
        return std::unexpected(std::move(problems));
    }
    return settings;
}

}  // namespace navette::config
