// Hub and spoke of a record as the store gives them, ready to be merged. Pure.
#pragma once

#include "daemon/engine/integration.hpp"
#include "daemon/store/hub.hpp"
#include "daemon/sync/mapping.hpp"
#include "daemon/sync/three_way.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <vector>

namespace navette::engine {

/// What PostgreSQL gave as jsonb; empty where it is no object.
[[nodiscard]] boost::json::object stored_object(const std::string& text);

/// A platform's fields in local names; empty where they cannot be read.
[[nodiscard]] boost::json::object local_view(const sync::Mapping& mapping, const boost::json::object& remote);

/// What PostgreSQL gave as a jsonb list of objects; empty where it is none.
[[nodiscard]] std::vector<boost::json::object> stored_objects(const std::string& text);

/// What stands in record_links.conflicts, without what only a person's answer needs.
[[nodiscard]] sync::Conflicts open_conflicts(const boost::json::object& stored);

[[nodiscard]] sync::Hub hub_of(const store::HubRow& row);

/// The spoke of a platform that shows `shown` (in local names) now, to be merged with `hub`.
[[nodiscard]] sync::Spoke spoke_of(
    const Integration& integration,
    const std::string& object,
    const store::LinkRow& link,
    const sync::Hub& hub,
    boost::json::object shown,
    std::optional<sync::Moment> changed_at,
    sync::Moment now
);

/// The record's natural keys as the store takes them: [{name, value}].
[[nodiscard]] boost::json::array natural_keys_json(
    const boost::json::object& record, const std::vector<std::string>& paths
);
[[nodiscard]] std::string natural_keys_text(
    const boost::json::object& record, const std::vector<std::string>& paths
);

}  // namespace navette::engine
