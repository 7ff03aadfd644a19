#include "daemon/engine/outcome_names.hpp"

#include <navette/sdk/outcome.hpp>

namespace navette::engine {

std::vector<std::string> outcome_names() {
    using sdk::OutcomeKind;
    std::vector<std::string> names;
    for (const auto kind :
         {OutcomeKind::done,
          OutcomeKind::skipped,
          OutcomeKind::retry,
          OutcomeKind::unavailable,
          OutcomeKind::throttled,
          OutcomeKind::rejected,
          OutcomeKind::needs_reauth,
          OutcomeKind::misconfigured,
          OutcomeKind::gone,
          OutcomeKind::conflict}) {
        names.emplace_back(sdk::to_string(kind));
    }
    names.emplace_back("cancelled");
    names.emplace_back("quarantined");
    names.emplace_back("parent_failed");
    return names;
}

}  // namespace navette::engine
