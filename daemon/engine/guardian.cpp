#include "daemon/engine/guardian.hpp"

#include "daemon/core/log.hpp"
#include "daemon/core/metrics.hpp"
#include "daemon/engine/webhook_secret.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace navette::engine {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using State = sdk::SubscriptionState::State;

namespace {

constexpr milliseconds kDatabaseAgain{5'000};
constexpr milliseconds kLongestPause{3'600'000};
constexpr std::array<const char*, 4> kStates{"held", "missing", "repaired", "refused"};

SteadyTime after(milliseconds span) {
    return steady_clock::now() + span;
}

std::string name_of(State state) {
    return kStates.at(static_cast<std::size_t>(state));
}

/// Silence is noticed by a quarter of itself late, at most.
milliseconds silence_look(milliseconds silence) {
    return std::clamp(silence / 4, milliseconds(1'000), kLongestPause);
}

std::string state_of(const std::vector<store::Subscription>& before, const std::string& topic) {
    const auto found = std::ranges::find(before, topic, &store::Subscription::topic);
    return found == before.end() ? std::string() : found->state;
}

/// One line for each subscription that is not as it was.
void tell_news(
    const Integration& integration,
    const std::vector<store::Subscription>& before,
    const std::vector<store::Subscription>& now
) {
    const auto& key = integration.key();
    for (const auto& one : now) {
        const auto was = state_of(before, one.topic);
        if (was == one.state || one.state == "held") {
            continue;
        }
        const auto what = one.state == "repaired"  ? "a webhook subscription was missing and was made anew"
                          : one.state == "missing" ? "a webhook subscription is missing"
                                                   : "a webhook subscription is missing and was refused";
        core::log(
            one.state == "repaired" ? core::LogLevel::info : core::LogLevel::warning,
            one.sentence.empty() ? std::string(what) : std::string(what) + ": " + one.sentence,
            {{"integration", key.id}, {"tenant", key.tenant_id}, {"topic", one.topic}}
        );
    }
}

/// Whether events may have been missed: a subscription was not there, and that is news.
bool shows_a_gap(
    const std::vector<store::Subscription>& before, const std::vector<store::Subscription>& now
) {
    return std::ranges::any_of(now, [&](const store::Subscription& one) {
        return one.state != "held" && (one.state == "repaired" || state_of(before, one.topic) != one.state);
    });
}

}  // namespace

std::vector<store::Subscription> stored_subscriptions(
    const std::vector<sdk::SubscriptionState>& states, const outbound::Redactor& redactor
) {
    std::vector<store::Subscription> stored;
    for (const auto& state : states) {
        auto& one = stored.emplace_back();
        one.topic = storable(state.topic);
        one.state = name_of(state.state);
        one.remote_id = storable(state.remote_id);
        one.sentence = storable(redactor.text(state.sentence));
        // The redactor learns a new secret only when it is stored.
        for (auto at = state.secret.empty() ? std::string::npos : one.sentence.find(state.secret);
             at != std::string::npos;
             at = one.sentence.find(state.secret)) {
            one.sentence.replace(at, state.secret.size(), "[secret]");
        }
    }
    return stored;
}

Guardian::Guardian(const Background& background, GuardianNeeds needs)
    : background_(background), needs_(std::move(needs)) {}

bool Guardian::is_guarded(const Integration& integration) const {
    const auto& capabilities = integration.manifest().capabilities;
    return !needs_.public_url().empty() && integration.row().state == "active" &&
           integration.row().direction != store::SyncDirection::to_platform &&
           std::ranges::find(capabilities, "subscriptions") != capabilities.end();
}

std::string Guardian::address_of(const Integration& integration) const {
    return needs_.public_url() + "/webhooks/integrations/" + integration.manifest().slug + "/" +
           sdk::path_segment(integration.key().id);
}

asio::awaitable<SteadyTime> Guardian::check(
    std::shared_ptr<OwnedIntegration> owned, std::function<bool()> wanted
) {
    if (!is_guarded(*owned->integration)) {
        co_return after(kLongestPause);
    }
    const auto settings = needs_.settings();
    const auto connection = co_await background_.database.connection();
    if (!connection) {
        co_return after(kDatabaseAgain);
    }
    auto before =
        co_await store::load_webhook_check(**connection, owner_of(background_, *owned), settings.silence);
    if (!before) {
        core::log(
            core::LogLevel::warning,
            "what is known of the webhook subscriptions cannot be read",
            {{"integration", owned->integration->key().id}, {"error", before.error().message}}
        );
        co_return after(kDatabaseAgain);
    }
    if (!*before || !wanted()) {
        co_return after(kLongestPause);
    }
    const auto& known = **before;
    const bool is_due = known.due <= milliseconds(0) || known.asked > known.answered ||
                        known.is_silent != known.was_silent ||
                        known.address != address_of(*owned->integration);
    if (!is_due) {
        co_return after(std::min(known.due, silence_look(settings.silence)));
    }
    co_return co_await look(std::move(owned), std::move(wanted), std::move(**before));
}

sdk::SubscriptionPlan Guardian::plan_for(const Integration& integration, const store::WebhookCheck& before)
    const {
    sdk::SubscriptionPlan plan;
    plan.url = address_of(integration);
    plan.repair = before.asked > before.answered && before.asked_repair ? *before.asked_repair
                                                                        : needs_.settings().repair;
    for (const auto& object : integration.manifest().objects) {
        plan.objects.push_back(object.name);
    }
    plan.secret = webhook_secret_of(integration, needs_.vault());
    return plan;
}

asio::awaitable<SteadyTime> Guardian::look(
    std::shared_ptr<OwnedIntegration> owned, std::function<bool()> wanted, store::WebhookCheck before
) {
    const auto integration = owned->integration;
    const auto settings = needs_.settings();
    BackgroundCall call(background_, *owned, wanted);
    if (const auto later = call.may_begin()) {
        co_return *later;
    }
    auto plan = plan_for(*integration, before);
    if (before.is_silent && !before.was_silent) {
        tell_silence(*integration, before);
    }
    store::WebhookCheckResult result;
    result.address = plan.url;
    result.asked = before.asked;
    result.is_silent = before.is_silent;
    const bool newly_silent = before.is_silent && !before.was_silent;
    auto found = co_await guarded_subscriptions(integration->connector(), call.session(), std::move(plan));
    const auto pause = call.ended(found ? nullptr : &found.error());
    if (!found) {
        if (!call.is_wanted()) {
            co_return after(kLongestPause);
        }
        const auto longest = std::max(kLongestPause, settings.check);
        result.next_in = pause.value_or(background_pause(before.failures + 1, longest, background_.random));
        result.error = call.sentence_of(found.error());
        result.error = result.error.empty() ? "the connector gave no reason" : result.error;
        result.pull_now = newly_silent;
        if (result.error != before.last_error) {
            core::log(
                core::LogLevel::warning,
                "the webhook subscriptions could not be looked after: " + result.error,
                {{"integration", integration->key().id}, {"tenant", integration->key().tenant_id}}
            );
        }
        const auto next = after(result.next_in);
        co_await note(std::move(owned), std::move(result));
        co_return next;
    }
    // What the platform did stands, whatever became of the lease meanwhile: the store decides whether it may
    // be written.
    co_await keep_secrets(owned, *found);
    result.subscriptions = stored_subscriptions(*found, integration->redactor());
    result.next_in = settings.check;
    result.pull_now = newly_silent || shows_a_gap(before.subscriptions, result.subscriptions);
    tell_news(*integration, before.subscriptions, result.subscriptions);
    count(*integration, result.subscriptions);
    co_await note(std::move(owned), std::move(result));
    co_return after(std::min(settings.check, silence_look(settings.silence)));
}

asio::awaitable<void> Guardian::note(
    std::shared_ptr<OwnedIntegration> owned, store::WebhookCheckResult result
) {
    const auto& key = owned->integration->key();
    const bool pull_now = result.pull_now;
    const auto connection = co_await background_.database.connection();
    auto noted = connection ? co_await store::note_webhook_check(
                                  **connection, owner_of(background_, *owned), std::move(result)
                              )
                            : core::Result<bool>(std::unexpected(connection.error()));
    if (!noted) {
        core::log(
            core::LogLevel::warning,
            "what became of the webhook subscriptions could not be noted",
            {{"integration", key.id}, {"error", noted.error().message}}
        );
    } else if (*noted && pull_now) {
        needs_.pull_now(key.id);
    }
}

asio::awaitable<void> Guardian::keep_secrets(std::shared_ptr<OwnedIntegration> owned, States states) {
    for (auto& state : states) {
        if (!state.secret.empty()) {
            co_await keep_webhook_secret(background_, owned, needs_.vault, state.secret);
        }
    }
}

void Guardian::tell_silence(const Integration& integration, const store::WebhookCheck& before) const {
    const auto& key = integration.key();
    core::log(
        core::LogLevel::warning,
        "no webhook came although records changed there, as pulls found out; the subscriptions are looked "
        "after and "
        "the records are pulled",
        {{"integration", key.id},
         {"tenant", key.tenant_id},
         {"silence_ms", needs_.settings().silence.count()},
         {"subscriptions", static_cast<long long>(before.subscriptions.size())}}
    );
}

void Guardian::count(const Integration& integration, const std::vector<store::Subscription>& subscriptions) {
    forget(integration.key().id);
    auto& counted = counted_[integration.key().id];
    counted.slug = integration.manifest().slug;
    for (const auto* const state : kStates) {
        const auto number = std::ranges::count(subscriptions, state, &store::Subscription::state);
        counted.by_state[state] = static_cast<int>(number);
        core::webhook_subscriptions(counted.slug, state).add(static_cast<double>(number));
    }
}

void Guardian::forget(const std::string& integration_id) {
    const auto counted = counted_.find(integration_id);
    if (counted == counted_.end()) {
        return;
    }
    for (const auto& [state, number] : counted->second.by_state) {
        core::webhook_subscriptions(counted->second.slug, state).add(-number);
    }
    counted_.erase(counted);
}

}  // namespace navette::engine
