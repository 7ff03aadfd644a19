#include "daemon/store/connecting.hpp"

#include "daemon/store/session_settings.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fcntl.h>
#include <libpq-fe.h>

#include <array>

namespace navette::store {

namespace asio = boost::asio;
using namespace asio::experimental::awaitable_operators;

namespace {

constexpr std::chrono::seconds kStepTimeout{5};

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

asio::awaitable<core::Result<ConnectionHandle>> connect(
    asio::any_io_executor executor, std::string conninfo
) {
    // Plans are made once and kept. One that was made while a table was empty must not read all of it for
    // each row once it is full, until autovacuum comes by: every statement here has its index. Without that
    // there is nothing left that compiling (jit) could win.
    const auto options = session_options(conninfo) + " -c enable_seqscan=off -c jit=off";
    // expand_dbname lets `conninfo` be a URI or a conninfo string; what it says itself wins over our defaults
    // only for keys before it, so the session settings come last.
    const std::array<const char*, 9> keys{
        "connect_timeout",
        "keepalives_idle",
        "keepalives_interval",
        "tcp_user_timeout",
        "dbname",
        "application_name",
        "client_encoding",
        "options",
        nullptr
    };
    // A peer that vanished without a word is noticed within 20 s, well inside the watchdog's time.
    const std::array<const char*, 9> values{
        "5", "10", "5", "20000", conninfo.c_str(), "navette", "UTF8", options.c_str(), nullptr
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
            co_return core::failure(
                core::ErrorKind::unavailable, "PostgreSQL did not answer while connecting"
            );
        }
        wanted = PQconnectPoll(connection.get());
    }
    if (PQsetnonblocking(connection.get(), 1) != 0) {
        co_return failed();
    }
    co_return connection;
}

}  // namespace navette::store
