#include "objects.hpp"

#include <navette/sdk/http.hpp>
#include <navette/sdk/reading.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <memory>
#include <optional>

namespace navette::salesforce {

namespace {

constexpr std::array<Object, 5> kObjects{{
    {"lead",
     "Lead",
     "00Q",
     "FirstName,LastName,Email,Phone,Company,Status,IsConverted,ConvertedContactId",
     true},
    {"contact", "Contact", "003", "FirstName,LastName,Email,Phone,AccountId", true},
    {"company", "Account", "001", "Name,Website,Phone,BillingStreet,BillingPostalCode,BillingCity", true},
    {"deal", "Opportunity", "006", "Name,Amount,StageName,CloseDate,AccountId,IsClosed,IsWon", true},
    {"call",
     "Task",
     "00T",
     "Subject,Description,ActivityDate,CallDurationInSeconds,CallType,CallDisposition,Status,WhoId,WhatId",
     false},
}};

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text;
}

/// Salesforce's name of a stage: by the setting `stages`, else as it is.
std::string stage_name(const json::object& settings, const std::string& stage) {
    const auto* stages = settings.if_contains("stages");
    auto known = stages == nullptr ? std::string() : sdk::text_at(*stages, lower(stage));
    return known.empty() ? stage : known;
}

/// The stage of that name in Salesforce, the first one where several share it; else the name itself.
std::string stage_named(const json::object& settings, const std::string& name) {
    const auto* stages = sdk::object_at(settings, "stages");
    if (stages != nullptr) {
        for (const auto& entry : *stages) {
            if (entry.value().is_string() && entry.value().get_string() == name) {
                return entry.key();
            }
        }
    }
    return name;
}

/// "19.99" as a number; any other value as it is.
json::value number_of(const json::value& value) {
    if (!value.is_string()) {
        return value;
    }
    const std::string_view text(value.get_string());
    const auto* const end = std::to_address(text.end());
    double number = 0;
    const auto [stop, error] = std::from_chars(std::to_address(text.begin()), end, number);
    return error == std::errc{} && stop == end ? json::value(number) : value;
}

void add_special(
    json::object& fields, std::string_view name, const json::value& value, const json::object& settings
) {
    if (name == "_amount") {
        fields["Amount"] = number_of(value);
    } else if (name == "_currency" && sdk::is_true(settings, "multi_currency")) {
        fields["CurrencyIsoCode"] = value;
    } else if (name == "_stage" && value.is_string() && !value.get_string().empty()) {
        fields["StageName"] = stage_name(settings, std::string(value.get_string()));
    }
}

std::string parent_of(const sdk::Operation& operation, const std::string& name) {
    const auto found = operation.references.find(name);
    return found == operation.references.end() ? std::string() : found->second;
}

void add_parents(json::object& fields, const Object& object, const sdk::Operation& operation) {
    const auto company = parent_of(operation, "company");
    if (object.name == "contact" || object.name == "deal") {
        if (!company.empty()) {
            fields["AccountId"] = company;
        }
        return;
    }
    if (object.name != "call") {
        return;
    }
    // A task has one person and one thing.
    for (const auto* who : {"contact", "lead"}) {
        if (auto id = parent_of(operation, who); !id.empty() && !fields.contains("WhoId")) {
            fields["WhoId"] = std::move(id);
        }
    }
    // Salesforce lets a lead stand beside nothing else.
    const auto* who = fields.if_contains("WhoId");
    const bool is_lead = who != nullptr && *who == json::value(parent_of(operation, "lead"));
    for (const auto* what : {"deal", "company"}) {
        if (auto id = parent_of(operation, what); !is_lead && !id.empty() && !fields.contains("WhatId")) {
            fields["WhatId"] = std::move(id);
        }
    }
}

void complete(json::object& fields, const Object& object, const json::object& settings, sdk::Instant now) {
    const auto add = [&fields](std::string_view name, std::string value) {
        if (!fields.contains(name)) {
            fields[name] = std::move(value);
        }
    };
    if (object.name == "lead") {
        add("Company", sdk::text_at(settings, "lead_company"));
    } else if (object.name == "deal") {
        add("StageName", sdk::text_at(settings, "first_stage"));
        const auto days =
            std::clamp<std::int64_t>(sdk::integer_at(settings, "close_days").value_or(30), 0, 3650);
        add("CloseDate", sdk::iso_text(now + std::chrono::hours(24 * days)).substr(0, 10));
    } else if (object.name == "call") {
        add("TaskSubtype", "Call");
        add("Subject", "Call");
    }
}

}  // namespace

std::span<const Object> keyed_objects() {
    return kObjects;
}

const Object* find_object(std::string_view name) {
    const auto* found = std::ranges::find(kObjects, name, &Object::name);
    return found == kObjects.end() ? nullptr : found;
}

std::string data_path(const json::object& settings, std::string_view rest) {
    const auto version = sdk::text_at(settings, "api_version");
    return "/services/data/v" + (version.empty() ? "68.0" : sdk::path_segment(version)) + std::string(rest);
}

std::string key_field(const json::object& settings) {
    auto name = sdk::text_at(settings, "key_field");
    return name.empty() ? "Navette_Id__c" : name;
}

std::string fields_to_read(const json::object& settings, const Object& object) {
    auto names = "Id,SystemModstamp,IsDeleted," + std::string(object.fields);
    if (object.name == "deal" && sdk::is_true(settings, "multi_currency")) {
        names += ",CurrencyIsoCode";
    }
    const auto* further = sdk::object_at(settings, "extra_fields");
    const auto extra = further == nullptr ? std::string() : sdk::text_at(*further, object.name);
    std::string_view list(extra);
    while (!list.empty()) {
        auto name = list.substr(0, list.find(','));
        list.remove_prefix(std::min(list.size(), name.size() + 1));
        name.remove_prefix(std::min(name.find_first_not_of(' '), name.size()));
        name = name.substr(0, name.find_last_not_of(' ') + 1);
        if (!name.empty()) {
            names += "," + std::string(name);
        }
    }
    return names;
}

json::object fields_of(
    const Object& object, const sdk::Operation& operation, const json::object& settings, sdk::Instant now
) {
    json::object fields;
    for (const auto& [name, value] : operation.fields) {
        if (name.starts_with("_")) {
            add_special(fields, name, value, settings);
        } else {
            fields[name] = value;
        }
    }
    add_parents(fields, object, operation);
    if (operation.remote_id.empty()) {
        complete(fields, object, settings, now);
    }
    return fields;
}

json::object shown_of(const Object& object, json::object fields, const json::object& settings) {
    if (object.name != "deal") {
        return fields;
    }
    const auto show = [&fields](std::string_view name, std::string_view from) {
        const auto* value = fields.if_contains(from);
        if (value != nullptr) {
            auto copy = *value;
            fields[name] = std::move(copy);
        }
    };
    show("_amount", "Amount");
    show("_currency", "CurrencyIsoCode");
    if (const auto name = sdk::text_at(fields, "StageName"); !name.empty()) {
        fields["_stage"] = stage_named(settings, name);
    }
    return fields;
}

std::string soql_text(std::string_view text) {
    std::string literal = "'";
    for (const char c : text) {
        if (c == '\'' || c == '\\') {
            literal += '\\';
        }
        literal += c;
    }
    return literal + "'";
}

}  // namespace navette::salesforce
