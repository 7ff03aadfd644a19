// A synchronous connection for navettectl and the admin API: one statement, one transaction, rows as JSON
// objects; and several statements in one transaction where they belong together.
#pragma once

#include "daemon/core/error.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <functional>
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

    /// Runs one statement in a transaction of its own, or as a part of the transaction() it stands in, where
    /// a failed statement takes back nothing but itself. Its first column is a JSON object for each row;
    /// others are not read. Parameters are in text form, none is NULL; one with a NUL character is `invalid`.
    [[nodiscard]] core::Result<Records> query(
        const std::string& sql, const std::vector<std::optional<std::string>>& parameters = {}
    );

    /// Runs `work` in one transaction: committed where it succeeds; rolled back where it fails or throws, and
    /// its failure is returned. One inside another is a savepoint of it.
    [[nodiscard]] core::Result<void> transaction(const std::function<core::Result<void>()>& work);

    /// From the next statement on: as the role navette_tenant, which row-level security binds to the rows of
    /// this tenant (migrations/0011_access.sql); none: as the connection's own role, which sees all. The
    /// binding is part of each transaction, so a connection that is opened anew is bound too.
    void bind_tenant(std::optional<std::string> tenant);
    [[nodiscard]] const std::optional<std::string>& tenant() const;

    /// No statement may take longer, from the next transaction on; past it, it fails as `unavailable`.
    void limit_statements(std::chrono::milliseconds longest);

    /// Notices that the server has closed the connection meanwhile, and opens it anew. Costs no round trip
    /// where it stands.
    [[nodiscard]] core::Result<void> refresh();

  private:
    struct Impl;
    explicit AdminSession(std::unique_ptr<Impl> impl);
    core::Result<void> part_of_transaction(const std::function<core::Result<void>()>& work);

    std::unique_ptr<Impl> impl_;
};

/// Lifts a session's binding to a tenant for a scope: for the few steps that the role navette_tenant may not
/// do, such as opening an integration's sealed secrets. Each statement inside names the tenant itself.
class Unbound {
  public:
    explicit Unbound(AdminSession& session);
    ~Unbound();
    Unbound(const Unbound&) = delete;
    Unbound& operator=(const Unbound&) = delete;

  private:
    AdminSession& session_;
    std::optional<std::string> tenant_;
};

/// Fails where libpq cannot read the text as a conninfo or URI. libpq's own message would quote it, password
/// and all.
[[nodiscard]] core::Result<void> check_conninfo(const std::string& conninfo);

}  // namespace navette::store
