#include "objects.hpp"

#include <navette/sdk/http.hpp>
#include <navette/sdk/reading.hpp>
#include <navette/sdk/timestamp.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace navette::hubspot {

namespace {

constexpr std::array<Object, 5> kObjects{{
    {"contact",
     "contacts",
     "lastmodifieddate",
     "email,firstname,lastname,phone,company,lifecyclestage,hs_lead_status,lastmodifieddate",
     "crm.objects.contacts"},
    {"company",
     "companies",
     "hs_lastmodifieddate",
     "name,domain,phone,address,zip,city,hs_lastmodifieddate",
     "crm.objects.companies"},
    {"deal",
     "deals",
     "hs_lastmodifieddate",
     "dealname,amount,deal_currency_code,dealstage,pipeline,closedate,hs_lastmodifieddate",
     "crm.objects.deals"},
    {"note",
     "notes",
     "hs_lastmodifieddate",
     "hs_note_body,hs_timestamp,hs_lastmodifieddate",
     "crm.objects.contacts"},
    {"call",
     "calls",
     "hs_lastmodifieddate",
     "hs_call_title,hs_call_body,hs_call_duration,hs_call_direction,hs_call_status,hs_timestamp,"
     "hs_lastmodifieddate",
     "crm.objects.contacts"},
}};

/// A value as HubSpot takes it; nothing for what has no text.
std::optional<std::string> text_of(const json::value& value) {
    switch (value.kind()) {
        case json::kind::null:
            return "";
        case json::kind::bool_:
            return value.get_bool() ? "true" : "false";
        case json::kind::int64:
            return std::to_string(value.get_int64());
        case json::kind::uint64:
            return std::to_string(value.get_uint64());
        case json::kind::string:
            return std::string(value.get_string());
        case json::kind::double_: {
            std::array<char, 400> digits{};
            const auto [end, error] = std::to_chars(
                digits.data(), digits.data() + digits.size(), value.get_double(), std::chars_format::fixed
            );
            return error == std::errc{} ? std::optional(std::string(digits.data(), end)) : std::nullopt;
        }
        case json::kind::array: {
            std::string joined;
            for (const auto& item : value.get_array()) {
                const auto part = item.is_array() ? std::nullopt : text_of(item);
                if (part) {
                    joined += (joined.empty() ? "" : ";") + *part;
                }
            }
            return joined;
        }
        case json::kind::object:
            break;
    }
    return std::nullopt;
}

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text;
}

/// HubSpot's internal id of a stage by the setting `stages`; empty for one that it does not know.
std::string known_stage(const json::object& settings, const std::string& stage) {
    const auto* stages = settings.if_contains("stages");
    return stages == nullptr ? std::string() : sdk::text_at(*stages, lower(stage));
}

/// The stage with that internal id, the first one where several share it; else the id itself.
std::string stage_with_id(const json::object& settings, const std::string& id) {
    const auto* stages = sdk::object_at(settings, "stages");
    if (stages != nullptr) {
        for (const auto& [stage, of_stage] : *stages) {
            if (text_of(of_stage) == id) {
                return stage;
            }
        }
    }
    return id;
}

/// A stage by its own id may be one of another pipeline: a deal that exists stays in its own.
void set_stage(
    json::object& properties, const std::string& stage, const json::object& settings, bool is_new
) {
    const auto known = known_stage(settings, stage);
    properties["dealstage"] = known.empty() ? stage : known;
    const auto pipeline = sdk::text_at(settings, "pipeline");
    if (!pipeline.empty() && (is_new || !known.empty())) {
        properties["pipeline"] = pipeline;
    }
}

void add_special(json::object& properties, std::string_view name, const std::string& text) {
    if (name == "_duration_s") {
        const auto seconds = sdk::to_integer(text);
        properties["hs_call_duration"] = seconds ? std::to_string(*seconds * 1000) : text;
    } else if (name == "_note") {
        properties["hs_note_body"] = sdk::html_of(text);
    } else if (name == "_summary") {
        properties["hs_call_body"] = sdk::html_of(text);
    }
}

}  // namespace

const Object* find_object(std::string_view name) {
    const auto* found = std::ranges::find(kObjects, name, &Object::name);
    return found == kObjects.end() ? nullptr : found;
}

std::string object_path(const json::object& settings, const Object& object, std::string_view rest) {
    const auto version = sdk::text_at(settings, "api_version");
    return "/crm/objects/" + (version.empty() ? "2026-09" : sdk::path_segment(version)) + "/" +
           std::string(object.plural) + std::string(rest);
}

std::string key_property(const json::object& settings) {
    auto name = sdk::text_at(settings, "key_property");
    return name.empty() ? "navette_external_id" : name;
}

json::object properties_of(const sdk::Operation& operation, const json::object& settings) {
    json::object properties;
    for (const auto& [name, value] : operation.fields) {
        const auto text = text_of(value);
        if (!text) {
            continue;
        }
        if (name == "_stage" && !text->empty()) {
            set_stage(properties, *text, settings, operation.remote_id.empty());
        } else if (name.starts_with('_')) {
            add_special(properties, name, *text);
        } else {
            properties[name] = *text;
        }
    }
    return properties;
}

json::object shown_of(const Object& object, json::object properties, const json::object& settings) {
    if (object.name != "deal") {
        return properties;
    }
    if (const auto id = sdk::text_at(properties, "dealstage"); !id.empty()) {
        properties["_stage"] = stage_with_id(settings, id);
    }
    if (const auto closes = sdk::from_loose_iso_text(sdk::text_at(properties, "closedate"))) {
        properties["closedate"] = closes->time_since_epoch().count();
    }
    return properties;
}

}  // namespace navette::hubspot
