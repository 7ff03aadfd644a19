// Random records taken apart into fields, put together and laid over each other. The seed is fixed.
#include "daemon/sync/three_way.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <random>

namespace navette::sync {
namespace {

namespace json = boost::json;

class Random {
  public:
    std::uint64_t below(std::uint64_t bound) { return engine_() % bound; }

    json::object record(int depth) {
        static constexpr std::array<const char*, 4> kKeys{"a", "b", "c", "d"};
        json::object made;
        for (const char* key : kKeys) {
            if (below(3) != 0) {
                made[key] = value(depth);
            }
        }
        return made;
    }

  private:
    json::value value(int depth) {
        switch (below(depth > 0 ? 8 : 4)) {
            case 0:
                return nullptr;
            case 1:
                return below(3);
            case 2:
                return json::array{below(2), "x"};
            case 3:
                return json::string(std::to_string(below(3)));
            default:
                return record(depth - 1);
        }
    }

    std::mt19937_64 engine_{20261121};
};

TEST(RecordFieldsProperty, ARecordIsTheSumOfItsFields) {
    Random random;
    for (int turn = 0; turn < 5'000; ++turn) {
        const json::object record = random.record(3);
        json::object kept;
        json::object filled;
        for (const auto& [field, value] : leaves_of(record)) {
            EXPECT_EQ(leaf(record, field), value);
            put_leaf(kept, field, value);
            set_leaf(filled, field, value);
        }
        EXPECT_EQ(kept, record) << json::serialize(record);
        for (const auto& [field, value] : leaves_of(record)) {
            set_leaf(filled, field, nullptr);
        }
        EXPECT_TRUE(filled.empty()) << json::serialize(record) << json::serialize(filled);
    }
}

TEST(RecordFieldsProperty, WhatIsLaidOverStandsAndTheRestStays) {
    Random random;
    for (int turn = 0; turn < 5'000; ++turn) {
        const json::object under = random.record(3);
        const json::object over = random.record(3);
        json::object laid = under;
        lay_over(laid, over);
        for (const auto& [field, value] : leaves_of(over)) {
            // An empty object laid over one with fields leaves them.
            if (!value.is_object()) {
                EXPECT_EQ(leaf(laid, field), value) << json::serialize(under) << json::serialize(over);
            }
        }
        json::object again = laid;
        lay_over(again, over);
        EXPECT_EQ(again, laid);
        json::object alone;
        lay_over(alone, over);
        EXPECT_EQ(alone, over);
        for (const json::key_value_pair& member : under) {
            EXPECT_TRUE(over.contains(member.key()) || laid.at(member.key()) == member.value());
        }
    }
}

TEST(RecordFieldsProperty, AMergeOfEqualSidesChangesNothing) {
    Random random;
    for (int turn = 0; turn < 2'000; ++turn) {
        Hub hub;
        hub.data = random.record(3);
        Spoke spoke;
        spoke.shown = spoke.seen = spoke.sent = spoke.ours = hub.data;
        spoke.rule = [](std::string_view) { return config::ConflictRule::newest_wins; };
        const Merged merged = merge(hub, spoke);
        EXPECT_EQ(merged.data, hub.data);
        EXPECT_TRUE(merged.changed.empty() && merged.agreed.empty() && !merged.differs);
        EXPECT_FALSE(take_report(hub, hub.data, Moment{}).changed) << json::serialize(hub.data);
    }
}

TEST(RecordFieldsProperty, AMergeWithRubbishTakesWhatIsShown) {
    Random random;
    for (int turn = 0; turn < 5'000; ++turn) {
        Hub hub;
        hub.data = random.record(2);
        Spoke spoke;
        spoke.shown = random.record(2);
        spoke.seen = random.record(2);
        spoke.sent = random.record(2);
        spoke.ours = random.record(2);
        spoke.rule = [](std::string_view) { return config::ConflictRule::platform_wins; };
        const Merged merged = merge(hub, spoke);
        for (const std::string& field : merged.changed) {
            EXPECT_TRUE(merged.stamps.contains(field));
        }
        const Told told = take_report(hub, spoke.shown, Moment{});
        EXPECT_FALSE(take_report({.data = told.data, .stamps = told.stamps}, spoke.shown, Moment{}).changed)
            << json::serialize(hub.data) << json::serialize(spoke.shown);
    }
}

}  // namespace
}  // namespace navette::sync
