#include "daemon/engine/explain.hpp"

#include "daemon/engine/attempt.hpp"
#include "daemon/engine/job_plan.hpp"
#include "daemon/engine/two_way.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

namespace navette::engine {

namespace asio = boost::asio;

namespace {

// Parents of parents of parents: manifests do not go deeper, and a circle must end.
constexpr int kDeepest = 4;

std::string name_of(const std::string& object, const std::string& entity_id) {
    return object + " " + entity_id;
}

asio::awaitable<core::Result<Explanation>> explain_at(
    std::shared_ptr<store::Connection> connection,
    std::shared_ptr<const Integration> integration,
    store::Job job,
    int depth,
    std::shared_ptr<Transport> reads
);

/// The parent's own job, as the queue would get it.
store::Job job_of(const ParentNeed& need) {
    store::Job job;
    job.event_type = need.object + ".brought_along";
    job.entity_type = need.object;
    job.entity_id = need.entity_id;
    job.operation = "upsert";
    job.data = need.data;
    return job;
}

/// Sees to the parents. Returns false where the job could not run now.
asio::awaitable<core::Result<bool>> explain_parents(
    std::shared_ptr<store::Connection> connection,
    std::shared_ptr<const Integration> integration,
    std::vector<ParentNeed> needs,
    std::vector<store::RecordState> states,
    int depth,
    std::shared_ptr<Transport> reads,
    std::map<std::string, std::string>& references,
    Explanation& told
) {
    for (std::size_t at = 0; at < needs.size(); ++at) {
        const auto& need = needs[at];
        const auto& state = states[at];
        const auto named = name_of(need.object, need.entity_id);
        if (!state.remote_id.empty()) {
            references[need.reference] = state.remote_id;
            continue;
        }
        if (state.dead_letter) {
            told.prospect = Prospect::fails;
            told.sentences.push_back(
                "would fail: its " + named + " could not be sent: " + *state.dead_letter
            );
            co_return false;
        }
        if (need.data.empty() || depth >= kDeepest) {
            told.prospect = Prospect::waits;
            told.sentences.push_back(
                "waits for its " + named +
                ", which is not on the platform and not inside the record: enqueue that one too"
            );
            co_return false;
        }
        auto parent = co_await explain_at(connection, integration, job_of(need), depth + 1, reads);
        if (!parent) {
            co_return std::unexpected(parent.error());
        }
        const bool blocked = parent->prospect == Prospect::fails || parent->prospect == Prospect::waits;
        told.parents.push_back(std::move(*parent));
        if (blocked) {
            told.prospect = told.parents.back().prospect;
            told.sentences.push_back("waits for its " + named + ", which cannot be sent as it is");
            co_return false;
        }
        std::string sentence("waits for its " + named);
        sentence += ", which is brought along first; its id on the platform stands below as ";
        references[need.reference] = "<id of " + named + ">";
        sentence += references[need.reference];
        told.sentences.push_back(std::move(sentence));
    }
    co_return true;
}

/// Runs the connector against paper and tells what came of it.
asio::awaitable<void> rehearse(
    std::shared_ptr<const Integration> integration,
    sdk::Operation operation,
    std::shared_ptr<Transport> reads,
    Explanation& told
) {
    DryRunTransport paper(reads.get());
    SessionMemory memory;
    AttemptSession session(integration, nullptr, paper, memory);
    const auto& redactor = integration->redactor();
    std::vector<sdk::Operation> batch;
    batch.push_back(std::move(operation));
    const auto outcomes = co_await guarded_push(integration->connector(), session, std::move(batch));
    const auto& outcome = outcomes.front();
    const auto message = redactor.text(outcome.message);

    for (const auto& request : paper.requests()) {
        told.requests.push_back(request_json(request, redactor));
    }
    for (const auto& remark : session.remarks()) {
        told.remarks.push_back(redactor.text(remark));
    }
    const bool has_effect = !paper.requests().empty() && paper.requests().back().method != sdk::Method::get;
    if (has_effect) {
        told.prospect = Prospect::sends;
        told.sentences.push_back(
            "would send " + std::string(sdk::to_string(paper.requests().back().method)) + " " +
            redactor.url(paper.requests().back().url) +
            (paper.requests().size() > 1 && !reads ? ", provided that what it looks up before is not there"
                                                   : "")
        );
    } else if (outcome.kind == sdk::OutcomeKind::rejected || outcome.kind == sdk::OutcomeKind::conflict) {
        told.prospect = Prospect::fails;
        told.sentences.push_back("would be rejected: " + message);
    } else if (!paper.requests().empty() && reads) {
        told.prospect = outcome.is_success() ? Prospect::nothing : Prospect::fails;
        told.sentences.push_back(
            "would send nothing after it looked on the platform: " +
            std::string(sdk::to_string(outcome.kind)) + (message.empty() ? "" : ": " + message)
        );
    } else if (!paper.requests().empty()) {
        told.prospect = Prospect::reads;
        told.sentences.push_back(
            "would first look on the platform; what it sends then hangs on the answer: ask it with --look. "
            "To \"not found\", a dry run's only answer, it says: " +
            (message.empty() ? std::string(sdk::to_string(outcome.kind)) : message)
        );
    } else {
        told.prospect = outcome.is_success() ? Prospect::nothing : Prospect::fails;
        told.sentences.push_back(
            outcome.is_success()
                ? "no request is needed" + (message.empty() ? "" : ": " + message)
                : "would end as " + std::string(sdk::to_string(outcome.kind)) + ": " + message
        );
    }
}

asio::awaitable<core::Result<Explanation>> explain_at(
    std::shared_ptr<store::Connection> connection,
    std::shared_ptr<const Integration> integration,
    store::Job job,
    int depth,
    std::shared_ptr<Transport> reads
) {
    Explanation told;
    told.record = name_of(job.entity_type, job.entity_id);
    auto plan = plan_job(*integration, job);
    if (!plan) {
        told.prospect = Prospect::fails;
        told.sentences.push_back("would be rejected: " + integration->redactor().text(plan.error().message));
        co_return told;
    }
    if (plan->inbound) {
        told.record = name_of(plan->inbound->object, plan->inbound->remote_id);
        told.sentences.push_back(
            "comes from the platform: " + std::string(
                                              must_be_fetched(*plan->inbound, integration->manifest())
                                                  ? "the record is fetched, then the change is applied here"
                                                  : "the change is applied here without a request"
                                          )
        );
        co_return told;
    }
    told.record = name_of(plan->object, job.entity_id);
    if (plan->push) {
        std::vector<store::HubName> hubs;
        hubs.push_back(hub_name(*integration, job, *plan));
        const auto known = co_await store::load_hubs(*connection, integration->key(), std::move(hubs));
        if (!known) {
            co_return std::unexpected(known.error());
        }
        // Nothing is written: what the hub would become is enough.
        static_cast<void>(take_told(*integration, job, *plan, known->front()));
        if (const auto planned = finish_plan(*integration, job, *plan, known->front()); !planned) {
            told.prospect = Prospect::fails;
            told.sentences.push_back(
                "would be rejected: " + integration->redactor().text(planned.error().message)
            );
            co_return told;
        }
    }
    told.action = sdk::to_string(plan->action);

    std::vector<store::RecordName> names;
    names.emplace_back(plan->object, job.entity_id);
    for (const auto& need : plan->parents) {
        names.emplace_back(need.object, need.entity_id);
    }
    auto states = co_await store::look_up_records(*connection, integration->key(), std::move(names));
    if (!states) {
        co_return std::unexpected(states.error());
    }
    const auto own = states->front();
    states->erase(states->begin());

    std::map<std::string, std::string> references;
    const auto ready = co_await explain_parents(
        connection, integration, plan->parents, std::move(*states), depth, reads, references, told
    );
    if (!ready) {
        co_return std::unexpected(ready.error());
    }
    if (!*ready) {
        co_return told;
    }
    auto reason = plan->push ? reason_to_skip_two_way(*plan, own, references_hash(references)) : std::nullopt;
    if (!reason) {
        reason = reason_to_skip(*plan, job, own, plan->push ? std::string() : push_hash(*plan, references));
    }
    if (reason) {
        told.prospect = own.remote_id.empty() ? Prospect::nothing : Prospect::unchanged;
        told.sentences.push_back(
            *reason + (own.remote_id.empty() ? "" : " (it is " + own.remote_id + " there)") + ": no request"
        );
        co_return told;
    }
    auto operation = operation_for(*integration, job, *plan, own, std::move(references));
    co_await rehearse(integration, std::move(operation), std::move(reads), told);
    co_return told;
}

asio::awaitable<core::Result<Explanation>> explain_over_own_connection(
    std::string conninfo, std::shared_ptr<const Integration> integration, store::Job job
) {
    auto opened = co_await store::Connection::open(co_await asio::this_coro::executor, std::move(conninfo));
    if (!opened) {
        co_return std::unexpected(opened.error());
    }
    const std::shared_ptr<store::Connection> connection(std::move(*opened));
    co_return co_await explain(connection, std::move(integration), std::move(job), nullptr);
}

}  // namespace

std::string_view to_string(Prospect prospect) {
    switch (prospect) {
        case Prospect::sends:
            return "sends";
        case Prospect::reads:
            return "reads";
        case Prospect::unchanged:
            return "unchanged";
        case Prospect::nothing:
            return "nothing";
        case Prospect::waits:
            return "waits";
        case Prospect::fails:
            return "fails";
    }
    return "nothing";
}

asio::awaitable<core::Result<Explanation>> explain(
    std::shared_ptr<store::Connection> connection,
    std::shared_ptr<const Integration> integration,
    store::Job job,
    std::shared_ptr<Transport> reads
) {
    return explain_at(std::move(connection), std::move(integration), std::move(job), 0, std::move(reads));
}

core::Result<Explanation> explain_waiting(
    const std::string& conninfo, std::shared_ptr<const Integration> integration, store::Job job
) {
    asio::io_context io(1);
    auto told = asio::co_spawn(
        io, explain_over_own_connection(conninfo, std::move(integration), std::move(job)), asio::use_future
    );
    io.run();
    return told.get();
}

boost::json::object to_json(const Explanation& told) {
    boost::json::array parents;
    for (const auto& parent : told.parents) {
        parents.push_back(to_json(parent));
    }
    return {
        {"record", told.record},
        {"action", told.action},
        {"prospect", to_string(told.prospect)},
        {"sentences", boost::json::array(told.sentences.begin(), told.sentences.end())},
        {"requests", told.requests},
        {"remarks", boost::json::array(told.remarks.begin(), told.remarks.end())},
        {"parents", std::move(parents)}
    };
}

}  // namespace navette::engine
