// HubSpot's search of one object: an index that lags behind writes, and its ceilings.
#pragma once

#include "tests/standin/hubspot_records.hpp"

#include <chrono>
#include <deque>
#include <map>
#include <string>
#include <string_view>

namespace navette::standin::hubspot {

class Search {
  public:
    using Clock = std::chrono::steady_clock;

    explicit Search(std::chrono::milliseconds lag) : lag_(lag) {}

    /// The record as it is now is seen by searches after the lag.
    void note(const JsonRow& row);
    /// Answers a search's body: {"total","results","paging"}. `records`: those that were noted.
    Response answer(const Records& records, std::string_view body);
    void clear();

  private:
    void catch_up();

    std::chrono::milliseconds lag_;
    std::deque<std::pair<Clock::time_point, JsonRow>> coming_;
    std::map<std::string, JsonRow> rows_;  // ids of one object have equal lengths
};

}  // namespace navette::standin::hubspot
