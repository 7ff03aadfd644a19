// A child process of a test: its lines can be awaited, and it never outlives the test.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace navette::test {

class Process {
  public:
    /// Starts the program with standard output and standard error in one pipe. Throws where it cannot be
    /// started.
    Process(std::vector<std::string> command, const std::map<std::string, std::string>& environment = {});
    /// Kills it if it still runs.
    ~Process();
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    /// Reads its output until a line contains `text` and returns that line; throws with all output so far
    /// when the process ends or `limit` passes first.
    std::string await_line(
        const std::string& text, std::chrono::milliseconds limit = std::chrono::seconds(30)
    );

    void signal(int number) const;

    /// Waits for its end; returns the exit code, or 128 + the signal that ended it. Throws after `limit`.
    int wait(std::chrono::milliseconds limit = std::chrono::seconds(30));

    /// Everything read so far.
    [[nodiscard]] const std::string& output() const { return output_; }
    [[nodiscard]] pid_t pid() const { return pid_; }

  private:
    bool read_some(std::chrono::steady_clock::time_point until);

    pid_t pid_ = -1;
    int pipe_ = -1;
    bool ended_ = false;
    int status_ = 0;
    std::string output_;
    std::size_t searched_ = 0;
};

/// Runs a program to its end.
struct Finished {
    int exit_code = 0;
    std::string output;
};
Finished run(
    const std::vector<std::string>& command, const std::map<std::string, std::string>& environment = {}
);

}  // namespace navette::test
