// Mapping rules as they are run: checked, with paths parsed and transforms compiled.
#pragma once

#include "daemon/config/manifest.hpp"
#include "daemon/sync/path.hpp"
#include "daemon/sync/transforms.hpp"

#include <expected>
#include <span>
#include <vector>

namespace navette::sync {

struct CompiledRule {
    Path local;  // empty where the first transform supplies the value
    Path remote;
    bool to_remote = false;  // a list: where any of the rules for its items does
    bool to_local = false;
    bool required = false;
    bool keeps_meaning = true;  // values that it sends alike differ in their spelling at most
    std::vector<Step> forward;
    std::vector<Step> backward;      // in the order in which they run on the way back
    std::vector<CompiledRule> each;  // for the items where both paths name arrays
};

/// All mistakes, each with the file:line of its rule or transform, in the order of the file.
[[nodiscard]] std::expected<std::vector<CompiledRule>, config::Problems> compile_rules(
    std::span<const config::MappingRule> rules
);

}  // namespace navette::sync
