#include "tests/support/free_port.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <random>
#include <stdexcept>
#include <string>

namespace navette::test {

namespace {

constexpr int kFirst = 20'000;
constexpr int kLast = 32'000;

template <class Address>
bool binds(int socket, const Address& address, socklen_t size) {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): what the socket interface asks for
    return bind(socket, reinterpret_cast<const sockaddr*>(&address), size) == 0;
}

/// An abstract socket's name belongs to one process at a time, and to nobody once it is gone: the lock stays
/// open on purpose.
bool reserve(int port) {
    const int lock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const auto name = "navette-test-port-" + std::to_string(port);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(&address.sun_path[1], name.data(), name.size());
    if (binds(lock, address, static_cast<socklen_t>(sizeof(sa_family_t) + 1 + name.size()))) {
        return true;
    }
    close(lock);
    return false;
}

bool is_free(int port) {
    const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int yes = 1;
    setsockopt(probe, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool free = binds(probe, address, sizeof address);
    close(probe);
    return free;
}

}  // namespace

std::uint16_t free_port() {
    std::random_device dice;
    std::uniform_int_distribution<int> any(kFirst, kLast);
    for (int tries = 0; tries < kLast - kFirst; ++tries) {
        const int port = any(dice);
        if (reserve(port) && is_free(port)) {
            return static_cast<std::uint16_t>(port);
        }
    }
    throw std::runtime_error("no port between 20000 and 32000 is free");
}

}  // namespace navette::test
