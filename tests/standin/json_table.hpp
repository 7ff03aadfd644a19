// Records of one kind as JSON objects, in the order in which they were made; deleted ones stay as tombstones.
#pragma once

#include <boost/json/object.hpp>

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace navette::standin {

struct JsonRow {
    std::string id;
    boost::json::object fields;
    std::int64_t created = 0;   // milliseconds since 1970
    std::int64_t modified = 0;  // likewise
    bool deleted = false;
};

class JsonTable {
  public:
    /// `make_id` turns 1, 2, 3, ... into the platform's ids; decimal numbers where it is left out.
    explicit JsonTable(std::function<std::string(std::uint64_t)> make_id = {})
        : make_id_(std::move(make_id)) {}

    /// A new row with the next id; the reference stays valid until clear().
    JsonRow& insert(boost::json::object fields, std::int64_t now);

    /// The live row of that id; null where there is none.
    [[nodiscard]] JsonRow* find(std::string_view id);
    /// The row of that id, deleted or not.
    [[nodiscard]] JsonRow* find_any(std::string_view id);
    /// The first live row whose text field has that value; `ignore_case` compares ASCII letters so.
    [[nodiscard]] JsonRow* find_by(std::string_view field, std::string_view value, bool ignore_case = false);
    /// All live rows for which `wanted` holds, oldest first.
    [[nodiscard]] std::vector<JsonRow*> all(const std::function<bool(const JsonRow&)>& wanted = {});
    /// Live and deleted rows that changed at or after that time, oldest change first.
    [[nodiscard]] std::vector<JsonRow*> changed_since(std::int64_t since);

    /// Makes a tombstone of a live row; false where there is none.
    bool erase(std::string_view id, std::int64_t now);
    [[nodiscard]] std::size_t size() const;
    void clear();

  private:
    std::function<std::string(std::uint64_t)> make_id_;
    std::uint64_t last_ = 0;
    std::list<JsonRow> rows_;
    std::map<std::string, JsonRow*, std::less<>> by_id_;
};

}  // namespace navette::standin
