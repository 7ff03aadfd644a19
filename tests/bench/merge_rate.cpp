#include "tests/bench/merge_rate.hpp"

#include "daemon/config/manifest.hpp"
#include "daemon/sync/mapping.hpp"
#include "daemon/sync/three_way.hpp"
#include "tests/bench/harness/measuring.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

namespace navette::bench {

namespace json = boost::json;
using std::chrono::steady_clock;

namespace {

constexpr int kContacts = 1'000;
constexpr int kChangedOneIn = 10;

/// One record's texts, as the engine gets them.
struct Texts {
    std::string shown;     // from the platform
    std::string snapshot;  // the rest from PostgreSQL
    std::string seen;
    std::string hub;
};
/// The same, read.
struct Sides {
    json::object shown;
    json::object snapshot;
    json::object seen;
    sync::Hub hub;
};

sync::Mapping contact_mapping() {
    const auto manifest = config::load_manifest(
        std::string(NAVETTE_SOURCE_DIR) + "/connectors/hubspot/hubspot.yaml", std::nullopt
    );
    if (!manifest) {
        throw std::runtime_error(manifest.error().front().text());
    }
    auto mapping = sync::Mapping::compile(manifest->object("contact")->mapping);
    if (!mapping) {
        throw std::runtime_error(mapping.error().front().text());
    }
    return std::move(*mapping);
}

Texts texts_of(const sync::Mapping& mapping, int n) {
    const auto number = std::to_string(n);
    json::object record{
        {"first_name", "Ana"},
        {"last_name", "Berg " + number},
        {"email", "ana" + number + "@bench.test"},
        {"phone", "+336" + std::to_string(10'000'000 + n)},
        {"company_name", "Acme " + number},
        {"lifecycle_stage", "lead"}
    };
    auto remote = mapping.to_remote(record).value();
    Texts texts;
    texts.hub = json::serialize(record);
    texts.snapshot = json::serialize(remote);
    texts.seen = json::serialize(mapping.to_local(remote).value());
    remote["createdate"] = "2026-11-01T08:00:00Z";
    remote["hs_object_id"] = number;
    remote["lastmodifieddate"] = "2026-11-20T08:00:00Z";
    if (n % kChangedOneIn == 0) {
        remote["lastname"] = "Roux " + number;
    }
    texts.shown = json::serialize(remote);
    return texts;
}

Sides read(const Texts& texts) {
    Sides sides;
    sides.shown = json::parse(texts.shown).as_object();
    sides.snapshot = json::parse(texts.snapshot).as_object();
    sides.seen = json::parse(texts.seen).as_object();
    sides.hub.data = json::parse(texts.hub).as_object();
    return sides;
}

/// As the engine does it; returns what is still to be sent.
std::size_t merge_one(const sync::Mapping& mapping, const Sides& sides, std::size_t& changed) {
    static const std::string integration = "int_hubspot";
    static const std::vector<std::string> keep{"email"};
    sync::Spoke spoke;
    spoke.shown = mapping.to_local(sides.shown).value();
    spoke.seen = sides.seen;
    spoke.sent = mapping.to_local(sides.snapshot).value();
    spoke.ours = mapping.canonical(sides.hub.data);
    spoke.heard_at = sync::Moment(std::chrono::milliseconds(1'760'000'000'000));
    spoke.changed_at = spoke.heard_at;
    spoke.integration = integration;
    spoke.rule = [](std::string_view) { return config::ConflictRule::newest_wins; };
    const auto merged = sync::merge(sides.hub, spoke);
    changed += merged.changed.size();
    auto fields = mapping.to_remote(merged.data).value();
    return mapping.drop_known(fields, sides.shown, keep) ? fields.size() : 0;
}

double per_second(steady_clock::time_point began, int records) {
    return records / std::chrono::duration<double>(steady_clock::now() - began).count();
}

}  // namespace

MergeRate merge_rate() {
    const auto mapping = contact_mapping();
    std::vector<Texts> texts;
    std::vector<Sides> sides;
    for (int n = 1; n <= kContacts; ++n) {
        texts.push_back(texts_of(mapping, n));
        sides.push_back(read(texts.back()));
    }
    const int turns = static_cast<int>(amount(100));
    const auto merging = [&] {
        std::size_t changed = 0;
        const auto began = steady_clock::now();
        for (int turn = 0; turn < turns; ++turn) {
            for (const auto& one : sides) {
                merge_one(mapping, one, changed);
            }
        }
        const auto rate = per_second(began, turns * kContacts);
        if (changed != static_cast<std::size_t>(turns) * kContacts / kChangedOneIn) {
            throw std::runtime_error("the merge took over " + std::to_string(changed) + " fields");
        }
        return rate;
    };
    const auto reading = [&] {
        std::size_t kept = 0;
        const auto began = steady_clock::now();
        for (int turn = 0; turn < turns; ++turn) {
            for (const auto& one : texts) {
                kept += read(one).shown.size();
            }
        }
        return kept == 0 ? 0 : per_second(began, turns * kContacts);
    };
    std::vector<Contender> contenders{{"merge", merging}, {"json", reading}};
    take_turns(contenders, rounds(5));
    return {contenders[0].result(), contenders[1].result(), ratio(contenders[0], contenders[1])};
}

}  // namespace navette::bench
