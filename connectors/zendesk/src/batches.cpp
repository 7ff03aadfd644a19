// Many users or organizations at once: by a job of Zendesk's, which tells each record's own result.
#include "jobs.hpp"
#include "parties.hpp"

#include <navette/sdk/reading.hpp>
#include <navette/sdk/signature.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace navette::zendesk {

namespace {

using sdk::HttpRequest;
using sdk::Operation;
using sdk::Outcome;
using sdk::OutcomeKind;
using sdk::Session;
using sdk::Task;

/// A job takes two requests at least.
constexpr std::size_t kWorthAJob = 3;

using Places = std::vector<std::size_t>;  // of operations in the batch

bool says_one_of(std::string_view words, std::initializer_list<std::string_view> texts) {
    return std::ranges::any_of(texts, [&](std::string_view text) {
        return words.find(text) != std::string_view::npos;
    });
}

/// The result of the record at that place of the request. Results come in the request's order, or name their
/// place; the id of one that failed may be its place, too.
const json::value* result_at(const json::array& results, std::size_t place, std::size_t count) {
    const auto named = std::ranges::find_if(results, [&](const json::value& result) {
        return sdk::integer_at(result, "index") == static_cast<std::int64_t>(place);
    });
    if (named != results.end()) {
        return &*named;
    }
    return results.size() == count && !sdk::integer_at(results[place], "index") ? &results[place] : nullptr;
}

Outcome failed(const json::value& result) {
    const auto error = sdk::text_at(result, "error");
    const auto words = sdk::excerpt(error + ": " + sdk::text_at(result, "details"));
    if (says_one_of(words, {"RecordNotFound", "not found"})) {
        return Outcome::gone(words);
    }
    if (says_one_of(words, {"already been taken", "already being used", "DuplicateValue"})) {
        return Outcome::conflict(words);
    }
    if (says_one_of(words, {"collision", "Timeout", "timed out", "try again"})) {
        return Outcome::retry(words).after_unknown_effect();
    }
    return Outcome::rejected(words);
}

Outcome outcome_of(const json::value* result, const Operation& operation) {
    if (result == nullptr || !result->is_object()) {
        return Outcome::retry("Zendesk's job tells no result of this record").after_unknown_effect();
    }
    const auto* success = sdk::member_of(*result, "success");
    const bool has_failed = sdk::text_at(*result, "status") == "Failed" ||
                            !sdk::text_at(*result, "error").empty() ||
                            (success != nullptr && *success == json::value(false));
    if (has_failed) {
        return failed(*result);
    }
    const auto id = operation.remote_id.empty() ? sdk::text_at(*result, "id") : operation.remote_id;
    return id.empty() ? Outcome::retry("Zendesk's job tells no id of this record").after_unknown_effect()
                      : Outcome::done(id);
}

/// The users among these as Zendesk holds them now: a job tells neither versions nor which address is
/// primary.
Task<void> settle_addresses(
    Session& session, std::vector<Operation>& batch, Places places, std::vector<Outcome>& outcomes
) {
    std::string ids;
    for (const auto place : places) {
        if (outcomes[place].is_success() && !sdk::text_at(batch[place].fields, "email").empty()) {
            ids += (ids.empty() ? "" : ",") + outcomes[place].remote_id;
        }
    }
    if (ids.empty()) {
        co_return;
    }
    const auto reply = co_await exchange(
        session, HttpRequest::get("/api/v2/users/show_many").with_query("ids", ids), kZendesk
    );
    for (const auto place : places) {
        if (!outcomes[place].is_success() || sdk::text_at(batch[place].fields, "email").empty()) {
            continue;
        }
        if (!reply.ok()) {
            outcomes[place] = Outcome(reply.outcome).after_unknown_effect();
            continue;
        }
        const auto& users = sdk::list_at(reply.body, "users");
        const auto user = std::ranges::find_if(users, [&](const json::value& one) {
            return sdk::text_at(one, "id") == outcomes[place].remote_id;
        });
        if (user != users.end()) {
            outcomes[place].remote_version = sdk::text_at(*user, "updated_at");
            outcomes[place] = co_await settle_address(session, batch[place], *user, outcomes[place]);
        }
    }
}

/// The operations at these places one by one; what would befall all of them ends it.
Task<void> push_singly(
    Session& session,
    Resource resource,
    std::vector<Operation>& batch,
    Places places,
    std::vector<Outcome>& outcomes
) {
    std::optional<Outcome> hindrance;
    for (const auto place : places) {
        outcomes[place] = hindrance ? *hindrance : co_await push_party(session, resource, batch[place]);
        if (!hindrance && hinders_all(outcomes[place])) {
            hindrance = outcomes[place];
            hindrance->maybe_applied = false;
        } else if (hindrance) {
            outcomes[place].maybe_applied = batch[place].maybe_applied;
        }
    }
}

/// False where the account is not allowed such jobs; nothing was done then.
Task<bool> push_by_job(
    Session& session,
    Resource resource,
    std::vector<Operation>& batch,
    Places places,
    std::vector<Outcome>& outcomes
) {
    const bool is_user = resource.single == "user";
    const bool is_linked = !batch[places.front()].remote_id.empty();
    const auto path = std::string(resource.path) + (is_linked ? "/update_many"
                                                    : is_user ? "/create_or_update_many"
                                                              : "/create_many");
    const auto memory = "no job for " + path;
    if (!session.recall(memory).is_null()) {
        co_return false;
    }
    json::array records;
    for (const auto place : places) {
        auto record = party_record(batch[place], resource);
        if (is_linked) {
            record["id"] = sdk::to_integer(std::string_view(batch[place].remote_id)).value_or(0);
        }
        records.push_back(std::move(record));
    }
    const json::object body{{resource.plural, std::move(records)}};
    // A job that was given up on is asked for first: sending the same again would begin another one.
    const auto slot = "job at " + path;
    const auto content = sdk::fingerprint(json::serialize(body));
    const auto open = session.recall(slot);
    auto id = sdk::text_at(open, "content") == content ? sdk::text_at(open, "id") : std::string();
    if (id.empty()) {
        auto request = is_linked ? HttpRequest::put(path) : HttpRequest::post(path);
        const auto queued = co_await exchange(session, std::move(request).with_json(body), kZendesk);
        if (queued.status == 403 || queued.status == 404) {
            session.remember(memory, true);
            session.remark("Zendesk does not allow bulk imports on this account: records go one by one");
            co_return false;
        }
        if (!queued.ok()) {
            for (const auto place : places) {
                outcomes[place] = queued.outcome;
            }
            co_return true;
        }
        id = job_of(queued.body);
    }
    const auto results = co_await job_results(session, id);
    const bool is_open = !results && hinders_all(results.error());
    session.remember(slot, is_open ? json::value{{"id", id}, {"content", content}} : json::value());
    Places again;
    Places updated;
    for (std::size_t at = 0; at < places.size(); ++at) {
        const auto place = places[at];
        if (!results) {
            outcomes[place] = results.error();
            continue;
        }
        const auto* result = result_at(*results, at, places.size());
        outcomes[place] = outcome_of(result, batch[place]);
        if (outcomes[place].kind == OutcomeKind::conflict && !is_user && !is_linked) {
            again.push_back(place);
        } else if (result != nullptr && sdk::text_at(*result, "status") == "Updated") {
            updated.push_back(place);
        }
    }
    // What has the name already is ours from before, or to be adopted.
    co_await push_singly(session, resource, batch, std::move(again), outcomes);
    if (is_user) {
        co_await settle_addresses(session, batch, std::move(updated), outcomes);
    }
    co_return true;
}

}  // namespace

bool hinders_all(const Outcome& outcome) {
    constexpr std::array kOfTheAccount{
        OutcomeKind::unavailable,
        OutcomeKind::throttled,
        OutcomeKind::needs_reauth,
        OutcomeKind::misconfigured
    };
    return std::ranges::find(kOfTheAccount, outcome.kind) != kOfTheAccount.end();
}

Task<std::vector<Outcome>> push_parties(Session& session, Resource resource, std::vector<Operation> batch) {
    std::vector<Outcome> outcomes(batch.size());
    if (std::ranges::any_of(batch, &Operation::maybe_applied)) {
        const auto over = co_await wait_for_open_jobs(session);
        if (!over.is_success()) {
            std::ranges::fill(outcomes, over);
            co_return outcomes;
        }
    }
    std::array<Places, 2> groups;  // unlinked, linked
    for (std::size_t place = 0; place < batch.size(); ++place) {
        groups[batch[place].remote_id.empty() ? 0 : 1].push_back(place);
    }
    for (const auto& places : groups) {
        bool is_done = false;
        if (places.size() >= kWorthAJob) {
            is_done = co_await push_by_job(session, resource, batch, places, outcomes);
        }
        if (!is_done) {
            co_await push_singly(session, resource, batch, places, outcomes);
        }
    }
    co_return outcomes;
}

}  // namespace navette::zendesk
