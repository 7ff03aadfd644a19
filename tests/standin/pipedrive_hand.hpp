// Somebody else at work in Pipedrive's own pages: makes, edits and deletes records for tests.
#pragma once

#include "tests/standin/pipedrive_call_logs.hpp"
#include "tests/standin/pipedrive_entities.hpp"
#include "tests/standin/pipedrive_notes.hpp"

#include <deque>
#include <string>

namespace navette::standin::pipedrive {

class Hand {
  public:
    /// Borrows all.
    Hand(Environment& environment, std::deque<Entities>& entities, Notes& notes, CallLogs& calls)
        : environment_(environment), entities_(entities), notes_(notes), calls_(calls) {}

    /// The tests' own {"object":"contact"} (or Pipedrive's "persons"), perhaps with "remote_id" and
    /// "delete":true, or "fields" that are set instead of the title; answers {"remote_id":..}. A call log
    /// cannot be edited.
    Response change(const Request& request);

  private:
    Checked<std::string> make(const std::string& object);
    Checked<void> edit(const std::string& object, const std::string& id, const boost::json::object& fields);
    bool erase(const std::string& object, const std::string& id);
    Entities* find(const std::string& object);

    Environment& environment_;
    std::deque<Entities>& entities_;
    Notes& notes_;
    CallLogs& calls_;
    int number_ = 0;
};

}  // namespace navette::standin::pipedrive
