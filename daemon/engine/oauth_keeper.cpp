#include "daemon/engine/oauth_keeper.hpp"

#include "daemon/core/log.hpp"
#include "daemon/engine/evidence.hpp"
#include "daemon/engine/spawn.hpp"
#include "daemon/secrets/wiping.hpp"

#include <algorithm>
#include <utility>

namespace navette::engine {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using std::chrono::system_clock;
using Kind = TokenTrouble::Kind;

namespace {

constexpr milliseconds kLookAgain{30'000};
constexpr milliseconds kStoreAgain{200};
// So often is a spent token spent once more, within the platform's grace, before others wait no longer.
constexpr int kTriesWithinGrace = 3;

std::unexpected<TokenTrouble> trouble(Kind kind, std::string sentence) {
    return std::unexpected(TokenTrouble(kind, std::move(sentence)));
}

std::string how_to_authorise(const Integration& integration) {
    return "; authorise again: navettectl integration authorize " + integration.key().id;
}

std::string answer_lost(const Integration& integration, milliseconds spent_for) {
    return "the access token's renewal was cut off " + std::to_string(spent_for.count() / 1'000) +
           " s ago before its answer was stored, and " + integration.manifest().name +
           " takes a refresh token only once" + how_to_authorise(integration);
}

}  // namespace

OAuthKeeper::OAuthKeeper(
    const asio::any_io_executor& executor, Database& database, Transport& transport, KeeperNeeds needs
)
    : executor_(executor),
      database_(database),
      transport_(transport),
      needs_(std::move(needs)),
      random_(std::random_device{}()) {}

OAuthKeeper::Line& OAuthKeeper::line_of(const std::string& integration_id) {
    return lines_[integration_id];
}

bool OAuthKeeper::is_gone(const Line& line) {
    return line.gone_with && *line.gone_with == line.grant->version();
}

std::shared_ptr<OAuthGrant> OAuthKeeper::grant_of(const std::string& integration_id) {
    return line_of(integration_id).grant;
}

void OAuthKeeper::watch(std::shared_ptr<const Integration> integration) {
    if (!integration->grant()) {
        unwatch(integration->key().id);
        return;
    }
    auto& line = line_of(integration->key().id);
    if (integration->row().state == "active") {
        line.gone_with.reset();
        line.failures = 0;
        line.not_before = {};
    }
    line.grant = integration->grant();
    line.watched = std::move(integration);
}

void OAuthKeeper::unwatch(const std::string& integration_id) {
    const auto line = lines_.find(integration_id);
    if (line == lines_.end()) {
        return;
    }
    line->second.watched.reset();
    // The next owner may renew them: what is known here is old when this node comes to own it again.
    if (!line->second.under_way) {
        lines_.erase(line);
    }
}

bool OAuthKeeper::is_renewing(const std::string& integration_id) const {
    const auto line = lines_.find(integration_id);
    return line != lines_.end() && line->second.under_way != nullptr;
}

milliseconds OAuthKeeper::renew_what_is_due() {
    const auto now = system_clock::now();
    const auto steady = steady_clock::now();
    auto next = kLookAgain;
    for (auto& [id, line] : lines_) {
        const auto& tokens = line.grant->tokens();
        if (!line.watched || line.under_way || is_gone(line) || !tokens) {
            continue;
        }
        const auto due = renewal_moment(*tokens);
        if (!due || way_to_renew(line.watched->auth().oauth, tokens) == RenewalWay::none) {
            continue;
        }
        const auto wait = std::max(
            std::chrono::ceil<milliseconds>(*due - now),
            std::chrono::ceil<milliseconds>(line.not_before - steady)
        );
        if (wait > milliseconds(0)) {
            next = std::min(next, wait);
            continue;
        }
        auto renewing = [](OAuthKeeper& keeper, std::shared_ptr<const Integration> one
                        ) -> asio::awaitable<void> { co_await keeper.renew(std::move(one)); };
        spawn(executor_, renewing(*this, line.watched), "renewing the tokens of " + id);
    }
    return next;
}

sdk::Task<std::expected<void, TokenTrouble>> OAuthKeeper::ready(std::shared_ptr<const Integration> integration
) {
    auto& line = line_of(integration->key().id);
    const auto grant = integration->grant();
    const auto good = [grant] {
        return grant->tokens() && !has_expired(*grant->tokens(), system_clock::now());
    };
    if (!line.under_way) {
        const auto due = grant->tokens() ? renewal_moment(*grant->tokens()) : std::nullopt;
        if (good() && (!due || system_clock::now() < *due)) {
            co_return Outcome();
        }
        // Gone, or failed a moment ago: what is left of the old token is used.
        if (is_gone(line) || steady_clock::now() < line.not_before) {
            co_return good() ? Outcome() : line.last;
        }
        if (way_to_renew(integration->auth().oauth, grant->tokens()) == RenewalWay::none) {
            if (good()) {
                co_return Outcome();
            }
            co_return trouble(
                Kind::needs_consent,
                grant->tokens() ? "the access token has run out and came without a refresh token" +
                                      how_to_authorise(*integration)
                                : not_authorised(*integration)
            );
        }
    }
    auto renewed = co_await renew(integration);
    if (!renewed && good()) {
        co_return Outcome();
    }
    co_return renewed;
}

sdk::Task<bool> OAuthKeeper::renewed_after(
    std::shared_ptr<const Integration> integration, std::string refused
) {
    const auto grant = integration->grant();
    const auto is_new = [grant, refused] {
        return grant->tokens() && grant->tokens()->access_token != refused;
    };
    if (is_new()) {
        co_return true;
    }
    auto& line = line_of(integration->key().id);
    const bool may_renew = grant->renews_after_refusal() && !is_gone(line) &&
                           steady_clock::now() >= line.not_before &&
                           way_to_renew(integration->auth().oauth, grant->tokens()) != RenewalWay::none;
    if (!line.under_way && !may_renew) {
        co_return false;
    }
    const auto renewed = co_await renew(integration);
    if (renewed && is_new()) {
        grant->got_after_refusal();
    }
    co_return is_new();
}

asio::awaitable<OAuthKeeper::Outcome> OAuthKeeper::renew(std::shared_ptr<const Integration> integration) {
    const auto id = integration->key().id;
    if (const auto under_way = line_of(id).under_way) {
        co_await under_way->over.async_wait(asio::as_tuple(asio::use_awaitable));
        co_return under_way->outcome;
    }
    const auto mine = std::make_shared<UnderWay>(executor_);
    line_of(id).under_way = mine;
    ++renewing_;
    Outcome outcome;
    std::string bug;
    try {
        outcome = co_await renew_once(integration);
    } catch (const std::exception& error) {
        bug = error.what();
    }
    if (!bug.empty()) {
        outcome = trouble(Kind::passing, "the access token could not be renewed: " + bug);
    }
    --renewing_;
    auto& line = line_of(id);
    if (outcome) {
        line.failures = 0;
        line.not_before = {};
    } else {
        const auto& key = integration->key();
        outcome.error().sentence = storable(integration->redactor().text(outcome.error().sentence));
        ++line.failures;
        const double random = std::uniform_real_distribution<double>(0, 1)(random_);
        line.not_before =
            steady_clock::now() + outcome.error().retry_after.value_or(renewal_pause(line.failures, random));
        core::log(
            core::LogLevel::warning,
            "the access token was not renewed: " + outcome.error().sentence,
            {{"integration", key.id}, {"tenant", key.tenant_id}}
        );
        if (outcome.error().kind == Kind::needs_consent) {
            line.gone_with = line.grant->version();
        }
    }
    line.last = outcome;
    line.under_way.reset();
    if (!line.watched) {
        lines_.erase(id);
    }
    mine->outcome = outcome;
    mine->over.cancel();
    needs_.ended();
    if (!outcome && outcome.error().kind == Kind::needs_consent) {
        needs_.gone(id, outcome.error().sentence);
    }
    co_return outcome;
}

asio::awaitable<OAuthKeeper::Outcome> OAuthKeeper::renew_once(std::shared_ptr<const Integration> integration
) {
    const auto& spec = integration->auth().oauth;
    const auto grant = integration->grant();
    const auto client = integration->oauth_client(spec);
    if (!client) {
        co_return trouble(Kind::misconfigured, client.error().message);
    }
    for (int attempt = 1;; ++attempt) {
        const auto& tokens = grant->tokens();
        const auto way = way_to_renew(spec, tokens);
        if (way == RenewalWay::none) {
            co_return trouble(Kind::needs_consent, not_authorised(*integration));
        }
        auto request = renewal_request(
            spec, *client, way, tokens ? tokens->refresh_token : std::string(), system_clock::now()
        );
        if (!request) {
            co_return trouble(Kind::misconfigured, request.error().message);
        }
        const auto epoch = needs_.epoch(integration->key().id);
        if (!epoch) {
            co_return trouble(Kind::passing, "this node does not work for the integration at present");
        }
        store::Renewal renewal;
        renewal.key = integration->key();
        renewal.node_id = needs_.node_id();
        renewal.epoch = *epoch;
        renewal.oauth_version = grant->version();
        renewal.spends = way == RenewalWay::refresh_token && spec.refresh_rotates;
        renewal.grace = spec.refresh_grace;
        const auto connection = co_await database_.connection();
        if (!connection) {
            co_return trouble(Kind::passing, connection.error().message);
        }
        auto start = co_await store::begin_renewal(**connection, renewal);
        if (!start) {
            co_return trouble(Kind::passing, start.error().message);
        }
        using Start = store::RenewalStart::Kind;
        if (start->kind == Start::not_owner) {
            co_return trouble(Kind::passing, "another node works for the integration by now");
        }
        if (start->kind == Start::spent) {
            co_return trouble(Kind::needs_consent, answer_lost(*integration, start->spent_for));
        }
        if (start->kind == Start::newer) {
            co_return take_stored(*integration, start->sealed_tokens, start->oauth_version);
        }
        auto outcome = co_await exchange(integration, renewal, std::move(*request), way, start->again);
        const bool lost = !outcome && outcome.error().kind == Kind::lost;
        if (!lost) {
            co_return outcome;
        }
        // At once again: within the grace that may bring it back, past it it cannot get better.
        if (!renewal.spends || attempt >= kTriesWithinGrace) {
            co_return trouble(Kind::passing, outcome.error().sentence);
        }
    }
}

asio::awaitable<OAuthKeeper::Outcome> OAuthKeeper::exchange(
    std::shared_ptr<const Integration> integration,
    store::Renewal renewal,
    outbound::WireRequest request,
    RenewalWay way,
    bool spent_before
) {
    const auto before = integration->grant()->tokens();
    request.timeout = integration->manifest().timeout;
    request.still_wanted = [this, id = renewal.key.id, epoch = renewal.epoch] {
        return needs_.epoch(id) == epoch;
    };
    const auto asked_at = system_clock::now();
    auto answer = co_await transport_.send(std::move(request));
    auto tokens = read_token_answer(integration->auth().oauth, answer, before, asked_at);
    if (answer) {
        secrets::wipe(answer->body);
    }
    if (tokens) {
        tokens->got_by = engine::grant_of(way);
        co_return co_await keep(integration, std::move(renewal), std::move(*tokens));
    }
    auto& why = tokens.error();
    // Not spent after all. One that may have been spent before stays noted.
    if (why.kind != Kind::lost && !spent_before) {
        if (const auto connection = co_await database_.connection()) {
            co_await store::abandon_renewal(**connection, std::move(renewal));
        }
    }
    if (why.kind == Kind::needs_consent) {
        why.sentence += how_to_authorise(*integration);
    }
    co_return std::unexpected(std::move(why));
}

asio::awaitable<OAuthKeeper::Outcome> OAuthKeeper::keep(
    std::shared_ptr<const Integration> integration, store::Renewal renewal, OAuthTokens tokens
) {
    const auto vault = needs_.vault();
    if (!vault) {
        co_return trouble(
            Kind::misconfigured, "tokens cannot be stored without secrets.key in the configuration"
        );
    }
    auto plain = encode_tokens(tokens);
    const secrets::WipedAtEnd wiped(plain);
    const auto sealed = vault->seal(plain, secrets::owner_of_oauth(renewal.key.tenant_id, renewal.key.id));
    // Nobody uses them before they are stored: a refresh token that is known to this process alone dies with
    // it.
    bool silent = false;
    while (true) {
        const auto connection = co_await database_.connection();
        const auto end =
            connection ? co_await store::finish_renewal(**connection, renewal, sealed, tokens.expires_at)
                       : core::Result<store::RenewalEnd>(std::unexpected(connection.error()));
        if (end) {
            if (end->stored || end->sealed_tokens == sealed) {
                integration->grant()->take(std::move(tokens), end->oauth_version);
                co_return Outcome();
            }
            co_return take_stored(*integration, end->sealed_tokens, end->oauth_version);
        }
        if (!std::exchange(silent, true)) {
            core::log(
                core::LogLevel::warning,
                "new OAuth tokens wait to be stored: " + end.error().message,
                {{"integration", integration->key().id}}
            );
        }
        if (stopping_) {
            co_return trouble(Kind::passing, "the new tokens could not be stored: " + end.error().message);
        }
        co_await pause(kStoreAgain);
    }
}

OAuthKeeper::Outcome OAuthKeeper::take_stored(
    const Integration& integration, const std::string& sealed, std::int64_t version
) {
    auto opened = open_tokens(sealed, integration.key(), needs_.vault());
    if (!opened) {
        return trouble(Kind::misconfigured, opened.error().message);
    }
    if (!*opened) {
        return trouble(Kind::needs_consent, not_authorised(integration));
    }
    integration.grant()->take(std::move(**opened), version);
    return {};
}

asio::awaitable<void> OAuthKeeper::pause(milliseconds span) {
    asio::steady_timer timer(executor_, span);
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
}

}  // namespace navette::engine
