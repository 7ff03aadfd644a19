#include "daemon/ctl/mapping_input.hpp"

#include "daemon/ctl/json_text.hpp"
#include "daemon/ctl/value_input.hpp"
#include "daemon/engine/mapping_draft.hpp"

#include <boost/json/parse.hpp>

namespace navette::ctl {

namespace json = boost::json;

Result<MappedObject> mapped_object(const Arguments& arguments, Context& context, ObjectNeed need) {
    const auto database = context.database();
    if (!database) {
        return std::unexpected(database.error());
    }
    auto known =
        store::find_integration(**database, arguments.text("INTEGRATION"), arguments.value("tenant"));
    if (!known) {
        return fail(known.error());
    }
    const auto inventory = context.inventory();
    if (!inventory) {
        return std::unexpected(inventory.error());
    }
    MappedObject found;
    found.connector = (*inventory)->find(known->row.slug);
    if (!found.connector) {
        return fail(
            ExitCode::configuration,
            "no connector '" + known->row.slug + "' is loaded here; see: navettectl connector list"
        );
    }
    found.known = std::move(*known);
    if (const auto object = arguments.value("OBJECT")) {
        found.spec = found.manifest().object(*object);
        if (found.spec == nullptr && need == ObjectNeed::known) {
            return fail(ExitCode::not_found, engine::no_such_object(found.manifest(), *object));
        }
    }
    return found;
}

Result<json::value> read_json(std::string_view what, const std::string& text) {
    auto content = read_value(what, text);
    if (!content) {
        return std::unexpected(content.error());
    }
    boost::system::error_code error;
    auto value = json::parse(*content, error);
    if (error) {
        return fail(ExitCode::usage, std::string(what) + " cannot be read as JSON: " + error.message());
    }
    return value;
}

Result<json::array> read_transforms(const std::vector<std::string>& given) {
    json::array transforms;
    for (const auto& text : given) {
        if (!text.starts_with('{') && !text.starts_with('@') && text != "-") {
            transforms.emplace_back(text);
            continue;
        }
        auto value = read_json("--transform", text);
        if (!value) {
            return std::unexpected(value.error());
        }
        transforms.push_back(std::move(*value));
    }
    return transforms;
}

std::string shown_direction(config::MappingDirection direction) {
    switch (direction) {
        case config::MappingDirection::both:
            return "both";
        case config::MappingDirection::to_platform:
            return "to_platform";
        case config::MappingDirection::from_platform:
            return "from_platform";
    }
    return {};
}

std::string shown_transforms(const std::vector<config::TransformSpec>& transforms) {
    std::string text;
    for (const auto& transform : transforms) {
        text += (text.empty() ? "" : ", ") + transform.name;
        if (!transform.argument.is_null()) {
            text += " " + compact_json(transform.argument);
        }
    }
    return text;
}

}  // namespace navette::ctl
