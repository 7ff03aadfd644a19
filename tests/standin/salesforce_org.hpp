// The records of a Salesforce organisation: written by its rules, deleted into its recycle bin, counted.
#pragma once

#include "tests/standin/effects.hpp"
#include "tests/standin/salesforce_schema.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace navette::standin {

struct SalesforceRecord {
    std::string id;  // 18 characters
    boost::json::object fields;
    std::int64_t created = 0;   // seconds since 1970: Salesforce shows no less
    std::int64_t modified = 0;  // likewise; SystemModstamp
    bool deleted = false;
    bool purged = false;  // not even in the recycle bin any more
};

/// What duplicate rules do with a new lead or contact of a known e-mail address, or an account of a known
/// name.
enum class SalesforceDuplicateRule { none, alert, block };

struct SalesforceWritten {
    std::string id;
    bool created = false;
};

class SalesforceOrg {
  public:
    template <typename T>
    using Checked = std::expected<T, SalesforceError>;

    SalesforceOrg(SalesforceSchema schema, SalesforceDuplicateRule rule, Effects& effects)
        : schema_(std::move(schema)), rule_(rule), effects_(effects) {}

    [[nodiscard]] const SalesforceSchema& schema() const { return schema_; }

    Checked<SalesforceWritten> insert(
        const SalesforceObject& object, boost::json::object fields, bool allow_duplicates = false
    );
    Checked<SalesforceWritten> update(
        const SalesforceObject& object, std::string_view id, const boost::json::object& fields
    );
    /// By the object's key field.
    Checked<SalesforceWritten> upsert(
        const SalesforceObject& object,
        const std::string& key,
        boost::json::object fields,
        bool allow_duplicates = false
    );
    Checked<SalesforceWritten> erase(const SalesforceObject& object, std::string_view id);

    /// The record of that id, deleted or not; null where there is none. Ids of 15 or 18 characters.
    [[nodiscard]] const SalesforceRecord* find(const SalesforceObject& object, std::string_view id) const;
    [[nodiscard]] const SalesforceRecord* find_by_key(const SalesforceObject& object, const std::string& key)
        const;
    /// All records of the object by their ids, deleted ones included.
    [[nodiscard]] const std::map<std::string, SalesforceRecord>& records(const SalesforceObject& object
    ) const;

    /// What somebody does in Salesforce itself: takes a deleted record out of the recycle bin for good; makes
    /// a contact and an account of a lead, which can never be changed again.
    void purge(const SalesforceObject& object, std::string_view id);
    Checked<SalesforceWritten> convert_lead(std::string_view id);

    /// From here on writes can be taken back, and count only when they are kept.
    void begin();
    void commit();
    void rollback();

    /// Does what other people do: the tests' counters leave it out.
    Checked<SalesforceWritten> by_others(const std::function<Checked<SalesforceWritten>()>& deed);

    /// Forgets all records; ids go on.
    void clear();

    [[nodiscard]] static std::int64_t now();

  private:
    struct Table {
        std::uint64_t last = 0;
        std::map<std::string, SalesforceRecord> records;
        std::unordered_map<std::string, std::string> id_by_key;  // of records that are not deleted
    };

    Table& table(const SalesforceObject& object) { return tables_[object.name]; }
    SalesforceRecord* live(const SalesforceObject& object, std::string_view id);
    [[nodiscard]] std::optional<SalesforceError> refused(
        const SalesforceObject& object, const boost::json::object& fields, const std::string& own_id
    ) const;
    [[nodiscard]] std::optional<SalesforceError> refused_reference(
        const SalesforceField& field, const std::string& id
    ) const;
    [[nodiscard]] std::optional<SalesforceError> refused_duplicate(
        const SalesforceObject& object, const boost::json::object& fields, bool allow
    );
    void complete(const SalesforceObject& object, boost::json::object& fields) const;
    /// Puts the record's new state in place.
    void put(const SalesforceObject& object, SalesforceRecord record);
    void count(std::function<void()> effect);

    SalesforceSchema schema_;
    SalesforceDuplicateRule rule_;
    Effects& effects_;
    std::map<std::string, Table, std::less<>> tables_;
    bool in_transaction_ = false;
    std::vector<std::function<void()>> undo_;
    std::vector<std::function<void()>> counted_later_;
};

}  // namespace navette::standin
