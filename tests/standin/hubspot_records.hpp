// The records of one object of a HubSpot account: unique values, lifecycle, the recycle bin.
#pragma once

#include "tests/standin/effects.hpp"
#include "tests/standin/hubspot_schema.hpp"
#include "tests/standin/json_table.hpp"
#include "tests/standin/site_clock.hpp"

#include <boost/json/object.hpp>

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace navette::standin::hubspot {

/// What happened to a record, for the search's index and for webhooks.
struct Change {
    enum class Kind { created, edited, archived, merged };

    Kind kind;
    const ObjectType& type;
    const JsonRow& row;
    std::vector<std::pair<std::string, std::string>> values;  // edited: what changed
    std::string into;                                         // merged: the record that it became
};

/// What is borrowed outlives the records.
class Records {
  public:
    using Listener = std::function<void(const Change&)>;

    Records(
        const ObjectType& type, const Schema& schema, SiteClock& clock, Effects& effects, Listener listener
    );

    [[nodiscard]] const ObjectType& type() const { return type_; }
    [[nodiscard]] const Schema& schema() const { return schema_; }

    /// Whether create() would do it, changing nothing. `strict`: by the account's own rules too.
    [[nodiscard]] Checked<void> may_create(const boost::json::object& properties, bool strict);
    [[nodiscard]] Checked<void> may_update(const JsonRow& row, const boost::json::object& properties);

    Checked<JsonRow*> create(const boost::json::object& properties, bool strict);
    /// A lifecycle stage only moves forward: an earlier one is not taken, and nothing is said of it.
    Checked<JsonRow*> update(JsonRow& row, const boost::json::object& properties);

    [[nodiscard]] JsonRow* find(std::string_view id) { return table_.find(id); }
    [[nodiscard]] JsonRow* find_any(std::string_view id) { return table_.find_any(id); }
    /// Also by the id of a record that was merged into it, which batches do not find.
    [[nodiscard]] JsonRow* find_merged(std::string_view id);
    /// By a unique property.
    [[nodiscard]] JsonRow* find_by(const std::string& property, const std::string& value);
    /// Into the recycle bin; false where there is none.
    bool archive(std::string_view id);
    /// The first record becomes part of the second; false where either is not there. It is in no recycle bin.
    bool merge(std::string_view id, std::string_view into);

    /// Live or archived records with an id greater than `after`, by id.
    [[nodiscard]] std::vector<const JsonRow*> listed(std::string_view after, bool archived);

    /// The record with these properties, null where it has none; with a few usual ones where none are named.
    /// Names that the object does not have are passed over.
    [[nodiscard]] boost::json::object shown(const JsonRow& row, const std::vector<std::string>& properties)
        const;
    /// The record with all that it has, as the answer to a write.
    [[nodiscard]] boost::json::object written(const JsonRow& row) const;

    [[nodiscard]] std::int64_t now() const { return clock_.present(); }
    void clear();

  private:
    [[nodiscard]] Checked<boost::json::object> complete(const boost::json::object& properties, bool strict)
        const;
    [[nodiscard]] Checked<void> unique(const boost::json::object& kept, std::string_view own_id);
    void index(const JsonRow& row);
    void unindex(const JsonRow& row);
    [[nodiscard]] boost::json::object head(const JsonRow& row, boost::json::object properties) const;

    const ObjectType& type_;
    const Schema& schema_;
    SiteClock& clock_;
    Effects& effects_;
    Listener listener_;
    JsonTable table_;
    std::map<std::pair<std::string, std::string>, std::string> by_value_;  // unique property, value -> id
    std::map<std::string, std::string> by_other_email_;                    // hs_additional_emails -> id
    std::map<std::string, std::string, std::less<>> merged_;               // id -> the record it became
};

}  // namespace navette::standin::hubspot
