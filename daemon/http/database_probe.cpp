#include "daemon/http/database_probe.hpp"

#include "daemon/store/migrations.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace navette::http {

namespace asio = boost::asio;

namespace {

// A newer schema is no fault: while nodes are upgraded one after the other, the older ones go on.
constexpr store::Statement kMissing{
    "http_schema",
    "SELECT min(wanted) FROM generate_series(1, $1::int) wanted "
    "WHERE NOT EXISTS (SELECT FROM navette.schema_migrations WHERE version = wanted)"
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
        const auto missing = co_await (*connection)->query(kMissing, std::move(wanted));
        if (missing && missing->empty()) {
            trouble = "PostgreSQL gives no answer that can be read";
        } else if (missing) {
            trouble.reset();
            if (!missing->is_null(0, 0)) {
                trouble =
                    "the schema lacks version " + missing->string(0, 0) + "; run: navettectl db migrate";
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
