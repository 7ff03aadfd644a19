// What was sent to a platform without an answer: any of it may stand there, and what is found there is our
// own (docs/adr/0016-hub-and-spokes.md). Pure.
#pragma once

#include "daemon/sync/mapping.hpp"
#include "daemon/sync/three_way.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace navette::sync {

/// For each write in doubt (the platform's names, oldest first) the record as it would be shown, in local
/// names, had it arrived at a platform that holds `known` otherwise.
[[nodiscard]] std::vector<boost::json::object> views_in_doubt(
    const Mapping& mapping, const boost::json::object& known, std::span<const boost::json::object> in_doubt
);

/// The place, from 1, of the oldest write in doubt (as views_in_doubt() gives them) that a shown value may
/// come from, also as the platform respells it: those behind it may be on their way yet. 0 where it comes
/// from none. `sent`: what the field was known to hold before.
[[nodiscard]] std::size_t place_in_doubt(
    std::span<const boost::json::object> views,
    std::string_view field,
    const boost::json::value& shown,
    const boost::json::value& sent
);

/// What is left in doubt once some fields were shown to have `arrived`: each ends in the writes up to its
/// place. Of those writes, one that would change nothing any more at a platform that holds `known` is over.
[[nodiscard]] std::vector<boost::json::object> left_in_doubt(
    const Mapping& mapping,
    const boost::json::object& known,
    std::span<const boost::json::object> in_doubt,
    const Arrived& arrived
);

/// As Mapping::drop_known(), but takes out only what the platform holds whatever became of the writes in
/// doubt.
bool drop_known(
    const Mapping& mapping,
    boost::json::object& fields,
    const boost::json::object& known,
    std::span<const boost::json::object> in_doubt,
    std::span<const std::string> keep
);

}  // namespace navette::sync
