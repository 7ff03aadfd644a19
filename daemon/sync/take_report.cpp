// What the application tells, taken into the hub.
#include "daemon/sync/three_way.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace navette::sync {
namespace {

namespace json = boost::json;

const json::value kNone;

bool holds_fields(const json::value& value) {
    return value.is_object() && !value.get_object().empty();
}

/// Walks report and hub side by side; `path` names the place.
class Taking {
  public:
    Taking(const Hub& hub, Moment told_at) : hub_(hub), told_at_(told_at) {
        told.data = hub.data;
        told.stamps = hub.stamps;
    }

    void take(const json::object& report, json::object& data) {
        for (const json::key_value_pair& member : report) {
            const std::size_t around = path_.size();
            path_.append(around == 0 ? "" : ".").append(member.key().data(), member.key().size());
            take_member(member.key(), member.value(), data);
            path_.resize(around);
        }
    }

    Told told;

  private:
    void take_member(json::string_view key, const json::value& value, json::object& data) {
        json::value* held = data.if_contains(key);
        const bool within = held != nullptr && holds_fields(*held);
        if (within && value.is_null()) {
            clear(held->get_object());
        } else if (within && value.is_object()) {
            take(value.get_object(), held->get_object());
        } else if (holds_fields(value) && (held == nullptr || held->is_null() || held->is_object())) {
            json::object fresh;
            take(value.get_object(), fresh);
            if (!fresh.empty()) {
                data[key] = std::move(fresh);
            }
        } else {
            take_field(key, value, data);
        }
    }

    /// All fields of an object are told to have no value. They keep a null each: what is absent is not sent.
    void clear(json::object& data) {
        for (json::key_value_pair& member : data) {
            const std::size_t around = path_.size();
            path_.append(".").append(member.key().data(), member.key().size());
            if (holds_fields(member.value())) {
                clear(member.value().get_object());
            } else {
                take_field(member.key(), kNone, data);
            }
            path_.resize(around);
        }
    }

    void take_field(json::string_view key, const json::value& value, json::object& data) {
        json::value* found = data.if_contains(key);
        const json::value& held = found == nullptr ? kNone : *found;
        const auto stamp = told.stamps.find(path_);
        const bool unknown = stamp != told.stamps.end() && !was_known(stamp->second);
        const bool is_old = unknown && may_have_been(stamp->second, value);
        if (equal_values(value, held)) {
            if (unknown && !is_old) {
                accept(stamp->second, value);
            }
            return;
        }
        if (is_old) {
            return;  // it does not know the platform's value yet
        }
        // How a platform spells what the application told is no change that stands against it.
        if (unknown && !wins(stamp->second) && !is_respelled(held, stamp->second.was)) {
            // Told once more, this is no new change.
            add_published(stamp->second, std::exchange(stamp->second.position, std::nullopt), held);
            set_was(stamp->second, value);
            told.retold.push_back(path_);
        } else {
            if (unknown) {
                overrule(stamp->second, value, held);
            } else if (stamp != told.stamps.end()) {
                told.stamps.erase(stamp);
            }
            // operator[] may move the members, which clear() walks.
            (found == nullptr ? data[key] : *found) = value;
        }
        told.changed = true;
    }

    /// Whether the application knew the platform's value when it told its own.
    [[nodiscard]] bool was_known(const Stamp& stamp) const {
        return is_known(stamp, hub_) && told_at_ > stamp.heard_at;
    }

    /// Whether the application has the value from before, as it told it or as it took it from the feed.
    [[nodiscard]] bool may_have_been(const Stamp& stamp, const json::value& value) const {
        const auto first = std::ranges::find_if(stamp.earlier, [this](const Published& published) {
            return published.position > hub_.acknowledged;
        });
        const json::value& known = first == stamp.earlier.begin() ? stamp.was : std::prev(first)->value;
        return equal_values(value, known) ||
               std::any_of(first, stamp.earlier.end(), [&value](const Published& published) {
                   return equal_values(value, published.value);
               });
    }

    /// Whether the application's value stands against one that a platform set without its knowing.
    [[nodiscard]] bool wins(const Stamp& stamp) const {
        switch (stamp.rule) {
            case config::ConflictRule::platform_wins:
                return false;
            case config::ConflictRule::newest_wins:
                return told_at_ > stamp.at;
            default:
                return true;
        }
    }

    /// The application wins over what it may still take in from the feed, and tell as if it were its own.
    void overrule(Stamp& stamp, const json::value& value, const json::value& held) {
        Stamp own;
        own.at = told_at_;
        own.rule = config::ConflictRule::local_wins;
        own.heard_at = told_at_;
        own.earlier = std::move(stamp.earlier);
        add_published(own, stamp.position, held);
        set_was(own, value);
        stamp = std::move(own);
        told.retold.push_back(path_);
    }

    /// What the application has from now on, until it takes in more.
    void set_was(Stamp& stamp, const json::value& value) const {
        stamp.was = value;
        std::erase_if(stamp.earlier, [this](const Published& published) {
            return published.position <= hub_.acknowledged;
        });
    }

    /// It has the platform's value, from the feed or by its own doing: what it tells from now on stands. If
    /// the latter, it takes in what the feed told yet.
    void accept(Stamp& stamp, const json::value& value) {
        stamp.rule = config::ConflictRule::local_wins;
        set_was(stamp, value);
        told.changed = true;
    }

    const Hub& hub_;
    Moment told_at_;
    std::string path_;
};

}  // namespace

void add_published(Stamp& stamp, std::optional<std::int64_t> position, json::value value) {
    constexpr std::size_t kMost = 16;
    if (position) {
        stamp.earlier.push_back({.position = *position, .value = std::move(value)});
    }
    if (stamp.earlier.size() > kMost) {
        stamp.earlier.erase(stamp.earlier.begin());
    }
}

bool is_known(const Stamp& stamp, const Hub& hub) {
    return stamp.position && *stamp.position <= hub.acknowledged;
}

Told take_report(const Hub& hub, const json::object& report, Moment told_at) {
    Taking taking(hub, told_at);
    taking.take(report, taking.told.data);
    return std::move(taking.told);
}

}  // namespace navette::sync
