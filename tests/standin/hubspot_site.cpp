#include "tests/standin/hubspot_site.hpp"

namespace navette::standin {

SiteKind hubspot_kind() {
    return {"hubspot", {}, [](SiteParts) { return std::unique_ptr<Platform>(); }};
}

}  // namespace navette::standin
