#include "tests/bench/harness/workspace.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <string>

namespace navette::bench {

namespace fs = std::filesystem;

namespace {

constexpr const char* kGuardian =
    R"(trap '' INT TERM HUP QUIT; cat >/dev/null; "$1" stop "$2/pg" >/dev/null 2>&1; rm -rf "$2")";

}  // namespace

Workspace::Workspace() : folder_(fs::temp_directory_path() / ("navette-bench-" + std::to_string(getpid()))) {
    fs::create_directories(folder_);
    // The cluster's user must be able to pass.
    fs::permissions(folder_, fs::perms(0755));
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw std::runtime_error("pipe2 failed");
    }
    const std::string cluster = std::string(NAVETTE_SOURCE_DIR) + "/tests/support/cluster.sh";
    guardian_ = fork();
    if (guardian_ == 0) {
        setsid();
        dup2(ends[0], STDIN_FILENO);
        execl(
            "/bin/sh",
            "sh",
            "-c",
            kGuardian,
            "guardian",
            cluster.c_str(),
            folder_.c_str(),
            static_cast<char*>(nullptr)
        );
        _exit(127);
    }
    close(ends[0]);
    lifeline_ = ends[1];
    if (guardian_ < 0) {
        throw std::runtime_error("fork failed");
    }
}

Workspace::~Workspace() {
    close(lifeline_);
    waitpid(guardian_, nullptr, 0);
}

}  // namespace navette::bench
