#include "tests/standin/pipedrive_hand.hpp"

#include <navette/sdk/foreign_json.hpp>

#include <boost/json.hpp>

#include <algorithm>

namespace navette::standin::pipedrive {

namespace {

json::object given(const json::object& wish) {
    const auto* fields = sdk::object_at(wish, "fields");
    return fields == nullptr ? json::object() : *fields;
}

}  // namespace

Entities* Hand::find(const std::string& object) {
    const auto found = std::ranges::find_if(entities_, [&](const Entities& one) {
        return one.layout().object == object || one.layout().kind == object;
    });
    return found == entities_.end() ? nullptr : &*found;
}

Checked<std::string> Hand::make(const std::string& object) {
    const auto name = "Somebody " + std::to_string(number_);
    if (auto* entities = find(object)) {
        json::object body{{std::string(entities->layout().title), name}};
        if (entities->layout().kind == "persons") {
            const auto email = "somebody" + std::to_string(number_) + "@example.test";
            body["emails"] = json::array{{{"value", email}, {"primary", true}, {"label", "work"}}};
        }
        return entities->create(body, false);
    }
    if (object == "note" || object == "notes") {
        const auto parent = make("contact");
        return notes_.create({{"content", name}, {"person_id", number_of(*parent)}}, false);
    }
    if (object == "call" || object == "callLogs") {
        return calls_.create(
            {{"outcome", "connected"},
             {"to_phone_number", "+3310000" + std::to_string(1000 + number_)},
             {"start_time", "2026-05-01 10:00:00"},
             {"end_time", "2026-05-01 10:01:00"}},
            false
        );
    }
    return std::unexpected(Refusal(400, "change: no object " + object));
}

Checked<void> Hand::edit(const std::string& object, const std::string& id, const json::object& fields) {
    const auto text = "Changed " + std::to_string(number_);
    if (auto* entities = find(object)) {
        if (auto* row = environment_.table(entities->layout().kind).find(id)) {
            return entities->update(
                *row, fields.empty() ? json::object{{entities->layout().title, text}} : fields, false
            );
        }
    } else if (auto* row = environment_.table("notes").find(id);
               row != nullptr && object.starts_with("note")) {
        return notes_.update(*row, {{"content", text}}, false);
    }
    return std::unexpected(Refusal(404, "change: no such record that can be edited"));
}

bool Hand::erase(const std::string& object, const std::string& id) {
    if (auto* entities = find(object)) {
        return entities->erase(id, false);
    }
    return object.starts_with("note") ? notes_.erase(id, false) : calls_.erase(id);
}

Response Hand::change(const Request& request) {
    ++number_;
    const auto wish = sdk::read_json_object(request.body).value_or(json::object());
    const auto object = sdk::text_at(wish, "object");
    auto id = sdk::text_at(wish, "remote_id");
    if (id.empty()) {
        const auto made = make(object);
        if (!made) {
            return refused(made.error());
        }
        id = *made;
    } else if (sdk::is_true(wish, "delete")) {
        if (!erase(object, id)) {
            return refused({404, "change: no such record"});
        }
    } else if (const auto edited = edit(object, id, given(wish)); !edited) {
        return refused(edited.error());
    }
    return {200, "application/json", json::serialize(json::object{{"remote_id", id}})};
}

}  // namespace navette::standin::pipedrive
