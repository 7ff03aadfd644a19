// A stand-in of Salesforce's API.
#pragma once

#include "tests/standin/site_kind.hpp"

namespace navette::standin {

SiteKind salesforce_kind();

}  // namespace navette::standin
