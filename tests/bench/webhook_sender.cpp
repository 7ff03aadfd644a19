#include "tests/bench/webhook_sender.hpp"

#include "tests/support/stripe_events.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <charconv>
#include <stdexcept>
#include <utility>

namespace navette::bench {

namespace asio = boost::asio;

WebhookSender::WebhookSender(std::uint16_t port, std::string secret)
    : socket_(context_), secret_(std::move(secret)) {
    socket_.connect({asio::ip::address_v4::loopback(), port});
    socket_.set_option(asio::ip::tcp::no_delay(true));
}

std::string WebhookSender::body_of(long number) {
    const auto name = std::to_string(number);
    auto body = test::stripe_event("evt_" + name, "payment_intent.succeeded", "pi_" + name, "LU" + name);
    body.insert(
        1,
        R"("api_version":"2026-10-28.endive","pending_webhooks":1,"note":")" + std::string(500, 'n') + R"(",)"
    );
    return body;
}

void WebhookSender::send(long number) {
    const auto body = body_of(number);
    const auto request =
        "POST /webhooks/integrations/stripe/pay HTTP/1.1\r\nHost: navette\r\nContent-Type: "
        "application/json\r\n"
        "Stripe-Signature: " +
        test::stripe_signature(body, secret_) + "\r\nContent-Length: " + std::to_string(body.size()) +
        "\r\n\r\n" + body;
    asio::write(socket_, asio::buffer(request));
    const auto head = asio::read_until(socket_, asio::dynamic_buffer(input_), "\r\n\r\n");
    if (!input_.starts_with("HTTP/1.1 200")) {
        throw std::runtime_error("a webhook was answered: " + input_);
    }
    constexpr std::string_view kLength = "\r\nContent-Length: ";
    const auto at = input_.find(kLength);
    std::size_t length = 0;
    if (at != std::string::npos) {
        std::from_chars(input_.data() + at + kLength.size(), input_.data() + head, length);
    }
    if (input_.size() < head + length) {
        asio::read(
            socket_, asio::dynamic_buffer(input_), asio::transfer_exactly(head + length - input_.size())
        );
    }
    input_.erase(0, head + length);
}

}  // namespace navette::bench
