// The daemon's life as a service: start, tell systemd, reload, watchdog, drain.
#pragma once

#include "daemon/engine/engine.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <filesystem>

namespace navette::main {

/// Runs the daemon until a signal ends it; returns the exit code.
[[nodiscard]] int run_service(const std::filesystem::path& config_file, engine::Configuration configuration);

}  // namespace navette::main
