#include "daemon/ctl/record_text.hpp"

#include "daemon/ctl/json_text.hpp"
#include "daemon/ctl/moment.hpp"
#include "daemon/sync/value_text.hpp"

#include <algorithm>

namespace navette::ctl {

std::string shown(const store::Record& record, std::string_view name) {
    const auto* value = record.if_contains(name);
    if (value == nullptr || value->is_null()) {
        return {};
    }
    if (value->is_bool()) {
        return value->as_bool() ? "yes" : "no";
    }
    return sync::plain_text(*value).value_or(value->is_structured() ? compact_json(*value) : "");
}

bool is_true(const store::Record& record, std::string_view name) {
    const auto* value = record.if_contains(name);
    return value != nullptr && value->is_bool() && value->as_bool();
}

std::int64_t integer_of(const store::Record& record, std::string_view name) {
    const auto* value = record.if_contains(name);
    return value != nullptr && value->is_int64() ? value->as_int64() : 0;
}

Cell state_cell(std::string state) {
    const auto is_one_of = [&](std::initializer_list<std::string_view> words) {
        return std::ranges::find(words, state) != words.end();
    };
    auto tone = Tone::plain;
    if (is_one_of({"done", "active", "alive", "applied", "yes"})) {
        tone = Tone::good;
    } else if (is_one_of(
                   {"failed", "rejected", "needs_reauth", "misconfigured", "gone", "conflict", "error", "dead"
                   }
               )) {
        tone = Tone::bad;
    } else if (is_one_of({"retry", "unavailable", "throttled", "processing", "paused", "pending migration"}
               )) {
        tone = Tone::attention;
    } else if (is_one_of({"skipped", "waiting", "no"})) {
        tone = Tone::faint;
    }
    return {std::move(state), tone};
}

std::string details_text(
    const store::Record& record, const std::vector<std::string_view>& names, const Layout& layout
) {
    std::size_t width = 0;
    for (const auto name : names) {
        width = std::max(width, name.size());
    }
    std::string text;
    for (const auto name : names) {
        auto value = shown(record, name);
        if (value.empty()) {
            continue;
        }
        if (name.ends_with("_at") || name.ends_with("_since")) {
            value = shown_moment(value) + " (" + shown_age(value, current_moment()) + ")";
        }
        std::string label(name);
        std::ranges::replace(label, '_', ' ');
        label.resize(width + 2, ' ');
        text += toned(label, Tone::faint, layout) + toned(printable(value), state_cell(value).tone, layout) +
                "\n";
    }
    return text;
}

boost::json::array array_of(const store::Records& records) {
    return boost::json::array(records.begin(), records.end());
}

}  // namespace navette::ctl
