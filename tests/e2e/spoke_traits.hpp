// What the two-way tests have to know of each platform: how it is connected, and how its people are read.
#pragma once

#include "tests/standin/site_in_process.hpp"

#include <boost/json/object.hpp>

#include <functional>
#include <map>
#include <string>

namespace navette::test {

struct SpokeTraits {
    std::string site{};            // the kind of stand-in, where it is not named as the platform is
    standin::SiteOptions options;  // of the stand-in
    std::string object;            // of people, in the connector's manifest
    std::string kind;              // what the stand-in counts them as
    std::string overrides;         // connectors.d/<slug>.yaml: limits and waits that suit a test
    /// Of the integration, for a stand-in at that address.
    std::function<std::map<std::string, std::string>(const std::string& url)> settings;
    std::map<std::string, std::string> secrets;
    std::string webhook_secret;                 // among them, by which webhooks are believed
    std::map<std::string, std::string> fields;  // local name -> the platform's
    /// Whether a pull tells that a record was deleted; else that takes a webhook or a comparison.
    bool pull_finds_deletes = true;
    /// What somebody does there, where it is not asked of the stand-in: SpokePlatform's wish, answered with
    /// the record's id. Throws where the platform refuses.
    std::function<boost::json::value(const boost::json::object& wish)> change{};
    /// All live people by id, in the platform's own names, asked for by its API.
    std::function<std::map<std::string, boost::json::object>(standin::SiteInProcess&)> read;
};

/// Throws std::invalid_argument for a platform that no test needs yet.
const SpokeTraits& spoke_traits(const std::string& slug);

}  // namespace navette::test
