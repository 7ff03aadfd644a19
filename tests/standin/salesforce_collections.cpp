#include "tests/standin/salesforce_collections.hpp"

#include "tests/standin/salesforce_id.hpp"

#include <boost/json.hpp>

#include <map>

namespace navette::standin {

namespace json = boost::json;

namespace {

constexpr std::size_t kMostRecords = 200;
constexpr std::size_t kMostChunks = 10;

SalesforceAnswer refused(const std::string& code, const std::string& words) {
    return refused_call(400, {code, words});
}

SalesforceAnswer too_many() {
    return refused(
        "EXCEEDED_ID_LIMIT", "record limit reached. cannot submit more than 200 records in this call"
    );
}

std::string text_of(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

bool is_all_or_none(const SalesforceCall& call) {
    const auto* body = call.body.if_object();
    const auto* value = body == nullptr ? nullptr : body->if_contains("allOrNone");
    return value != nullptr && value->is_bool() && value->get_bool();
}

}  // namespace

std::expected<std::vector<SalesforceCollections::Row>, SalesforceAnswer> SalesforceCollections::rows_of(
    const SalesforceCall& call
) const {
    const auto* body = call.body.if_object();
    const auto* listed = body == nullptr ? nullptr : body->if_contains("records");
    if (listed == nullptr || !listed->is_array()) {
        return std::unexpected(refused("JSON_PARSER_ERROR", "the body lacks its records"));
    }
    if (listed->get_array().size() > kMostRecords) {
        return std::unexpected(too_many());
    }
    std::vector<Row> rows;
    std::size_t chunks = 0;
    for (const auto& item : listed->get_array()) {
        Row row;
        row.fields = item.is_object() ? item.get_object() : json::object();
        const auto* attributes = row.fields.if_contains("attributes");
        const auto type = attributes != nullptr && attributes->is_object()
                              ? text_of(attributes->get_object(), "type")
                              : std::string();
        row.object = org_.schema().find(type);
        if (row.object == nullptr) {
            return std::unexpected(refused("INVALID_TYPE", "sObject type '" + type + "' is not supported."));
        }
        row.id = text_of(row.fields, "id");
        row.fields.erase("attributes");
        row.fields.erase("id");
        if (auto wrong = unreadable(*row.object, row.fields)) {
            return std::unexpected(refused_call(400, *wrong));
        }
        chunks += rows.empty() || rows.back().object != row.object ? 1 : 0;
        rows.push_back(std::move(row));
    }
    if (chunks > kMostChunks) {
        return std::unexpected(
            refused("LIMIT_EXCEEDED", "a collection holds at most 10 chunks of records of one type")
        );
    }
    return rows;
}

SalesforceAnswer SalesforceCollections::carry_out(
    std::size_t count, bool all_or_none, bool tells_created, const std::function<Checked(std::size_t)>& write
) {
    if (all_or_none) {
        org_.begin();
    }
    std::vector<Checked> results;
    bool all_well = true;
    for (std::size_t at = 0; at < count; ++at) {
        results.push_back(write(at));
        all_well = all_well && results.back().has_value();
    }
    if (all_or_none && all_well) {
        org_.commit();
    } else if (all_or_none) {
        org_.rollback();
    }
    json::array rows;
    for (const auto& result : results) {
        if (!result) {
            rows.emplace_back(refused_row(result.error()));
        } else if (all_or_none && !all_well) {
            rows.emplace_back(refused_row(
                {"ALL_OR_NONE_OPERATION_ROLLED_BACK",
                 "Record rolled back because not all records were valid and the request was using AllOrNone "
                 "header"}
            ));
        } else {
            json::object row{{"id", result->id}, {"success", true}, {"errors", json::array()}};
            if (tells_created) {
                row["created"] = result->created;
            }
            rows.emplace_back(std::move(row));
        }
    }
    return answered(200, std::move(rows));
}

SalesforceAnswer SalesforceCollections::answer(const SalesforceCall& call) {
    if (call.method == "DELETE") {
        return erase(call);
    }
    if (call.path.size() == 4 && call.method == "PATCH") {
        return upsert(call);
    }
    if (call.path.size() != 2 || (call.method != "POST" && call.method != "PATCH")) {
        return call.path.size() == 2 ? wrong_method(call.method) : no_such_resource();
    }
    auto rows = rows_of(call);
    if (!rows) {
        return rows.error();
    }
    const bool is_update = call.method == "PATCH";
    return carry_out(rows->size(), is_all_or_none(call), false, [&](std::size_t at) -> Checked {
        auto& row = rows->at(at);
        if (!is_update) {
            return org_.insert(*row.object, std::move(row.fields), call.allow_duplicates);
        }
        if (row.id.empty()) {
            return std::unexpected(SalesforceError("MISSING_ARGUMENT", "Id not specified in an update call"));
        }
        if (short_salesforce_id(row.id).empty()) {
            return std::unexpected(SalesforceError("MALFORMED_ID", "bad id " + row.id, {"Id"}));
        }
        return org_.update(*row.object, row.id, row.fields);
    });
}

SalesforceAnswer SalesforceCollections::upsert(const SalesforceCall& call) {
    const auto* object = org_.schema().find(call.part(2));
    if (object == nullptr) {
        return no_such_resource();
    }
    const auto* key = object->key();
    if (key == nullptr || key->name != call.part(3)) {
        return refused_call(
            404,
            {"NOT_FOUND", "Provided external ID field does not exist or is not accessible: " + call.part(3)}
        );
    }
    auto rows = rows_of(call);
    if (!rows) {
        return rows.error();
    }
    std::map<std::string, int> times;
    for (auto& row : *rows) {
        if (row.object != object) {
            return refused("INVALID_TYPE", "all records of an upsert must be of the type " + object->name);
        }
        row.key = text_of(row.fields, key->name);
        row.fields.erase(key->name);
        ++times[row.key];
    }
    return carry_out(rows->size(), is_all_or_none(call), true, [&](std::size_t at) -> Checked {
        auto& row = rows->at(at);
        if (row.key.empty()) {
            return std::unexpected(
                SalesforceError("MISSING_ARGUMENT", key->name + " not specified", {key->name})
            );
        }
        if (times[row.key] > 1) {
            return std::unexpected(SalesforceError(
                "DUPLICATE_EXTERNAL_ID", "Duplicate external id specified: " + row.key, {key->name}
            ));
        }
        return org_.upsert(*object, row.key, std::move(row.fields), call.allow_duplicates);
    });
}

SalesforceAnswer SalesforceCollections::erase(const SalesforceCall& call) {
    const auto ids = split_at_commas(call.parameter("ids"));
    if (ids.empty()) {
        return refused("MISSING_ARGUMENT", "the parameter ids is missing");
    }
    if (ids.size() > kMostRecords) {
        return too_many();
    }
    return carry_out(
        ids.size(),
        call.parameter("allOrNone") == "true",
        false,
        [&](std::size_t at) -> Checked {
            const auto* object = org_.schema().with_prefix(ids[at]);
            if (object == nullptr || short_salesforce_id(ids[at]).empty()) {
                return std::unexpected(SalesforceError("MALFORMED_ID", "malformed id " + ids[at], {"Id"}));
            }
            return org_.erase(*object, ids[at]);
        }
    );
}

}  // namespace navette::standin
