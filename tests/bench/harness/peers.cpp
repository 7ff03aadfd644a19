#include "tests/bench/harness/peers.hpp"

#include <boost/json/parse.hpp>

#include <chrono>
#include <filesystem>
#include <stdexcept>

namespace navette::bench {

namespace fs = std::filesystem;

namespace {

/// Scripts find their packages beside them, so they are copied to where those are installed.
std::vector<std::string> command_of(const std::string& script, std::vector<std::string> arguments) {
    const fs::path installed = fs::path(NAVETTE_SOURCE_DIR) / "build/bench/peers";
    const fs::path node = installed / "node_modules/.bin/node";
    if (!fs::exists(node)) {
        throw std::runtime_error(
            "the peers are not installed in " + installed.string() + ": run ./dev bench"
        );
    }
    for (const auto& file : fs::directory_iterator(fs::path(NAVETTE_SOURCE_DIR) / "tests/bench/peers")) {
        if (file.path().extension() == ".mjs") {
            fs::copy_file(
                file.path(), installed / file.path().filename(), fs::copy_options::overwrite_existing
            );
        }
    }
    arguments.insert(arguments.begin(), {node.string(), (installed / script).string()});
    return arguments;
}

std::string last_line(std::string text) {
    text.erase(text.find_last_not_of('\n') + 1);
    return text.substr(text.rfind('\n') + 1);
}

}  // namespace

boost::json::object run_peer(const std::string& script, std::vector<std::string> arguments) {
    test::Process process(command_of(script, std::move(arguments)));
    const auto code = process.wait(std::chrono::minutes(20));
    boost::system::error_code error;
    const auto told = boost::json::parse(last_line(process.output()), error);
    if (code != 0 || error || !told.is_object()) {
        throw std::runtime_error(script + " failed with " + std::to_string(code) + ": " + process.output());
    }
    return told.as_object();
}

std::unique_ptr<test::Process> start_peer(const std::string& script, std::vector<std::string> arguments) {
    auto process = std::make_unique<test::Process>(command_of(script, std::move(arguments)));
    process->await_line("ready", std::chrono::minutes(1));
    return process;
}

}  // namespace navette::bench
