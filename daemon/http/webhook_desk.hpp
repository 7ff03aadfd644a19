// Makes webhooks durable: many share one commit, and nobody is answered before it.
#pragma once

#include "daemon/engine/database.hpp"
#include "daemon/engine/signal.hpp"
#include "daemon/store/webhooks.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace navette::http {

struct WebhookDeskLimits {
    std::size_t writers = 2;                 // connections: one page commits while the next is written
    std::size_t page = 500;                  // webhooks in one transaction
    std::size_t page_bytes = 4U << 20U;      // of their bodies
    std::size_t waiting = 5'000;             // webhooks that may wait for a page
    std::size_t waiting_bytes = 32U << 20U;  // of their bodies
};

class WebhookDesk {
  public:
    WebhookDesk(
        const boost::asio::any_io_executor& executor,
        const std::string& conninfo,
        WebhookDeskLimits limits = {}
    );
    ~WebhookDesk();
    WebhookDesk(const WebhookDesk&) = delete;
    WebhookDesk& operator=(const WebhookDesk&) = delete;

    /// Begins to write. What is waiting at stop() is still written, or fails where the database is away.
    void start();
    void stop();

    /// Returns when the webhook is durable. Fails at once, as `unavailable`, where too many wait; as
    /// `unavailable` or `read_only` where the database takes nothing; as `invalid` where it refuses this
    /// webhook alone.
    boost::asio::awaitable<core::Result<void>> receive(store::Webhook webhook);

    /// How many wait for their page now.
    [[nodiscard]] std::size_t waiting() const { return line_.size(); }

  private:
    struct Ticket;
    struct Writer;
    using Tickets = std::vector<std::shared_ptr<Ticket>>;

    [[nodiscard]] Tickets next_page();
    static boost::asio::awaitable<void> write_pages(WebhookDesk& desk, Writer& writer);
    static boost::asio::awaitable<void> write(Writer& writer, Tickets page);
    static boost::asio::awaitable<core::Result<void>> write_together(
        Writer& writer, const std::vector<store::Webhook>& webhooks
    );

    boost::asio::any_io_executor executor_;
    WebhookDeskLimits limits_;
    std::vector<std::unique_ptr<Writer>> writers_;
    std::deque<std::shared_ptr<Ticket>> line_;
    std::size_t bytes_ = 0;
    bool stopping_ = false;
};

}  // namespace navette::http
