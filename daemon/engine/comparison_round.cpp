#include "daemon/engine/comparison_round.hpp"

#include "daemon/core/log.hpp"
#include "daemon/core/metrics.hpp"
#include "daemon/engine/compared_records.hpp"
#include "daemon/engine/inbound_merge.hpp"
#include "daemon/engine/page_size.hpp"
#include "daemon/engine/spoke.hpp"
#include "daemon/engine/storable_json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <utility>

namespace navette::engine {

namespace json = boost::json;
namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

// While the database is away, it is asked again this often.
constexpr milliseconds kDatabaseAgain{5'000};
// Somebody who asks for a comparison wakes the owner; this is for the case that nobody heard.
constexpr milliseconds kLookAgain{3'600'000};
constexpr milliseconds kLongestPause{3'600'000};
// How soon to look whether the jobs that were made are done.
constexpr milliseconds kJobsAgain{500};
// Rows of a step that needs the database alone.
constexpr int kRowsAtOnce = 1'000;
constexpr int kGatheredAtOnce = 500;
constexpr std::chrono::hours kKeepEnded{24 * 30};
constexpr int kTidiedAtOnce = 5'000;
// Jobs of one run in the queue at once, beside those of a bulk batch.
constexpr int kJobsAtOnce = 300;
// What the platform refuses so often in a row, it refuses.
constexpr int kRefusals = 3;

SteadyTime after(milliseconds span) {
    return steady_clock::now() + span;
}

bool is_for_good(const sdk::Outcome& failure) {
    return failure.kind == sdk::OutcomeKind::rejected || failure.kind == sdk::OutcomeKind::gone ||
           failure.kind == sdk::OutcomeKind::conflict;
}

bool has_capability(const Integration& integration, std::string_view name) {
    return std::ranges::find(integration.manifest().capabilities, name) !=
           integration.manifest().capabilities.end();
}

void warn(const Integration& integration, const std::string& what, const core::Error& error) {
    core::log(
        core::LogLevel::warning, what, {{"integration", integration.key().id}, {"error", error.message}}
    );
}

int jobs_at_once(const Integration& integration) {
    int bulk = 0;
    for (const auto& object : integration.manifest().objects) {
        bulk = std::max(bulk, object.bulk);
    }
    return kJobsAtOnce + bulk;
}

/// Shows the drift that was found last, and not repaired.
void show_drift(const Integration& integration, const store::ComparisonLook& look) {
    if (look.drift.empty()) {
        return;
    }
    for (const auto& [object, verdicts] : json::parse(look.drift).as_object()) {
        for (const auto* kind :
             {"link",
              "change_local",
              "change_remote",
              "conflict",
              "create_local",
              "create_remote",
              "ambiguous",
              "missing"}) {
            const bool is_left = !look.is_repaired || std::string_view(kind) == "ambiguous";
            const auto* count = is_left ? verdicts.as_object().if_contains(kind) : nullptr;
            core::drift_records(integration.key().id, object, kind)
                .set(count != nullptr && count->is_int64() ? static_cast<double>(count->get_int64()) : 0);
        }
    }
}

}  // namespace

bool is_compared(const Integration& integration) {
    const auto& state = integration.row().state;
    return integration.row().direction != store::SyncDirection::to_platform &&
           (state == "active" || state == "paused") && has_capability(integration, "pull");
}

asio::awaitable<SteadyTime> compare_objects(
    const Background& background,
    ComparisonSettings settings,
    std::shared_ptr<OwnedIntegration> owned,
    std::function<bool()> wanted
) {
    const auto& integration = *owned->integration;
    store::ReconcileRule rule;
    rule.every = is_compared(integration) ? settings.reconcile.every : milliseconds(0);
    rule.repair_share = settings.reconcile.repair_below / 100.0;
    rule.repair_most = settings.reconcile.repair_most;
    bool has_shown = false;
    while (wanted()) {
        const auto connection = co_await background.database.connection();
        if (!connection) {
            co_return after(kDatabaseAgain);
        }
        auto look = co_await store::look_at_comparisons(**connection, owner_of(background, *owned), rule);
        if (!look) {
            warn(integration, "the integration's comparisons cannot be read", look.error());
            co_return after(kDatabaseAgain);
        }
        if (!look->under_way || !has_shown) {
            has_shown = true;
            show_drift(integration, *look);
        }
        if (!look->under_way) {
            // In pieces, which others' statements go between.
            while (look->has_any && wanted()) {
                const auto tidy = co_await store::tidy_comparisons(
                    **connection, integration.key(), kKeepEnded, kTidiedAtOnce
                );
                if (!tidy || *tidy) {
                    break;
                }
            }
            co_return after(rule.every.count() > 0 ? std::min({kLookAgain, rule.every}) : kLookAgain);
        }
        if (look->under_way->due > milliseconds(0)) {
            co_return after(std::min(look->under_way->due, kLookAgain));
        }
        ComparisonRound round(background, settings, *owned, wanted, std::move(*look->under_way));
        if (const auto due = co_await round.step()) {
            co_return *due;
        }
    }
    co_return after(kLookAgain);
}

ComparisonRound::ComparisonRound(
    const Background& background,
    const ComparisonSettings& settings,
    OwnedIntegration& owned,
    const std::function<bool()>& wanted,
    store::ComparisonState state
)
    : background_(background),
      settings_(settings),
      owned_(owned),
      wanted_(wanted),
      state_(std::move(state)) {}

std::optional<SteadyTime> ComparisonRound::after_step(const core::Result<bool>& done) const {
    if (done) {
        return std::nullopt;
    }
    warn(*owned_.integration, "a step of a comparison could not be written", done.error());
    return after(kDatabaseAgain);
}

asio::awaitable<std::optional<SteadyTime>> ComparisonRound::step() {
    if (state_.state != "reading") {
        return apply();
    }
    if (state_.objects.empty()) {
        return begin();
    }
    if (state_.phase == "jobs" || state_.phase == "keys") {
        return gather();
    }
    return state_.phase == "remote" ? read_page() : read_database();
}

asio::awaitable<std::optional<SteadyTime>> ComparisonRound::begin() {
    const auto& integration = *owned_.integration;
    auto objects = is_compared(integration) ? compared_objects(integration) : std::vector<std::string>();
    if (!state_.object.empty()) {
        std::erase_if(objects, [&](const auto& name) { return name != state_.object; });
    }
    const auto connection = co_await background_.database.connection();
    if (!connection) {
        co_return after(kDatabaseAgain);
    }
    if (objects.empty()) {
        std::string why("none of its objects is synchronised both ways");
        if (!is_compared(integration)) {
            why = has_capability(integration, "pull")
                      ? "it carries records to the platform only, or is held as " + integration.row().state
                      : "its connector cannot read all of the platform's records";
        } else if (!state_.object.empty()) {
            why = state_.object + " is not synchronised both ways";
        }
        const auto done = co_await store::fail_comparison(**connection, owner(), state_.id, why);
        co_return done ? std::nullopt : std::optional(after(kDatabaseAgain));
    }
    const auto done = co_await store::begin_comparison(**connection, owner(), state_.id, std::move(objects));
    co_return after_step(done);
}

asio::awaitable<std::optional<SteadyTime>> ComparisonRound::gather() {
    const auto& integration = *owned_.integration;
    const auto types = entity_types_of(integration, state_.at_object);
    const auto connection = co_await background_.database.connection();
    if (!connection) {
        co_return after(kDatabaseAgain);
    }
    core::Result<store::GatheredPage> page;
    if (state_.phase == "jobs") {
        page = co_await store::waiting_records(
            **connection, integration.key(), types, state_.cursor, kGatheredAtOnce
        );
    } else {
        page = co_await store::keyless_records(
            **connection, integration.key(), types, state_.cursor, kGatheredAtOnce
        );
    }
    if (!page) {
        warn(integration, "the application's records cannot be read", page.error());
        co_return after(kDatabaseAgain);
    }
    json::array records;
    for (const auto& one : page->records) {
        auto data = json::parse(one.data);
        if (!data.is_object()) {
            continue;
        }
        auto keys = natural_keys_json(
            data.get_object(), integration.manifest().object(state_.at_object)->natural_keys
        );
        json::object record{{"entity_type", one.entity_type}, {"entity_id", one.entity_id}};
        record["keys"] = std::move(keys);
        if (state_.phase == "jobs") {
            record["data"] = std::move(data);
        }
        records.push_back(std::move(record));
    }
    const auto done = co_await store::gather_compared(
        **connection, owner(), state_, json::serialize(records), std::move(page->next)
    );
    co_return after_step(done);
}

asio::awaitable<std::optional<SteadyTime>> ComparisonRound::read_page() {
    const auto& integration = *owned_.integration;
    BackgroundCall call(background_, owned_, wanted_);
    if (!call.is_wanted()) {
        co_return after(kLookAgain);
    }
    if (const auto later = call.may_begin()) {
        co_return later;
    }
    sdk::PullRequest request;
    request.object = state_.at_object;
    request.cursor = json::parse(state_.cursor);
    request.limit = page_size(owned_, state_.at_object, settings_.page);
    auto pulled = co_await guarded_pull(integration.connector(), call.session(), std::move(request));
    const auto pause = call.ended(pulled ? nullptr : &pulled.error());
    if (!call.is_wanted()) {
        co_return after(kLookAgain);
    }
    if (!pulled) {
        note_page_failure(owned_, state_.at_object, pulled.error());
        auto sentence = call.sentence_of(pulled.error());
        co_return co_await failed(std::move(pulled.error()), std::move(sentence), pause);
    }
    auto cursor = storable_json(pulled->cursor);
    if (pulled->more && json::parse(cursor) == json::parse(state_.cursor)) {
        const auto bug = "a bug in the connector " + std::string(integration.connector().slug()) +
                         ": it has more to read and its cursor stays where it is";
        co_return co_await failed(sdk::Outcome::rejected(bug), bug, std::nullopt);
    }
    if (!pulled->more) {
        note_last_page(owned_, state_.at_object);
    }
    for (std::size_t at = 0;;) {
        auto records = next_piece(pulled->records, at);
        const bool is_last = at == pulled->records.size();
        const auto done = co_await write_piece(
            std::move(records), is_last ? cursor : state_.cursor, !is_last || pulled->more
        );
        if (is_last || !done || !*done) {
            co_return after_step(done);
        }
        ++state_.step;  // as the statement did
    }
}

asio::awaitable<core::Result<bool>> ComparisonRound::write_piece(
    std::vector<sdk::RemoteRecord> records, std::string next, bool more
) {
    const auto& integration = *owned_.integration;
    co_await background_.give_way();
    const auto connection = co_await background_.database.connection();
    if (!connection) {
        co_return std::unexpected(connection.error());
    }
    ComparedPage piece(integration, state_.at_object, std::move(records));
    std::vector<store::RemoteState> states;
    if (!piece.names().empty()) {
        auto loaded = co_await store::load_remotes(**connection, integration.key(), piece.names());
        if (!loaded) {
            co_return std::unexpected(std::move(loaded.error()));
        }
        states = std::move(*loaded);
    }
    const auto now = std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
    auto judged = std::move(piece).judged(states, now);
    co_return co_await store::write_compared_page(
        **connection, owner(), state_, std::move(judged), std::move(next), more
    );
}

asio::awaitable<std::optional<SteadyTime>> ComparisonRound::read_database() {
    auto types = entity_types_of(*owned_.integration, state_.at_object);
    const auto connection = co_await background_.database.connection();
    if (!connection) {
        co_return after(kDatabaseAgain);
    }
    const auto done =
        co_await store::step_comparison(**connection, owner(), state_, std::move(types), kRowsAtOnce);
    co_return after_step(done);
}

asio::awaitable<std::optional<SteadyTime>> ComparisonRound::apply() {
    const auto& integration = *owned_.integration;
    const auto connection = co_await background_.database.connection();
    if (!connection) {
        co_return after(kDatabaseAgain);
    }
    if (state_.state == "approved") {
        core::log(
            core::LogLevel::info,
            state_.is_first ? "the plan was approved and is applied" : "what differs is repaired",
            {{"integration", integration.key().id},
             {"tenant", integration.key().tenant_id},
             {"comparison", state_.id}}
        );
        co_return after_step(co_await store::begin_applying(**connection, owner(), state_.id));
    }
    const auto step = co_await store::apply_comparison(
        **connection, owner(), state_.id, jobs_at_once(integration), has_capability(integration, "fetch")
    );
    if (!step) {
        warn(integration, "a step of a plan could not be applied", step.error());
        co_return after(kDatabaseAgain);
    }
    if (step->state == "done") {
        core::log(
            core::LogLevel::info,
            state_.is_first ? "the plan is applied" : "what differed is repaired",
            {{"integration", integration.key().id},
             {"tenant", integration.key().tenant_id},
             {"comparison", state_.id}}
        );
    }
    if (step->state != "applying") {
        co_return std::nullopt;
    }
    co_return after(kJobsAgain);
}

asio::awaitable<std::optional<SteadyTime>> ComparisonRound::failed(
    sdk::Outcome failure, std::string sentence, std::optional<milliseconds> pause
) {
    const auto connection = co_await background_.database.connection();
    if (!connection) {
        co_return after(kDatabaseAgain);
    }
    // A cursor that the platform no longer takes is given up; an object that it refuses from the start is
    // left out.
    const bool is_refused = is_for_good(failure);
    if (is_refused && (state_.cursor == "null" || state_.failures + 1 >= kRefusals)) {
        core::log(
            core::LogLevel::info,
            "an object cannot be compared: " + sentence,
            {{"integration", owned_.integration->key().id}, {"object", state_.at_object}}
        );
        co_return after_step(
            co_await store::skip_compared_object(**connection, owner(), state_, std::move(sentence))
        );
    }
    const auto next_in =
        pause.value_or(background_pause(state_.failures + 1, kLongestPause, background_.random));
    const auto noted = co_await store::note_comparison_failure(
        **connection, owner(), state_, std::move(sentence), next_in, is_refused
    );
    co_return noted ? std::optional(after(next_in)) : after_step(noted);
}

}  // namespace navette::engine
