#include "daemon/ctl/terminal_prompt.hpp"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>

namespace navette::ctl {

namespace {

class Terminal {
  public:
    Terminal() : file_(open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)) {
        if (file_ >= 0 && tcgetattr(file_, &before_) != 0) {
            close(file_);
            file_ = -1;
        }
    }
    ~Terminal() {
        if (file_ >= 0) {
            tcsetattr(file_, TCSAFLUSH, &before_);
            close(file_);
        }
    }
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    [[nodiscard]] bool is_there() const { return file_ >= 0; }

    /// Echo off, until this object ends. What was typed ahead is thrown away.
    bool hide() {
        auto silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        return tcsetattr(file_, TCSAFLUSH, &silent) == 0;
    }

    void write_text(std::string_view text) {
        // A prompt that cannot be shown changes nothing of what is read.
        (void)!write(file_, text.data(), text.size());
    }

    std::string read_line() {
        std::string line;
        for (char next = 0;;) {
            const auto got = read(file_, &next, 1);
            if (got < 0 && errno == EINTR) {
                continue;
            }
            if (got <= 0 || next == '\n') {
                return line;
            }
            line.push_back(next);
        }
    }

  private:
    int file_;
    termios before_{};
};

}  // namespace

Result<std::string> ask_hidden(std::string_view what) {
    Terminal terminal;
    if (!terminal.is_there() || !terminal.hide()) {
        return fail(
            ExitCode::usage,
            std::string(what) + ": there is no terminal to ask on; give @FILE, or - for standard input"
        );
    }
    terminal.write_text(std::string(what) + " (not shown): ");
    auto line = terminal.read_line();
    terminal.write_text("\n");
    if (line.empty()) {
        return fail(ExitCode::usage, std::string(what) + ": nothing was entered");
    }
    return line;
}

}  // namespace navette::ctl
