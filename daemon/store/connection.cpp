#include "daemon/store/connection.hpp"

#include "daemon/core/metrics.hpp"
#include "daemon/store/connecting.hpp"
#include "daemon/store/sqlstate.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <libpq-fe.h>

#include <chrono>
#include <deque>
#include <map>
#include <utility>

namespace navette::store {

namespace asio = boost::asio;

namespace {

constexpr auto kQuietly = asio::as_tuple(asio::use_awaitable);

/// What was sent up to one pipeline sync, and what came back. Kept alive by the waiting caller and the queue
/// alike.
struct Exchange {
    explicit Exchange(const asio::any_io_executor& executor)
        : finished(executor, asio::steady_timer::time_point::max()) {}

    std::vector<const Statement*> statements;             // null for an unnamed text
    std::string preparing;                                // the name that this exchange prepares, else empty
    std::vector<std::shared_ptr<Exchange>> preparations;  // of its statements
    std::vector<Rows> rows;
    std::optional<core::Error> error;
    std::chrono::steady_clock::time_point sent;
    bool complete = false;
    asio::steady_timer finished;  // cancelled on completion: the waiter wakes
};

}  // namespace

class Connection::Impl : public std::enable_shared_from_this<Impl> {
  public:
    Impl(asio::any_io_executor executor, ConnectionHandle handle)
        : executor_(std::move(executor)),
          handle_(std::move(handle)),
          socket_(watched_socket(executor_, handle_.get())) {}

    void start() {
        auto self = shared_from_this();
        auto reading = [](std::shared_ptr<Impl> impl) -> asio::awaitable<void> { co_await impl->read(); };
        asio::co_spawn(executor_, reading(std::move(self)), asio::detached);
    }

    /// Ends the reading loop; what is under way fails.
    void close() {
        fail("the connection was closed");
        boost::system::error_code ignored;
        socket_.cancel(ignored);
    }

    [[nodiscard]] bool alive() const { return alive_; }

    asio::awaitable<core::Result<std::vector<Rows>>> transaction(std::vector<Call> calls) {
        auto exchange = std::make_shared<Exchange>(executor_);
        for (const auto& call : calls) {
            if (alive_) {
                exchange->preparations.push_back(prepare(*call.statement));
            }
        }
        for (const auto& call : calls) {
            const auto name = std::string(call.statement->name);
            const auto values = pointers(call.parameters);
            std::vector<int> lengths;
            if (!call.formats.empty()) {
                lengths.reserve(call.parameters.size());
                for (const auto& value : call.parameters) {
                    lengths.push_back(value ? static_cast<int>(value->size()) : 0);
                }
            }
            const int sent = alive_ ? PQsendQueryPrepared(
                                          handle_.get(),
                                          name.c_str(),
                                          static_cast<int>(values.size()),
                                          values.data(),
                                          lengths.empty() ? nullptr : lengths.data(),
                                          call.formats.empty() ? nullptr : call.formats.data(),
                                          0
                                      )
                                    : 0;
            if (sent == 0) {
                fail(alive_ ? error_text(handle_.get()) : std::string("the connection is lost"));
                co_return core::failure(core::ErrorKind::unavailable, name + ": " + reason_);
            }
            exchange->statements.push_back(call.statement);
        }
        co_return co_await finish(std::move(exchange));
    }

    asio::awaitable<core::Result<Rows>> run(std::string sql, std::vector<Parameter> parameters) {
        auto exchange = std::make_shared<Exchange>(executor_);
        const auto values = pointers(parameters);
        const auto count = static_cast<int>(values.size());
        if (!alive_ || PQsendQueryParams(
                           handle_.get(), sql.c_str(), count, nullptr, values.data(), nullptr, nullptr, 0
                       ) == 0) {
            co_return core::failure(
                core::ErrorKind::unavailable, alive_ ? error_text(handle_.get()) : reason_
            );
        }
        exchange->statements.push_back(nullptr);
        auto rows = co_await finish(std::move(exchange));
        if (!rows) {
            co_return std::unexpected(rows.error());
        }
        co_return std::move(rows->front());
    }

  private:
    static std::vector<const char*> pointers(const std::vector<Parameter>& parameters) {
        std::vector<const char*> values;
        values.reserve(parameters.size());
        for (const auto& parameter : parameters) {
            values.push_back(parameter ? parameter->c_str() : nullptr);
        }
        return values;
    }

    /// Prepares the statement unless it is, and returns the exchange that does or did so. A failing PREPARE
    /// must not abort a neighbour's transaction, nor the reverse: it gets a sync of its own.
    std::shared_ptr<Exchange> prepare(const Statement& statement) {
        auto& exchange = prepared_[std::string(statement.name)];
        if (exchange) {
            return exchange;
        }
        exchange = std::make_shared<Exchange>(executor_);
        const auto preparation = exchange;
        preparation->preparing = statement.name;
        const std::string sql(statement.sql);
        if (PQsendPrepare(handle_.get(), preparation->preparing.c_str(), sql.c_str(), 0, nullptr) == 0 ||
            PQpipelineSync(handle_.get()) == 0) {
            fail(error_text(handle_.get()));
            return preparation;
        }
        preparation->statements.push_back(&statement);
        queue_.push_back(preparation);
        return preparation;
    }

    asio::awaitable<core::Result<std::vector<Rows>>> finish(std::shared_ptr<Exchange> exchange) {
        exchange->sent = std::chrono::steady_clock::now();
        if (PQpipelineSync(handle_.get()) == 0) {
            fail(error_text(handle_.get()));
            co_return core::failure(core::ErrorKind::unavailable, reason_);
        }
        queue_.push_back(exchange);
        flush();
        // A broken connection is told by the reading loop too; cancelling the wait leaves the exchange to its
        // end.
        if (!exchange->complete) {
            co_await exchange->finished.async_wait(kQuietly);
        }
        if (!exchange->complete) {
            co_return core::failure(
                core::ErrorKind::unavailable, "the wait for PostgreSQL's answer was cancelled"
            );
        }
        // Where a statement could not be prepared, the reason is there and not in the call that misses it.
        for (const auto& preparation : exchange->preparations) {
            if (exchange->error && preparation->error) {
                co_return std::unexpected(*preparation->error);
            }
        }
        if (exchange->error) {
            co_return std::unexpected(*exchange->error);
        }
        co_return std::move(exchange->rows);
    }

    void flush() {
        if (!alive_ || flushing_) {
            return;
        }
        const int rest = PQflush(handle_.get());
        if (rest < 0) {
            fail(error_text(handle_.get()));
        } else if (rest > 0) {
            flushing_ = true;
            auto rest_of_it = [](std::shared_ptr<Impl> impl) -> asio::awaitable<void> {
                co_await impl->flush_rest();
            };
            asio::co_spawn(executor_, rest_of_it(shared_from_this()), asio::detached);
        }
    }

    asio::awaitable<void> flush_rest() {
        int rest = 1;
        while (alive_ && rest > 0) {
            const auto [error] =
                co_await socket_.async_wait(asio::posix::stream_descriptor::wait_write, kQuietly);
            if (error || !alive_) {
                break;
            }
            rest = PQflush(handle_.get());
        }
        flushing_ = false;
        if (rest < 0) {
            fail(error_text(handle_.get()));
        }
    }

    asio::awaitable<void> read() {
        while (alive_) {
            const auto [error] =
                co_await socket_.async_wait(asio::posix::stream_descriptor::wait_read, kQuietly);
            if (error || !alive_) {
                break;
            }
            if (PQconsumeInput(handle_.get()) == 0) {
                fail(error_text(handle_.get()));
                break;
            }
            dispatch();
        }
    }

    void dispatch() {
        while (!queue_.empty() && PQisBusy(handle_.get()) == 0) {
            pg_result* result = PQgetResult(handle_.get());
            if (result == nullptr) {
                continue;  // the end of one statement's results; the sync ends the exchange
            }
            take(result);
        }
    }

    void take(pg_result* result) {
        auto& exchange = *queue_.front();
        Rows rows(result);
        switch (PQresultStatus(result)) {
            case PGRES_PIPELINE_SYNC:
                complete();
                break;
            case PGRES_TUPLES_OK:
            case PGRES_COMMAND_OK:
                exchange.rows.push_back(std::move(rows));
                break;
            case PGRES_PIPELINE_ABORTED:
                break;  // the first error of the exchange says why
            default:
                note_error(exchange, result);
                break;
        }
    }

    static void note_error(Exchange& exchange, const pg_result* result) {
        if (exchange.error) {
            return;
        }
        const char* code = PQresultErrorField(result, PG_DIAG_SQLSTATE);
        const char* primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
        const auto* statement = exchange.rows.size() < exchange.statements.size()
                                    ? exchange.statements[exchange.rows.size()]
                                    : nullptr;
        std::string text = statement != nullptr ? std::string(statement->name) + ": " : std::string();
        text += primary != nullptr ? primary : "PostgreSQL gave no reason";
        const std::string sqlstate = code != nullptr ? code : "";
        exchange.error = core::Error(kind_of(sqlstate), text + " (SQLSTATE " + sqlstate + ")");
    }

    static void note_time(const Exchange& exchange) {
        if (exchange.statements.empty() || !exchange.preparing.empty()) {
            return;
        }
        const auto* first = exchange.statements.front();
        core::database_round_trip(first != nullptr ? first->name : "unprepared")
            .observe(std::chrono::steady_clock::now() - exchange.sent);
    }

    void complete() {
        const auto exchange = queue_.front();
        queue_.pop_front();
        if (exchange->error && !exchange->preparing.empty()) {
            prepared_.erase(exchange->preparing);
        }
        note_time(*exchange);
        exchange->complete = true;
        exchange->finished.cancel();
    }

    void fail(std::string reason) {
        if (!alive_) {
            return;
        }
        alive_ = false;
        reason_ = reason.empty() ? "the connection to PostgreSQL is lost" : std::move(reason);
        for (const auto& exchange : std::exchange(queue_, {})) {
            exchange->error = core::Error(core::ErrorKind::unavailable, reason_);
            exchange->complete = true;
            exchange->finished.cancel();
        }
    }

    asio::any_io_executor executor_;
    ConnectionHandle handle_;
    asio::posix::stream_descriptor socket_;
    std::deque<std::shared_ptr<Exchange>> queue_;
    std::map<std::string, std::shared_ptr<Exchange>> prepared_;
    std::string reason_;
    bool alive_ = true;
    bool flushing_ = false;
};

Connection::Connection(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

Connection::~Connection() {
    impl_->close();
}

asio::awaitable<core::Result<std::unique_ptr<Connection>>> Connection::open(
    asio::any_io_executor executor, std::string conninfo
) {
    auto handle = co_await connect(executor, std::move(conninfo));
    if (!handle) {
        co_return std::unexpected(handle.error());
    }
    if (PQenterPipelineMode(handle->get()) == 0) {
        co_return core::failure(core::ErrorKind::internal, "libpq refused pipeline mode");
    }
    auto impl = std::make_shared<Impl>(executor, std::move(*handle));
    impl->start();
    co_return std::unique_ptr<Connection>(new Connection(std::move(impl)));
}

asio::awaitable<core::Result<Rows>> Connection::query(
    const Statement& statement, std::vector<Parameter> parameters
) {
    std::vector<Call> calls;
    calls.emplace_back(statement, std::move(parameters));
    auto rows = co_await impl_->transaction(std::move(calls));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    co_return std::move(rows->front());
}

asio::awaitable<core::Result<std::vector<Rows>>> Connection::transaction(std::vector<Call> calls) {
    return impl_->transaction(std::move(calls));
}

asio::awaitable<core::Result<Rows>> Connection::run(std::string sql, std::vector<Parameter> parameters) {
    return impl_->run(std::move(sql), std::move(parameters));
}

bool Connection::alive() const {
    return impl_->alive();
}

std::string array_literal(const std::vector<std::string>& texts) {
    std::string literal("{");
    for (const auto& text : texts) {
        if (literal.size() > 1) {
            literal += ',';
        }
        literal += '"';
        for (const char c : text) {
            if (c == '"' || c == '\\') {
                literal += '\\';
            }
            literal += c;
        }
        literal += '"';
    }
    literal += '}';
    return literal;
}

}  // namespace navette::store
