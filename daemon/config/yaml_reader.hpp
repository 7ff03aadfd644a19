// Reads a map of the YAML tree key by key: each key is declared in one line with its target and checks, and
// what is left over is an unknown key. Serves the settings and the manifests. Internal to daemon/config.
#pragma once

#include "daemon/config/yaml_tree.hpp"
#include "daemon/config/yaml_value.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace navette::config {

/// Puts problems into the order in which a reader of the files meets them; `main_file` comes before any
/// other.
void sort_problems(Problems& problems, const std::string& main_file);

/// One map of the file while it is read. Every function marks its key as known. A mistake becomes a problem
/// and leaves the target as it was; reading goes on.
class Section {
  public:
    using Read = std::function<void(Section&)>;
    using ReadEntry = std::function<void(const std::string& name, Section&)>;

    /// Reads the node by `read`, then reports keys that it did not name. A null node is an empty map.
    static void read(const YamlNode& node, std::string path, Problems& problems, const Read& read);

    /// A key that may be left out. Returns whether the target was set.
    template <class T, class... Checks>
    bool key(std::string_view name, T& target, const Checks&... checks) {
        const YamlNode* const value = take(name);
        return value != nullptr && read_value(*value, path_of(name), target, checks...);
    }

    /// A key that must be there.
    template <class T, class... Checks>
    bool required(std::string_view name, T& target, const Checks&... checks) {
        if (map_.find(name) == nullptr) {
            complain(name, "is missing, it is required");
        }
        return key(name, target, checks...);
    }

    /// A key whose value is never quoted in a message.
    template <class T, class... Checks>
    bool secret(std::string_view name, T& target, const Checks&... checks) {
        const YamlNode* const value = take(name);
        if (value == nullptr) {
            return false;
        }
        YamlNode hidden = *value;
        hidden.confidential = true;
        return read_value(hidden, path_of(name), target, checks...);
    }

    /// A libpq connection string, which may hold a password.
    template <class... Checks>
    bool connection(std::string_view name, std::string& target, const Checks&... checks) {
        return secret(name, target, checks...);
    }

    /// A map of names to lists of scalars; the checks apply to each of these.
    template <class... Checks>
    void lists(
        std::string_view name,
        std::map<std::string, std::vector<std::string>>& target,
        const Checks&... checks
    ) {
        section(name, [&](Section& map) {
            for (const std::string& key : map.key_names()) {
                std::vector<std::string> values;
                if (map.key(key, values, checks...)) {
                    target[key] = std::move(values);
                }
            }
        });
    }

    /// A map with keys of its own.
    void section(std::string_view name, const Read& read);

    /// A map of names to maps.
    void entries(std::string_view name, const ReadEntry& read);

    /// A map of names to maps, as a list of values that keep their name and place.
    template <class T, class ReadOne>
    void each(std::string_view name, std::vector<T>& target, const ReadOne& read) {
        entries(name, [&](const std::string& entry_name, Section& entry) {
            T& value = target.emplace_back();
            value.name = entry_name;
            value.where = entry.where();
            read(entry, value);
        });
    }

    /// A list, item by item; `read` gets the item and its path.
    void items(
        std::string_view name, const std::function<void(const YamlNode&, const std::string& path)>& read
    );

    /// A list of maps.
    void list(std::string_view name, const Read& read);

    /// The key's node, known from now on; null where it is missing.
    const YamlNode* take(std::string_view name);

    /// The names of the keys that are there, in the file's order.
    [[nodiscard]] std::vector<std::string> key_names() const;

    /// Records a problem with a key, or with the section itself when the key is empty.
    void complain(std::string_view name, std::string sentence);

    /// Applies a check to the name under which this section stands in its parent.
    void check_name(const std::string& name, const Verdict& complaint);

    [[nodiscard]] const Location& where() const { return map_.where; }
    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] Problems& problems() { return problems_; }

  private:
    Section(const YamlNode& map, std::string path, Problems& problems)
        : map_(map), path_(std::move(path)), problems_(problems) {}

    [[nodiscard]] std::string path_of(std::string_view name) const { return key_path(path_, name); }
    void report(const YamlNode& node, const std::string& path, const Complaint& complaint);
    void report_unknown_keys();

    template <class T, class... Checks>
    bool read_value(const YamlNode& node, const std::string& path, T& target, const Checks&... checks) {
        if (node.unusable) {
            return false;
        }
        T value{};
        Verdict complaint = parse(node, value);
        ((complaint = complaint ? complaint : Verdict(checks(value))), ...);
        if (complaint) {
            report(node, path, *complaint);
            return false;
        }
        target = std::move(value);
        return true;
    }

    /// A list of scalars; the checks apply to each.
    template <class T, class... Checks>
    bool read_value(
        const YamlNode& node, const std::string& path, std::vector<T>& target, const Checks&... checks
    ) {
        if (node.unusable) {
            return false;
        }
        if (node.kind != YamlNode::Kind::list) {
            report(node, path, {"is not a list", "a list such as [a, b]"});
            return false;
        }
        std::vector<T> values;
        bool all_read = true;
        for (std::size_t i = 0; i < node.items.size(); ++i) {
            T value{};
            all_read = read_value(node.items[i], item_path(path, i), value, checks...) && all_read;
            values.push_back(std::move(value));
        }
        if (all_read) {
            target = std::move(values);
        }
        return all_read;
    }

    const YamlNode& map_;
    std::string path_;
    Problems& problems_;
    std::vector<std::string> known_;
};

}  // namespace navette::config
