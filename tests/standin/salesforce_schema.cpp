#include "tests/standin/salesforce_schema.hpp"

#include <algorithm>
#include <utility>

namespace navette::standin {

namespace {

using Type = SalesforceType;

SalesforceField text(std::string name, std::size_t length, bool required = false) {
    SalesforceField field;
    field.name = std::move(name);
    field.length = length;
    field.required = required;
    return field;
}

SalesforceField typed(std::string name, Type type, bool required = false) {
    auto field = text(std::move(name), 255, required);
    field.type = type;
    return field;
}

SalesforceField reference(std::string name, std::string prefixes, bool required = false) {
    auto field = typed(std::move(name), Type::reference, required);
    field.length = 18;
    field.refers = std::move(prefixes);
    return field;
}

SalesforceField choice(std::string name, std::vector<std::string> values) {
    auto field = typed(std::move(name), Type::picklist);
    field.values = std::move(values);
    return field;
}

SalesforceField kept(std::string name, Type type) {
    auto field = typed(std::move(name), type);
    field.creatable = false;
    field.updatable = false;
    return field;
}

SalesforceField only_at_first(SalesforceField field) {
    field.updatable = false;
    return field;
}

SalesforceObject lead() {
    return {
        "Lead",
        "00Q",
        {text("FirstName", 40),
         text("LastName", 80, true),
         text("Company", 255, true),
         typed("Email", Type::email),
         text("Phone", 40),
         text("MobilePhone", 40),
         text("Title", 128),
         text("Description", 32000),
         typed("Status", Type::picklist),
         typed("LeadSource", Type::picklist),
         kept("IsConverted", Type::boolean),
         kept("ConvertedContactId", Type::reference),
         kept("ConvertedAccountId", Type::reference)}
    };
}

SalesforceObject contact() {
    return {
        "Contact",
        "003",
        {text("FirstName", 40),
         text("LastName", 80, true),
         typed("Email", Type::email),
         text("Phone", 40),
         text("MobilePhone", 40),
         text("Title", 128),
         text("Description", 32000),
         reference("AccountId", "001")}
    };
}

SalesforceObject account() {
    return {
        "Account",
        "001",
        {text("Name", 255, true),
         text("Website", 255),
         text("Phone", 40),
         text("BillingStreet", 255),
         text("BillingPostalCode", 20),
         text("BillingCity", 40),
         text("Description", 32000)}
    };
}

SalesforceObject opportunity() {
    return {
        "Opportunity",
        "006",
        {text("Name", 120, true),
         typed("StageName", Type::picklist, true),
         typed("CloseDate", Type::date, true),
         typed("Amount", Type::number),
         text("Description", 32000),
         reference("AccountId", "001"),
         kept("IsClosed", Type::boolean),
         kept("IsWon", Type::boolean)}
    };
}

SalesforceObject task() {
    return {
        "Task",
        "00T",
        {text("Subject", 255),
         text("Description", 32000),
         typed("ActivityDate", Type::date),
         typed("CallDurationInSeconds", Type::integer),
         choice("CallType", {"Inbound", "Internal", "Outbound"}),
         text("CallDisposition", 255),
         typed("Status", Type::picklist),
         typed("Priority", Type::picklist),
         reference("WhoId", "003 00Q"),
         reference("WhatId", "001 006"),
         only_at_first(choice("TaskSubtype", {"Task", "Email", "Call", "Cadence", "ListEmail"}))}
    };
}

SalesforceObject note() {
    return {"ContentNote", "069", {text("Title", 255, true), typed("Content", Type::base64, true)}};
}

SalesforceObject note_link() {
    return {
        "ContentDocumentLink",
        "06A",
        {only_at_first(reference("ContentDocumentId", "069", true)),
         only_at_first(reference("LinkedEntityId", "001 003 006 00Q 00T", true)),
         choice("ShareType", {"C", "I", "V"})}
    };
}

SalesforceObject organization() {
    SalesforceObject object{"Organization", "00D", {text("Name", 80)}};
    object.writable = false;
    return object;
}

bool may_have_key(const SalesforceObject& object) {
    return object.writable && !object.name.starts_with("Content");
}

std::string_view type_name(Type type) {
    switch (type) {
        case Type::text:
            return "string";
        case Type::email:
            return "email";
        case Type::number:
            return "double";
        case Type::integer:
            return "int";
        case Type::boolean:
            return "boolean";
        case Type::date:
            return "date";
        case Type::datetime:
            return "datetime";
        case Type::reference:
            return "reference";
        case Type::picklist:
            return "picklist";
        case Type::base64:
            return "base64";
    }
    return "string";
}

}  // namespace

const SalesforceField* SalesforceObject::field(std::string_view wanted) const {
    const auto found = std::ranges::find(fields, wanted, &SalesforceField::name);
    return found == fields.end() ? nullptr : &*found;
}

const SalesforceField* SalesforceObject::key() const {
    const auto found = std::ranges::find_if(fields, &SalesforceField::is_key);
    return found == fields.end() ? nullptr : &*found;
}

SalesforceSchema::SalesforceSchema(const SalesforceSchemaOptions& options)
    : objects_{lead(), contact(), account(), opportunity(), task(), organization()} {
    if (options.notes) {
        objects_.push_back(note());
        objects_.push_back(note_link());
    }
    for (auto& object : objects_) {
        if (may_have_key(object) && !options.keyless.contains(object.name)) {
            auto key = text(options.key_field, 48);
            key.is_key = true;
            object.fields.push_back(std::move(key));
        }
        if (object.name == "Opportunity" && options.multi_currency) {
            object.fields.push_back(typed("CurrencyIsoCode", Type::picklist));
        }
        for (const auto* name : {"CreatedDate", "LastModifiedDate", "SystemModstamp"}) {
            object.fields.push_back(kept(name, Type::datetime));
        }
        object.fields.push_back(kept("Id", Type::reference));
        object.fields.push_back(kept("IsDeleted", Type::boolean));
        object.writable = object.writable && !options.forbidden.contains(object.name);
    }
}

const SalesforceObject* SalesforceSchema::find(std::string_view name) const {
    const auto found = std::ranges::find(objects_, name, &SalesforceObject::name);
    return found == objects_.end() ? nullptr : &*found;
}

const SalesforceObject* SalesforceSchema::with_prefix(std::string_view id) const {
    const auto found = std::ranges::find(objects_, id.substr(0, 3), &SalesforceObject::prefix);
    return found == objects_.end() ? nullptr : &*found;
}

boost::json::object description_of(const SalesforceObject& object) {
    boost::json::array fields;
    for (const auto& field : object.fields) {
        boost::json::object described;
        described["name"] = field.name;
        described["type"] = type_name(field.type);
        described["length"] = field.length;
        described["nillable"] = !field.required;
        described["externalId"] = field.is_key;
        described["unique"] = field.is_key;
        described["createable"] = object.writable && field.creatable;
        described["updateable"] = object.writable && field.updatable;
        fields.emplace_back(std::move(described));
    }
    boost::json::object description;
    description["name"] = object.name;
    description["keyPrefix"] = object.prefix;
    description["createable"] = object.writable;
    description["updateable"] = object.writable;
    description["deletable"] = object.writable;
    description["fields"] = std::move(fields);
    return description;
}

}  // namespace navette::standin
