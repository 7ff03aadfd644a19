#include "shown.hpp"

#include <navette/sdk/reading.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

namespace navette::pipedrive {

namespace {

/// The value that counts of a person's e-mail addresses or phone numbers; empty where there is none.
std::string primary_of(const json::object& fields, std::string_view list) {
    const auto* entries = sdk::array_at(fields, list);
    std::string value;
    for (const auto& entry : entries == nullptr ? json::array() : *entries) {
        const auto* primary = sdk::member_of(entry, "primary");
        if (value.empty() || (primary != nullptr && *primary == json::value(true))) {
            value = sdk::text_at(entry, "value");
        }
    }
    return value;
}

/// The stage with that id in the setting `stages`, the first one where several share it; else the id.
std::string stage_with_id(const json::object& settings, const std::string& id) {
    const auto* stages = sdk::object_at(settings, "stages");
    if (stages != nullptr) {
        for (const auto& entry : *stages) {
            if (sdk::text_at(*stages, entry.key()) == id) {
                return entry.key();
            }
        }
    }
    return id;
}

void show_deal(json::object& told, const json::object& settings) {
    if (const auto* held = told.if_contains("value")) {
        auto value = *held;
        told["_value"] = std::move(value);
    }
    const auto status = sdk::text_at(told, "status");
    const auto stage = sdk::text_at(told, "stage_id");
    if (status == "won" || status == "lost") {
        told["_stage"] = status;
    } else if (!stage.empty()) {
        told["_stage"] = stage_with_id(settings, stage);
    }
}

/// A note without the mark that ends ours; nothing where something stands behind it.
std::optional<std::string_view> without_mark(std::string_view note) {
    const auto mark = note.rfind('[');
    if (mark == std::string_view::npos || !note.ends_with(']')) {
        return mark == std::string_view::npos ? std::optional(note) : std::nullopt;
    }
    note = note.substr(0, mark);
    constexpr std::string_view kBreak = "<br>";
    return note.ends_with(kBreak) ? note.substr(0, note.size() - kBreak.size()) : note;
}

/// The text of HTML that holds line breaks and no other tag; nothing for any other.
std::optional<std::string> plain_text(std::string_view html) {
    static constexpr std::array<std::pair<std::string_view, char>, 5> kWords{
        {{"<br>", '\n'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&amp;", '&'}}
    };
    std::string text;
    while (!html.empty()) {
        const auto* const word =
            std::ranges::find_if(kWords, [&](const auto& known) { return html.starts_with(known.first); });
        if (word == kWords.end() && (html.front() == '<' || html.front() == '&')) {
            return std::nullopt;
        }
        text += word == kWords.end() ? html.front() : word->second;
        html.remove_prefix(word == kWords.end() ? 1 : word->first.size());
    }
    return text;
}

void show_activity(json::object& told) {
    const auto day = sdk::text_at(told, "due_date");
    const auto time = sdk::text_at(told, "due_time");
    if (const auto due = sdk::from_loose_iso_text(day + " " + time.substr(0, 5) + ":00")) {
        told["_due_at"] = sdk::iso_text(*due) + "Z";
    }
    const auto duration = sdk::text_at(told, "duration");
    const auto colon = std::min(duration.find(':'), duration.size());
    const auto hours = sdk::to_integer(std::string_view(duration).substr(0, colon));
    const auto minutes =
        sdk::to_integer(std::string_view(duration).substr(std::min(colon + 1, duration.size()), 2));
    if (hours && minutes) {
        told["_duration_s"] = *hours * 3600 + *minutes * 60;
    }
    const auto note = sdk::text_at(told, "note");
    const auto ours = without_mark(note);
    if (const auto text = ours ? plain_text(*ours) : std::nullopt) {
        told["_text"] = *text;
    }
}

}  // namespace

json::object shown_of(std::string_view object, json::object told, const json::object& settings) {
    if (object == "contact") {
        told["_email"] = primary_of(told, "emails");
        told["_phone"] = primary_of(told, "phones");
    } else if (object == "deal") {
        show_deal(told, settings);
    } else if (object == "activity") {
        show_activity(told);
    }
    return told;
}

}  // namespace navette::pipedrive
