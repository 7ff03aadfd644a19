#include "daemon/sync/natural_key.hpp"

#include "daemon/sync/path.hpp"
#include "daemon/sync/three_way.hpp"
#include "daemon/sync/utf8.hpp"
#include "daemon/sync/value_text.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

namespace navette::sync {
namespace {

namespace json = boost::json;

std::string digits_of(std::string_view text) {
    std::string digits;
    std::ranges::copy_if(text, std::back_inserter(digits), [](char c) { return c >= '0' && c <= '9'; });
    return digits;
}

std::string collapsed(std::string_view text) {
    std::string kept;
    kept.reserve(text.size());
    text = trimmed(text);
    bool gap = false;
    while (!text.empty()) {
        const std::string_view one = text.substr(0, first_code_point(text).size);
        text.remove_prefix(one.size());
        if (trimmed(one).empty()) {
            gap = true;
            continue;
        }
        kept.append(gap ? " " : "").append(one);
        gap = false;
    }
    return kept;
}

const json::value* value_at(const json::object& record, const std::string& path) {
    if (path.find('[') == std::string::npos) {
        return &leaf(record, path);
    }
    const core::Result<Path> parsed = Path::parse(path);
    return parsed ? parsed->find(record) : nullptr;
}

}  // namespace

std::vector<NaturalKey> natural_keys_of(const json::object& record, std::span<const std::string> paths) {
    std::vector<NaturalKey> keys;
    for (const std::string& path : paths) {
        const json::value* found = value_at(record, path);
        const std::optional<std::string> text = found == nullptr ? std::nullopt : plain_text(*found);
        if (!text) {
            continue;
        }
        std::string value = path.ends_with("phone") ? digits_of(*text) : to_lower(collapsed(*text));
        if (!value.empty()) {
            keys.push_back({path, std::move(value)});
        }
    }
    return keys;
}

}  // namespace navette::sync
