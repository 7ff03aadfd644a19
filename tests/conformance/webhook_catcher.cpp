#include "tests/conformance/webhook_catcher.hpp"

#include "tests/standin/http_server.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>

namespace navette::conformance {

struct WebhookCatcher::Running {
    explicit Running(Answer how) : answer(std::move(how)) {
        auto listening = standin::HttpServer::listen(io, 0, [this](standin::Request request) {
            return take(std::move(request));
        });
        if (!listening) {
            throw std::runtime_error(listening.error().message);
        }
        server = std::move(*listening);
        thread = std::thread([this] { io.run(); });
    }

    ~Running() {
        io.stop();
        thread.join();
    }

    boost::asio::awaitable<standin::Response> take(standin::Request request) {
        const std::lock_guard lock(mutex);
        caught.push_back(request);
        came.notify_all();
        if (refusals > 0) {
            --refusals;
            co_return standin::Response(500, "text/plain", "try again");
        }
        co_return answer(request);
    }

    Answer answer;

    std::mutex mutex;
    std::condition_variable came;
    std::vector<standin::Request> caught;
    int refusals = 0;
    boost::asio::io_context io{1};  // after what its coroutines refer to
    std::unique_ptr<standin::HttpServer> server;
    std::thread thread;
};

WebhookCatcher::WebhookCatcher(Answer answer) : running_(std::make_unique<Running>(std::move(answer))) {}

WebhookCatcher::~WebhookCatcher() = default;

std::string WebhookCatcher::url() const {
    return "http://127.0.0.1:" + std::to_string(running_->server->port());
}

void WebhookCatcher::refuse(int times) {
    const std::lock_guard lock(running_->mutex);
    running_->refusals = times;
}

std::vector<standin::Request> WebhookCatcher::wait_for(std::size_t count) {
    std::unique_lock lock(running_->mutex);
    running_->came.wait_for(lock, std::chrono::seconds(10), [&] { return running_->caught.size() >= count; });
    return running_->caught;
}

}  // namespace navette::conformance
