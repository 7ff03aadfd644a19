// A tiny blocking HTTP client for tests: one connection, and it tells how the connection ended.
#pragma once

#include <boost/json/value.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace navette::standin {

struct Reply {
    enum class Ended { whole, reset, cut };

    unsigned status = 0;  // 0 when nothing came
    std::string content_type;
    std::string body;
    Ended ended = Ended::whole;

    /// The body as JSON; null when it is none.
    boost::json::value json() const;
};

class BlockingClient {
  public:
    /// Connects to 127.0.0.1 at the first request, and again after a connection has ended.
    explicit BlockingClient(std::uint16_t port, std::map<std::string, std::string> headers = {});
    BlockingClient(const BlockingClient&) = delete;
    BlockingClient& operator=(const BlockingClient&) = delete;
    ~BlockingClient();

    /// Sends the body as JSON unless it is empty, and waits for the answer.
    Reply send(const std::string& method, const std::string& target, const std::string& body = "");

    /// Sends and closes the connection without waiting, as a client does that is killed.
    void send_and_vanish(const std::string& method, const std::string& target, const std::string& body);

    /// Sets or replaces a header of all later requests; an empty value leaves it out.
    void set_header(const std::string& name, const std::string& value) { headers_[name] = value; }

  private:
    struct Connection;
    std::string composed(const std::string& method, const std::string& target, const std::string& body) const;
    void write(const std::string& text);

    std::uint16_t port_;
    std::map<std::string, std::string> headers_;
    std::unique_ptr<Connection> connection_;
};

}  // namespace navette::standin
