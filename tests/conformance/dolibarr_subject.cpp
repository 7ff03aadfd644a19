#include "tests/conformance/subject.hpp"

namespace navette::conformance {

Subject dolibarr_subject() {
    return {};
}

}  // namespace navette::conformance
