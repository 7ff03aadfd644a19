// Blocking database work of the API, on a few threads of its own: the listener's thread never waits for a
// query.
#pragma once

#include "daemon/http/exchange.hpp"
#include "daemon/http/router.hpp"
#include "daemon/store/admin_session.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <string>

namespace navette::http {

/// An API operation. It runs on one of the desk's threads; `session` is bound to the caller's tenant, so that
/// row-level security hides what is another's, and to nothing for a caller of administration.
using Operation = std::function<Response(store::AdminSession& session, const Request& request)>;

class DatabaseDesk {
  public:
    /// `sessions`: threads, and connections, at most. `line`: how many requests may wait for one. The desk
    /// ends before the context of `executor` does; its end waits for the operations under way.
    DatabaseDesk(
        const boost::asio::any_io_executor& executor, std::string conninfo, int sessions = 4, int line = 256
    );
    ~DatabaseDesk();
    DatabaseDesk(const DatabaseDesk&) = delete;
    DatabaseDesk& operator=(const DatabaseDesk&) = delete;

    /// Runs the operation for the request's caller (none: as administration, for the listener's own needs).
    /// 503 with Retry-After where the line is full or PostgreSQL cannot be reached. What the operation throws
    /// is a 500 and a line in the log.
    boost::asio::awaitable<Response> run(Operation operation, Request request);

    /// `operation` as a route's handler.
    [[nodiscard]] Handler handler(Operation operation);

  private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace navette::http
