// The two-way soak: people at three platforms and the application edit, at random, the same records, while
// delete people and make the same person at two places, while answers get lost, webhooks get lost, come twice
// and overtake each other, and the daemon is killed; once by each of several sets of rules. Then quiet: all
// sides are equal, nobody is there twice, nobody who was deleted is there again, no edit that was made at one
// side only is gone.
//
// NAVETTE_SOAK_MINUTES makes each longer (10 s otherwise), NAVETTE_SOAK_SEED repeats a run's dice.
// NAVETTE_SOAK_CALM=1 leaves out all faults, which tells what a failure hangs on.
#include "tests/e2e/soak_world.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <iostream>
#include <map>
#include <string>
#include <thread>
#include <vector>

namespace navette::test {
namespace {

namespace json = boost::json;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kUsualTime{10'000};
constexpr milliseconds kLongestPause{80};
constexpr int kPeopleAtFirst = 6;

class Soak : public ::testing::TestWithParam<SoakRules>, protected SoakWorld {
  protected:
    Soak() : SoakWorld(GetParam()) { RecordProperty("seed", std::to_string(seed_)); }

    void expect_equal_sides();
    void expect_nobody_twice();
    void expect_no_lost_edit();
    /// Where each platform has a rule for deletes of its own.
    void expect_deletes_by_own_rules();
    void expect_order();
    /// Live hub records of hers.
    long records_of(int person);
};

long Soak::records_of(int person) {
    return ring_.database().number(
        "SELECT count(*) FROM navette.records WHERE tenant_id = 'ring' AND NOT deleted AND " + is_hers(person)
    );
}

void Soak::expect_equal_sides() {
    std::map<std::string, std::map<std::string, json::object>> held;
    for (auto& platform : ring_.platforms()) {
        held[platform->slug()] = platform->records();
    }
    for (int person = 0; person < people_; ++person) {
        if (deleted_.contains(person)) {
            continue;
        }
        const auto id = application_.id_of(person);
        if (id.empty()) {
            ADD_FAILURE() << "the application never heard of " << address_of(person);
            continue;
        }
        const auto hub = ring_.hub("contact", id);
        const auto& own = application_.people().at(id);
        for (const std::string field : {"email", "first_name", "last_name", "phone"}) {
            EXPECT_EQ(text_of(own, field), text_of(hub, field))
                << "the application and the hub differ in " << field << " of " << address_of(person) << " ("
                << id << ")" << (text_of(own, field) == text_of(hub, field) ? "" : history(person, field));
        }
        for (auto& platform : ring_.platforms()) {
            if (erased_.contains({person, platform->slug()})) {
                continue;
            }
            const auto remote = ring_.remote_id(*platform, id);
            const auto found = held[platform->slug()].find(remote);
            if (found == held[platform->slug()].end()) {
                ADD_FAILURE() << platform->slug() << " lacks " << address_of(person) << " (" << id << ", '"
                              << remote << "')";
                continue;
            }
            const auto there = platform->in_local_names(found->second);
            const auto here = platform->as_held_there(hub);
            std::string field;
            for (const auto& [name, value] : here) {
                const auto other = there.find(name);
                field = other == there.end() || other->second != value ? name : field;
            }
            EXPECT_EQ(there, here) << platform->slug() << " holds " << json::serialize(found->second)
                                   << "\nof " << address_of(person) << " (" << id << "), whose hub record is "
                                   << json::serialize(hub) << (there == here ? "" : history(person, field));
        }
    }
}

void Soak::expect_nobody_twice() {
    auto& database = ring_.database();
    for (int person = 0; person < people_; ++person) {
        const long expected = deleted_.contains(person) ? 0 : 1;
        const auto count = records_of(person);
        EXPECT_EQ(count, expected) << address_of(person)
                                   << (count == expected ? "" : history(person, "email"));
        EXPECT_EQ(application_.id_of(person).empty(), expected == 0) << address_of(person);
    }
    EXPECT_EQ(
        database.value(
            "SELECT string_agg(email || ': ' || ids, '; ') FROM (SELECT data ->> 'email' AS email, "
            "string_agg(entity_id, ',') AS ids FROM navette.records WHERE tenant_id = 'ring' AND NOT deleted "
            "GROUP BY 1 "
            "HAVING "
            "count(*) > 1) twice"
        ),
        ""
    ) << "hub records of one person";
    EXPECT_EQ(
        database.number("SELECT count(*) FROM navette.records WHERE tenant_id = 'ring' AND NOT deleted"),
        people_ - static_cast<int>(deleted_.size())
    );
    for (auto& platform : ring_.platforms()) {
        std::map<std::string, std::vector<std::string>> held;
        for (const auto& [id, fields] : platform->records()) {
            held[owner_of_address(text_of(fields, platform->field("email").value()))].push_back(id);
        }
        for (int person = 0; person < people_; ++person) {
            const bool is_gone = deleted_.contains(person) || erased_.contains({person, platform->slug()});
            const auto& ids = held[name_of(person)];
            EXPECT_EQ(ids.size(), is_gone ? 0U : 1U)
                << platform->slug() << ": " << name_of(person) << " " << testing::PrintToString(ids)
                << (ids.size() == (is_gone ? 0U : 1U) ? "" : history(person, "email"));
        }
        EXPECT_EQ(held.size(), static_cast<std::size_t>(people_))
            << platform->slug() << " holds a stranger: " << testing::PrintToString(held);
    }
}

void Soak::expect_deletes_by_own_rules() {
    std::map<std::string, std::map<std::string, std::vector<json::object>>> held;
    for (auto& platform : ring_.platforms()) {
        for (const auto& [id, fields] : platform->records()) {
            const auto email = text_of(fields, platform->field("email").value());
            held[platform->slug()][owner_of_address(email)].push_back(fields);
        }
    }
    for (int person = 0; person < people_; ++person) {
        const auto state = ring_.database().value(
            "SELECT string_agg(CASE WHEN deleted THEN 'deleted' WHEN archived THEN 'archived' ELSE 'live' "
            "END, "
            "' ') FROM navette.records WHERE tenant_id = 'ring' AND data <> '{}' AND " +
            is_hers(person)
        );
        EXPECT_TRUE(state == "live" || deleted_.contains(person)) << address_of(person) << " is " << state;
        for (auto& platform : ring_.platforms()) {
            const auto& slug = platform->slug();
            const auto& records = held[slug][name_of(person)];
            const bool is_ordered = ordered_.contains(person);
            const bool is_gone =
                erased_.contains({person, slug}) || is_ordered || (slug == "hubspot" && state != "live");
            EXPECT_LE(records.size(), is_gone ? 0U : 1U)
                << slug << ": " << address_of(person) << " is " << state;
            if (state == "live" && !is_gone) {
                EXPECT_EQ(records.size(), 1U)
                    << slug << " lacks " << address_of(person) << history(person, "email");
            }
            if (slug == "zendesk" && state != "live" && !is_gone && !records.empty()) {
                EXPECT_EQ(records.front().at("suspended"), true)
                    << address_of(person) << " is " << state << history(person, "email");
            }
        }
    }
}

void Soak::expect_no_lost_edit() {
    for (const auto& [what, value] : last_) {
        const auto& [person, field] = what;
        const auto owner = owner_of(person, field);
        // Who was deleted where she is edited took the last edit along.
        const bool is_gone = deleted_.contains(person) || erased_.contains({person, owner});
        if (!owner.empty() && !is_gone) {
            const auto hub = ring_.hub("contact", application_.id_of(person));
            EXPECT_EQ(text_of(hub, field), value)
                << field << " of " << address_of(person) << " is edited by " << owner_of(person, field)
                << " alone, and its last edit is gone"
                << (text_of(hub, field) == value ? "" : history(person, field));
        }
    }
}

void Soak::expect_order() {
    EXPECT_EQ(application_.complaints(), std::vector<std::string>());
    EXPECT_EQ(ring_.fed(), application_.position());
    EXPECT_EQ(
        ring_.database().value("SELECT string_agg(left(to_jsonb(q)::text, 500), E'\n') FROM (SELECT * FROM "
                               "navette.sync_queue LIMIT "
                               "5) q"),
        ""
    ) << "left in the queue";
    const auto verified = ring_.site().ctl({"verify"});
    EXPECT_EQ(verified.exit_code, 0) << verified.output;
}

TEST_P(Soak, AllSidesAreEqualOnceQuietAndNoEditIsLost) {
    const auto minutes = number_in("NAVETTE_SOAK_MINUTES");
    ring_.start();
    for (int person = 0; person < kPeopleAtFirst; ++person) {
        person_of_the_application();
    }
    ring_.await_empty();
    if (!calm_) {
        disturb();
    }
    const auto until =
        steady_clock::now() + (minutes ? milliseconds(std::chrono::minutes(*minutes)) : kUsualTime);
    while (steady_clock::now() < until) {
        step();
        // The pace of people; nothing is waited for.
        std::this_thread::sleep_for(milliseconds(below(static_cast<int>(kLongestPause.count()))));
    }
    calm();
    settle();
    decide_conflicts();
    for (const auto& [what, times] : done_) {
        std::cout << what << ": " << times << '\n';
    }
    std::cout << "feed: " << ring_.fed() << std::endl;
    expect_order();
    if (rules_.own_rules.empty()) {
        expect_nobody_twice();
    } else {
        expect_deletes_by_own_rules();
    }
    expect_equal_sides();
    expect_no_lost_edit();
}

INSTANTIATE_TEST_SUITE_P(
    Rules,
    Soak,
    ::testing::Values(
        SoakRules{"NewestWins", R"({"spread": "all", "deletes": {"contact": "delete"}})", true},
        SoakRules{
            "LocalWins",
            R"({"spread": "all", "conflicts": "local_wins", "fields": {"contact.phone": "platform_wins"},
                "deletes": {"contact": "delete"}})",
            true
        },
        SoakRules{"PlatformWins", R"({"spread": "all", "conflicts": "platform_wins"})", false},
        SoakRules{"Manual", R"({"spread": "all", "conflicts": "manual"})", false},
        SoakRules{
            "OneFieldManual",
            R"({"spread": "all", "fields": {"contact.phone": "manual"}, "deletes": {"contact": "delete"}})",
            true
        },
        SoakRules{
            .name = "Archive",
            .sync_rules = R"({"spread": "all"})",
            .deletes_travel = true,
            .own_rules =
                {{"hubspot", R"({"spread": "all", "deletes": {"contact": "delete"}})"},
                 {"salesforce", R"({"spread": "all"})"},
                 {"zendesk", R"({"spread": "all", "deletes": {"contact": "archive"}})"}}
        }
    ),
    [](const auto& info) { return info.param.name; }
);

const std::vector<std::string> kWithDolibarr{"hubspot", "dolibarr", "zendesk"};

// The real one where DOLIBARR_URL and DOLIBARR_API_KEY name it (dolibarr_spoke.hpp).
INSTANTIATE_TEST_SUITE_P(
    Dolibarr,
    Soak,
    ::testing::Values(
        SoakRules{
            "NewestWins", R"({"spread": "all", "deletes": {"contact": "delete"}})", true, kWithDolibarr
        },
        SoakRules{"Manual", R"({"spread": "all", "conflicts": "manual"})", false, kWithDolibarr}
    ),
    [](const auto& info) { return info.param.name; }
);

}  // namespace
}  // namespace navette::test
