// Records on their way to and from a platform.
#pragma once

#include <navette/sdk/task.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace navette::sdk {

enum class Action { upsert, create, update, remove };

/// One record to be written. Fields are already mapped to the platform's names by the manifest's field
/// mapping.
struct Operation {
    std::int64_t job_id = 0;
    Action action = Action::upsert;
    std::string object;     // the manifest's object name: "order", "customer", ...
    std::string entity_id;  // the application's id of the record
    /// Our own key of the record, the same at each attempt and in each daemon: `[A-Za-z0-9._-]`, at most 48
    /// characters.
    std::string key;
    std::string remote_id;  // the linked remote record, empty where none is known
    json::object fields;
    /// Remote ids of the parents that the manifest's depends_on names, by its `as` name.
    std::map<std::string, std::string> references;
    /// An earlier attempt may have had its effect although no answer came: look before you create.
    bool maybe_applied = false;
    int attempt = 1;
};

/// One record as the platform holds it.
struct RemoteRecord {
    std::string remote_id;
    std::string version;                 // the platform's change mark, empty where it has none
    std::optional<Instant> modified_at;  // by the platform's clock
    bool deleted = false;
    json::object fields;  // the platform's own names
};

/// `cursor` is the connector's own; null asks for everything from the beginning.
struct PullRequest {
    std::string object;
    json::value cursor;
    int limit = 100;
};

/// A page of changes, oldest first. The cursor is stored after the page's records are durable.
struct PullPage {
    std::vector<RemoteRecord> records;
    json::value cursor;
    bool more = false;
};

/// "upsert", "create", "update", "delete": the names of sync_queue.operation.
inline std::string_view to_string(Action action) {
    switch (action) {
        case Action::upsert:
            return "upsert";
        case Action::create:
            return "create";
        case Action::update:
            return "update";
        case Action::remove:
            return "delete";
    }
    return "unknown";
}

}  // namespace navette::sdk
