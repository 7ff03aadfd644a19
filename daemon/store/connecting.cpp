#include "daemon/store/connecting.hpp"

#include "daemon/store/session_settings.hpp"
#include "daemon/store/sqlstate.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fcntl.h>
#include <libpq-fe.h>

#include <array>
#include <optional>

namespace navette::store {

namespace asio = boost::asio;
using namespace asio::experimental::awaitable_operators;

namespace {

constexpr std::chrono::seconds kStepTimeout{5};
constexpr const char* kNoAnswer = "PostgreSQL did not answer while connecting";

std::unexpected<core::Error> lost(const pg_conn* connection) {
    return core::failure(core::ErrorKind::unavailable, "the connection is lost: " + error_text(connection));
}

asio::awaitable<bool> ready(
    asio::posix::stream_descriptor& socket, asio::posix::stream_descriptor::wait_type direction
) {
    const auto [error] = co_await socket.async_wait(direction, asio::as_tuple(asio::use_awaitable));
    co_return !error;
}

/// Makes the session ours.
asio::awaitable<core::Result<void>> settle(const asio::any_io_executor& executor, pg_conn* connection) {
    // Plans are made once and kept. One that was made while a table was empty must not read all of it for
    // each row once it is full, until autovacuum comes by: every statement here has its index. Without that
    // there is nothing left that compiling (jit) could win.
    const auto statement = session_statement({{"enable_seqscan", "off"}, {"jit", "off"}});
    if (PQsendQuery(connection, statement.c_str()) == 0) {
        co_return lost(connection);
    }
    auto socket = watched_socket(executor, connection);
    asio::steady_timer limit(executor, kStepTimeout);
    const auto first =
        co_await (answer(connection, socket) || limit.async_wait(asio::as_tuple(asio::use_awaitable)));
    if (first.index() != 0) {
        co_return core::failure(core::ErrorKind::unavailable, kNoAnswer);
    }
    const auto& rows = std::get<0>(first);
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    if (rows->boolean(0, 0)) {
        co_return core::failure(core::ErrorKind::unavailable, kSharedSession);
    }
    co_return core::Result<void>();
}

}  // namespace

void ConnectionCloser::operator()(pg_conn* connection) const {
    PQfinish(connection);
}

asio::posix::stream_descriptor watched_socket(
    const asio::any_io_executor& executor, const pg_conn* connection
) {
    return {executor, fcntl(PQsocket(connection), F_DUPFD_CLOEXEC, 0)};
}

std::string error_text(const pg_conn* connection) {
    std::string text = PQerrorMessage(connection);
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) {
        text.pop_back();
    }
    for (auto& c : text) {
        if (c == '\n' || c == '\t') {
            c = ' ';
        }
    }
    return text;
}

asio::awaitable<core::Result<Rows>> answer(pg_conn* connection, asio::posix::stream_descriptor& socket) {
    Rows rows;
    std::optional<core::Error> error;
    while (true) {
        while (PQflush(connection) > 0) {
            if (!co_await ready(socket, asio::posix::stream_descriptor::wait_write)) {
                co_return lost(connection);
            }
        }
        while (PQisBusy(connection) != 0) {
            if (!co_await ready(socket, asio::posix::stream_descriptor::wait_read) ||
                PQconsumeInput(connection) == 0) {
                co_return lost(connection);
            }
        }
        pg_result* result = PQgetResult(connection);
        if (result == nullptr) {
            break;
        }
        Rows one(result);
        const auto status = PQresultStatus(result);
        if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
            const char* code = PQresultErrorField(result, PG_DIAG_SQLSTATE);
            error = core::Error(kind_of(code != nullptr ? code : ""), error_text(connection));
        }
        rows = std::move(one);
    }
    if (error) {
        co_return std::unexpected(*error);
    }
    co_return rows;
}

asio::awaitable<core::Result<ConnectionHandle>> connect(
    asio::any_io_executor executor, std::string conninfo
) {
    // expand_dbname lets `conninfo` be a URI or a conninfo string; what it says itself wins over our defaults
    // only for keys before it.
    const std::array<const char*, 8> keys{
        "connect_timeout",
        "keepalives_idle",
        "keepalives_interval",
        "tcp_user_timeout",
        "dbname",
        "application_name",
        "client_encoding",
        nullptr
    };
    // A peer that vanished without a word is noticed within 20 s, well inside the watchdog's time.
    const std::array<const char*, 8> values{
        "5", "10", "5", "20000", conninfo.c_str(), "navette", "UTF8", nullptr
    };
    ConnectionHandle connection(PQconnectStartParams(keys.data(), values.data(), 1));
    if (!connection) {
        co_return core::failure(core::ErrorKind::unavailable, "out of memory while connecting to PostgreSQL");
    }
    const auto failed = [&] {
        return core::failure(
            core::ErrorKind::unavailable, "cannot connect to PostgreSQL: " + error_text(connection.get())
        );
    };
    if (PQstatus(connection.get()) == CONNECTION_BAD) {
        co_return failed();
    }
    auto wanted = PGRES_POLLING_WRITING;
    while (wanted != PGRES_POLLING_OK) {
        if (wanted == PGRES_POLLING_FAILED) {
            co_return failed();
        }
        // The socket may change at each step (next host, TLS retry).
        auto socket = watched_socket(executor, connection.get());
        const auto direction = wanted == PGRES_POLLING_READING ? asio::posix::stream_descriptor::wait_read
                                                               : asio::posix::stream_descriptor::wait_write;
        // libpq's connect_timeout holds for its blocking connect only, so the wait has a limit of its own.
        asio::steady_timer limit(executor, kStepTimeout);
        const auto first = co_await (
            socket.async_wait(direction, asio::as_tuple(asio::use_awaitable)) ||
            limit.async_wait(asio::as_tuple(asio::use_awaitable))
        );
        if (first.index() != 0 || std::get<0>(std::get<0>(first))) {
            co_return core::failure(core::ErrorKind::unavailable, kNoAnswer);
        }
        wanted = PQconnectPoll(connection.get());
    }
    if (PQsetnonblocking(connection.get(), 1) != 0) {
        co_return failed();
    }
    const auto settled = co_await settle(executor, connection.get());
    if (!settled) {
        co_return core::failure(
            settled.error().kind, "cannot connect to PostgreSQL: " + settled.error().message
        );
    }
    co_return connection;
}

}  // namespace navette::store
