#include "tests/standin/salesforce_rows.hpp"

#include "tests/standin/salesforce_soql.hpp"

#include <navette/sdk/reading.hpp>

#include <boost/json.hpp>

#include <chrono>

namespace navette::standin {

namespace json = boost::json;

namespace {

SalesforceAnswer written_answer(const SalesforceWritten& written, unsigned status) {
    return answered(status, {{"id", written.id}, {"success", true}, {"errors", json::array()}});
}

/// The fields of a record's body, or why there are none.
std::expected<json::object, SalesforceError> fields_in(
    const SalesforceObject& object, const SalesforceCall& call
) {
    const auto* body = call.body.if_object();
    if (body == nullptr) {
        return std::unexpected(SalesforceError(
            "JSON_PARSER_ERROR", "Unexpected character or end of the body at [line:1, column:1]"
        ));
    }
    json::object fields = *body;
    fields.erase("attributes");
    if (auto wrong = unreadable(object, fields)) {
        return std::unexpected(std::move(*wrong));
    }
    return fields;
}

std::optional<std::int64_t> seconds_of(const std::string& text) {
    const auto instant = sdk::from_loose_iso_text(text);
    return instant ? std::optional<std::int64_t>(instant->time_since_epoch().count() / 1000) : std::nullopt;
}

std::string time_text(std::int64_t seconds) {
    return sdk::iso_text(sdk::Instant(std::chrono::seconds(seconds))) + ".000+0000";
}

}  // namespace

SalesforceAnswer SalesforceRows::answer(const SalesforceCall& call) {
    const auto* object = org_.schema().find(call.part(1));
    if (object == nullptr) {
        return no_such_resource();
    }
    const auto third = call.part(2);
    if (third == "describe") {
        return answered(200, description_of(*object));
    }
    if (third == "deleted" || third == "updated") {
        return in_time(*object, call);
    }
    if (third.empty()) {
        return call.method == "POST" ? create(*object, call) : wrong_method(call.method);
    }
    return call.path.size() > 3 ? by_key(*object, call) : by_id(*object, call);
}

SalesforceAnswer SalesforceRows::create(const SalesforceObject& object, const SalesforceCall& call) {
    auto fields = fields_in(object, call);
    if (!fields) {
        return refused_record(fields.error());
    }
    const auto written = org_.insert(object, std::move(*fields), call.allow_duplicates);
    return written ? written_answer(*written, 201) : refused_record(written.error());
}

SalesforceAnswer SalesforceRows::shown(
    const SalesforceObject& object, const SalesforceRecord* record, const SalesforceCall& call
) const {
    if (record == nullptr) {
        return no_such_resource();
    }
    if (record->deleted) {
        return refused_record({"ENTITY_IS_DELETED", "entity is deleted"});
    }
    auto names = split_at_commas(call.parameter("fields"));
    if (names.empty()) {
        for (const auto& field : object.fields) {
            names.push_back(field.name);
        }
    }
    json::object body;
    body["attributes"] = {
        {"type", object.name}, {"url", call.address("/sobjects/" + object.name + "/" + record->id)}
    };
    body["Id"] = record->id;
    for (const auto& name : names) {
        if (object.field(name) == nullptr) {
            return refused_record(
                {"INVALID_FIELD", "No such column '" + name + "' on sobject of type " + object.name}
            );
        }
        body[name] = value_of(object, *record, name);
    }
    return answered(200, std::move(body));
}

SalesforceAnswer SalesforceRows::by_id(const SalesforceObject& object, const SalesforceCall& call) {
    const auto id = call.part(2);
    const auto* record = org_.find(object, id);
    if (call.method == "GET") {
        return shown(object, record, call);
    }
    if (record == nullptr) {
        return no_such_resource();
    }
    if (call.method == "DELETE") {
        const auto erased = org_.erase(object, id);
        return erased ? answered_nothing() : refused_record(erased.error());
    }
    if (call.method != "PATCH") {
        return wrong_method(call.method);
    }
    auto fields = fields_in(object, call);
    if (!fields) {
        return refused_record(fields.error());
    }
    const auto written = org_.update(object, id, *fields);
    return written ? answered_nothing() : refused_record(written.error());
}

SalesforceAnswer SalesforceRows::by_key(const SalesforceObject& object, const SalesforceCall& call) {
    const auto* key = object.key();
    if (call.path.size() != 4) {
        return no_such_resource();
    }
    if (key == nullptr || key->name != call.part(2)) {
        return refused_call(
            404,
            {"NOT_FOUND", "Provided external ID field does not exist or is not accessible: " + call.part(2)}
        );
    }
    const auto value = call.part(3);
    const auto* record = org_.find_by_key(object, value);
    if (call.method == "GET") {
        return shown(object, record, call);
    }
    if (call.method == "DELETE") {
        const auto erased = record == nullptr ? org_.erase(object, "") : org_.erase(object, record->id);
        return erased ? answered_nothing() : no_such_resource();
    }
    if (call.method != "PATCH") {
        return wrong_method(call.method);
    }
    auto fields = fields_in(object, call);
    if (!fields) {
        return refused_record(fields.error());
    }
    if (fields->contains(key->name)) {
        return refused_record(
            {"INVALID_FIELD", "The " + key->name + " field should not be specified in the sobject data."}
        );
    }
    if (record == nullptr && call.parameter("updateOnly") == "true") {
        return no_such_resource();
    }
    const auto written = org_.upsert(object, value, std::move(*fields), call.allow_duplicates);
    if (!written) {
        return refused_record(written.error());
    }
    auto answer = written_answer(*written, written->created ? 201 : 200);
    answer.body.as_object()["created"] = written->created;
    return answer;
}

SalesforceAnswer SalesforceRows::in_time(const SalesforceObject& object, const SalesforceCall& call) const {
    constexpr std::int64_t kMinute = 60;
    constexpr std::int64_t kKept = 15LL * 24 * 3600;
    const bool is_deleted = call.part(2) == "deleted";
    const auto start = seconds_of(call.parameter("start"));
    const auto end = seconds_of(call.parameter("end"));
    const auto now = SalesforceOrg::now();
    // Seconds are not looked at.
    if (!start || !end || *start / kMinute >= *end / kMinute) {
        return refused_call(
            400, {"INVALID_REPLICATION_DATE", "startDate must be before endDate by more than a minute"}
        );
    }
    if (*start < now - 2 * kKept) {
        return refused_call(400, {"INVALID_REPLICATION_DATE", "startDate cannot be more than 30 days ago"});
    }
    json::array listed;
    for (const auto& [id, record] : org_.records(object)) {
        const auto minute = record.modified / kMinute;
        const bool is_within = minute >= *start / kMinute && minute <= *end / kMinute;
        if (!is_within || record.deleted != is_deleted) {
            continue;
        }
        if (is_deleted) {
            listed.push_back({{"id", record.id}, {"deletedDate", time_text(record.modified)}});
        } else {
            listed.emplace_back(record.id);
        }
    }
    json::object body{{"latestDateCovered", time_text(*end)}};
    body[is_deleted ? "deletedRecords" : "ids"] = std::move(listed);
    if (is_deleted) {
        body["earliestDateAvailable"] = time_text(now - kKept);
    }
    return answered(200, std::move(body));
}

}  // namespace navette::standin
