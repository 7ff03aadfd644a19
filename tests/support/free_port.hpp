// A port of the loopback for a server that a test starts.
#pragma once

#include <cstdint>

namespace navette::test {

/// Nobody listens on it, and no other test is given it while this process lives. It is below the ports that
/// the system gives to outgoing connections, so that it stays free until the server takes it.
std::uint16_t free_port();

}  // namespace navette::test
