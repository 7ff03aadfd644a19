// What the statements that write a page share: the fence, the log's columns, and arrays that are filled row
// by row.
#pragma once

#include "daemon/store/binary_array.hpp"
#include "daemon/store/completion.hpp"
#include "daemon/store/connection.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

// KEY SHARE on the lease: a change of owner (of the key column epoch) waits for this transaction, or is seen
// by it.
#define NAVETTE_INPUT_AND_FENCE                                                   \
    "SELECT l.integration_id, l.tenant_id, l.epoch FROM navette.leases l "        \
    "WHERE l.node_id = $1::uuid AND (l.integration_id, l.tenant_id, l.epoch) IN " \
    "(SELECT DISTINCT integration_id, tenant_id, epoch FROM input) FOR KEY SHARE"

#define NAVETTE_LOG_COLUMNS                                                                                  \
    "(tenant_id, integration_id, job_id, direction, event_type, entity_type, entity_id, object, remote_id, " \
    "status, final, attempt, error_message, error_field, remarks, request, response, started_at, "           \
    "duration_ms, external_id)"

#define NAVETTE_REMARKS \
    "CASE WHEN a.remarks IS NOT NULL THEN ARRAY(SELECT jsonb_array_elements_text(a.remarks)) END"

namespace navette::store {

/// Arrays of one statement: the place of each item and what fences it.
struct Places {
    BinaryArray tenants = BinaryArray::of_texts();
    BinaryArray integrations = BinaryArray::of_texts();
    BinaryArray epochs = BinaryArray::of_bigints();
    BinaryArray ids = BinaryArray::of_bigints();

    void push(const IntegrationKey& key, std::int64_t epoch, std::int64_t id) {
        tenants.push_text(key.tenant_id);
        integrations.push_text(key.id);
        epochs.push_bigint(epoch);
        ids.push_bigint(id);
    }
    void take_into(std::vector<Parameter>& values) && {
        values.emplace_back(std::move(tenants).take());
        values.emplace_back(std::move(integrations).take());
        values.emplace_back(std::move(epochs).take());
        values.emplace_back(std::move(ids).take());
    }
};

/// Appends each array as a parameter.
template <class... Arrays>
void take_into(std::vector<Parameter>& values, Arrays&&... arrays) {
    (values.emplace_back(std::forward<Arrays>(arrays).take()), ...);
}

/// Adds a statement of the page: its first parameter, the node, is text, the others are binary.
inline void add_call(std::vector<Call>& calls, const Statement& statement, std::vector<Parameter> values) {
    std::vector<int> formats(values.size(), 1);
    formats.front() = 0;
    calls.emplace_back(statement, std::move(values), std::move(formats));
}

/// The columns that finished, received and kept jobs share, row by row.
class Results {
  public:
    void push(const Completion& done) {
        places_.push(done.key, done.epoch, done.job_id);
        flags_.push_integer(
            (done.linked ? kLinked : 0) | (done.unlinked ? kUnlinked : 0) | (done.logged ? kLogged : 0) |
            (done.maybe_applied ? kMaybeApplied : 0) | (done.settles ? kSettles : 0)
        );
        attempts_.push_integer(done.attempts);
        outcomes_.push_text(done.outcome);
        messages_.push_text(done.message);
        fields_.push_text(done.field);
        objects_.push_text(done.object);
        remote_ids_.push_text(done.remote_id);
        remarks_.push_jsonb_or_null(
            done.remarks.empty()
                ? std::string()
                : boost::json::serialize(boost::json::array(done.remarks.begin(), done.remarks.end()))
        );
        requests_.push_jsonb_or_null(done.request);
        responses_.push_jsonb_or_null(done.response);
        started_.push_timestamp(done.started_at);
        durations_.push_integer(static_cast<std::int32_t>(done.duration.count()));
    }

    [[nodiscard]] bool empty() const { return flags_.empty(); }

    void take_head(std::vector<Parameter>& values) {
        std::move(places_).take_into(values);
        take_into(
            values,
            std::move(flags_),
            std::move(attempts_),
            std::move(outcomes_),
            std::move(messages_),
            std::move(fields_),
            std::move(objects_),
            std::move(remote_ids_)
        );
    }
    void take_tail(std::vector<Parameter>& values) {
        take_into(
            values,
            std::move(remarks_),
            std::move(requests_),
            std::move(responses_),
            std::move(started_),
            std::move(durations_)
        );
    }

  private:
    // Bits of a completion's flags, as the statements read them.
    static constexpr std::int32_t kLinked = 1;
    static constexpr std::int32_t kUnlinked = 2;
    static constexpr std::int32_t kLogged = 4;
    static constexpr std::int32_t kMaybeApplied = 8;
    static constexpr std::int32_t kSettles = 16;

    Places places_;
    BinaryArray flags_ = BinaryArray::of_integers();
    BinaryArray attempts_ = BinaryArray::of_integers();
    BinaryArray outcomes_ = BinaryArray::of_texts();
    BinaryArray messages_ = BinaryArray::of_texts();
    BinaryArray fields_ = BinaryArray::of_texts();
    BinaryArray objects_ = BinaryArray::of_texts();
    BinaryArray remote_ids_ = BinaryArray::of_texts();
    BinaryArray remarks_ = BinaryArray::of_jsonb();
    BinaryArray requests_ = BinaryArray::of_jsonb();
    BinaryArray responses_ = BinaryArray::of_jsonb();
    BinaryArray started_ = BinaryArray::of_timestamps();
    BinaryArray durations_ = BinaryArray::of_integers();
};

}  // namespace navette::store
