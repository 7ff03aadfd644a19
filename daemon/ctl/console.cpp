#include "daemon/ctl/console.hpp"

#include "daemon/ctl/json_text.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace navette::ctl {

namespace {

bool is_set(const char* name) {
    const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): there is one thread
    return value != nullptr && *value != '\0';
}

std::size_t terminal_width() {
    winsize size{};
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

}  // namespace

Console::Console(bool json, bool no_color) : json_(json) {
    if (isatty(STDOUT_FILENO) == 1) {
        layout_.color = !no_color && !is_set("NO_COLOR");
        layout_.width = terminal_width();
    }
}

bool Console::print(std::string_view text) const {
    return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
}

bool Console::print_line(std::string_view text) const {
    return print(std::string(text) + "\n");
}

void Console::print_table(const Table& table, std::string_view otherwise) const {
    if (table.empty()) {
        print_line(otherwise);
    } else {
        print(table.text(layout_));
    }
}

void Console::print_json(const boost::json::value& value) const {
    print_line(pretty_json(value));
}

void Console::remark(std::string_view text) const {
    if (!json_) {
        std::fprintf(stderr, "%s\n", std::string(text).c_str());
    }
}

}  // namespace navette::ctl
