// A stand-in of Pipedrive's API.
#pragma once

#include "tests/standin/site_kind.hpp"

namespace navette::standin {

SiteKind pipedrive_kind();

}  // namespace navette::standin
