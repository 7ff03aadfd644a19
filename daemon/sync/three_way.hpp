// The hub record and one of its spokes, merged field by field (docs/adr/0016-hub-and-spokes.md). Pure.
//
// A field is a leaf of a record, named by its dotted path ("address.city"); a list is one field, and so is an
// empty object. Null and absence are the same: no value. Two values are equal when their texts are, or when
// both are numbers of the same worth ("12.50" is 12.5).
#pragma once

#include "daemon/config/sync_rules.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace navette::sync {

/// Fields that were shown as a write in doubt would make them, with its place in the list, from 1.
using Arrived = std::map<std::string, std::size_t, std::less<>>;

using Moment = std::chrono::sys_time<std::chrono::milliseconds>;

/// The record's fields in the order of their names. A null that stands in the record is among them.
[[nodiscard]] std::map<std::string, boost::json::value, std::less<>> leaves_of(
    const boost::json::object& record
);

/// The field's value; null where there is none.
[[nodiscard]] const boost::json::value& leaf(const boost::json::object& record, std::string_view field);

/// Sets a field, with the objects around it; what stands in the way of an object is replaced. A null takes it
/// out, with objects that become empty.
void set_leaf(boost::json::object& record, std::string_view field, boost::json::value value);

/// The same, but a null is kept: what is absent is not sent, and so clears nothing.
void put_leaf(boost::json::object& record, std::string_view field, boost::json::value value);

[[nodiscard]] bool equal_values(const boost::json::value& a, const boost::json::value& b);

/// Whether two texts differ at most in case, white space and punctuation: how platforms respell what they are
/// given.
[[nodiscard]] bool is_respelled(const boost::json::value& a, const boost::json::value& b);

/// `over` laid over `base`, object by object; lists and scalars replace. As navette.lay_over does it.
void lay_over(boost::json::object& base, const boost::json::object& over);

/// A value that the feed told the application of, at this position.
struct Published {
    std::int64_t position = 0;
    boost::json::value value;
};

/// What is left on a field of the hub by a platform that changed it; or, with no `by`, by the application
/// that won over a platform's change which it had not taken in.
struct Stamp {
    Moment at;       // when it changed, as the platform tells, else when we heard
    std::string by;  // the integration
    config::ConflictRule rule = config::ConflictRule::newest_wins;
    boost::json::value was;                // what the application knew; null: nothing
    std::optional<std::int64_t> position;  // in the feed; none: not published yet
    /// What the feed told between `was` and the hub's value, oldest first: the application may have taken in
    /// any of them.
    std::vector<Published> earlier{};
    Moment heard_at{};  // by our clock: what was told before cannot have known it
};
using Stamps = std::map<std::string, Stamp, std::less<>>;
/// Where the stamp of a record that a platform deleted stands: no field has this name.
inline constexpr const char* kWholeRecord = "";

/// As records.stamps holds them: {field: {at: milliseconds since 1970, by, rule, was, position, earlier:
/// [{position, value}], heard_at}}. What cannot be read is left out.
[[nodiscard]] Stamps read_stamps(const boost::json::object& stored);
[[nodiscard]] boost::json::object write_stamps(const Stamps& stamps);

/// The record in the middle.
struct Hub {
    boost::json::object data;
    Stamps stamps;
    Moment updated_at{};            // of the whole record
    std::int64_t acknowledged = 0;  // the feed's position that the application has taken in
};

/// Remembers a value that the feed told before the stamp's own; none: it was not told. The oldest of more
/// than eight are forgotten.
void add_published(Stamp& stamp, std::optional<std::int64_t> position, boost::json::value value);

/// Whether the application has acknowledged the change that the stamp tells of.
[[nodiscard]] bool is_known(const Stamp& stamp, const Hub& hub);

/// What an application told, taken into the hub.
struct Told {
    boost::json::object data;
    Stamps stamps;         // those that stay
    bool changed = false;  // of data or stamps
    /// Fields in which the application and a platform changed what the other did not know: the feed tells the
    /// hub's value once more, since the application may take in what lost, or have lost what it took in. A
    /// stamp of theirs that has no position gets that of the new entry.
    std::vector<std::string> retold;
};

/// `report`: the record as the application has it, whole or in part; a field that it does not name stays. One
/// that it names with null is kept as a null, so that it is cleared on the platforms too.
/// `told_at`: when it told it.
[[nodiscard]] Told take_report(const Hub& hub, const boost::json::object& report, Moment told_at);

/// A field changed on both sides, for a person to decide.
struct Conflict {
    boost::json::value base;    // as last agreed
    boost::json::value local;   // the hub's
    boost::json::value remote;  // the platform's, in local terms
};
using Conflicts = std::map<std::string, Conflict, std::less<>>;

/// What is known of a platform's record, all of it in local names.
struct Spoke {
    boost::json::object shown;  // r: as it was read now
    boost::json::object seen;   // as it was read last
    boost::json::object sent;   // s: what it was sent or agreed to hold
    boost::json::object ours;   // h: the hub as it would come back from there: canonical(hub)
    /// What was sent without an answer, oldest first: the record as it would be shown had that write arrived.
    /// A field that is shown so is our own write, and no edit of the platform's.
    std::vector<boost::json::object> in_doubt{};
    std::optional<Moment> changed_at;  // by the platform's clock
    std::optional<Moment> pushed_at;   // when we last wrote it, by our clock
    std::optional<Moment> seen_at{};   // changed_at of what was read last
    Moment heard_at{};                 // now
    std::string integration;
    /// The rule for a field that both sides changed.
    std::function<config::ConflictRule(std::string_view field)> rule;
    Conflicts open;  // undecided so far
    /// Fields that the platform keeps as one (a full name). Where it tells them apart in another way than we
    /// do, a change of one is a change of all. The mapping's own: it must live as long.
    std::span<const std::vector<std::string>> together{};
    /// Whether two values of a field that differ mean the same, as the mapping spells them; none: never. Both
    /// sides then keep their spelling.
    std::function<
        bool(std::string_view field, const boost::json::value& ours, const boost::json::value& shown)>
        means_same{};
};

struct Merged {
    boost::json::object data;          // the hub
    Stamps stamps;                     // the hub's, with those of `changed` (which have no position yet)
    std::vector<std::string> changed;  // fields of the hub that took the platform's value
    /// Fields whose value at the platform is known and agreed: `snapshot` takes them over from `shown`.
    std::vector<std::string> agreed;
    /// Of those in `agreed`, where the platform spells our value in its own way: `snapshot` takes over ours.
    std::vector<std::string> respelt;
    boost::json::object seen;  // the new one
    Conflicts conflicts;       // undecided from now on; one that became equal is over
    bool differs = false;      // the platform lacks a change of ours: it is pushed
    /// Fields that are shown as one of Spoke::in_doubt would make them, with its place, from 1: up to there
    /// they are in doubt no more.
    Arrived arrived;
};

/// Merges what a platform shows into the hub.
[[nodiscard]] Merged merge(const Hub& hub, const Spoke& spoke);

/// Whether the merge rests on a record that may be older than our last write, or than what was read last.
/// Where the record was not read since, but told, it is read anew and merged then instead: what was told may
/// be undone by now.
[[nodiscard]] bool needs_fresh_read(const Spoke& spoke, const Merged& merged);

}  // namespace navette::sync
