// The schema's versions: forward only, each in one transaction, never edited after it landed.
#pragma once

#include "daemon/core/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace navette::store {

struct Migration {
    Migration(int migration_version, std::string_view migration_name, std::string_view migration_sql)
        : version(migration_version), name(migration_name), sql(migration_sql) {}

    int version;
    std::string_view name;
    std::string_view sql;
};

/// The migrations this program was built with, in order, from version 1 without gaps.
[[nodiscard]] const std::vector<Migration>& migrations();

struct MigrationState {
    int version = 0;
    std::string name;
    std::string applied_at;  // empty: pending
};

/// What the database holds of each known migration. Fails where the database is newer than this program, or
/// where an applied migration differs from the one built in.
[[nodiscard]] core::Result<std::vector<MigrationState>> migration_status(const std::string& conninfo);

/// Applies what is missing and returns it. Two that start at once take turns (advisory lock); the second
/// finds nothing to do.
[[nodiscard]] core::Result<std::vector<MigrationState>> migrate(const std::string& conninfo);

/// Nothing where the schema is the one this program needs; else a sentence that says what to run.
[[nodiscard]] core::Result<void> require_current_schema(const std::string& conninfo);

}  // namespace navette::store
