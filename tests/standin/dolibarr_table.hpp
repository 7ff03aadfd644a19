// The database under the stand-in: rows of SQL columns, as texts, the way PHP hands them out.
#pragma once

#include "tests/standin/dolibarr_line.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace navette::standin {

enum class FieldKind {
    text,     // a name, label or ref: tags and double quotes go
    note,     // simple tags stay
    phone,    // as text, blanks go too
    email,    // as text, in small letters
    integer,  // also flags and ids
    amount,   // shown with 8 decimals
    rate,     // a VAT rate, shown with 4 decimals
    percent,  // a percentage, shown with 2 decimals
    day,      // "YYYY-MM-DD", shown as the epoch of midnight in PHP's zone
    moment,   // "YYYY-MM-DD HH:MM:SS", shown as an epoch
};

enum class Writable { always, on_create, on_update, never };

/// How an empty text is shown: each class of Dolibarr reads its columns its own way.
enum class Empty { as_null, as_text };

struct Field {
    std::string_view name;    // in request and answer bodies
    std::string_view column;  // in sqlfilters; two fields may share one column
    FieldKind kind = FieldKind::text;
    std::size_t limit = 0;  // characters that fit; 0: any
    Writable writable = Writable::always;
    Empty empty = Empty::as_null;
};

/// What differs from one kind of object to the next, as data.
struct Layout {
    std::string_view kind;          // its path and its name in the effects: "orders"
    std::string_view table;         // without the prefix: "commande"; also its extrafields' element type
    std::string_view noun;          // in "Error creating order"
    std::string_view not_found;     // "Order not found"
    std::string_view list_error;    // "Error when retrieve commande list"
    std::string_view source;        // in the debug member: "api_orders.class.php:334"
    std::string_view trigger;       // agenda auto-events are AC_<trigger>_CREATE; empty: none
    std::string_view alias;         // of the extrafields in sqlfilters: "ef"
    std::span<const Field> fields;  // [0] the id, [1] the time of the last change
    std::span<const std::string_view> required;      // in a create; missing or null: 400
    std::span<const std::string_view> looked_up_by;  // GET /orders/<this>/{value}
    bool empty_list_is_404 = false;
    bool deadlocks = false;

    /// Where a row keeps that column; nothing when there is no such column.
    std::optional<std::size_t> slot(std::string_view column) const;
};

using Value = std::optional<std::string>;

struct ContactLink {
    std::int64_t contact;
    std::string type;
    friend bool operator==(const ContactLink&, const ContactLink&) = default;
};

class Row {
  public:
    explicit Row(const Layout& layout) : layout_(&layout), values_(layout.fields.size()) {}

    std::int64_t id() const { return id_; }
    void set_id(std::int64_t id);
    const Layout& layout() const { return *layout_; }

    /// A column that the layout has.
    Value& operator[](std::string_view column) { return values_[layout_->slot(column).value()]; }
    const Value& operator[](std::string_view column) const { return values_[layout_->slot(column).value()]; }
    const Value& at(std::size_t slot) const { return values_[slot]; }

    /// The column as a text, empty when null.
    std::string text(std::string_view column) const { return (*this)[column].value_or(""); }
    std::int64_t number(std::string_view column) const;

    /// Whether a column or extrafield differs: only then does MariaDB move `tms`.
    bool differs_from(const Row& other) const { return values_ != other.values_ || extra != other.extra; }

    /// Also compares lines and contacts.
    friend bool operator==(const Row&, const Row&) = default;

    std::map<std::string, Value, std::less<>> extra;  // extrafields, without "options_"
    std::vector<OrderLine> lines;
    std::vector<ContactLink> contacts;

  private:
    const Layout* layout_;
    std::int64_t id_ = 0;
    std::vector<Value> values_;
};

class Table {
  public:
    explicit Table(const Layout& layout) : layout_(layout) {}

    const Layout& layout() const { return layout_; }
    const std::map<std::int64_t, Row>& rows() const { return rows_; }

    /// Ids are given when a write begins; one that is rolled back leaves a gap.
    std::int64_t take_id() { return ++last_id_; }

    /// The row, or nullptr; valid until the next write.
    const Row* find(std::int64_t id) const;

    /// The id of the row that holds a unique key.
    std::optional<std::int64_t> holder(const std::string& key) const;

    /// Inserts or replaces the row; it then holds these keys and no others.
    void put(Row row, std::vector<std::string> keys);
    void erase(std::int64_t id);
    void clear();

  private:
    void forget_keys(std::int64_t id);

    const Layout& layout_;
    std::map<std::int64_t, Row> rows_;
    std::unordered_map<std::string, std::int64_t> holders_;
    std::map<std::int64_t, std::vector<std::string>> keys_;
    std::int64_t last_id_ = 0;
};

}  // namespace navette::standin
