#include "tests/standin/shopify_bulk_query.hpp"

#include "tests/standin/shopify_execution.hpp"
#include "tests/standin/shopify_projection.hpp"
#include "tests/standin/shopify_validation.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

namespace navette::standin {

namespace json = boost::json;
using graphql::Field;

namespace {

constexpr int kMostLists = 5;
constexpr int kDeepestList = 2;

/// A list of a query, and what is asked of each of its nodes.
struct List {
    const Field* field;
    std::string node_type;
    std::vector<Field> own;   // without the lists below it
    std::vector<List> below;  // directly
};

std::string type_of(const Field& field, const std::string& holder) {
    return graphql::Schema::admin().find(holder)->fields.at(field.name).type.name;
}

/// The selection of `edges{node{...}}`; null where there is another.
const std::vector<Field>* nodes_of(const Field& list) {
    if (list.selection.size() != 1 || list.selection.front().name != "edges") {
        return nullptr;
    }
    const auto& edges = list.selection.front();
    return edges.selection.size() == 1 && edges.selection.front().name == "node"
               ? &edges.selection.front().selection
               : nullptr;
}

class Reading {
  public:
    std::expected<List, std::string> read(const Field& field, const std::string& holder, int depth) {
        List list{&field, {}, {}, {}};
        const auto connection = type_of(field, holder);
        const auto* nodes = nodes_of(field);
        if (++lists_ > kMostLists || depth > kDeepestList) {
            return std::unexpected("Bulk queries cannot contain so many connections.");
        }
        if (nodes == nullptr) {
            return std::unexpected("this stand-in reads connections as edges{node{...}}");
        }
        list.node_type = connection.substr(0, connection.size() - std::string("Connection").size());
        for (const auto& inner : *nodes) {
            if (!graphql::is_connection(type_of(inner, list.node_type))) {
                list.own.push_back(inner);
                continue;
            }
            auto below = read(inner, list.node_type, depth + 1);
            if (!below) {
                return below;
            }
            list.below.push_back(std::move(*below));
        }
        const auto names_id = std::ranges::any_of(list.own, [](const Field& one) {
            return one.name == "id" && one.alias == "id";
        });
        if (!list.below.empty() && !names_id) {
            return std::unexpected(
                "The parent 'node' field for a nested connection must select the 'id' field"
            );
        }
        return list;
    }

  private:
    int lists_ = 0;
};

/// Adds the node's line, and behind it, or to `later`, those of what is below it.
void write_lines(
    const json::object& node,
    const List& list,
    const json::value& parent,
    std::vector<std::string>& lines,
    std::vector<std::string>& later
) {
    auto line = graphql::project(node, list.node_type, list.own, {}).object;
    if (!parent.is_null()) {
        line["__parentId"] = parent;
    }
    lines.push_back(json::serialize(line));
    for (const auto& below : list.below) {
        for (const auto& child : node.at(below.field->name).as_array()) {
            write_lines(child.as_object(), below, node.at("id"), later, later);
        }
    }
}

struct Span {
    std::size_t from = 0;
    std::size_t to = 0;  // included
};

/// "bytes=5-9"; nothing for what is no such header.
std::optional<Span> span_of(std::string_view header) {
    constexpr std::string_view kUnit = "bytes=";
    const auto dash = header.find('-');
    if (!header.starts_with(kUnit) || dash == std::string_view::npos) {
        return std::nullopt;
    }
    const auto number = [](std::string_view text) {
        std::size_t read = 0;
        const auto* const end = text.data() + text.size();
        const auto [stop, error] = std::from_chars(text.data(), end, read);
        return error == std::errc{} && stop == end ? std::optional(read) : std::nullopt;
    };
    const auto from = number(header.substr(kUnit.size(), dash - kUnit.size()));
    const auto to = number(header.substr(dash + 1));
    return from && to && *from <= *to ? std::optional(Span{*from, *to}) : std::nullopt;
}

}  // namespace

std::expected<std::vector<std::string>, std::string> bulk_query_lines(
    ShopifyShop& shop, const std::string& text, bool grouped
) {
    const auto parsed = graphql::parse_operation(text);
    if (!parsed) {
        return std::unexpected(parsed.error());
    }
    if (parsed->is_mutation || !parsed->variables.empty() || parsed->fields.size() != 1) {
        return std::unexpected("Bulk queries must contain one top-level field and no variables.");
    }
    if (const auto errors = graphql::validate(*parsed, {}, graphql::Lists::whole); !errors.empty()) {
        return std::unexpected(std::string(errors.front().at("message").as_string()));
    }
    const auto& root = parsed->fields.front();
    if (!graphql::is_connection(type_of(root, "QueryRoot"))) {
        return std::unexpected("Bulk queries must contain at least one connection.");
    }
    const auto list = Reading().read(root, "QueryRoot", 1);
    if (!list) {
        return std::unexpected(list.error());
    }
    const auto nodes = answer_root(shop, root);
    std::vector<std::string> lines;
    std::vector<std::string> later;
    for (const auto& node : nodes.as_array()) {
        write_lines(node.as_object(), *list, nullptr, lines, grouped ? lines : later);
    }
    std::ranges::move(later, std::back_inserter(lines));
    return lines;
}

Response file_answer(const Request& request, const std::string& file, bool knows_ranges) {
    constexpr auto kType = "application/jsonl";
    const auto span = knows_ranges ? span_of(request.header("range")) : std::nullopt;
    if (!span) {
        return {200, kType, file};
    }
    const auto total = std::to_string(file.size());
    if (span->from >= file.size()) {
        Response refused(416, "application/xml", "<Error><Code>InvalidRange</Code></Error>");
        refused.headers.emplace_back("Content-Range", "bytes */" + total);
        return refused;
    }
    const auto last = std::min(span->to, file.size() - 1);
    Response part(206, kType, file.substr(span->from, last - span->from + 1));
    part.headers.emplace_back(
        "Content-Range", "bytes " + std::to_string(span->from) + "-" + std::to_string(last) + "/" + total
    );
    return part;
}

}  // namespace navette::standin
