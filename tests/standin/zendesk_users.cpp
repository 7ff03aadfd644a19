#include "tests/standin/zendesk_users.hpp"

#include <boost/json.hpp>

#include <array>

namespace navette::standin {

namespace json = boost::json;

namespace {

// What a request may set; everything else is ignored without a word, as Zendesk does.
constexpr std::array kWritable{
    "name",
    "phone",
    "external_id",
    "organization_id",
    "role",
    "notes",
    "details",
    "tags",
    "user_fields",
    "alias"
};

bool is_text_or_null(const json::object& user, const char* name) {
    const auto* value = user.if_contains(name);
    return value == nullptr || value->is_string() || value->is_null();
}

}  // namespace

json::object ZendeskUsers::shown(const JsonRow& row) const {
    auto user = ZendeskAccount::shown(row);
    user["active"] = !row.deleted;
    user["email"] = ZendeskIdentities::primary_of(row);
    return user;
}

void ZendeskUsers::tell(const JsonRow& row, const char* what, json::object change) {
    if (account_.tell) {
        account_.tell({"user", what, &row, std::move(change)});
    }
}

std::vector<ZendeskFault> ZendeskUsers::faults_of(const json::object& user, const JsonRow* self) {
    std::vector<ZendeskFault> faults;
    const auto name = text_of(user, "name");
    if ((self == nullptr || user.contains("name")) && name.empty()) {
        faults.push_back({"name", "Name: is too short (minimum is 1 characters)", "ValueTooShort"});
    }
    for (const char* field : {"email", "phone", "external_id"}) {
        if (!is_text_or_null(user, field)) {
            faults.push_back({field, std::string(field) + ": is invalid", "InvalidValue"});
        }
    }
    const auto email = text_of(user, "email");
    if (!email.empty() && !looks_like_an_address(email)) {
        faults.push_back({"email", "Email: " + email + " is not properly formatted", "InvalidFormat"});
    }
    const auto* holder = email.empty() ? nullptr : by_address(email);
    if (holder != nullptr && holder != self) {
        faults.push_back(
            {"email", "Email: " + email + " is already being used by another user", "DuplicateValue"}
        );
    }
    const auto external = text_of(user, "external_id");
    holder = external.empty() ? nullptr : account_.users.find_by("external_id", external, true);
    if (holder != nullptr && holder != self) {
        faults.push_back({"external_id", "External has already been taken", "DuplicateValue"});
    }
    const auto role = text_of(user, "role");
    if (!role.empty() && role != "end-user" && role != "agent" && role != "admin") {
        faults.push_back({"role", "Role: " + role + " is not a valid role", "InvalidValue"});
    }
    const auto* organization = user.if_contains("organization_id");
    if (organization != nullptr && !organization->is_null() &&
        (!organization->is_int64() ||
         account_.organizations.find(std::to_string(organization->get_int64())) == nullptr)) {
        faults.push_back({"organization_id", "Organization is invalid", "InvalidValue"});
    }
    if (const auto* named = user.if_contains("organization"); named != nullptr && named->is_object()) {
        if (account_.organizations.find_by("name", text_of(named->get_object(), "name"), true) == nullptr) {
            faults.push_back({"organization", "Organization is invalid", "InvalidValue"});
        }
    }
    return faults;
}

ZendeskUsers::Result ZendeskUsers::create(const json::object& user) {
    if (auto faults = faults_of(user, nullptr); !faults.empty()) {
        return std::unexpected(std::move(faults));
    }
    auto& row = account_.users.insert({{"role", "end-user"}, {"suspended", false}}, account_.clock.tick());
    for (const char* name : kWritable) {
        const auto* value = user.if_contains(name);
        row.fields[name] = value == nullptr ? row.fields[name] : *value;
    }
    const auto email = lower_case(text_of(user, "email"));
    if (!email.empty()) {
        identities_.add(row, email, user);
    }
    account_.effects.created("users", {{"external_id", text_of(user, "external_id")}, {"email", email}});
    tell(row, "created");
    return Written{&row, true};
}

ZendeskUsers::Result ZendeskUsers::create_or_update(const json::object& user) {
    JsonRow* row = account_.users.find(text_of(user, "id"));
    const auto external = text_of(user, "external_id");
    auto* by_key = external.empty() ? nullptr : account_.users.find_by("external_id", external, true);
    auto* by_email = text_of(user, "email").empty() ? nullptr : by_address(text_of(user, "email"));
    if (by_key != nullptr && by_email != nullptr && by_key != by_email) {
        account_.effects.duplicate_refused();
        return std::unexpected(std::vector<ZendeskFault>{
            {"email",
             "Email: " + text_of(user, "email") + " is already being used by another user",
             "DuplicateValue"}
        });
    }
    row = row != nullptr ? row : (by_key != nullptr ? by_key : by_email);
    return row == nullptr ? create(user) : update(*row, user);
}

ZendeskUsers::Result ZendeskUsers::update(JsonRow& row, const json::object& user) {
    if (auto faults = faults_of(user, &row); !faults.empty()) {
        return std::unexpected(std::move(faults));
    }
    const auto before = row.fields;
    for (const char* name : kWritable) {
        if (const auto* value = user.if_contains(name)) {
            row.fields[name] = *value;
        }
    }
    if (const auto* suspended = user.if_contains("suspended"); suspended != nullptr && suspended->is_bool()) {
        row.fields["suspended"] = *suspended;
    }
    const auto email = text_of(user, "email");
    const bool is_new_address = !email.empty() && !ZendeskIdentities::has(row, email);
    if (is_new_address) {
        identities_.add(row, email, user);
    }
    if (row.fields == before) {
        return Written{&row, false};
    }
    account_.changed(row, "users", "update");
    for (const char* name : {"name", "external_id", "notes", "details"}) {
        const auto* old = before.if_contains(name);
        if (old == nullptr || *old != row.fields[name]) {
            tell(
                row,
                (std::string(name) + "_changed").c_str(),
                {{"current", row.fields[name]}, {"previous", old == nullptr ? json::value() : *old}}
            );
        }
    }
    if (is_new_address) {
        tell(row, "identity_created");
    }
    return Written{&row, false};
}

void ZendeskUsers::remove(JsonRow& row) {
    if (account_.users.erase(row.id, account_.clock.tick())) {
        account_.effects.changed("users", "delete");
        tell(row, "active_changed", {{"current", false}, {"previous", true}});
    }
}

Response ZendeskUsers::written(const Result& result) const {
    return result ? zendesk_record(result->created ? 201 : 200, "user", shown(*result->row))
                  : zendesk_invalid(result.error());
}

std::optional<Response> ZendeskUsers::answer(const ZendeskCall& call) {
    if (call.is("POST", 1)) {
        return written(create(call.wrapped("user")));
    }
    if (call.is("POST", 2) && call.path[1] == "create_or_update") {
        return written(create_or_update(call.wrapped("user")));
    }
    if (call.is("GET", 2) && call.path[1] == "show_many") {
        json::array found;
        const auto ids = "," + call.parameter("ids") + ",";
        for (const auto* row : account_.users.all()) {
            if (ids.find("," + row->id + ",") != std::string::npos) {
                found.push_back(shown(*row));
            }
        }
        return zendesk_json(200, json::object{{"users", std::move(found)}});
    }
    if (call.path.size() < 2) {
        return std::nullopt;
    }
    auto* row = account_.users.find_any(call.path[1]);
    if (row == nullptr) {
        return zendesk_not_found();
    }
    if (call.is("GET", 2)) {
        return zendesk_record(200, "user", shown(*row));  // a deleted one too: it is inactive
    }
    if (row->deleted) {
        return zendesk_not_found();
    }
    if (call.is("PUT", 2)) {
        return written(update(*row, call.wrapped("user")));
    }
    if (call.is("DELETE", 2)) {
        remove(*row);
        return zendesk_record(200, "user", shown(*row));
    }
    if (call.path.size() >= 3 && call.path[2] == "identities") {
        return identities_.answer(call, *row, [&](const char* what) { tell(*row, what); });
    }
    return std::nullopt;
}

}  // namespace navette::standin
