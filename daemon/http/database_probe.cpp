#include "daemon/http/database_probe.hpp"

#include "daemon/store/migrations.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace navette::http {

namespace asio = boost::asio;

namespace {

// A newer schema is no fault: while nodes are upgraded one after the other, the older ones go on. The probe's
// own session is read-only by its set-up; what the server gave it at first tells whether others may write.
constexpr store::Statement kState{
    "http_schema",
    "SELECT (SELECT min(wanted) FROM generate_series(1, $1::int) wanted "
    "WHERE NOT EXISTS (SELECT FROM navette.schema_migrations WHERE version = wanted)), "
    "pg_is_in_recovery() OR EXISTS (SELECT FROM pg_settings "
    "WHERE name = 'default_transaction_read_only' AND reset_val = 'on')"
};

}  // namespace

DatabaseProbe::DatabaseProbe(
    const asio::any_io_executor& executor, const std::string& conninfo, Readiness& readiness
)
    : database_(executor, conninfo, engine::Database::kReadOnly), readiness_(readiness), timer_(executor) {}

asio::awaitable<void> DatabaseProbe::ask() {
    // Whoever asks for readiness need not learn hosts and roles: those stand in the engine's log lines.
    std::optional<std::string> trouble = "PostgreSQL cannot be reached";
    if (const auto connection = co_await database_.connection()) {
        std::vector<store::Parameter> wanted;
        wanted.emplace_back(std::to_string(store::migrations().size()));
        const auto state = co_await (*connection)->query(kState, std::move(wanted));
        if (state && state->empty()) {
            trouble = "PostgreSQL gives no answer that can be read";
        } else if (state) {
            trouble.reset();
            if (!state->is_null(0, 0)) {
                trouble = "the schema lacks version " + state->string(0, 0) + "; run: navettectl db migrate";
            } else if (state->string(0, 1) == "t") {
                trouble =
                    "PostgreSQL takes no writes: it is a standby, or default_transaction_read_only is on";
            }
        } else if ((*connection)->alive()) {
            trouble = "the schema cannot be read";
        }
    }
    readiness_.database_is(std::move(trouble), std::chrono::steady_clock::now());
}

asio::awaitable<void> DatabaseProbe::run() {
    while (!stopping_) {
        co_await ask();
        if (stopping_) {
            co_return;
        }
        timer_.expires_after(kEvery);
        co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
}

void DatabaseProbe::stop() {
    stopping_ = true;
    timer_.cancel();
    database_.close();
}

}  // namespace navette::http
