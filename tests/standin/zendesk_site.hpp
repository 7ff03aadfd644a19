// A stand-in of Zendesk's API.
#pragma once

#include "tests/standin/site_kind.hpp"

namespace navette::standin {

SiteKind zendesk_kind();

}  // namespace navette::standin
