#include "daemon/sync/three_way.hpp"

#include "daemon/sync/doubts.hpp"

#include <algorithm>
#include <utility>

namespace navette::sync {
namespace {

namespace json = boost::json;

// A platform's clock, and the time that a write takes.
constexpr std::chrono::seconds kWriteTakes{5};

const json::value kNone;

bool holds_fields(const json::value* value) {
    const json::object* object = value == nullptr ? nullptr : value->if_object();
    return object != nullptr && !object->empty();
}

const json::object* within(const json::value* value) {
    return holds_fields(value) ? &value->get_object() : nullptr;
}

const json::value* member_of(const json::object* object, json::string_view key) {
    return object == nullptr ? nullptr : object->if_contains(key);
}

/// What stands at one place of the records; null pointers where nothing does.
template <class Node>
struct Sides {
    const Node* seen;
    const Node* sent;
    const Node* ours;
};
using Values = Sides<json::value>;
using Objects = Sides<json::object>;

Values members_of(const Objects& around, json::string_view key) {
    return {
        member_of(around.seen, key),
        member_of(around.sent, key),
        member_of(around.ours, key),
    };
}

Objects objects_of(const Values& values) {
    return {within(values.seen), within(values.sent), within(values.ours)};
}

bool any(const Objects& objects) {
    return objects.seen != nullptr || objects.sent != nullptr || objects.ours != nullptr;
}

/// The field's own value: an object with fields has none.
const json::value& value_of(const json::value* value) {
    return value == nullptr || holds_fields(value) ? kNone : *value;
}

/// Walks the sides of one spoke in step.
class Merging {
  public:
    Merging(const Hub& hub, const Spoke& spoke) : hub_(hub), spoke_(spoke) {
        merged.data = hub.data;
        merged.stamps = hub.stamps;
        merged.seen = spoke.seen;
        merged.conflicts = spoke.open;
        const bool times = spoke.changed_at && spoke.pushed_at;
        set_back_ = times && *spoke.changed_at > *spoke.pushed_at + kWriteTakes;
        just_pushed_ = times && !set_back_;
    }

    void walk_shown(const json::object& shown, const Objects& around) {
        for (const json::key_value_pair& member : shown) {
            const std::size_t outside = enter(member.key());
            visit(member.value(), members_of(around, member.key()));
            path_.resize(outside);
        }
    }

    /// What the platform does not show may still lack a change of ours.
    void walk_unshown(const json::object* shown, const Objects& around) {
        for (const json::object* side : {around.ours, around.sent}) {
            if (side == nullptr || (merged.differs && merged.conflicts.empty())) {
                continue;
            }
            for (const json::key_value_pair& member : *side) {
                const json::value* there = member_of(shown, member.key());
                if (there != nullptr && !there->is_object()) {
                    continue;  // was decided
                }
                const std::size_t outside = enter(member.key());
                visit_unshown(there, members_of(around, member.key()));
                path_.resize(outside);
            }
        }
    }

    /// What the platform keeps as one field goes as one.
    void take_together() {
        for (const auto& group : spoke_.together) {
            const auto is_in = [&group](const std::vector<std::string>& fields) {
                return std::ranges::any_of(group, [&fields](const std::string& field) {
                    return std::ranges::find(fields, field) != fields.end();
                });
            };
            if (!is_in(merged.agreed)) {
                continue;
            }
            const bool taken = is_in(merged.changed) && !stays_apart(group);
            for (const auto& field : group) {
                const json::value& shown = leaf(spoke_.shown, field);
                if (shown.is_null() || decided(field)) {
                    continue;
                }
                if (taken) {
                    path_ = field;
                    take(shown);
                    path_.clear();
                } else {
                    merged.agreed.push_back(field);
                    merged.differs = merged.differs || !equal_values(shown, leaf(spoke_.ours, field));
                }
            }
        }
    }

    Merged merged;

  private:
    std::size_t enter(json::string_view key) {
        const std::size_t outside = path_.size();
        path_.append(outside == 0 ? "" : ".").append(key.data(), key.size());
        return outside;
    }

    void visit(const json::value& shown, const Values& values) {
        const Objects inner = objects_of(values);
        if (holds_fields(&shown)) {
            if (has_value(values)) {
                decide(kNone, values);  // a value that gave way to an object
            }
            walk_shown(shown.get_object(), inner);
            return;
        }
        if (any(inner)) {
            if (!shown.is_object()) {
                walk_cleared(inner);
            }
            if (shown.is_null() || shown.is_object()) {
                return;
            }
        }
        decide(shown, values);
    }

    /// The platform shows nothing in the place of an object: its fields have no value there.
    void walk_cleared(const Objects& around) {
        for (const json::object* side : {around.seen, around.sent, around.ours}) {
            if (side == nullptr) {
                continue;
            }
            for (const json::key_value_pair& member : *side) {
                const std::size_t outside = enter(member.key());
                const Values values = members_of(around, member.key());
                if (!decided(path_)) {
                    visit(kNone, values);
                }
                path_.resize(outside);
            }
        }
    }

    void visit_unshown(const json::value* shown, const Values& values) {
        const Objects inner = objects_of(values);
        if (inner.ours != nullptr || inner.sent != nullptr) {
            walk_unshown(within(shown), inner);
        }
        if (shown == nullptr && !equal_values(value_of(values.ours), value_of(values.sent))) {
            leave_unshown(value_of(values.ours));
        }
    }

    void leave_unshown(const json::value& ours) {
        const auto parked = merged.conflicts.find(path_);
        if (parked == merged.conflicts.end()) {
            merged.differs = true;
        } else if (equal_values(parked->second.remote, ours)) {
            merged.conflicts.erase(parked);
            merged.differs = true;
        } else {
            parked->second.local = leaf(hub_.data, path_);
        }
    }

    /// Whether the hub's fields are told apart there as they are here: then a change of one is none of the
    /// others.
    [[nodiscard]] bool stays_apart(const std::vector<std::string>& group) const {
        return std::ranges::all_of(group, [this](const std::string& field) {
            return equal_values(leaf(hub_.data, field), leaf(spoke_.ours, field));
        });
    }

    [[nodiscard]] static bool has_value(const Values& values) {
        return !value_of(values.seen).is_null() || !value_of(values.sent).is_null() ||
               !value_of(values.ours).is_null();
    }

    [[nodiscard]] bool decided(const std::string& field) const {
        return std::ranges::find(merged.agreed, field) != merged.agreed.end() ||
               merged.conflicts.contains(field);
    }

    void decide(const json::value& shown, const Values& values) {
        const json::value& seen = value_of(values.seen);
        const json::value& sent = value_of(values.sent);
        const json::value& ours = value_of(values.ours);
        const bool ours_changed = !equal_values(ours, sent);
        const auto place = place_in_doubt(spoke_.in_doubt, path_, shown, sent);
        if (!spoke_.open.empty() && settle_parked(shown, ours, place > 0)) {
            return;
        }
        if (place > 0) {
            merged.arrived.insert_or_assign(path_, place);
            merged.agreed.push_back(path_);
            merged.differs = merged.differs || !equal_values(shown, ours);
            return;
        }
        if (!is_news(shown, seen, sent, ours)) {
            merged.differs = merged.differs || ours_changed;
            return;
        }
        if (!ours_changed) {
            take(shown);
        } else if (equal_values(shown, ours)) {
            merged.agreed.push_back(path_);
        } else if (means_same(ours, shown)) {
            merged.agreed.push_back(path_);
            merged.respelt.push_back(path_);
        } else if (is_spelling_of(shown, sent)) {
            merged.differs = true;  // what we sent, as the platform spells it: no change against ours
        } else if (is_respelled(ours, sent) && is_a_platforms()) {
            take(shown);  // and the other way round
        } else {
            settle(shown, sent);
        }
    }

    /// Whether the platform changed the field.
    [[nodiscard]] bool is_news(
        const json::value& shown, const json::value& seen, const json::value& sent, const json::value& ours
    ) const {
        if (equal_values(shown, seen)) {
            return set_back_ && !is_spelling_of(shown, sent);
        }
        if (!equal_values(shown, sent)) {
            return !(just_pushed_ && is_spelling_of(shown, sent));
        }
        // A field that is only ever read was not sent as empty: it was cleared.
        return shown.is_null() && ours.is_null() && !leaf(hub_.data, path_).is_null();
    }

    [[nodiscard]] bool means_same(const json::value& ours, const json::value& shown) const {
        return spoke_.means_same && spoke_.means_same(path_, ours, shown);
    }

    /// Whether the platform shows what it was sent, in its own spelling.
    [[nodiscard]] bool is_spelling_of(const json::value& shown, const json::value& sent) const {
        return is_respelled(shown, sent) || means_same(sent, shown);
    }

    /// Whether the hub's value comes from a platform.
    [[nodiscard]] bool is_a_platforms() const {
        const auto stamp = hub_.stamps.find(path_);
        return stamp != hub_.stamps.end() && !stamp->second.by.empty();
    }

    /// A conflict that waits for a person. Returns whether the field is one. `in_doubt`: the platform may
    /// show what we sent it before.
    bool settle_parked(const json::value& shown, const json::value& ours, bool in_doubt) {
        const auto parked = merged.conflicts.find(path_);
        if (parked == merged.conflicts.end()) {
            return false;
        }
        const json::value& local = leaf(hub_.data, path_);
        if (in_doubt) {
            parked->second.local = local;  // its own value is no other for that
        } else if (equal_values(shown, ours) || equal_values(shown, local)) {
            merged.conflicts.erase(parked);
            merged.agreed.push_back(path_);
        } else {
            parked->second.local = local;
            parked->second.remote = shown;
        }
        return true;
    }

    /// Both sides changed the field, and differ.
    void settle(const json::value& shown, const json::value& sent) {
        switch (spoke_.rule(path_)) {
            case config::ConflictRule::platform_wins:
                take(shown);
                return;
            case config::ConflictRule::newest_wins:
                if (is_newer()) {
                    take(shown);
                    return;
                }
                break;
            case config::ConflictRule::local_wins:
                break;
            case config::ConflictRule::manual:
                merged.conflicts.insert_or_assign(
                    path_, Conflict{.base = sent, .local = leaf(hub_.data, path_), .remote = shown}
                );
                return;
        }
        merged.agreed.push_back(path_);
        merged.differs = true;
    }

    /// Whether the platform's change is newer than the hub's.
    [[nodiscard]] bool is_newer() const {
        const Moment here = spoke_.changed_at.value_or(spoke_.heard_at);
        const auto stamp = hub_.stamps.find(path_);
        const bool stamped = stamp != hub_.stamps.end();
        const Moment there = stamped ? stamp->second.at : hub_.updated_at;
        if (here != there) {
            return here > there;
        }
        // Any order will do that is the same wherever the two meet.
        return !stamped || stamp->second.by == spoke_.integration || spoke_.integration > stamp->second.by;
    }

    void take(const json::value& shown) {
        merged.agreed.push_back(path_);
        const json::value& before = leaf(hub_.data, path_);
        if (equal_values(before, shown)) {
            return;
        }
        put_leaf(merged.data, path_, shown);
        merged.changed.push_back(path_);
        Stamp stamp;
        stamp.at = spoke_.changed_at.value_or(spoke_.heard_at);
        stamp.heard_at = spoke_.heard_at;
        stamp.by = spoke_.integration;
        stamp.rule = spoke_.rule(path_);
        stamp.was = before;
        const auto last = hub_.stamps.find(path_);
        // Also where it is acknowledged by now: a report from before may still wait.
        if (last != hub_.stamps.end()) {
            stamp.was = last->second.was;
            stamp.earlier = last->second.earlier;
            add_published(stamp, last->second.position, before);
        }
        merged.stamps.insert_or_assign(path_, std::move(stamp));
    }

    const Hub& hub_;
    const Spoke& spoke_;
    bool set_back_ = false;     // the record changed long after our write
    bool just_pushed_ = false;  // it has not, as far as the clocks tell
    std::string path_;
};

}  // namespace

Merged merge(const Hub& hub, const Spoke& spoke) {
    Merging merging(hub, spoke);
    const Objects sides{&spoke.seen, &spoke.sent, &spoke.ours};
    merging.walk_shown(spoke.shown, sides);
    merging.walk_unshown(&spoke.shown, sides);
    merging.take_together();
    lay_over(merging.merged.seen, spoke.shown);
    return std::move(merging.merged);
}

bool needs_fresh_read(const Spoke& spoke, const Merged& merged) {
    if (!spoke.changed_at) {
        return false;
    }
    const bool is_before_our_write = spoke.pushed_at && *spoke.changed_at <= *spoke.pushed_at + kWriteTakes;
    // Many clocks tell seconds only.
    const bool is_no_later = spoke.seen_at && *spoke.changed_at <= *spoke.seen_at;
    if (!is_before_our_write && !is_no_later) {
        return false;
    }
    return !merged.agreed.empty() || merged.conflicts.size() != spoke.open.size();
}

}  // namespace navette::sync
