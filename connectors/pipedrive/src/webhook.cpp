#include "webhook.hpp"

#include <navette/sdk/reading.hpp>
#include <navette/sdk/signature.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace navette::pipedrive {

namespace {

namespace json = sdk::json;

constexpr std::string_view kHost = ".pipedrive.com";

constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kEntities{
    {{"contact", "person"},
     {"company", "organization"},
     {"deal", "deal"},
     {"note", "note"},
     {"activity", "activity"}}
};

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// What follows the scheme Basic; empty where there is none.
std::string_view basic_credentials(std::string_view authorization) {
    constexpr std::string_view kScheme = "basic ";
    if (authorization.size() < kScheme.size() ||
        !std::ranges::equal(authorization.substr(0, kScheme.size()), kScheme, {}, lower)) {
        return {};
    }
    authorization.remove_prefix(kScheme.size());
    authorization.remove_prefix(std::min(authorization.find_first_not_of(' '), authorization.size()));
    return authorization;
}

/// "acme" of the host "acme.pipedrive.com".
std::string company_of(std::string host) {
    std::ranges::transform(host, host.begin(), lower);
    if (host.ends_with(kHost)) {
        host.resize(host.size() - kHost.size());
    }
    return host;
}

/// ISO 8601 in the documented example, ten digits (seconds since 1970) in its description.
std::optional<sdk::Instant> moment_of(const std::string& text) {
    if (const auto seconds = sdk::to_integer(text); seconds && text.size() == 10) {
        return sdk::from_unix_seconds(*seconds);
    }
    return sdk::from_loose_iso_text(text);
}

const json::object* section_of(const json::value& body, std::string_view name) {
    const auto* member = sdk::member_of(body, name);
    return member == nullptr ? nullptr : member->if_object();
}

}  // namespace

std::string_view webhook_entity(std::string_view object) {
    const auto* found = std::ranges::find(kEntities, object, [](const auto& pair) { return pair.first; });
    return found == kEntities.end() ? std::string_view() : found->second;
}

std::string_view object_of_entity(std::string_view entity) {
    const auto* found = std::ranges::find(kEntities, entity, [](const auto& pair) { return pair.second; });
    return found == kEntities.end() ? std::string_view() : found->first;
}

sdk::WebhookVerdict verify_webhook(const sdk::WebhookRequest& request, const sdk::WebhookKeys& keys) {
    const auto given = basic_credentials(request.header("Authorization"));
    if (given.empty()) {
        return {false, "there are no HTTP Basic credentials"};
    }
    const auto user = sdk::text_at(keys.settings, "webhook_user");
    bool genuine = false;
    for (const auto& secret : keys.secrets) {
        auto expected = user;
        expected.append(":").append(secret);
        const bool fits = !secret.empty() && sdk::equal_in_constant_time(sdk::base64(expected), given);
        genuine = genuine || fits;
    }
    if (!genuine) {
        return {false, "the HTTP Basic credentials are not webhook_user with a valid webhook_password"};
    }
    // The credentials prove who set the webhook up, not which company sends it.
    const auto company = company_of(sdk::text_at(keys.settings, "company_domain"));
    const auto body = sdk::read_json(request.body);
    const auto* meta = body ? section_of(*body, "meta") : nullptr;
    const auto sender = meta == nullptr ? std::string() : company_of(sdk::text_at(*meta, "host"));
    if (!company.empty() && !sender.empty() && sender != company) {
        return {false, "it comes from another company than company_domain"};
    }
    return {true, ""};
}

std::expected<std::vector<sdk::WebhookEvent>, std::string> parse_webhook(const sdk::WebhookRequest& request) {
    const auto body = sdk::read_json(request.body);
    const auto* meta = body ? section_of(*body, "meta") : nullptr;
    if (meta == nullptr) {
        return std::unexpected("the body is no Pipedrive webhook: it holds no meta");
    }
    const auto action = sdk::text_at(*meta, "action");
    const auto entity = sdk::text_at(*meta, "entity");
    if (action.empty() || entity.empty()) {
        return std::unexpected(
            "meta names no action or no entity: this is no webhook of version 2, make it anew with version "
            "2.0"
        );
    }
    sdk::WebhookEvent event;
    event.event_type = action + "." + entity;
    event.account = company_of(sdk::text_at(*meta, "host"));
    event.remote_id = sdk::text_at(*meta, "entity_id");
    event.object = event.remote_id.empty() ? "" : std::string(object_of_entity(entity));
    event.deleted = action == "delete";
    event.occurred_at = moment_of(sdk::text_at(*meta, "timestamp"));
    const auto* data = section_of(*body, event.deleted ? "previous" : "data");
    event.thin = data == nullptr && !event.deleted;
    if (data != nullptr) {
        event.fields = *data;
    }
    auto id = sdk::text_at(*meta, "id");
    event.deduplication_key = id.empty()
                                  ? event.event_type.substr(0, 64) + ":" + sdk::fingerprint(request.body)
                                  : id.substr(0, 100);
    return std::vector{std::move(event)};
}

}  // namespace navette::pipedrive
