// The world of a two-way soak: what its people and its faults do, by dice, and a diary of it.
#pragma once

#include "tests/e2e/soak_application.hpp"
#include "tests/e2e/two_way_site.hpp"

#include <boost/json/object.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace navette::test {

/// A number from the environment; nothing where the variable is not set.
inline std::optional<std::uint64_t> number_in(const char* variable) {
    const char* text = std::getenv(variable);
    return text == nullptr ? std::nullopt : std::optional<std::uint64_t>(std::stoull(text));
}

/// A text of the record; empty where it has none.
inline std::string text_of(const boost::json::object& record, const std::string& name) {
    const auto* value = record.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

/// One tenant on three platforms, its application, and up to kMostPeople people that all of them edit.
class SoakWorld {
  protected:
    using SteadyTime = std::chrono::steady_clock::time_point;

    static constexpr std::chrono::milliseconds kBetweenKills{4'000};
    static constexpr int kMostPeople = 24;
    static constexpr int kMostRounds = 12;
    static constexpr const char* kFields[] = {"first_name", "last_name", "phone"};

    SoakWorld()
        : seed_(number_in("NAVETTE_SOAK_SEED").value_or(std::random_device()())),
          calm_(number_in("NAVETTE_SOAK_CALM").has_value()),
          random_(seed_),
          ring_({.platforms = {"hubspot", "salesforce", "zendesk"}, .pull = "{every: 2s}"}),
          application_(ring_.database()) {
        std::cout << "NAVETTE_SOAK_SEED=" << seed_ << std::endl;
    }

    int below(int most) { return std::uniform_int_distribution<int>(0, most - 1)(random_); }
    void count(const std::string& what) { ++done_[what]; }

    static std::string address_of(int person) { return "person" + std::to_string(person) + "@soak.test"; }

    /// No value is used twice: setting a field back is told from an echo by time alone, which is tried
    /// elsewhere.
    std::string new_value(const std::string& field) {
        const auto number = ++last_value_;
        return field == "phone" ? "+336" + std::to_string(10'000'000 + number)
                                : (field == "first_name" ? "Ana" : "Berg") + std::to_string(number);
    }

    /// Who alone edits that field of that person: "application", a platform, or empty where everybody does.
    std::string owner_of(int person, const std::string& field) const {
        const auto at = static_cast<std::size_t>(std::ranges::find(kFields, field) - std::begin(kFields));
        static const std::vector<std::string> owners{"application", "hubspot", "salesforce", "zendesk", ""};
        const auto& owner = owners[(static_cast<std::size_t>(person) + 2 * at) % owners.size()];
        return owner == "zendesk" && field != "phone" ? std::string() : owner;
    }

    boost::json::object new_person(int person) {
        boost::json::object record{{"email", address_of(person)}};
        for (const std::string field : kFields) {
            record[field] = new_value(field);
            last_[{person, field}] = text_of(record, field);
        }
        return record;
    }

    void note(int person, const std::string& field, const std::string& value, const std::string& who) {
        diary_.push_back(
            {person,
             field,
             ring_.database().value("SELECT clock_timestamp()::time") + " " + value + ": " + who}
        );
    }

    /// All that is known of how a person's field came to its value, for a test that fails.
    std::string history(int person, const std::string& field) {
        std::string all = "\n-- edits of " + address_of(person);
        for (const auto& entry : diary_) {
            if (entry.person == person) {
                all += "\n" + entry.field + " " + entry.what;
            }
        }
        auto& database = ring_.database();
        const auto ids = "(SELECT DISTINCT entity_id FROM navette.changes WHERE data ->> 'email' = '" +
                         address_of(person) +
                         "' UNION SELECT entity_id FROM navette.records WHERE data ->> "
                         "'email' = '" +
                         address_of(person) + "')";
        all += "\n-- feed\n" +
               database.value(
                   "SELECT string_agg(concat_ws(' ', created_at::time, position, entity_id, integration_id, "
                   "event_type, version, fields, data ->> '" +
                   field + "'), E'\n' ORDER BY position) FROM navette.changes WHERE entity_id IN " + ids
               );
        all +=
            "\n-- log\n" +
            database.value(
                "SELECT string_agg(concat_ws(' ', created_at::time, 'job', job_id, integration_id, "
                "direction, "
                "event_type, entity_id, remote_id, status, error_message, remarks), E'\n' ORDER BY id) FROM "
                "navette.sync_logs WHERE entity_id IN " +
                ids +
                " OR (entity_id LIKE 'remote:%' AND (integration_id, substr(entity_id, 8)) IN (SELECT "
                "integration_id, remote_id FROM navette.record_links WHERE entity_id IN " +
                ids + "))"
            );
        all +=
            "\n-- records\n" +
            database.value(
                "SELECT string_agg(to_jsonb(r)::text, E'\n') FROM navette.records r WHERE entity_id IN " + ids
            );
        all += "\n-- links\n" + database.value(
                                    "SELECT string_agg(to_jsonb(l)::text, E'\n') FROM navette.record_links l "
                                    "WHERE entity_id IN " +
                                    ids
                                );
        return all + "\n";
    }

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

    void edit_at_the_application() {
        const int person = below(people_);
        const std::string field = kFields[below(3)];
        const auto id = application_.id_of(address_of(person));
        const auto owner = owner_of(person, field);
        if (id.empty() || (!owner.empty() && owner != "application")) {
            return;
        }
        const auto value = new_value(field);
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
        const std::string field = kFields[below(3)];
        const auto name = platform.field(field);
        const auto owner = owner_of(person, field);
        if (!name || (!owner.empty() && owner != platform.slug())) {
            return;
        }
        const auto remote = ring_.database().value(
            "SELECT l.remote_id FROM navette.record_links l JOIN navette.records r USING (tenant_id, "
            "entity_id) "
            "WHERE r.entity_type = 'contact' AND r.data ->> 'email' = '" +
            address_of(person) + "' AND l.integration_id = '" + platform.integration() +
            "' AND l.remote_id <> ''"
        );
        if (remote.empty()) {
            return;
        }
        const auto value = new_value(field);
        platform.edit(remote, {{*name, value}});
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
        if (dice < 500) {
            edit_at(*ring_.platforms()[static_cast<std::size_t>(below(3))]);
        } else if (dice < 800) {
            edit_at_the_application();
        } else if (dice < 900) {
            application_.read(1 + below(20));
        } else if (dice < 915 && people_ < kMostPeople) {
            person_of_the_application();
        } else if (dice < 930 && people_ < kMostPeople) {
            person_of_a_platform();
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

    /// Quiet: what the application reads makes it adopt people, which makes work again.
    void settle() {
        for (int round = 0; round < kMostRounds; ++round) {
            ring_.settle(kMostRounds);
            const auto before = application_.position();
            application_.read(1'000'000);
            ring_.await_empty();
            if (application_.position() == before) {
                return;
            }
        }
        ADD_FAILURE() << "the feed does not come to rest";
    }

    std::uint64_t seed_;
    bool calm_;
    std::mt19937_64 random_;
    TwoWaySite ring_;
    SoakApplication application_;
    int people_ = 0;
    int last_value_ = 0;
    std::map<std::pair<int, std::string>, std::string> last_;  // what was set last, person and field
    std::map<std::string, int> done_;
    struct Entry {
        int person;
        std::string field;
        std::string what;
    };
    std::vector<Entry> diary_;
    SteadyTime next_kill_ = std::chrono::steady_clock::now() + kBetweenKills;
};

}  // namespace navette::test
