#include "daemon/http/connection.hpp"

#include "daemon/core/log.hpp"
#include "daemon/core/metrics.hpp"
#include "daemon/http/response_head.hpp"
#include "daemon/outbound/redactor.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace navette::http {

namespace asio = boost::asio;
using std::chrono::milliseconds;

namespace {

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::size_t kSlice = 64U << 10U;     // bytes that a client must take in within the body's time
constexpr std::size_t kOnePacket = 8U << 10U;  // a body of this size goes with its head
constexpr milliseconds kLinger{2'000};
constexpr std::size_t kMostIgnored = 1U << 20U;  // bytes that are read and dropped before a close

/// A request's target for the log: without what may be a secret. A path's own parameters may be one
/// (Dolibarr's webhooks carry theirs there), so such a path stands as its pattern.
std::string loggable_target(const Request& request, const Route* route) {
    if (route == nullptr) {
        const auto second = request.path.find('/', 1);
        return second == std::string::npos ? request.path : request.path.substr(0, second) + "/...";
    }
    if (request.parameters.contains("secret") || request.parameters.contains("token")) {
        return route->pattern;
    }
    return request.query.empty() ? request.path : outbound::Redactor().url(request.target);
}

}  // namespace

Connection::Connection(
    std::shared_ptr<ServerState> state, asio::ip::tcp::socket socket, asio::ip::address peer
)
    : state_(std::move(state)), stream_(std::move(socket), state_->tls), peer_(std::move(peer)) {}

Connection::~Connection() {
    hold(0);
}

void Connection::expect_within(milliseconds span) {
    expired_ = false;
    deadline_ = aborted_ ? Clock::time_point::min() : Clock::now() + span;
}

void Connection::enforce_deadline(Clock::time_point now) {
    // Again and again, for a wait that begins after this was said for the first time.
    if (now >= deadline_) {
        expired_ = true;
        stream_.cancel();
    }
}

void Connection::abort() {
    aborted_ = true;
    deadline_ = Clock::time_point::min();
    expired_ = true;
    stream_.cancel();
}

void Connection::consume(std::size_t bytes) {
    consumed_ += bytes;
    if (consumed_ == unread_.size()) {
        // Given back, not only cleared: an idle connection holds nothing.
        std::string().swap(unread_);
        consumed_ = 0;
    }
}

bool Connection::hold(std::size_t bytes) {
    state_->held_bytes += bytes;
    state_->held_bytes -= held_;
    core::listener_metrics().body_bytes.add(static_cast<double>(bytes) - static_cast<double>(held_));
    held_ = bytes;
    return state_->held_bytes <= state_->settings.body_memory.value;
}

asio::awaitable<void> Connection::run() {
    expect_within(state_->settings.header_timeout);
    if (co_await stream_.handshake()) {
        core::listener_refusals(expired_ ? "slow_handshake" : "tls_handshake").add();
        co_return;
    }
    bool goes_on = true;
    while (goes_on && !aborted_) {
        goes_on = co_await serve_one();
    }
}

asio::awaitable<bool> Connection::read_more() {
    while (!expired_) {
        auto& buffer = state_->read_buffer;
        const auto read = stream_.read_now(buffer);
        if (!read.error) {
            if (read.size == 0) {
                co_return false;
            }
            unread_.erase(0, std::exchange(consumed_, 0));
            unread_.append(buffer.data(), read.size);
            co_return true;
        }
        if (read.error != asio::error::would_block || co_await stream_.readable()) {
            co_return false;
        }
    }
    co_return false;
}

asio::awaitable<bool> Connection::read_head(RequestReader& reader) {
    idle_ = unread().empty();
    if (idle_ && state_->draining) {
        co_return false;
    }
    expect_within(idle_ ? state_->settings.idle_timeout : state_->settings.header_timeout);
    while (true) {
        const auto taken = reader.take(unread());
        consume(taken);
        if (reader.stage() != RequestReader::Stage::head) {
            co_return reader.stage() != RequestReader::Stage::refused;
        }
        if (taken > 0) {
            continue;
        }
        if (!co_await read_more()) {
            if (expired_ && !unread().empty() && !aborted_) {
                reader.refuse(408, "slow_header", "The header did not come in time.");
            }
            idle_ = false;
            co_return false;
        }
        if (std::exchange(idle_, false)) {
            // Counted from the first byte, however slowly the others come.
            expect_within(state_->settings.header_timeout);
        }
    }
}

asio::awaitable<bool> Connection::read_body(RequestReader& reader) {
    expect_within(state_->settings.body_timeout);
    if (reader.wants_continue() && unread().empty() && !co_await send(kContinue)) {
        co_return false;
    }
    expect_within(state_->settings.body_timeout);
    while (true) {
        consume(reader.take(unread()));
        if (!hold(reader.request().body.size() + unread().size())) {
            reader.refuse(503, "body_memory", "The server has its hands full; try again.");
            co_return false;
        }
        if (reader.stage() != RequestReader::Stage::body) {
            co_return reader.stage() == RequestReader::Stage::done;
        }
        if (!co_await read_more()) {
            if (expired_ && !aborted_) {
                reader.refuse(408, "slow_body", "The body did not come in time.");
            }
            co_return false;
        }
    }
}

Connection::Exchange Connection::exchange_of(const Front::Admission& admission) {
    Exchange exchange;
    exchange.id = admission.request.id;
    exchange.client = admission.request.client;
    exchange.method = admission.request.method;
    exchange.target = loggable_target(admission.request, admission.route);
    exchange.route = admission.route;
    exchange.began = Clock::now();
    return exchange;
}

asio::awaitable<bool> Connection::serve_one() {
    RequestReader reader(static_cast<std::size_t>(state_->settings.header_limit.value));
    const bool has_head = co_await read_head(reader);
    auto& request = reader.request();
    request.id = state_->new_request_id();
    if (!has_head) {
        Exchange exchange;
        exchange.id = request.id;
        exchange.client = peer_.to_string();
        exchange.began = Clock::now();
        co_return co_await refuse(reader, std::move(exchange));
    }
    deadline_ = aborted_ ? Clock::time_point::min() : Clock::time_point::max();
    Front::Origin origin{peer_, stream_.secure()};
    auto admission = co_await state_->front.admit(std::move(request), std::move(origin));
    auto exchange = exchange_of(admission);
    if (admission.refusal) {
        // An unread body is not waited for: the next request's beginning is then not known.
        const bool keep = reader.keeps_alive() && reader.stage() == RequestReader::Stage::done;
        co_return co_await respond(std::move(*admission.refusal), std::move(exchange), keep);
    }
    request = std::move(admission.request);
    if (reader.stage() == RequestReader::Stage::body) {
        reader.limit_body(admission.body_limit);
        if (reader.stage() == RequestReader::Stage::refused || !co_await read_body(reader)) {
            co_return co_await refuse(reader, std::move(exchange));
        }
    }
    deadline_ = aborted_ ? Clock::time_point::min() : Clock::time_point::max();
    if (state_->requests >= state_->settings.max_requests) {
        hold(0);
        core::listener_refusals("max_requests").add();
        auto busy = problem(503, "The server has its hands full; try again.").with_header("Retry-After", "1");
        co_return co_await respond(std::move(busy), std::move(exchange), reader.keeps_alive());
    }

    // Counts down also where the coroutine is destroyed while it waits.
    struct Place {
        explicit Place(std::shared_ptr<ServerState> of) : state(std::move(of)) {
            ++state->requests;
            core::listener_metrics().requests.add(1);
        }
        ~Place() {
            --state->requests;
            core::listener_metrics().requests.add(-1);
        }
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;
        std::shared_ptr<ServerState> state;
    };
    const Place place(state_);
    auto response = co_await state_->front.answer(admission.route, std::move(request));
    hold(0);
    co_return co_await respond(std::move(response), std::move(exchange), reader.keeps_alive());
}

asio::awaitable<bool> Connection::refuse(RequestReader& reader, Exchange exchange) {
    // At once: the answer and the client's farewell may take their time.
    std::string().swap(reader.request().body);
    hold(0);
    if (reader.stage() != RequestReader::Stage::refused) {
        co_return false;  // the client has gone, or was silent for too long
    }
    const auto& refusal = reader.refusal();
    core::listener_refusals(refusal.reason).add();
    if (state_->refusals_logged.take(Clock::now())) {
        const auto level = refusal.status == 400 ? core::LogLevel::warning : core::LogLevel::info;
        core::log(
            level,
            "a request was refused: " + refusal.detail,
            {{"reason", refusal.reason},
             {"client", exchange.client},
             {"request", exchange.id},
             {"not_logged", state_->refusals_logged.left_out()}}
        );
    }
    auto response = problem(refusal.status, refusal.detail);
    if (refusal.status == 503) {
        response = std::move(response).with_header("Retry-After", "1");
    }
    co_return co_await respond(std::move(response), std::move(exchange), false);
}

asio::awaitable<bool> Connection::respond(Response response, Exchange exchange, bool keep_alive) {
    keep_alive = keep_alive && !state_->draining && !aborted_;
    const HeadFacts facts{exchange.id, state_->date(), keep_alive};
    auto bytes = response_head(response, facts);
    const bool has_body = exchange.method != "HEAD" && framing_of(response) != Framing::none;
    bool sent = false;
    if (has_body && !response.more && response.body.size() <= kOnePacket) {
        bytes += response.body;
        sent = co_await send(bytes);
    } else {
        sent = co_await send(bytes) && (!has_body || co_await send_rest(response, exchange));
    }
    note(exchange, response.status);
    if (!sent || aborted_) {
        co_return false;
    }
    if (!keep_alive) {
        co_await linger();
    }
    co_return keep_alive;
}

asio::awaitable<bool> Connection::send_rest(Response& response, const Exchange& exchange) {
    if (!response.more) {
        co_return co_await send(response.body);
    }
    auto part = std::move(response.body);
    while (true) {
        if (!part.empty()) {
            const auto chunk = chunk_head(part.size()) + part + std::string(kChunkEnd);
            if (!co_await send(chunk)) {
                co_return false;
            }
        }
        std::string failed;
        try {
            deadline_ = aborted_ ? Clock::time_point::min() : Clock::time_point::max();
            auto next = co_await response.more();
            if (next && next->empty()) {
                co_return co_await send(kLastChunk);
            }
            if (next) {
                part = std::move(*next);
                continue;
            }
            failed = next.error().message;
        } catch (const std::exception& error) {
            failed = error.what();
        }
        core::log(
            core::LogLevel::error,
            "an answer was cut off: " + outbound::Redactor().text(failed),
            {{"request", exchange.id}}
        );
        // A reset: the client must not take a part for the whole.
        stream_.reset();
        co_return false;
    }
}

asio::awaitable<bool> Connection::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto slice = bytes.substr(0, kSlice);
        expect_within(state_->settings.body_timeout);
        if (aborted_ || co_await stream_.write(slice)) {
            co_return false;
        }
        core::listener_metrics().bytes_sent.add(static_cast<double>(slice.size()));
        bytes.remove_prefix(slice.size());
    }
    co_return true;
}

asio::awaitable<void> Connection::linger() {
    stream_.finish_sending();
    expect_within(kLinger);
    std::string().swap(unread_);
    consumed_ = 0;
    std::size_t ignored = 0;
    while (ignored < kMostIgnored && co_await read_more()) {
        ignored += unread_.size();
        unread_.clear();
    }
}

void Connection::note(const Exchange& exchange, int status) {
    const auto took = Clock::now() - exchange.began;
    const bool known = exchange.route != nullptr;
    auto& metrics = known ? core::route_metrics(exchange.route->method, exchange.route->pattern)
                          : core::route_metrics("none", "none");
    const auto status_class = static_cast<std::size_t>(std::clamp(status / 100, 1, 5)) - 1;
    metrics.answered.at(status_class)->add();
    metrics.duration.observe(took);
    core::log(
        core::LogLevel::debug,
        "answered",
        {{"method", exchange.method},
         {"target", exchange.target},
         {"status", status},
         {"micros", std::chrono::duration_cast<std::chrono::microseconds>(took).count()},
         {"client", exchange.client},
         {"request", exchange.id}}
    );
}

}  // namespace navette::http
