// How far a source was read. The change column may be a time or a number, and rows may be committed long
// after the change they carry, so each run begins at a place that was the end of reading at least an overlap
// ago. Pure.
#pragma once

#include <boost/json/value.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace navette::engine {

class SourceMarks {
  public:
    using Place = std::pair<std::string, std::string>;  // (change, key) in text form

    /// Reads what to_json() wrote; anything else counts as never read.
    static SourceMarks from_json(const boost::json::value& position);
    [[nodiscard]] boost::json::value to_json() const;

    /// Where a run at `now` begins: the newest place reached at least `overlap` ago; nothing: at the
    /// beginning.
    [[nodiscard]] std::optional<Place> begin(std::chrono::sys_seconds now, std::chrono::milliseconds overlap)
        const;

    /// Notes that everything up to `place` was read at `now`, and forgets what no later run can begin at.
    void reached(Place place, std::chrono::sys_seconds now, std::chrono::milliseconds overlap);

  private:
    struct Mark {
        std::chrono::sys_seconds at;
        Place place;
    };
    std::vector<Mark> marks_;  // oldest first
};

}  // namespace navette::engine
