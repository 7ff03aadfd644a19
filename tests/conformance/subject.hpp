// What the conformance suite has to know of one platform to try its connector on its stand-in.
#pragma once

#include "tests/standin/site_in_process.hpp"

#include <boost/json/object.hpp>

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace navette::conformance {

/// What a user of the platform changes there in one field.
struct Edit {
    std::string local;         // the field's path in the record
    boost::json::value value;  // what it comes to in the record
    /// For the stand-in's control `change`, in the platform's own names; empty: only a push is tried.
    boost::json::object fields;
};

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
    /// Edits that are told back; each of another field.
    std::vector<Edit> edits = {};
    /// The local paths that are written and not read back, and why that is so stands in the connector's
    /// README.
    std::vector<std::string> one_way = {};
    /// The local paths that are read back and that record(n) has no value for.
    std::vector<std::string> unshown = {};
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
