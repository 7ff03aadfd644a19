// The world of a two-way soak: what its people and its faults do, by dice.
#pragma once

#include "tests/e2e/soak_people.hpp"

#include <boost/json/object.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

namespace navette::test {

/// Makes, edits and deletes up to kMostPeople people.
class SoakWorld : protected SoakPeople {
  protected:
    using SteadyTime = std::chrono::steady_clock::time_point;

    static constexpr std::chrono::milliseconds kBetweenKills{4'000};
    static constexpr int kMostPeople = 30;
    static constexpr int kFewestPeople = 5;
    static constexpr int kMostRounds = 12;

    using SoakPeople::SoakPeople;

    void person_of_the_application() {
        const int person = people_++;
        application_.create(new_person(person));
        note(person, "email", address_of(person), "made by the application");
        count("people of the application");
    }

    void person_of_a_platform() {
        const int person = people_++;
        auto& platform = *ring_.platforms()[static_cast<std::size_t>(below(2))];  // who has all the fields
        boost::json::object fields;
        for (const auto& [local, value] : new_person(person)) {
            fields[platform.field(local).value()] = value;
        }
        const auto remote = platform.create(fields);
        note(person, "email", address_of(person), "made by " + platform.slug() + ": " + remote);
        count("people of " + platform.slug());
    }

    /// The same person, made by two people at two platforms at once.
    void person_of_two_platforms() {
        const int person = people_++;
        twins_.insert(person);
        const auto record = new_person(person);
        std::vector<SpokePlatform*> places;
        for (auto& platform : ring_.platforms()) {
            const bool finds_her =
                platform->slug() == "salesforce" ? refuses_doubles_ : platform->slug() != "dolibarr";
            if (finds_her) {
                places.push_back(platform.get());
            }
        }
        const auto first = static_cast<std::size_t>(below(static_cast<int>(places.size())));
        auto& one = *places[first];
        auto& other = *places[(first + 1) % places.size()];
        const auto at_one = one.create(as_made_at(one, record));
        const auto at_other = other.create(as_made_at(other, record));
        note(
            person,
            "email",
            address_of(person),
            "made by " + one.slug() + ": " + at_one + " and " + other.slug() + ": " + at_other
        );
        count("people of " + one.slug() + " and " + other.slug());
    }

    static boost::json::object as_made_at(const SpokePlatform& platform, const boost::json::object& record) {
        boost::json::object fields;
        for (const auto& [local, value] : record) {
            if (const auto name = platform.field(local)) {
                fields[*name] = value;
            } else {
                fields["name"] = text_of(record, "first_name") + " " + text_of(record, "last_name");
            }
        }
        return fields;
    }

    void erase_at(SpokePlatform& platform) {
        const int person = below(people_);
        const auto remote = remote_of(platform, person);
        if (remote.empty() || !is_one(person) ||
            people_ - static_cast<int>(deleted_.size()) <= kFewestPeople) {
            return;
        }
        try {
            platform.erase(remote);
        } catch (const std::runtime_error&) {
            return;  // it is gone already
        }
        note(person, "email", remote, "deleted at " + platform.slug());
        erased_.insert({person, platform.slug()});
        if (rules_.follows_deletes_at(platform.slug())) {
            deleted_.insert(person);
        }
        count("deletes at " + platform.slug());
    }

    void erase_at_the_application() {
        const int person = below(people_);
        const auto id = application_.id_of(person);
        if (id.empty() || !is_one(person) || people_ - static_cast<int>(deleted_.size()) <= kFewestPeople) {
            return;
        }
        note(person, "email", id, "deleted by the application, jobs " + application_.erase(id));
        deleted_.insert(person);
        ordered_.insert(person);
        count("deletes of the application");
    }

    void edit_at_the_application() {
        const int person = below(people_);
        const std::string field = kFields[below(4)];
        const auto id = application_.id_of(person);
        const auto owner = owner_of(person, field);
        if (id.empty() || (!owner.empty() && owner != "application") ||
            (field == "email" && !is_one(person))) {
            return;
        }
        const auto value = new_value(person, field);
        const auto jobs = application_.edit(id, field, value);
        note(
            person,
            field,
            value,
            "application, read to " + std::to_string(application_.position()) + ", jobs " + jobs
        );
        last_[{person, field}] = value;
        count("edits of the application");
    }

    /// Of one who is linked there.
    void edit_at(SpokePlatform& platform) {
        const int person = below(people_);
        const std::string field = kFields[below(4)];
        const auto name = platform.field(field);
        const auto owner = owner_of(person, field);
        const bool is_identity =
            platform.slug() == "zendesk" && field == "email";  // kept apart from the user
        if (!name || is_identity || (!owner.empty() && owner != platform.slug()) ||
            (field == "email" && !is_one(person))) {
            return;
        }
        const auto remote = remote_of(platform, person);
        if (remote.empty()) {
            return;
        }
        const auto value = new_value(person, field);
        try {
            platform.edit(remote, {{*name, value}});
        } catch (const std::runtime_error&) {
            return;  // it was deleted meanwhile
        }
        note(person, field, value, platform.slug());
        last_[{person, field}] = value;
        count("edits at " + platform.slug());
    }

    void plague() {
        auto& platform = *ring_.platforms()[static_cast<std::size_t>(below(3))];
        static const std::vector<std::string> plagues{
            "",
            R"({"reset_after": 0.3})",
            R"({"truncate": 0.3})",
            R"({"error_5xx": 0.3})",
            R"({"error_5xx_after": 0.3})",
            R"({"reset_before": 0.3, "delay_ms": 20})"
        };
        const auto& chosen = plagues[static_cast<std::size_t>(below(static_cast<int>(plagues.size())))];
        platform.site().set_faults(chosen);
        count("faults " + chosen);
    }

    void restart() {
        ring_.site().kill_daemon();
        ring_.site().start_daemon();
        count("kills");
    }

    void step() {
        const int dice = below(1000);
        if (dice < 460) {
            edit_at(*ring_.platforms()[static_cast<std::size_t>(below(3))]);
        } else if (dice < 740) {
            edit_at_the_application();
        } else if (dice < 840) {
            application_.read(1 + below(20));
        } else if (dice < 860 && people_ < kMostPeople) {
            person_of_the_application();
        } else if (dice < 880 && people_ < kMostPeople) {
            person_of_a_platform();
        } else if (dice < 890 && people_ < kMostPeople) {
            person_of_two_platforms();
        } else if (dice < 915) {
            erase_at(*ring_.platforms()[static_cast<std::size_t>(below(3))]);
        } else if (dice < 930) {
            erase_at_the_application();
        } else if (dice < 960 && !calm_) {
            plague();
        } else if (dice < 970 && !calm_ && std::chrono::steady_clock::now() > next_kill_) {
            restart();
            next_kill_ = std::chrono::steady_clock::now() + kBetweenKills;
        }
    }

    void disturb() {
        for (auto& platform : ring_.platforms()) {
            platform->disturb_webhooks(
                R"({"lost": 0.05, "repeated": 0.2, "late": 0.3, "late_ms": 400, "seed": )" +
                std::to_string(seed_ % 1'000'000) + "}"
            );
        }
    }

    void calm() {
        for (auto& platform : ring_.platforms()) {
            platform->site().set_faults("");
            platform->disturb_webhooks("{}");
        }
    }

    /// Where no pull tells of deletes, a comparison does, as an administrator's would. It may find nothing
    /// else.
    void search_for_deletes() {
        ring_.database().exec(
            "CREATE OR REPLACE FUNCTION navette.search_lag() RETURNS interval LANGUAGE sql IMMUTABLE "
            "PARALLEL "
            "SAFE AS $$ SELECT interval '0' $$"
        );
        for (auto& platform : ring_.platforms()) {
            if (platform->pull_finds_deletes()) {
                continue;
            }
            const auto found = ring_.site().ctl_json(
                {"reconcile",
                 platform->integration(),
                 "--object",
                 platform->object(),
                 "--repair-below",
                 "100%",
                 "--wait"}
            );
            for (const auto& [verdict, count] : found.at("counts").at(platform->object()).as_object()) {
                const bool is_drift = verdict.starts_with("c") || verdict == "ambiguous";
                EXPECT_FALSE(is_drift && count != 0) << platform->slug() << ": " << found;
            }
        }
        ring_.await_empty();
    }

    /// Quiet: what the application reads makes it adopt people, which makes work again.
    void settle() {
        for (int round = 0; round < kMostRounds; ++round) {
            ring_.settle(kMostRounds);
            search_for_deletes();
            const auto before = application_.position();
            application_.read(1'000'000);
            ring_.await_empty();
            if (application_.position() == before) {
                return;
            }
        }
        ADD_FAILURE() << "the feed does not come to rest";
    }

    /// What people parked for a person to decide, decided until nothing is left.
    void decide_conflicts() {
        const auto open = [this] {
            return ring_.database().number(
                "SELECT count(*) FROM navette.record_links l, jsonb_object_keys(l.conflicts) WHERE "
                "l.tenant_id = "
                "'ring'"
            );
        };
        for (int round = 0; round < kMostRounds && open() > 0; ++round) {
            done_["conflicts decided"] += static_cast<int>(open());
            for (auto& platform : ring_.platforms()) {
                const std::string side = round % 2 == 0 ? "local" : "platform";
                ring_.site().ctl({"conflicts", "resolve", platform->integration(), side, "--all"});
            }
            settle();
        }
        EXPECT_EQ(open(), 0) << "conflicts that nobody can decide";
    }

    SteadyTime next_kill_ = std::chrono::steady_clock::now() + kBetweenKills;
};

}  // namespace navette::test
