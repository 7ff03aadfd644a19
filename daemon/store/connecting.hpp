// The steps of a non-blocking connect, shared by Connection and Listener. Internal to the store.
#pragma once

#include "daemon/core/error.hpp"
#include "daemon/store/rows.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <memory>
#include <string>

struct pg_conn;

namespace navette::store {

struct ConnectionCloser {
    void operator()(pg_conn* connection) const;
};
using ConnectionHandle = std::unique_ptr<pg_conn, ConnectionCloser>;

/// An established, non-blocking connection with the settings that navette relies on (session_settings.hpp).
boost::asio::awaitable<core::Result<ConnectionHandle>> connect(
    boost::asio::any_io_executor executor, std::string conninfo
);

/// Sends what is to be sent and waits for the answers to it, errors included; the rows are those of the last.
/// Cancelled with the socket.
boost::asio::awaitable<core::Result<Rows>> answer(
    pg_conn* connection, boost::asio::posix::stream_descriptor& socket
);

/// The connection's socket for waiting on: a duplicate of our own. libpq closes its socket the moment the
/// connection breaks, and the number may be another connection's before we hear of it.
boost::asio::posix::stream_descriptor watched_socket(
    const boost::asio::any_io_executor& executor, const pg_conn* connection
);

/// libpq's last error on the connection as one line.
std::string error_text(const pg_conn* connection);

}  // namespace navette::store
