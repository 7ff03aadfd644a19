// Who takes part in a two-way soak: one tenant on three platforms, its application, the people that all of
// them edit, what is known of each, and a diary of what was done to them.
#pragma once

#include "tests/e2e/soak_application.hpp"
#include "tests/e2e/soak_person.hpp"
#include "tests/e2e/two_way_site.hpp"

#include <boost/json/object.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <map>
#include <optional>
#include <ostream>
#include <random>
#include <set>
#include <sstream>
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

/// By what rules a soak runs.
struct SoakRules {
    std::string name;
    std::string sync_rules;  // of each integration, as JSON
    bool deletes_travel;     // a delete at one platform is one everywhere; else it stays there
    /// The first two have a field of their own for each of a person's; the third is zendesk.
    std::vector<std::string> platforms{"hubspot", "salesforce", "zendesk"};
    /// Rules of a platform's own instead, by slug: deletes there then mean what they say.
    std::map<std::string, std::string> own_rules{};

    /// Whether a delete there becomes one of the record.
    [[nodiscard]] bool follows_deletes_at(const std::string& slug) const {
        const auto own = own_rules.find(slug);
        return own == own_rules.end() ? deletes_travel : own->second.find("deletes") != std::string::npos;
    }

    friend void PrintTo(const SoakRules& rules, std::ostream* out) { *out << rules.name; }
};

class SoakPeople {
  protected:
    static constexpr const char* kFields[] = {"first_name", "last_name", "phone", "email"};

    explicit SoakPeople(const SoakRules& rules)
        : rules_(rules),
          seed_(number_in("NAVETTE_SOAK_SEED").value_or(std::random_device()())),
          calm_(number_in("NAVETTE_SOAK_CALM").has_value()),
          random_(seed_),
          refuses_doubles_(seed_ % 2 == 0),
          ring_(
              {.platforms = rules.platforms,
               .sync_rules = rules.sync_rules,
               .pull = "{every: 2s}",
               .options = {{"salesforce", {{"duplicate_rule", refuses_doubles_ ? "block" : "none"}}}}}
          ),
          application_(ring_.database(), rules.deletes_travel) {
        for (const auto& [slug, own] : rules.own_rules) {
            ring_.database().exec(
                "UPDATE navette.tenant_integrations SET sync_rules = '" + own + "' WHERE id = 'int_" + slug +
                "'"
            );
        }
        std::cout << "NAVETTE_SOAK_SEED=" << seed_ << std::endl;
    }

    int below(int most) { return std::uniform_int_distribution<int>(0, most - 1)(random_); }
    void count(const std::string& what) { ++done_[what]; }

    /// No value is used twice: setting a field back is told from an echo by time alone, which is tried
    /// elsewhere.
    std::string new_value(int person, const std::string& field) {
        const auto number = ++last_value_;
        if (field == "email") {
            return later_address_of(person, number);
        }
        return field == "phone" ? "+336" + std::to_string(10'000'000 + number)
                                : (field == "first_name" ? "Ana" : "Berg") + std::to_string(number);
    }

    /// Who alone edits that field of that person: "application", a platform, or empty where everybody does.
    std::string owner_of(int person, const std::string& field) const {
        const auto at = static_cast<std::size_t>(std::ranges::find(kFields, field) - std::begin(kFields));
        const auto& there = rules_.platforms;
        const std::vector<std::string> owners{"application", there[0], there[1], there[2], ""};
        const auto& owner = owners[(static_cast<std::size_t>(person) + 2 * at) % owners.size()];
        return (owner == "zendesk" && field != "phone") || twins_.contains(person) ? std::string() : owner;
    }

    boost::json::object new_person(int person) {
        boost::json::object record{{"email", address_of(person)}};
        for (const std::string field : {"first_name", "last_name", "phone"}) {
            record[field] = new_value(person, field);
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
        std::string told = "ARRAY['none'";  // how the queue names what platforms tell of her
        for (const auto& entry : diary_) {
            if (entry.person == person) {
                all += "\n" + entry.field + " " + entry.what;
                told += told_ids(entry.what);
            }
        }
        told += "]";
        auto& database = ring_.database();
        const auto ids = "(SELECT DISTINCT entity_id FROM navette.changes WHERE " + is_hers(person) +
                         " UNION SELECT entity_id FROM navette.records WHERE " + is_hers(person) + ")";
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
                ids + ")) OR entity_id = ANY (" + told + ")"
            );
        all += "\n-- queue\n" + database.value(
                                    "SELECT string_agg(to_jsonb(q)::text, E'\n') FROM navette.sync_queue q "
                                    "WHERE entity_id = ANY (" +
                                    told + ")"
                                );
        all +=
            "\n-- as platforms told last, and how far they were read\n" +
            database.value(
                "SELECT string_agg(to_jsonb(m)::text, E'\n') FROM navette.remote_records m WHERE 'remote:' "
                "|| remote_id = ANY (" +
                told + ")"
            ) +
            "\n" + database.value("SELECT string_agg(to_jsonb(p)::text, E'\n') FROM navette.pulls p");
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

    /// Of "made by hubspot: 15 and zendesk: 7" the names that the queue has for both, as SQL.
    static std::string told_ids(const std::string& what) {
        std::string names;
        std::istringstream words(what);
        bool is_id = false;
        for (std::string word; words >> word; is_id = word.ends_with(':')) {
            if (is_id) {
                names += ", 'remote:" + word + "'";
            }
        }
        return names;
    }

    /// Her record there, as its link names it; empty where there is none.
    std::string remote_of(const SpokePlatform& platform, int person) {
        return ring_.database().value(
            "SELECT l.remote_id FROM navette.record_links l JOIN navette.records r USING (tenant_id, "
            "entity_id) WHERE r.entity_type = 'contact' AND " +
            is_hers(person, "r.data") + " AND l.integration_id = '" + platform.integration() +
            "' AND l.remote_id <> '' LIMIT 1"
        );
    }

    /// Whether who was made at two places is known to be one: until then only her address says so, and to
    /// delete one of the two is not to delete her.
    bool is_one(int person) {
        return !twins_.contains(person) ||
               ring_.database().number(
                   "SELECT count(DISTINCT l.integration_id) FROM navette.record_links l JOIN navette.records "
                   "r USING (tenant_id, entity_id) WHERE r.entity_type = 'contact' AND l.remote_id <> '' "
                   "AND " +
                   is_hers(person, "r.data")
               ) == 3;
    }

    SoakRules rules_;
    std::uint64_t seed_;
    bool calm_;
    std::mt19937_64 random_;
    /// Salesforce has nothing unique of its own: without a duplicate rule who is made there while we are
    /// about to make her is there twice.
    bool refuses_doubles_;
    TwoWaySite ring_;
    SoakApplication application_;
    int people_ = 0;
    std::set<int> twins_;                           // made at two platforms
    std::set<int> deleted_;                         // everywhere
    std::set<int> ordered_;                         // of them, by the application
    std::set<std::pair<int, std::string>> erased_;  // there, person and platform
    int last_value_ = 0;
    std::map<std::pair<int, std::string>, std::string> last_;  // what was set last, person and field
    std::map<std::string, int> done_;
    struct Entry {
        int person;
        std::string field;
        std::string what;
    };
    std::vector<Entry> diary_;
};

}  // namespace navette::test
