// Reading the queue as an integration's owner does: fresh jobs from where the last read ended, deferred ones
// when they are due, and all that one record has waiting. Nothing is claimed.
#pragma once

#include "daemon/store/connection.hpp"
#include "daemon/store/job.hpp"
#include "daemon/store/leases.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace navette::store {

/// The integrations with jobs that are due, whoever owns them. Cost follows their number, not the number of
/// jobs.
boost::asio::awaitable<core::Result<std::vector<std::string>>> integrations_with_work(Connection& connection);

/// From where a priority class is read.
struct ClassFloor {
    int priority = 5;
    std::int64_t after_id = 0;
};

/// Where a deferred job stands among those that are due; by default before all of them.
struct DuePlace {
    std::string run_at = "-infinity";  // as PostgreSQL writes it
    std::int64_t id = 0;
};

struct QueueQuestion {
    IntegrationKey key;
    std::vector<ClassFloor> classes;      // in the order in which they are served
    std::vector<std::int64_t> leave_out;  // jobs in hand
    bool again = true;                    // the classes are read from before what is in hand
    int limit = 0;                        // fresh and deferred ones each
    std::optional<DuePlace> deferred_after =
        DuePlace();  // deferred jobs from here on; nothing: not asked for
};

struct QueueAnswer {
    std::vector<Job> fresh;                             // by class, then age
    std::vector<Job> deferred;                          // due ones by run_at
    std::optional<DuePlace> more_deferred;              // where the next page of them begins, if this is full
    std::optional<std::chrono::milliseconds> next_due;  // when the next deferred job becomes due, if any
};

/// Reads jobs that are due. A fresh job with `blocked` set has an older pending job of the same record.
boost::asio::awaitable<core::Result<QueueAnswer>> read_queue(Connection& connection, QueueQuestion question);

/// One record's place in the queue.
struct RecordPlace {
    std::string entity_type;
    std::string entity_id;
    std::int64_t after_id = 0;  // only jobs younger than this one
};

/// The pending jobs of each record by age, at most `limit` for each; also those that are not due or wait for
/// a parent (Job::ready tells). The jobs of one record stand together.
boost::asio::awaitable<core::Result<std::vector<Job>>> read_records(
    Connection& connection, IntegrationKey key, std::vector<RecordPlace> records, int limit
);

/// The data of these jobs as JSON texts, by id. A job that left the queue has none.
boost::asio::awaitable<core::Result<std::unordered_map<std::int64_t, std::string>>> read_data(
    Connection& connection, IntegrationKey key, const std::vector<std::int64_t>& ids
);

/// Takes the jobs of one record out of read_records()'s answer, which names the records in the order asked;
/// `at` is where they begin, and then where the next record's do. Empty where the record has none.
[[nodiscard]] std::vector<Job> next_of_record(
    std::vector<Job>& jobs, std::size_t& at, const std::string& entity_type, const std::string& entity_id
);

/// A record whose link (or dead letter) is asked for.
struct RecordName {
    RecordName(std::string object_name, std::string id)
        : object(std::move(object_name)), entity_id(std::move(id)) {}

    std::string object;
    std::string entity_id;
};
struct RecordState {
    std::string remote_id;  // empty: not linked
    std::string pushed_hash;
    std::int64_t job_id = 0;                 // the job that carried it over last
    std::optional<std::string> dead_letter;  // the reason of the record's own dead letter, if it has one
};

/// The state of each named record, in the same order.
boost::asio::awaitable<core::Result<std::vector<RecordState>>> look_up_records(
    Connection& connection, IntegrationKey key, std::vector<RecordName> records
);

}  // namespace navette::store
