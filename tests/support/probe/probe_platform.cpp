#include "tests/support/probe/probe_platform.hpp"

#include "tests/standin/pause.hpp"
#include "tests/standin/url.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <sstream>
#include <utility>

namespace navette::test {

namespace asio = boost::asio;
namespace json = boost::json;
using standin::Request;
using standin::Response;

namespace {

Response error(unsigned status, const std::string& why) {
    return {status, "application/json", json::serialize(json::object{{"error", why}})};
}

Response ok(const json::value& value) {
    return {200, "application/json", json::serialize(value)};
}

bool says(const json::object& record, std::string_view name) {
    const auto* value = record.if_contains(name);
    return value != nullptr && value->is_bool() && value->get_bool();
}

std::int64_t number_at(const json::object& record, std::string_view name) {
    const auto* value = record.if_contains(name);
    return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

std::string text_at(const json::object& record, std::string_view name) {
    const auto* value = record.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

json::object refused(const std::string& why, const std::string& field) {
    return {{"error", why}, {"field", field}};
}

}  // namespace

std::vector<std::string> ProbePlatform::kinds() {
    return {"items", "notes", "orders"};
}

ProbePlatform::ProbePlatform(standin::Effects& effects) : effects_(effects) {
    reset();
}

asio::awaitable<Response> ProbePlatform::answer(Request request) {
    const auto path = std::string(request.path());
    if (path.starts_with("/oauth/")) {
        co_return co_await oauth_.answer(std::move(request));
    }
    if (path != "/history" && !oauth_.admits(request)) {
        co_return error(401, "the access token is not valid");
    }
    if (path == "/status") {
        co_return ok(json::object{{"ok", true}});
    }
    if (path == "/history") {
        co_return history();
    }
    const auto kind = path.substr(std::min<std::size_t>(1, path.size()));
    if (!kinds_.contains(kind)) {
        co_return error(404, "Probe has items, notes and orders");
    }
    if (request.method == "GET") {
        co_return found(kind, request);
    }
    co_return co_await write(kind, std::move(request.body));
}

asio::awaitable<Response> ProbePlatform::write(std::string kind, std::string body) {
    boost::system::error_code code;
    const auto parsed = json::parse(body, code);
    const auto* records = code ? nullptr : parsed.if_array();
    if (records == nullptr) {
        co_return error(400, "the body must be an array of records");
    }
    largest_batch_ = std::max(largest_batch_, records->size());
    std::int64_t hang = 0;
    for (const auto& record : *records) {
        if (says(record.as_object(), "bad")) {
            co_return error(400, "one of the records cannot be read");
        }
        hang = std::max(hang, number_at(record.as_object(), "hang"));
    }
    co_await standin::pause(std::chrono::milliseconds(hang));
    json::array answers;
    for (const auto& record : *records) {
        answers.push_back(carry_out(kind, record.as_object()));
    }
    co_return ok(answers);
}

json::object ProbePlatform::carry_out(const std::string& kind, const json::object& record) {
    if (says(record, "reject")) {
        return refused("Probe does not take this record", "reject");
    }
    if (kind == "orders" && !refs_.contains(text_at(record, "item"))) {
        return refused("Probe has no such item", "item");
    }
    auto id = text_at(record, "id");
    if (!id.empty() && !refs_.contains(id)) {
        return {{"error", "Probe has no record " + id}, {"kind", "gone"}};
    }
    const auto ref = id.empty() ? text_at(record, "ref") : refs_.at(id);
    auto& life = kinds_.at(kind)[ref];
    if (id.empty()) {
        id = kind.substr(0, 1) + std::to_string(++last_id_);
        refs_[id] = ref;
        life.id = id;
        life.place = last_id_;
        ++life.creates;
        effects_.created(kind, {{"ref", ref}});
    } else {
        effects_.changed(kind, "update");
    }
    life.seqs.push_back(number_at(record, "seq"));
    return {{"id", id}};
}

Response ProbePlatform::found(const std::string& kind, const Request& request) const {
    const auto& lives = kinds_.at(kind);
    json::object ids;
    std::istringstream refs(standin::query_parameters(request.query())["refs"]);
    for (std::string ref; std::getline(refs, ref, ',');) {
        if (const auto life = lives.find(ref); life != lives.end()) {
            ids[ref] = life->second.id;
        }
    }
    return ok(ids);
}

Response ProbePlatform::history() const {
    json::object told;
    for (const auto& [kind, lives] : kinds_) {
        json::object refs;
        for (const auto& [ref, life] : lives) {
            refs[ref] = {
                {"creates", life.creates},
                {"place", life.place},
                {"seqs", json::array(life.seqs.begin(), life.seqs.end())}
            };
        }
        told[kind] = std::move(refs);
    }
    told["largest_batch"] = largest_batch_;
    return ok(told);
}

Response ProbePlatform::outage(standin::Outage outage) {
    switch (outage) {
        case standin::Outage::unauthorized:
            return error(401, "the key is not known");
        case standin::Outage::api_off:
            return error(403, "the API is switched off");
        case standin::Outage::server_error:
            return error(500, "something broke");
        case standin::Outage::html_503:
        case standin::Outage::database_down:
            break;
    }
    return error(503, "Probe is down");
}

std::string ProbePlatform::resource_path(const Request& request) const {
    return std::string(request.path());
}

std::string ProbePlatform::endpoint(const Request& request) const {
    return request.method + " " + std::string(request.path());
}

void ProbePlatform::reset() {
    kinds_.clear();
    for (const auto& kind : kinds()) {
        kinds_[kind];
    }
    refs_.clear();
    largest_batch_ = 0;
}

}  // namespace navette::test
