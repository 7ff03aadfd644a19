#include "daemon/sync/comparison.hpp"

#include <boost/json/object.hpp>

#include <algorithm>
#include <utility>

namespace navette::sync {

namespace json = boost::json;

namespace {

// A person reads the differences; a long text need not stand in the database twice more.
constexpr std::size_t kLongestText = 300;

Winner winner_of(const Merged& merged, const std::string& field) {
    if (std::ranges::find(merged.changed, field) != merged.changed.end()) {
        return Winner::platform;
    }
    return merged.conflicts.contains(field) ? Winner::nobody : Winner::local;
}

std::string_view name_of(Winner winner) {
    switch (winner) {
        case Winner::local:
            return "local";
        case Winner::platform:
            return "platform";
        case Winner::nobody:
            break;
    }
    return "nobody";
}

json::value shortened(const json::value& value) {
    if (!value.is_string() || value.get_string().size() <= kLongestText) {
        return value;
    }
    std::string text(value.get_string().subview(0, kLongestText));
    // No half of a character.
    while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xC0U) == 0x80U) {
        text.pop_back();
    }
    if (!text.empty() && static_cast<unsigned char>(text.back()) >= 0xC0U) {
        text.pop_back();
    }
    return json::value(text + "...");
}

CompareVerdict verdict_of(const std::vector<FieldDifference>& differences, bool is_linked) {
    if (differences.empty()) {
        return is_linked ? CompareVerdict::same : CompareVerdict::link;
    }
    if (std::ranges::any_of(differences, &FieldDifference::is_conflict)) {
        return CompareVerdict::conflict;
    }
    const bool takes = std::ranges::any_of(differences, [](const FieldDifference& difference) {
        return difference.winner == Winner::platform;
    });
    return takes ? CompareVerdict::change_local : CompareVerdict::change_remote;
}

}  // namespace

std::string_view to_string(CompareVerdict verdict) {
    switch (verdict) {
        case CompareVerdict::same:
            return "same";
        case CompareVerdict::link:
            return "link";
        case CompareVerdict::change_local:
            return "change_local";
        case CompareVerdict::change_remote:
            return "change_remote";
        case CompareVerdict::conflict:
            return "conflict";
        case CompareVerdict::create_local:
            return "create_local";
        case CompareVerdict::create_remote:
            return "create_remote";
        case CompareVerdict::ambiguous:
            return "ambiguous";
        case CompareVerdict::missing:
            break;
    }
    return "missing";
}

Comparison compare(const Hub& hub, const Spoke& spoke, bool is_linked) {
    const auto shown = leaves_of(spoke.shown);
    const auto ours = leaves_of(spoke.ours);
    std::vector<std::string> differing;
    for (const auto& [field, value] : shown) {
        if (!equal_values(value, leaf(spoke.ours, field))) {
            differing.push_back(field);
        }
    }
    for (const auto& [field, value] : ours) {
        if (!shown.contains(field) && !value.is_null()) {
            differing.push_back(field);
        }
    }
    std::erase_if(differing, [&](const std::string& field) {
        return spoke.open.contains(field) ||
               (spoke.means_same && spoke.means_same(field, leaf(spoke.ours, field), leaf(spoke.shown, field))
               );
    });
    Comparison comparison;
    if (differing.empty()) {
        comparison.verdict = verdict_of({}, is_linked);
        return comparison;
    }
    std::ranges::sort(differing);
    const auto merged = merge(hub, spoke);
    for (auto& field : differing) {
        FieldDifference difference;
        difference.local = leaf(spoke.ours, field);
        difference.remote = leaf(spoke.shown, field);
        difference.winner = winner_of(merged, field);
        const auto& sent = leaf(spoke.sent, field);
        const bool ours_changed = !equal_values(difference.local, sent);
        const bool theirs_changed =
            difference.winner != Winner::local ||
            (shown.contains(field) && !equal_values(difference.remote, leaf(spoke.seen, field)) &&
             !equal_values(difference.remote, sent));
        // What neither changed is the platform's own spelling of what it was sent.
        if (!ours_changed && !theirs_changed) {
            continue;
        }
        difference.is_conflict = ours_changed && theirs_changed;
        difference.field = std::move(field);
        comparison.differences.push_back(std::move(difference));
    }
    comparison.verdict = verdict_of(comparison.differences, is_linked);
    return comparison;
}

json::array differences_json(const std::vector<FieldDifference>& differences, std::size_t most) {
    json::array all;
    for (const auto& difference : differences) {
        if (all.size() == most) {
            break;
        }
        json::object one;
        one["field"] = difference.field;
        one["local"] = shortened(difference.local);
        one["remote"] = shortened(difference.remote);
        one["wins"] = name_of(difference.winner);
        if (difference.is_conflict) {
            one["conflict"] = true;
        }
        all.push_back(std::move(one));
    }
    return all;
}

}  // namespace navette::sync
