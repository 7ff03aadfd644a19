// What the records of a pulled page come to: told as changes, remembered only, or nothing at all. Pure.
#pragma once

#include "daemon/store/pulls.hpp"

#include <navette/sdk/record.hpp>

#include <boost/json/value.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace navette::engine {

enum class PullVerdict {
    unchanged,  // as it was when it was last read
    stale,      // something newer is known, or our own write will bring it again
    unknown,    // gone, and nobody ever knew of it
    echo,       // our own write, seen for the first time
    changed,    // somebody else's change: to be told
};

/// `hash`: of the record's fields, or kDeletedHash. `known` is null where nothing is.
[[nodiscard]] PullVerdict judge(
    const sdk::RemoteRecord& record, std::string_view hash, const store::KnownRemote* known
);

/// Whether the platform holds what was sent: every field of `sent` that the record shows too is equal,
/// however it is spelt ("1" and 1, "12.50" and 12.5, empty and null), and there is at least one.
[[nodiscard]] bool holds(const boost::json::value& record, const boost::json::value& sent);

/// A page's records as store::PulledPage takes them: its `items` and `events`.
struct PulledRecords {
    std::string items{"[]"};
    std::string events{"[]"};
};
[[nodiscard]] PulledRecords take_records(
    const std::string& object, std::vector<sdk::RemoteRecord> records, std::vector<store::KnownRemote> known
);

/// The remote ids to ask what is known of: none for objects whose records are events.
[[nodiscard]] std::vector<std::string> ids_of(
    const std::string& object, const std::vector<sdk::RemoteRecord>& records
);

}  // namespace navette::engine
