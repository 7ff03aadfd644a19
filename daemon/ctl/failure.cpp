#include "daemon/ctl/failure.hpp"

namespace navette::ctl {

namespace {

ExitCode code_of(core::ErrorKind kind) {
    switch (kind) {
        case core::ErrorKind::not_found:
            return ExitCode::not_found;
        case core::ErrorKind::unavailable:
        case core::ErrorKind::read_only:
            return ExitCode::temporary;
        case core::ErrorKind::permission:
            return ExitCode::permission;
        case core::ErrorKind::invalid:
        case core::ErrorKind::conflict:
        case core::ErrorKind::internal:
            break;
    }
    return ExitCode::failed;
}

}  // namespace

Failure::Failure(const core::Error& error) : Failure(code_of(error.kind), error.message) {}

Failure failure_of(const config::Problems& problems) {
    std::string lines("the configuration has mistakes");
    for (const auto& problem : problems) {
        lines += "\n" + problem.text();
    }
    return {ExitCode::configuration, std::move(lines)};
}

}  // namespace navette::ctl
