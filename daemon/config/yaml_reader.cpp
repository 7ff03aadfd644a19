#include "daemon/config/yaml_reader.hpp"

#include <algorithm>
#include <map>

namespace navette::config {
namespace {

constexpr std::size_t kFewKeys = 8;

}  // namespace

void sort_problems(Problems& problems, const std::string& main_file) {
    // A multimap keeps the order of equals; libstdc++ 12's stable_sort trips over its own deprecation
    // warning.
    std::multimap<std::pair<bool, int>, Problem> sorted;
    for (Problem& problem : problems) {
        sorted.emplace(std::pair(problem.where.file != main_file, problem.where.line), std::move(problem));
    }
    problems.clear();
    for (auto& [place, problem] : sorted) {
        problems.push_back(std::move(problem));
    }
}

void Section::read(const YamlNode& node, std::string path, Problems& problems, const Read& read) {
    Section section(node, std::move(path), problems);
    if (node.unusable) {
        return;
    }
    if (node.kind == YamlNode::Kind::scalar || node.kind == YamlNode::Kind::list) {
        section.report(node, section.path_, {"is not a map", "keys with values below it"});
        return;
    }
    read(section);
    section.report_unknown_keys();
}

const YamlNode* Section::take(std::string_view name) {
    known_.emplace_back(name);
    return map_.find(name);
}

void Section::section(std::string_view name, const Read& read) {
    if (const YamlNode* const node = take(name)) {
        Section::read(*node, path_of(name), problems_, read);
    }
}

void Section::entries(std::string_view name, const ReadEntry& read) {
    section(name, [&](Section& map) {
        for (const YamlEntry& entry : map.map_.entries) {
            map.known_.push_back(entry.key);
            Section::read(entry.value, map.path_of(entry.key), problems_, [&](Section& section) {
                read(entry.key, section);
            });
        }
    });
}

void Section::items(
    std::string_view name, const std::function<void(const YamlNode&, const std::string& path)>& read
) {
    const YamlNode* const node = take(name);
    if (node == nullptr || node->unusable) {
        return;
    }
    if (node->kind != YamlNode::Kind::list) {
        report(*node, path_of(name), {"is not a list", "lines that begin with -"});
        return;
    }
    for (std::size_t i = 0; i < node->items.size(); ++i) {
        read(node->items[i], item_path(path_of(name), i));
    }
}

void Section::list(std::string_view name, const Read& read) {
    items(name, [&](const YamlNode& item, const std::string& path) {
        Section::read(item, path, problems_, read);
    });
}

std::vector<std::string> Section::key_names() const {
    std::vector<std::string> names;
    for (const YamlEntry& entry : map_.entries) {
        names.push_back(entry.key);
    }
    return names;
}

void Section::complain(std::string_view name, std::string sentence) {
    const YamlNode* const node = map_.find(name);
    const std::string path = name.empty() ? path_ : path_of(name);
    problems_.emplace_back(node != nullptr ? node->where : map_.where, path + ": " + std::move(sentence));
}

void Section::check_name(const std::string& name, const Verdict& complaint) {
    if (complaint) {
        complain("", in_quotes(name) + " " + complaint->what + ", expected " + complaint->expected);
    }
}

void Section::report(const YamlNode& node, const std::string& path, const Complaint& complaint) {
    const std::string text = sentence(node, complaint);
    problems_.emplace_back(node.where, path.empty() ? text : path + ": " + text);
}

void Section::report_unknown_keys() {
    for (const YamlEntry& entry : map_.entries) {
        if (std::ranges::find(known_, entry.key) != known_.end()) {
            continue;
        }
        std::string hint = did_you_mean(entry.key, known_);
        if (hint.empty() && known_.size() <= kFewKeys) {
            hint = ", expected " + alternatives(known_);
        }
        problems_.emplace_back(entry.value.where, path_of(entry.key) + ": unknown key" + hint);
    }
}

}  // namespace navette::config
