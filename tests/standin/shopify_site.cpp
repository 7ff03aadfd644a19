#include "tests/standin/shopify_site.hpp"

namespace navette::standin {

SiteKind shopify_kind() {
    return {"shopify", {}, [](SiteParts) { return std::unique_ptr<Platform>(); }};
}

}  // namespace navette::standin
