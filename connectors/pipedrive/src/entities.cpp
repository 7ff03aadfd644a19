// Persons, organizations and deals. Nothing is unique in Pipedrive, and its search lags. So our key stands in
// a custom field, and what may have been created is looked for by it, in the list of the latest changes
// first, which does not lag.
#include "recipes.hpp"

#include <navette/sdk/reading.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace navette::pipedrive {

namespace {

using sdk::HttpRequest;
using sdk::Operation;
using sdk::Outcome;
using sdk::Reply;
using sdk::Session;
using sdk::Task;

// What Pipedrive takes off the account's daily budget.
constexpr double kReadOne = 1;
constexpr double kReadList = 10;
constexpr double kSearch = 20;
constexpr double kWrite = 5;
constexpr double kRemove = 3;

constexpr std::array<Entity, 4> kEntities{{
    {"contact", "person", "/api/v2/persons", "/api/v2/personFields"},
    {"company", "organization", "/api/v2/organizations", "/api/v2/organizationFields"},
    {"deal", "deal", "/api/v2/deals", "/api/v2/dealFields"},
    {"activity", "activity", "/api/v2/activities", ""},
}};

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text;
}

const json::value* data_of(const Reply& reply) {
    return sdk::member_of(reply.body, "data");
}

/// The name of the custom field that carries our key.
std::string field_name(Session& session) {
    const auto name = sdk::text_at(session.settings(), "key_field");
    return name.empty() ? "navette_id" : name;
}

/// Where its code is remembered.
std::string memory_of(Session& session, Entity entity) {
    return "field:" + std::string(entity.single) + ":" + field_name(session);
}

/// The code of the custom field that carries our key, made where the account has none; empty where the fields
/// cannot be listed (a dry run).
Task<std::expected<std::string, Outcome>> key_field(Session& session, Entity entity) {
    const auto wanted = field_name(session);
    const auto memory = memory_of(session, entity);
    if (const auto known = session.recall(memory); known.is_string()) {
        co_return std::string(known.get_string());
    }
    std::string cursor;
    do {
        auto request =
            HttpRequest::get(std::string(entity.fields)).with_query("limit", "500").with_cost(kReadList);
        if (!cursor.empty()) {
            request.query.push_back({"cursor", cursor});
        }
        const auto reply = co_await exchange(session, std::move(request), kPipedrive);
        if (reply.status == 404) {
            co_return std::string();
        }
        if (!reply.ok()) {
            co_return std::unexpected(reply.outcome);
        }
        for (const auto& field : sdk::list_at(reply.body, "data")) {
            const auto code = sdk::text_at(field, "field_code");
            if (sdk::text_at(field, "field_name") == wanted && !code.empty()) {
                session.remember(memory, json::string(code));
                co_return code;
            }
        }
        const auto* more = sdk::member_of(reply.body, "additional_data");
        cursor = more == nullptr ? std::string() : sdk::text_at(*more, "next_cursor");
    } while (!cursor.empty());
    const auto made = co_await exchange(
        session,
        HttpRequest::post(std::string(entity.fields))
            .with_json({{"field_name", wanted}, {"field_type", "varchar"}})
            .with_cost(kWrite),
        kPipedrive
    );
    if (!made.ok()) {
        co_return std::unexpected(made.outcome);
    }
    const auto* data = data_of(made);
    auto code = data == nullptr ? std::string() : sdk::text_at(*data, "field_code");
    if (code.empty()) {
        co_return std::unexpected(
            Outcome::retry("Pipedrive made the field " + wanted + " without telling its code")
        );
    }
    session.remember(memory, json::string(code));
    co_return code;
}

/// The id of the record that carries our key; empty where there is none.
Task<std::expected<std::string, Outcome>> find_by_key(
    Session& session, Entity entity, std::string code, std::string key
) {
    const auto latest = co_await exchange(
        session,
        HttpRequest::get(std::string(entity.path))
            .with_query("sort_by", "update_time")
            .with_query("sort_direction", "desc")
            .with_query("limit", "500")
            .with_query("custom_fields", code)
            .with_cost(kReadList),
        kPipedrive
    );
    if (!latest.ok()) {
        co_return std::unexpected(latest.outcome);
    }
    for (const auto& record : sdk::list_at(latest.body, "data")) {
        const auto* own = sdk::member_of(record, "custom_fields");
        if (own != nullptr && sdk::text_at(*own, code) == key) {
            co_return sdk::text_at(record, "id");
        }
    }
    const auto found = co_await exchange(
        session,
        HttpRequest::get("/api/v2/itemSearch/field")
            .with_query("term", key)
            .with_query("entity_type", std::string(entity.single))
            .with_query("match", "exact")
            .with_query("field", code)
            .with_cost(kSearch),
        kPipedrive
    );
    if (!found.ok()) {
        co_return std::unexpected(found.outcome);
    }
    const auto& hits = sdk::list_at(found.body, "data");
    co_return hits.empty() ? std::string() : sdk::text_at(hits.front(), "id");
}

/// Whether a search hit has the value that was searched for: exact searches are not, in letter case and more.
bool holds(const json::value& item, std::string_view field, const std::string& value) {
    if (field == "name") {
        return lower(sdk::text_at(item, "name")) == lower(value);
    }
    return std::ranges::any_of(sdk::list_at(item, "emails"), [&](const json::value& email) {
        const auto text = email.is_string() ? std::string(email.get_string()) : sdk::text_at(email, "value");
        return lower(text) == lower(value);
    });
}

/// The oldest record with this e-mail address or name; empty where there is none.
Task<std::expected<std::string, Outcome>> find_by_nature(
    Session& session, Entity entity, std::string field, std::string value
) {
    const auto reply = co_await exchange(
        session,
        HttpRequest::get(std::string(entity.path) + "/search")
            .with_query("term", value)
            .with_query("fields", field)
            .with_query("exact_match", "true")
            .with_cost(kSearch),
        kPipedrive
    );
    if (!reply.ok() && reply.status != 404) {
        co_return std::unexpected(reply.outcome);
    }
    std::optional<std::int64_t> oldest;
    const auto* data = data_of(reply);
    if (data != nullptr) {
        for (const auto& hit : sdk::list_at(*data, "items")) {
            const auto* item = sdk::member_of(hit, "item");
            const auto id = item == nullptr ? std::nullopt : sdk::integer_at(*item, "id");
            if (id && holds(*item, field, value)) {
                oldest = std::min(oldest.value_or(*id), *id);
            }
        }
    }
    co_return oldest ? std::to_string(*oldest) : std::string();
}

/// Our value first and primary, then what else the person has: a write replaces the whole list. What is there
/// already keeps its label.
json::array merged_values(const json::array& present, const std::string& ours, std::string_view label) {
    json::array merged;
    merged.push_back({{"value", ours}, {"primary", true}, {"label", label}});
    for (const auto& entry : present) {
        const auto value = sdk::text_at(entry, "value");
        if (lower(value) == lower(ours)) {
            if (const auto held = sdk::text_at(entry, "label"); !held.empty()) {
                merged.front().as_object()["label"] = held;
            }
        } else if (!value.empty()) {
            auto kept = entry.get_object();
            kept["primary"] = false;
            merged.push_back(std::move(kept));
        }
    }
    return merged;
}

void add_contact_points(json::object& body, const json::object& fields, const json::value& present) {
    if (const auto email = sdk::text_at(fields, "_email"); !email.empty()) {
        body["emails"] = merged_values(sdk::list_at(present, "emails"), email, "work");
    }
    if (const auto phone = sdk::text_at(fields, "_phone"); !phone.empty()) {
        body["phones"] = merged_values(sdk::list_at(present, "phones"), phone, "mobile");
    }
}

/// Numbers as numbers: version 2 refuses "120" where it wants 120.
void add_value(json::object& body, const json::object& fields) {
    const auto text = sdk::text_at(fields, "_value");
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (!text.empty() && error == std::errc{} && end == text.data() + text.size()) {
        body["value"] = number;
    }
}

void add_stage(Session& session, json::object& body, const json::object& fields) {
    const auto stage = lower(sdk::text_at(fields, "_stage"));
    if (stage.empty()) {
        return;
    }
    if (stage == "won" || stage == "lost") {
        body["status"] = stage;
        return;
    }
    const auto* stages = session.settings().if_contains("stages");
    const auto id = stages == nullptr ? std::nullopt : sdk::integer_at(*stages, stage);
    if (const auto number = id ? id : sdk::to_integer(stage)) {
        body["stage_id"] = *number;
        body["status"] = "open";
    } else {
        session.remark("the stage " + stage + " is not in the setting stages; Pipedrive's stays as it is");
    }
}

/// What is sent: all fields but those with a leading underscore, which speak to the connector.
json::object body_of(Session& session, const Operation& operation, const json::value& present) {
    json::object body;
    for (const auto& [name, value] : operation.fields) {
        if (!name.starts_with('_')) {
            body[name] = value;
        }
    }
    add_contact_points(body, operation.fields, present);
    add_value(body, operation.fields);
    add_stage(session, body, operation.fields);
    add_parents(body, operation);
    return body;
}

Task<Outcome> update(Session& session, Entity entity, std::string id, Operation operation, json::object own) {
    const auto path = std::string(entity.path) + "/" + sdk::path_segment(id);
    json::value present;
    if (operation.fields.contains("_email") || operation.fields.contains("_phone")) {
        const auto reply = co_await exchange(session, HttpRequest::get(path).with_cost(kReadOne), kPipedrive);
        if (!reply.ok()) {
            co_return reply.outcome;
        }
        const auto* data = data_of(reply);
        present = data == nullptr ? json::value() : *data;
        if (is_deleted(present)) {
            co_return Outcome::gone("the " + std::string(entity.single) + " was deleted in Pipedrive");
        }
    }
    auto body = body_of(session, operation, present);
    if (!own.empty()) {
        body["custom_fields"] = std::move(own);
    }
    co_return written(
        co_await exchange(session, HttpRequest::patch(path).with_json(body).with_cost(kWrite), kPipedrive)
    );
}

/// The value by which an existing record is ours, and the field to search; empty where there is none.
std::pair<std::string, std::string> nature_of(Entity entity, const json::object& fields) {
    if (entity.name == "contact") {
        return {"email", sdk::text_at(fields, "_email")};
    }
    return entity.name == "company"
               ? std::pair<std::string, std::string>("name", sdk::text_at(fields, "name"))
               : std::pair<std::string, std::string>();
}

}  // namespace

const Entity* find_entity(std::string_view name) {
    const auto* found = std::ranges::find(kEntities, name, &Entity::name);
    return found == kEntities.end() ? nullptr : found;
}

bool is_deleted(const json::value& record) {
    const auto* deleted = sdk::member_of(record, "is_deleted");
    const auto* active = sdk::member_of(record, "active_flag");
    return (deleted != nullptr && *deleted == json::value(true)) ||
           (active != nullptr && *active == json::value(false));
}

Outcome written(const Reply& reply) {
    if (!reply.ok()) {
        return reply.outcome;
    }
    const auto* data = data_of(reply);
    if (data != nullptr && is_deleted(*data)) {
        // Pipedrive keeps what was deleted for thirty days and may take changes of it that nobody sees.
        return Outcome::gone("the record was deleted in Pipedrive");
    }
    const auto id = data == nullptr ? std::string() : sdk::text_at(*data, "id");
    return id.empty()
               ? Outcome::retry("Pipedrive answered with a record that has no id").after_unknown_effect()
               : Outcome::done(id, sdk::text_at(*data, "update_time"));
}

void add_parents(json::object& body, const Operation& operation) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kParents{
        {{"contact", "person_id"}, {"company", "org_id"}, {"deal", "deal_id"}}
    };
    for (const auto& [name, field] : kParents) {
        const auto parent = operation.references.find(std::string(name));
        const auto id = parent == operation.references.end() ? std::nullopt : sdk::to_integer(parent->second);
        if (id) {
            body[field] = *id;
        }
    }
}

Task<Outcome> push_entity(Session& session, Entity entity, Operation operation) {
    if (!operation.remote_id.empty()) {
        auto id = operation.remote_id;
        co_return co_await update(session, entity, std::move(id), std::move(operation), {});
    }
    const auto code = co_await key_field(session, entity);
    if (!code) {
        co_return code.error();
    }
    json::object own;
    if (!code->empty()) {
        own[*code] = operation.key;
    }
    std::expected<std::string, Outcome> id;
    if (operation.maybe_applied && !code->empty()) {
        id = co_await find_by_key(session, entity, *code, operation.key);
    }
    const auto* finds = session.settings().if_contains("find_existing");
    const auto [field, value] = nature_of(entity, operation.fields);
    if (id && id->empty() && !value.empty() && (finds == nullptr || *finds != json::value(false))) {
        id = co_await find_by_nature(session, entity, field, value);
    }
    if (!id) {
        // Looking changed nothing; that the earlier attempt may have, the engine knows.
        co_return id.error();
    }
    auto outcome = Outcome::gone({});
    if (!id->empty()) {
        outcome = co_await update(session, entity, *id, operation, own);
    }
    if (outcome.kind == sdk::OutcomeKind::gone) {
        // There is none, or what the search found was deleted before the search knew.
        auto body = body_of(session, operation, nullptr);
        if (!own.empty()) {
            body["custom_fields"] = std::move(own);
        }
        outcome = written(co_await exchange(
            session, HttpRequest::post(std::string(entity.path)).with_json(body).with_cost(kWrite), kPipedrive
        ));
    }
    if (outcome.kind == sdk::OutcomeKind::rejected && !code->empty() &&
        outcome.message.find(*code) != std::string::npos) {
        session.remember(memory_of(session, entity), nullptr);
        co_return Outcome::retry(
            "the field " + field_name(session) + " is no longer there: " + outcome.message
        );
    }
    co_return outcome;
}

Task<Outcome> remove_record(Session& session, Operation operation) {
    if (operation.remote_id.empty()) {
        co_return Outcome::skipped("no Pipedrive record is known for this one");
    }
    const auto* entity = find_entity(operation.object);
    const auto path = entity != nullptr
                          ? std::string(entity->path)
                          : std::string(operation.object == "note" ? "/api/v1/notes" : "/api/v1/callLogs");
    const auto reply = co_await exchange(
        session,
        HttpRequest::remove(path + "/" + sdk::path_segment(operation.remote_id))
            .with_cost(entity != nullptr ? kRemove : kRemove * 2),
        kPipedrive
    );
    const bool is_away = reply.ok() || reply.outcome.kind == sdk::OutcomeKind::gone;
    co_return is_away ? Outcome::done(operation.remote_id) : reply.outcome;
}

}  // namespace navette::pipedrive
