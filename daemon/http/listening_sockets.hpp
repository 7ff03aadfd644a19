// The sockets that the listener accepts on: its own, or those that systemd hands over.
#pragma once

#include "daemon/config/settings.hpp"
#include "daemon/core/error.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <vector>

namespace navette::http {

/// `inherited`: descriptors of listening TCP sockets, which are taken over and stand for address and port;
/// none: a socket of our own. Fails with a sentence that names address and port where they are taken or not
/// this machine's.
[[nodiscard]] core::Result<std::vector<boost::asio::ip::tcp::acceptor>> listening_sockets(
    const boost::asio::any_io_executor& executor,
    const config::ListenSettings& settings,
    const std::vector<int>& inherited
);

/// Allows the process as many open files as so many connections need beside all else, as far as the hard
/// limit goes.
void allow_descriptors(int connections);

}  // namespace navette::http
