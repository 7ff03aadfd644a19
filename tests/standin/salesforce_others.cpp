#include "tests/standin/salesforce_others.hpp"

#include <boost/json.hpp>

#include <array>
#include <utility>

namespace navette::standin {

namespace json = boost::json;

namespace {

// The manifest's names of the objects.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kObjects{
    {{"lead", "Lead"},
     {"contact", "Contact"},
     {"company", "Account"},
     {"deal", "Opportunity"},
     {"call", "Task"},
     {"note", "ContentNote"}}
};

std::string text_of(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

bool is_true(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value != nullptr && *value == json::value(true);
}

json::object given(const json::object& wish) {
    const auto* fields = wish.if_contains("fields");
    return fields != nullptr && fields->is_object() ? fields->get_object() : json::object();
}

Response bad(const std::string& why) {
    return {400, "application/json", json::serialize(json::object{{"error", why}})};
}

}  // namespace

Response SalesforceOthers::change(const json::object& wish) {
    std::string_view type;
    for (const auto& [name, salesforce_name] : kObjects) {
        type = name == text_of(wish, "object") ? salesforce_name : type;
    }
    const auto* object = org_.schema().find(type);
    if (object == nullptr) {
        return bad("there is no object " + text_of(wish, "object"));
    }
    const auto done = org_.by_others([&] { return carry_out(*object, wish); });
    if (!done) {
        return bad(done.error().code + ": " + done.error().message);
    }
    const auto id = text_of(wish, "remote_id").empty() ? done->id : text_of(wish, "remote_id");
    const auto* record = org_.find(*object, id);
    if (record != nullptr && !record->deleted) {
        messages_.tell(*object, *record);  // there are none of deletions
    }
    json::object answer{{"remote_id", id}};
    if (is_true(wish, "convert")) {
        answer["contact"] = done->id;
    }
    return {200, "application/json", json::serialize(answer)};
}

SalesforceOrg::Checked<SalesforceWritten> SalesforceOthers::carry_out(
    const SalesforceObject& object, const json::object& wish
) {
    const auto id = text_of(wish, "remote_id");
    if (id.empty()) {
        return create(object, wish);
    }
    if (is_true(wish, "convert")) {
        return org_.convert_lead(id);
    }
    if (is_true(wish, "delete")) {
        auto erased = org_.erase(object, id);
        if (is_true(wish, "purge")) {
            org_.purge(object, id);
        }
        return erased;
    }
    return edit(object, id, wish);
}

SalesforceOrg::Checked<SalesforceWritten> SalesforceOthers::create(
    const SalesforceObject& object, const json::object& wish
) {
    const auto name = "Other " + std::to_string(++last_);
    json::object fields;
    for (const auto& field : object.fields) {
        if (field.required && field.type == SalesforceType::text) {
            fields[field.name] = name;
        }
    }
    if (object.field("Email") != nullptr) {
        fields["Email"] = "other-" + std::to_string(last_) + "@elsewhere.test";
    }
    if (object.name == "Opportunity") {
        fields["StageName"] = "Prospecting";
        fields["CloseDate"] = "2027-01-31";
    } else if (object.name == "ContentNote") {
        fields["Content"] = "T3RoZXI=";
    }
    for (const auto& [field, value] : given(wish)) {
        fields[field] = value;
    }
    return org_.insert(object, std::move(fields), true);
}

SalesforceOrg::Checked<SalesforceWritten> SalesforceOthers::edit(
    const SalesforceObject& object, const std::string& id, const json::object& wish
) {
    ++last_;
    if (const auto wished = given(wish); !wished.empty()) {
        return org_.update(object, id, wished);
    }
    json::object fields;
    if (object.name == "ContentNote") {
        fields["Title"] = "Edited " + std::to_string(last_);
    } else if (object.field("Phone") != nullptr) {
        fields["Phone"] = "+33 1 00 00 " + std::to_string(1000 + last_);
    } else {
        fields["Description"] = "Edited " + std::to_string(last_);
    }
    return org_.update(object, id, fields);
}

}  // namespace navette::standin
