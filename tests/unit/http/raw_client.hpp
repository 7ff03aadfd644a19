// A client that sends exactly the bytes it is told to, over TCP or TLS, and waits for what comes back.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace navette::http::test {

struct Reply {
    int status = 0;
    std::string head;  // status line and headers
    std::string body;  // chunks put together
    bool complete = false;

    [[nodiscard]] bool has(std::string_view line) const { return head.find(line) != std::string::npos; }
};

class RawClient {
  public:
    enum class Over { tcp, tls };

    explicit RawClient(std::uint16_t port, Over over = Over::tcp) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        // A test that waits for what never comes fails instead of hanging.
        const timeval limit{10, 0};
        setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
        connected_ = connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
        if (over == Over::tls) {
            context_.reset(SSL_CTX_new(TLS_client_method()));
            ssl_.reset(SSL_new(context_.get()));
            SSL_set_fd(ssl_.get(), socket_);
            if (SSL_connect(ssl_.get()) != 1) {
                throw std::runtime_error("no TLS handshake");
            }
        }
    }
    ~RawClient() { close(); }
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;

    [[nodiscard]] bool connected() const { return connected_; }
    [[nodiscard]] SSL* tls() const { return ssl_.get(); }

    /// False where the server has closed the connection.
    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto sent = ssl_ ? SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()))
                                   : ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) {
                return false;
            }
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }

    /// The next answer. Status 0: the connection ended before one.
    Reply reply(bool without_body = false) {
        Reply reply;
        if (!await("\r\n\r\n")) {
            reply.head = std::exchange(received_, {});
            return reply;
        }
        const auto end = received_.find("\r\n\r\n") + 4;
        reply.head = received_.substr(0, end);
        received_.erase(0, end);
        reply.status = std::atoi(reply.head.substr(9, 3).c_str());
        const bool none = without_body || reply.status < 200 || reply.status == 204;
        if (const auto at = reply.head.find("Content-Length: "); !none && at != std::string::npos) {
            const auto size = static_cast<std::size_t>(std::atoll(reply.head.c_str() + at + 16));
            while (received_.size() < size && read_some()) {
            }
            reply.complete = received_.size() >= size;
            reply.body = received_.substr(0, size);
            received_.erase(0, reply.body.size());
        } else if (!none && reply.has("Transfer-Encoding: chunked")) {
            reply.complete = read_chunks(reply.body);
        } else {
            reply.complete = true;
        }
        return reply;
    }

    Reply ask(std::string_view bytes) {
        send(bytes);
        return reply();
    }

    /// Everything until the server ends the connection.
    std::string rest() {
        while (read_some()) {
        }
        return std::exchange(received_, {});
    }

    bool read_some() {
        std::array<char, 65'536> buffer{};
        const auto size = ssl_ ? SSL_read(ssl_.get(), buffer.data(), static_cast<int>(buffer.size()))
                               : recv(socket_, buffer.data(), buffer.size(), 0);
        if (size <= 0) {
            ended_by_reset_ = !ssl_ && size < 0 && errno == ECONNRESET;
            return false;
        }
        received_.append(buffer.data(), static_cast<std::size_t>(size));
        return true;
    }
    [[nodiscard]] bool ended_by_reset() const { return ended_by_reset_; }
    [[nodiscard]] std::size_t received() const { return received_.size(); }

    void finish_sending() { shutdown(socket_, SHUT_WR); }
    void close() {
        ssl_.reset();
        if (socket_ >= 0) {
            ::close(std::exchange(socket_, -1));
        }
    }

  private:
    bool await(std::string_view text) {
        while (received_.find(text) == std::string::npos) {
            if (!read_some()) {
                return false;
            }
        }
        return true;
    }

    bool read_chunks(std::string& body) {
        while (await("\r\n")) {
            const auto size = std::strtoull(received_.c_str(), nullptr, 16);
            received_.erase(0, received_.find("\r\n") + 2);
            while (received_.size() < size + 2) {
                if (!read_some()) {
                    return false;
                }
            }
            body += received_.substr(0, size);
            received_.erase(0, size + 2);
            if (size == 0) {
                return true;
            }
        }
        return false;
    }

    struct Free {
        void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
        void operator()(SSL* ssl) const { SSL_free(ssl); }
    };
    int socket_;
    bool connected_ = false;
    bool ended_by_reset_ = false;
    std::unique_ptr<SSL_CTX, Free> context_;
    std::unique_ptr<SSL, Free> ssl_;
    std::string received_;
};

}  // namespace navette::http::test
