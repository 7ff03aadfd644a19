#include "tests/support/fleet.hpp"

#include "tests/support/free_port.hpp"
#include "tests/support/fresh_folder.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <thread>

namespace navette::test {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

namespace {

constexpr const char* kReady = " ready";
constexpr std::size_t kLogShown = 6'000;  // bytes of each node's log that are printed after a failure

std::string program(const std::string& name) {
    return std::string(NAVETTE_BINARY_DIR) + "/bin/" + name;
}

void write(const fs::path& file, const std::string& text) {
    std::ofstream(file) << text;
}

std::string read_from(const fs::path& file, std::uintmax_t start) {
    std::ifstream in(file, std::ios::binary);
    in.seekg(static_cast<std::streamoff>(start));
    return {std::istreambuf_iterator<char>(in), {}};
}

std::string with_port(std::string settings, std::uint16_t port) {
    for (auto at = settings.find("%P"); at != std::string::npos; at = settings.find("%P")) {
        settings.replace(at, 2, std::to_string(port));
    }
    return settings;
}

/// Whether the child has not ended, leaving its exit code to be read.
bool is_alive(pid_t pid) {
    siginfo_t ended{};
    return waitid(P_PID, static_cast<id_t>(pid), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           ended.si_pid == 0;
}

}  // namespace

Fleet::Fleet(TestDatabase& database, const ProbeServer& probe, const FleetWishes& wishes) {
    folder_ = fresh_folder("navette-fleet");
    fs::create_directories(folder_ / "connectors.d");
    if (!wishes.manifest.empty()) {
        write(folder_ / "connectors.d/probe.yaml", wishes.manifest);
    }
    for (int number = 0; number < wishes.nodes; ++number) {
        const auto name = "n" + std::to_string(number);
        Node node;
        node.config = folder_ / (name + ".yaml");
        node.log = folder_ / (name + ".log");
        node.port = free_port();
        write(node.log, "");
        write(
            node.config,
            "database: {url: \"" + (wishes.database.empty() ? database.url() : wishes.database) +
                " target_session_attrs=read-write\"}\n" + "node: {name: " + name +
                ", lease: " + wishes.lease + "}\n" + "connectors: {directory: " + NAVETTE_BINARY_DIR +
                "/lib/test_connectors, overrides: " + (folder_ / "connectors.d").string() + "}\n" +
                "engine: {poll: 200ms, sweep: 2s, drain_deadline: 2s" + wishes.engine + "}\n" +
                "outbound: {allow_private_networks: [127.0.0.0/8]}\n" + with_port(wishes.settings, node.port)
        );
        nodes_.push_back(std::move(node));
    }
    for (int number = 0; number < wishes.tenants; ++number) {
        const auto tenant = "t" + std::to_string(number);
        std::vector<std::string> words{
            "integration",
            "add",
            "probe",
            "--tenant",
            tenant,
            "--id",
            "int_" + tenant,
            "--set",
            "base_url=" + probe.base_url(),
            "--set",
            "account_id=a" + std::to_string(number % wishes.accounts),
            "--enable"
        };
        words.insert(words.end(), wishes.integration.begin(), wishes.integration.end());
        ctl(std::move(words));
    }
}

Fleet::~Fleet() {
    const bool failed = testing::Test::HasFailure() || std::uncaught_exceptions() > 0;
    for (auto& node : nodes_) {
        node.process.reset();
        if (failed) {
            const auto text = read_from(node.log, 0);
            std::cerr << "the end of " << node.log.filename() << ":\n"
                      << text.substr(text.size() - std::min(text.size(), kLogShown)) << '\n';
        }
    }
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
}

std::string Fleet::ctl(std::vector<std::string> words) const {
    words.insert(words.begin(), {program("navettectl"), "--config", nodes_.front().config.string()});
    auto ended = run(words);
    if (ended.exit_code != 0) {
        throw std::runtime_error(
            "navettectl " + words.at(3) + " " + words.at(4) + " failed: " + ended.output
        );
    }
    return std::move(ended.output);
}

void Fleet::launch(int node) {
    auto& one = at(node);
    one.process.reset();
    one.log_start = fs::file_size(one.log);
    // Into a file: nobody reads a pipe while the test is busy with other nodes.
    one.process = std::make_unique<Process>(std::vector<std::string>{
        "sh",
        "-c",
        "exec \"$0\" --config \"$1\" >>\"$2\" 2>&1",
        program("navetted"),
        one.config.string(),
        one.log.string()
    });
}

void Fleet::start(int node) {
    launch(node);
    await_log(node, kReady);
}

void Fleet::start_all() {
    for (int node = 0; node < size(); ++node) {
        launch(node);
    }
    for (int node = 0; node < size(); ++node) {
        await_log(node, kReady);
    }
}

void Fleet::signal(int node, int number) {
    at(node).process->signal(number);
}

void Fleet::kill(int node) {
    at(node).process.reset();
}

int Fleet::stop(int node) {
    signal(node, SIGTERM);
    return await_end(node);
}

bool Fleet::runs(int node) const {
    return at(node).process && is_alive(at(node).process->pid());
}

int Fleet::await_end(int node, std::chrono::milliseconds limit) {
    const auto until = steady_clock::now() + limit;
    while (runs(node)) {
        if (steady_clock::now() > until) {
            throw std::runtime_error("node n" + std::to_string(node) + " did not end in time");
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    const int code = at(node).process->wait();
    at(node).process.reset();
    return code;
}

void Fleet::await_log(int node, const std::string& text, std::chrono::milliseconds limit) {
    const auto& one = at(node);
    const auto until = steady_clock::now() + limit;
    while (true) {
        const bool over = !runs(node) || steady_clock::now() > until;
        const auto written = read_from(one.log, one.log_start);
        if (written.find(text) != std::string::npos) {
            return;
        }
        if (over) {
            throw std::runtime_error("no '" + text + "' came; the log is:\n" + written);
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

std::string Fleet::log(int node) const {
    return read_from(at(node).log, 0);
}

}  // namespace navette::test
