// Who a bearer token belongs to, with a short memory so that not every request asks the database.
#pragma once

#include "daemon/core/error.hpp"
#include "daemon/http/exchange.hpp"
#include "daemon/http/failure_throttle.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <expected>
#include <functional>
#include <memory>
#include <string>

namespace navette::http {

class DatabaseDesk;

struct AuthenticationRule {
    /// How long a known token is believed: a revocation takes effect within this time.
    std::chrono::milliseconds believe{5'000};
    /// How long an unknown token is refused without a look. A token that was just made is not unknown: its
    /// text is new.
    std::chrono::milliseconds disbelieve{5'000};
    /// Tokens remembered at most, known and unknown each.
    std::size_t remembered = 4'096;
    /// Tokens looked up at the same time at most.
    std::size_t lookups = 64;
    ThrottleRule throttle;
};

/// Belongs to one executor, the listener's: it is not to be used from several threads. Its memory holds
/// hashes of tokens, not their texts.
class Authenticator {
  public:
    using Clock = std::function<std::chrono::steady_clock::time_point()>;

    /// `desk` must outlive it. `clock`: for tests.
    explicit Authenticator(DatabaseDesk& desk, AuthenticationRule rule = {}, Clock clock = {});
    ~Authenticator();
    Authenticator(const Authenticator&) = delete;
    Authenticator& operator=(const Authenticator&) = delete;

    /// The token's caller. Fails as `permission` where it is unknown, expired, revoked or malformed (401;
    /// which of them is not told), as `unavailable` where the database is away or too many tokens are looked
    /// up (503). Questions for one token at the same time ask the database once.
    [[nodiscard]] boost::asio::awaitable<core::Result<Caller>> authenticate(std::string bearer);

    /// The same, with the answer for who is not let in: 401 with WWW-Authenticate, 503, and 429 with
    /// Retry-After for an address (`client`: Request.client) that showed many wrong tokens in a row. A token
    /// that is known at the moment is let in from such an address too, and other addresses are not affected.
    [[nodiscard]] boost::asio::awaitable<std::expected<Caller, Response>> admit(
        std::string bearer, std::string client
    );

  private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace navette::http
