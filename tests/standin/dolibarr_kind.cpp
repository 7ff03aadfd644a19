#include "tests/standin/dolibarr_kind.hpp"

#include "tests/standin/dolibarr_site.hpp"

#include <stdexcept>

namespace navette::standin {

SiteKind dolibarr_kind() {
    return {"dolibarr", DolibarrSite::kinds(), [](SiteParts parts) -> std::unique_ptr<Platform> {
                auto clock = DolibarrClock::in_zone(parts.options.text("time_zone", "Europe/Paris"));
                if (!clock) {
                    throw std::invalid_argument(clock.error().message);
                }
                DolibarrSettings settings;
                settings.api_key = parts.options.text("api_key", "right-key");
                settings.seed = static_cast<std::uint64_t>(parts.options.number("seed", 1));
                settings.latency = std::chrono::milliseconds(parts.options.number("latency_ms", 0));
                settings.rate = static_cast<std::size_t>(parts.options.number("rate", 0));
                settings.rate_span = std::chrono::milliseconds(parts.options.number("rate_ms", 1000));
                return std::make_unique<DolibarrSite>(
                    std::move(settings), std::move(*clock), parts.effects, &parts.outbox
                );
            }};
}

}  // namespace navette::standin
