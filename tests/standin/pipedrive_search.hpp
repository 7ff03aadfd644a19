// Pipedrive's search: an index that lags behind the writes.
#pragma once

#include "tests/standin/pipedrive_entities.hpp"

#include <chrono>
#include <deque>
#include <map>
#include <string>

namespace navette::standin::pipedrive {

class Search {
  public:
    using Clock = std::chrono::steady_clock;

    /// Borrows the custom fields by the name of their object ("person").
    Search(std::chrono::milliseconds lag, std::map<std::string, const CustomFields*> fields)
        : lag_(lag), fields_(std::move(fields)) {}

    /// Takes a change in; it is found when the lag is over.
    void note(const Change& change);

    /// GET /api/v2/persons/search: by `term` in `fields`, letter case aside; whole values with exact_match.
    Response search(const Layout& layout, const Call& call);
    /// GET /api/v2/itemSearch/field: by one custom field, letter case counting.
    Response search_field(const Call& call);

    void clear();

  private:
    struct Pending {
        Clock::time_point due;
        Change change;
    };
    void catch_up();

    std::chrono::milliseconds lag_;
    std::map<std::string, const CustomFields*> fields_;
    std::deque<Pending> pending_;
    std::map<std::string, std::map<std::int64_t, json::object>> index_;  // by object, then id
};

}  // namespace navette::standin::pipedrive
