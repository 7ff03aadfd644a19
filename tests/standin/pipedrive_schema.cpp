#include "tests/standin/pipedrive_schema.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>

namespace navette::standin::pipedrive {

namespace {

constexpr std::array kPersonFields{
    Field{"name", FieldKind::text},
    Field{"owner_id", FieldKind::integer},
    Field{"org_id", FieldKind::organization},
    Field{"emails", FieldKind::points},
    Field{"phones", FieldKind::points},
    Field{"visible_to", FieldKind::integer},
    Field{"marketing_status", FieldKind::text},
    Field{"first_name", FieldKind::read_only},
    Field{"last_name", FieldKind::read_only},
    Field{"job_title", FieldKind::synced_only},
    Field{"notes", FieldKind::synced_only},
    Field{"im", FieldKind::synced_only},
    Field{"birthday", FieldKind::synced_only},
    Field{"postal_address", FieldKind::synced_only},
};
constexpr std::array kOrganizationFields{
    Field{"name", FieldKind::text},
    Field{"owner_id", FieldKind::integer},
    Field{"visible_to", FieldKind::integer},
};
constexpr std::array kDealFields{
    Field{"title", FieldKind::text},
    Field{"owner_id", FieldKind::integer},
    Field{"person_id", FieldKind::person},
    Field{"org_id", FieldKind::organization},
    Field{"stage_id", FieldKind::stage},
    Field{"value", FieldKind::number},
    Field{"currency", FieldKind::currency},
    Field{"status", FieldKind::status},
    Field{"probability", FieldKind::number},
    Field{"lost_reason", FieldKind::text},
    Field{"visible_to", FieldKind::integer},
    Field{"expected_close_date", FieldKind::day},
    Field{"is_archived", FieldKind::boolean},
};
constexpr std::array kActivityFields{
    Field{"subject", FieldKind::text},
    Field{"type", FieldKind::type},
    Field{"owner_id", FieldKind::integer},
    Field{"deal_id", FieldKind::deal},
    Field{"org_id", FieldKind::organization},
    Field{"person_id", FieldKind::read_only},  // the primary participant
    Field{"participants", FieldKind::participants},
    Field{"due_date", FieldKind::day},
    Field{"due_time", FieldKind::clock},
    Field{"duration", FieldKind::clock},
    Field{"busy", FieldKind::boolean},
    Field{"done", FieldKind::boolean},
    Field{"public_description", FieldKind::text},
    Field{"priority", FieldKind::integer},
    Field{"note", FieldKind::text},
};

constexpr std::array kLayouts{
    Layout{"persons", "person", "contact", "personFields", "name", true, kPersonFields},
    Layout{
        "organizations", "organization", "company", "organizationFields", "name", true, kOrganizationFields
    },
    Layout{"deals", "deal", "deal", "dealFields", "title", true, kDealFields},
    Layout{"activities", "activity", "activity", "", "subject", false, kActivityFields},
};

constexpr std::array<std::string_view, 6> kActivityTypes{
    "call", "meeting", "task", "deadline", "email", "lunch"
};
// One pipeline with these stages.
constexpr std::int64_t kFirstStage = 1;
constexpr std::int64_t kLastStage = 5;

Refusal no_such(const Field& field, const char* wanted) {
    return {
        400, "Validation failed: " + std::string(field.name) + ": expected " + wanted, "VALIDATION_ERROR"
    };
}

/// Whether the text looks like the pattern, in which 0 stands for any digit.
bool has_shape(std::string_view text, std::string_view pattern) {
    return std::ranges::equal(text, pattern, [](char c, char wanted) {
        return wanted == '0' ? c >= '0' && c <= '9' : c == wanted;
    });
}

Checked<json::value> text_with(const Field& field, const json::value& value, bool fits, const char* wanted) {
    if (!value.is_string() || !fits) {
        return std::unexpected(no_such(field, wanted));
    }
    return value;
}

Checked<json::value> reference(
    Environment& environment, const Field& field, const json::value& value, const char* kind
) {
    if (!value.is_int64()) {
        return std::unexpected(no_such(field, "integer"));
    }
    if (environment.table(kind).find(std::to_string(value.get_int64())) == nullptr) {
        return std::unexpected(
            Refusal(400, std::string(field.name) + " " + std::to_string(value.get_int64()) + " was not found")
        );
    }
    return value;
}

/// Exactly one entry is the primary one, the first of those that say so, or else the first.
void settle_primary(json::array& entries) {
    const auto says_so = [](const json::value& entry) {
        const auto* primary = entry.get_object().if_contains("primary");
        return primary != nullptr && *primary == json::value(true);
    };
    auto chosen = std::ranges::find_if(entries, says_so);
    chosen = chosen == entries.end() ? entries.begin() : chosen;
    for (auto at = entries.begin(); at != entries.end(); ++at) {
        at->get_object()["primary"] = at == chosen;
    }
}

Checked<json::value> points(const Field& field, const json::value& value) {
    if (!value.is_array()) {
        return std::unexpected(no_such(field, "array"));
    }
    auto entries = value.get_array();
    for (auto& entry : entries) {
        auto* object = entry.if_object();
        const auto* text = object == nullptr ? nullptr : object->if_contains("value");
        const auto* primary = object == nullptr ? nullptr : object->if_contains("primary");
        if (text == nullptr || !text->is_string() || (primary != nullptr && !primary->is_bool())) {
            return std::unexpected(no_such(field, "objects with value and primary"));
        }
        object->emplace("label", "work");
    }
    settle_primary(entries);
    return entries;
}

Checked<json::value> participants(Environment& environment, const Field& field, const json::value& value) {
    if (!value.is_array()) {
        return std::unexpected(no_such(field, "array"));
    }
    auto entries = value.get_array();
    for (const auto& entry : entries) {
        const auto* object = entry.if_object();
        const auto* person = object == nullptr ? nullptr : object->if_contains("person_id");
        if (person == nullptr) {
            return std::unexpected(no_such(field, "objects with person_id"));
        }
        if (const auto found = reference(environment, field, *person, "persons"); !found) {
            return found;
        }
    }
    settle_primary(entries);
    return entries;
}

Checked<json::value> clock(const Field& field, const json::value& value) {
    const auto* text = value.if_string();
    if (text == nullptr || (!has_shape(*text, "00:00") && !has_shape(*text, "00:00:00"))) {
        return std::unexpected(no_such(field, "a time as HH:MM"));
    }
    return text->size() == 5 ? json::value(std::string(*text) + ":00") : value;
}

Checked<json::value> day(const Field& field, const json::value& value) {
    const auto* text = value.if_string();
    const bool fits = text != nullptr && has_shape(*text, "0000-00-00") &&
                      read_time(std::string(*text) + "T00:00:00").has_value();
    return text_with(field, value, fits, "a date as YYYY-MM-DD");
}

bool is_currency(const json::value& value) {
    return value.is_string() && value.get_string().size() == 3 &&
           std::ranges::all_of(value.get_string(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool is_one_of(const json::value& value, std::span<const std::string_view> options) {
    return value.is_string() &&
           std::ranges::find(options, std::string_view(value.get_string())) != options.end();
}

}  // namespace

std::span<const Layout> layouts() {
    return kLayouts;
}

const Layout* find_layout(std::string_view kind) {
    const auto found = std::ranges::find(kLayouts, kind, &Layout::kind);
    return found == kLayouts.end() ? nullptr : &*found;
}

Checked<json::value> checked(Environment& environment, const Field& field, const json::value& value) {
    static constexpr std::array<std::string_view, 3> kStatuses{"open", "won", "lost"};
    if (field.kind == FieldKind::synced_only) {
        return std::unexpected(Refusal(
            403,
            std::string(field.name) + " can only be set while Contact Sync is enabled",
            "FEATURE_DISABLED"
        ));
    }
    if (value.is_null()) {
        return value;
    }
    switch (field.kind) {
        case FieldKind::text:
            return text_with(field, value, true, "string");
        case FieldKind::number:
            return value.is_number() ? Checked<json::value>(value)
                                     : std::unexpected(no_such(field, "number"));
        case FieldKind::integer:
            return value.is_int64() ? Checked<json::value>(value)
                                    : std::unexpected(no_such(field, "integer"));
        case FieldKind::boolean:
            return value.is_bool() ? Checked<json::value>(value) : std::unexpected(no_such(field, "boolean"));
        case FieldKind::day:
            return day(field, value);
        case FieldKind::clock:
            return clock(field, value);
        case FieldKind::points:
            return points(field, value);
        case FieldKind::participants:
            return participants(environment, field, value);
        case FieldKind::person:
            return reference(environment, field, value, "persons");
        case FieldKind::organization:
            return reference(environment, field, value, "organizations");
        case FieldKind::deal:
            return reference(environment, field, value, "deals");
        case FieldKind::status:
            return text_with(field, value, is_one_of(value, kStatuses), "open, won or lost");
        case FieldKind::stage:
            return value.is_int64() && value.get_int64() >= kFirstStage && value.get_int64() <= kLastStage
                       ? Checked<json::value>(value)
                       : std::unexpected(Refusal(400, "stage_id was not found"));
        case FieldKind::type:
            return text_with(field, value, is_one_of(value, kActivityTypes), "an activity type's key");
        case FieldKind::currency:
            return text_with(field, value, is_currency(value), "a currency code");
        case FieldKind::synced_only:
        case FieldKind::read_only:
            break;
    }
    return value;
}

}  // namespace navette::standin::pipedrive
