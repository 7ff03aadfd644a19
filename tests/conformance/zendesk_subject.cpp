#include "tests/conformance/subject.hpp"

namespace navette::conformance {

Subject zendesk_subject() {
    return {};
}

}  // namespace navette::conformance
