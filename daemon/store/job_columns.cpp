#include "daemon/store/job_columns.hpp"

#include <array>
#include <charconv>
#include <string_view>

namespace navette::store {

namespace {

constexpr std::string_view kUpsert = "upsert";

/// Reads "(12,3)".
RowPlace place_of(std::string_view text) {
    RowPlace place;
    const auto* end = text.data() + text.size();
    if (text.size() > 2) {
        const auto block = std::from_chars(text.data() + 1, end, place.block);
        if (block.ptr < end) {
            std::from_chars(block.ptr + 1, end, place.offset);
        }
    }
    return place;
}

void read_rare(std::string_view text, Job& job) {
    std::array<std::int64_t, 11> values{};
    const auto* at = text.data();
    for (auto& value : values) {
        at = std::from_chars(at, text.data() + text.size(), value).ptr + 1;
    }
    const auto
        [attempts, deaths, max_retries, maybe_applied, inbound, deferred, waited, sync, source, tried, size] =
            values;
    job.attempts = static_cast<int>(attempts);
    job.deaths = static_cast<int>(deaths);
    if (max_retries >= 0) {
        job.max_retries = static_cast<int>(max_retries);
    }
    job.maybe_applied = maybe_applied != 0;
    job.inbound = inbound != 0;
    job.deferred = deferred != 0;
    job.of_sync = sync != 0;
    job.ordered = sync > 1;
    job.noticed = source != 0 && job.operation == "delete";
    job.was_tried = tried != 0;
    job.unread = job.data.empty() ? size : 0;
    if (waited >= 0) {
        job.waited = std::chrono::seconds(waited);
    }
}

Job read_job(const Rows& rows, int row) {
    Job job;
    job.id = rows.integer(row, 0);
    job.place = place_of(rows.text(row, 1));
    job.event_type = rows.string(row, 2);
    job.entity_type = rows.string(row, 3);
    job.entity_id = rows.string(row, 4);
    job.operation = rows.is_null(row, 5) ? kUpsert : rows.text(row, 5);
    job.data = rows.string(row, 6);
    job.priority = static_cast<int>(rows.integer(row, 7));
    if (!rows.is_null(row, 8)) {
        read_rare(rows.text(row, 8), job);
    }
    const auto hindrance = rows.text(row, kHindrance);
    job.blocked = hindrance == "blocked";
    job.ready = hindrance != "early";
    return job;
}

}  // namespace

std::vector<Job> read_jobs(const Rows& rows) {
    std::vector<Job> jobs;
    jobs.reserve(static_cast<std::size_t>(rows.size()));
    for (int row = 0; row < rows.size(); ++row) {
        jobs.push_back(read_job(rows, row));
    }
    return jobs;
}

}  // namespace navette::store
