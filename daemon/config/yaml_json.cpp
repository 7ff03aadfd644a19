#include "daemon/config/number.hpp"
#include "daemon/config/yaml_tree.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <cstdint>

namespace navette::config {
namespace {

/// JSON's own grammar up to the fraction, so that 007, 0x1F, 1. and .5 stay text.
bool looks_like_number(std::string_view text) {
    if (text.starts_with('-')) {
        text.remove_prefix(1);
    }
    const bool leading_zero = text.size() > 1 && text[0] == '0' && text[1] >= '0' && text[1] <= '9';
    const bool starts_and_ends_with_digit = !text.empty() && text.front() >= '0' && text.front() <= '9' &&
                                            text.back() >= '0' && text.back() <= '9';
    return starts_and_ends_with_digit && !leading_zero;
}

boost::json::value scalar_to_json(const YamlNode& node) {
    const std::string_view text = node.text;
    if (node.quoted) {
        return boost::json::value(text);
    }
    if (text == "true" || text == "false") {
        return text == "true";
    }
    if (looks_like_number(text)) {
        if (text.find_first_of(".eE") == std::string_view::npos) {
            if (const auto number = parse_number<std::int64_t>(text)) {
                return *number;
            }
        } else if (const auto number = parse_number<double>(text)) {
            return *number;
        }
    }
    return boost::json::value(text);
}

}  // namespace

boost::json::value to_json(const YamlNode& node) {
    switch (node.kind) {
        case YamlNode::Kind::null:
            return nullptr;
        case YamlNode::Kind::scalar:
            return scalar_to_json(node);
        case YamlNode::Kind::list: {
            boost::json::array list;
            list.reserve(node.items.size());
            for (const YamlNode& item : node.items) {
                list.push_back(to_json(item));
            }
            return list;
        }
        case YamlNode::Kind::map: {
            boost::json::object map;
            for (const YamlEntry& entry : node.entries) {
                map.insert_or_assign(entry.key, to_json(entry.value));
            }
            return map;
        }
    }
    return nullptr;
}

}  // namespace navette::config
