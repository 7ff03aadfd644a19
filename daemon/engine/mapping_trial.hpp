// A record through a mapping and back again, told field by field: nothing is sent. Pure.
#pragma once

#include "daemon/config/manifest.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <span>
#include <string>
#include <vector>

namespace navette::engine {

enum class TrialWay { to_platform, from_platform };

struct MappingTrial {
    struct Failure {
        bool on_the_way_back = false;
        std::string field;  // "lines[0].vat_rate"; empty where no field is to blame
        std::string sentence;
    };
    /// A field that does not come back.
    struct Lost {
        std::string field;
        std::string why;
    };
    /// A field that comes back as something else.
    struct Changed {
        std::string field;
        boost::json::value before;
        boost::json::value after;
    };

    TrialWay way = TrialWay::to_platform;
    boost::json::object before;
    boost::json::object mapped;  // what could be mapped, where there are failures
    boost::json::object after;   // `mapped`, mapped back
    std::vector<Failure> failures;
    std::vector<Lost> lost;
    std::vector<Changed> changed;
};

/// `rules` must compile. `record`: the application's, or the platform's where the way is from_platform.
[[nodiscard]] MappingTrial try_mapping(
    std::span<const config::MappingRule> rules, TrialWay way, boost::json::object record
);

/// {direction, before, mapped, after, failures: [{step: "there" or "back", field, sentence}], lost: [{field,
/// why}], changed: [{field, before, after}]}
[[nodiscard]] boost::json::object to_json(const MappingTrial& trial);

}  // namespace navette::engine
