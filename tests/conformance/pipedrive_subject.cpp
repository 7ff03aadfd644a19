#include "tests/conformance/subject.hpp"

namespace navette::conformance {

Subject pipedrive_subject() {
    return {};
}

}  // namespace navette::conformance
