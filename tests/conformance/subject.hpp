// What the conformance suite has to know of one platform to try its connector on its stand-in.
#pragma once

#include "tests/standin/site_in_process.hpp"

#include <boost/json/object.hpp>

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace navette::conformance {

/// One object of the manifest.
struct ObjectCase {
    std::string object;
    std::string kind;  // what the stand-in counts its creates as (Effects)
    /// The n-th record as the application holds it, before any mapping: all of them differ in their natural
    /// keys. It fills every local path of the manifest's mapping.
    std::function<boost::json::object(int n)> record;
    /// The same record later; equal to record(n) in its natural keys. None: the object is only ever created.
    std::function<boost::json::object(int n)> changed;
    /// The remote ids of the parents by the manifest's `as` names, made on the stand-in first; none: no
    /// parents are needed.
    std::function<std::map<std::string, std::string>(standin::SiteInProcess&)> references;
    bool pulled = true;  // the connector pulls this object
    /// Makes a mapped record such that the platform refuses it alone. Needed where the manifest's `batch` is
    /// above 1.
    std::function<void(boost::json::object& fields)> spoil = {};
};

struct Subject {
    std::string slug;
    standin::SiteOptions options;  // of the stand-in
    /// The integration's settings for a stand-in at that address ("http://127.0.0.1:PORT").
    std::function<boost::json::object(const std::string& url)> settings;
    std::map<std::string, std::string> secrets;        // which the stand-in accepts
    std::map<std::string, std::string> wrong_secrets;  // which it refuses
    std::string webhook_secret;                        // among the secrets, by which webhooks are verified
    std::vector<ObjectCase> objects;
};

/// All connectors' subjects: one function for each, in <slug>_subject.cpp.
Subject dolibarr_subject();
Subject hubspot_subject();
Subject pipedrive_subject();
Subject salesforce_subject();
Subject shopify_subject();
Subject woocommerce_subject();
Subject zendesk_subject();

}  // namespace navette::conformance
