// The application of a two-way soak: it has people of its own, edits them knowing only what it has read of
// the feed so far, and takes in the feed entry by entry, in order.
#pragma once

#include "tests/support/test_database.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace navette::test {

class SoakApplication {
  public:
    /// Works for the tenant `ring`; the database outlives it.
    explicit SoakApplication(TestDatabase& database) : database_(database) {}

    /// A new person of its own; returns the id.
    std::string create(const boost::json::object& record);
    /// Sets one field and tells the whole record, in one transaction, as it knows it. Returns the jobs.
    std::string edit(const std::string& id, const std::string& field, const std::string& value);

    /// Takes in at most `most` entries of the feed, adopts who came from a platform, and acknowledges. Each
    /// position must be the one after the last; what is not is noted in `complaints`.
    void read(long most);

    [[nodiscard]] const std::map<std::string, boost::json::object>& people() const { return people_; }
    /// The person with that address; empty where it does not know her yet.
    [[nodiscard]] std::string id_of(const std::string& email) const;
    [[nodiscard]] const std::vector<std::string>& complaints() const { return complaints_; }
    [[nodiscard]] std::int64_t position() const { return position_; }

  private:
    std::string tell(const std::string& id);
    std::string adopted(const std::string& foreign, const boost::json::object& data);

    TestDatabase& database_;
    std::map<std::string, boost::json::object> people_;
    std::map<std::string, std::string> adopted_;  // the platform's id -> its own
    std::int64_t position_ = 0;
    int last_id_ = 0;
    std::vector<std::string> complaints_;
};

}  // namespace navette::test
