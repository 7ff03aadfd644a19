#include "daemon/ctl/hidden_arguments.hpp"

#include "daemon/ctl/value_input.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

namespace navette::ctl {

namespace {

/// The value of the option where `argument` is its value, or holds it behind "=".
std::optional<std::size_t> value_begin(
    std::string_view argument, std::string_view before, std::string_view option
) {
    if (before == option) {
        return 0;
    }
    if (argument.starts_with(option) && argument.substr(option.size()).starts_with('=')) {
        return option.size() + 1;
    }
    return std::nullopt;
}

/// Where the secret begins in the argument; nothing where there is none.
std::optional<std::size_t> secret_begin(std::string_view argument, std::string_view before) {
    if (const auto begin = value_begin(argument, before, "--secret")) {
        const auto equals = argument.find('=', *begin);
        if (equals != std::string_view::npos && is_literal(argument.substr(equals + 1))) {
            return equals + 1;
        }
    }
    for (const std::string_view option : {"--database", "--connection"}) {
        if (const auto begin = value_begin(argument, before, option)) {
            const auto url = argument.substr(*begin);
            if (url.find('@') != std::string_view::npos || url.find("password") != std::string_view::npos) {
                return begin;
            }
        }
    }
    return std::nullopt;
}

}  // namespace

void hide_arguments(std::span<char*> arguments) {
    std::string_view before;
    for (char* const argument : arguments) {
        const std::string_view text(argument);
        const auto begin = secret_begin(text, before);
        before = text;
        if (begin) {
            std::fill(argument + *begin, argument + text.size(), '*');
        }
    }
}

}  // namespace navette::ctl
