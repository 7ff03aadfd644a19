// What is under way: batches enter in_flight before they run, and leave it when they are over.
#include "daemon/store/page_calls.hpp"
#include "daemon/store/page_columns.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <string_view>

namespace navette::store {

namespace {

// Where the lease is another's by now, the results before it changed nothing: the batch stays, for the new
// owner to find its jobs in doubt.
constexpr Statement kEnd{"queue_end_batches", R"sql(
DELETE FROM navette.in_flight f
USING unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[]) AS x (tenant_id, integration_id, epoch, batch_id)
WHERE f.integration_id = x.integration_id AND f.tenant_id = x.tenant_id AND f.epoch = x.epoch AND f.batch_id = x.batch_id
  AND NOT EXISTS (SELECT FROM navette.leases l
                  WHERE l.integration_id = x.integration_id AND l.tenant_id = x.tenant_id
                    AND (l.epoch, l.node_id) IS DISTINCT FROM (x.epoch, $1::uuid))
)sql"};

// The jobs of all batches stand in one array, each batch names its part of it.
constexpr Statement kStart{"queue_start", R"sql(
INSERT INTO navette.in_flight (integration_id, tenant_id, batch_id, epoch, job_ids, node_id, suspect, sent)
SELECT x.integration_id, x.tenant_id, x.batch_id, x.epoch,
       CASE WHEN x.flags & 1 = 0 THEN ($6::bigint[])[x.first_job:x.last_job]
            ELSE ARRAY(SELECT q.id FROM navette.sync_queue q
                       WHERE q.id = ANY (($6::bigint[])[x.first_job:x.last_job]) AND q.tenant_id = x.tenant_id
                         AND (q.status = 'pending') IS TRUE) END,
       $1::uuid, x.flags & 2 = 2, x.sent
FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $7::integer[], $8::integer[], $9::integer[], $11::jsonb[])
     AS x (tenant_id, integration_id, epoch, batch_id, first_job, last_job, flags, sent)
JOIN navette.leases l ON l.integration_id = x.integration_id AND l.tenant_id = x.tenant_id AND l.epoch = x.epoch
JOIN navette.nodes n ON n.node_id = l.node_id AND n.expires_at > clock_timestamp()
WHERE l.node_id = $1::uuid
FOR KEY SHARE OF l
RETURNING batch_id, integration_id, CASE WHEN cardinality(job_ids) < $10::integer THEN array_to_json(job_ids)::text END
)sql"};

std::vector<std::int64_t> ids_of(std::string_view list) {
    std::vector<std::int64_t> ids;
    const auto* at = list.data();
    const auto* end = list.data() + list.size();
    while (at < end) {
        std::int64_t id = 0;
        const auto [next, error] = std::from_chars(at, end, id);
        if (error == std::errc()) {
            ids.push_back(id);
        }
        at = next == at ? at + 1 : next;
    }
    return ids;
}

}  // namespace

void add_ended(std::vector<Call>& calls, const std::string& node_id, const JournalPage& page) {
    if (page.ended.empty()) {
        return;
    }
    Places places;
    for (const auto& end : page.ended) {
        places.push(end.key, end.epoch, end.batch_id);
    }
    std::vector<Parameter> values{node_id};
    std::move(places).take_into(values);
    add_call(calls, kEnd, std::move(values));
}

void add_starts(std::vector<Call>& calls, const std::string& node_id, const JournalPage& page) {
    if (page.starts.empty()) {
        return;
    }
    Places places;
    auto jobs = BinaryArray::of_bigints();
    auto firsts = BinaryArray::of_integers();
    auto lasts = BinaryArray::of_integers();
    auto flags = BinaryArray::of_integers();
    auto sent = BinaryArray::of_jsonb();
    int place = 0;
    std::size_t largest = 0;
    for (const auto& start : page.starts) {
        places.push(start.key, start.epoch, start.batch_id);
        for (const auto id : start.job_ids) {
            jobs.push_bigint(id);
        }
        firsts.push_integer(place + 1);
        place += static_cast<int>(start.job_ids.size());
        lasts.push_integer(place);
        flags.push_integer((start.recheck ? 1 : 0) | (start.suspect ? 2 : 0));
        sent.push_jsonb_or_null(start.sent);
        largest = std::max(largest, start.recheck ? start.job_ids.size() : 0);
    }
    std::vector<Parameter> values{node_id};
    std::move(places).take_into(values);
    take_into(values, std::move(jobs), std::move(firsts), std::move(lasts), std::move(flags));
    values.emplace_back(std::to_string(largest));
    values.emplace_back(std::move(sent).take());
    add_call(calls, kStart, std::move(values));
    auto& formats = calls.back().formats;
    formats[formats.size() - 2] = 0;  // the largest, as text
}

std::vector<Started> started_of(const Rows& answer, const JournalPage& page) {
    std::map<std::pair<std::string_view, std::int64_t>, const Start*> asked;
    for (const auto& start : page.starts) {
        asked[{start.key.id, start.batch_id}] = &start;
    }
    std::vector<Started> started;
    started.reserve(static_cast<std::size_t>(answer.size()));
    for (int row = 0; row < answer.size(); ++row) {
        Started one;
        one.batch_id = answer.integer(row, 0);
        one.integration_id = answer.string(row, 1);
        if (!answer.is_null(row, 2)) {
            one.job_ids = ids_of(answer.text(row, 2));
        } else if (const auto found = asked.find({one.integration_id, one.batch_id}); found != asked.end()) {
            one.job_ids = found->second->job_ids;
        }
        started.push_back(std::move(one));
    }
    return started;
}

}  // namespace navette::store
