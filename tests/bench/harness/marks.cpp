#include "tests/bench/harness/marks.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <stdexcept>

namespace navette::bench {

using std::chrono::steady_clock;

Marks::Marks() : socket_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const plain = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    if (bind(socket_, plain, size) != 0 || getsockname(socket_, plain, &size) != 0) {
        throw std::runtime_error("no UDP port on 127.0.0.1 for the marks");
    }
    port_ = ntohs(address.sin_port);
}

Marks::~Marks() {
    close(socket_);
}

steady_clock::time_point Marks::await(const std::string& id, std::chrono::milliseconds limit) {
    const auto until = steady_clock::now() + limit;
    for (auto found = come_.find(id);; found = come_.find(id)) {
        if (found != come_.end()) {
            const auto called = found->second;
            come_.erase(found);
            return called;
        }
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(until - steady_clock::now()).count();
        pollfd waiting{socket_, POLLIN, 0};
        if (poll(&waiting, 1, static_cast<int>(std::max<std::int64_t>(left, 0))) <= 0) {
            throw std::runtime_error("no call came for the job " + id);
        }
        std::array<char, 512> buffer{};
        const auto count = recv(socket_, buffer.data(), buffer.size(), 0);
        std::istringstream text(
            std::string(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0)))
        );
        std::string who;
        std::int64_t nanoseconds = 0;
        if (text >> who >> nanoseconds) {
            // The first call counts, should there be several.
            come_.emplace(who, steady_clock::time_point(std::chrono::nanoseconds(nanoseconds)));
        }
    }
}

}  // namespace navette::bench
