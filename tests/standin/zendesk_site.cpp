#include "tests/standin/zendesk_site.hpp"

namespace navette::standin {

SiteKind zendesk_kind() {
    return {"zendesk", {}, [](SiteParts) { return std::unique_ptr<Platform>(); }};
}

}  // namespace navette::standin
