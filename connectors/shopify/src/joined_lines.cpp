#include "joined_lines.hpp"

#include <navette/sdk/foreign_json.hpp>

#include <optional>
#include <utility>

namespace navette::shopify {

namespace {

/// A record whose children are still being gathered.
class OpenRecord {
  public:
    OpenRecord(json::object record, Children children)
        : record_(std::move(record)), id_(sdk::text_at(record_, "id")), children_(children) {}

    [[nodiscard]] bool is_named() const { return !id_.empty(); }

    /// False where it is another record's child.
    [[nodiscard]] bool take(json::object child) {
        if (children_.name.empty() || sdk::text_at(child, "__parentId") != id_) {
            return false;
        }
        if (nodes_.size() < children_.kept) {
            child.erase("__parentId");
            nodes_.push_back(std::move(child));
        }
        return true;
    }

    [[nodiscard]] json::object closed() && {
        if (!children_.name.empty()) {
            json::object connection;
            connection["nodes"] = std::move(nodes_);
            record_[children_.name] = std::move(connection);
        }
        return std::move(record_);
    }

  private:
    json::object record_;
    std::string id_;
    Children children_;
    json::array nodes_;
};

}  // namespace

std::expected<JoinedLines, std::string> join_lines(
    std::string_view text, bool is_end, std::size_t most, Children children
) {
    JoinedLines joined;
    std::optional<OpenRecord> open;
    const auto close = [&](std::size_t at) {
        if (open) {
            joined.records.push_back(std::move(*open).closed());
            open.reset();
        }
        joined.taken = at;
    };
    std::size_t at = 0;
    while (at < text.size() && joined.records.size() < most) {
        const auto end = text.find('\n', at);
        if (end == std::string_view::npos && !is_end) {
            return joined;
        }
        const auto line = text.substr(at, end - at);
        const auto next = end == std::string_view::npos ? text.size() : end + 1;
        if (line.empty()) {
            at = next;
            continue;
        }
        auto read = sdk::read_json_object(line);
        if (!read) {
            return std::unexpected(std::string("a line of it is no JSON object"));
        }
        if (read->contains("__parentId")) {
            if (!open || !open->take(std::move(*read))) {
                return std::unexpected(std::string("a line of it stands behind another record than its own"));
            }
        } else {
            close(at);
            if (joined.records.size() == most) {
                return joined;
            }
            open.emplace(std::move(*read), children);
            if (!open->is_named()) {
                return std::unexpected(std::string("a record in it has no id"));
            }
            if (children.name.empty()) {
                close(next);
            }
        }
        at = next;
    }
    if (is_end && joined.records.size() < most) {
        close(text.size());
    }
    return joined;
}

}  // namespace navette::shopify
