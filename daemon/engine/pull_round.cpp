#include "daemon/engine/pull_round.hpp"

#include "daemon/core/log.hpp"
#include "daemon/core/metrics.hpp"
#include "daemon/engine/page_size.hpp"
#include "daemon/engine/pull_records.hpp"
#include "daemon/engine/storable_json.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <utility>

namespace navette::engine {

namespace asio = boost::asio;
namespace json = boost::json;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

// While the database is away, a pull asks again this often.
constexpr milliseconds kDatabaseAgain{5'000};
constexpr milliseconds kLongestPause{3'600'000};
// Our own writes that are under way when a page is read: their links are waited for, so that they can be told
// from somebody else's changes. They end soon; where one does not, its effect is told as a change.
constexpr milliseconds kWriteEnds{200};
constexpr int kWritesWaitedFor = 25;

SteadyTime after(milliseconds span) {
    return steady_clock::now() + span;
}

/// So that integrations which began together do not pull together for ever.
milliseconds spread(milliseconds every, std::mt19937_64& random) {
    const double factor = std::uniform_real_distribution<double>(0.9, 1.0)(random);
    return milliseconds(static_cast<milliseconds::rep>(static_cast<double>(every.count()) * factor));
}

bool is_for_good(const sdk::Outcome& failure) {
    return failure.kind == sdk::OutcomeKind::rejected || failure.kind == sdk::OutcomeKind::gone ||
           failure.kind == sdk::OutcomeKind::conflict;
}

}  // namespace

bool is_pulled(const Integration& integration) {
    const auto& capabilities = integration.manifest().capabilities;
    return integration.row().direction != store::SyncDirection::to_platform &&
           integration.row().state == "active" &&
           std::ranges::find(capabilities, "pull") != capabilities.end();
}

asio::awaitable<SteadyTime> pull_objects(
    const Background& background,
    config::PullSettings settings,
    std::shared_ptr<OwnedIntegration> owned,
    std::function<bool()> wanted
) {
    if (!is_pulled(*owned->integration)) {
        co_return after(kLongestPause);
    }
    std::vector<std::string> objects;
    for (const auto& object : owned->integration->manifest().objects) {
        objects.push_back(object.name);
    }
    const auto connection = co_await background.database.connection();
    if (!connection) {
        co_return after(kDatabaseAgain);
    }
    auto states = co_await store::load_pulls(
        **connection, owner_of(background, *owned), std::move(objects), settings.every
    );
    if (!states) {
        core::log(
            core::LogLevel::warning,
            "how far the integration was pulled cannot be read",
            {{"integration", owned->integration->key().id}, {"error", states.error().message}}
        );
        co_return after(kDatabaseAgain);
    }
    auto next = after(settings.every);
    for (auto& state : *states) {
        if (!wanted()) {
            break;
        }
        auto due = after(state.due);
        if (state.due <= milliseconds(0)) {
            PullRound round(background, settings, *owned, wanted, std::move(state));
            due = co_await round.run();
        }
        next = std::min(next, due);
    }
    co_return next;
}

PullRound::PullRound(
    const Background& background,
    const config::PullSettings& settings,
    OwnedIntegration& owned,
    const std::function<bool()>& wanted,
    store::PullState state
)
    : background_(background),
      settings_(settings),
      owned_(owned),
      wanted_(wanted),
      state_(std::move(state)),
      next_in_(spread(settings.every, background.random)) {}

asio::awaitable<SteadyTime> PullRound::run() {
    while (true) {
        if (const auto due = co_await page()) {
            co_return *due;
        }
    }
}

asio::awaitable<std::optional<SteadyTime>> PullRound::page() {
    BackgroundCall call(background_, owned_, wanted_);
    if (!call.is_wanted()) {
        co_return after(settings_.every);
    }
    if (const auto later = call.may_begin()) {
        co_return later;
    }
    auto& connector = owned_.integration->connector();
    sdk::PullRequest request;
    request.object = state_.object;
    request.cursor = json::parse(state_.cursor);
    request.limit = page_size(owned_, state_.object, settings_.page);
    const auto asked_at = steady_clock::now();
    auto pulled = co_await guarded_pull(connector, call.session(), std::move(request));
    const auto pause = call.ended(pulled ? nullptr : &pulled.error());
    if (!call.is_wanted()) {
        co_return after(settings_.every);
    }
    if (!pulled) {
        note_page_failure(owned_, state_.object, pulled.error());
        auto sentence = call.sentence_of(pulled.error());
        co_return co_await failed(std::move(pulled.error()), std::move(sentence), pause);
    }
    auto cursor = storable_json(pulled->cursor);
    if (pulled->more && json::parse(cursor) == json::parse(state_.cursor)) {
        const auto bug = "a bug in the connector " + std::string(connector.slug()) +
                         ": it has more to read and its cursor stays where it is";
        co_return co_await failed(sdk::Outcome::retry(bug), bug, std::nullopt);
    }
    co_return co_await take_in(call, std::move(*pulled), std::move(cursor), asked_at);
}

asio::awaitable<std::optional<SteadyTime>> PullRound::take_in(
    const BackgroundCall& call, sdk::PullPage page, std::string cursor, SteadyTime asked_at
) {
    std::size_t at = 0;
    do {
        auto records = next_piece(page.records, at);
        store::PulledPage piece;
        piece.more = true;
        if (at == page.records.size()) {
            piece.cursor = cursor;
            piece.more = page.more;
        }
        if (const auto later = co_await take_in_piece(call, std::move(piece), std::move(records), asked_at)) {
            co_return later;
        }
    } while (at < page.records.size());
    state_.cursor = std::move(cursor);
    if (page.more) {
        co_return std::nullopt;
    }
    note_last_page(owned_, state_.object);
    tell_end();
    co_return after(next_in_);
}

asio::awaitable<std::optional<SteadyTime>> PullRound::take_in_piece(
    const BackgroundCall& call,
    store::PulledPage piece,
    std::vector<sdk::RemoteRecord> records,
    SteadyTime asked_at
) {
    co_await background_.give_way();
    if (!call.is_wanted()) {
        co_return after(settings_.every);
    }
    piece.object = state_.object;
    piece.generation = state_.generation;
    piece.next_in = next_in_;
    piece.asked = state_.asked;
    piece.records = records.size();
    auto known = co_await known_of(ids_of(state_.object, records), asked_at);
    if (!known) {
        co_return after(kDatabaseAgain);
    }
    auto taken = take_records(state_.object, std::move(records), std::move(*known));
    piece.items = std::move(taken.items);
    piece.events = std::move(taken.events);
    const auto count = piece.records;
    const auto result = co_await write(std::move(piece));
    if (!result) {
        if (result.error().kind == core::ErrorKind::unavailable) {
            co_return after(kDatabaseAgain);
        }
        // PostgreSQL quotes what it refuses.
        const auto refusal =
            sdk::Outcome::retry("what was pulled cannot be stored: " + result.error().message);
        co_return co_await failed(refusal, call.sentence_of(refusal), std::nullopt);
    }
    if (!result->written) {
        co_return steady_clock::now();  // the lease or the cursor is another one by now: look anew
    }
    auto& metrics = core::pull_metrics(owned_.integration->manifest().slug);
    metrics.records.add(static_cast<double>(count));
    metrics.changes.add(static_cast<double>(result->changes));
    records_ += count;
    changes_ += result->changes;
    state_.failures = 0;
    co_return std::nullopt;
}

asio::awaitable<core::Result<std::vector<store::KnownRemote>>> PullRound::known_of(
    std::vector<std::string> ids, SteadyTime asked_at
) {
    if (ids.empty()) {
        co_return std::vector<store::KnownRemote>();
    }
    asio::steady_timer write_ends(background_.executor);
    for (int waited = 0;; ++waited) {
        const auto connection = co_await background_.database.connection();
        if (!connection) {
            co_return std::unexpected(connection.error());
        }
        auto known = co_await store::known_remotes(
            **connection,
            owned_.integration->key(),
            state_.object,
            ids,
            std::chrono::ceil<milliseconds>(steady_clock::now() - asked_at)
        );
        const bool settled =
            !known || std::ranges::none_of(*known, [](const auto& one) { return one.in_flight; });
        if (settled || waited == kWritesWaitedFor || !wanted_()) {
            co_return known;
        }
        write_ends.expires_after(kWriteEnds);
        co_await write_ends.async_wait(asio::as_tuple(asio::use_awaitable));
    }
}

asio::awaitable<core::Result<store::PulledResult>> PullRound::write(store::PulledPage written) {
    const auto connection = co_await background_.database.connection();
    if (!connection) {
        co_return std::unexpected(connection.error());
    }
    co_return co_await store::write_pulled_page(
        **connection, owner_of(background_, owned_), std::move(written)
    );
}

asio::awaitable<SteadyTime> PullRound::failed(
    sdk::Outcome failure, std::string sentence, std::optional<milliseconds> pause
) {
    const auto& key = owned_.integration->key();
    core::pull_metrics(owned_.integration->manifest().slug).failures.add();
    store::PullFailure noted;
    noted.object = state_.object;
    noted.generation = state_.generation;
    // What the platform no longer takes for a cursor cannot get better; once is enough.
    noted.from_start = is_for_good(failure) && !state_.is_full;
    if (noted.from_start) {
        sentence += "; it is read from the start";
    }
    const auto longest = std::max(kLongestPause, settings_.every);
    noted.next_in = pause.value_or(background_pause(state_.failures + 1, longest, background_.random));
    noted.error = sentence;
    // An outage and a limit are the account's news, told once for all its work.
    const bool is_known = failure.kind == sdk::OutcomeKind::unavailable ||
                          failure.kind == sdk::OutcomeKind::throttled || state_.last_error == sentence;
    if (!is_known) {
        const bool never_worked = is_for_good(failure) && state_.is_full;
        core::log(
            never_worked ? core::LogLevel::info : core::LogLevel::warning,
            "changes could not be pulled: " + sentence,
            {{"integration", key.id},
             {"tenant", key.tenant_id},
             {"object", state_.object},
             {"again_ms", noted.next_in.count()}}
        );
    }
    const auto next = after(noted.next_in);
    if (const auto connection = co_await background_.database.connection()) {
        const auto done =
            co_await store::note_pull_failure(**connection, owner_of(background_, owned_), std::move(noted));
        if (!done) {
            core::log(
                core::LogLevel::warning,
                "that a pull failed could not be noted",
                {{"integration", key.id}, {"error", done.error().message}}
            );
        }
    }
    co_return next;
}

void PullRound::tell_end() const {
    const auto& key = owned_.integration->key();
    if (!state_.last_error.empty()) {
        core::log(
            core::LogLevel::info,
            "changes can be pulled again",
            {{"integration", key.id}, {"tenant", key.tenant_id}, {"object", state_.object}}
        );
    }
    if (changes_ > 0) {
        core::log(
            core::LogLevel::info,
            "the pull brought changes",
            {{"integration", key.id},
             {"tenant", key.tenant_id},
             {"object", state_.object},
             {"records", static_cast<long long>(records_)},
             {"changes", changes_}}
        );
    }
}

}  // namespace navette::engine
