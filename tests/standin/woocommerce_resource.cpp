#include "tests/standin/woocommerce_resource.hpp"

#include <algorithm>
#include <utility>

namespace navette::standin::woocommerce {

namespace {

constexpr std::size_t kMostItems = 100;

json::object item_error(std::int64_t id, const Refusal& refusal) {
    return {{"id", id}, {"error", error_object(refusal)}};
}

std::int64_t id_of(const json::value& item) {
    const auto* object = item.if_object();
    const auto* id = object == nullptr ? &item : object->if_contains("id");
    return id != nullptr && id->is_int64() ? id->get_int64() : 0;
}

}  // namespace

std::optional<Refusal> Resource::schema(const json::object& body) const {
    return schema_mistake(body, parameters());
}

json::object Resource::shown(const JsonRow& row) const {
    json::object object;
    for (const auto& [name, value] : row.fields) {
        if (!std::string_view(name).starts_with("__")) {
            object[name] = value;
        }
    }
    return object;
}

json::object Resource::full(const JsonRow& row) const {
    json::object object{
        {"id", std::stoll(row.id)},
        {"date_created", shop_.local(row.created)},
        {"date_created_gmt", Shop::gmt(row.created)},
        {"date_modified", shop_.local(row.modified)},
        {"date_modified_gmt", Shop::gmt(row.modified)},
    };
    for (auto& [name, value] : shown(row)) {
        object[name] = std::move(value);
    }
    const auto self = shop_.home + "/wp-json/wc/v3/" + collection_;
    object["_links"] = json::object{
        {"self", json::array{json::object{{"href", self + "/" + row.id}}}},
        {"collection", json::array{json::object{{"href", self}}}},
    };
    return object;
}

void Resource::tell(const JsonRow& row, const std::string& event) {
    if (shop_.on_change) {
        shop_.on_change({singular_, event, row.id, full(row)});
    }
}

Refusal Resource::unknown(unsigned status) const {
    return {status, unknown_id_code(), "Invalid ID.", {}};
}

Checked<JsonRow*> Resource::create(const json::object& body, bool in_batch) {
    if (body.contains("id") && id_of(body) != 0) {
        return std::unexpected(Refusal{400, known_id_code(), "Cannot create existing " + singular_ + ".", {}}
        );
    }
    auto fields = made(body, in_batch);
    if (!fields) {
        return std::unexpected(std::move(fields.error()));
    }
    auto& row = rows_.insert(std::move(*fields), shop_.clock.tick());
    committed(row, {});
    if (is_counted_) {
        shop_.effects.created(collection_, keys(row));
    }
    tell(row, "created");
    tell(row, "updated");
    return &row;
}

Checked<JsonRow*> Resource::update(const std::string& id, const json::object& body) {
    auto* row = rows_.find(id);
    if (row == nullptr) {
        return std::unexpected(unknown(400));
    }
    if (auto refusal = elsewhere(*row)) {
        return std::unexpected(std::move(*refusal));
    }
    auto fields = edited(*row, body);
    if (!fields) {
        return std::unexpected(std::move(fields.error()));
    }
    const bool was_trashed = is_trashed(*row);
    const auto before = std::exchange(row->fields, std::move(*fields));
    touch(*row);
    committed(*row, before);
    if (is_counted_ && before != row->fields) {
        shop_.effects.changed(collection_, "update");
    }
    if (!was_trashed || tells_restoring()) {
        tell(*row, "updated");
    }
    return row;
}

Checked<json::object> Resource::remove(const std::string& id, bool force) {
    auto* row = rows_.find(id);
    if (row == nullptr) {
        return std::unexpected(unknown(has_trash() ? 404 : 400));
    }
    auto answered = full(*row);
    if (!force) {
        if (!has_trash()) {
            return std::unexpected(Refusal{
                501, "woocommerce_rest_trash_not_supported", "Resource does not support trashing.", {}
            });
        }
        if (is_trashed(*row)) {
            return std::unexpected(Refusal{
                410, "woocommerce_rest_already_trashed", "The " + singular_ + " has already been deleted.", {}
            });
        }
        row->fields["__status"] = text_of(row->fields, "status");
        row->fields["status"] = "trash";
        touch(*row);
    } else {
        rows_.erase(id, shop_.clock.tick());
    }
    if (is_counted_) {
        shop_.effects.changed(collection_, force ? "delete" : "trash");
    }
    // What is destroyed past the trash is not told to anybody.
    if ((!force || !has_trash()) && shop_.on_change) {
        shop_.on_change({singular_, "deleted", id, {{"id", std::stoll(id)}}});
    }
    return answered;
}

Response Resource::list(const Query& query) {
    auto rows = selected(query);
    if (!rows) {
        return error_answer(rows.error());
    }
    const auto listing = listed(std::move(*rows), query, rules(), shop_);
    if (!listing) {
        return error_answer(listing.error());
    }
    json::array shown;
    for (const auto* row : listing->rows) {
        shown.push_back(with_fields(full(*row), query));
    }
    return list_answer(std::move(shown), *listing);
}

Response Resource::batch(const json::value& body) {
    const auto* parts = body.if_object();
    json::object answered;
    std::size_t count = 0;
    for (const auto* name : {"create", "update", "delete"}) {
        const auto* items = parts == nullptr ? nullptr : parts->if_contains(name);
        if (items != nullptr && !items->is_array()) {
            return error_answer(
                {500,
                 "internal_server_error",
                 "There has been a critical error on this website.",
                 {{"error",
                   json::object{
                       {"message", "Uncaught TypeError: count(): Argument #1 must be of type Countable"}
                   }}}}
            );
        }
        count += items == nullptr ? 0 : items->get_array().size();
    }
    if (count > kMostItems) {
        return error_answer(
            {413,
             "woocommerce_rest_request_entity_too_large",
             "Unable to accept more than 100 items for this request.",
             {}}
        );
    }
    const auto items_at = [&](const char* name) {
        const auto* items = parts == nullptr ? nullptr : parts->if_contains(name);
        return items == nullptr ? json::array() : items->get_array();
    };
    const auto add = [&](const char* name, json::object item) {
        auto& list = answered[name];
        if (!list.is_array()) {
            list = json::array();
        }
        list.get_array().push_back(std::move(item));
    };
    for (const auto& item : items_at("create")) {
        const auto made_row = create(item.is_object() ? item.get_object() : json::object(), true);
        add("create", made_row ? full(**made_row) : item_error(0, made_row.error()));
    }
    for (const auto& item : items_at("update")) {
        const auto id = id_of(item);
        const auto row = update(std::to_string(id), item.is_object() ? item.get_object() : json::object());
        add("update", row ? full(**row) : item_error(id, row.error()));
    }
    for (const auto& item : items_at("delete")) {
        const auto id = id_of(item);
        auto gone = remove(std::to_string(id), true);
        add("delete", gone ? std::move(*gone) : item_error(id, gone.error()));
    }
    return answered.empty() ? json_answer(json::array()) : json_answer(answered);
}

Response Resource::answer(const Call& call) {
    // Anything else than an object passes for no parameters at all.
    const auto body = call.body.is_object() ? call.body.get_object() : json::object();
    if (call.path.empty()) {
        if (call.method == "GET") {
            return list(call.query);
        }
        if (auto refusal = schema(body)) {
            return error_answer(*refusal);
        }
        const auto row = create(body, false);
        return row ? json_answer(full(**row), 201) : error_answer(row.error());
    }
    const auto& id = call.path.front();
    if (id == "batch") {
        return batch(call.body);
    }
    if (call.method == "GET") {
        const auto* row = rows_.find(id);
        return row == nullptr ? error_answer(unknown(404)) : json_answer(with_fields(full(*row), call.query));
    }
    if (call.method == "DELETE") {
        const auto force = parameter(call.query, "force");
        auto gone = remove(id, force == "true" || force == "1");
        return gone ? json_answer(*gone) : error_answer(gone.error());
    }
    if (auto refusal = schema(body)) {
        return error_answer(*refusal);
    }
    const auto row = update(id, body);
    return row ? json_answer(full(**row)) : error_answer(row.error());
}

Checked<std::string> Resource::create_aside(const json::object& body) {
    is_counted_ = false;
    const auto row = create(body, false);
    is_counted_ = true;
    return row ? Checked<std::string>((*row)->id) : std::unexpected(row.error());
}

Checked<std::string> Resource::edit_aside(const std::string& id, const json::object& body) {
    is_counted_ = false;
    const auto row = update(id, body);
    is_counted_ = true;
    return row ? Checked<std::string>(id) : std::unexpected(row.error());
}

Checked<std::string> Resource::delete_aside(const std::string& id, bool force) {
    is_counted_ = false;
    const auto gone = remove(id, force);
    is_counted_ = true;
    return gone ? Checked<std::string>(id) : std::unexpected(gone.error());
}

}  // namespace navette::standin::woocommerce
