#include "tests/conformance/subject.hpp"

namespace navette::conformance {

Subject hubspot_subject() {
    return {};
}

}  // namespace navette::conformance
