// HubSpot's webhooks: lists of events to the one address of an app, signed with the app's client secret.
#pragma once

#include "tests/standin/hubspot_records.hpp"
#include "tests/standin/outbox.hpp"

#include <boost/json/array.hpp>

#include <cstdint>
#include <string>

namespace navette::standin::hubspot {

struct WebhookRules {
    std::int64_t portal_id = 0;
    std::string client_secret;
    bool generic = false;  // object.* with the object's type id; otherwise notes and calls have no events
};

class Webhooks {
  public:
    /// The outbox outlives it.
    Webhooks(WebhookRules rules, Outbox& outbox) : rules_(std::move(rules)), outbox_(outbox) {}

    /// The app's target address; an empty secret means the client secret of the rules.
    void send_to(std::string url, std::string secret);
    /// An event for a created or archived record, one for each changed property of an edited one.
    /// `source`: INTEGRATION or CRM_UI.
    void note(const Change& change, std::string_view source);
    /// Sends what was noted, up to 100 events in a request.
    void flush(std::int64_t now);
    void clear();

  private:
    boost::json::object event(const Change& change, std::string_view what, std::string_view source);
    void post(const boost::json::array& events, std::int64_t now);

    WebhookRules rules_;
    Outbox& outbox_;
    std::string url_;
    std::string secret_;
    boost::json::array noted_;
    std::uint64_t count_ = 0;
};

}  // namespace navette::standin::hubspot
