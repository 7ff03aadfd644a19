// OAuth tokens in the database: renewed by the owner of the integration's lease alone, and never one refresh
// token spent by two.
#pragma once

#include "daemon/store/connection.hpp"
#include "daemon/store/leases.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace navette::store {

/// An owner's wish to renew the tokens that it has seen.
struct Renewal {
    IntegrationKey key;
    std::string node_id;
    std::int64_t epoch = 0;
    std::int64_t oauth_version = 0;  // of the tokens it has seen
    bool spends = false;             // the platform takes the refresh token once
    /// How long after its first use the platform takes it once more; zero: never.
    std::chrono::milliseconds grace{0};
};

/// What came of begin_renewal().
struct RenewalStart {
    enum class Kind {
        begun,      // written down: the refresh token may be spent now
        newer,      // there are other tokens by now: `sealed_tokens` and `oauth_version`
        spent,      // the refresh token was spent `spent_for` ago and its answer never came back
        not_owner,  // the lease is another's, or has run out
    };

    Kind kind = Kind::not_owner;
    bool again = false;  // begun: it was spent before, the platform lets it be spent once more
    std::chrono::milliseconds spent_for{0};
    std::string sealed_tokens;  // empty: none
    std::int64_t oauth_version = 0;
};

/// Writes down that the refresh token is about to be spent, before it is, so that whoever finds the row after
/// a crash knows. Changes nothing unless this node owns the integration under this epoch, by the database's
/// clock, and the tokens are those it has seen.
boost::asio::awaitable<core::Result<RenewalStart>> begin_renewal(Connection& connection, Renewal renewal);

/// The refresh token was surely not spent: takes the note back.
boost::asio::awaitable<core::Result<void>> abandon_renewal(Connection& connection, Renewal renewal);

/// What stands in the row after finish_renewal().
struct RenewalEnd {
    bool stored = false;  // by this call
    std::string sealed_tokens;
    std::int64_t oauth_version = 0;
};

/// Stores the new tokens if those seen are still in force and no other owner has begun since. It asks for no
/// lease: an answer that comes late is better kept than lost. Safe to repeat.
boost::asio::awaitable<core::Result<RenewalEnd>> finish_renewal(
    Connection& connection,
    Renewal renewal,
    std::string sealed_tokens,
    std::optional<std::chrono::system_clock::time_point> expires_at
);

}  // namespace navette::store
