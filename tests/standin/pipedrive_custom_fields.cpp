#include "tests/standin/pipedrive_custom_fields.hpp"

#include <navette/sdk/foreign_json.hpp>
#include <navette/sdk/signature.hpp>

#include <boost/json.hpp>

#include <algorithm>
#include <array>

namespace navette::standin::pipedrive {

namespace {

constexpr std::array<std::string_view, 16> kTypes{
    "varchar",
    "varchar_auto",
    "text",
    "double",
    "monetary",
    "date",
    "set",
    "enum",
    "user",
    "org",
    "people",
    "phone",
    "time",
    "timerange",
    "daterange",
    "address",
};
constexpr std::array<std::string_view, 7> kSearchable{
    "address", "varchar", "text", "varchar_auto", "double", "monetary", "phone"
};
constexpr std::size_t kLongestVarchar = 255;

bool fits(const std::string& type, const json::value& value) {
    if (value.is_null()) {
        return true;
    }
    if (type == "double") {
        return value.is_number();
    }
    if (type == "enum" || type == "user" || type == "org" || type == "people") {
        return value.is_int64();
    }
    if (type == "set") {
        return value.is_array() && !value.get_array().empty();
    }
    if (type == "monetary" || type == "time" || type == "address") {
        return value.is_object();
    }
    return value.is_string() && (type != "varchar" || value.get_string().size() <= kLongestVarchar);
}

json::object shown(std::string_view name, std::string_view code, std::string_view type, bool is_custom) {
    return {
        {"field_name", name},
        {"field_code", code},
        {"field_type", type},
        {"options", nullptr},
        {"is_custom_field", is_custom}
    };
}

}  // namespace

const CustomFields::Made* CustomFields::find(std::string_view code) const {
    const auto found = std::ranges::find(made_, code, &Made::code);
    return found == made_.end() ? nullptr : &*found;
}

std::string CustomFields::name_of(std::string_view code) const {
    const auto* made = find(code);
    return made == nullptr ? std::string() : made->name;
}

bool CustomFields::is_searchable(std::string_view code) const {
    const auto* made = find(code);
    return made != nullptr && std::ranges::find(kSearchable, made->type) != kSearchable.end();
}

Checked<json::object> CustomFields::checked(const json::value& values) const {
    const auto* object = values.if_object();
    if (object == nullptr) {
        return std::unexpected(Refusal(400, "Validation failed: custom_fields: expected object"));
    }
    for (const auto& [code, value] : *object) {
        const auto* made = find(code);
        if (made == nullptr) {
            return std::unexpected(
                Refusal(400, "Validation failed: custom_fields: " + std::string(code) + " is not a field")
            );
        }
        if (!fits(made->type, value)) {
            return std::unexpected(Refusal(
                400, "Validation failed: custom_fields." + made->code + ": not a value of type " + made->type
            ));
        }
    }
    return *object;
}

json::object CustomFields::complete(const json::object& held) const {
    json::object all;
    for (const auto& made : made_) {
        const auto* value = held.if_contains(made.code);
        all[made.code] = value == nullptr ? json::value() : *value;
    }
    return all;
}

Response CustomFields::list(const Call& call) const {
    const auto limit = limit_of(call, 100, 500);
    if (!limit) {
        return refused(limit.error());
    }
    json::array all;
    for (const auto& field : layout_.fields) {
        all.push_back(shown(field.name, field.name, "varchar", false));
    }
    for (const auto& made : made_) {
        all.push_back(shown(made.name, made.code, made.type, true));
    }
    const auto from = static_cast<std::size_t>(
        sdk::to_integer(sdk::from_base64(call.parameter("cursor")).value_or("")).value_or(0)
    );
    const auto begin = std::min(from, all.size());
    const auto end = std::min(begin + *limit, all.size());
    json::object more{{"next_cursor", nullptr}};
    if (end < all.size()) {
        more["next_cursor"] = sdk::base64(std::to_string(end));
    }
    return success(
        json::array(
            all.begin() + static_cast<std::ptrdiff_t>(begin), all.begin() + static_cast<std::ptrdiff_t>(end)
        ),
        std::move(more)
    );
}

Response CustomFields::make(const json::object& body) {
    const auto name = sdk::text_at(body, "field_name");
    const auto type = sdk::text_at(body, "field_type");
    if (name.empty() || std::ranges::find(kTypes, type) == kTypes.end()) {
        return refused({400, "Validation failed: field_name and a known field_type are required"});
    }
    const auto seed = environment_.options.text("company", "acme") + "/" + std::string(layout_.kind) + "/" +
                      name + "/" + std::to_string(++last_);
    constexpr std::size_t kCodeLength = 40;
    made_.push_back({name, sdk::hex(sdk::sha256(seed)).substr(0, kCodeLength), type});
    environment_.effects.created(std::string(layout_.field_list), {{"name", name}});
    return success(shown(name, made_.back().code, type, true));
}

Response CustomFields::answer(const Call& call) {
    if (call.path.size() == 1 && call.method == "GET") {
        return list(call);
    }
    if (call.path.size() == 1 && call.method == "POST") {
        return make(call.body);
    }
    if (call.path.size() == 2 && call.method == "DELETE") {
        const auto gone = std::erase_if(made_, [&](const Made& made) { return made.code == call.path[1]; });
        return gone != 0 ? success(json::object{{"field_code", call.path[1]}})
                         : refused({404, "Field not found"});
    }
    return unknown_method();
}

}  // namespace navette::standin::pipedrive
