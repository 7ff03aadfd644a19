// What becomes of a write: Salesforce's rules, one record at a time.
#include "tests/standin/salesforce_id.hpp"
#include "tests/standin/salesforce_org.hpp"

#include <boost/json.hpp>

#include <utility>

namespace navette::standin {

namespace json = boost::json;

namespace {

std::string text_of(const json::object& fields, std::string_view name) {
    const auto* value = fields.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

SalesforceError not_there(const SalesforceRecord* record) {
    return record != nullptr && record->deleted
               ? SalesforceError("ENTITY_IS_DELETED", "entity is deleted")
               : SalesforceError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id");
}

/// The keys by which a test recognises a record: ours, and the natural one.
RecordKeys keys_of(const SalesforceObject& object, const json::object& fields) {
    RecordKeys keys;
    if (object.key() != nullptr) {
        if (auto key = text_of(fields, object.key()->name); !key.empty()) {
            keys.emplace_back("key", std::move(key));
        }
    }
    if (auto email = text_of(fields, "Email"); !email.empty()) {
        keys.emplace_back("email", std::move(email));
    }
    if (object.name == "ContentNote") {
        const auto title = text_of(fields, "Title");
        const auto open = title.rfind('[');
        if (open != std::string::npos && title.ends_with(']')) {
            keys.emplace_back("key", title.substr(open + 1, title.size() - open - 2));
        }
    }
    return keys;
}

}  // namespace

std::optional<SalesforceError> SalesforceOrg::refused_reference(
    const SalesforceField& field, const std::string& id
) const {
    const auto* parent = schema_.with_prefix(id);
    if (parent == nullptr || field.refers.find(parent->prefix) == std::string::npos) {
        return SalesforceError(
            "FIELD_INTEGRITY_EXCEPTION", field.name + ": id value of incorrect type: " + id, {field.name}
        );
    }
    const auto* record = find(*parent, id);
    if (record == nullptr || record->deleted) {
        return SalesforceError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", {field.name});
    }
    return std::nullopt;
}

std::optional<SalesforceError> SalesforceOrg::refused(
    const SalesforceObject& object, const json::object& fields, const std::string& own_id
) const {
    for (const auto& field : object.fields) {
        const auto value = text_of(fields, field.name);
        if (field.type == SalesforceType::reference && !value.empty()) {
            if (auto wrong = refused_reference(field, value)) {
                return wrong;
            }
        }
    }
    if (text_of(fields, "WhoId").starts_with("00Q") && !text_of(fields, "WhatId").empty()) {
        return SalesforceError(
            "FIELD_INTEGRITY_EXCEPTION", "a task of a lead cannot be related to another record", {"WhatId"}
        );
    }
    const auto* key_field = object.key();
    const auto key = key_field == nullptr ? std::string() : text_of(fields, key_field->name);
    const auto* holder = key.empty() ? nullptr : find_by_key(object, key);
    if (holder != nullptr && holder->id != own_id) {
        return SalesforceError(
            "DUPLICATE_VALUE",
            "duplicate value found: " + key_field->name +
                " duplicates value on record with id: " + short_salesforce_id(holder->id)
        );
    }
    return std::nullopt;
}

std::optional<SalesforceError> SalesforceOrg::refused_duplicate(
    const SalesforceObject& object, const json::object& fields, bool allow
) {
    const bool is_person = object.name == "Lead" || object.name == "Contact";
    const std::string_view natural = is_person ? "Email" : object.name == "Account" ? "Name" : "";
    const auto value = natural.empty() ? std::string() : text_of(fields, natural);
    if (rule_ == SalesforceDuplicateRule::none || value.empty() ||
        (allow && rule_ == SalesforceDuplicateRule::alert)) {
        return std::nullopt;
    }
    json::array matches;
    for (const auto& [id, record] : records(object)) {
        if (!record.deleted && text_of(record.fields, natural) == value) {
            matches.push_back({{"record", {{"attributes", {{"type", object.name}}}, {"Id", record.id}}}});
        }
    }
    if (matches.empty()) {
        return std::nullopt;
    }
    effects_.duplicate_refused();
    SalesforceError error("DUPLICATES_DETECTED", "Use one of these records?");
    json::object match{{"entityType", object.name}, {"matchRecords", std::move(matches)}};
    error.duplicates = json::object{
        {"allowSave", rule_ == SalesforceDuplicateRule::alert},
        {"duplicateRule", "Standard_" + object.name + "_Duplicate_Rule"},
        {"matchResults", json::array{std::move(match)}}
    };
    return error;
}

/// What Salesforce adds by itself.
void SalesforceOrg::complete(const SalesforceObject& object, json::object& fields) const {
    const auto add = [&fields](std::string_view name, const char* value) {
        if (text_of(fields, name).empty()) {
            fields[name] = value;
        }
    };
    if (object.name == "Lead") {
        add("Status", "Open - Not Contacted");
        fields["IsConverted"] = fields.contains("IsConverted") && fields["IsConverted"] == json::value(true);
    } else if (object.name == "Task") {
        add("Status", "Not Started");
        add("Priority", "Normal");
        add("TaskSubtype", "Task");
    } else if (object.name == "Opportunity") {
        const auto stage = text_of(fields, "StageName");
        fields["IsWon"] = stage == "Closed Won";
        fields["IsClosed"] = stage == "Closed Won" || stage == "Closed Lost";
    }
}

SalesforceOrg::Checked<SalesforceWritten> SalesforceOrg::insert(
    const SalesforceObject& object, json::object fields, bool allow_duplicates
) {
    if (!object.writable) {
        return std::unexpected(
            SalesforceError("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id")
        );
    }
    auto wrong = refused_values(object, fields, true);
    if (!wrong) {
        wrong = refused(object, fields, {});
    }
    if (!wrong) {
        wrong = refused_duplicate(object, fields, allow_duplicates);
    }
    if (wrong) {
        return std::unexpected(std::move(*wrong));
    }
    complete(object, fields);
    SalesforceRecord record;
    record.id = make_salesforce_id(object.prefix, ++table(object).last);
    record.created = record.modified = now();
    count([this, name = object.name, keys = keys_of(object, fields)] { effects_.created(name, keys); });
    record.fields = std::move(fields);
    SalesforceWritten written{record.id, true};
    put(object, std::move(record));
    return written;
}

SalesforceOrg::Checked<SalesforceWritten> SalesforceOrg::update(
    const SalesforceObject& object, std::string_view id, const json::object& fields
) {
    const auto* held = live(object, id);
    if (held == nullptr) {
        return std::unexpected(not_there(find(object, id)));
    }
    if (!object.writable) {
        return std::unexpected(
            SalesforceError("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id")
        );
    }
    if (held->fields.contains("IsConverted") && held->fields.at("IsConverted") == json::value(true)) {
        return std::unexpected(
            SalesforceError("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
        );
    }
    // What stays as it is may be given again, even where it may not be changed.
    auto changed = *held;
    json::object differing;
    for (const auto& [name, value] : fields) {
        const auto* before = held->fields.if_contains(name);
        if (before == nullptr || *before != value) {
            differing[name] = value;
            changed.fields[name] = value;
        }
    }
    auto wrong = refused_values(object, differing, false);
    if (!wrong) {
        wrong = refused(object, changed.fields, held->id);
    }
    if (wrong) {
        return std::unexpected(std::move(*wrong));
    }
    complete(object, changed.fields);
    changed.modified = now();
    if (changed.fields != held->fields) {
        count([this, name = object.name] { effects_.changed(name, "update"); });
    }
    SalesforceWritten written{changed.id, false};
    put(object, std::move(changed));
    return written;
}

SalesforceOrg::Checked<SalesforceWritten> SalesforceOrg::upsert(
    const SalesforceObject& object, const std::string& key, json::object fields, bool allow_duplicates
) {
    if (const auto* held = find_by_key(object, key)) {
        return update(object, held->id, fields);
    }
    fields[object.key()->name] = key;
    return insert(object, std::move(fields), allow_duplicates);
}

SalesforceOrg::Checked<SalesforceWritten> SalesforceOrg::erase(
    const SalesforceObject& object, std::string_view id
) {
    const auto* held = live(object, id);
    if (held == nullptr || !object.writable) {
        return std::unexpected(not_there(find(object, id)));
    }
    auto tombstone = *held;
    tombstone.deleted = true;
    tombstone.modified = now();
    count([this, name = object.name] { effects_.changed(name, "delete"); });
    SalesforceWritten written{tombstone.id, false};
    put(object, std::move(tombstone));
    return written;
}

SalesforceOrg::Checked<SalesforceWritten> SalesforceOrg::convert_lead(std::string_view id) {
    const auto* object = schema_.find("Lead");
    const auto* held = live(*object, id);
    if (held == nullptr) {
        return std::unexpected(not_there(find(*object, id)));
    }
    auto lead = *held;
    auto account = insert(*schema_.find("Account"), {{"Name", lead.fields["Company"]}}, true);
    json::object person;
    for (const auto* name : {"FirstName", "LastName", "Email", "Phone", "MobilePhone", "Title"}) {
        if (const auto* value = lead.fields.if_contains(name)) {
            person[name] = *value;
        }
    }
    if (account) {
        person["AccountId"] = account->id;
    }
    auto contact = insert(*schema_.find("Contact"), std::move(person), true);
    if (!contact) {
        return contact;
    }
    lead.fields["IsConverted"] = true;
    lead.fields["ConvertedContactId"] = contact->id;
    lead.modified = now();
    put(*object, std::move(lead));
    return contact;
}

}  // namespace navette::standin
