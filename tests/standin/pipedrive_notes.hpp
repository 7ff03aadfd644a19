// Notes, of version 1: PUT instead of PATCH, offsets instead of cursors, numbers also as text, and an empty
// list is null. The HTML of a note is cleaned: comments do not survive.
#pragma once

#include "tests/standin/pipedrive_environment.hpp"

#include <string>

namespace navette::standin::pipedrive {

class Notes {
  public:
    explicit Notes(Environment& environment) : environment_(environment) {}

    /// The requests below /api/v1/notes.
    Response answer(const Call& call);

    /// A new note; its id. Refused without content or without a record that it belongs to.
    Checked<std::string> create(const json::object& body, bool by_api);
    Checked<void> update(JsonRow& row, const json::object& body, bool by_api);
    bool erase(const std::string& id, bool by_api);

  private:
    Checked<json::object> read(const json::object& body);
    [[nodiscard]] static json::object show(const JsonRow& row);
    void tell(Change::Action action, const JsonRow& row, json::object previous, bool by_api) const;
    Response answer_record(const Call& call);
    Response list(const Call& call);

    Environment& environment_;
};

/// A page of version 1 by `start` and `limit` (100, at most `most`): `all`'s part, with `pagination`.
Response offset_page(const Call& call, const json::array& all, std::size_t most);

}  // namespace navette::standin::pipedrive
