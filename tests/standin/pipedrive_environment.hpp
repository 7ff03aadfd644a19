// What the resources of a Pipedrive company share: its records, its clock, whoever listens to changes.
#pragma once

#include "tests/standin/effects.hpp"
#include "tests/standin/json_table.hpp"
#include "tests/standin/pipedrive_answer.hpp"
#include "tests/standin/site_clock.hpp"
#include "tests/standin/site_kind.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace navette::standin::pipedrive {

/// The user whose token it is.
inline constexpr int kUserId = 7;
inline constexpr int kCompanyId = 1;

/// One committed change of a record, as webhooks tell it.
struct Change {
    enum class Action { created, changed, removed };

    std::string entity;  // "person"
    Action action = Action::created;
    std::string id;
    json::object now;       // the record as it is; empty of a removed one
    json::object previous;  // what changed, as it was; of a removed one its last state
    bool by_api = true;     // false: somebody did it in Pipedrive's own pages
};

struct Environment {
    Environment(SiteOptions site_options, Effects& site_effects);

    /// Records of one kind ("persons", "notes"); the reference stays valid.
    [[nodiscard]] JsonTable& table(std::string_view kind) { return tables.at(std::string(kind)); }
    void clear();

    SiteOptions options;
    Effects& effects;
    SiteClock clock;
    std::map<std::string, JsonTable> tables;
    std::function<void(const Change&)> on_change;
};

/// "2026-05-01T10:00:00Z", as version 2 tells times; fractions are cut.
std::string wire_time(std::int64_t milliseconds);
/// "2026-05-01 10:00:00", as version 1 tells most of them.
std::string plain_time(std::int64_t milliseconds);
/// A time in any of Pipedrive's spellings, in milliseconds since 1970.
std::optional<std::int64_t> read_time(std::string_view text);

/// The members of `before` that `after` has otherwise.
json::object difference(const json::object& before, const json::object& after);

/// The id as Pipedrive's answers hold it.
std::int64_t number_of(const std::string& id);

}  // namespace navette::standin::pipedrive
