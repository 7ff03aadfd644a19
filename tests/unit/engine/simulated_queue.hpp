// The queue table as the statements of daemon/store/queue_reading.cpp see it, in memory and with a clock of
// its own: what histories are played on.
#pragma once

#include "daemon/store/queue_reading.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace navette::test {

class SimulatedQueue {
  public:
    using Time = std::chrono::steady_clock::time_point;

    struct Row {
        store::Job job;
        bool committed = true;
        bool dead = false;
        bool late = false;  // committed after it was inserted: younger ones may have been read before
        Time run_at{};
        std::uint64_t pending_since = 0;  // the step in which it could first be seen as pending
    };

    std::int64_t insert(
        const std::string& record, int priority, std::string data, bool committed, std::uint64_t step
    ) {
        Row row;
        row.job.id = ++last_id_;
        row.job.event_type = "thing.changed";
        row.job.entity_type = "thing";
        row.job.entity_id = record;
        row.job.operation = "upsert";
        row.job.priority = priority;
        row.job.data = std::move(data);
        row.committed = committed;
        row.late = !committed;
        row.run_at = now;
        row.pending_since = step;
        rows.emplace(row.job.id, row);
        return row.job.id;
    }

    [[nodiscard]] bool pending(const Row& row) const { return row.committed && !row.dead; }
    [[nodiscard]] bool due(const Row& row) const { return pending(row) && row.run_at <= now; }

    [[nodiscard]] bool older_pending(const Row& row) const {
        return std::ranges::any_of(rows, [&](const auto& entry) {
            const auto& [id, other] = entry;
            return id < row.job.id && pending(other) && other.job.entity_id == row.job.entity_id;
        });
    }

    [[nodiscard]] store::QueueAnswer read(
        const std::vector<store::ClassFloor>& classes,
        const std::set<std::int64_t>& leave_out,
        std::size_t limit,
        const std::optional<store::DuePlace>& deferred_after
    ) const {
        store::QueueAnswer answer;
        bool any_deferred = false;
        std::set<int> ahead;
        for (const auto& [id, row] : rows) {
            any_deferred = any_deferred || (pending(row) && row.job.deferred);
            for (const auto& one : classes) {
                if (pending(row) && !row.job.deferred && row.job.priority == one.priority &&
                    id > one.after_id) {
                    ahead.insert(one.priority);
                }
            }
        }
        for (const auto& one : classes) {
            for (const auto& [id, row] : rows) {
                const bool wanted = due(row) && !row.job.deferred && row.job.priority == one.priority &&
                                    id > one.after_id && !leave_out.contains(id);
                if (wanted && answer.fresh.size() < limit) {
                    auto job = row.job;
                    job.blocked = (any_deferred || ahead.size() > 1) && older_pending(row);
                    answer.fresh.push_back(std::move(job));
                }
            }
        }
        if (deferred_after) {
            read_deferred(*deferred_after, leave_out, limit, answer);
        }
        return answer;
    }

    [[nodiscard]] std::vector<store::Job> of_record(
        const std::string& record, std::int64_t after, std::size_t limit
    ) const {
        std::vector<store::Job> jobs;
        for (const auto& [id, row] : rows) {
            if (id > after && pending(row) && row.job.entity_id == record && jobs.size() < limit) {
                auto job = row.job;
                job.ready = due(row);
                jobs.push_back(std::move(job));
            }
        }
        return jobs;
    }

    std::map<std::int64_t, Row> rows;
    Time now{};

  private:
    /// When a job is due and its id; by default before all others.
    using Due = std::pair<std::int64_t, std::int64_t>;
    static Due due_of(const Row& row) { return {row.run_at.time_since_epoch().count(), row.job.id}; }
    static Due due_of(const store::DuePlace& place) {
        return place.id == 0 ? Due(std::numeric_limits<std::int64_t>::min(), 0)
                             : Due(std::stoll(place.run_at), place.id);
    }

    void read_deferred(
        const store::DuePlace& after,
        const std::set<std::int64_t>& leave_out,
        std::size_t limit,
        store::QueueAnswer& answer
    ) const {
        std::map<Due, const Row*> in_order;
        for (const auto& [id, row] : rows) {
            if (due(row) && row.job.deferred && !leave_out.contains(id) && due_of(row) > due_of(after)) {
                in_order.emplace(due_of(row), &row);
            }
        }
        for (const auto& [place, row] : in_order) {
            if (answer.deferred.size() < limit) {
                auto job = row->job;
                job.blocked = older_pending(*row);
                answer.deferred.push_back(std::move(job));
                if (answer.deferred.size() == limit) {
                    answer.more_deferred = {std::to_string(place.first), place.second};
                }
            }
        }
    }

    std::int64_t last_id_ = 0;
};

}  // namespace navette::test
