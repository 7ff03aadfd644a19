// What goes both ways: what a platform shows of a record maps back to what it was told, an edit made there
// reaches the record, and a push of some fields touches no other.
#include "daemon/sync/mapping.hpp"
#include "daemon/sync/three_way.hpp"
#include "tests/conformance/trial.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <set>
#include <span>

namespace navette::conformance {
namespace {

namespace json = boost::json;
using Direction = config::MappingDirection;
using Kind = sdk::OutcomeKind;

class TwoWay : public Conformance {
  protected:
    void SetUp() override {
        Conformance::SetUp();
        if (IsSkipped()) {
            return;
        }
        if (!can("fetch") || !spec().linked || spec().every_event || !object().pulled || !reads_back()) {
            GTEST_SKIP() << "a " << object().object << " is told one way only";
        }
    }

    [[nodiscard]] static bool reads_back() {
        return std::ranges::any_of(spec().mapping, [](const config::MappingRule& rule) {
            return rule.direction != Direction::to_platform;
        });
    }

    [[nodiscard]] static const sync::Mapping& mapping(ConnectedSite& site) {
        return *site.integration().mapping(object().object);
    }

    /// The n-th record, pushed in full; its remote id.
    static std::string made(ConnectedSite& site, int n) {
        const auto outcome = site.push_until_settled(site.operation(object(), n));
        EXPECT_EQ(outcome.kind, Kind::done) << told(outcome);
        return outcome.remote_id;
    }

    static json::object fetched(ConnectedSite& site, const std::string& id) {
        const auto record = site.fetch(object().object, id);
        EXPECT_TRUE(record) << told(record.error());
        return record ? record->fields : json::object();
    }

    static json::object local(ConnectedSite& site, const json::object& shown) {
        const auto record = mapping(site).to_local(shown);
        EXPECT_TRUE(record) << record.error().message;
        return record ? *record : json::object();
    }

    static void edit(ConnectedSite& site, const std::string& id, const Edit& wanted) {
        const json::object change{{"object", object().object}, {"remote_id", id}, {"fields", wanted.fields}};
        site.site().control("POST", "change", json::serialize(change));
    }

    /// A push of the record to its link as the engine makes it: without what is read back and known to be
    /// there already. None where nothing is left.
    static std::optional<sdk::Operation> update(
        ConnectedSite& site,
        int n,
        const std::string& id,
        const json::object& record,
        const json::object& known
    ) {
        auto operation = site.operation(object(), n);
        auto fields = mapping(site).to_remote(record);
        EXPECT_TRUE(fields) << fields.error().message;
        operation.fields = std::move(*fields);
        operation.remote_id = id;
        const bool differs = mapping(site).drop_known(operation.fields, known, {});
        // Nor does an update need what a create does.
        for (const auto& member : known) {
            const auto* wanted = operation.fields.if_contains(member.key());
            if (wanted != nullptr && *wanted == member.value()) {
                operation.fields.erase(member.key());
            }
        }
        return differs ? std::optional(std::move(operation)) : std::nullopt;
    }
};
INSTANTIATE_TEST_SUITE_P(Conformance, TwoWay, ::testing::ValuesIn(objects()), name_of);

bool is_nothing(const json::value& value) {
    return value.is_null() || (value.is_string() && value.get_string().empty());
}

/// Names of members that tell when or how often something changed.
bool tells_change(std::string_view name) {
    return std::ranges::any_of(
        std::initializer_list<std::string_view>{
            "modif", "pdate", "Stamp", "tms", "Modstamp", "date_m", "generated"
        },
        [&](std::string_view part) { return name.find(part) != std::string_view::npos; }
    );
}

json::object lasting(json::object fields) {
    std::vector<std::string> passing;
    for (const auto& member : fields) {
        if (tells_change(member.key())) {
            passing.emplace_back(member.key());
        }
    }
    for (const auto& name : passing) {
        fields.erase(name);
    }
    return fields;
}

/// Where the two records differ, field by field.
std::set<std::string> differences(const json::object& left, const json::object& right) {
    std::set<std::string> fields;
    for (const auto* one : {&left, &right}) {
        for (const auto& [field, value] : sync::leaves_of(*one)) {
            const auto& a = sync::leaf(left, field);
            const auto& b = sync::leaf(right, field);
            if (!sync::equal_values(a, b) && !(is_nothing(a) && is_nothing(b))) {
                fields.insert(field);
            }
        }
    }
    return fields;
}

std::string text(const std::set<std::string>& fields) {
    std::string all;
    for (const auto& field : fields) {
        all += " " + field;
    }
    return all;
}

TEST_P(TwoWay, WhatIsShownMapsBackToWhatWasSent) {
    ConnectedSite site(subject());
    const auto record = object().record(1);
    const auto shown = fetched(site, made(site, 1));
    const auto back = local(site, shown);
    // Another spelling than what was sent would count as a change of the platform's.
    const auto ours = mapping(site).canonical(record);
    EXPECT_FALSE(ours.empty());
    for (const auto& [field, value] : sync::leaves_of(ours)) {
        const auto& seen = sync::leaf(back, field);
        EXPECT_TRUE(seen.is_null() || sync::equal_values(seen, value))
            << field << ": " << json::serialize(seen) << " is shown, " << json::serialize(value)
            << " was sent";
    }
    for (const auto& [field, value] : sync::leaves_of(back)) {
        // What is read only was not sent from here; it is what the record has.
        const auto& sent = sync::leaf(ours, field);
        EXPECT_TRUE(
            is_nothing(value) || sync::equal_values(value, sent.is_null() ? sync::leaf(record, field) : sent)
        ) << field
          << ": " << json::serialize(value) << " is shown and was not sent";
    }
    // A second round changes nothing.
    auto merged = record;
    sync::lay_over(merged, back);
    const auto again = mapping(site).canonical(merged);
    for (const auto& [field, value] : sync::leaves_of(back)) {
        const auto& sent = sync::leaf(again, field);
        EXPECT_TRUE(sent.is_null() || sync::equal_values(value, sent))
            << field << ": " << json::serialize(sent) << " would follow " << json::serialize(value);
    }
}

TEST_P(TwoWay, EveryFieldThatIsWrittenIsReadBackOrToldToBeOneWay) {
    ConnectedSite site(subject());
    const auto shown = local(site, fetched(site, made(site, 1)));
    const auto read = mapping(site).local_paths_read_back();
    const auto& one_way = object().one_way;
    std::set<std::string> written;
    for (const auto& rule : spec().mapping) {
        if (rule.direction == Direction::from_platform || rule.local.empty()) {
            continue;
        }
        written.insert(rule.local);
        const bool is_read = std::ranges::find(read, rule.local) != read.end();
        const bool is_one_way = std::ranges::find(one_way, rule.local) != one_way.end();
        EXPECT_NE(is_read, is_one_way) << rule.local;
        if (is_read) {
            EXPECT_FALSE(is_nothing(sync::leaf(shown, rule.local)))
                << rule.local << " is read back, but not shown: " << json::serialize(shown);
        }
    }
    for (const auto& path : one_way) {
        EXPECT_TRUE(written.contains(path)) << path << " is not written";
    }
}

TEST_P(TwoWay, AnEditThereIsShownAndThePushAfterTheMergeChangesNothing) {
    ConnectedSite site(subject());
    const auto id = made(site, 1);
    auto hub = object().record(1);
    auto known = mapping(site).shared_to_remote(hub);
    ASSERT_FALSE(object().edits.empty()) << "the subject edits nothing of a " << object().object;
    for (const auto& change : object().edits) {
        if (change.fields.empty()) {
            continue;
        }
        SCOPED_TRACE(change.local);
        const auto before = local(site, fetched(site, id));
        edit(site, id, change);
        const auto shown = fetched(site, id);
        const auto after = local(site, shown);
        EXPECT_TRUE(sync::equal_values(sync::leaf(after, change.local), change.value))
            << json::serialize(after);
        const auto moved = differences(before, after);
        EXPECT_EQ(moved, std::set<std::string>{change.local}) << text(moved);
        // Merged: the hub takes the field, and what is known of the platform is what it shows.
        sync::set_leaf(hub, change.local, sync::leaf(after, change.local));
        sync::lay_over(known, mapping(site).shared_to_remote(hub));
        auto operation = site.operation(object(), 1);
        auto fields = mapping(site).to_remote(hub);
        ASSERT_TRUE(fields) << fields.error().message;
        operation.fields = std::move(*fields);
        operation.remote_id = id;
        mapping(site).drop_known(operation.fields, known, spec().natural_keys);
        const auto pushed = site.push_until_settled(operation);
        ASSERT_TRUE(pushed.is_success()) << told(pushed);
        EXPECT_EQ(lasting(fetched(site, id)), lasting(shown)) << json::serialize(operation.fields);
    }
}

TEST_P(TwoWay, ARecordIsArchivedAsTheManifestSays) {
    if (spec().archive.empty()) {
        GTEST_SKIP() << "the platform cannot archive a " << object().object;
    }
    ConnectedSite site(subject());
    const auto id = made(site, 1);
    const auto before = fetched(site, id);
    auto operation = site.operation(object(), 1);
    operation.remote_id = id;
    for (const auto& [name, value] : spec().archive) {
        const auto* held = before.if_contains(name);
        EXPECT_FALSE(held != nullptr && sync::equal_values(*held, value)) << name << " is so already";
        operation.fields[name] = value;
    }
    const auto pushed = site.push_until_settled(operation);
    ASSERT_TRUE(pushed.is_success()) << told(pushed);
    const auto after = fetched(site, id);
    for (const auto& [name, value] : spec().archive) {
        const auto* held = after.if_contains(name);
        ASSERT_NE(held, nullptr) << name << " is not shown";
        EXPECT_TRUE(sync::equal_values(*held, value)) << name << ": " << json::serialize(*held);
    }
    // An update that is told later leaves it archived.
    const auto updated = site.push_until_settled([&] {
        auto again = site.operation(object(), 1);
        again.remote_id = id;
        return again;
    }());
    ASSERT_TRUE(updated.is_success()) << told(updated);
    const auto later = fetched(site, id);
    for (const auto& [name, value] : spec().archive) {
        EXPECT_TRUE(sync::equal_values(later.at(name), value)) << name;
    }
}

TEST_P(TwoWay, AnUpdateOfOneFieldLeavesTheOthers) {
    ConnectedSite site(subject());
    const std::vector<std::string> ids{made(site, 1), made(site, 2)};
    std::vector<json::object> hubs{object().record(1), object().record(2)};
    std::vector<json::object> known;
    for (const auto& hub : hubs) {
        known.push_back(mapping(site).shared_to_remote(hub));
    }
    const auto& edits = object().edits;
    ASSERT_FALSE(edits.empty());
    for (std::size_t round = 0; round < edits.size(); ++round) {
        // Two records in one batch, each with another field.
        std::vector<sdk::Operation> batch;
        std::vector<json::object> before;
        for (std::size_t at = 0; at < ids.size(); ++at) {
            const auto& change = edits[(round + at) % edits.size()];
            before.push_back(local(site, fetched(site, ids[at])));
            // The second record keeps its own natural keys.
            sync::set_leaf(hubs[at], change.local, change.value);
            auto operation = update(site, static_cast<int>(at) + 1, ids[at], hubs[at], known[at]);
            known[at] = mapping(site).shared_to_remote(hubs[at]);
            if (operation) {
                batch.push_back(std::move(*operation));
            }
        }
        std::vector<sdk::Outcome> outcomes;
        if (spec().batch > 1) {
            outcomes = site.push(batch);
        } else {
            for (const auto& operation : batch) {
                outcomes.push_back(site.push_until_settled(operation));
            }
        }
        for (const auto& outcome : outcomes) {
            EXPECT_TRUE(outcome.is_success()) << told(outcome);
        }
        for (std::size_t at = 0; at < ids.size(); ++at) {
            const auto& change = edits[(round + at) % edits.size()];
            SCOPED_TRACE(change.local + " of " + std::to_string(at + 1));
            const auto after = local(site, fetched(site, ids[at]));
            EXPECT_TRUE(sync::equal_values(sync::leaf(after, change.local), change.value))
                << json::serialize(after);
            auto moved = differences(before[at], after);
            moved.erase(change.local);
            EXPECT_TRUE(moved.empty()) << text(moved) << ": " << json::serialize(before[at]) << "\n"
                                       << json::serialize(after);
        }
    }
}

}  // namespace
}  // namespace navette::conformance
