// Call logs, of version 1: made, listed fifty at a time, deleted, and never changed. Each makes an activity
// of type call that is done.
#pragma once

#include "tests/standin/pipedrive_entities.hpp"

#include <string>

namespace navette::standin::pipedrive {

class CallLogs {
  public:
    /// Borrows both; `activities` get one activity for each call.
    CallLogs(Environment& environment, Entities& activities)
        : environment_(environment), activities_(activities) {}

    /// The requests below /api/v1/callLogs.
    Response answer(const Call& call);

    Checked<std::string> create(const json::object& body, bool by_api);
    bool erase(const std::string& id);

  private:
    Checked<json::object> read(const json::object& body);
    Response list(const Call& call);

    Environment& environment_;
    Entities& activities_;
};

}  // namespace navette::standin::pipedrive
