// One connection that sends signed webhooks as Stripe does, one after the other.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <string>

namespace navette::bench {

class WebhookSender {
  public:
    /// Connects; throws where it cannot, as send() does.
    WebhookSender(std::uint16_t port, std::string secret);

    /// Sends the event of that number and waits for its answer; throws for any but 200.
    void send(long number);

    /// The event of that number: about 900 bytes, as a payment's event has at the least.
    static std::string body_of(long number);

  private:
    boost::asio::io_context context_;
    boost::asio::ip::tcp::socket socket_;
    std::string secret_;
    std::string input_;
};

}  // namespace navette::bench
