// The statements of a page, each group in a file of its own. Each adds its calls where the page has something
// for it; write_page() says in which order.
#pragma once

#include "daemon/store/connection.hpp"
#include "daemon/store/queue.hpp"

#include <string>
#include <vector>

namespace navette::store {

/// Jobs that are over leave the queue, their links are written (queue_finishing.cpp).
void add_finished(std::vector<Call>& calls, const std::string& node_id, const JournalPage& page);

/// Jobs whose record has gone on meanwhile are followed by another (queue_finishing.cpp).
void add_repeats(std::vector<Call>& calls, const std::string& node_id, const JournalPage& page);

/// Changes that came from platforms take effect as their jobs leave (queue_receiving.cpp).
void add_received(std::vector<Call>& calls, const std::string& node_id, const JournalPage& page);

/// Jobs that stay: retries, dead letters, merged data (queue_keeping.cpp).
void add_kept(std::vector<Call>& calls, const std::string& node_id, const JournalPage& page);

/// Who waited for a job that is over looks again (queue_parents.cpp).
void add_releases(std::vector<Call>& calls, const std::string& node_id, const JournalPage& page);

/// Jobs that wait for their parents, which are brought along (queue_parents.cpp).
void add_parked(std::vector<Call>& calls, const std::string& node_id, const JournalPage& page);

/// Batches that are over leave in_flight (queue_starting.cpp).
void add_ended(std::vector<Call>& calls, const std::string& node_id, const JournalPage& page);

/// Batches that are about to run enter in_flight (queue_starting.cpp).
void add_starts(std::vector<Call>& calls, const std::string& node_id, const JournalPage& page);

/// What the call of add_starts() answered.
[[nodiscard]] std::vector<Started> started_of(const Rows& answer, const JournalPage& page);

}  // namespace navette::store
