// A mistake in a file that an administrator wrote: where it stands and what to do about it.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace navette::config {

/// A place in a YAML file; lines count from 1, 0 means the file as a whole.
struct Location {
    Location() = default;
    Location(std::string file_name, int line_number) : file(std::move(file_name)), line(line_number) {}

    std::string file;
    int line = 0;
};

struct Problem {
    Problem(Location place, std::string sentence) : where(std::move(place)), what(std::move(sentence)) {}

    /// "navette.yaml:12: engine.poll: '5 parsecs' is not a duration, expected a number with ms, s, m, h or d,
    /// such as 5m"
    [[nodiscard]] std::string text() const;

    Location where;
    std::string what;
};

using Problems = std::vector<Problem>;

}  // namespace navette::config
