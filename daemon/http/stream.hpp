// The bytes of one client's connection, plain or TLS, without buffers of its own: an idle connection costs
// its socket.
#pragma once

#include "daemon/http/tls_context.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

struct ssl_st;

namespace navette::http {

class Stream {
  public:
    using Error = boost::system::error_code;

    /// `tls`: none for plain HTTP.
    Stream(boost::asio::ip::tcp::socket socket, std::shared_ptr<const TlsContext> tls);
    ~Stream();
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    /// The TLS handshake; nothing to do without TLS.
    boost::asio::awaitable<Error> handshake();

    struct Read {
        Error error;  // would_block: nothing there yet, await readable(); eof: the client has finished
        std::size_t size = 0;
    };
    /// Reads what is there, without waiting.
    [[nodiscard]] Read read_now(std::span<char> into);
    /// Returns when read_now() may give more, or with an error after cancel().
    boost::asio::awaitable<Error> readable();

    /// Sends all of it; it must live until this returns.
    boost::asio::awaitable<Error> write(std::string_view bytes);

    /// Tells the client that nothing more comes; what it still sends can be read.
    void finish_sending();
    /// Ends a wait that is under way.
    void cancel();
    /// Cuts the connection so that the client sees a failure, no end.
    void reset();

    [[nodiscard]] bool secure() const { return ssl_ != nullptr; }

  private:
    struct Free {
        void operator()(ssl_st* ssl) const;
    };
    struct Written {
        Error error;
        std::size_t size = 0;
    };
    [[nodiscard]] Written write_now(std::string_view bytes);
    /// What OpenSSL's last call on this connection, which returned `result`, came to.
    [[nodiscard]] Error error_of(int result);
    /// Waits for what the last call needed.
    boost::asio::awaitable<Error> wait();

    boost::asio::ip::tcp::socket socket_;
    std::unique_ptr<ssl_st, Free> ssl_;
    std::shared_ptr<const TlsContext> tls_;
    boost::asio::socket_base::wait_type needs_ = boost::asio::socket_base::wait_read;
    bool broken_ = false;  // OpenSSL must not be asked again
};

}  // namespace navette::http
