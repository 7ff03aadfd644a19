// A synchronous connection for navettectl: one statement, one transaction, rows as JSON objects.
#pragma once

#include "daemon/core/error.hpp"

#include <boost/json/object.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace navette::store {

/// A row as the SQL statement names its columns. Times are ISO 8601 in UTC.
using Record = boost::json::object;
using Records = std::vector<Record>;

/// The member's text; empty where it is null, absent or no text.
[[nodiscard]] std::string text_of(const Record& record, std::string_view name);

class AdminSession {
  public:
    /// Connects by a libpq conninfo or URI; fails as `unavailable`, `permission` or `invalid`, never quoting
    /// a password. A connection that breaks later is opened anew by the next query.
    [[nodiscard]] static core::Result<AdminSession> open(const std::string& conninfo);

    AdminSession(AdminSession&& other) noexcept;
    AdminSession& operator=(AdminSession&& other) noexcept;
    ~AdminSession();

    /// Runs one statement in a transaction of its own. Its first column is a JSON object for each row; others
    /// are not read. Parameters are in text form, none is NULL.
    [[nodiscard]] core::Result<Records> query(
        const std::string& sql, const std::vector<std::optional<std::string>>& parameters = {}
    );

  private:
    struct Impl;
    explicit AdminSession(std::unique_ptr<Impl> impl);

    std::unique_ptr<Impl> impl_;
};

/// Fails where libpq cannot read the text as a conninfo or URI. libpq's own message would quote it, password
/// and all.
[[nodiscard]] core::Result<void> check_conninfo(const std::string& conninfo);

}  // namespace navette::store
