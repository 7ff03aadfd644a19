// A Dolibarr among the platforms of the two-way tests: the stand-in, or, where DOLIBARR_URL and
// DOLIBARR_API_KEY name one that is kept for tests, the real one behind a relay that makes faults.
#pragma once

#include "tests/e2e/spoke_traits.hpp"

namespace navette::test {

[[nodiscard]] SpokeTraits dolibarr_traits();

}  // namespace navette::test
