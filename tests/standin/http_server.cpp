#include "tests/standin/http_server.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>
#include <cctype>
#include <iostream>
#include <string>
#include <utility>

namespace navette::standin {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

namespace {

constexpr auto kNoThrow = asio::as_tuple(asio::use_awaitable);
constexpr std::uint64_t kBodyLimit = 64ULL * 1024 * 1024;

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    return text;
}

Request taken_from(http::request<http::string_body>&& message) {
    Request request;
    request.method = std::string(message.method_string());
    request.target = std::string(message.target());
    for (const auto& field : message) {
        request.headers[lower(std::string(field.name_string()))] = std::string(field.value());
    }
    request.body = std::move(message.body());
    return request;
}

std::string on_the_wire(const Response& response, bool keep_alive) {
    const auto reason = http::obsolete_reason(http::int_to_status(response.status));
    std::string text = "HTTP/1.1 " + std::to_string(response.status) + " " + std::string(reason) + "\r\n";
    const bool bodiless = response.status == 304 || response.status == 204;
    if (!bodiless) {
        text += "Content-Type: " + response.content_type + "\r\n";
        text += "Content-Length: " + std::to_string(response.body.size()) + "\r\n";
    }
    for (const auto& [name, value] : response.headers) {
        text += name + ": " + value + "\r\n";
    }
    text += keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
    if (!bodiless) {
        const bool cut = response.ending == Ending::cut_body;
        text += std::string_view(response.body).substr(0, cut ? response.body.size() / 2 : std::string::npos);
    }
    return text;
}

void reset(tcp::socket& socket) {
    boost::system::error_code ignored;
    socket.set_option(asio::socket_base::linger(true, 0), ignored);
    socket.close(ignored);
}

asio::awaitable<void> serve(tcp::socket socket, const Handler& handler) {
    boost::beast::flat_buffer buffer;
    for (;;) {
        http::request_parser<http::string_body> parser;
        parser.body_limit(kBodyLimit);
        auto [read_error, read_size] = co_await http::async_read(socket, buffer, parser, kNoThrow);
        if (read_error) {
            co_return;
        }
        const bool keep_alive = parser.get().keep_alive();
        const Response response = co_await handler(taken_from(parser.release()));
        if (response.ending == Ending::reset) {
            reset(socket);
            co_return;
        }
        const std::string text = on_the_wire(response, keep_alive);
        auto [write_error, written] = co_await asio::async_write(socket, asio::buffer(text), kNoThrow);
        if (write_error || !keep_alive || response.ending == Ending::cut_body) {
            co_return;
        }
    }
}

void report(const std::exception_ptr& failure) {
    if (!failure) {
        return;
    }
    try {
        std::rethrow_exception(failure);
    } catch (const std::exception& error) {
        std::cerr << "stand-in: a request failed: " << error.what() << '\n';
    }
}

}  // namespace

struct HttpServer::Listener {
    Listener(asio::io_context& io, Handler on_request) : acceptor(io), handler(std::move(on_request)) {}

    asio::awaitable<void> accept() {
        for (;;) {
            auto [error, socket] = co_await acceptor.async_accept(kNoThrow);
            if (error == asio::error::operation_aborted) {
                co_return;
            }
            if (!error) {
                socket.set_option(tcp::no_delay(true));
                asio::co_spawn(acceptor.get_executor(), serve(std::move(socket), handler), report);
            }
        }
    }

    tcp::acceptor acceptor;
    Handler handler;
};

HttpServer::HttpServer(std::unique_ptr<Listener> listener) : listener_(std::move(listener)) {}
HttpServer::~HttpServer() = default;

core::Result<std::unique_ptr<HttpServer>> HttpServer::listen(
    asio::io_context& io, std::uint16_t port, Handler handler
) {
    auto listener = std::make_unique<Listener>(io, std::move(handler));
    const tcp::endpoint address(asio::ip::address_v4::loopback(), port);
    boost::system::error_code error;
    listener->acceptor.open(address.protocol(), error);
    if (!error) {
        listener->acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    }
    if (!error) {
        listener->acceptor.bind(address, error);
    }
    if (!error) {
        listener->acceptor.listen(asio::socket_base::max_listen_connections, error);
    }
    if (error) {
        return core::failure(
            core::ErrorKind::unavailable,
            "cannot listen on 127.0.0.1:" + std::to_string(port) + ": " + error.message() +
                "; give --port 0 to take any free one"
        );
    }
    asio::co_spawn(io, listener->accept(), report);
    return std::unique_ptr<HttpServer>(new HttpServer(std::move(listener)));
}

std::uint16_t HttpServer::port() const {
    return listener_->acceptor.local_endpoint().port();
}

}  // namespace navette::standin
