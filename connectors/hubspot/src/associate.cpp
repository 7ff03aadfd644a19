#include "associate.hpp"

#include "errors.hpp"

#include <navette/sdk/reading.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace navette::hubspot {

namespace {

using sdk::HttpRequest;
using sdk::Operation;
using sdk::Outcome;
using sdk::OutcomeKind;
using sdk::Session;
using sdk::Task;

/// Two records to be associated.
struct Pair {
    std::size_t at;  // the child's place in the batch
    std::string child;
    std::string parent;
};

/// What the child comes to. Never `gone`: a parent that is no more must not cost the child its link.
Outcome not_associated(Outcome failed, std::string_view parent) {
    auto outcome = failed.kind == OutcomeKind::gone ? Outcome::rejected(failed.message) : std::move(failed);
    outcome.message = "written, but not associated with its " + std::string(parent) + ": " + outcome.message;
    return std::move(outcome).after_unknown_effect();
}

/// Whether the results of an answer tell that both are associated, in either direction.
bool is_told(const json::value& body, const Pair& pair) {
    const auto end = [](const json::value& result, std::string_view name) {
        const auto* record = sdk::member_of(result, name);
        return record == nullptr ? std::string() : sdk::text_at(*record, "id");
    };
    return std::ranges::any_of(sdk::list_at(body, "results"), [&](const json::value& result) {
        const auto from = end(result, "from");
        const auto to = end(result, "to");
        return (from == pair.child && to == pair.parent) || (from == pair.parent && to == pair.child);
    });
}

/// One pair after the other, each with its own outcome; none any more once the platform as a whole is in the
/// way.
Task<void> associate_singly(
    Session& session,
    const Object& object,
    const Object& parent,
    std::vector<Pair> pairs,
    std::vector<Outcome>& outcomes
) {
    std::optional<Outcome> hindered;
    for (const auto& pair : pairs) {
        if (!hindered) {
            const auto path = object_path(
                session.settings(),
                object,
                "/" + sdk::path_segment(pair.child) + "/associations/default/" + std::string(parent.plural) +
                    "/" + sdk::path_segment(pair.parent)
            );
            const auto reply = co_await exchange(session, HttpRequest::put(path), kHubSpot);
            if (reply.ok()) {
                continue;
            }
            if (is_about_records(reply.outcome)) {
                outcomes[pair.at] = not_associated(reply.outcome, parent.name);
                continue;
            }
            hindered = reply.outcome;
        }
        outcomes[pair.at] = not_associated(*hindered, parent.name);
    }
}

Task<void> associate_with(
    Session& session,
    const Object& object,
    const Object& parent,
    std::vector<Pair> pairs,
    std::vector<Outcome>& outcomes
) {
    json::array inputs;
    for (const auto& pair : pairs) {
        inputs.push_back({{"from", {{"id", pair.child}}}, {"to", {{"id", pair.parent}}}});
    }
    const auto version =
        object_path(session.settings(), object, "").substr(std::string("/crm/objects/").size());
    const auto reply = co_await exchange(
        session,
        HttpRequest::post(
            "/crm/associations/" + version + "/" + std::string(parent.plural) + "/batch/associate/default"
        )
            .with_json(json::object{{"inputs", std::move(inputs)}}),
        kHubSpot
    );
    if (!reply.ok() && !is_about_records(reply.outcome)) {
        for (const auto& pair : pairs) {
            outcomes[pair.at] = not_associated(reply.outcome, parent.name);
        }
        co_return;
    }
    if (reply.ok() && sdk::list_at(reply.body, "errors").empty()) {
        co_return;
    }
    // The errors do not tell which pairs they mean, so those that are not among the results go alone.
    std::erase_if(pairs, [&](const Pair& pair) { return is_told(reply.body, pair); });
    co_await associate_singly(session, object, parent, std::move(pairs), outcomes);
}

}  // namespace

Task<void> associate(
    Session& session,
    const Object& object,
    const std::vector<Operation>& batch,
    std::vector<Outcome>& outcomes
) {
    std::map<std::string, std::vector<Pair>> by_parent;
    for (std::size_t at = 0; at < batch.size(); ++at) {
        for (const auto& [name, parent] : batch[at].references) {
            if (outcomes[at].kind == OutcomeKind::done && !parent.empty() && find_object(name) != nullptr) {
                by_parent[name].push_back({at, outcomes[at].remote_id, parent});
            }
        }
    }
    for (auto& [name, pairs] : by_parent) {
        co_await associate_with(session, object, *find_object(name), std::move(pairs), outcomes);
    }
}

}  // namespace navette::hubspot
