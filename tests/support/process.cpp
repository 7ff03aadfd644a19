#include "tests/support/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <stdexcept>

namespace navette::test {

using std::chrono::steady_clock;

Process::Process(std::vector<std::string> command, const std::map<std::string, std::string>& environment) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw std::runtime_error("pipe2 failed");
    }
    std::vector<char*> arguments;
    for (auto& word : command) {
        arguments.push_back(word.data());
    }
    arguments.push_back(nullptr);
    pid_ = fork();
    if (pid_ == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(ends[1], STDOUT_FILENO);
        dup2(ends[1], STDERR_FILENO);
        for (const auto& [name, value] : environment) {
            setenv(name.c_str(), value.c_str(), 1);
        }
        execvp(arguments[0], arguments.data());
        _exit(127);
    }
    close(ends[1]);
    pipe_ = ends[0];
    if (pid_ < 0) {
        throw std::runtime_error("fork failed");
    }
}

Process::~Process() {
    if (!ended_) {
        kill(pid_, SIGKILL);
        waitpid(pid_, &status_, 0);
    }
    close(pipe_);
}

bool Process::read_some(steady_clock::time_point until) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(until - steady_clock::now()).count();
    if (left <= 0) {
        return false;
    }
    pollfd waiting{pipe_, POLLIN, 0};
    if (poll(&waiting, 1, static_cast<int>(left)) <= 0) {
        return false;
    }
    std::array<char, 8192> buffer{};
    const auto count = read(pipe_, buffer.data(), buffer.size());
    if (count <= 0) {
        return false;
    }
    output_.append(buffer.data(), static_cast<std::size_t>(count));
    return true;
}

std::string Process::await_line(const std::string& text, std::chrono::milliseconds limit) {
    const auto until = steady_clock::now() + limit;
    while (true) {
        for (auto end = output_.find('\n', searched_); end != std::string::npos;
             end = output_.find('\n', searched_)) {
            const auto line = output_.substr(searched_, end - searched_);
            searched_ = end + 1;
            if (line.find(text) != std::string::npos) {
                return line;
            }
        }
        if (!read_some(until)) {
            throw std::runtime_error("no line with '" + text + "' came; the output was:\n" + output_);
        }
    }
}

void Process::signal(int number) const {
    kill(pid_, number);
}

int Process::wait(std::chrono::milliseconds limit) {
    const auto until = steady_clock::now() + limit;
    while (!ended_ && read_some(until)) {
    }
    if (!ended_) {
        // The pipe is closed, or time is up; what ended has ended.
        const bool late = steady_clock::now() >= until;
        if (waitpid(pid_, &status_, late ? WNOHANG : 0) != pid_) {
            throw std::runtime_error("the process did not end in time; its output was:\n" + output_);
        }
        ended_ = true;
    }
    return WIFEXITED(status_) ? WEXITSTATUS(status_) : 128 + WTERMSIG(status_);
}

Finished run(const std::vector<std::string>& command, const std::map<std::string, std::string>& environment) {
    Process process(command, environment);
    Finished finished;
    finished.exit_code = process.wait(std::chrono::seconds(120));
    finished.output = process.output();
    return finished;
}

}  // namespace navette::test
