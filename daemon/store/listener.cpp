#include "daemon/store/listener.hpp"

#include "daemon/store/connecting.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <libpq-fe.h>

#include <utility>

namespace navette::store {

namespace asio = boost::asio;

namespace {

constexpr const char* kLock = R"sql(
SELECT pg_try_advisory_lock(hashtextextended($1, 0)), concat_ws(' ', pid, backend_start)
FROM pg_stat_activity WHERE pid = pg_backend_pid()
)sql";

// Its pid alone might be another session's by now. Waits a second for its end.
constexpr const char* kEndSession = R"sql(
SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity WHERE concat_ws(' ', pid, backend_start) = $1
)sql";

std::vector<std::string> one(std::string parameter) {
    std::vector<std::string> parameters;
    parameters.push_back(std::move(parameter));
    return parameters;
}

}  // namespace

class Listener::Impl {
  public:
    Impl(const asio::any_io_executor& executor, ConnectionHandle handle)
        : handle_(std::move(handle)), socket_(watched_socket(executor, handle_.get())) {}

    asio::awaitable<core::Result<Rows>> command(std::string sql, std::vector<std::string> parameters) {
        std::vector<const char*> values;
        values.reserve(parameters.size());
        for (const auto& parameter : parameters) {
            values.push_back(parameter.c_str());
        }
        const auto count = static_cast<int>(values.size());
        if (PQsendQueryParams(
                handle_.get(), sql.c_str(), count, nullptr, values.data(), nullptr, nullptr, 0
            ) == 0) {
            co_return lost();
        }
        co_return co_await answer(handle_.get(), socket_);
    }

    asio::awaitable<core::Result<std::vector<std::string>>> next() {
        std::vector<std::string> payloads;
        while (payloads.empty()) {
            if (PQconsumeInput(handle_.get()) == 0) {
                co_return lost();
            }
            while (PGnotify* notification = PQnotifies(handle_.get())) {
                payloads.emplace_back(notification->extra);
                PQfreemem(notification);
            }
            if (payloads.empty()) {
                const auto [error] = co_await socket_.async_wait(
                    asio::posix::stream_descriptor::wait_read, asio::as_tuple(asio::use_awaitable)
                );
                if (error) {
                    co_return lost();
                }
            }
        }
        co_return payloads;
    }

    /// Ends the wait under way, and each later one.
    void close() {
        boost::system::error_code ignored;
        socket_.close(ignored);
    }

    std::string session;

  private:
    std::unexpected<core::Error> lost() const {
        return core::failure(
            core::ErrorKind::unavailable, "the listening connection is lost: " + error_text(handle_.get())
        );
    }

    ConnectionHandle handle_;
    asio::posix::stream_descriptor socket_;
};

Listener::Listener(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

Listener::~Listener() {
    impl_->close();
}

const std::string& Listener::session() const {
    return impl_->session;
}

asio::awaitable<core::Result<std::unique_ptr<Listener>>> Listener::open(
    asio::any_io_executor executor,
    std::string conninfo,
    std::string channel,
    std::string exclusive_key,
    std::string former
) {
    auto handle = co_await connect(executor, std::move(conninfo));
    if (!handle) {
        co_return std::unexpected(handle.error());
    }
    auto impl = std::make_shared<Impl>(executor, std::move(*handle));
    if (!former.empty()) {
        // Where it fails, the lock tells what there is to tell.
        co_await impl->command(kEndSession, one(std::move(former)));
    }
    if (!exclusive_key.empty()) {
        auto locked = co_await impl->command(kLock, one(exclusive_key));
        if (!locked) {
            co_return std::unexpected(locked.error());
        }
        impl->session = locked->string(0, 1);
        if (!locked->boolean(0, 0)) {
            co_return core::failure(
                core::ErrorKind::conflict, "another session holds the lock " + exclusive_key
            );
        }
    }
    // A channel is a name of ours, never foreign text, and LISTEN takes no parameters.
    auto listening = co_await impl->command("LISTEN \"" + channel + "\"", {});
    if (!listening) {
        co_return std::unexpected(listening.error());
    }
    co_return std::unique_ptr<Listener>(new Listener(std::move(impl)));
}

asio::awaitable<core::Result<std::vector<std::string>>> Listener::next() {
    // The coroutine keeps the connection alive although the owner may drop the Listener meanwhile.
    auto impl = impl_;
    co_return co_await impl->next();
}

void Listener::close() {
    impl_->close();
}

}  // namespace navette::store
