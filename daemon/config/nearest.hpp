// "Did you mean": the known word closest to a mistyped one.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace navette::config {

/// The candidate with the fewest typing slips (a letter wrong, missing, too many, or two swapped; case does
/// not count); nothing when none is close enough to be meant.
[[nodiscard]] std::optional<std::string> nearest(
    std::string_view word, std::span<const std::string> candidates
);

/// ", did you mean 'poll'?" or nothing: what ends a sentence about an unknown word.
[[nodiscard]] std::string did_you_mean(std::string_view word, std::span<const std::string> candidates);

}  // namespace navette::config
