// Up to where differences are repaired without asking: so many records, or such a share of them. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace navette::config {

struct RepairBound {
    std::optional<double> share;       // 0 to 1
    std::optional<std::int64_t> most;  // records
};

/// "100", or "2.5%". Nothing for any other text.
[[nodiscard]] std::optional<RepairBound> parse_repair_bound(std::string_view text);

}  // namespace navette::config
