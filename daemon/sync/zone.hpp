// Time zones of the system's database; the one place that knows the date library.
#pragma once

#include "daemon/core/error.hpp"

#include <chrono>
#include <string_view>

namespace date {
class time_zone;  // NOLINT(readability-identifier-naming): the library's own name
}

namespace navette::sync {

/// A time zone. Cheap to copy; safe to use from several threads.
class Zone {
  public:
    /// UTC, which needs no database.
    Zone() = default;

    /// By name, such as Europe/Paris. Fails where the system does not know it.
    [[nodiscard]] static core::Result<Zone> find(std::string_view name);

    /// Local time minus UTC at an instant.
    [[nodiscard]] std::chrono::seconds offset_at(std::chrono::sys_seconds instant) const;

    /// The instant of a local time: the earlier one where clocks were set back, the moment of change where
    /// they skipped it.
    [[nodiscard]] std::chrono::sys_seconds instant_of(std::chrono::local_seconds local) const;

  private:
    const date::time_zone* zone_ = nullptr;  // of the process-wide database
};

}  // namespace navette::sync
