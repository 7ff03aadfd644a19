#include "tests/standin/pipedrive_call_logs.hpp"

#include "tests/standin/pipedrive_notes.hpp"

#include <navette/sdk/reading.hpp>

#include <boost/json.hpp>

#include <algorithm>
#include <array>

namespace navette::standin::pipedrive {

namespace {

constexpr std::array<std::string_view, 6> kOutcomes{
    "connected", "no_answer", "left_message", "left_voicemail", "wrong_number", "busy"
};

json::object show(const JsonRow& row) {
    json::object shown{
        {"id", row.id}, {"company_id", kCompanyId}, {"user_id", kUserId}, {"has_recording", false}
    };
    for (const auto& [name, value] : row.fields) {
        shown[name] = value;
    }
    return shown;
}

Refusal missing(const char* name) {
    return {400, "\"" + std::string(name) + "\" is required"};
}

}  // namespace

Checked<json::object> CallLogs::read(const json::object& body) {
    json::object call;
    for (const auto* name : {"outcome", "to_phone_number", "start_time", "end_time"}) {
        const auto text = sdk::text_at(body, name);
        if (text.empty()) {
            return std::unexpected(missing(name));
        }
        call[name] = text;
    }
    if (std::ranges::find(kOutcomes, sdk::text_at(call, "outcome")) == kOutcomes.end()) {
        return std::unexpected(Refusal(400, "\"outcome\" must be one of the known outcomes"));
    }
    for (const auto* name : {"start_time", "end_time"}) {
        const auto time = read_time(sdk::text_at(call, name));
        if (!time) {
            return std::unexpected(Refusal(400, "\"" + std::string(name) + "\" must be a valid date"));
        }
        auto told = wire_time(*time);
        told.insert(told.size() - 1, ".000");
        call[name] = told;
    }
    for (const auto* name : {"duration", "from_phone_number", "subject", "note"}) {
        const auto* value = body.if_contains(name);
        if (value != nullptr && !value->is_null() && !value->is_string()) {
            return std::unexpected(Refusal(400, "\"" + std::string(name) + "\" must be a string"));
        }
        if (value != nullptr) {
            call[name] = *value;
        }
    }
    for (const auto& [name, kind] :
         {std::pair("person_id", "persons"),
          std::pair("org_id", "organizations"),
          std::pair("deal_id", "deals")}) {
        const auto id = sdk::integer_at(body, name);
        if (!id) {
            continue;
        }
        if (environment_.table(kind).find(std::to_string(*id)) == nullptr) {
            return std::unexpected(Refusal(404, std::string(name) + " was not found"));
        }
        call[name] = *id;
    }
    return call;
}

Checked<std::string> CallLogs::create(const json::object& body, bool by_api) {
    auto call = read(body);
    if (!call) {
        return std::unexpected(call.error());
    }
    json::object activity{{"type", "call"}, {"done", true}};
    const auto subject = sdk::text_at(*call, "subject");
    activity["subject"] = subject.empty() ? "Call" : subject;
    activity["due_date"] = sdk::text_at(*call, "start_time").substr(0, 10);
    for (const auto* name : {"org_id", "deal_id"}) {
        if (const auto* id = call->if_contains(name)) {
            activity[name] = *id;
        }
    }
    if (const auto* person = call->if_contains("person_id")) {
        activity["participants"] = json::array{{{"person_id", *person}, {"primary", true}}};
    }
    const auto activity_id = activities_.create(activity, by_api);
    if (!activity_id) {
        return std::unexpected(activity_id.error());
    }
    (*call)["activity_id"] = number_of(*activity_id);
    const auto key = sdk::text_at(*call, "start_time") + " " + sdk::text_at(*call, "from_phone_number") +
                     " " + sdk::text_at(*call, "to_phone_number");
    auto& row = environment_.table("callLogs").insert(std::move(*call), environment_.clock.tick());
    environment_.effects.created("callLogs", {{"call", key}});
    return row.id;
}

bool CallLogs::erase(const std::string& id) {
    if (!environment_.table("callLogs").erase(id, environment_.clock.tick())) {
        return false;
    }
    environment_.effects.changed("callLogs", "delete");
    return true;
}

Response CallLogs::list(const Call& call) {
    auto rows = environment_.table("callLogs").all();
    // In which order Pipedrive lists them is not documented: both can be had.
    if (environment_.options.text("call_order", "oldest") == "newest") {
        std::ranges::reverse(rows);
    }
    json::array all;
    for (const auto* row : rows) {
        all.emplace_back(show(*row));
    }
    return offset_page(call, all, 50);
}

Response CallLogs::answer(const Call& call) {
    auto& table = environment_.table("callLogs");
    if (call.path.size() == 1 && call.method == "GET") {
        return list(call);
    }
    if (call.path.size() == 1 && call.method == "POST") {
        const auto id = create(call.body, true);
        return id ? success(show(*table.find(*id))) : refused(id.error());
    }
    if (call.path.size() != 2 || (call.method != "GET" && call.method != "DELETE")) {
        return unknown_method();
    }
    const auto* row = table.find_any(call.path[1]);
    if (row == nullptr || row->deleted) {
        return refused({row == nullptr ? 404U : 410U, "Call log not found"});
    }
    if (call.method == "GET") {
        return success(show(*row));
    }
    erase(call.path[1]);
    return success(nullptr);
}

}  // namespace navette::standin::pipedrive
