// The connector of Probe. One POST carries a batch, and the answer says what became of each record. Probe
// would make a record twice, so our key travels as its `ref`, and what may have been applied is looked for by
// it first. Each note is a record of its own, so its ref names the job as well.
//
// A record whose data says {"crash": "before"} or {"crash": "after"} ends the process before or after the
// batch was sent.
#include <navette/sdk/connector.hpp>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <string>
#include <utility>

namespace navette::probe {

namespace {

namespace json = sdk::json;
using sdk::HttpRequest;
using sdk::Operation;
using sdk::Outcome;
using Batch = std::vector<Operation>;

json::value json_of(const sdk::HttpResponse& response) {
    boost::system::error_code error;
    auto value = response.is_json() ? json::parse(response.body, error) : json::value();
    return error ? json::value() : value;
}

std::string text_at(const json::value& body, std::string_view name) {
    const auto* object = body.if_object();
    const auto* member = object == nullptr ? nullptr : object->if_contains(name);
    return member != nullptr && member->is_string() ? std::string(member->get_string()) : std::string();
}

Outcome lost(std::string why, bool has_effect) {
    auto outcome = Outcome::retry(std::move(why));
    return has_effect ? std::move(outcome).after_unknown_effect() : outcome;
}

/// What an answer that is no success means for every record of the request.
Outcome failure_of(const sdk::HttpResult& answer, bool has_effect) {
    if (!answer) {
        switch (answer.error().kind) {
            case sdk::TransportFailure::Kind::not_sent:
                return Outcome::unavailable(answer.error().message);
            case sdk::TransportFailure::Kind::refused:
                return Outcome::misconfigured(answer.error().message);
            case sdk::TransportFailure::Kind::cut_off:
                break;
        }
        return lost(answer.error().message, has_effect);
    }
    const auto message =
        "Probe answered " + std::to_string(answer->status) + ": " + text_at(json_of(*answer), "error");
    switch (answer->status) {
        case 400:
            return Outcome::rejected(message);
        case 401:
            return Outcome::needs_reauth(message);
        case 403:
            return Outcome::misconfigured(message);
        case 429:
            return Outcome::throttled(message);
        case 503:
            return Outcome::unavailable(message);
        default:
            return lost(message, has_effect);
    }
}

bool crashes(const Batch& batch, std::string_view when) {
    return std::ranges::any_of(batch, [&](const Operation& operation) {
        return text_at(operation.fields, "crash") == when;
    });
}

bool is_note(const Operation& operation) {
    return operation.object == "note";
}

std::string ref_of(const Operation& operation) {
    return is_note(operation) ? operation.key + "." + std::to_string(operation.job_id) : operation.key;
}

/// The id under which Probe holds the record, where it is known without asking.
std::string known_id(const Operation& operation) {
    return is_note(operation) ? std::string() : operation.remote_id;
}

json::object record_of(const Operation& operation, const std::string& id) {
    auto record = operation.fields;
    record["ref"] = ref_of(operation);
    if (!id.empty()) {
        record["id"] = id;
    }
    for (const auto& [name, remote_id] : operation.references) {
        record[name] = remote_id;
    }
    return record;
}

Outcome outcome_of(const json::value& told) {
    if (const auto id = text_at(told, "id"); !id.empty()) {
        return Outcome::done(id);
    }
    const auto why = text_at(told, "error");
    if (why.empty()) {
        return lost("Probe did not say what became of the record", true);
    }
    return text_at(told, "kind") == "gone" ? Outcome::gone(why)
                                           : Outcome::rejected(why, text_at(told, "field"));
}

class Probe final : public sdk::Connector {
  public:
    [[nodiscard]] std::string_view slug() const override { return "probe"; }

    sdk::Task<sdk::TestReport> test(sdk::Session& session) override {
        const auto answer = co_await session.send(HttpRequest::get("/status"));
        sdk::TestReport report;
        report.ok = answer && answer->status == 200;
        report.sentence = report.ok ? "Probe answers" : failure_of(answer, false).message;
        co_return report;
    }

    sdk::Task<std::vector<Outcome>> push(sdk::Session& session, Batch batch) override {
        if (crashes(batch, "before")) {
            std::abort();
        }
        const auto path = "/" + batch.front().object + "s";
        std::string doubtful;
        for (const auto& operation : batch) {
            if (operation.maybe_applied && known_id(operation).empty()) {
                doubtful += (doubtful.empty() ? "" : ",") + ref_of(operation);
            }
        }
        std::map<std::string, std::string> found;
        if (!doubtful.empty()) {
            const auto answer =
                co_await session.send(HttpRequest::get(path).with_query("refs", std::move(doubtful)));
            const auto body = answer && answer->status == 200 ? json_of(*answer) : json::value();
            if (!body.is_object()) {
                co_return std::vector<Outcome>(batch.size(), failure_of(answer, false));
            }
            for (const auto& [ref, id] : body.get_object()) {
                found[ref] = id.as_string();
            }
        }

        std::vector<Outcome> outcomes(batch.size());
        std::vector<std::size_t> sent;
        json::array records;
        for (std::size_t at = 0; at < batch.size(); ++at) {
            const auto& operation = batch[at];
            const auto there = found.find(ref_of(operation));
            const auto id = there != found.end() ? there->second : known_id(operation);
            if (is_note(operation) && !id.empty()) {
                outcomes[at] = Outcome::done(id);
                continue;
            }
            sent.push_back(at);
            records.push_back(record_of(operation, id));
        }
        if (sent.empty()) {
            co_return outcomes;
        }
        const auto answer = co_await session.send(HttpRequest::post(path).with_json(records));
        if (crashes(batch, "after")) {
            std::abort();
        }
        const auto body = answer && answer->status == 200 ? json_of(*answer) : json::value();
        const auto* told = body.if_array();
        for (std::size_t at = 0; at < sent.size(); ++at) {
            outcomes[sent[at]] = told != nullptr && told->size() == sent.size() ? outcome_of((*told)[at])
                                                                                : failure_of(answer, true);
        }
        co_return outcomes;
    }
};

}  // namespace

}  // namespace navette::probe

NAVETTE_CONNECTOR(navette::probe::Probe)
