#include "daemon/main/inherited_sockets.hpp"

#include <systemd/sd-daemon.h>

namespace navette::main {

std::vector<int> inherited_sockets() {
    std::vector<int> sockets;
    constexpr int kForget = 1;  // LISTEN_FDS leaves the environment
    const int count = sd_listen_fds(kForget);
    for (int at = 0; at < count; ++at) {
        sockets.push_back(SD_LISTEN_FDS_START + at);
    }
    return sockets;
}

}  // namespace navette::main
