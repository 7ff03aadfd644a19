// Writing and deleting records that carry our key.
#include "call.hpp"
#include "objects.hpp"
#include "recipes.hpp"
#include "rows.hpp"
#include "settle.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace navette::salesforce {

using sdk::HttpRequest;
using sdk::Operation;
using sdk::Outcome;
using sdk::OutcomeKind;
using sdk::Session;
using sdk::Task;

Task<std::vector<Outcome>> push_batch(Session& session, std::vector<Operation> batch) {
    std::vector<Outcome> outcomes(batch.size());
    const auto* object = batch.empty() ? nullptr : find_object(batch.front().object);
    if (object == nullptr) {
        for (std::size_t at = 0; at < batch.size(); ++at) {
            outcomes[at] = Outcome::rejected("Salesforce's connector knows no object " + batch[at].object);
        }
        co_return outcomes;
    }
    const auto& settings = session.settings();
    std::array<std::vector<Row>, 2> groups;
    std::vector<json::object> fields;
    for (std::size_t at = 0; at < batch.size(); ++at) {
        const auto& operation = batch[at];
        fields.push_back(fields_of(*object, operation, settings, session.now()));
        if (operation.remote_id.empty()) {
            auto record = record_of(object->type, fields.back());
            record[key_field(settings)] = operation.key;
            groups[1].push_back({at, std::move(record)});
        } else {
            groups[0].push_back(linked_row(at, object->type, operation.remote_id, fields.back()));
        }
    }
    const std::array<std::string, 2> paths{
        data_path(settings, "/composite/sobjects"),
        data_path(
            settings,
            "/composite/sobjects/" + std::string(object->type) + "/" + sdk::path_segment(key_field(settings))
        )
    };
    for (std::size_t group = 0; group < groups.size(); ++group) {
        if (groups[group].empty()) {
            continue;
        }
        auto results = co_await send_all(session, object, paths[group], groups[group], group == 1);
        for (std::size_t row = 0; row < results.size(); ++row) {
            const auto at = groups[group][row].at;
            if (results[row].outcome.is_success()) {
                outcomes[at] = std::move(results[row].outcome);
            } else {
                outcomes[at] = co_await settle(
                    session, object, batch[at], std::move(fields[at]), std::move(results[row])
                );
            }
        }
    }
    co_return outcomes;
}

Task<std::vector<Outcome>> remove_batch(Session& session, std::vector<Operation> batch) {
    std::vector<Outcome> outcomes(
        batch.size(), Outcome::skipped("no Salesforce record is known for this one")
    );
    std::vector<std::size_t> places;
    for (std::size_t at = 0; at < batch.size(); ++at) {
        if (!batch[at].remote_id.empty()) {
            places.push_back(at);
        }
    }
    for (std::size_t begin = 0; begin < places.size(); begin += kMostRows) {
        const auto end = std::min(begin + kMostRows, places.size());
        std::string ids;
        for (auto row = begin; row < end; ++row) {
            ids += (ids.empty() ? "" : ",") + batch[places[row]].remote_id;
        }
        const auto reply = co_await call(
            session,
            HttpRequest::remove(data_path(session.settings(), "/composite/sobjects"))
                .with_query("ids", ids)
                .with_query("allOrNone", "false")
        );
        const auto* entries = reply.body.if_array();
        const bool fits = reply.ok() && entries != nullptr && entries->size() == end - begin;
        for (auto row = begin; row < end; ++row) {
            const auto at = places[row];
            auto result = fits ? result_of(entries->at(row - begin)) : Result{reply.outcome, {}, nullptr};
            if (reply.ok() && !fits) {
                result = result_of(nullptr);
            }
            const bool is_away = result.outcome.is_success() || result.outcome.kind == OutcomeKind::gone ||
                                 result.code == "INVALID_CROSS_REFERENCE_KEY";
            outcomes[at] = is_away ? Outcome::done(batch[at].remote_id) : std::move(result.outcome);
        }
    }
    co_return outcomes;
}

}  // namespace navette::salesforce
