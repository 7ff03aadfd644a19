#include "daemon/ctl/terminal_prompt.hpp"

#include "daemon/ctl/value_input.hpp"

#include <gtest/gtest.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

namespace navette::ctl {
namespace {

/// What a person sees at a terminal where `wanted` is asked for and `typed` is typed; the child's exit code 0
/// tells that it read just that.
struct Asked {
    std::string screen;
    int exit_code = -1;
};

Asked ask_at_a_terminal(const std::string& typed, const std::string& expected) {
    int terminal = -1;
    const auto child = forkpty(&terminal, nullptr, nullptr, nullptr);
    if (child == 0) {
        const auto value = read_value("--secret api_key", "?");
        _exit(value && *value == expected ? 0 : 1);
    }
    Asked asked;
    char next = 0;
    bool answered = false;
    while (read(terminal, &next, 1) == 1) {
        asked.screen.push_back(next);
        if (!answered && asked.screen.ends_with("(not shown): ")) {
            answered = true;
            EXPECT_EQ(write(terminal, typed.data(), typed.size()), static_cast<ssize_t>(typed.size()));
        }
    }
    int status = 0;
    waitpid(child, &status, 0);
    close(terminal);
    asked.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return asked;
}

TEST(TerminalPrompt, ReadsASecretThatTheScreenNeverShows) {
    const auto asked = ask_at_a_terminal("planted-secret\n", "planted-secret");
    EXPECT_EQ(asked.exit_code, 0);
    EXPECT_EQ(asked.screen, "--secret api_key (not shown): \r\n");
}

TEST(TerminalPrompt, AnEmptyLineIsNoSecret) {
    EXPECT_EQ(ask_at_a_terminal("\n", "").exit_code, 1);
}

TEST(TerminalPrompt, WithoutATerminalItSaysWhatToGiveInstead) {
    const auto child = fork();
    if (child == 0) {
        setsid();  // no controlling terminal any more
        const auto value = ask_hidden("--secret api_key");
        _exit(
            !value && value.error().message ==
                          "--secret api_key: there is no terminal to ask on; give @FILE, or - for standard "
                          "input"
                ? 0
                : 1
        );
    }
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace navette::ctl
