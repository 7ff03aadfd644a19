// A job that brings something from a platform: what it tells, and what is still to be fetched. Pure.
#pragma once

#include "daemon/config/manifest.hpp"
#include "daemon/store/job.hpp"

#include <navette/sdk/outcome.hpp>
#include <navette/sdk/record.hpp>

#include <boost/json/object.hpp>

#include <expected>
#include <string>

namespace navette::engine {

/// A change on the platform, as a webhook told of it.
struct Inbound {
    std::string object;  // the manifest's name
    std::string remote_id;
    bool deleted = false;
    bool thin = false;      // the fields are a hint at best
    bool is_fresh = false;  // the record was fetched for it, or cannot be
    /// A push was answered that there is no such record. Where it is there all the same, nothing is sent back
    /// because of it: that push would be answered alike.
    bool push_found_none = false;
    std::string occurred_at;  // ISO 8601 in UTC; empty: not told
    std::string hash;         // of the record as it was fetched; empty: it was not
    std::string changed_at;   // when the platform says that it last changed; as occurred_at
    boost::json::object fields;
};

/// What the job's data says; a rejection where it is not what the intake writes.
[[nodiscard]] std::expected<Inbound, sdk::Outcome> read_inbound(const store::Job& job);

/// Whether the record must be fetched before the change can be applied.
[[nodiscard]] bool must_be_fetched(const Inbound& inbound, const config::Manifest& manifest);

/// Stands for the hash of a record that is gone.
inline constexpr const char* kDeletedHash = "deleted";

/// Takes over what was fetched; `gone` is a deletion. Returns what the job comes to.
[[nodiscard]] sdk::Outcome take_fetched(
    Inbound& inbound, std::expected<sdk::RemoteRecord, sdk::Outcome> fetched
);

/// The change as navette.receive_change takes it; and as JSON text.
[[nodiscard]] boost::json::object change_object(const Inbound& inbound);
[[nodiscard]] std::string change_json(const Inbound& inbound);

}  // namespace navette::engine
