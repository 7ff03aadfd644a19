#include "tests/conformance/subject.hpp"

namespace navette::conformance {

Subject woocommerce_subject() {
    return {};
}

}  // namespace navette::conformance
