// The part of a lane that merges two-way objects with the hub: what the application told before it is pushed,
// and what the platform shows before it is taken in.
#include "daemon/engine/lane.hpp"
#include "daemon/engine/push_findings.hpp"
#include "daemon/engine/storable_json.hpp"
#include "daemon/store/hub.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace navette::engine {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

sync::Moment now() {
    return std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
}

bool is_waiting(const store::RemoteState& state) {
    return state.pushing;
}

/// What the platform has no more is merged as a change of the platform's, by the rule for deletes; to take
/// its link off would make it anew with the next push, and nobody would hear that it was deleted.
void merge_what_is_gone(
    const Integration& integration,
    const JobPlan& plan,
    const std::string& remote_id,
    std::string& merged,
    sdk::Outcome& outcome
) {
    const bool is_gone =
        outcome.kind == sdk::OutcomeKind::gone && !remote_id.empty() && plan.action != sdk::Action::remove;
    if (is_gone) {
        merged = gone_meanwhile(integration, plan, remote_id);
        outcome = sdk::Outcome::skipped("the platform has no such record any more: " + outcome.message);
    }
}

/// Takes those out that are meant; the others keep their order, and where none is meant nothing is moved.
template <typename One, typename IsMeant>
std::vector<One> take_out(std::vector<One>& planned, IsMeant is_meant) {
    std::vector<One> taken;
    auto kept = std::ranges::find_if(planned, is_meant);
    for (auto one = kept; one != planned.end(); ++one) {
        if (is_meant(*one)) {
            taken.push_back(std::move(*one));
        } else {
            *kept++ = std::move(*one);
        }
    }
    planned.erase(kept, planned.end());
    return taken;
}

}  // namespace

asio::awaitable<bool> Lane::merge_with_hub(std::vector<Planned>& planned) {
    co_return co_await take_reports(planned) && co_await merge_told(planned);
}

asio::awaitable<bool> Lane::take_reports(std::vector<Planned>& planned) {
    const auto integration = integration_;
    auto own = take_out(planned, [](const Planned& one) { return one.second.push != nullptr; });
    if (own.empty()) {
        co_return true;
    }
    // In one order, so that two lanes that write the same records do not wait for each other in a circle.
    std::ranges::sort(own, {}, [](const Planned& one) {
        return std::tie(one.first.entity_type, one.first.entity_id);
    });
    const auto give_back = [&] {
        std::ranges::move(own, std::back_inserter(planned));
        return false;
    };
    const auto connection = co_await desk().database.connection();
    if (!connection) {
        co_return give_back();
    }
    std::vector<store::HubName> names;
    names.reserve(own.size());
    for (const auto& [job, plan] : own) {
        names.push_back(hub_name(*integration, job, plan));
    }
    const auto states = co_await store::load_hubs(**connection, integration->key(), std::move(names));
    if (!states) {
        co_return give_back();
    }
    std::vector<store::HubWrite> writes;
    std::vector<std::size_t> whose;
    for (std::size_t at = 0; at < own.size(); ++at) {
        if ((*states)[at].is_renamed) {
            continue;
        }
        if (auto write = take_told(*integration, own[at].first, own[at].second, (*states)[at])) {
            writes.push_back(std::move(*write));
            whose.push_back(at);
        }
    }
    std::vector<bool> lost(own.size(), false);
    if (!writes.empty()) {
        const auto written =
            co_await store::write_hubs(**connection, integration->key().tenant_id, std::move(writes));
        if (!written) {
            co_return give_back();
        }
        for (std::size_t at = 0; at < whose.size(); ++at) {
            lost[whose[at]] = !(*written)[at];
        }
    }
    const auto waiting = co_await waiting_for_links(own, *states);
    if (!waiting) {
        co_return give_back();
    }
    for (std::size_t at = 0; at < own.size(); ++at) {
        auto& [job, plan] = own[at];
        if (lost[at] || (*states)[at].is_renamed) {
            // Another integration, the platform, or who adopted the record was faster: it is read again and
            // merged with that.
            sequencer_.returned(job);
            reread();
            continue;
        }
        if ((*waiting)[at]) {
            put_off(std::move(job), plan.object, "what a comparison found of it is linked first");
            continue;
        }
        if ((*states)[at].is_second) {
            // The lane knows the two jobs by different ids, and would make the record twice.
            put_off(std::move(job), plan.object, "the record's first transfer is under way");
            continue;
        }
        if (auto ready = finish_plan(*integration, job, plan, (*states)[at]); !ready) {
            reject(std::move(job), plan.object, ready.error());
            continue;
        }
        planned.push_back(std::move(own[at]));
    }
    co_return true;
}

asio::awaitable<bool> Lane::merge_told(std::vector<Planned>& planned) {
    const auto integration = integration_;
    std::vector<store::RemoteName> names;
    std::vector<Planned> told;
    const auto is_told = [&](const Planned& one) {
        const auto& plan = one.second;
        return plan.inbound && plan.is_merged && !must_be_fetched(*plan.inbound, integration->manifest());
    };
    for (auto& one : take_out(planned, is_told)) {
        auto& [job, plan] = one;
        auto name = remote_name(*integration, *plan.inbound, job.id);
        if (!name) {
            reject(std::move(job), plan.inbound->object, name.error());
            continue;
        }
        names.push_back(std::move(*name));
        told.push_back(std::move(one));
    }
    if (told.empty()) {
        co_return true;
    }
    core::Result<std::vector<store::RemoteState>> states = core::failure(core::ErrorKind::unavailable, "");
    if (const auto connection = co_await desk().database.connection()) {
        states = co_await store::load_remotes(**connection, integration->key(), std::move(names));
    }
    if (!states) {
        std::ranges::move(told, std::back_inserter(planned));
        co_return false;
    }
    const auto& capabilities = integration->manifest().capabilities;
    const bool can_fetch = std::ranges::find(capabilities, "fetch") != capabilities.end();
    for (std::size_t at = 0; at < told.size(); ++at) {
        auto& [job, plan] = told[at];
        auto& inbound = *plan.inbound;
        inbound.is_fresh = !can_fetch;
        const auto& state = (*states)[at];
        if (is_waiting(state)) {
            put_off(std::move(job), inbound.object, "a push of the record is under way");
            // NOLINTNEXTLINE(bugprone-branch-clone): this one before it is merged
        } else if (state.pushed_since && can_fetch && !inbound.deleted) {
            // What was told is older than our last write: only the record itself says what holds now.
            inbound.thin = true;
            planned.push_back(std::move(told[at]));
        } else if (auto merged = merge_inbound(*integration, inbound, state, now()); !merged) {
            reject(std::move(job), inbound.object, merged.error());
        } else if (merged->needs_fresh_read) {
            inbound.thin = true;
            planned.push_back(std::move(told[at]));
        } else {
            decide_inbound(std::move(job), inbound, *merged);
        }
    }
    co_return true;
}

void Lane::put_off(store::Job job, const std::string& object, const std::string& why) {
    auto completion = completion_of(job, object, sdk::Outcome::retry(why));
    completion.verdict = store::Verdict::retry;
    completion.run_after = kMergeAgain;
    completion.logged = false;
    decide(std::move(completion), std::move(job));
}

void Lane::decide_inbound(store::Job job, const Inbound& inbound, const InboundMerge& merge) {
    const auto outcome =
        merge.change.empty() ? sdk::Outcome::skipped(merge.remark) : sdk::Outcome::done(inbound.remote_id);
    auto completion = completion_of(job, inbound.object, outcome);
    completion.attempts = job.attempts + 1;
    completion.remote_id = storable(inbound.remote_id);
    completion.received = storable(merge.change);
    metrics_->attempts(completion.outcome).add();
    decide(std::move(completion), std::move(job));
}

asio::awaitable<void> Lane::merge_fetched(
    std::shared_ptr<const Integration> integration,
    Batch& batch,
    std::vector<sdk::Outcome>& outcomes,
    SteadyTime asked_at
) {
    std::vector<store::RemoteName> names;
    std::vector<std::size_t> places;
    for (std::size_t at = 0; at < batch.size(); ++at) {
        const auto& plan = batch[at]->plan;
        if (!plan.inbound || !plan.is_merged || !outcomes[at].is_success()) {
            continue;
        }
        auto name = remote_name(*integration, *plan.inbound, batch[at]->job.id);
        if (!name) {
            outcomes[at] = std::move(name.error());
            continue;
        }
        name->read_ago = std::chrono::ceil<milliseconds>(steady_clock::now() - asked_at);
        names.push_back(std::move(*name));
        places.push_back(at);
    }
    if (names.empty()) {
        co_return;
    }
    core::Result<std::vector<store::RemoteState>> states = core::failure(core::ErrorKind::unavailable, "");
    if (const auto connection = co_await desk().database.connection()) {
        states = co_await store::load_remotes(**connection, integration->key(), std::move(names));
    }
    for (std::size_t at = 0; at < places.size(); ++at) {
        auto& ready = *batch[places[at]];
        auto& outcome = outcomes[places[at]];
        ready.put_off = !states || is_waiting((*states)[at]) || (*states)[at].pushed_since;
        if (ready.put_off) {
            continue;
        }
        auto merged = merge_inbound(*integration, *ready.plan.inbound, (*states)[at], now());
        if (!merged) {
            outcome = std::move(merged.error());
        } else if (merged->change.empty()) {
            outcome = sdk::Outcome::skipped(merged->remark);
        } else {
            ready.merged = std::move(merged->change);
        }
    }
}

std::string Lane::sent_of(const Batch& batch) {
    const auto& plan = batch.front()->plan;
    if (!plan.push) {
        return {};
    }
    std::string sent;
    for (const auto& ready : batch) {
        if (ready->plan.action == sdk::Action::remove) {
            continue;
        }
        sent += sent.empty() ? "{\"object\":\"" + plan.object + "\",\"jobs\":{" : std::string(",");
        sent +=
            '"' + std::to_string(ready->job.id) + "\":" + sent_json(ready->job, ready->plan, ready->snapshot);
    }
    return sent.empty() ? sent : storable(sent + "}}");
}

void Lane::note_doubt(
    const Ready& ready, const sdk::Outcome& outcome, bool wrote, store::Completion& completion
) {
    const auto& plan = ready.plan;
    if (!plan.push) {
        return;
    }
    const bool is_over = completion.linked || completion.unlinked;
    completion.settles = is_over && !plan.push->sent_as.empty();
    completion.again = completion.linked && plan.push->repeats_keys;
    // Whatever the connector thinks of sending it twice: the merge is to know it for our own.
    if (wrote && !outcome.is_success() && !is_over && plan.action != sdk::Action::remove) {
        completion.doubt = storable(sent_json(ready.job, plan, ready.snapshot));
    }
}

asio::awaitable<std::vector<sdk::Outcome>> Lane::push_after_a_look(
    std::shared_ptr<const Integration> integration,
    AttemptSession& session,
    Batch& batch,
    std::vector<sdk::Operation> operations
) {
    const auto& front = batch.front()->plan;
    const auto& capabilities = integration->manifest().capabilities;
    const bool looks = front.push && integration->sync_rules().looks_first(front.object) &&
                       std::ranges::find(capabilities, "fetch") != capabilities.end();
    if (!front.push) {
        co_return co_await guarded_push(integration->connector(), session, std::move(operations));
    }
    std::vector<std::string> remote_ids;
    remote_ids.reserve(operations.size());
    for (const auto& operation : operations) {
        remote_ids.push_back(operation.remote_id);
    }
    if (!looks) {
        auto outcomes = co_await guarded_push(integration->connector(), session, std::move(operations));
        for (std::size_t at = 0; at < outcomes.size(); ++at) {
            merge_what_is_gone(
                *integration, batch[at]->plan, remote_ids[at], batch[at]->merged, outcomes[at]
            );
        }
        co_return outcomes;
    }
    std::vector<std::optional<sdk::Outcome>> known(operations.size());
    std::vector<sdk::Operation> rest;
    for (std::size_t at = 0; at < operations.size(); ++at) {
        auto& operation = operations[at];
        if (operation.remote_id.empty() || operation.action == sdk::Action::remove) {
            rest.push_back(std::move(operation));
            continue;
        }
        const auto found =
            co_await guarded_fetch(integration->connector(), session, operation.object, operation.remote_id);
        if (!found && found.error().kind != sdk::OutcomeKind::gone) {
            known[at] = found.error();
            continue;
        }
        if (found) {
            batch[at]->merged = edited_meanwhile(*integration, batch[at]->plan, *found);
        }
        if (batch[at]->merged.empty()) {
            rest.push_back(std::move(operation));
        } else {
            known[at] = sdk::Outcome::skipped("the record was edited on the platform");
        }
    }
    std::vector<sdk::Outcome> pushed;
    if (!rest.empty()) {
        pushed = co_await guarded_push(integration->connector(), session, std::move(rest));
    }
    std::vector<sdk::Outcome> outcomes;
    std::size_t next = 0;
    for (std::size_t at = 0; at < known.size(); ++at) {
        outcomes.push_back(known[at] ? std::move(*known[at]) : std::move(pushed[next++]));
        merge_what_is_gone(*integration, batch[at]->plan, remote_ids[at], batch[at]->merged, outcomes.back());
    }
    co_return outcomes;
}

}  // namespace navette::engine
