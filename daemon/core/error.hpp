// What a function returns when it could not do its work: a kind to act on and a sentence for the person who
// can.
#pragma once

#include <expected>
#include <string>
#include <utility>

namespace navette::core {

enum class ErrorKind {
    invalid,      // the input is wrong; trying again changes nothing
    not_found,    // what was named does not exist
    conflict,     // somebody else changed or owns it
    unavailable,  // a passing fault of the database, the network or the machine; try again
    read_only,    // the database takes no writes at present (standby, full disk); try again later
    permission,   // the database role or the file's mode forbids it
    internal,     // a mistake in navette itself
};

struct Error {
    Error() = default;
    Error(ErrorKind error_kind, std::string text) : kind(error_kind), message(std::move(text)) {}

    ErrorKind kind = ErrorKind::internal;
    /// One sentence for a person: names the file and line, table, integration or field, and what to do. Holds
    /// no secret.
    std::string message;
};

/// A value, or the reason why there is none. Test it, then dereference; `value()` would throw without the
/// reason.
template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> failure(ErrorKind kind, std::string message) {
    return std::unexpected(Error(kind, std::move(message)));
}

}  // namespace navette::core
