// The part of a lane that keeps the application's records from being created twice on a platform while a plan
// is applied there.
#include "daemon/engine/lane.hpp"
#include "daemon/store/planned_links.hpp"

#include <utility>

namespace navette::engine {

namespace asio = boost::asio;

asio::awaitable<std::optional<std::vector<bool>>> Lane::waiting_for_links(
    const std::vector<Planned>& planned, const std::vector<store::HubState>& states
) {
    std::vector<bool> waiting(planned.size(), false);
    std::vector<store::UnlinkedRecord> records;
    std::vector<std::size_t> places;
    for (std::size_t at = 0; at < planned.size(); ++at) {
        const auto& [job, plan] = planned[at];
        // A merge waits for a push whose effect is in doubt, so that one does not wait for the merge.
        const bool may_wait = states[at].compared && states[at].link.revision < 0 && !job.maybe_applied &&
                              plan.action != sdk::Action::remove;
        if (may_wait) {
            records.push_back({plan.object, job.entity_type, job.entity_id});
            places.push_back(at);
        }
    }
    if (records.empty()) {
        co_return waiting;
    }
    const auto connection = co_await desk().database.connection();
    if (!connection) {
        co_return std::nullopt;
    }
    const auto awaited = co_await store::link_first(**connection, integration_->key(), std::move(records));
    if (!awaited) {
        co_return std::nullopt;
    }
    for (std::size_t at = 0; at < places.size(); ++at) {
        waiting[places[at]] = !(*awaited)[at].empty();
        look_ = look_ || waiting[places[at]];  // its merge is new work
    }
    co_return waiting;
}

}  // namespace navette::engine
