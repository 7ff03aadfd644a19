#include "tests/standin/zendesk_account.hpp"

#include <navette/sdk/timestamp.hpp>

#include <boost/json.hpp>

#include <algorithm>

namespace navette::standin {

namespace json = boost::json;

namespace {

// Ids of the three kinds lie far apart, so that one taken for another is never found.
std::function<std::string(std::uint64_t)> ids_from(std::uint64_t first) {
    return [first](std::uint64_t n) { return std::to_string(first + n); };
}

}  // namespace

json::object ZendeskCall::wrapped(std::string_view name) const {
    const auto* object = body.if_object();
    const auto* record = object == nullptr ? nullptr : object->if_contains(name);
    return record != nullptr && record->is_object() ? record->get_object() : json::object();
}

std::string ZendeskCall::parameter(const std::string& name) const {
    const auto found = query.find(name);
    return found == query.end() ? std::string() : found->second;
}

ZendeskAccount::ZendeskAccount(SiteOptions site_options, Effects& counted)
    : options(std::move(site_options)),
      effects(counted),
      users(ids_from(6'596'848'300'000)),
      organizations(ids_from(4'112'000'000)),
      tickets(ids_from(35'000)) {}

json::object ZendeskAccount::shown(const JsonRow& row) {
    json::object record;
    record["id"] = std::stoll(row.id);
    for (const auto& [name, value] : row.fields) {
        if (!name.starts_with('_')) {
            record[name] = value;
        }
    }
    record["created_at"] = zendesk_time(row.created);
    record["updated_at"] = zendesk_time(row.modified);
    return record;
}

std::int64_t ZendeskAccount::organization_tick() {
    last_organization_ = std::max(clock.tick(), last_organization_ + options.number("spread_ms", 0));
    return last_organization_;
}

void ZendeskAccount::changed(JsonRow& row, const std::string& kind, const std::string& action) {
    row.modified = kind == "organizations" ? organization_tick() : clock.tick();
    effects.changed(kind, action);
}

void ZendeskAccount::clear() {
    users.clear();
    organizations.clear();
    tickets.clear();
}

std::string zendesk_time(std::int64_t milliseconds) {
    return sdk::iso_text(sdk::Instant(std::chrono::milliseconds(milliseconds))) + "Z";
}

std::string text_of(const json::object& object, std::string_view name) {
    return sdk::text_at(object, name);
}

std::string lower_case(std::string_view text) {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return lower;
}

}  // namespace navette::standin
