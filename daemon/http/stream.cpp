#include "daemon/http/stream.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace navette::http {

namespace asio = boost::asio;

namespace {

int whole(std::size_t size) {
    return static_cast<int>(std::min<std::size_t>(size, std::numeric_limits<int>::max()));
}

}  // namespace

void Stream::Free::operator()(ssl_st* ssl) const {
    SSL_free(ssl);
}

Stream::Stream(asio::ip::tcp::socket socket, std::shared_ptr<const TlsContext> tls)
    : socket_(std::move(socket)), tls_(std::move(tls)) {
    Error ignored;
    socket_.non_blocking(true, ignored);
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
    if (tls_) {
        ssl_.reset(SSL_new(tls_->native()));
        if (ssl_) {
            // Asio ignores SIGPIPE for the process, so OpenSSL may write to the socket by itself.
            SSL_set_fd(ssl_.get(), socket_.native_handle());
            SSL_set_accept_state(ssl_.get());
        }
    }
}

Stream::~Stream() {
    if (ssl_ && !broken_ && SSL_is_init_finished(ssl_.get()) == 1) {
        ERR_clear_error();
        SSL_shutdown(ssl_.get());
        ERR_clear_error();
    }
}

asio::awaitable<Stream::Error> Stream::handshake() {
    if (!tls_) {
        co_return Error();
    }
    if (!ssl_) {
        co_return asio::error::no_memory;
    }
    while (true) {
        ERR_clear_error();
        const int result = SSL_do_handshake(ssl_.get());
        if (result == 1) {
            co_return Error();
        }
        if (const auto error = error_of(result); error != asio::error::would_block) {
            co_return error;
        }
        if (const auto error = co_await wait()) {
            co_return error;
        }
    }
}

Stream::Read Stream::read_now(std::span<char> into) {
    Read read;
    if (!ssl_) {
        read.size = socket_.read_some(asio::buffer(into.data(), into.size()), read.error);
        needs_ = asio::socket_base::wait_read;
        return read;
    }
    if (broken_) {
        read.error = asio::error::connection_reset;
        return read;
    }
    ERR_clear_error();
    const int result = SSL_read(ssl_.get(), into.data(), whole(into.size()));
    if (result > 0) {
        read.size = static_cast<std::size_t>(result);
    } else {
        read.error = error_of(result);
    }
    return read;
}

asio::awaitable<Stream::Error> Stream::readable() {
    return wait();
}

asio::awaitable<Stream::Error> Stream::wait() {
    const auto [error] = co_await socket_.async_wait(needs_, asio::as_tuple(asio::use_awaitable));
    co_return error;
}

Stream::Written Stream::write_now(std::string_view bytes) {
    Written written;
    if (!ssl_) {
        written.size = socket_.write_some(asio::buffer(bytes), written.error);
        needs_ = asio::socket_base::wait_write;
        return written;
    }
    if (broken_) {
        written.error = asio::error::connection_reset;
        return written;
    }
    ERR_clear_error();
    const int result = SSL_write(ssl_.get(), bytes.data(), whole(bytes.size()));
    if (result > 0) {
        written.size = static_cast<std::size_t>(result);
    } else {
        written.error = error_of(result);
    }
    return written;
}

asio::awaitable<Stream::Error> Stream::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto written = write_now(bytes);
        bytes.remove_prefix(written.size);
        if (!written.error) {
            continue;
        }
        if (written.error != asio::error::would_block) {
            co_return written.error;
        }
        if (const auto error = co_await wait()) {
            co_return error;
        }
    }
    co_return Error();
}

Stream::Error Stream::error_of(int result) {
    switch (SSL_get_error(ssl_.get(), result)) {
        case SSL_ERROR_WANT_READ:
            needs_ = asio::socket_base::wait_read;
            return asio::error::would_block;
        case SSL_ERROR_WANT_WRITE:
            needs_ = asio::socket_base::wait_write;
            return asio::error::would_block;
        case SSL_ERROR_ZERO_RETURN:
            return asio::error::eof;
        default:
            broken_ = true;
            ERR_clear_error();
            return asio::error::connection_reset;
    }
}

void Stream::finish_sending() {
    if (ssl_ && !broken_) {
        ERR_clear_error();
        SSL_shutdown(ssl_.get());
    }
    Error ignored;
    socket_.shutdown(asio::socket_base::shutdown_send, ignored);
}

void Stream::cancel() {
    Error ignored;
    socket_.cancel(ignored);
}

void Stream::reset() {
    broken_ = true;
    Error ignored;
    socket_.set_option(asio::socket_base::linger(true, 0), ignored);
    socket_.close(ignored);
}

}  // namespace navette::http
