#include "tests/standin/outbox.hpp"

#include "tests/standin/pause.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/json.hpp>

#include <exception>
#include <stdexcept>

namespace navette::standin {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace json = boost::json;

namespace {

constexpr auto kNoThrow = asio::as_tuple(asio::use_awaitable);
constexpr std::string_view kHost = "http://127.0.0.1:";

struct Address {
    std::uint16_t port = 0;
    std::string target;
};

Address address_of(const std::string& url) {
    if (!url.starts_with(kHost)) {
        throw std::invalid_argument(
            "a stand-in sends webhooks to http://127.0.0.1:PORT/ only, not to " + url
        );
    }
    const auto slash = url.find('/', kHost.size());
    const auto port = url.substr(kHost.size(), slash - kHost.size());
    return {
        static_cast<std::uint16_t>(std::stoul(port)),
        slash == std::string::npos ? std::string("/") : url.substr(slash)
    };
}

/// The answer's status; 0 where none came.
asio::awaitable<unsigned> posted(const Delivery& delivery) {
    const auto address = address_of(delivery.url);
    beast::tcp_stream stream(co_await asio::this_coro::executor);
    stream.expires_after(std::chrono::seconds(5));
    const asio::ip::tcp::endpoint there(asio::ip::address_v4::loopback(), address.port);
    if (const auto [failed] = co_await stream.async_connect(there, kNoThrow); failed) {
        co_return 0;
    }
    http::request<http::string_body> request(http::verb::post, address.target, 11, delivery.body);
    request.set(http::field::host, "127.0.0.1:" + std::to_string(address.port));
    request.set(http::field::connection, "close");
    for (const auto& [name, value] : delivery.headers) {
        request.set(name, value);
    }
    request.prepare_payload();
    if (const auto [failed, size] = co_await http::async_write(stream, request, kNoThrow); failed) {
        co_return 0;
    }
    beast::flat_buffer buffer;
    http::response<http::string_body> response;
    if (const auto [failed, size] = co_await http::async_read(stream, buffer, response, kNoThrow); failed) {
        co_return 0;
    }
    co_return response.result_int();
}

}  // namespace

asio::awaitable<void> Outbox::deliver(
    std::shared_ptr<Sent> sent,
    int tries,
    std::chrono::milliseconds pause_between,
    std::chrono::milliseconds held_back
) {
    co_await pause(held_back);
    while (sent->tries < tries) {
        ++sent->tries;
        sent->status = co_await posted(sent->delivery);
        if ((sent->status >= 200 && sent->status < 300) || sent->status == 410) {
            co_return;
        }
        co_await pause(pause_between);
    }
}

asio::awaitable<void> Outbox::repeat(Delivery delivery, std::chrono::milliseconds held_back) {
    co_await pause(held_back);
    co_await posted(delivery);
}

void Outbox::disturb(Disorder disorder, std::uint64_t seed) {
    disorder_ = disorder;
    random_.seed(seed);
}

bool Outbox::happens(double probability) {
    return std::generate_canonical<double, 32>(random_) < probability;
}

std::chrono::milliseconds Outbox::some_time() {
    const auto longest = disorder_.late_by.count();
    return std::chrono::milliseconds(std::uniform_int_distribution<std::int64_t>(0, longest)(random_));
}

void Outbox::post(Delivery delivery) {
    auto sent = std::make_shared<Sent>();
    sent->delivery = std::move(delivery);
    sent_.push_back(sent);
    if (executor_) {
        const auto run = [this](asio::awaitable<void> way) {
            ++*under_way_;
            asio::co_spawn(executor_, std::move(way), [left = under_way_](const std::exception_ptr&) {
                --*left;
            });
        };
        // All are drawn for each, so that one more switch changes no other's dice.
        const bool is_lost = happens(disorder_.lost);
        const bool is_repeated = happens(disorder_.repeated);
        const bool is_late = happens(disorder_.late);
        const auto late_by = some_time();
        const auto repeated_after = some_time();
        if (is_lost) {
            return;
        }
        if (is_repeated) {
            run(repeat(sent->delivery, repeated_after));
        }
        const auto held_back = is_late ? late_by : std::chrono::milliseconds(0);
        run(deliver(std::move(sent), tries_, pause_, held_back));
    }
}

json::array Outbox::report() const {
    json::array all;
    for (const auto& sent : sent_) {
        json::object headers;
        for (const auto& [name, value] : sent->delivery.headers) {
            headers[name] = value;
        }
        all.push_back(json::object{
            {"topic", sent->delivery.topic},
            {"url", sent->delivery.url},
            {"body", sent->delivery.body},
            {"headers", std::move(headers)},
            {"tries", sent->tries},
            {"status", sent->status}
        });
    }
    return all;
}

}  // namespace navette::standin
