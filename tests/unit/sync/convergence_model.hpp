// A model of an application, the hub and three platforms, built of the pure functions of sync: what the
// engine and PostgreSQL do between them is done here in a few lines each. Seeded; its clock is its own.
#pragma once

#include "daemon/sync/mapping.hpp"
#include "daemon/sync/three_way.hpp"

#include <boost/json/object.hpp>

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace navette::sync {

/// A platform's record as a notification carries it.
struct Notice {
    boost::json::object record;
    Moment changed_at;
};

struct ModelPlatform {
    std::string id;
    Mapping mapping;
    /// How it spells a field that it is given.
    std::function<boost::json::value(const std::string& field, const boost::json::value& given)> spell;
    config::ConflictRule rule = config::ConflictRule::newest_wins;
    std::chrono::milliseconds clock_is_ahead{0};

    boost::json::object record{};
    Moment changed_at{};
    std::vector<Notice> notices{};
    bool must_pull = false;      // a notice was lost
    bool tells_seconds = false;  // that is all its clock tells
    /// Writes without an answer that it has not come to yet, in their order.
    std::deque<boost::json::object> late{};
    std::set<std::string> unheard{};  // fields that were edited, and not read since

    // The link.
    boost::json::object snapshot{};
    boost::json::object seen{};
    Conflicts conflicts{};
    std::vector<boost::json::object> in_doubt{};  // what was sent without an answer
    std::optional<Moment> remote_changed_at{};
    std::optional<Moment> pushed_at{};

    bool must_push = false;
    int calls = 0;
};

/// Flat; lower-cases what it is given.
ModelPlatform lower_casing();
/// Nested; writes numbers of telephones in pairs, amounts as decimal texts, and keeps a full name.
ModelPlatform pairing();
/// Writes names and emails in capitals and telephones without spaces: the contrary of both others.
ModelPlatform shouting();

/// What all spellings of a value have in common.
std::string common_of(const std::string& field, const boost::json::value& value);

class ConvergenceModel {
  public:
    enum class Acknowledging { at_once, with_the_next_reading };

    /// With `tells_story` it notes what happens, which takes most of the time.
    ConvergenceModel(std::uint64_t seed, Acknowledging acknowledging, bool tells_story);

    /// Some random steps: edits on all sides, and deliveries.
    void stir(int steps);
    /// Delivers everything until nothing is left. Returns how many writes the platforms saw; -1 where it did
    /// not come to rest.
    int settle();
    /// A person decides all conflicts, one way or the other. Returns whether there were any.
    bool decide_conflicts();

    /// What is wrong now that all is quiet: sides that differ, lost edits. Empty: nothing.
    [[nodiscard]] std::string complaint() const;
    /// What happened, one line for each step since the last quiet.
    [[nodiscard]] std::string story() const;
    /// A new round of edits begins.
    void begin_round();
    /// What a person decided is nobody's lost edit.
    void forget_edits() { edits_.clear(); }

  private:
    struct Report {
        boost::json::object record;
        Moment told_at;
        std::int64_t acknowledged;
    };
    struct Entry {
        std::vector<std::string> fields;
        boost::json::object record;
    };
    struct Edit {
        std::set<std::string> sides;
        boost::json::value last;
    };

    std::int64_t number(std::int64_t least, std::int64_t most);
    bool chance(int percent) { return number(1, 100) <= percent; }
    boost::json::value some_value(const std::string& field);
    template <class Line>
    void note(Line line);

    void step();
    void edit_application();
    void edit_platform(ModelPlatform& platform);
    void read_feed(std::int64_t most);
    void tell(boost::json::object record);
    void process_report();
    void deliver(ModelPlatform& platform);
    void take_in(ModelPlatform& platform, const Notice& notice, bool is_read);
    void fetch(ModelPlatform& platform) { take_in(platform, {platform.record, platform.changed_at}, true); }
    void push(ModelPlatform& platform);
    void send(ModelPlatform& platform, const boost::json::object& fields);
    void write(ModelPlatform& platform, const boost::json::object& fields);
    /// A write without an answer: in whole or in part it takes effect now, later or never.
    void lose(ModelPlatform& platform, boost::json::object fields);
    void come_to_late_writes(ModelPlatform& platform);
    void changed(ModelPlatform& platform);
    void publish(const std::vector<std::string>& fields);
    void spread(const ModelPlatform* except);
    [[nodiscard]] bool is_quiet() const;

    std::mt19937_64 random_;
    Acknowledging acknowledging_;
    bool tells_story_;
    int lost_answers_ = 0;  // of a hundred
    bool retells_ = false;  // the application tells what it took from the feed, as any change
    Moment now_;
    Hub hub_;
    std::vector<Entry> feed_;
    boost::json::object application_;
    std::int64_t read_ = 0;          // of the feed, by the application
    std::int64_t acknowledged_ = 0;  // by the application
    std::deque<Report> reports_;
    std::vector<ModelPlatform> platforms_;
    std::map<std::string, Edit> edits_;
    std::vector<std::string> story_;
    int fresh_ = 0;
};

}  // namespace navette::sync
