// The records of one object of version 2: persons, organizations, deals or activities. Nothing of them is
// unique, and a delete only marks them for thirty days.
#pragma once

#include "tests/standin/pipedrive_custom_fields.hpp"

#include <string>

namespace navette::standin::pipedrive {

class Entities {
  public:
    Entities(Environment& environment, const Layout& layout);

    /// The requests below /api/v2/persons, but for searches.
    Response answer(const Call& call);

    [[nodiscard]] const Layout& layout() const { return layout_; }
    [[nodiscard]] CustomFields& fields() { return fields_; }

    /// A new record; its id.
    Checked<std::string> create(const json::object& body, bool by_api);
    /// Changes a record that is there; one that changes nothing keeps its time.
    Checked<void> update(JsonRow& row, const json::object& body, bool by_api);
    /// Marks a live record as deleted; false where there is none.
    bool erase(const std::string& id, bool by_api);

    void clear() { fields_.clear(); }

  private:
    Checked<json::object> read(const json::object& body) const;
    [[nodiscard]] json::object blank() const;
    [[nodiscard]] json::object show(const JsonRow& row) const;
    [[nodiscard]] JsonTable& table() { return environment_.table(layout_.kind); }
    [[nodiscard]] RecordKeys keys_of(const JsonRow& row) const;
    void tell(Change::Action action, const JsonRow& row, json::object previous, bool by_api) const;
    Response answer_record(const Call& call);
    Response list(const Call& call);

    Environment& environment_;
    const Layout& layout_;
    CustomFields fields_;
};

/// What the text "<html>..[key]" ends with in brackets, "key"; empty where it does not.
std::string trailing_mark(std::string_view html);

}  // namespace navette::standin::pipedrive
