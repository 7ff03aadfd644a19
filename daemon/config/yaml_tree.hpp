// A YAML file as a plain tree that remembers where everything stands. Internal to daemon/config: the readers
// above it need not know yaml-cpp, which keeps the first of two equal keys silently and forgets which file a
// merged node is from.
#pragma once

#include "daemon/config/problem.hpp"

#include <boost/json/value.hpp>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace navette::config {

struct YamlEntry;

struct YamlNode {
    enum class Kind { null, scalar, list, map };

    Kind kind = Kind::null;
    Location where;                  // of its key, where it is a map's value
    std::string text;                // of a scalar
    bool quoted = false;             // a scalar that is text whatever it looks like
    bool confidential = false;       // never to be quoted in a message
    bool unusable = false;           // its problem is already recorded
    std::vector<YamlNode> items;     // of a list
    std::vector<YamlEntry> entries;  // of a map, in the file's order

    /// The value of a map's key; null where there is none or the node is no map.
    [[nodiscard]] const YamlNode* find(std::string_view key) const;
    [[nodiscard]] YamlNode* find(std::string_view key);
};

struct YamlEntry {
    std::string key;
    YamlNode value;
};

/// "engine" + "poll" = "engine.poll"; an empty parent is the file's root.
[[nodiscard]] std::string key_path(std::string_view parent, std::string_view key);

/// "limits" + 2 = "limits[2]".
[[nodiscard]] std::string item_path(std::string_view parent, std::size_t index);

/// Parses a file of at most 1 MiB with one document. Aliases and merge keys (<<) are expanded. A file that
/// cannot be read or parsed gives nothing and one problem; duplicate keys are problems too, and the tree
/// holds the first of each.
[[nodiscard]] std::optional<YamlNode> parse_yaml_file(const std::filesystem::path& file, Problems& problems);

/// The node as JSON. Plain scalars become null, booleans and numbers where JSON could spell them so; all else
/// is text, also 007 and numbers that would lose digits.
[[nodiscard]] boost::json::value to_json(const YamlNode& node);

}  // namespace navette::config
