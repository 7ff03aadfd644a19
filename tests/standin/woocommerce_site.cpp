#include "tests/standin/woocommerce_site.hpp"

namespace navette::standin {

SiteKind woocommerce_kind() {
    return {"woocommerce", {}, [](SiteParts) { return std::unique_ptr<Platform>(); }};
}

}  // namespace navette::standin
