#include "tests/standin/dolibarr_stranger.hpp"

#include <boost/json.hpp>

#include <map>

namespace navette::standin {

namespace json = boost::json;

namespace {

/// Where the objects are kept, and the field that an edit changes.
struct Place {
    std::string kind;
    std::string edited;
};

const std::map<std::string, Place, std::less<>> kPlaces{
    {"customer", {"thirdparties", "town"}},
    {"contact", {"contacts", "town"}},
    {"product", {"products", "description"}},
    {"order", {"orders", "note_private"}},
    {"deal", {"projects", "description"}},
};

std::string text_of(const json::value* value) {
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

}  // namespace

Response DolibarrStranger::create(
    const std::string& kind, const std::string& object, const json::value* fields
) {
    if (fields != nullptr && fields->is_object()) {
        return call_("POST", "/" + kind, fields->get_object());
    }
    const auto number = std::to_string(++changes_);
    json::object body;
    if (object == "customer") {
        body = {{"name", "Stranger " + number}, {"client", "1"}};
    } else if (object == "contact") {
        body = {{"lastname", "Stranger " + number}};
    } else if (object == "product") {
        body = {{"ref", "STRANGE" + number}, {"label", "Stranger's"}};
    } else if (object == "deal") {
        body = {{"ref", "STRANGE" + number}, {"title", "Stranger's"}};
    } else {
        const auto party = call_("POST", "/thirdparties", {{"name", "Stranger's customer"}, {"client", "1"}});
        if (party.status != 200) {
            return party;
        }
        body = {{"socid", json::parse(party.body)}, {"date", "2026-05-15"}, {"ref", "STRANGE" + number}};
    }
    return call_("POST", "/" + kind, body);
}

Response DolibarrStranger::change(const json::object& wanted) {
    const auto object = text_of(wanted.if_contains("object"));
    const auto place = kPlaces.find(object);
    if (place == kPlaces.end()) {
        return {400, "application/json", R"({"error":"nobody changes such an object here"})"};
    }
    const auto& [kind, edited] = place->second;
    auto id = text_of(wanted.if_contains("remote_id"));
    Response answer;
    if (id.empty()) {
        answer = create(kind, object, wanted.if_contains("fields"));
        id = answer.body;
    } else if (wanted.contains("delete")) {
        answer = call_("DELETE", "/" + kind + "/" + id, {});
    } else {
        const auto* fields = wanted.if_contains("fields");
        answer = call_(
            "PUT",
            "/" + kind + "/" + id,
            fields != nullptr && fields->is_object()
                ? fields->get_object()
                : json::object{{edited, "change " + std::to_string(++changes_)}}
        );
    }
    if (answer.status != 200) {
        return answer;
    }
    return {200, "application/json", json::serialize(json::object{{"remote_id", id}})};
}

}  // namespace navette::standin
