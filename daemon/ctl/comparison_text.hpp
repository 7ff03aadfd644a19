// Plans and searches for drift as people read them.
#pragma once

#include "daemon/ctl/console.hpp"
#include "daemon/ctl/context.hpp"
#include "daemon/ctl/failure.hpp"
#include "daemon/store/admin_comparisons.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace navette::ctl {

void print_comparisons(const store::Records& comparisons, const Console& console);

/// What it comes to: counts for each object, and samples with the fields that differ.
void print_comparison(const store::Record& comparison, const Console& console);

/// The id of the word ID. Fails as `usage` where it is no number.
[[nodiscard]] Result<std::int64_t> comparison_id(const std::string& word);

/// Returns it as soon as it is in none of the states that a daemon moves on from by itself; as `temporary`
/// where that takes too long.
[[nodiscard]] Result<store::Record> await_comparison(
    store::AdminSession& database,
    std::int64_t id,
    const std::optional<std::string>& tenant,
    int samples,
    std::chrono::seconds patience
);

}  // namespace navette::ctl
