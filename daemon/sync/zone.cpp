#include "daemon/sync/zone.hpp"

#include <date/tz.h>

#include <exception>
#include <string>

namespace navette::sync {

core::Result<Zone> Zone::find(std::string_view name) {
    Zone zone;
    if (name == "UTC" || name == "Etc/UTC") {
        return zone;
    }
    try {
        zone.zone_ = date::locate_zone(std::string(name));
        // The file of a zone is read at its first use: an unreadable one shows now, not in the middle of a
        // record.
        static_cast<void>(zone.offset_at(std::chrono::sys_seconds{}));
        return zone;
    } catch (const std::exception&) {
        return core::failure(
            core::ErrorKind::invalid,
            "the system knows no time zone '" + std::string(name) +
                "'; write a name such as Europe/Paris and see that tzdata is installed"
        );
    }
}

std::chrono::seconds Zone::offset_at(std::chrono::sys_seconds instant) const {
    return zone_ == nullptr ? std::chrono::seconds(0) : zone_->get_info(instant).offset;
}

std::chrono::sys_seconds Zone::instant_of(std::chrono::local_seconds local) const {
    if (zone_ == nullptr) {
        return std::chrono::sys_seconds(local.time_since_epoch());
    }
    return zone_->to_sys(date::local_seconds(local.time_since_epoch()), date::choose::earliest);
}

}  // namespace navette::sync
