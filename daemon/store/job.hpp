// A row of the queue as its owner holds it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace navette::store {

/// Where a row lay when it was read. Any update moves it, so it finds a row fast or not at all.
struct RowPlace {
    std::uint32_t block = 0;
    std::uint16_t offset = 0;
};

struct Job {
    std::int64_t id = 0;
    RowPlace place;
    std::string event_type;
    std::string entity_type;
    std::string entity_id;
    std::string operation;
    std::string data;         // JSON text
    std::int64_t unread = 0;  // of large data, which were not read along: bytes in the table
    int priority = 5;
    int attempts = 0;  // made so far
    int deaths = 0;    // how often a daemon died with it in hand
    std::optional<int> max_retries;
    bool maybe_applied = false;
    bool inbound = false;
    bool deferred =
        false;  // has a time of its own: a retry, a replay, enqueued for later, released by a parent
    bool of_sync = false;    // navette's own: "push the hub"; its data are no report of the application's
    bool ordered = false;    // of_sync: a delete that a person asked for
    bool noticed = false;    // a delete that a source noticed: it goes by the integration's rule
    bool was_tried = false;  // an attempt was made before, or a person replays it
    bool blocked = false;    // fresh, with an older pending job of its record
    bool ready = true;       // due and waiting for no parent
    std::optional<std::chrono::seconds> waited;  // for a parent, so far
};

}  // namespace navette::store
