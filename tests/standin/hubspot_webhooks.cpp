#include "tests/standin/hubspot_webhooks.hpp"

#include <navette/sdk/signature.hpp>

#include <boost/json.hpp>

#include <algorithm>
#include <utility>

namespace navette::standin::hubspot {

namespace json = boost::json;

namespace {

constexpr std::size_t kMostEvents = 100;
constexpr std::int64_t kApp = 9'900'123;
// HubSpot's event ids are not unique, so here very few of them have to do.
constexpr std::uint64_t kEventIds = 3;

bool has_own_events(const ObjectType& type) {
    return type.name == "contact" || type.name == "company" || type.name == "deal";
}

}  // namespace

void Webhooks::send_to(std::string url, std::string secret) {
    url_ = std::move(url);
    secret_ = secret.empty() ? rules_.client_secret : std::move(secret);
}

json::object Webhooks::event(const Change& change, std::string_view what, std::string_view source) {
    const auto prefix = rules_.generic ? std::string("object") : std::string(change.type.name);
    json::object made{
        {"eventId", 100 + count_++ % kEventIds},
        {"subscriptionId", 412'000 + static_cast<int>(what.size())},
        {"portalId", rules_.portal_id},
        {"appId", kApp},
        {"occurredAt", change.row.modified},
        {"subscriptionType", prefix + "." + std::string(what)},
        {"attemptNumber", 0},
        {"objectId", std::stoll(change.row.id)},
        {"changeSource", source}
    };
    if (rules_.generic) {
        made["objectTypeId"] = change.type.id;
    }
    return made;
}

void Webhooks::note(const Change& change, std::string_view source) {
    if (url_.empty() || (!rules_.generic && !has_own_events(change.type))) {
        return;
    }
    switch (change.kind) {
        case Change::Kind::created: {
            auto made = event(change, "creation", source);
            made["changeFlag"] = "CREATED";
            noted_.push_back(std::move(made));
            break;
        }
        case Change::Kind::archived: {
            auto made = event(change, "deletion", source);
            made["changeFlag"] = "DELETED";
            noted_.push_back(std::move(made));
            break;
        }
        case Change::Kind::merged: {
            auto made = event(change, "merge", source);
            made["primaryObjectId"] = std::stoll(change.into);
            made["mergedObjectIds"] = json::array{std::stoll(change.row.id)};
            made["newObjectId"] = std::stoll(change.into);
            made["numberOfPropertiesMoved"] = 0;
            noted_.push_back(std::move(made));
            break;
        }
        case Change::Kind::edited:
            for (const auto& [name, value] : change.values) {
                auto made = event(change, "propertyChange", source);
                made["propertyName"] = name;
                made["propertyValue"] = value;
                noted_.push_back(std::move(made));
            }
    }
}

void Webhooks::flush(std::int64_t now) {
    for (std::size_t at = 0; at < noted_.size(); at += kMostEvents) {
        json::array events;
        for (auto one = at; one < std::min(at + kMostEvents, noted_.size()); ++one) {
            events.push_back(noted_[one]);
        }
        post(events, now);
    }
    noted_.clear();
}

void Webhooks::post(const json::array& events, std::int64_t now) {
    Delivery delivery;
    delivery.url = url_;
    delivery.body = json::serialize(events);
    delivery.topic = std::string(events.front().at("subscriptionType").get_string());
    const auto time = std::to_string(now);
    delivery.headers = {
        {"Content-Type", "application/json"},
        {"X-HubSpot-Signature-Version", "v1"},
        {"X-HubSpot-Signature", sdk::hex(sdk::sha256(secret_ + delivery.body))},
        {"X-HubSpot-Request-Timestamp", time},
        {"X-HubSpot-Signature-v3",
         sdk::base64(sdk::hmac_sha256(secret_, "POST" + url_ + delivery.body + time))}
    };
    outbox_.post(std::move(delivery));
}

void Webhooks::clear() {
    noted_.clear();
    url_.clear();
    secret_.clear();
    count_ = 0;
}

}  // namespace navette::standin::hubspot
