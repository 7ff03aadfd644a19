// What all parts of a Zendesk account share: its records, its clock, and who is told of changes.
#pragma once

#include "tests/standin/json_table.hpp"
#include "tests/standin/message.hpp"
#include "tests/standin/site_clock.hpp"
#include "tests/standin/site_kind.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace navette::standin {

/// One authenticated request below /api/v2.
struct ZendeskCall {
    std::string method;
    std::vector<std::string> path;  // {"users", "5"}: decoded, without ".json"
    std::map<std::string, std::string> query;
    boost::json::value body;  // null where there is none
    std::string idempotency_key;

    /// The object that wraps a record: body["user"]; empty where it is not there.
    [[nodiscard]] boost::json::object wrapped(std::string_view name) const;
    [[nodiscard]] std::string parameter(const std::string& name) const;
    /// Whether the request is this method on a path of that many segments.
    [[nodiscard]] bool is(std::string_view wanted, std::size_t segments) const {
        return method == wanted && path.size() == segments;
    }
};

/// Something happened to a record, as webhooks tell it.
struct ZendeskEvent {
    std::string kind;  // "user", "organization", "ticket"
    std::string what;  // "created", "name_changed", "deleted"; "updated" once for all of a ticket's changes
    const JsonRow* row = nullptr;
    boost::json::object change;  // the member "event"
};

struct ZendeskAccount {
    ZendeskAccount(SiteOptions site_options, Effects& counted);

    SiteOptions options;
    Effects& effects;
    SiteClock clock;
    JsonTable users;
    JsonTable organizations;
    JsonTable tickets;
    std::function<void(const ZendeskEvent&)> tell;

    /// A record of its table as the API shows it: the id as a number, the times as ISO 8601.
    [[nodiscard]] static boost::json::object shown(const JsonRow& row);
    /// When an organization changes: with the option spread_ms so much later than the last change of one.
    std::int64_t organization_tick();
    /// That much changed: moves the row's time, counts the effect.
    void changed(JsonRow& row, const std::string& kind, const std::string& action);
    /// Zendesk would write to that address.
    void mail(const std::string& address) { effects.created("mails", {{"to", address}}); }
    void clear();

  private:
    std::int64_t last_organization_ = 0;
};

/// Milliseconds since 1970 as "2026-05-01T10:00:00Z".
std::string zendesk_time(std::int64_t milliseconds);

/// The text of a member; empty where it is none.
std::string text_of(const boost::json::object& object, std::string_view name);
/// Lower-case ASCII letters.
std::string lower_case(std::string_view text);

}  // namespace navette::standin
