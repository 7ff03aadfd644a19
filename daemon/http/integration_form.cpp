#include "daemon/http/integration_form.hpp"

#include "daemon/core/log.hpp"
#include "daemon/sync/schedule.hpp"

namespace navette::http {

namespace json = boost::json;

namespace {

constexpr std::size_t kLongestName = 200;

void read_secrets(
    const json::object& given, std::map<std::string, std::optional<std::string>>& secrets, FieldErrors& errors
) {
    for (const auto& [name, value] : given) {
        const std::string field = "config_encrypted." + std::string(name);
        if (value.is_null() || (value.is_string() && value.as_string().empty())) {
            secrets.insert_or_assign(std::string(name), std::nullopt);
        } else if (value.is_string()) {
            secrets.insert_or_assign(std::string(name), std::string(value.as_string()));
        } else {
            errors.add(field, std::string(name) + " is not text");
        }
    }
}

/// Takes a member out of config_public that belongs beside it, unless it stands there too.
void move_up(json::object& body, std::string_view name) {
    auto* const settings = body.if_contains("config_public");
    if (settings == nullptr || !settings->is_object()) {
        return;
    }
    auto& inner = settings->as_object();
    if (const auto* const value = inner.if_contains(name)) {
        if (!body.contains(name)) {
            body[name] = json::value(*value);
        }
        inner.stable_erase(name);
    }
}

std::string place_of(const engine::Mistake& mistake) {
    switch (mistake.part) {
        case engine::Part::settings:
            return "config_public." + mistake.field;
        case engine::Part::secrets:
            return "config_encrypted." + mistake.field;
        case engine::Part::rules:
            return "sync_rules." + mistake.field;
        case engine::Part::whole:
            break;
    }
    return {};
}

}  // namespace

IntegrationForm IntegrationForm::read(const json::object& given, bool creating, FieldErrors& errors) {
    json::object body(given);
    move_up(body, "sync_direction");
    move_up(body, "sync_frequency");
    const Members members(body, errors);
    if (body.contains("oauth_data")) {
        errors.add(
            "oauth_data",
            "tokens are not taken over; let the tenant consent by /api/v1/integrations/{id}/oauth/start"
        );
        body.stable_erase("oauth_data");
    }
    if (creating) {
        members.expect_only(
            {"integration_type",
             "integration_name",
             "config_public",
             "config_encrypted",
             "sync_direction",
             "sync_frequency",
             "max_retries",
             "sync_rules",
             "plan_first",
             "tenant_id"}
        );
    } else {
        members.expect_only(
            {"integration_name",
             "config_public",
             "config_encrypted",
             "sync_direction",
             "sync_frequency",
             "max_retries",
             "sync_rules"}
        );
    }
    IntegrationForm form;
    if (creating) {
        form.tenant = members.text("tenant_id");
        form.platform = members.text("integration_type");
        form.plan_first = members.boolean("plan_first").value_or(false);
        if (!members.has("integration_type")) {
            errors.add("integration_type", "integration_type is required: the slug of a platform");
        }
    }
    form.name = members.text("integration_name");
    if (form.name && (form.name->empty() || form.name->size() > kLongestName)) {
        errors.add("integration_name", "integration_name has 1 to 200 bytes");
    }
    form.settings = members.object("config_public");
    if (const auto secrets = members.object("config_encrypted")) {
        read_secrets(*secrets, form.secrets, errors);
    }
    if (const auto direction = members.text("sync_direction")) {
        form.direction = engine::direction_named(*direction);
        if (!form.direction) {
            errors.add("sync_direction", "sync_direction is bidirectional, to_platform or from_platform");
        }
    }
    if (const auto frequency = members.text("sync_frequency")) {
        if (const auto schedule = sync::Schedule::parse(*frequency)) {
            form.frequency = schedule->text();
        } else {
            errors.add("sync_frequency", "sync_frequency: " + schedule.error().message);
        }
    }
    if (const auto retries = members.integer("max_retries", 0, engine::kMostRetries)) {
        form.max_retries = static_cast<int>(*retries);
    }
    form.sync_rules = members.object("sync_rules");
    form.resets_retries = body.contains("max_retries") && !members.has("max_retries");
    return form;
}

void IntegrationForm::apply(store::IntegrationRow& row, engine::SecretValues& secret_values) const {
    if (name) {
        row.name = *name;
    }
    if (settings) {
        row.settings = *settings;
    }
    for (const auto& [secret, value] : secrets) {
        if (value) {
            secret_values.insert_or_assign(secret, *value);
        } else {
            secret_values.erase(secret);
        }
    }
    row.direction = direction.value_or(row.direction);
    row.sync_rules = sync_rules.value_or(row.sync_rules);
    row.frequency = frequency.value_or(row.frequency);
    if (max_retries || resets_retries) {
        row.max_retries = max_retries;
    }
}

Response draft_problem(const engine::DraftFailure& failure) {
    if (failure.kind == engine::DraftFailure::Kind::no_key) {
        core::log(
            core::LogLevel::error,
            "a client's secrets were refused: secrets.key is not set, so they cannot be encrypted"
        );
        return problem(503, "Secrets cannot be stored here at present: the operator has set no key for them.")
            .with_header("Retry-After", "60");
    }
    FieldErrors errors;
    for (const auto& mistake : failure.mistakes) {
        errors.add(place_of(mistake), mistake.sentence);
    }
    return errors.response();
}

}  // namespace navette::http
