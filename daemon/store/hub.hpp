// The hub record of a two-way object and its links: what a merge is made with, and what it writes.
#pragma once

#include "daemon/store/connection.hpp"
#include "daemon/store/leases.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace navette::store {

/// The hub as it stands; JSON texts.
struct HubRow {
    std::int64_t version = 0;  // 0: there is none
    std::string data{"{}"};
    std::string stamps{"{}"};
    bool deleted = false;
    std::chrono::milliseconds updated_at{0};  // since 1970
    std::int64_t acknowledged = 0;            // of the tenant's feed, when the job told it
    std::int64_t told_job = 0;                // the youngest job whose report was taken in
};

/// A link as it stands; JSON texts.
struct LinkRow {
    std::int64_t revision = -1;  // -1: there is none
    std::string entity_id;
    std::string entity_type;  // empty: not noted
    std::string remote_id;
    std::int64_t job_id = 0;
    std::string snapshot{"{}"};
    std::string seen{"{}"};
    std::string conflicts{"{}"};
    std::string references_hash;
    std::optional<std::chrono::milliseconds> remote_changed_at;  // since 1970
    std::optional<std::chrono::milliseconds> synced_at;          // since 1970; none: never pushed
    bool gone = false;
    /// What pushes sent that were not answered, [{fields}], oldest first, in the platform's names: any of
    /// them may stand there. Also where there is no link yet.
    std::string in_doubt{"[]"};
    std::string sent_as;  // the id by which the first of them went; empty: nothing is in doubt
};

/// A record of the application on its way to a platform.
struct HubName {
    std::string object;
    std::string entity_type;
    std::string entity_id;
    std::int64_t job_id = 0;  // that tells it
    std::string keys{"[]"};   // its natural keys, [{name, value}]
};
struct HubState {
    HubRow hub;
    LinkRow link;
    std::chrono::milliseconds told_at{0};  // when the job was made, since 1970
    /// The one record with such a key that a platform brought and no application adopted; empty: none.
    std::string adoptable;
    bool compared = false;  // a comparison of the integration may be applied
    /// There is no link yet, and an older job of the record is pending: by the id that it had when that job
    /// was read, before it was adopted.
    bool is_second = false;
    bool is_renamed = false;  // the record was adopted since the job was read, which goes by another id now
};
/// Hub and link of each record, in the same order.
boost::asio::awaitable<core::Result<std::vector<HubState>>> load_hubs(
    Connection& connection, IntegrationKey key, std::vector<HubName> names
);

/// A hub record that took in what the application told. JSON texts.
struct HubWrite {
    std::string entity_type;
    std::string entity_id;
    std::int64_t expected = 0;  // version; 0: there is none
    std::string data;
    std::string stamps;
    std::string keys;  // [{name, value}]
    /// Fields that both sides changed without knowing of the other: a further entry of the feed tells what
    /// they are now. A JSON list.
    std::string retold{"[]"};
    std::string retold_from;   // the integration that changed them
    std::int64_t told_by = 0;  // the job; 0: none of the application's
    bool gone = false;         // the application deletes it: the fields stay as they are
    std::string adopted;  // a platform's record that is the same: only that is done, read again; empty: none
};
/// Writes them in one transaction; true for each that was still what it was merged with, and adopts none.
boost::asio::awaitable<core::Result<std::vector<bool>>> write_hubs(
    Connection& connection, std::string tenant_id, std::vector<HubWrite> writes
);

/// A platform's record, with the natural keys under which a hub record may be known.
struct RemoteName {
    std::string object;
    std::vector<std::string>
        entity_types;  // that the object stands for; the first where nothing tells another
    std::string remote_id;
    std::string keys{"[]"};                             // [{name, value}]
    std::int64_t job_id = 0;                            // that tells of it
    std::optional<std::chrono::milliseconds> read_ago;  // none: it is as old as the job
};
struct RemoteState {
    HubRow hub;
    LinkRow link;
    std::string entity_type;
    std::string entity_id;   // of the link, else of the one record with such a key, else empty
    bool ambiguous = false;  // several records have such a key
    /// A push is under way that may be the record's own: of its hub record, or, where that is not known, any
    /// that began before the job was made, or whose effect is in doubt.
    bool pushing = false;
    bool pushed_since = false;  // a push ended after the record was read
    bool was_deleted = false;   // there is no link, and the record was last known to be deleted there
};
/// What is known of each remote record, in the same order. A record that is found by its keys has no link of
/// this integration and object yet.
boost::asio::awaitable<core::Result<std::vector<RemoteState>>> load_remotes(
    Connection& connection, IntegrationKey key, std::vector<RemoteName> names
);

}  // namespace navette::store
