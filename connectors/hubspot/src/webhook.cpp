#include "webhook.hpp"

#include <navette/sdk/reading.hpp>
#include <navette/sdk/signature.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace navette::hubspot {

namespace {

namespace json = sdk::json;

bool is_digits(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// Whether `signature` is what `sign` makes with one of the secrets. All are tried, whichever fits.
template <class Sign>
bool fits_one(std::span<const std::string> secrets, std::string_view signature, Sign sign) {
    bool fits = false;
    for (const auto& secret : secrets) {
        const bool equal = !secret.empty() && sdk::equal_in_constant_time(sign(secret), signature);
        fits = fits || equal;
    }
    return fits;
}

sdk::WebhookVerdict verify_v3(const sdk::WebhookRequest& request, const sdk::WebhookKeys& keys) {
    const auto signature = request.header("X-HubSpot-Signature-v3");
    const auto time = request.header("X-HubSpot-Request-Timestamp");
    const auto sent = is_digits(time) ? sdk::to_integer(time) : std::nullopt;
    if (!sent) {
        return {false, "X-HubSpot-Request-Timestamp is no time in milliseconds"};
    }
    const auto now = keys.now.time_since_epoch().count();
    const auto tolerance = std::chrono::milliseconds(keys.tolerance).count();
    if (*sent < now - tolerance || *sent > now + tolerance) {
        return {false, "the signed time is too far from now: a replay, or a clock that is wrong"};
    }
    const auto text = request.method + signed_address(request.url) + request.body + std::string(time);
    const bool genuine = fits_one(keys.secrets, signature, [&](const std::string& secret) {
        return sdk::base64(sdk::hmac_sha256(secret, text));
    });
    return {
        genuine,
        genuine ? "" : "signature v3 fits no client secret, or the address in HubSpot is not " + request.url
    };
}

// Neither version is an HMAC, so who knows one signed body can sign what begins with it; but what such a
// forgery appends begins with a byte 0x80, which no JSON holds there.
sdk::WebhookVerdict verify_old(const sdk::WebhookRequest& request, const sdk::WebhookKeys& keys) {
    const auto signature = request.header("X-HubSpot-Signature");
    if (signature.empty()) {
        return {false, "there is no HubSpot signature"};
    }
    const auto* accepted = keys.settings.if_contains("accept_old_signatures");
    if (accepted != nullptr && accepted->is_bool() && !accepted->get_bool()) {
        return {false, "signed with version 1 or 2 only, which accept_old_signatures forbids"};
    }
    const auto version = request.header("X-HubSpot-Signature-Version");
    if (!version.empty() && version != "v1" && version != "v2") {
        return {false, "X-HubSpot-Signature-Version is neither v1 nor v2"};
    }
    const auto text = (version == "v2" ? request.method + request.url : std::string()) + request.body;
    const bool genuine = fits_one(keys.secrets, signature, [&](const std::string& secret) {
        return sdk::hex(sdk::sha256(secret + text));
    });
    return {genuine, genuine ? "" : "the older signature fits no client secret"};
}

std::string_view object_of_type(std::string_view id) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kTypes{
        {{"0-1", "contact"}, {"0-2", "company"}, {"0-3", "deal"}, {"0-46", "note"}, {"0-48", "call"}}
    };
    const auto* found = std::ranges::find(kTypes, id, &std::pair<std::string_view, std::string_view>::first);
    return found == kTypes.end() ? std::string_view() : found->second;
}

/// The manifest's object that a subscription type such as "contact.propertyChange" concerns.
std::string_view object_of(std::string_view subscription, const json::object& event) {
    const auto prefix = subscription.substr(0, subscription.find('.'));
    if (prefix == "contact" || prefix == "company" || prefix == "deal") {
        return prefix;
    }
    return prefix == "object" ? object_of_type(sdk::text_at(event, "objectTypeId")) : std::string_view();
}

std::string first_text(const json::object& event, std::initializer_list<std::string_view> names) {
    for (const auto name : names) {
        if (auto text = sdk::text_at(event, name); !text.empty()) {
            return text;
        }
    }
    return {};
}

/// HubSpot's eventId is not unique, so the key is made of all that tells events apart; attemptNumber, which
/// differs for repeated deliveries, stays out.
std::string key_of(const json::object& event, std::string_view type, const std::string& remote_id) {
    std::string all(type);
    for (const auto* name :
         {"portalId",
          "objectId",
          "eventId",
          "occurredAt",
          "propertyName",
          "objectTypeId",
          "associationType",
          "fromObjectId",
          "toObjectId",
          "associationRemoved",
          "primaryObjectId",
          "newObjectId"}) {
        const auto* value = event.if_contains(name);
        all += '\n';
        all += value == nullptr ? std::string() : json::serialize(*value);
    }
    return std::string(type.substr(0, 64)) + ":" + remote_id.substr(0, 32) + ":" + sdk::fingerprint(all);
}

std::expected<sdk::WebhookEvent, std::string> event_of(const json::value& item) {
    const auto* object = item.if_object();
    if (object == nullptr) {
        return std::unexpected("an item of the list is no event");
    }
    sdk::WebhookEvent event;
    event.event_type = first_text(*object, {"subscriptionType", "eventType"});
    if (event.event_type.empty()) {
        return std::unexpected("an event names no subscriptionType");
    }
    event.account = sdk::text_at(*object, "portalId");
    if (event.account.empty()) {
        return std::unexpected("an event names no portalId");
    }
    // A merge makes a new record; the merged ids lead to it.
    event.remote_id = first_text(*object, {"newObjectId", "primaryObjectId", "objectId", "fromObjectId"});
    if (!event.remote_id.empty()) {
        event.object = object_of(event.event_type, *object);
    }
    event.deleted = event.event_type.ends_with(".deletion") || event.event_type.ends_with(".privacyDeletion");
    if (const auto at = sdk::integer_at(item, "occurredAt")) {
        event.occurred_at = sdk::Instant(std::chrono::milliseconds(*at));
    }
    event.deduplication_key = key_of(*object, event.event_type, event.remote_id);
    event.fields = *object;
    return event;
}

}  // namespace

std::string signed_address(std::string_view url) {
    // What HubSpot decodes before it signs: : / ? @ ! $ ' ( ) * , ;
    static constexpr std::array<std::pair<std::string_view, char>, 12> kDecoded{
        {{"3A", ':'},
         {"2F", '/'},
         {"3F", '?'},
         {"40", '@'},
         {"21", '!'},
         {"24", '$'},
         {"27", '\''},
         {"28", '('},
         {"29", ')'},
         {"2A", '*'},
         {"2C", ','},
         {"3B", ';'}}
    };
    const auto upper = [](char c) { return c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c; };
    const auto mark = std::min(url.find('?'), url.size());
    std::string address(url.substr(0, mark));
    for (auto rest = url.substr(mark); !rest.empty();) {
        if (rest.front() == '%' && rest.size() >= 3) {
            const std::array<char, 2> code{upper(rest[1]), upper(rest[2])};
            const auto* found = std::ranges::find(
                kDecoded, std::string_view(code.data(), 2), &std::pair<std::string_view, char>::first
            );
            if (found != kDecoded.end()) {
                address += found->second;
                rest.remove_prefix(3);
                continue;
            }
        }
        address += rest.front();
        rest.remove_prefix(1);
    }
    return address;
}

sdk::WebhookVerdict verify_webhook(const sdk::WebhookRequest& request, const sdk::WebhookKeys& keys) {
    // Where the strong signature is there, a weaker one beside it proves nothing.
    const bool has_v3 = !request.header("X-HubSpot-Signature-v3").empty();
    return has_v3 ? verify_v3(request, keys) : verify_old(request, keys);
}

std::expected<std::vector<sdk::WebhookEvent>, std::string> parse_webhook(const sdk::WebhookRequest& request) {
    const auto body = sdk::read_json(request.body);
    if (!body || !(body->is_array() || body->is_object())) {
        return std::unexpected("the body is no list of HubSpot events");
    }
    json::array single;
    if (body->is_object()) {
        single.push_back(*body);
    }
    std::vector<sdk::WebhookEvent> events;
    for (const auto& item : body->is_array() ? body->get_array() : single) {
        auto event = event_of(item);
        if (!event) {
            return std::unexpected(std::move(event.error()));
        }
        events.push_back(std::move(*event));
    }
    return events;
}

}  // namespace navette::hubspot
