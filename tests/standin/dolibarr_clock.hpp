// The two clocks of a Dolibarr site: the database's (UTC here) stamps `tms`; PHP's zone gives meaning to
// every other date, and turns a `tms` into an epoch as if it were local time.
#pragma once

#include "daemon/core/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace navette::standin {

class DolibarrClock {
  public:
    /// Fails when the machine's zone database does not know that name.
    static core::Result<DolibarrClock> in_zone(const std::string& name);

    const std::string& zone() const { return zone_; }

    /// Seconds since 1970, UTC.
    std::int64_t now() const;

    /// "YYYY-MM-DD HH:MM:SS" in the database's zone, as MariaDB stamps a changed row.
    std::string database_time() const;

    /// "YYYY-MM-DD HH:MM:SS" of an instant in PHP's zone, as PHP writes dates into the database.
    std::string php_time(std::int64_t instant) const;

    /// The epoch that PHP makes of a date ("YYYY-MM-DD") or date and time read from the database; 0 for
    /// anything else.
    std::int64_t php_epoch(std::string_view stored) const;

  private:
    explicit DolibarrClock(std::string zone) : zone_(std::move(zone)) {}

    std::string zone_;
};

/// "YYYY-MM-DD" at the beginning of the text when that is a day of the calendar.
std::optional<std::string> leading_day(std::string_view text);

}  // namespace navette::standin
