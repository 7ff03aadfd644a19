#include "daemon/config/yaml_tree.hpp"

#include "daemon/config/text_file.hpp"
#include "daemon/config/yaml_builder.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace navette::config {
namespace {

constexpr std::size_t kLargestFile = 1024UZ * 1024;

std::size_t sequence_length(unsigned char lead) {
    if (lead < 0x80) {
        return 1;
    }
    if (lead >= 0xC2 && lead <= 0xDF) {
        return 2;
    }
    if (lead >= 0xE0 && lead <= 0xEF) {
        return 3;
    }
    return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
}

bool is_control(unsigned char byte) {
    return byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r';
}

/// The line of the first byte that is not UTF-8 text, 0 when all is well.
int first_bad_line(std::string_view text) {
    int line = 1;
    for (std::size_t at = 0; at < text.size();) {
        const auto lead = static_cast<unsigned char>(text[at]);
        const std::size_t length = sequence_length(lead);
        if (length == 0 || at + length > text.size() || is_control(lead)) {
            return line;
        }
        for (std::size_t i = 1; i < length; ++i) {
            if ((static_cast<unsigned char>(text[at + i]) & 0xC0U) != 0x80U) {
                return line;
            }
        }
        line += lead == '\n' ? 1 : 0;
        at += length;
    }
    return 0;
}

void drop_duplicates(YamlNode& node, const std::string& path, Problems& problems) {
    for (std::size_t i = 0; i < node.items.size(); ++i) {
        drop_duplicates(node.items[i], item_path(path, i), problems);
    }
    std::map<std::string, int> first_lines;
    std::vector<YamlEntry> kept;
    kept.reserve(node.entries.size());
    for (YamlEntry& entry : node.entries) {
        const std::string entry_path = key_path(path, entry.key);
        const auto [first, is_new] = first_lines.try_emplace(entry.key, entry.value.where.line);
        if (!is_new) {
            problems.emplace_back(
                entry.value.where,
                entry_path + ": is given twice, first in line " + std::to_string(first->second) +
                    "; remove one"
            );
            continue;
        }
        drop_duplicates(entry.value, entry_path, problems);
        kept.push_back(std::move(entry));
    }
    node.entries = std::move(kept);
}

}  // namespace

const YamlNode* YamlNode::find(std::string_view key) const {
    const auto found = std::ranges::find(entries, key, &YamlEntry::key);
    return found == entries.end() ? nullptr : &found->value;
}

YamlNode* YamlNode::find(std::string_view key) {
    const auto found = std::ranges::find(entries, key, &YamlEntry::key);
    return found == entries.end() ? nullptr : &found->value;
}

std::string key_path(std::string_view parent, std::string_view key) {
    return parent.empty() ? std::string(key) : std::string(parent) + "." + std::string(key);
}

std::string item_path(std::string_view parent, std::size_t index) {
    return std::string(parent) + "[" + std::to_string(index) + "]";
}

std::optional<YamlNode> parse_yaml_file(const std::filesystem::path& file, Problems& problems) {
    const auto text = read_text_file(file, kLargestFile);
    if (!text) {
        problems.emplace_back(Location(file.string(), 0), text.error().message);
        return std::nullopt;
    }
    if (const int line = first_bad_line(*text); line > 0) {
        problems.emplace_back(
            Location(file.string(), line),
            "is not text in UTF-8, expected a YAML file without control characters"
        );
        return std::nullopt;
    }
    auto tree = build_yaml_tree(*text, file.string());
    if (!tree) {
        problems.push_back(std::move(tree.error()));
        return std::nullopt;
    }
    if (tree->where.line == 0) {
        tree->where = Location(file.string(), 1);  // an empty file: what it lacks is told there too
    }
    drop_duplicates(*tree, "", problems);
    return std::move(*tree);
}

}  // namespace navette::config
