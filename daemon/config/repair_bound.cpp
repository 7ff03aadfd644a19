#include "daemon/config/repair_bound.hpp"

#include <charconv>

namespace navette::config {

namespace {

constexpr std::int64_t kMost = 1'000'000'000;

}  // namespace

std::optional<RepairBound> parse_repair_bound(std::string_view text) {
    RepairBound bound;
    if (text.ends_with('%')) {
        text.remove_suffix(1);
        double share = 0;
        const auto* const end = text.data() + text.size();
        const auto [stop, error] = std::from_chars(text.data(), end, share, std::chars_format::fixed);
        if (error != std::errc() || stop != end || !(share >= 0) || share > 100) {
            return std::nullopt;
        }
        bound.share = share / 100;
        return bound;
    }
    std::int64_t most = 0;
    const auto* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, most);
    if (error != std::errc() || stop != end || most < 0 || most > kMost) {
        return std::nullopt;
    }
    bound.most = most;
    return bound;
}

}  // namespace navette::config
