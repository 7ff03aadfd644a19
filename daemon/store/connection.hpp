// One PostgreSQL connection on an io_context: libpq, non-blocking, in pipeline mode. Single-threaded like
// everything on that context. Callers need not take turns: calls are queued and answered in order.
#pragma once

#include "daemon/core/error.hpp"
#include "daemon/store/rows.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace navette::store {

/// A statement with a name: prepared once for each connection, and named in errors and metrics.
struct Statement {
    std::string_view name;
    std::string_view sql;
};

/// A parameter in text form, or in binary form where its call says so; none is NULL.
using Parameter = std::optional<std::string>;

struct Call {
    /// `formats_of_values`: 0 text or 1 binary for each parameter; empty where all are text.
    Call(
        const Statement& named_statement,
        std::vector<Parameter> values,
        std::vector<int> formats_of_values = {}
    )
        : statement(&named_statement), parameters(std::move(values)), formats(std::move(formats_of_values)) {}

    const Statement* statement;  // must outlive the connection: statements are constants
    std::vector<Parameter> parameters;
    std::vector<int> formats;
};

class Connection {
  public:
    /// Connects by a libpq conninfo or URI (several hosts and target_session_attrs work). The error names
    /// host and cause, never the password.
    [[nodiscard]] static boost::asio::awaitable<core::Result<std::unique_ptr<Connection>>> open(
        boost::asio::any_io_executor executor, std::string conninfo
    );

    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Runs one statement in its own transaction.
    boost::asio::awaitable<core::Result<Rows>> query(
        const Statement& statement, std::vector<Parameter> parameters = {}
    );

    /// Runs the calls in order as one transaction: all of them take effect, or none.
    boost::asio::awaitable<core::Result<std::vector<Rows>>> transaction(std::vector<Call> calls);

    /// Runs a text that is no constant, such as a source's query, once and unprepared.
    boost::asio::awaitable<core::Result<Rows>> run(std::string sql, std::vector<Parameter> parameters = {});

    /// False once the connection broke: every later call fails at once, open another.
    [[nodiscard]] bool alive() const;

  private:
    class Impl;
    explicit Connection(std::shared_ptr<Impl> impl);

    std::shared_ptr<Impl> impl_;
};

/// `texts` as a PostgreSQL array literal, for a text[] parameter.
[[nodiscard]] std::string array_literal(const std::vector<std::string>& texts);

}  // namespace navette::store
