// A connector's manifest: what the daemon must know of a platform without running the connector's code. The
// file <slug>.yaml stands beside the library; a file of the same name in connectors.d overrides any part of
// it.
#pragma once

#include "daemon/config/auth_spec.hpp"
#include "daemon/config/problem.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <chrono>
#include <expected>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace navette::config {

/// One key that an administrator fills in for an integration.
struct ConfigField {
    enum class Type { string, url, integer, boolean, secret, map };

    std::string name;
    Type type = Type::string;
    bool required = false;
    std::string label;
    std::string description;
    boost::json::value fallback;  // the default; null where there is none
};

/// One limit of the platform: so many `requests` or so many `points`. All limits hold at once.
struct LimitWindow {
    int requests = 0;
    std::chrono::milliseconds per{0};  // the window's span; zero where `restore` says it
    int points = 0;
    int restore = 0;            // points that come back each second
    bool calendar_day = false;  // `per: day`: renewed at midnight of `zone`
    std::string zone{"UTC"};
    std::string route;   // the requests it counts, such as "POST /search"; "*" for any characters; empty: all
    double reserve = 0;  // the share, 0 to 0.9, that background work leaves to live work
    Location where;
};

/// The headers in which the platform's answers tell its own count of one limit.
struct LimitHeaders {
    std::string remaining;
    std::string limit;
    std::string reset_after;                       // seconds, or seconds since 1970
    std::optional<std::chrono::milliseconds> per;  // names the limit; a calendar day is 24 hours
};

struct RetryPolicy {
    int max_retries = 3;
    std::chrono::milliseconds base{1'000};
    std::chrono::milliseconds cap{300'000};
};

/// One step of a mapping rule, such as {lookup: {...}}; its argument is checked when the mapping is compiled.
struct TransformSpec {
    Location where;
    std::string name;
    boost::json::value argument;  // null where the transform takes none
};

enum class MappingDirection { both, to_platform, from_platform };

/// {local path, remote path, direction, transforms}. With `each`, both paths name arrays and the inner rules
/// map their items.
struct MappingRule {
    Location where;
    std::string local;   // dotted path into the record; may be empty where a transform supplies the value
                         // (constant, template)
    std::string remote;  // dotted path into the platform's object
    MappingDirection direction = MappingDirection::to_platform;
    bool required = false;  // a record without the value is rejected, naming the local path
    std::vector<TransformSpec> transforms;
    std::vector<MappingRule> each;
};

/// A parent that must be on the platform before its child.
struct Dependency {
    std::string object;  // the parent's object name in this manifest
    std::string id;      // dotted path in the child's record that holds the parent's entity id
    std::string
        record;  // dotted path of the parent's record inside the child's, to be brought along; may be empty
    std::string reference;  // `as`: the name under which the connector finds the parent's remote id
    bool required = true;   // false: a child that names no parent goes alone
};

struct ObjectSpec {
    Location where;
    std::string name;    // "order"
    std::string remote;  // what the platform calls it, for people: "orders"
    std::vector<std::string> actions{"upsert"};
    std::vector<std::string> natural_keys;
    /// Local or remote paths that a push sends even where the platform holds them already: it names a part of
    /// the record by them (the variant of a product).
    std::vector<std::string> always_send;
    int batch = 1;
    /// Largest batch of background work, where the connector has a way for many at once (a bulk job); 0: as
    /// live work.
    int bulk = 0;
    /// Records that a pull asks for at a time: what the platform gives at once, as far as it fits into
    /// memory.
    int page = 100;
    int concurrency = 1;  // calls of this object in flight for one integration
    /// How long the platform may go on with a request whose client is gone. Where nothing unique guards a
    /// create, one that may have been applied is looked for no sooner than this after it was lost.
    std::chrono::milliseconds settle{0};
    bool every_event = false;  // true: each event counts (a call, a note); false: the latest state wins
    /// `links: none`: what is sent has no identity there (a message, a ping); no link is looked up or kept.
    bool linked = true;
    /// What the application calls such records; default: the object's own name. A record that a platform
    /// brings becomes one of these.
    std::string entity;
    /// The remote fields that archive a record (`status: ARCHIVED`), for the delete rule `archive`; empty:
    /// the platform cannot.
    boost::json::object archive;
    std::vector<Dependency> depends_on;
    std::vector<MappingRule> mapping;
};

/// What an application's event type means on this platform. A type may end in ".*".
struct EventRule {
    std::string event_type;
    std::string object;
    std::string action{"upsert"};
};

struct EventMeaning {
    const ObjectSpec& object;
    std::string_view action;
};

/// How the platform's webhooks are recognised.
struct WebhookSpec {
    /// Config fields of type secret that signatures are checked with; each may hold several secrets separated
    /// by white space, all of them valid, so that one can be replaced without a gap.
    std::vector<std::string> secrets;
    /// The config field that names the remote account as WebhookEvent::account does: finds the integration
    /// where the webhook's address names none. Empty: such webhooks need an address with the integration's
    /// id.
    std::string account;
    /// How long after a webhook that only hints the record is looked for, where the platform sends it before
    /// its own commit.
    std::chrono::milliseconds fetch_after{0};
};

/// When an integration whose attempts all fail is switched off (held as `error`, its jobs kept) until a
/// person makes it active again. Where a manifest has such a rule, held integrations are not tried by
/// themselves.
struct DisableRule {
    std::string after;  // the config field that says how long nothing may have succeeded, such as "5d"
    int attempts = 20;  // and how many must have failed
};

struct Manifest {
    std::filesystem::path file;
    std::string slug;
    std::string name;
    std::string category;
    std::string description;
    std::string base_url;  // template over config fields: "${base_url}"
    /// Other servers that a connector may reach (HttpRequest::at): host names, "*." for any label in front.
    std::vector<std::string> hosts;
    std::vector<std::string> account;  // config fields that together identify the remote account, for limits
    std::vector<AuthSpec> auth;        // alternatives, see choose_auth(); empty: none is needed
    WebhookSpec webhooks;
    std::vector<ConfigField> config;
    std::vector<std::string> capabilities;
    std::vector<LimitWindow> limits;
    std::vector<LimitHeaders> limit_headers;
    /// Words at which a text of an answer ends in the logs: from there the platform quotes its own database.
    std::vector<std::string> logged_until;
    int concurrency = 4;  // calls in flight for one account
    RetryPolicy retry;
    std::optional<DisableRule> disable;
    std::chrono::milliseconds timeout{30'000};
    std::vector<ObjectSpec> objects;
    std::vector<EventRule> events;

    [[nodiscard]] const ObjectSpec* object(std::string_view object_name) const;
    [[nodiscard]] const ConfigField* field(std::string_view field_name) const;

    /// What an event type means: by its exact rule, else by the longest ".*" rule, else by an object of the
    /// entity type's own name. Both parts are the manifest's.
    [[nodiscard]] std::optional<EventMeaning> event(std::string_view event_type, std::string_view entity_type)
        const;
};

/// Reads a manifest and merges the override file over it where that exists: mappings of keys merge key by
/// key, scalars and lists replace. Returns all mistakes of both files with their own file:line. Checks that
/// objects, dependencies and events name each other correctly.
[[nodiscard]] std::expected<Manifest, Problems> load_manifest(
    const std::filesystem::path& file, const std::optional<std::filesystem::path>& override_file
);

/// Checks an integration's public settings and the names of its secrets against the manifest's config fields
/// and fills in defaults. Each mistake is a sentence that names the field. `secret_names`: which secrets are
/// set.
[[nodiscard]] std::expected<boost::json::object, std::vector<std::string>> check_integration_config(
    const Manifest& manifest,
    const boost::json::object& settings,
    const std::vector<std::string>& secret_names
);

/// Replaces each "${name}" of a template by the setting or secret of that name; a missing one becomes empty.
[[nodiscard]] std::string expand_template(
    std::string_view text,
    const boost::json::object& settings,
    const std::map<std::string, std::string>& secrets
);

}  // namespace navette::config
