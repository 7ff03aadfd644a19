#include "tests/standin/hubspot_api.hpp"

#include "tests/standin/url.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace navette::standin::hubspot {

namespace json = boost::json;

namespace {

constexpr std::size_t kMostListed = 100;

bool is_version(std::string_view version) {
    return version == "2026-09" || version == "2026-03";
}

Response no_such_api() {
    return html_answer(404, "Not Found");
}

std::vector<std::string> names_in(const std::string& list) {
    std::vector<std::string> names;
    for (std::size_t at = 0; at < list.size();) {
        const auto end = std::min(list.find(',', at), list.size());
        names.push_back(list.substr(at, end - at));
        at = end + 1;
    }
    return names;
}

/// The member `properties` of a single record's body.
Checked<json::object> properties_of(std::string_view body) {
    boost::system::error_code error;
    const auto parsed = json::parse(body, error);
    const auto* object = error ? nullptr : parsed.if_object();
    const auto* properties = object == nullptr ? nullptr : object->if_contains("properties");
    if (properties == nullptr || !properties->is_object()) {
        return std::unexpected(invalid_request("Invalid input JSON: properties is required"));
    }
    return properties->get_object();
}

std::string text_of(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

/// What somebody enters for a new record, and what they change later; all of them differ.
json::object entered(const ObjectType& type, std::int64_t now, const std::string& mark) {
    if (type.name == "contact") {
        return {{"email", "somebody-" + mark + "@elsewhere.test"}, {"lastname", "Somebody " + mark}};
    }
    if (type.name == "company") {
        return {{"name", "Company " + mark}};
    }
    if (type.name == "deal") {
        return {{"dealname", "Deal " + mark}, {"dealstage", "qualifiedtobuy"}};
    }
    return {{type.edited, "Entered " + mark}, {"hs_timestamp", std::to_string(now)}};
}

}  // namespace

Api::Api(ApiRules rules, Effects& effects, Webhooks& webhooks)
    : rules_(std::move(rules)), schema_(rules_.schema), webhooks_(webhooks), associations_(effects) {
    for (const auto& type : object_types) {
        const auto noticed = [this](const Change& change) {
            stores_.at(change.type.plural)->search.note(change.row);
            webhooks_.note(change, source_);
            if (change.row.deleted) {
                associations_.forget(change.type, change.row.id);
            }
        };
        auto made = std::unique_ptr<Store>(new Store{
            Records(type, schema_, clock_, effects, noticed),
            Search(rules_.search_lag),
        });
        stores_.emplace(type.plural, std::move(made));
    }
}

Api::Store* Api::store(std::string_view type) {
    const auto* known = find_type(type);
    return known == nullptr ? nullptr : stores_.at(known->plural).get();
}

std::optional<Refused> Api::scope(const ObjectType& type, bool writes) const {
    const auto wanted = std::string(type.scope) + (writes ? ".write" : ".read");
    const bool lacks = std::ranges::find(rules_.without_scope, wanted) != rules_.without_scope.end();
    return lacks ? std::optional(missing_scope(wanted)) : std::nullopt;
}

Response Api::answer(const Request& request, const std::vector<std::string>& path) {
    if (path.size() < 4 || path[0] != "crm" || !is_version(path[2])) {
        return no_such_api();
    }
    auto* found = store(path[3]);
    if (found == nullptr) {
        return refusal(invalid_request("there is no object type " + path[3]));
    }
    Response response = no_such_api();
    if (path[1] == "objects") {
        response = objects({request, *found, path[2] == "2026-09", {path.begin() + 4, path.end()}});
    } else if (path[1] == "associations") {
        response = associations(request, path);
    } else if (path[1] == "properties" && path.size() <= 5) {
        response = schema_.answer(found->records.type(), path.size() == 5 ? path[4] : "", request);
    }
    webhooks_.flush(clock_.present());
    return response;
}

Response Api::objects(Call call) {
    const bool is_search = call.path.size() == 1 && call.path[0] == "search";
    const bool writes = call.request.method != "GET" && !is_search;
    if (const auto refused = scope(call.store.records.type(), writes)) {
        return refusal(*refused);
    }
    if (is_search) {
        return call.request.method == "POST" ? call.store.search.answer(call.store.records, call.request.body)
                                             : no_such_api();
    }
    if (call.path.size() == 2 && call.path[0] == "batch") {
        return call.request.method == "POST" ? batch(call) : no_such_api();
    }
    if (!call.path.empty()) {
        return record(call);
    }
    if (call.request.method == "GET") {
        return list(call);
    }
    if (call.request.method != "POST") {
        return no_such_api();
    }
    const auto properties = properties_of(call.request.body);
    if (!properties) {
        return refusal(properties.error());
    }
    const auto made = call.store.records.create(*properties, call.strict);
    return made ? json_answer(201, call.store.records.written(**made)) : refusal(made.error());
}

Response Api::batch(const Call& call) {
    const BatchRules rules{call.strict, rules_.partial_writes};
    auto& records = call.store.records;
    if (call.path[1] == "upsert") {
        return upsert_batch(records, call.request.body, rules);
    }
    if (call.path[1] == "update") {
        return update_batch(records, call.request.body, rules);
    }
    return call.path[1] == "archive" ? archive_batch(records, call.request.body) : no_such_api();
}

Response Api::of_record(const Call& call) {
    auto& records = call.store.records;
    const auto& path = call.path;
    if (path[1] == "associations" && path.size() == 3 && call.request.method == "GET") {
        const auto* other = find_type(path[2]);
        return other == nullptr ? no_such_api() : associations_.list({records, path[0]}, *other);
    }
    auto* other =
        path.size() == 5 && path[1] == "associations" && path[2] == "default" ? store(path[3]) : nullptr;
    return other != nullptr && call.request.method == "PUT"
               ? associations_.put_default({records, path[0]}, {other->records, path[4]})
               : no_such_api();
}

Response Api::record(const Call& call) {
    auto& records = call.store.records;
    const auto& method = call.request.method;
    auto query = query_parameters(call.request.query());
    if (call.path.size() > 1) {
        return of_record(call);
    }
    if (method == "DELETE") {
        records.archive(call.path[0]);
        return {204, "", ""};
    }
    auto* row = query.contains("idProperty") ? records.find_by(query["idProperty"], call.path[0])
                                             : records.find_any(call.path[0]);
    if (row != nullptr && row->deleted && query["archived"] != "true") {
        row = records.find_merged(call.path[0]);
    }
    if (row == nullptr || row->deleted != (query["archived"] == "true")) {
        return refusal(not_found(call.path[0]));
    }
    if (method == "GET") {
        return json_answer(200, records.shown(*row, names_in(query["properties"])));
    }
    if (method != "PATCH") {
        return no_such_api();
    }
    const auto properties = properties_of(call.request.body);
    if (!properties) {
        return refusal(properties.error());
    }
    const auto written = records.update(*row, *properties);
    return written ? json_answer(200, records.written(**written)) : refusal(written.error());
}

Response Api::list(const Call& call) {
    auto query = query_parameters(call.request.query());
    std::size_t limit = 10;
    if (const auto& told = query["limit"]; !told.empty()) {
        const auto* end = told.data() + told.size();
        const auto [rest, error] = std::from_chars(told.data(), end, limit);
        limit = error == std::errc() && rest == end ? limit : 0;
    }
    if (limit < 1 || limit > kMostListed) {
        return refusal(invalid_request("limit is 1 to 100"));
    }
    const auto found = call.store.records.listed(query["after"], query["archived"] == "true");
    json::array results;
    for (std::size_t at = 0; at < std::min(limit, found.size()); ++at) {
        results.push_back(call.store.records.shown(*found[at], names_in(query["properties"])));
    }
    json::object body{{"results", std::move(results)}};
    if (found.size() > limit) {
        body["paging"] = {{"next", {{"after", found[limit - 1]->id}}}};
    }
    return json_answer(200, body);
}

Response Api::associations(const Request& request, const std::vector<std::string>& path) {
    auto* from = store(path[3]);
    auto* to = path.size() == 8 ? store(path[4]) : nullptr;
    if (to == nullptr || path[5] != "batch" || path[6] != "associate" || path[7] != "default" ||
        request.method != "POST") {
        return no_such_api();
    }
    for (const auto* end : {from, to}) {
        if (const auto refused = scope(end->records.type(), true)) {
            return refusal(*refused);
        }
    }
    return associations_.batch_default(from->records, to->records, request.body);
}

Response Api::change(const Request& request) {
    boost::system::error_code error;
    const auto body = json::parse(request.body, error);
    const auto* wanted = error ? nullptr : body.if_object();
    auto* found = wanted == nullptr ? nullptr : store(text_of(*wanted, "object"));
    if (found == nullptr) {
        return {400, "application/json", R"({"error":"change: name an object, such as contact"})"};
    }
    auto& records = found->records;
    const auto& type = records.type();
    const auto id = text_of(*wanted, "remote_id");
    const auto* given = wanted->if_contains("properties");
    given = given == nullptr ? wanted->if_contains("fields") : given;
    const auto* away = wanted->if_contains("delete");
    const auto mark = std::to_string(++changes_);
    source_ = "CRM_UI";
    Checked<JsonRow*> done = records.find(id);
    if (!id.empty() && *done == nullptr) {
        done = std::unexpected(not_found(id));
    } else if (const auto into = text_of(*wanted, "merge_into"); !into.empty()) {
        done = records.merge(id, into) ? Checked<JsonRow*>(records.find(into))
                                       : std::unexpected(not_found(into));
    } else if (away != nullptr && *away == json::value(true)) {
        done = records.archive(id) ? Checked<JsonRow*>(records.find_any(id)) : std::unexpected(not_found(id));
    } else if (id.empty()) {
        auto properties = entered(type, clock_.present(), mark);
        for (const auto& [name, value] : given == nullptr ? json::object() : given->as_object()) {
            properties[name] = value;
        }
        done = records.create(properties, false);
    } else {
        done = records.update(
            **done, given != nullptr ? given->as_object() : json::object{{type.edited, "Edited " + mark}}
        );
    }
    source_ = "INTEGRATION";
    webhooks_.flush(clock_.present());
    return done ? Response(200, "application/json", json::serialize(json::object{{"remote_id", (*done)->id}}))
                : refusal(done.error());
}

void Api::clear() {
    for (auto& [plural, one] : stores_) {
        one->records.clear();
        one->search.clear();
    }
    associations_.clear();
    schema_.reset();
}

}  // namespace navette::standin::hubspot
