#include "tests/standin/pipedrive_environment.hpp"

#include <navette/sdk/reading.hpp>
#include <navette/sdk/signature.hpp>

#include <boost/json.hpp>

#include <algorithm>

namespace navette::standin::pipedrive {

Environment::Environment(SiteOptions site_options, Effects& site_effects)
    : options(std::move(site_options)), effects(site_effects) {
    for (const auto* kind : {"persons", "organizations", "deals", "activities", "notes", "webhooks"}) {
        tables.emplace(kind, JsonTable());
    }
    tables.emplace("callLogs", JsonTable([](std::uint64_t number) {
                       return sdk::fingerprint("call log " + std::to_string(number));
                   }));
}

void Environment::clear() {
    for (auto& [kind, table] : tables) {
        table.clear();
    }
}

std::string wire_time(std::int64_t milliseconds) {
    return sdk::iso_text(sdk::Instant(std::chrono::milliseconds(milliseconds))) + "Z";
}

std::string plain_time(std::int64_t milliseconds) {
    auto text = sdk::iso_text(sdk::Instant(std::chrono::milliseconds(milliseconds)));
    std::ranges::replace(text, 'T', ' ');
    return text;
}

std::optional<std::int64_t> read_time(std::string_view text) {
    const auto instant = sdk::from_loose_iso_text(text);
    if (!instant) {
        return std::nullopt;
    }
    return std::chrono::duration_cast<std::chrono::milliseconds>(instant->time_since_epoch()).count();
}

json::object difference(const json::object& before, const json::object& after) {
    json::object changed;
    for (const auto& [name, value] : after) {
        const auto* old = before.if_contains(name);
        if (old == nullptr || *old != value) {
            changed[name] = old == nullptr ? json::value() : *old;
        }
    }
    return changed;
}

std::int64_t number_of(const std::string& id) {
    return sdk::to_integer(id).value_or(0);
}

}  // namespace navette::standin::pipedrive
