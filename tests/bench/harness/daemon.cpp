#include "tests/bench/harness/daemon.hpp"

#include "tests/bench/harness/process_times.hpp"

#include <signal.h>

#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <utility>

namespace navette::bench {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

namespace {

std::string content_of(const fs::path& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::string program(const std::string& name) {
    return std::string(NAVETTE_BINARY_DIR) + "/bin/" + name;
}

/// That of this build, or what takes its place: another build, or a script that runs it under a profiler.
std::string navetted() {
    const char* given = std::getenv("NAVETTE_BENCH_DAEMON");
    return given == nullptr || *given == '\0' ? program("navetted") : given;
}

}  // namespace

Daemon::Daemon(const Workspace& workspace, const Database& database, DaemonSetup setup)
    : folder_(workspace.folder() / setup.node), environment_(std::move(setup.environment)) {
    fs::remove_all(folder_);
    fs::create_directories(folder_ / "connectors.d");
    for (const auto& [slug, yaml] : setup.overrides) {
        std::ofstream(folder_ / "connectors.d" / (slug + ".yaml")) << yaml;
    }
    std::ofstream(folder_ / "navette.yaml")
        << "database: {url: \"" << database.conninfo() << "\"}\n"
        << "node: {name: " << setup.node << "}\n"
        << "connectors: {directory: " << NAVETTE_BINARY_DIR << "/lib/" << setup.connectors
        << ", overrides: " << (folder_ / "connectors.d").string() << "}\n"
        << "engine: " << setup.engine << "\n"
        << "outbound: {allow_private_networks: [127.0.0.0/8]}\n"
        << setup.more << '\n';
}

Daemon::~Daemon() {
    if (process_ && std::uncaught_exceptions() > 0) {
        process_.reset();
        std::cerr << "the daemon's log:\n" << log() << '\n';
    }
}

void Daemon::start() {
    // Into a file: nobody reads a pipe while the measurement runs.
    process_ = std::make_unique<test::Process>(
        std::vector<std::string>{
            "/bin/sh",
            "-c",
            R"(exec "$0" --config "$1" >"$2" 2>&1)",
            navetted(),
            (folder_ / "navette.yaml").string(),
            (folder_ / "log").string()
        },
        environment_
    );
    const auto until = steady_clock::now() + std::chrono::seconds(30);
    while (log().find(" ready") == std::string::npos) {
        if (steady_clock::now() > until || ::kill(pid(), 0) != 0) {
            throw std::runtime_error("navetted did not become ready; its log:\n" + log());
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
}

void Daemon::stop() {
    process_->signal(SIGTERM);
    const auto code = process_->wait(std::chrono::seconds(60));
    process_.reset();
    if (code != 0) {
        throw std::runtime_error("navetted ended with " + std::to_string(code) + "; its log:\n" + log());
    }
}

void Daemon::kill() {
    process_.reset();
}

pid_t Daemon::pid() const {
    return process_->pid();
}

std::chrono::duration<double> Daemon::cpu_time() const {
    return process_times(pid()).own;
}

double Daemon::resident_mib() const {
    return status_mib("VmRSS:");
}

double Daemon::highest_resident_mib() const {
    return status_mib("VmHWM:");
}

double Daemon::status_mib(const std::string& field) const {
    std::istringstream status(content_of("/proc/" + std::to_string(pid()) + "/status"));
    for (std::string word; status >> word;) {
        if (word == field) {
            double kib = 0;
            status >> kib;
            return kib / 1024;
        }
    }
    throw std::runtime_error("navetted is gone; its log:\n" + log());
}

std::string Daemon::log() const {
    return content_of(folder_ / "log");
}

std::string Daemon::ctl(std::vector<std::string> words) const {
    words.insert(words.begin(), {program("navettectl"), "--config", (folder_ / "navette.yaml").string()});
    const auto finished = test::run(words, environment_);
    if (finished.exit_code != 0) {
        throw std::runtime_error("navettectl failed: " + finished.output);
    }
    return finished.output;
}

}  // namespace navette::bench
