#include "daemon/http/webhook_desk.hpp"

#include "daemon/core/log.hpp"
#include "daemon/engine/spawn.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <optional>
#include <utility>

namespace navette::http {

namespace asio = boost::asio;

/// One webhook in the line, and who waits for it.
struct WebhookDesk::Ticket {
    Ticket(const asio::any_io_executor& executor, store::Webhook received)
        : webhook(std::move(received)), done(executor, asio::steady_timer::time_point::max()) {}

    void answer(core::Result<void> what) {
        result = std::move(what);
        done.cancel();
    }

    store::Webhook webhook;
    asio::steady_timer done;
    std::optional<core::Result<void>> result;
};

struct WebhookDesk::Writer {
    Writer(const asio::any_io_executor& executor, const std::string& conninfo)
        : database(executor, conninfo), work(executor) {}

    engine::Database database;
    engine::Signal work;
};

WebhookDesk::WebhookDesk(
    const asio::any_io_executor& executor, const std::string& conninfo, WebhookDeskLimits limits
)
    : executor_(executor), limits_(limits) {
    for (std::size_t writer = 0; writer < limits_.writers; ++writer) {
        writers_.push_back(std::make_unique<Writer>(executor, conninfo));
    }
}

WebhookDesk::~WebhookDesk() = default;

void WebhookDesk::start() {
    for (auto& writer : writers_) {
        engine::spawn(executor_, write_pages(*this, *writer), "the webhook desk");
    }
}

void WebhookDesk::stop() {
    stopping_ = true;
    for (auto& writer : writers_) {
        writer->work.notify();
    }
}

asio::awaitable<core::Result<void>> WebhookDesk::receive(store::Webhook webhook) {
    const auto bytes = webhook.body.size();
    if (stopping_ || line_.size() >= limits_.waiting || bytes_ + bytes > limits_.waiting_bytes) {
        co_return core::failure(
            core::ErrorKind::unavailable, "more webhooks come in than PostgreSQL takes; send it again later"
        );
    }
    const auto ticket = std::make_shared<Ticket>(executor_, std::move(webhook));
    line_.push_back(ticket);
    bytes_ += bytes;
    for (auto& writer : writers_) {
        writer->work.notify();
    }
    while (!ticket->result) {
        co_await ticket->done.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    co_return std::move(*ticket->result);
}

WebhookDesk::Tickets WebhookDesk::next_page() {
    Tickets page;
    std::size_t bytes = 0;
    while (!line_.empty() && page.size() < limits_.page && (page.empty() || bytes < limits_.page_bytes)) {
        bytes += line_.front()->webhook.body.size();
        page.push_back(std::move(line_.front()));
        line_.pop_front();
    }
    bytes_ -= bytes;
    return page;
}

asio::awaitable<void> WebhookDesk::write_pages(WebhookDesk& desk, Writer& writer) {
    while (!desk.stopping_ || !desk.line_.empty()) {
        if (desk.line_.empty()) {
            co_await writer.work.wait();
            continue;
        }
        co_await write(writer, desk.next_page());
    }
}

asio::awaitable<void> WebhookDesk::write(Writer& writer, Tickets page) {
    std::vector<store::Webhook> webhooks;
    webhooks.reserve(page.size());
    for (const auto& ticket : page) {
        webhooks.push_back(std::move(ticket->webhook));
    }
    auto written = co_await write_together(writer, webhooks);
    const bool refused = !written && written.error().kind != core::ErrorKind::unavailable &&
                         written.error().kind != core::ErrorKind::read_only;
    if (!refused || page.size() == 1) {
        for (const auto& ticket : page) {
            ticket->answer(written);
        }
        co_return;
    }
    // One of them is what PostgreSQL does not take: the others must not suffer for it.
    for (std::size_t at = 0; at < page.size(); ++at) {
        std::vector<store::Webhook> single;
        single.push_back(std::move(webhooks[at]));
        page[at]->answer(co_await write_together(writer, single));
    }
}

asio::awaitable<core::Result<void>> WebhookDesk::write_together(
    Writer& writer, const std::vector<store::Webhook>& webhooks
) {
    const auto connection = co_await writer.database.connection();
    if (!connection) {
        co_return std::unexpected(connection.error());
    }
    const auto received = co_await store::receive_webhooks(**connection, webhooks);
    if (!received) {
        co_return std::unexpected(received.error());
    }
    co_return core::Result<void>();
}

}  // namespace navette::http
