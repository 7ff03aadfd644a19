// Activities: version 2 of the API, but without custom fields. Their note ends with our key, by which what
// may have been made is found again in the list of the latest changes, which does not lag.
#include "recipes.hpp"

#include <navette/sdk/reading.hpp>

#include <algorithm>
#include <utility>

namespace navette::pipedrive {

namespace {

using sdk::HttpRequest;
using sdk::Operation;
using sdk::Outcome;
using sdk::Session;
using sdk::Task;

constexpr double kReadOne = 1;
constexpr double kReadList = 10;
constexpr double kWrite = 5;

/// "01:05" of 3,900 seconds, whole minutes, the last one begun counting.
std::string hours_and_minutes(std::int64_t seconds) {
    constexpr std::int64_t kMost = 99 * 60 + 59;
    const auto minutes = std::clamp<std::int64_t>((seconds + 59) / 60, 0, kMost);
    const auto two = [](std::int64_t number) { return (number < 10 ? "0" : "") + std::to_string(number); };
    return two(minutes / 60) + ":" + two(minutes % 60);
}

/// What is sent, but for the participants.
json::object body_of(const Operation& operation, bool is_new) {
    json::object body;
    for (const auto& [name, value] : operation.fields) {
        if (!name.starts_with('_')) {
            body[name] = value;
        }
    }
    if (const auto due = sdk::from_loose_iso_text(sdk::text_at(operation.fields, "_due_at"))) {
        const auto text = sdk::iso_text(*due);
        body["due_date"] = text.substr(0, 10);
        body["due_time"] = text.substr(11, 5);
    }
    if (const auto seconds = sdk::integer_at(operation.fields, "_duration_s")) {
        body["duration"] = hours_and_minutes(*seconds);
    }
    const auto text = sdk::text_at(operation.fields, "_text");
    if (is_new || !text.empty()) {
        body["note"] = sdk::html_of(text) + (text.empty() ? "" : "<br>") + mark_of(operation);
    }
    add_parents(body, operation);
    // A person is linked as a participant; the field itself is read-only.
    body.erase("person_id");
    return body;
}

/// Our person first and primary, then who else takes part: a write replaces the whole list.
json::array merged_participants(const json::array& present, std::int64_t person) {
    json::array merged;
    merged.push_back({{"person_id", person}, {"primary", true}});
    for (const auto& one : present) {
        const auto other = sdk::integer_at(one, "person_id");
        if (other && *other != person) {
            merged.push_back({{"person_id", *other}, {"primary", false}});
        }
    }
    return merged;
}

std::optional<std::int64_t> person_of(const Operation& operation) {
    const auto parent = operation.references.find("contact");
    return parent == operation.references.end() ? std::nullopt : sdk::to_integer(parent->second);
}

/// The id of the activity whose note ends with our mark; empty where there is none.
Task<std::expected<std::string, Outcome>> find_by_mark(Session& session, Entity entity, Operation operation) {
    auto request = HttpRequest::get(std::string(entity.path))
                       .with_query("sort_by", "update_time")
                       .with_query("sort_direction", "desc")
                       .with_query("limit", "500")
                       .with_cost(kReadList);
    json::object parents;
    add_parents(parents, operation);
    for (const auto* name : {"deal_id", "person_id", "org_id"}) {
        if (auto id = sdk::text_at(parents, name); !id.empty()) {
            request.query.push_back({name, std::move(id)});
            break;
        }
    }
    const auto reply = co_await exchange(session, std::move(request), kPipedrive);
    if (!reply.ok()) {
        co_return std::unexpected(reply.outcome);
    }
    const auto mark = mark_of(operation);
    for (const auto& activity : sdk::list_at(reply.body, "data")) {
        if (sdk::text_at(activity, "note").find(mark) != std::string::npos) {
            co_return sdk::text_at(activity, "id");
        }
    }
    co_return std::string();
}

Task<Outcome> update(Session& session, Entity entity, std::string id, Operation operation) {
    const auto path = std::string(entity.path) + "/" + sdk::path_segment(id);
    auto body = body_of(operation, false);
    if (const auto person = person_of(operation)) {
        const auto reply = co_await exchange(session, HttpRequest::get(path).with_cost(kReadOne), kPipedrive);
        if (!reply.ok()) {
            co_return reply.outcome;
        }
        const auto* data = sdk::member_of(reply.body, "data");
        const auto present = data == nullptr ? json::value() : *data;
        if (is_deleted(present)) {
            co_return Outcome::gone("the activity was deleted in Pipedrive");
        }
        body["participants"] = merged_participants(sdk::list_at(present, "participants"), *person);
    }
    co_return written(
        co_await exchange(session, HttpRequest::patch(path).with_json(body).with_cost(kWrite), kPipedrive)
    );
}

}  // namespace

std::string mark_of(const Operation& operation) {
    return "[" + operation.key + "]";
}

Task<Outcome> push_activity(Session& session, Entity entity, Operation operation) {
    auto id = operation.remote_id;
    if (id.empty() && operation.maybe_applied) {
        auto found = co_await find_by_mark(session, entity, operation);
        if (!found) {
            co_return found.error();
        }
        id = std::move(*found);
    }
    if (!id.empty()) {
        co_return co_await update(session, entity, std::move(id), std::move(operation));
    }
    auto body = body_of(operation, true);
    if (const auto person = person_of(operation)) {
        body["participants"] = merged_participants({}, *person);
    }
    co_return written(co_await exchange(
        session, HttpRequest::post(std::string(entity.path)).with_json(body).with_cost(kWrite), kPipedrive
    ));
}

}  // namespace navette::pipedrive
