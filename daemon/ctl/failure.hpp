// How navettectl ends: an exit code for scripts, a sentence for the person.
#pragma once

#include "daemon/config/problem.hpp"
#include "daemon/core/error.hpp"

#include <expected>
#include <string>

namespace navette::ctl {

/// The numbers of sysexits.h where it has one.
enum class ExitCode {
    ok = 0,
    failed = 1,
    usage = 2,
    not_found = 3,
    temporary = 75,
    permission = 77,
    configuration = 78,
};

struct Failure {
    Failure(ExitCode exit_code, std::string text) : code(exit_code), message(std::move(text)) {}
    /// Every error of the lower modules tells by its kind how navettectl ends.
    Failure(const core::Error& error);  // NOLINT(google-explicit-constructor)

    ExitCode code;
    std::string message;
};

template <class T>
using Result = std::expected<T, Failure>;

inline std::unexpected<Failure> fail(ExitCode code, std::string message) {
    return std::unexpected(Failure(code, std::move(message)));
}
inline std::unexpected<Failure> fail(const core::Error& error) {
    return std::unexpected(Failure(error));
}

/// All mistakes of the configuration, one on each line.
[[nodiscard]] Failure failure_of(const config::Problems& problems);

}  // namespace navette::ctl
