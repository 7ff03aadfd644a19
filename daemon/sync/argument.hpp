// Reads the argument of a transform and notes the first mistake, so that a transform states each of its keys
// once.
#pragma once

#include "daemon/core/error.hpp"
#include "daemon/sync/path.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace navette::sync {

/// Call one member for each key that may be there, then `finish`. Refers to the argument, which must outlive
/// it.
class ArgumentReader {
  public:
    /// Null stands for an argument without keys.
    explicit ArgumentReader(const boost::json::value& argument);

    /// The value of a key; nullptr where it is absent.
    [[nodiscard]] const boost::json::value* value(std::string_view key);

    [[nodiscard]] std::int64_t integer(
        std::string_view key, std::int64_t least, std::int64_t most, std::int64_t fallback
    );
    [[nodiscard]] std::string text(std::string_view key, std::string_view fallback);

    /// One of the choices, the first of which is the fallback.
    [[nodiscard]] std::string_view choice(
        std::string_view key, std::initializer_list<std::string_view> choices
    );

    /// The path of a key; the empty path where it is absent.
    [[nodiscard]] Path path(std::string_view key);
    [[nodiscard]] std::vector<Path> paths(std::string_view key);

    /// Notes a mistake.
    void refuse(std::string message);

    /// Fails with the first mistake, a key that nobody asked for included.
    [[nodiscard]] core::Result<void> finish() const;

  private:
    const boost::json::object* keys_ = nullptr;
    std::vector<std::string_view> known_;
    std::optional<std::string> mistake_;
};

/// Fails unless the transform was written without an argument.
[[nodiscard]] core::Result<void> no_argument(const boost::json::value& argument);

/// A list of paths, at least one.
[[nodiscard]] core::Result<std::vector<Path>> read_paths(const boost::json::value& list);

/// A whole number in a range; nothing for all else.
[[nodiscard]] std::optional<std::int64_t> read_integer(
    const boost::json::value& value, std::int64_t least, std::int64_t most
);

}  // namespace navette::sync
