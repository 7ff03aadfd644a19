#include "tests/standin/dolibarr_in_process.hpp"

#include "tests/standin/control.hpp"
#include "tests/standin/dolibarr_site.hpp"
#include "tests/standin/http_server.hpp"

#include <boost/json.hpp>

#include <stdexcept>
#include <thread>
#include <utility>

namespace navette::standin {

namespace {

constexpr std::string_view kKey = "right-key";

template <class T>
T expected(core::Result<T> result) {
    if (!result) {
        throw std::runtime_error(result.error().message);
    }
    return std::move(*result);
}

DolibarrSettings with_key(DolibarrSettings settings) {
    settings.api_key = kKey;
    return settings;
}

}  // namespace

struct DolibarrInProcess::Running {
    explicit Running(DolibarrSettings settings)
        : effects(DolibarrSite::kinds()),
          faults(settings.seed),
          site(with_key(std::move(settings)), expected(DolibarrClock::in_zone("Europe/Paris")), effects),
          control(site, effects, faults),
          server(expected(HttpServer::listen(
              io, 0, [this](Request request) { return control.answer(std::move(request)); }
          ))),
          thread([this] { io.run(); }) {}

    ~Running() {
        io.stop();
        thread.join();
    }

    Effects effects;
    Faults faults;
    DolibarrSite site;
    Control control;
    boost::asio::io_context io{1};  // after what its coroutines refer to
    std::unique_ptr<HttpServer> server;
    std::thread thread;
};

DolibarrInProcess::DolibarrInProcess(DolibarrSettings settings)
    : running_(std::make_unique<Running>(std::move(settings))), client_(client()) {}

DolibarrInProcess::~DolibarrInProcess() = default;

std::uint16_t DolibarrInProcess::port() const {
    return running_->server->port();
}

std::unique_ptr<BlockingClient> DolibarrInProcess::client() const {
    return std::make_unique<BlockingClient>(
        port(), std::map<std::string, std::string>{{"DOLAPIKEY", std::string(kKey)}}
    );
}

Reply DolibarrInProcess::call(const std::string& method, const std::string& path, const std::string& body) {
    return client_->send(method, std::string(kBase) + path, body);
}

boost::json::object DolibarrInProcess::effects() {
    return client_->send("GET", "/__standin/effects").json().as_object();
}

void DolibarrInProcess::set_faults(const std::string& switches) {
    const Reply reply = client_->send("POST", "/__standin/faults", switches);
    if (reply.status != 200) {
        throw std::runtime_error(reply.body);
    }
}

void DolibarrInProcess::reset() {
    client_->send("POST", "/__standin/reset");
}

}  // namespace navette::standin
