#include "tests/standin/site_in_process.hpp"

#include "tests/standin/control.hpp"
#include "tests/standin/http_server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>

#include <stdexcept>
#include <thread>

namespace navette::standin {

struct SiteInProcess::Running {
    Running(const SiteKind& kind, const SiteOptions& options, std::uint16_t port)
        : effects(kind.record_kinds),
          faults(static_cast<std::uint64_t>(options.number("seed", 1))),
          outbox(
              static_cast<int>(options.number("webhook_tries", 3)),
              std::chrono::milliseconds(options.number("webhook_pause_ms", 50))
          ),
          site(kind.make({options, effects, outbox})),
          control(*site, effects, faults, &outbox) {
        outbox.run_on(io.get_executor());
        auto listening = HttpServer::listen(io, port, [this](Request request) {
            return control.answer(std::move(request));
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

    Effects effects;
    Faults faults;
    Outbox outbox;
    std::unique_ptr<Platform> site;
    Control control;
    boost::asio::io_context io{1};  // after what its coroutines refer to
    std::unique_ptr<HttpServer> server;
    std::thread thread;
};

SiteInProcess::SiteInProcess(const std::string& slug, SiteOptions options, std::uint16_t port)
    : running_(std::make_unique<Running>(site_kind(slug), options, port)),
      client_(running_->server->port()) {}

SiteInProcess::~SiteInProcess() = default;

std::uint16_t SiteInProcess::port() const {
    return running_->server->port();
}

std::string SiteInProcess::url() const {
    return "http://127.0.0.1:" + std::to_string(port());
}

boost::json::value SiteInProcess::control(
    const std::string& method, const std::string& action, const std::string& body
) {
    const auto reply = client_.send(method, "/__standin/" + action, body);
    if (reply.status < 200 || reply.status > 299) {
        throw std::runtime_error(
            "/__standin/" + action + ": " + std::to_string(reply.status) + " " + reply.body
        );
    }
    return reply.json();
}

boost::json::object SiteInProcess::effects() {
    return control("GET", "effects").as_object();
}

void SiteInProcess::set_faults(const std::string& switches) {
    control(switches.empty() ? "DELETE" : "POST", "faults", switches);
}

void SiteInProcess::reset() {
    control("POST", "reset");
}

}  // namespace navette::standin
