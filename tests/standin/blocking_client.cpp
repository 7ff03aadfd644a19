#include "tests/standin/blocking_client.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <boost/json.hpp>

#include <charconv>
#include <utility>

namespace navette::standin {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

std::string header_in(std::string_view head, const std::string& name) {
    const std::string start = "\r\n" + name + ": ";
    const auto at = head.find(start);
    if (at == std::string_view::npos) {
        return "";
    }
    const auto value = head.substr(at + start.size());
    return std::string(value.substr(0, value.find("\r\n")));
}

Reply::Ended ended_by(const boost::system::error_code& error) {
    return error == asio::error::connection_reset ? Reply::Ended::reset : Reply::Ended::cut;
}

}  // namespace

struct BlockingClient::Connection {
    asio::io_context io;
    tcp::socket socket{io};
    std::string received;
};

boost::json::value Reply::json() const {
    boost::system::error_code error;
    return boost::json::parse(body, error);
}

BlockingClient::BlockingClient(std::uint16_t port, std::map<std::string, std::string> headers)
    : port_(port), headers_(std::move(headers)) {}

BlockingClient::~BlockingClient() = default;

std::string BlockingClient::composed(
    const std::string& method, const std::string& target, const std::string& body
) const {
    std::string text = method + " " + target + " HTTP/1.1\r\n";
    if (!headers_.contains("Host")) {
        text += "Host: 127.0.0.1\r\n";
    }
    for (const auto& [name, value] : headers_) {
        if (!value.empty()) {
            text.append(name).append(": ").append(value).append("\r\n");
        }
    }
    if (!body.empty() && !headers_.contains("Content-Type")) {
        text += "Content-Type: application/json\r\n";
    }
    return text + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

void BlockingClient::write(const std::string& text) {
    if (!connection_) {
        connection_ = std::make_unique<Connection>();
        connection_->socket.connect(tcp::endpoint(asio::ip::address_v4::loopback(), port_));
        connection_->socket.set_option(tcp::no_delay(true));
    }
    asio::write(connection_->socket, asio::buffer(text));
}

Reply BlockingClient::send(const std::string& method, const std::string& target, const std::string& body) {
    write(composed(method, target, body));
    Reply reply;
    boost::system::error_code error;
    std::string& received = connection_->received;
    const std::size_t head_size =
        asio::read_until(connection_->socket, asio::dynamic_buffer(received), "\r\n\r\n", error);
    if (error) {
        reply.ended = ended_by(error);
        connection_.reset();
        return reply;
    }
    const std::string head = received.substr(0, head_size);
    std::from_chars(head.data() + 9, head.data() + 12, reply.status);
    reply.content_type = header_in(head, "Content-Type");
    const std::string length = header_in(head, "Content-Length");
    std::size_t promised = 0;
    std::from_chars(length.data(), length.data() + length.size(), promised);
    received.erase(0, head_size);
    const std::size_t missing = promised > received.size() ? promised - received.size() : 0;
    asio::read(connection_->socket, asio::dynamic_buffer(received), asio::transfer_exactly(missing), error);
    reply.body = received.substr(0, promised);
    received.erase(0, promised);
    if (error && reply.body.size() < promised) {
        reply.ended = ended_by(error);
        connection_.reset();
    }
    return reply;
}

void BlockingClient::send_and_vanish(
    const std::string& method, const std::string& target, const std::string& body
) {
    write(composed(method, target, body));
    connection_.reset();
}

}  // namespace navette::standin
