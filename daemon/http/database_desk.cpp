#include "daemon/http/database_desk.hpp"

#include "daemon/core/log.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <chrono>
#include <exception>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace navette::http {

namespace asio = boost::asio;

namespace {

using Clock = std::chrono::steady_clock;

// A client has given up by then; its place is better used for one that waits.
constexpr std::chrono::seconds kLongestWait{15};
// An operation of the API is short; one that is not must not keep a session from all others.
constexpr std::chrono::seconds kLongestStatement{30};

/// A host that does not answer must not hold a session for as long as TCP tries.
std::string with_patience(std::string conninfo) {
    if (conninfo.find("connect_timeout") != std::string::npos) {
        return conninfo;
    }
    if (conninfo.starts_with("postgres://") || conninfo.starts_with("postgresql://")) {
        return conninfo + (conninfo.find('?') == std::string::npos ? "?" : "&") + "connect_timeout=5";
    }
    return conninfo + " connect_timeout=5";
}

Response busy(const std::string& why) {
    return problem(503, why).with_header("Retry-After", "2");
}

}  // namespace

struct DatabaseDesk::Impl {
    Impl(asio::any_io_executor home_executor, std::string database, int threads, int waiting)
        : home(std::move(home_executor)),
          conninfo(with_patience(std::move(database))),
          places(threads + waiting),
          pool(static_cast<std::size_t>(threads)) {}

    /// A session for one operation; it goes back when the operation is over.
    core::Result<store::AdminSession> take_session() {
        std::optional<store::AdminSession> session;
        {
            const std::lock_guard lock(mutex);
            if (!sessions.empty()) {
                session = std::move(sessions.back());
                sessions.pop_back();
            }
        }
        if (session) {
            session->bind_tenant(std::nullopt);
            if (const auto stands = session->refresh(); !stands) {
                return std::unexpected(stands.error());
            }
            return std::move(*session);
        }
        auto opened = store::AdminSession::open(conninfo);
        if (opened) {
            opened->limit_statements(kLongestStatement);
        }
        return opened;
    }

    void give_back(store::AdminSession session) {
        const std::lock_guard lock(mutex);
        sessions.push_back(std::move(session));
    }

    Response carry_out(const Operation& operation, const Request& request, Clock::time_point since) {
        if (closing) {
            return busy("navette is stopping; try again in a moment");
        }
        if (Clock::now() - since > kLongestWait) {
            return busy("the database is slow, and too many requests wait for it; try again in a moment");
        }
        auto session = take_session();
        if (!session) {
            core::log(
                core::LogLevel::warning,
                "a request could not be answered: there is no database",
                {{"request", request.id}, {"error", session.error().message}}
            );
            return busy("the database cannot be reached at present; try again in a moment");
        }
        if (request.caller && !request.caller->tenant.empty()) {
            session->bind_tenant(request.caller->tenant);
        }
        try {
            auto answer = operation(*session, request);
            give_back(std::move(*session));
            return answer;
        } catch (const std::exception& error) {
            // The session is not used again: nobody knows what state it is in.
            core::log(
                core::LogLevel::error,
                "a request ended in a mistake of navette",
                {{"request", request.id}, {"path", request.path}, {"error", error.what()}}
            );
        } catch (...) {
            core::log(
                core::LogLevel::error,
                "a request ended in a mistake of navette",
                {{"request", request.id}, {"path", request.path}, {"error", "it threw no std::exception"}}
            );
        }
        return problem(500, "this is a mistake in navette; its log says more under the request's id");
    }

    bool enter() {
        const std::lock_guard lock(mutex);
        if (taken >= places) {
            return false;
        }
        ++taken;
        return true;
    }

    void leave() {
        const std::lock_guard lock(mutex);
        --taken;
    }

    const asio::any_io_executor home;
    const std::string conninfo;
    const int places;
    std::atomic<bool> closing = false;
    std::mutex mutex;
    int taken = 0;
    std::vector<store::AdminSession> sessions;
    asio::thread_pool pool;  // last: it is over before what it uses goes
};

DatabaseDesk::DatabaseDesk(
    const asio::any_io_executor& executor, std::string conninfo, int sessions, int line
)
    : impl_(std::make_shared<Impl>(executor, std::move(conninfo), sessions, line)) {}

DatabaseDesk::~DatabaseDesk() {
    // Who still waits is told so: dropping them would leave the coroutines to the pool, which they hold.
    impl_->closing = true;
    impl_->pool.join();
}

asio::awaitable<Response> DatabaseDesk::run(Operation operation, Request request) {
    const auto impl = impl_;
    if (!impl->enter()) {
        co_return busy("too many requests wait for the database; try again in a moment");
    }
    auto initiate = [impl](auto handler, Operation work, Request asked) {
        // A copy of the handler's executor that keeps its context running until the answer is there.
        auto back = asio::prefer(
            asio::get_associated_executor(handler, impl->home), asio::execution::outstanding_work.tracked
        );
        asio::post(
            impl->pool,
            [impl = impl.get(),
             handler = std::move(handler),
             work = std::move(work),
             asked = std::move(asked),
             back = std::move(back),
             since = Clock::now()]() mutable {
                auto answer = impl->carry_out(work, asked, since);
                impl->leave();
                asio::post(back, [handler = std::move(handler), answer = std::move(answer)]() mutable {
                    std::move(handler)(std::move(answer));
                });
            }
        );
    };
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(Response)>(
        std::move(initiate), asio::use_awaitable, std::move(operation), std::move(request)
    );
}

Handler DatabaseDesk::handler(Operation operation) {
    return [this, operation = std::move(operation)](Request request) {
        return run(operation, std::move(request));
    };
}

}  // namespace navette::http
