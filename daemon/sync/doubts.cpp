#include "daemon/sync/doubts.hpp"

#include <algorithm>
#include <utility>

namespace navette::sync {

namespace json = boost::json;

namespace {

json::object held_after(const json::object& known, const json::object& write) {
    auto held = known;
    lay_over(held, write);
    return held;
}

bool changes_nothing(const Mapping& mapping, const json::object& known, const json::object& write) {
    const auto before = mapping.to_local(known);
    const auto after = mapping.to_local(held_after(known, write));
    return before && after && equal_values(*before, *after);
}

}  // namespace

std::vector<json::object> views_in_doubt(
    const Mapping& mapping, const json::object& known, std::span<const json::object> in_doubt
) {
    std::vector<json::object> views;
    for (const auto& write : in_doubt) {
        // The whole of it: a field may be read from several, of which the write names one.
        auto view = mapping.to_local(held_after(known, write));
        views.push_back(view ? std::move(*view) : json::object());
    }
    return views;
}

std::size_t place_in_doubt(
    std::span<const json::object> views,
    std::string_view field,
    const json::value& shown,
    const json::value& sent
) {
    if (views.empty() || equal_values(shown, sent)) {
        return 0;
    }
    for (std::size_t at = 0; at < views.size(); ++at) {
        const json::value& written = leaf(views[at], field);
        if (!equal_values(written, sent) && (equal_values(shown, written) || is_respelled(shown, written))) {
            return at + 1;
        }
    }
    return 0;
}

std::vector<json::object> left_in_doubt(
    const Mapping& mapping,
    const json::object& known,
    std::span<const json::object> in_doubt,
    const Arrived& arrived
) {
    std::vector<json::object> left;
    std::size_t last = 0;
    for (const auto& [field, place] : arrived) {
        last = std::max(last, place);
    }
    for (std::size_t at = 0; at < in_doubt.size(); ++at) {
        std::vector<std::string> ended;
        for (const auto& [field, place] : arrived) {
            if (at < place) {
                ended.push_back(field);
            }
        }
        auto write = mapping.held_without(in_doubt[at], ended);
        // What stands behind a write that is left may be what takes that one back.
        const bool is_over = at < last && left.empty() && changes_nothing(mapping, known, write);
        if (!is_over) {
            left.push_back(std::move(write));
        }
    }
    return left;
}

bool drop_known(
    const Mapping& mapping,
    json::object& fields,
    const json::object& known,
    std::span<const json::object> in_doubt,
    std::span<const std::string> keep
) {
    const auto all = in_doubt.empty() ? json::object() : fields;
    bool is_news = mapping.drop_known(fields, known, keep);
    for (const auto& write : in_doubt) {
        auto rest = all;
        is_news = mapping.drop_known(rest, held_after(known, write), keep) || is_news;
        lay_over(fields, rest);
    }
    return is_news;
}

}  // namespace navette::sync
