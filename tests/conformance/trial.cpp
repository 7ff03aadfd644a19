#include "tests/conformance/trial.hpp"

#include <algorithm>
#include <ostream>
#include <stdexcept>
#include <utility>

namespace navette::conformance {

namespace {

struct Entry {
    std::string slug;
    Subject subject;
};

const std::vector<Entry>& entries() {
    static const std::vector<Entry> all{
        {"dolibarr", dolibarr_subject()},
        {"hubspot", hubspot_subject()},
        {"pipedrive", pipedrive_subject()},
        {"salesforce", salesforce_subject()},
        {"shopify", shopify_subject()},
        {"woocommerce", woocommerce_subject()},
        {"zendesk", zendesk_subject()},
    };
    return all;
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Trial& trial) {
    return out << trial.slug << (trial.object == nullptr ? "" : " " + trial.object->object);
}

std::vector<Trial> platforms() {
    std::vector<Trial> trials;
    for (const auto& entry : entries()) {
        trials.push_back({entry.slug, entry.subject.slug.empty() ? nullptr : &entry.subject, nullptr});
    }
    return trials;
}

std::vector<Trial> objects() {
    std::vector<Trial> trials;
    for (const auto& entry : entries()) {
        if (entry.subject.objects.empty()) {
            trials.push_back({entry.slug, nullptr, nullptr});
        }
        for (const auto& object : entry.subject.objects) {
            trials.push_back({entry.slug, &entry.subject, &object});
        }
    }
    return trials;
}

std::string name_of(const ::testing::TestParamInfo<Trial>& info) {
    return info.param.slug + (info.param.object == nullptr ? "" : "_" + info.param.object->object);
}

void Conformance::SetUp() {
    if (GetParam().subject == nullptr) {
        GTEST_SKIP() << "tests/conformance/" << GetParam().slug << "_subject.cpp is still empty";
    }
    ASSERT_NE(inventory().find(GetParam().slug), nullptr) << "the connector was not loaded";
}

const config::Manifest& Conformance::manifest() {
    return inventory().find(GetParam().slug)->manifest;
}

const config::ObjectSpec& Conformance::spec() {
    const auto* spec = manifest().object(object().object);
    if (spec == nullptr) {
        throw std::runtime_error("the manifest has no object '" + object().object + "'");
    }
    return *spec;
}

bool Conformance::can(std::string_view capability) {
    return std::ranges::find(manifest().capabilities, capability) != manifest().capabilities.end();
}

bool Conformance::has_action(std::string_view action) {
    return std::ranges::find(spec().actions, action) != spec().actions.end();
}

std::string told(const sdk::Outcome& outcome) {
    return std::string(sdk::to_string(outcome.kind)) + ": " + outcome.message +
           (outcome.maybe_applied ? " (may have been applied)" : "");
}

}  // namespace navette::conformance
