// What a platform's record and the hub record that it belongs to come to when both are held against each
// other, without changing either: the verdicts of plans and of reconciling (docs/plans-and-reconcile.md).
// Pure.
#pragma once

#include "daemon/sync/three_way.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace navette::sync {

/// What would be done with a record.
enum class CompareVerdict {
    same,           // nothing
    link,           // both sides hold it and agree; only the link is missing
    change_local,   // the platform changed fields that the hub lacks
    change_remote,  // the hub changed fields that the platform lacks, and nothing else differs
    conflict,       // a field was changed on both sides
    create_local,   // the hub knows no such record
    create_remote,  // the platform does
    ambiguous,      // a person must say which records belong together
    missing,        // linked, but the platform does not show it any more
};

/// As comparison_items.verdict holds it: "change_local".
[[nodiscard]] std::string_view to_string(CompareVerdict verdict);

/// Whose value a field will have.
enum class Winner { local, platform, nobody };

struct FieldDifference {
    std::string field;
    boost::json::value local;   // as it would come back from the platform
    boost::json::value remote;  // in local terms
    Winner winner = Winner::local;
    bool is_conflict = false;  // changed on both sides
};

struct Comparison {
    CompareVerdict verdict = CompareVerdict::same;
    std::vector<FieldDifference> differences;  // in the order of their fields
};

/// `is_linked`: false where the two were only found to belong together; `spoke.seen` and `spoke.sent` are
/// then empty, so a field that differs was changed on both sides. A conflict that waits for a person already
/// (`spoke.open`) is no difference.
[[nodiscard]] Comparison compare(const Hub& hub, const Spoke& spoke, bool is_linked);

/// [{field, local, remote, wins: local|platform|nobody, conflict}], at most `most` of them; long texts are
/// cut.
[[nodiscard]] boost::json::array differences_json(
    const std::vector<FieldDifference>& differences, std::size_t most
);

}  // namespace navette::sync
