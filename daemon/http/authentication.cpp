#include "daemon/http/authentication.hpp"

#include "daemon/http/database_desk.hpp"
#include "daemon/secrets/token.hpp"
#include "daemon/store/admin_tokens.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>

namespace navette::http {

namespace asio = boost::asio;

using std::chrono::milliseconds;
using std::chrono::seconds;
using Moment = std::chrono::steady_clock::time_point;

namespace {

std::unexpected<core::Error> refused() {
    return core::failure(
        core::ErrorKind::permission,
        "the token is not valid: it is unknown, has expired or was revoked; make one with: navettectl token "
        "create"
    );
}

Caller caller_of(const store::TokenHolder& holder) {
    Caller caller;
    caller.token_id = holder.id;
    caller.tenant = holder.tenant;
    if (holder.scope == "admin") {
        caller.scope = Caller::Scope::admin;
    } else {
        caller.scope = holder.scope == "write" ? Caller::Scope::write : Caller::Scope::read;
    }
    return caller;
}

/// Makes room for one more: what is over goes, and where that is not enough, any.
template <class Map>
void make_room(Map& map, std::size_t most, Moment now) {
    if (map.size() < most) {
        return;
    }
    std::erase_if(map, [&](const auto& entry) { return entry.second.until <= now; });
    if (map.size() >= most) {
        map.erase(map.begin());
    }
}

}  // namespace

struct Authenticator::Impl {
    struct Known {
        Caller caller;
        Moment until;
    };
    struct Unknown {
        Moment until;
    };
    /// A lookup that others wait for as well.
    struct Lookup {
        explicit Lookup(const asio::any_io_executor& executor) : over(executor, Moment::max()) {}

        asio::steady_timer over;
        std::optional<core::Result<Caller>> outcome;
    };

    Impl(DatabaseDesk& database_desk, AuthenticationRule the_rule, Clock the_clock)
        : desk(database_desk),
          rule(the_rule),
          clock(the_clock ? std::move(the_clock) : Clock([] { return std::chrono::steady_clock::now(); })),
          throttle(rule.throttle) {}

    [[nodiscard]] std::optional<Caller> remembered(const std::string& hash) const {
        const auto found = known.find(hash);
        return found != known.end() && clock() < found->second.until ? std::optional(found->second.caller)
                                                                     : std::nullopt;
    }

    [[nodiscard]] bool is_unknown(const std::string& hash) const {
        const auto found = unknown.find(hash);
        return found != unknown.end() && clock() < found->second.until;
    }

    core::Result<Caller> remember(
        const std::string& hash, const std::optional<store::TokenHolder>& holder, Moment asked_at
    ) {
        if (!holder) {
            known.erase(hash);
            make_room(unknown, rule.remembered, clock());
            unknown[hash].until = asked_at + rule.disbelieve;
            return refused();
        }
        auto believe = rule.believe;
        if (holder->seconds_left) {
            believe = std::min(
                believe, milliseconds(static_cast<std::int64_t>(std::min(*holder->seconds_left, 1e6) * 1000))
            );
        }
        make_room(known, rule.remembered, clock());
        // From when it was asked: it may have been revoked since.
        auto& entry = known[hash];
        entry.caller = caller_of(*holder);
        entry.until = asked_at + believe;
        return entry.caller;
    }

    DatabaseDesk& desk;
    AuthenticationRule rule;
    Clock clock;
    FailureThrottle throttle;
    std::unordered_map<std::string, Known> known;
    std::unordered_map<std::string, Unknown> unknown;
    std::unordered_map<std::string, std::shared_ptr<Lookup>> lookups;
};

Authenticator::Authenticator(DatabaseDesk& desk, AuthenticationRule rule, Clock clock)
    : impl_(std::make_shared<Impl>(desk, rule, std::move(clock))) {}

Authenticator::~Authenticator() = default;

namespace {

using Found = std::optional<core::Result<std::optional<store::TokenHolder>>>;

/// Asks the database, at the desk.
asio::awaitable<Found> look_up(DatabaseDesk& desk, std::string bearer) {
    auto found = std::make_shared<Found>();
    Operation operation = [found, bearer](store::AdminSession& session, const Request&) {
        *found = store::check_token(session, bearer);
        return Response{};
    };
    Request request;
    request.path = "(token)";
    (void)co_await desk.run(std::move(operation), std::move(request));
    co_return *found;
}

std::unexpected<core::Error> cannot_tell() {
    return core::failure(
        core::ErrorKind::unavailable, "the token cannot be checked at present; try again in a moment"
    );
}

}  // namespace

asio::awaitable<core::Result<Caller>> Authenticator::authenticate(std::string bearer) {
    const auto impl = impl_;
    if (!secrets::token_id_of(bearer)) {
        co_return refused();
    }
    const auto hash = secrets::token_hash(bearer);
    if (auto caller = impl->remembered(hash)) {
        co_return std::move(*caller);
    }
    if (impl->is_unknown(hash)) {
        co_return refused();
    }
    if (const auto under_way = impl->lookups.find(hash); under_way != impl->lookups.end()) {
        const auto lookup = under_way->second;
        boost::system::error_code woken;
        co_await lookup->over.async_wait(asio::redirect_error(asio::use_awaitable, woken));
        if (lookup->outcome) {
            co_return *lookup->outcome;
        }
        co_return cannot_tell();
    }
    if (impl->lookups.size() >= impl->rule.lookups) {
        co_return cannot_tell();
    }
    const auto lookup = std::make_shared<Impl::Lookup>(co_await asio::this_coro::executor);
    impl->lookups.emplace(hash, lookup);
    // Also where this coroutine is thrown away in the middle: the others must not wait for ever.
    struct Ending {
        Ending(std::shared_ptr<Impl> owner, std::string name, std::shared_ptr<Impl::Lookup> mine)
            : impl(std::move(owner)), hash(std::move(name)), lookup(std::move(mine)) {}
        ~Ending() {
            impl->lookups.erase(hash);
            lookup->over.cancel();
        }
        Ending(const Ending&) = delete;
        Ending& operator=(const Ending&) = delete;
        std::shared_ptr<Impl> impl;
        std::string hash;
        std::shared_ptr<Impl::Lookup> lookup;
    };
    const Ending ending(impl, hash, lookup);
    const auto asked_at = impl->clock();
    const auto found = co_await look_up(impl->desk, std::move(bearer));
    if (!found || !*found) {
        lookup->outcome = cannot_tell();
    } else {
        lookup->outcome = impl->remember(hash, **found, asked_at);
    }
    co_return *lookup->outcome;
}

asio::awaitable<std::expected<Caller, Response>> Authenticator::admit(
    std::string bearer, std::string client
) {
    const auto impl = impl_;
    const bool is_known =
        secrets::token_id_of(bearer).has_value() && impl->remembered(secrets::token_hash(bearer)).has_value();
    if (!is_known) {
        if (const auto wait = impl->throttle.wait_of(client, impl->clock()); wait > milliseconds(0)) {
            co_return std::unexpected(
                problem(429, "too many wrong tokens came from this address; wait, then try a valid one")
                    .with_header("Retry-After", std::to_string(std::chrono::ceil<seconds>(wait).count()))
            );
        }
    }
    auto caller = co_await authenticate(std::move(bearer));
    if (caller) {
        if (!is_known) {
            impl->throttle.succeeded(client);
        }
        co_return std::move(*caller);
    }
    if (caller.error().kind != core::ErrorKind::permission) {
        co_return std::unexpected(problem(caller.error()));
    }
    impl->throttle.failed(client, impl->clock());
    co_return std::unexpected(
        problem(401, caller.error().message)
            .with_header("WWW-Authenticate", "Bearer realm=\"navette\", error=\"invalid_token\"")
    );
}

}  // namespace navette::http
