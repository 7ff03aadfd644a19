// Deals: projects with an opportunity. Our key is the project's own reference, which is unique.
#include "exchange.hpp"
#include "recipes.hpp"
#include "wire.hpp"

namespace navette::dolibarr {

namespace {

constexpr auto kPath = "/projects";
constexpr std::int64_t kWon = 6;
constexpr std::int64_t kLost = 7;

/// Dolibarr's number of the deal's stage by the setting `stages`; it takes any number without a word, so an
/// unknown name must not pass here. Null where the record names no stage.
std::expected<json::value, Outcome> stage_number(const json::object& settings, const std::string& stage) {
    if (stage.empty()) {
        return json::value();
    }
    const auto* stages = settings.if_contains("stages");
    const auto number = stages != nullptr && stages->is_object()
                            ? integer_at(stages->get_object(), lower_ascii(stage))
                            : std::nullopt;
    if (!number) {
        return std::unexpected(Outcome::rejected(
            "the setting `stages` gives no Dolibarr status for the deal stage \"" + stage + "\"", "stage"
        ));
    }
    return *number;
}

/// A new project is a draft, which nobody can work with.
Task<Outcome> open_project(Session& session, std::string id) {
    auto reply = co_await act(session, std::string(kPath) + "/" + id + "/validate");
    if (reply.kind == Kind::ok || reply.kind == Kind::unchanged) {
        co_return Outcome::done(std::move(id));
    }
    co_return reply.outcome;
}

Task<Outcome> adopt_project(Session& session, std::string key, json::object fields) {
    auto reply = co_await get(session, std::string(kPath) + "/ref/" + key);
    if (reply.kind == Kind::missing) {
        co_return Outcome::retry("project " + key + " is said to exist but cannot be found yet");
    }
    if (reply.kind != Kind::ok || !reply.body.is_object()) {
        co_return reply.outcome;
    }
    auto project = reply.body.get_object();
    const auto id = text_at(project, "id");
    const bool is_draft = text_at(project, "statut") == "0";
    auto outcome = co_await adopt(session, kPath, std::move(project), std::move(fields));
    if (outcome.kind == sdk::OutcomeKind::done && is_draft) {
        co_return co_await open_project(session, id);
    }
    co_return outcome;
}

}  // namespace

Task<Outcome> push_deal(Session& session, sdk::Operation operation) {
    auto fields = sendable(operation.fields);
    fields.erase("ref");
    const auto stage = stage_number(session.settings(), trimmed(text_at(operation.fields, "_stage")));
    if (!stage) {
        co_return stage.error();
    }
    if (!stage->is_null()) {
        fields["opp_status"] = *stage;
        if (*stage == kWon || *stage == kLost) {
            fields["opp_percent"] = *stage == kWon ? 100 : 0;
        }
    }
    fields["usage_opportunity"] = 1;
    if (const auto customer = operation.references.find("customer"); customer != operation.references.end()) {
        fields["socid"] = customer->second;
    }
    if (!operation.remote_id.empty()) {
        co_return co_await update(session, kPath, operation.remote_id, std::move(fields));
    }
    auto created = fields;
    created["ref"] = operation.key;
    add_unique_key(session, created, operation.key);
    auto reply = co_await create(session, kPath, std::move(created));
    if (reply.kind == Kind::ok) {
        co_return co_await open_project(session, std::to_string(reply.body.as_int64()));
    }
    if (reply.kind == Kind::duplicate) {
        co_return co_await adopt_project(session, operation.key, std::move(fields));
    }
    co_return reply.outcome;
}

}  // namespace navette::dolibarr
