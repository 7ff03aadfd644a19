#include "tests/standin/salesforce_site.hpp"

namespace navette::standin {

SiteKind salesforce_kind() {
    return {"salesforce", {}, [](SiteParts) { return std::unique_ptr<Platform>(); }};
}

}  // namespace navette::standin
