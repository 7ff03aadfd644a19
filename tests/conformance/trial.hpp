// What the suite's cases are run over: each connector, and each object of each connector.
#pragma once

#include "tests/conformance/connected_site.hpp"

#include <gtest/gtest.h>

#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace navette::conformance {

/// One connector, or one object of it. A connector whose subject is still empty has no more than its slug.
struct Trial {
    std::string slug;
    const Subject* subject = nullptr;
    const ObjectCase* object = nullptr;
};

std::ostream& operator<<(std::ostream& out, const Trial& trial);

/// One trial for each connector.
std::vector<Trial> platforms();
/// One trial for each object of each connector.
std::vector<Trial> objects();
/// "hubspot", "hubspot_contact"
std::string name_of(const ::testing::TestParamInfo<Trial>& info);

/// The fixture of the cases of a platform, and, with an object, of an object.
class Conformance : public ::testing::TestWithParam<Trial> {
  protected:
    void SetUp() override;

    [[nodiscard]] static const Subject& subject() { return *GetParam().subject; }
    [[nodiscard]] static const ObjectCase& object() { return *GetParam().object; }
    [[nodiscard]] static const config::Manifest& manifest();
    [[nodiscard]] static const config::ObjectSpec& spec();
    /// Whether the manifest names that capability: the only way out of a case.
    [[nodiscard]] static bool can(std::string_view capability);
    [[nodiscard]] static bool has_action(std::string_view action);
};

/// "retry: the answer was cut off (may have been applied)", for messages.
[[nodiscard]] std::string told(const sdk::Outcome& outcome);

}  // namespace navette::conformance

/// Leaves a case that is none of this connector's, by a capability that its manifest does not name.
#define NAVETTE_NEEDS(capability)                                                            \
    if (!can(capability)) {                                                                  \
        GTEST_SKIP() << GetParam().slug << " does not name the capability '" capability "'"; \
    }                                                                                        \
    static_assert(true)
