#include "tests/e2e/soak_application.hpp"

#include "tests/e2e/soak_person.hpp"

#include <boost/json.hpp>

#include <string_view>
#include <utility>

namespace navette::test {

namespace json = boost::json;

namespace {

constexpr const char* kTell = "SELECT navette.enqueue('ring', 'contact.updated', 'contact', $1, $2::jsonb)";

std::string text_of(const json::object& record, std::string_view name) {
    const auto* value = record.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

}  // namespace

std::string SoakApplication::tell(const std::string& id) {
    pqxx::connection connection(database_.url());
    pqxx::work work(connection);
    const auto jobs = work.exec_params(kTell, id, json::serialize(people_.at(id)));
    work.commit();
    return jobs[0][0].c_str();
}

std::string SoakApplication::create(const json::object& record) {
    auto id = std::to_string(++last_id_);
    people_[id] = record;
    tell(id);
    return id;
}

std::string SoakApplication::edit(const std::string& id, const std::string& field, const std::string& value) {
    people_.at(id)[field] = value;
    return tell(id);
}

std::string SoakApplication::erase(const std::string& id) {
    pqxx::connection connection(database_.url());
    pqxx::work work(connection);
    const auto jobs = work.exec_params(
        "SELECT navette.enqueue('ring', 'contact.deleted', 'contact', $1, '{}', operation => 'delete')", id
    );
    work.commit();
    people_.erase(id);
    ordered_.insert(id);
    return jobs[0][0].c_str();
}

std::string SoakApplication::id_of(int person) const {
    for (const auto& [id, record] : people_) {
        if (owner_of_address(text_of(record, "email")) == name_of(person)) {
            return id;
        }
    }
    return {};
}

std::string SoakApplication::id_with(const std::string& email) const {
    for (const auto& [id, record] : people_) {
        if (text_of(record, "email") == email) {
            return id;
        }
    }
    return {};
}

std::string SoakApplication::adopted(const std::string& foreign, const json::object& data) {
    const auto known = adopted_.find(foreign);
    if (known != adopted_.end()) {
        return known->second;
    }
    // Somebody whom it has already, by her address.
    auto id = id_with(text_of(data, "email"));
    if (id.empty()) {
        id = std::to_string(++last_id_);
        people_[id] = {};
    }
    pqxx::connection connection(database_.url());
    pqxx::work work(connection);
    work.exec_params("SELECT navette.adopt_record('ring', 'contact', $1, $2)", foreign, id);
    work.commit();
    adopted_[foreign] = id;
    return id;
}

void SoakApplication::take_in(
    std::int64_t position, const std::string& id, const json::object& data, const std::string& fields
) {
    if (gone_.contains(id)) {
        complaints_.push_back(
            "position " + std::to_string(position) + " tells of " + id +
            " again, who was deleted: " + json::serialize(data)
        );
    }
    if (gone_.contains(id) || ordered_.contains(id)) {
        return;
    }
    auto& person = people_[id];
    for (const auto& field : json::parse(fields).as_array()) {
        const auto& name = field.as_string();
        const auto* value = data.if_contains(name);
        if (value == nullptr || value->is_null()) {
            person.erase(name);
        } else {
            person[name] = *value;
        }
    }
}

void SoakApplication::read(long most) {
    const auto entries = database_.exec(
        "SELECT position, entity_id, operation, data::text, to_jsonb(fields)::text, version FROM "
        "navette.changes "
        "WHERE tenant_id = 'ring' AND position > " +
        std::to_string(position_) + " ORDER BY position LIMIT " + std::to_string(most)
    );
    for (const auto& entry : entries) {
        const auto position = entry[0].as<std::int64_t>();
        auto id = entry[1].as<std::string>();
        if (position != position_ + 1) {
            complaints_.push_back(
                "after position " + std::to_string(position_) + " came " + std::to_string(position)
            );
        }
        position_ = position;
        const auto data = json::parse(entry[3].as<std::string>()).as_object();
        if (id.starts_with("int_")) {
            id = adopted(id, data);
        }
        const auto operation = entry[2].as<std::string>();
        if (operation == "delete") {
            // One that the platform's rule ignores has no version: the record is not deleted here.
            if (follows_deletes_ && !entry[5].is_null()) {
                people_.erase(id);
                gone_.insert(id);
            }
        } else if (operation == "archive") {
            continue;  // it keeps whom others put away, and edits them: that is meant
        } else if (operation != "upsert" || entry[4].is_null()) {
            complaints_.push_back(
                "position " + std::to_string(position) + " is no merged change: " + operation
            );
        } else {
            take_in(position, id, data, entry[4].as<std::string>());
        }
    }
    if (!entries.empty()) {
        database_.exec("SELECT navette.acknowledge_changes('ring', " + std::to_string(position_) + ")");
    }
}

}  // namespace navette::test
