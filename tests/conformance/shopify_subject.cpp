#include "tests/conformance/subject.hpp"

namespace navette::conformance {

Subject shopify_subject() {
    return {};
}

}  // namespace navette::conformance
