// What the resources of one shop share: its clock and settings, ids, and who hears of changes.
#pragma once

#include "tests/standin/effects.hpp"
#include "tests/standin/site_clock.hpp"
#include "tests/standin/woocommerce_answer.hpp"

#include <navette/sdk/timestamp.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace navette::standin::woocommerce {

/// Something happened to a record: "order", "created", its id, and the record as the API shows it.
struct Change {
    std::string resource;
    std::string event;
    std::string id;
    json::object shown;
};

struct Shop {
    explicit Shop(Effects& counted) : effects(counted) {}

    Effects& effects;
    SiteClock clock;
    std::chrono::minutes utc_offset{60};
    std::string home{"http://shop.test"};  // its own address, without a slash at the end
    bool counts_tax = true;
    bool is_old = false;          // before WooCommerce 9.9: `created_via` is ignored both ways
    std::uint64_t last_post = 0;  // products, variations and orders are numbered together
    std::uint64_t last_meta = 0;
    std::function<void(const Change&)> on_change;

    [[nodiscard]] std::string post_id() { return std::to_string(++last_post); }

    /// "2026-11-21T05:54:43" of milliseconds since 1970.
    [[nodiscard]] static std::string gmt(std::int64_t time) {
        return sdk::iso_text(sdk::Instant(std::chrono::milliseconds(time)));
    }
    [[nodiscard]] std::string local(std::int64_t time) const {
        return sdk::iso_text(sdk::Instant(std::chrono::milliseconds(time)) + utc_offset);
    }

    /// The moment that a date of a query means, in seconds since 1970: local time without a zone, UTC with
    /// `dates_are_gmt`; a zone is honoured, and shifted once more with `dates_are_gmt`.
    [[nodiscard]] std::optional<std::int64_t> moment(std::string_view text, bool dates_are_gmt) const {
        constexpr std::size_t kUntilSeconds = 19;
        auto read = sdk::from_iso_text(text);
        if (!read) {
            return std::nullopt;
        }
        const bool has_zone = text.substr(kUntilSeconds).find_first_of("Z+-") != std::string_view::npos;
        if (has_zone && dates_are_gmt) {
            *read += utc_offset;
        } else if (!has_zone && !dates_are_gmt) {
            *read -= utc_offset;
        }
        return std::chrono::floor<std::chrono::seconds>(*read).time_since_epoch().count();
    }
};

}  // namespace navette::standin::woocommerce
