// Socket activation: listening sockets that systemd opened and hands over (navetted.socket).
#pragma once

#include <vector>

namespace navette::main {

/// The descriptors handed over, each to be taken by whoever listens on it; empty without a socket unit. They
/// are told once: children of this process do not see them.
[[nodiscard]] std::vector<int> inherited_sockets();

}  // namespace navette::main
