#include "tests/conformance/subject.hpp"

namespace navette::conformance {

Subject salesforce_subject() {
    return {};
}

}  // namespace navette::conformance
