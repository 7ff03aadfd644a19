#include "tests/standin/pipedrive_site.hpp"

namespace navette::standin {

SiteKind pipedrive_kind() {
    return {"pipedrive", {}, [](SiteParts) { return std::unique_ptr<Platform>(); }};
}

}  // namespace navette::standin
