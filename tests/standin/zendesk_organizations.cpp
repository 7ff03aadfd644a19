#include "tests/standin/zendesk_organizations.hpp"

#include <boost/json.hpp>

#include <array>

namespace navette::standin {

namespace json = boost::json;

namespace {

constexpr std::array kWritable{
    "name", "external_id", "domain_names", "notes", "details", "tags", "organization_fields", "group_id"
};

Response written(const ZendeskOrganizations::Result& result) {
    return result ? zendesk_record(
                        result->created ? 201 : 200, "organization", ZendeskAccount::shown(*result->row)
                    )
                  : zendesk_invalid(result.error());
}

}  // namespace

void ZendeskOrganizations::tell(const JsonRow& row, const std::string& what, json::object change) {
    if (account_.tell) {
        account_.tell({"organization", what, &row, std::move(change)});
    }
}

std::vector<ZendeskFault> ZendeskOrganizations::faults_of(
    const json::object& organization, const JsonRow* self
) {
    std::vector<ZendeskFault> faults;
    const auto name = text_of(organization, "name");
    if ((self == nullptr || organization.contains("name")) && name.empty()) {
        faults.push_back({"name", "Name: cannot be blank", "BlankValue"});
    }
    const auto* holder = name.empty() ? nullptr : account_.organizations.find_by("name", name, true);
    if (holder != nullptr && holder != self) {
        faults.push_back({"name", "Name: " + name + " has already been taken", "DuplicateValue"});
    }
    const auto external = text_of(organization, "external_id");
    holder = external.empty() ? nullptr : account_.organizations.find_by("external_id", external, true);
    if (holder != nullptr && holder != self) {
        faults.push_back({"external_id", "External: has already been taken", "DuplicateValue"});
    }
    const auto* domains = organization.if_contains("domain_names");
    if (domains != nullptr && !domains->is_array() && !domains->is_null()) {
        faults.push_back({"domain_names", "Domain names: is invalid", "InvalidValue"});
    }
    if (!faults.empty() && faults.front().error == "DuplicateValue") {
        account_.effects.duplicate_refused();
    }
    return faults;
}

ZendeskOrganizations::Result ZendeskOrganizations::create(const json::object& organization) {
    if (auto faults = faults_of(organization, nullptr); !faults.empty()) {
        return std::unexpected(std::move(faults));
    }
    auto& row = account_.organizations.insert({}, account_.organization_tick());
    for (const char* name : kWritable) {
        const auto* value = organization.if_contains(name);
        row.fields[name] = value == nullptr ? json::value() : *value;
    }
    account_.effects.created(
        "organizations",
        {{"external_id", text_of(organization, "external_id")}, {"name", text_of(organization, "name")}}
    );
    tell(row, "created");
    return Written{&row, true};
}

ZendeskOrganizations::Result ZendeskOrganizations::create_or_update(const json::object& organization) {
    auto* row = account_.organizations.find(text_of(organization, "id"));
    const auto external = text_of(organization, "external_id");
    if (row == nullptr && !external.empty()) {
        row = account_.organizations.find_by("external_id", external, true);
    }
    return row == nullptr ? create(organization) : update(*row, organization);
}

ZendeskOrganizations::Result ZendeskOrganizations::update(JsonRow& row, const json::object& organization) {
    if (auto faults = faults_of(organization, &row); !faults.empty()) {
        return std::unexpected(std::move(faults));
    }
    const auto before = row.fields;
    for (const char* name : kWritable) {
        if (const auto* value = organization.if_contains(name)) {
            row.fields[name] = *value;
        }
    }
    if (row.fields == before) {
        return Written{&row, false};
    }
    account_.changed(row, "organizations", "update");
    // There is no organization.updated: a change of the notes is told by nothing.
    for (const char* name : {"name", "external_id", "tags"}) {
        if (before.at(name) != row.fields.at(name)) {
            tell(
                row,
                std::string(name) + "_changed",
                {{"current", row.fields.at(name)}, {"previous", before.at(name)}}
            );
        }
    }
    return Written{&row, false};
}

void ZendeskOrganizations::remove(JsonRow& row) {
    if (account_.organizations.erase(row.id, account_.organization_tick())) {
        account_.effects.changed("organizations", "delete");
        tell(row, "deleted");
    }
}

std::optional<Response> ZendeskOrganizations::answer(const ZendeskCall& call) {
    if (call.is("POST", 1)) {
        return written(create(call.wrapped("organization")));
    }
    if (call.is("POST", 2) && call.path[1] == "create_or_update") {
        return written(create_or_update(call.wrapped("organization")));
    }
    if (call.is("GET", 2) && call.path[1] == "search") {
        const bool by_name = call.query.contains("name");
        if (by_name == call.query.contains("external_id")) {
            return zendesk_error(400, "InvalidParameters", "Search by name or by external_id, but not both");
        }
        const auto* row = account_.organizations.find_by(
            by_name ? "name" : "external_id", call.parameter(by_name ? "name" : "external_id"), true
        );
        json::array found;
        if (row != nullptr) {
            found.push_back(ZendeskAccount::shown(*row));
        }
        return zendesk_json(200, json::object{{"organizations", found}, {"count", found.size()}});
    }
    if (call.path.size() != 2) {
        return std::nullopt;
    }
    auto* row = account_.organizations.find(call.path[1]);
    if (row == nullptr) {
        return zendesk_not_found();
    }
    if (call.method == "GET") {
        return zendesk_record(200, "organization", ZendeskAccount::shown(*row));
    }
    if (call.method == "PUT") {
        return written(update(*row, call.wrapped("organization")));
    }
    if (call.method == "DELETE") {
        remove(*row);
        return Response{204, "application/json", ""};
    }
    return std::nullopt;
}

}  // namespace navette::standin
