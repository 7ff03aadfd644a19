#include "daemon/http/sync_callback.hpp"

#include "daemon/core/backoff.hpp"
#include "daemon/engine/integration_draft.hpp"
#include "daemon/http/integration_view.hpp"
#include "daemon/http/request_body.hpp"
#include "daemon/outbound/redactor.hpp"
#include "daemon/store/admin_callback.hpp"
#include "daemon/sync/iso_time.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <limits>
#include <memory>
#include <random>

namespace navette::http {

namespace json = boost::json;

namespace {

constexpr std::size_t kLongestMessage = 2'000;

/// An id as text: workers send numbers too.
std::string id_text(const json::object& body, std::string_view name) {
    const auto* value = body.if_contains(name);
    if (value == nullptr || value->is_null()) {
        return {};
    }
    return value->is_string() ? std::string(value->as_string())
                              : (value->is_int64() || value->is_uint64() ? json::serialize(*value) : "");
}

std::string first_id(const json::object& body, std::initializer_list<std::string> names) {
    for (const auto& name : names) {
        if (auto text = id_text(body, name); !text.empty()) {
            return text;
        }
    }
    return {};
}

std::string first_text(const Members& members, std::initializer_list<std::string_view> names) {
    for (const auto name : names) {
        if (auto text = members.text(name)) {
            return *text;
        }
    }
    return {};
}

/// What the worker sent or was answered, for the log. Workers wrap JSON into text.
std::optional<std::string> payload(
    const json::object& body, std::string_view name, const outbound::Redactor& redactor
) {
    const auto* value = body.if_contains(name);
    if (value == nullptr || value->is_null()) {
        return std::nullopt;
    }
    json::value read(*value);
    if (read.is_string()) {
        boost::system::error_code error;
        if (auto parsed = json::parse(read.as_string(), error); !error) {
            read = std::move(parsed);
        }
    }
    return json::serialize(redactor.json(read));
}

/// The values to hide; none where they do not open, when names alone tell what is secret.
outbound::Redactor redactor_of(const store::IntegrationRow& row, const engine::Configuration& configuration) {
    std::vector<std::string> values;
    if (const auto secrets = engine::open_secrets(row, configuration.vault)) {
        for (const auto& [name, value] : *secrets) {
            values.push_back(value);
        }
    }
    return outbound::Redactor(std::move(values));
}

/// Backoff by the connector's policy, and what the manifest calls a record; without a connector the defaults.
void add_rules(store::ExternalOutcome& outcome, std::shared_ptr<const plugins::LoadedConnector> connector) {
    const auto policy = connector ? connector->manifest.retry : config::RetryPolicy();
    outcome.max_retries = policy.max_retries;
    outcome.pause_after = [policy](int attempt) {
        std::random_device device;
        const double random =
            static_cast<double>(device()) / (static_cast<double>(std::numeric_limits<unsigned>::max()) + 1.0);
        return core::backoff(attempt, policy.base, policy.cap, random);
    };
    outcome.object_of = [connector = std::move(connector
                         )](const std::string& event_type, const std::string& entity_type) {
        const auto meaning = connector ? connector->manifest.event(event_type, entity_type) : std::nullopt;
        return meaning ? meaning->object.name : entity_type;
    };
}

}  // namespace

Response receive_callback(
    store::AdminSession& session, const Request& request, const engine::Configuration& configuration
) {
    auto known = integration_of(session, request);
    if (!known) {
        return std::move(known.error());
    }
    const auto body = json_body(request);
    if (!body) {
        return body.error();
    }
    const auto& row = known->row;
    FieldErrors errors;
    const Members members(*body, errors);
    store::ExternalOutcome outcome;
    outcome.key = row.key;
    const auto success = members.boolean("success");
    if (!members.has("success")) {
        errors.add("success", "success is required: true or false");
    }
    outcome.success = success.value_or(false);
    outcome.may_retry = members.boolean("retry").value_or(true);
    outcome.job = first_id(*body, {"job_id", "queue_id"});
    outcome.remote_id = first_id(*body, {"remote_id", "destination_entity_id", row.slug + "_id"});
    outcome.object = first_text(members, {"object", "destination_entity_type"});
    outcome.event_type = first_text(members, {"event_type", "sync_type", "action"});
    outcome.entity_type = first_text(members, {"entity_type", "source_entity_type"});
    outcome.entity_id = first_id(*body, {"entity_id", "source_entity_id"});
    const auto redactor = redactor_of(row, configuration);
    outcome.message =
        redactor.body(first_text(members, {"error_message", "error", "message"}), kLongestMessage);
    outcome.request = payload(*body, "request_payload", redactor);
    outcome.response = payload(*body, "response_payload", redactor);
    if (!outcome.response) {
        outcome.response = json::serialize(redactor.json(*body));
    }
    outcome.duration_ms =
        static_cast<int>(members.integer("duration_ms", 0, std::numeric_limits<int>::max()).value_or(0));
    outcome.started_at = members.text("started_at");
    if (outcome.started_at && !sync::parse_iso(*outcome.started_at)) {
        errors.add("started_at", "started_at is no time, expected ISO 8601 such as 2026-11-21T09:25:30Z");
    }
    if (!errors.empty()) {
        return errors.response();
    }
    if (outcome.event_type.empty()) {
        outcome.event_type = "manual_sync";
    }
    add_rules(outcome, configuration.inventory->find(row.slug));
    auto concluded = store::conclude_external(session, std::move(outcome));
    if (!concluded) {
        return problem(concluded.error());
    }
    json::object answer{{"success", true}};
    for (auto& [name, value] : *concluded) {
        answer[name] = std::move(value);
    }
    return json_response(200, answer);
}

}  // namespace navette::http
