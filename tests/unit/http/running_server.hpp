// A server on a thread of its own, on any free port of the loopback, with routes for the tests.
#pragma once

#include "daemon/http/server.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <thread>

namespace navette::http::test {

namespace asio = boost::asio;

/// A handler that waits in the test's hands.
struct Gate {
    explicit Gate(const asio::any_io_executor& executor)
        : timer(executor, asio::steady_timer::time_point::max()) {}

    asio::steady_timer timer;
    std::counting_semaphore<1'000> entered{0};  // released by each request that has come so far
};

/// Parts of a streamed answer, as they are asked for.
struct Parts {
    int left = 0;
    std::size_t size = 0;
    bool fails = false;
    std::shared_ptr<std::atomic<int>> made;
};

inline asio::awaitable<core::Result<std::string>> next_part(std::shared_ptr<Parts> parts) {
    if (parts->left == 0) {
        if (parts->fails) {
            co_return core::failure(core::ErrorKind::unavailable, "the rest is gone");
        }
        co_return std::string();
    }
    --parts->left;
    ++*parts->made;
    co_return std::string(parts->size, 'x');
}

inline asio::awaitable<Response> streamed(std::shared_ptr<Parts> parts) {
    Response response;
    response.headers.push_back({"Content-Type", "text/csv"});
    response.more = [parts] { return next_part(parts); };
    co_return response;
}

inline asio::awaitable<Response> wait_at(Gate& gate) {
    gate.entered.release();
    co_await gate.timer.async_wait(asio::as_tuple(asio::use_awaitable));
    co_return text_response(200, "through");
}

inline asio::awaitable<Response> echo(Request request) {
    auto response = text_response(200, request.body);
    response.headers.push_back({"X-Client", request.client});
    response.headers.push_back({"X-Url", request.url});
    co_return response;
}

inline asio::awaitable<Response> hello(Request) {
    co_return text_response(200, "hello");
}

inline asio::awaitable<Response> fail(Request) {
    throw std::runtime_error("password=hunter2 is wrong");
    co_return Response();
}

inline asio::awaitable<Response> inject(Request request) {
    auto response = text_response(200, "safe");
    response.headers.push_back({"X-Said", request.query_value("say").value_or("")});
    co_return response;
}

inline asio::awaitable<std::expected<Caller, Response>> admit_known(std::string bearer, std::string) {
    Caller caller;
    caller.token_id = bearer;
    if (bearer == "reader") {
        co_return caller;
    }
    if (bearer == "admin") {
        caller.scope = Caller::Scope::admin;
        co_return caller;
    }
    co_return std::unexpected(
        problem(401, "This token is not known.").with_header("WWW-Authenticate", "Bearer")
    );
}

class RunningServer {
  public:
    explicit RunningServer(
        config::ListenSettings settings = {}, std::shared_ptr<const TlsContext> tls = nullptr
    )
        : gate(context_.get_executor()),
          front_(routes(), admit_known),
          server_(context_.get_executor(), front_, std::move(settings), std::move(tls)) {
        asio::ip::tcp::acceptor acceptor(context_, {asio::ip::address_v4::loopback(), 0});
        port_ = acceptor.local_endpoint().port();
        std::vector<asio::ip::tcp::acceptor> acceptors;
        acceptors.push_back(std::move(acceptor));
        server_.start(std::move(acceptors));
        thread_ = std::thread([this] { context_.run(); });
    }
    ~RunningServer() {
        context_.stop();
        thread_.join();
    }
    RunningServer(const RunningServer&) = delete;
    RunningServer& operator=(const RunningServer&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }

    void open_gate() {
        asio::post(context_, [this] { gate.timer.cancel(); });
    }
    std::future<void> drain(std::chrono::milliseconds limit) {
        return asio::co_spawn(context_, server_.drain(limit), asio::use_future);
    }
    void use(config::ListenSettings settings, std::shared_ptr<const TlsContext> tls) {
        asio::post(context_, [this, settings, tls] { server_.use(settings, tls); });
        connections();  // it has happened when the thread answers
    }
    /// How many the server has open now.
    std::size_t connections() {
        std::promise<std::size_t> count;
        asio::post(context_, [&] { count.set_value(server_.connections()); });
        return count.get_future().get();
    }

  private:
    Router routes() {
        Router router;
        const auto add =
            [&](std::string method, std::string pattern, Handler handler, Access access = Access::open) {
                Route route;
                route.method = std::move(method);
                route.pattern = std::move(pattern);
                route.access = access;
                route.handler = std::move(handler);
                router.add(std::move(route));
            };
        add("GET", "/hello", hello);
        add("POST", "/echo", echo);
        add("GET", "/fail", fail);
        add("GET", "/inject", inject);
        add("GET", "/private", hello, Access::read);
        add("POST", "/private", echo, Access::write);
        add("GET", "/admin", hello, Access::admin);
        add("POST", "/webhooks/integrations/{platform}", echo);
        add("GET", "/gate", [this](const Request&) { return wait_at(gate); });
        add("GET", "/stream/{parts}", [this](const Request& request) {
            auto parts = std::make_shared<Parts>();
            parts->left = std::stoi(request.parameter("parts"));
            parts->size = static_cast<std::size_t>(std::stoi(request.query_value("size").value_or("10")));
            parts->fails = request.query_value("fails").has_value();
            parts->made = parts_made;
            return streamed(parts);
        });
        return router;
    }

    asio::io_context context_{1};
    asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()};

  public:
    Gate gate;
    std::shared_ptr<std::atomic<int>> parts_made = std::make_shared<std::atomic<int>>(0);

  private:
    Front front_;
    Server server_;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

}  // namespace navette::http::test
