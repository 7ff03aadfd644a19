// What all parts of one Dolibarr stand-in share.
#pragma once

#include "tests/standin/dolibarr_clock.hpp"
#include "tests/standin/dolibarr_table.hpp"
#include "tests/standin/effects.hpp"
#include "tests/standin/locks.hpp"
#include "tests/standin/open_writes.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>

namespace navette::standin {

struct DolibarrSettings {
    std::string api_key;
    std::uint64_t seed = 1;
    std::chrono::milliseconds latency{0};           // how long each write's transaction stays open
    std::chrono::milliseconds wrong_key_delay{50};  // a real site takes 1 s
    bool admin = true;                              // whether the key's user may use /setup
    bool production = false;                        // API_PRODUCTION_MODE: no debug member
    // Dolibarr itself counts no requests; the web server before it may.
    std::size_t rate = 0;  // requests in `rate_span`; 0: any number
    std::chrono::milliseconds rate_span{1000};
};

struct Extrafield {
    std::string label;
    std::size_t size = 255;
    bool unique = false;
};

/// Something that Dolibarr's agenda notes by itself: ("ORDER_CREATE", "Order LU1 created", "commande", 5,
/// socid).
struct AutoEvent {
    std::string trigger;
    std::string label;
    std::string element;
    std::optional<std::int64_t> element_id;
    Value thirdparty;
    boost::json::object object;  // as a webhook shows it
};

struct DolibarrEnvironment {
    DolibarrEnvironment(DolibarrSettings site_settings, DolibarrClock site_clock, Effects& counted)
        : settings(std::move(site_settings)),
          clock(std::move(site_clock)),
          effects(counted),
          random(settings.seed) {}

    bool exists(const std::string& kind, std::int64_t id) const {
        return tables.at(kind)->find(id) != nullptr;
    }

    /// The extrafields of one element type ("commande") by name.
    const std::map<std::string, Extrafield>& extrafields_of(std::string_view element) {
        return extrafields[std::string(element)];
    }

    bool happens(double probability) { return std::uniform_real_distribution<>(0, 1)(random) < probability; }

    DolibarrSettings settings;
    DolibarrClock clock;
    Effects& effects;
    std::mt19937_64 random;
    Locks locks;
    OpenWrites open_writes;
    std::map<std::string, Table*> tables;                                  // by kind: "orders"
    std::map<std::string, std::map<std::string, Extrafield>> extrafields;  // by element type, then by name
    unsigned generation = 0;  // grows with each reset; a write that began before one is rolled back
};

}  // namespace navette::standin
