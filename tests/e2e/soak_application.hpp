// The application of a two-way soak: it has people of its own, edits them knowing only what it has read of
// the feed so far, and takes in the feed entry by entry, in order.
#pragma once

#include "tests/support/test_database.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace navette::test {

class SoakApplication {
  public:
    /// Works for the tenant `ring`; the database outlives it. `follows_deletes`: it takes out whom the feed
    /// tells to be deleted, and complains where the feed tells of her again.
    SoakApplication(TestDatabase& database, bool follows_deletes)
        : database_(database), follows_deletes_(follows_deletes) {}

    /// A new person of its own; returns the id.
    std::string create(const boost::json::object& record);
    /// Sets one field and tells the whole record, in one transaction, as it knows it. Returns the jobs.
    std::string edit(const std::string& id, const std::string& field, const std::string& value);

    /// Deletes somebody everywhere. Returns the jobs.
    std::string erase(const std::string& id);

    /// Takes in at most `most` entries of the feed, adopts who came from a platform, and acknowledges. Each
    /// position must be the one after the last; what is not is noted in `complaints`.
    void read(long most);

    [[nodiscard]] const std::map<std::string, boost::json::object>& people() const { return people_; }
    /// Her id by any address of hers; empty where it does not know her yet, or not any more.
    [[nodiscard]] std::string id_of(int person) const;
    [[nodiscard]] const std::vector<std::string>& complaints() const { return complaints_; }
    [[nodiscard]] std::int64_t position() const { return position_; }

  private:
    std::string tell(const std::string& id);
    [[nodiscard]] std::string id_with(const std::string& email) const;
    void take_in(
        std::int64_t position,
        const std::string& id,
        const boost::json::object& data,
        const std::string& fields
    );
    std::string adopted(const std::string& foreign, const boost::json::object& data);

    TestDatabase& database_;
    bool follows_deletes_;
    std::map<std::string, boost::json::object> people_;
    std::map<std::string, std::string> adopted_;  // the platform's id -> its own
    std::set<std::string> ordered_;               // whom it deleted: the feed may still tell of them
    std::set<std::string> gone_;                  // of whom the feed told that they were deleted
    std::int64_t position_ = 0;
    int last_id_ = 0;
    std::vector<std::string> complaints_;
};

}  // namespace navette::test
