// The peers' programs (tests/bench/peers/*.mjs), run by the Node that ./dev bench installs with them in
// build/bench/peers.
#pragma once

#include "tests/support/process.hpp"

#include <boost/json/object.hpp>

#include <memory>
#include <string>
#include <vector>

namespace navette::bench {

/// Runs a script to its end and returns the JSON object that is its last line; throws with its output where
/// it fails.
boost::json::object run_peer(const std::string& script, std::vector<std::string> arguments);

/// Starts a script and returns when it prints "ready".
std::unique_ptr<test::Process> start_peer(const std::string& script, std::vector<std::string> arguments);

}  // namespace navette::bench
