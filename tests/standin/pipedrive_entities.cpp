#include "tests/standin/pipedrive_entities.hpp"

#include "tests/standin/pipedrive_listing.hpp"

#include <navette/sdk/reading.hpp>

#include <boost/json.hpp>

#include <algorithm>

namespace navette::standin::pipedrive {

namespace {

/// What follows from other fields and is never written.
void derive(std::string_view kind, json::object& record, std::int64_t now) {
    if (kind == "persons") {
        const auto name = sdk::text_at(record, "name");
        const auto blank = name.find(' ');
        record["first_name"] = name.substr(0, blank);
        record["last_name"] =
            blank == std::string::npos ? json::value() : json::value(name.substr(blank + 1));
    } else if (kind == "activities") {
        record["person_id"] = nullptr;
        for (const auto& one : sdk::list_at(record, "participants")) {
            if (sdk::is_true(one.get_object(), "primary")) {
                record["person_id"] = one.at("person_id");
            }
        }
    } else if (kind == "deals") {
        const auto status = sdk::text_at(record, "status");
        for (const std::string closed : {"won", "lost"}) {
            auto& time = record[closed + "_time"];
            time = status != closed ? json::value() : (time.is_string() ? time : json::value(wire_time(now)));
        }
        if (status != "lost") {
            record["lost_reason"] = nullptr;
        }
    }
}

Response gone(const Layout& layout) {
    return refused({404, std::string(layout.single) + " not found", "ENTITY_NOT_FOUND"});
}

}  // namespace

std::string trailing_mark(std::string_view html) {
    const auto end = html.rfind(']');
    const auto begin = end == std::string_view::npos ? end : html.rfind('[', end);
    return begin == std::string_view::npos ? std::string()
                                           : std::string(html.substr(begin + 1, end - begin - 1));
}

Entities::Entities(Environment& environment, const Layout& layout)
    : environment_(environment), layout_(layout), fields_(environment, layout) {}

json::object Entities::blank() const {
    json::object record{{"owner_id", kUserId}, {"visible_to", 3}};
    if (layout_.kind == "persons") {
        record["emails"] = record["phones"] = json::array();
    } else if (layout_.kind == "deals") {
        record["value"] = 0;
        record["currency"] = "EUR";
        record["status"] = "open";
        record["stage_id"] = record["pipeline_id"] = 1;
    } else if (layout_.kind == "activities") {
        record["type"] = "call";
        record["subject"] = "Call";
        record["done"] = record["busy"] = false;
        record["participants"] = json::array();
    }
    for (const auto& field : layout_.fields) {
        record.emplace(field.name, nullptr);
    }
    if (!layout_.field_list.empty()) {
        record["custom_fields"] = json::object();
    }
    return record;
}

Checked<json::object> Entities::read(const json::object& body) const {
    json::object read;
    for (const auto& [name, value] : body) {
        if (name == "custom_fields" && !layout_.field_list.empty()) {
            auto own = fields_.checked(value);
            if (!own) {
                return std::unexpected(own.error());
            }
            read["custom_fields"] = std::move(*own);
            continue;
        }
        const auto field = std::ranges::find(layout_.fields, std::string_view(name), &Field::name);
        // What version 2 does not know, and what it only tells, it ignores.
        if (field == layout_.fields.end() || field->kind == FieldKind::read_only) {
            continue;
        }
        auto kept = checked(environment_, *field, value);
        if (!kept) {
            return std::unexpected(kept.error());
        }
        read[name] = std::move(*kept);
    }
    const auto title = read.if_contains(layout_.title);
    if (title != nullptr && (!title->is_string() || title->get_string().empty())) {
        return std::unexpected(Refusal(400, std::string(layout_.title) + " must not be empty"));
    }
    return read;
}

json::object Entities::show(const JsonRow& row) const {
    json::object shown{{"id", number_of(row.id)}};
    for (const auto& [name, value] : row.fields) {
        shown[name] = value;
    }
    if (!layout_.field_list.empty()) {
        shown["custom_fields"] = fields_.complete(row.fields.at("custom_fields").get_object());
    }
    shown["add_time"] = wire_time(row.created);
    shown["update_time"] = wire_time(row.modified);
    shown["is_deleted"] = row.deleted;
    return shown;
}

RecordKeys Entities::keys_of(const JsonRow& row) const {
    RecordKeys keys{{std::string(layout_.title), sdk::text_at(row.fields, layout_.title)}};
    for (const auto& email : sdk::list_at(row.fields, "emails")) {
        keys.emplace_back("email", sdk::text_at(email, "value"));
    }
    if (const auto* own = sdk::object_at(row.fields, "custom_fields")) {
        for (const auto& [code, value] : *own) {
            if (value.is_string()) {
                keys.emplace_back(fields_.name_of(code), std::string(value.get_string()));
            }
        }
    }
    if (const auto mark = trailing_mark(sdk::text_at(row.fields, "note")); !mark.empty()) {
        keys.emplace_back("mark", mark);
    }
    return keys;
}

void Entities::tell(Change::Action action, const JsonRow& row, json::object previous, bool by_api) const {
    Change change;
    change.entity = layout_.single;
    change.action = action;
    change.id = row.id;
    if (action == Change::Action::removed) {
        previous = show(row);
    } else {
        change.now = show(row);
    }
    change.previous = std::move(previous);
    change.by_api = by_api;
    environment_.on_change(change);
}

Checked<std::string> Entities::create(const json::object& body, bool by_api) {
    const auto read_body = read(body);
    if (!read_body) {
        return std::unexpected(read_body.error());
    }
    if (layout_.title_required && !read_body->contains(layout_.title)) {
        return std::unexpected(Refusal(
            400, "Validation failed: " + std::string(layout_.title) + ": required", "VALIDATION_ERROR"
        ));
    }
    auto record = blank();
    for (const auto& [name, value] : *read_body) {
        record[name] = value;
    }
    const auto now = environment_.clock.tick();
    derive(layout_.kind, record, now);
    auto& row = table().insert(std::move(record), now);
    environment_.effects.created(std::string(layout_.kind), keys_of(row));
    tell(Change::Action::created, row, {}, by_api);
    return row.id;
}

Checked<void> Entities::update(JsonRow& row, const json::object& body, bool by_api) {
    const auto read_body = read(body);
    if (!read_body) {
        return std::unexpected(read_body.error());
    }
    auto record = row.fields;
    for (const auto& [name, value] : *read_body) {
        if (name == "custom_fields") {
            for (const auto& [code, own] : value.get_object()) {
                record["custom_fields"].get_object()[code] = own;
            }
        } else {
            record[name] = value;
        }
    }
    if (body.contains("lost_reason") && sdk::text_at(record, "status") != "lost") {
        return std::unexpected(Refusal(400, "lost_reason can only be set if the deal is lost"));
    }
    derive(layout_.kind, record, environment_.clock.present());
    auto previous = difference(row.fields, record);
    if (previous.empty()) {
        return {};
    }
    row.fields = std::move(record);
    row.modified = environment_.clock.tick();
    environment_.effects.changed(std::string(layout_.kind), "update");
    tell(Change::Action::changed, row, std::move(previous), by_api);
    return {};
}

bool Entities::erase(const std::string& id, bool by_api) {
    if (!table().erase(id, environment_.clock.tick())) {
        return false;
    }
    environment_.effects.changed(std::string(layout_.kind), "delete");
    tell(Change::Action::removed, *table().find_any(id), {}, by_api);
    return true;
}

Response Entities::answer_record(const Call& call) {
    const auto& id = call.path[1];
    auto* row = table().find_any(id);
    // Whether what was deleted is still answered is not known: both can be had.
    if (row == nullptr || (row->deleted && environment_.options.text("deleted", "shown") != "shown")) {
        return gone(layout_);
    }
    if (call.method == "GET") {
        return success(show(*row));
    }
    if (call.method == "PATCH") {
        const auto done = update(*row, call.body, true);
        return done ? success(show(*row)) : refused(done.error());
    }
    if (call.method == "DELETE") {
        return erase(id, true) ? success(json::object{{"id", number_of(id)}})
                               : refused({410, std::string(layout_.single) + " is deleted"});
    }
    return unknown_method();
}

Response Entities::list(const Call& call) {
    auto page = page_of(table(), layout_, call);
    if (!page) {
        return refused(page.error());
    }
    json::array records;
    const auto wanted = call.parameter("custom_fields");
    for (const auto* row : page->rows) {
        auto shown = show(*row);
        if (!wanted.empty() && shown.contains("custom_fields")) {
            json::object some;
            for (const auto& [code, value] : shown.at("custom_fields").get_object()) {
                if (("," + wanted + ",").find("," + std::string(code) + ",") != std::string::npos) {
                    some[code] = value;
                }
            }
            shown["custom_fields"] = std::move(some);
        }
        records.emplace_back(std::move(shown));
    }
    json::object more{{"next_cursor", nullptr}};
    if (!page->next_cursor.empty()) {
        more["next_cursor"] = page->next_cursor;
    }
    return success(std::move(records), std::move(more));
}

Response Entities::answer(const Call& call) {
    if (call.path.size() == 2) {
        return answer_record(call);
    }
    if (call.path.size() == 1 && call.method == "GET") {
        return list(call);
    }
    if (call.path.size() == 1 && call.method == "POST") {
        const auto id = create(call.body, true);
        return id ? success(show(*table().find(*id))) : refused(id.error());
    }
    return unknown_method();
}

}  // namespace navette::standin::pipedrive
