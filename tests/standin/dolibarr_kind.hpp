// The Dolibarr stand-in among the others.
#pragma once

#include "tests/standin/site_kind.hpp"

namespace navette::standin {

/// Options: api_key ("right-key"), seed, latency_ms, time_zone ("Europe/Paris"), rate and rate_ms (of the web
/// server before it).
SiteKind dolibarr_kind();

}  // namespace navette::standin
