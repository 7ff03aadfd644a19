// Fields made of other fields of the same record or array item.
#include "daemon/sync/argument.hpp"
#include "daemon/sync/transforms.hpp"
#include "daemon/sync/utf8.hpp"
#include "daemon/sync/value_text.hpp"

#include <array>

namespace navette::sync {
namespace {

namespace json = boost::json;

/// The text of a sibling; empty where it is absent or null.
core::Result<std::string> sibling_text(const Path& path, const json::object& scope) {
    const json::value* found = path.find(scope);
    if (found == nullptr || found->is_null()) {
        return std::string();
    }
    std::optional<std::string> text = plain_text(*found);
    if (!text) {
        return refusal(
            path.text() + " is " + std::string(kind_name(*found)) + ", which cannot be part of a text"
        );
    }
    return std::move(*text);
}

core::Result<Transform> compile_join(const json::value& argument) {
    ArgumentReader read(argument);
    const std::string with = read.text("with", " ");
    std::vector<Path> paths = read.paths("paths");
    if (auto checked = read.finish(); !checked) {
        return std::unexpected(checked.error());
    }
    Transform transform;
    transform.forward =
        [with, paths = std::move(paths)](const Field&, const json::object& scope) -> core::Result<Field> {
        std::string joined;
        for (const Path& path : paths) {
            const core::Result<std::string> text = sibling_text(path, scope);
            if (!text) {
                return std::unexpected(text.error());
            }
            if (!text->empty()) {
                joined += (joined.empty() ? "" : with) + *text;
            }
        }
        return joined.empty() ? Field() : text_field(joined);
    };
    transform.one_way = "the parts cannot be told apart again";
    transform.supplies_value = true;
    return transform;
}

/// A text, then the value of a path; the last piece has no path.
struct Piece {
    std::string text;
    Path path;
};

core::Result<std::vector<Piece>> parse_template(std::string_view text) {
    std::vector<Piece> pieces(1);
    while (!text.empty()) {
        const char first = text.front();
        if (text.starts_with("{{") || text.starts_with("}}")) {
            pieces.back().text.push_back(first);
            text.remove_prefix(2);
        } else if (first == '{') {
            const std::size_t end = text.find('}');
            if (end == std::string_view::npos) {
                return refusal("a '{' is not closed; a brace itself is written {{");
            }
            core::Result<Path> path = Path::parse(text.substr(1, end - 1));
            if (!path) {
                return std::unexpected(path.error());
            }
            pieces.back().path = std::move(*path);
            pieces.emplace_back();
            text.remove_prefix(end + 1);
        } else if (first == '}') {
            return refusal("a '}' was not opened; a brace itself is written }}");
        } else {
            pieces.back().text.push_back(first);
            text.remove_prefix(1);
        }
    }
    return pieces;
}

core::Result<Transform> compile_template(const json::value& argument) {
    if (!argument.is_string()) {
        return refusal("it needs a text with paths in braces");
    }
    core::Result<std::vector<Piece>> pieces = parse_template(std::string_view(argument.get_string()));
    if (!pieces) {
        return std::unexpected(pieces.error());
    }
    Transform transform;
    transform.forward =
        [pieces = std::move(*pieces)](const Field&, const json::object& scope) -> core::Result<Field> {
        std::string filled;
        for (const Piece& piece : pieces) {
            const core::Result<std::string> text = sibling_text(piece.path, scope);
            if (!text) {
                return std::unexpected(text.error());
            }
            filled += piece.text;
            filled += *text;
        }
        return text_field(trimmed(filled));
    };
    transform.one_way = "the parts cannot be told apart again";
    transform.supplies_value = true;
    return transform;
}

core::Result<Transform> compile_first_of(const json::value& argument) {
    core::Result<std::vector<Path>> paths = read_paths(argument);
    if (!paths) {
        return std::unexpected(paths.error());
    }
    Transform transform;
    transform.forward =
        [paths = std::move(*paths)](Field field, const json::object& scope) -> core::Result<Field> {
        if (field && !is_blank(*field)) {
            return field;
        }
        for (const Path& path : paths) {
            if (const json::value* found = find_filled(path, scope)) {
                return *found;
            }
        }
        return Field();
    };
    transform.one_way = "nothing tells from which field the value came";
    transform.supplies_value = true;
    return transform;
}

constexpr std::array kTypes{
    TransformType{"join", "{join: {with: \" \", paths: [first_name, last_name]}}", compile_join},
    TransformType{"template", "{template: \"{first_name} {last_name}\"}", compile_template},
    TransformType{"first_of", "{first_of: [email, contact.email]}", compile_first_of},
};

}  // namespace

std::span<const TransformType> compose_transforms() {
    return kTypes;
}

}  // namespace navette::sync
