#include "daemon/config/yaml_builder.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <exception>
#include <iterator>
#include <map>
#include <sstream>
#include <utility>

namespace navette::config {
namespace {

// A few aliases of aliases can stand for more nodes than a machine can hold.
constexpr std::size_t kMostNodes = 100'000;
constexpr std::size_t kDeepest = 64;
constexpr std::string_view kStandardTag = "tag:yaml.org,2002:";

class TreeBuilder final : public YAML::EventHandler {
  public:
    explicit TreeBuilder(std::string file) : file_(std::move(file)) {}

    YamlNode take_root() { return std::move(root_); }

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (started_) {
            throw YAML::ParserException(mark, "a second document begins here, expected one");
        }
        started_ = true;
    }
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        finish(mark, node(mark, YamlNode::Kind::null), anchor);
    }

    void OnScalar(
        const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& value
    ) override {
        check_tag(mark, tag);
        YamlNode scalar = node(mark, YamlNode::Kind::scalar);
        scalar.text = value;
        scalar.quoted = tag == "!" || tag == std::string(kStandardTag) + "str";
        finish(mark, std::move(scalar), anchor);
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        const auto anchored = anchors_.find(anchor);
        if (anchored == anchors_.end()) {
            throw YAML::ParserException(mark, "an alias stands inside the value that it repeats");
        }
        YamlNode copy = anchored->second;
        count(mark, copy, open_.size());
        copy.where = at(mark);
        finish(mark, std::move(copy), YAML::NullAnchor);
    }

    void OnSequenceStart(
        const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value
    ) override {
        open(mark, tag, anchor, YamlNode::Kind::list);
    }
    void OnSequenceEnd() override { close(); }

    void OnMapStart(
        const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value
    ) override {
        open(mark, tag, anchor, YamlNode::Kind::map);
    }
    void OnMapEnd() override {
        merge_inherited(open_.back());
        close();
    }

  private:
    struct Open {
        YamlNode node;
        YAML::Mark mark;
        YAML::anchor_t anchor = YAML::NullAnchor;
        bool has_key = false;
        std::string key;
        Location key_where;
    };

    [[nodiscard]] Location at(const YAML::Mark& mark) const { return {file_, mark.line + 1}; }

    YamlNode node(const YAML::Mark& mark, YamlNode::Kind kind) {
        if (++nodes_ > kMostNodes) {
            throw YAML::ParserException(mark, "the file holds too many values");
        }
        YamlNode result;
        result.kind = kind;
        result.where = at(mark);
        return result;
    }

    void count(const YAML::Mark& mark, const YamlNode& copy, std::size_t depth) {
        if (++nodes_ > kMostNodes) {
            throw YAML::ParserException(mark, "the file holds too many values once its aliases are expanded");
        }
        if (depth > kDeepest) {
            throw YAML::ParserException(mark, "values are nested too deeply");
        }
        for (const YamlNode& item : copy.items) {
            count(mark, item, depth + 1);
        }
        for (const YamlEntry& entry : copy.entries) {
            count(mark, entry.value, depth + 1);
        }
    }

    static void check_tag(const YAML::Mark& mark, const std::string& tag) {
        if (!tag.empty() && tag != "?" && tag != "!" && !tag.starts_with(kStandardTag)) {
            throw YAML::ParserException(
                mark, "the tag " + tag + " is unknown, quote a text that begins with !"
            );
        }
    }

    void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YamlNode::Kind kind) {
        check_tag(mark, tag);
        if (open_.size() >= kDeepest) {
            throw YAML::ParserException(mark, "values are nested too deeply");
        }
        if (!open_.empty() && open_.back().node.kind == YamlNode::Kind::map && !open_.back().has_key) {
            throw YAML::ParserException(
                mark, "a list or a map cannot be a key, quote a text that begins with [ or {"
            );
        }
        Open opened;
        opened.node = node(mark, kind);
        opened.mark = mark;
        opened.anchor = anchor;
        open_.push_back(std::move(opened));
    }

    void close() {
        Open closed = std::move(open_.back());
        open_.pop_back();
        finish(closed.mark, std::move(closed.node), closed.anchor);
    }

    void finish(const YAML::Mark& mark, YamlNode value, YAML::anchor_t anchor) {
        if (anchor != YAML::NullAnchor) {
            count(mark, value, open_.size());
            anchors_[anchor] = value;
        }
        if (open_.empty()) {
            root_ = std::move(value);
            return;
        }
        Open& parent = open_.back();
        if (parent.node.kind == YamlNode::Kind::list) {
            parent.node.items.push_back(std::move(value));
            return;
        }
        if (!parent.has_key) {
            if (value.kind != YamlNode::Kind::scalar) {
                throw YAML::ParserException(mark, "a key is missing or is not text");
            }
            parent.key = std::move(value.text);
            parent.key_where = std::move(value.where);
            parent.has_key = true;
            return;
        }
        value.where = parent.key_where;
        parent.node.entries.push_back({std::move(parent.key), std::move(value)});
        parent.has_key = false;
    }

    /// `<<: *other`: the other map's keys, where this one does not give its own.
    static void merge_inherited(Open& map) {
        std::vector<YamlNode> parents;
        std::vector<YamlEntry> own;
        for (YamlEntry& entry : map.node.entries) {
            if (entry.key != "<<") {
                own.push_back(std::move(entry));
            } else if (entry.value.kind == YamlNode::Kind::list) {
                std::ranges::move(entry.value.items, std::back_inserter(parents));
            } else {
                parents.push_back(std::move(entry.value));
            }
        }
        map.node.entries = std::move(own);
        for (YamlNode& parent : parents) {
            if (parent.kind != YamlNode::Kind::map) {
                throw YAML::ParserException(map.mark, "a merge key (<<) takes an alias of a map");
            }
            for (YamlEntry& entry : parent.entries) {
                if (map.node.find(entry.key) == nullptr) {
                    map.node.entries.push_back(std::move(entry));
                }
            }
        }
    }

    std::string file_;
    std::vector<Open> open_;
    std::map<YAML::anchor_t, YamlNode> anchors_;
    YamlNode root_;
    std::size_t nodes_ = 0;
    bool started_ = false;
};

}  // namespace

std::expected<YamlNode, Problem> build_yaml_tree(const std::string& text, const std::string& file) {
    TreeBuilder builder(file);
    try {
        std::istringstream stream(text);
        YAML::Parser parser(stream);
        while (parser.HandleNextDocument(builder)) {
        }
    } catch (const YAML::Exception& error) {
        return std::unexpected(Problem(Location(file, error.mark.line + 1), "is not valid YAML: " + error.msg)
        );
    } catch (const std::exception& error) {
        return std::unexpected(Problem(Location(file, 0), std::string("is not valid YAML: ") + error.what()));
    }
    YamlNode root = builder.take_root();
    root.where.file = file;
    return root;
}

}  // namespace navette::config
