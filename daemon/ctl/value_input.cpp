#include "daemon/ctl/value_input.hpp"

#include "daemon/config/text_file.hpp"
#include "daemon/ctl/terminal_prompt.hpp"

#include <iostream>
#include <iterator>

namespace navette::ctl {

namespace {

constexpr std::size_t kLongest = 16U << 20U;

std::string without_line_break(std::string text) {
    if (text.ends_with('\n')) {
        text.pop_back();
    }
    if (text.ends_with('\r')) {
        text.pop_back();
    }
    return text;
}

}  // namespace

bool is_literal(std::string_view text) {
    return text != "-" && text != "?" && !text.starts_with('@');
}

Result<std::string> read_value(std::string_view what, const std::string& text) {
    if (is_literal(text)) {
        return text;
    }
    if (text == "-") {
        return without_line_break(std::string(std::istreambuf_iterator<char>(std::cin), {}));
    }
    if (text == "?") {
        return ask_hidden(what);
    }
    const auto file = text.substr(1);
    auto content = config::read_text_file(file, kLongest);
    if (!content) {
        return fail(
            content.error().kind == core::ErrorKind::permission ? ExitCode::permission : ExitCode::failed,
            std::string(what) + ": the file " + file + " " + content.error().message
        );
    }
    return without_line_break(std::move(*content));
}

Result<std::pair<std::string, std::string>> split_assignment(std::string_view what, const std::string& text) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
        return fail(
            ExitCode::usage,
            std::string(what) + " expects key=value, such as base_url=https://erp.example/api/index.php"
        );
    }
    return std::pair(text.substr(0, equals), text.substr(equals + 1));
}

}  // namespace navette::ctl
