#include "daemon/http/listening_sockets.hpp"

#include "daemon/core/log.hpp"

#include <boost/asio/ip/v6_only.hpp>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

namespace navette::http {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr int kBacklog = 1'024;
constexpr rlim_t kOtherDescriptors = 512;  // PostgreSQL, platforms, libraries

std::unexpected<core::Error> failed(const std::string& what, const boost::system::error_code& error) {
    return core::failure(core::ErrorKind::unavailable, "cannot listen on " + what + ": " + error.message());
}

core::Result<tcp::acceptor> bound(
    const asio::any_io_executor& executor, const config::ListenSettings& settings
) {
    const auto address = asio::ip::make_address(settings.address);
    const tcp::endpoint endpoint(address, static_cast<std::uint16_t>(settings.port));
    const auto name = settings.address + " port " + std::to_string(settings.port);
    tcp::acceptor acceptor(executor);
    boost::system::error_code error;
    acceptor.open(endpoint.protocol(), error);
    if (!error) {
        acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    }
    if (!error && address.is_v6()) {
        acceptor.set_option(asio::ip::v6_only(false), error);
    }
    if (!error) {
        acceptor.bind(endpoint, error);
    }
    if (!error) {
        acceptor.listen(kBacklog, error);
    }
    if (error == asio::error::address_in_use) {
        return core::failure(
            core::ErrorKind::conflict,
            "cannot listen on " + name +
                ": another program listens there; stop it, or set listen.port to a free port"
        );
    }
    if (error) {
        return failed(name + " (listen.address, listen.port)", error);
    }
    return acceptor;
}

core::Result<tcp::acceptor> taken_over(const asio::any_io_executor& executor, int descriptor) {
    const auto name = "the socket that systemd handed over as descriptor " + std::to_string(descriptor);
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    int listening = 0;
    socklen_t listening_size = sizeof listening;
    const bool known = getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) == 0 &&
                       getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listening, &listening_size) == 0;
    if (!known) {
        return failed(name, {errno, boost::system::system_category()});
    }
    if ((address.ss_family != AF_INET && address.ss_family != AF_INET6) || listening == 0) {
        return core::failure(
            core::ErrorKind::invalid,
            "cannot listen on " + name +
                ": it is no listening TCP socket; give navetted.socket a "
                "ListenStream= of address and port"
        );
    }
    tcp::acceptor acceptor(executor);
    boost::system::error_code error;
    acceptor.assign(address.ss_family == AF_INET ? tcp::v4() : tcp::v6(), descriptor, error);
    if (error) {
        return failed(name, error);
    }
    return acceptor;
}

}  // namespace

core::Result<std::vector<tcp::acceptor>> listening_sockets(
    const asio::any_io_executor& executor,
    const config::ListenSettings& settings,
    const std::vector<int>& inherited
) {
    std::vector<tcp::acceptor> acceptors;
    if (inherited.empty()) {
        auto acceptor = bound(executor, settings);
        if (!acceptor) {
            return std::unexpected(acceptor.error());
        }
        acceptors.push_back(std::move(*acceptor));
    }
    for (const int descriptor : inherited) {
        auto acceptor = taken_over(executor, descriptor);
        if (!acceptor) {
            return std::unexpected(acceptor.error());
        }
        acceptors.push_back(std::move(*acceptor));
    }
    return acceptors;
}

void allow_descriptors(int connections) {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return;
    }
    const auto wanted = static_cast<rlim_t>(connections) + kOtherDescriptors;
    if (limit.rlim_cur < wanted) {
        limit.rlim_cur = std::min(wanted, limit.rlim_max);
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    if (limit.rlim_cur < wanted) {
        core::log(
            core::LogLevel::warning,
            "listen.max_connections needs more open files than this process may have; raise LimitNOFILE",
            {{"allowed", static_cast<long long>(limit.rlim_cur)}, {"needed", static_cast<long long>(wanted)}}
        );
    }
}

}  // namespace navette::http
