// The manifest's mapping: its local paths stand in the application's record, what comes out of it is accepted
// by the platform, and what comes back from the platform can be read by it.
#include "daemon/sync/mapping.hpp"

#include "daemon/sync/path.hpp"
#include "daemon/sync/three_way.hpp"
#include "tests/conformance/trial.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <span>

namespace navette::conformance {
namespace {

namespace json = boost::json;
using Direction = config::MappingDirection;
using Kind = sdk::OutcomeKind;

class Mapping : public Conformance {};
INSTANTIATE_TEST_SUITE_P(Conformance, Mapping, ::testing::ValuesIn(objects()), name_of);

const json::value* value_at(const std::string& path_text, const json::object& object) {
    const auto path = sync::Path::parse(path_text);
    return path ? path->find(object) : nullptr;
}

std::string place_of(const config::MappingRule& rule) {
    return rule.where.file + ":" + std::to_string(rule.where.line);
}

/// Every local path that is sent must be in the record, and every remote one in what became of it.
void expect_all_paths(
    std::span<const config::MappingRule> rules, const json::object& record, const json::object& mapped
) {
    for (const auto& rule : rules) {
        if (rule.direction == Direction::from_platform) {
            continue;
        }
        const auto where = place_of(rule);
        if (!rule.local.empty()) {
            // A transform that names its own paths (first_of) may read another field instead.
            EXPECT_TRUE(value_at(rule.local, record) != nullptr || !rule.transforms.empty())
                << where << ": the subject's record has no " << rule.local;
        }
        const auto* remote = value_at(rule.remote, mapped);
        EXPECT_TRUE(remote != nullptr && !remote->is_null())
            << where << ": nothing came out at " << rule.remote << ": " << json::serialize(mapped);
        if (rule.each.empty() || remote == nullptr || !remote->is_array()) {
            continue;
        }
        const auto* local = value_at(rule.local, record);
        ASSERT_TRUE(local != nullptr && local->is_array() && !local->as_array().empty()) << where;
        expect_all_paths(
            rule.each, local->as_array().front().as_object(), remote->as_array().front().as_object()
        );
    }
}

TEST_P(Mapping, EveryPathExistsInTheRecord) {
    ConnectedSite site(subject());
    const auto record = object().record(1);
    const auto mapped = site.integration().mapping(object().object)->to_remote(record);
    ASSERT_TRUE(mapped) << mapped.error().message;
    expect_all_paths(spec().mapping, record, *mapped);
}

TEST_P(Mapping, TwoRecordsDifferInTheirNaturalKeys) {
    ConnectedSite site(subject());
    const auto& mapping = *site.integration().mapping(object().object);
    EXPECT_NE(*mapping.to_remote(object().record(1)), *mapping.to_remote(object().record(2)));
    for (const auto& key : spec().natural_keys) {
        const auto first = object().record(1);
        const auto second = object().record(2);
        ASSERT_NE(value_at(key, first), nullptr) << key;
        EXPECT_NE(*value_at(key, first), *value_at(key, second)) << key;
        if (object().changed) {
            const auto later = object().changed(1);
            EXPECT_EQ(*value_at(key, first), *value_at(key, later)) << key;
        }
    }
}

TEST_P(Mapping, ReadsBackWhatThePlatformHolds) {
    NAVETTE_NEEDS("fetch");
    if (!spec().linked || !object().pulled) {
        GTEST_SKIP() << "a " << object().object << " is never read back";
    }
    ConnectedSite site(subject());
    const auto made = site.push(site.operation(object(), 1));
    ASSERT_EQ(made.kind, Kind::done) << told(made);
    const auto fetched = site.fetch(object().object, made.remote_id);
    ASSERT_TRUE(fetched) << told(fetched.error());
    const auto local = site.integration().mapping(object().object)->to_local(fetched->fields);
    ASSERT_TRUE(local) << local.error().message;
    const auto record = object().record(1);
    for (const auto& rule : spec().mapping) {
        if (rule.direction == Direction::to_platform ||
            std::ranges::find(object().unshown, rule.local) != object().unshown.end()) {
            continue;
        }
        EXPECT_NE(value_at(rule.remote, fetched->fields), nullptr)
            << place_of(rule) << ": the platform has no " << rule.remote << ": "
            << json::serialize(fetched->fields);
        EXPECT_NE(value_at(rule.local, *local), nullptr) << place_of(rule);
        // What is mapped both ways must come back as it was, up to white space and case.
        if (rule.direction == Direction::both && rule.transforms.empty() && rule.each.empty()) {
            const auto* sent = value_at(rule.local, record);
            const auto* back = value_at(rule.local, *local);
            ASSERT_TRUE(sent != nullptr && back != nullptr) << place_of(rule);
            EXPECT_TRUE(sync::equal_values(*back, *sent)) << place_of(rule) << ": " << json::serialize(*back);
        }
    }
}

}  // namespace
}  // namespace navette::conformance
