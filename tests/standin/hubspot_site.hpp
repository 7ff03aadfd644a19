// A stand-in of HubSpot's API.
#pragma once

#include "tests/standin/site_kind.hpp"

namespace navette::standin {

SiteKind hubspot_kind();

}  // namespace navette::standin
