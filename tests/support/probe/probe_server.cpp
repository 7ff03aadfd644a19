#include "tests/support/probe/probe_server.hpp"

#include "tests/standin/control.hpp"
#include "tests/standin/http_server.hpp"
#include "tests/support/probe/probe_platform.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <utility>

namespace navette::test {

namespace json = boost::json;

namespace {

std::unique_ptr<standin::HttpServer> listening(boost::asio::io_context& io, standin::Handler handler) {
    auto server = standin::HttpServer::listen(io, 0, std::move(handler));
    if (!server) {
        throw std::runtime_error(server.error().message);
    }
    return std::move(*server);
}

}  // namespace

long History::duplicates() const {
    long count = 0;
    for (const auto& [kind, lives] : kinds) {
        for (const auto& [ref, life] : lives) {
            count += std::max(life.creates - 1, 0L);
        }
    }
    return count;
}

struct ProbeServer::Running {
    explicit Running(std::uint64_t seed)
        : effects(ProbePlatform::kinds()),
          faults(seed),
          platform(effects),
          control(platform, effects, faults),
          server(
              listening(io, [this](standin::Request request) { return control.answer(std::move(request)); })
          ),
          thread([this] { io.run(); }) {}

    ~Running() {
        io.stop();
        thread.join();
    }

    standin::Effects effects;
    standin::Faults faults;
    ProbePlatform platform;
    standin::Control control;
    boost::asio::io_context io{1};  // after what its coroutines refer to
    std::unique_ptr<standin::HttpServer> server;
    std::thread thread;
};

ProbeServer::ProbeServer(std::uint64_t seed)
    : running_(std::make_unique<Running>(seed)),
      client_(std::make_unique<standin::BlockingClient>(running_->server->port())) {}

ProbeServer::~ProbeServer() = default;

std::string ProbeServer::base_url() const {
    return "http://127.0.0.1:" + std::to_string(running_->server->port());
}

void ProbeServer::faults(const std::string& switches) {
    const auto reply = switches.empty() ? client_->send("DELETE", "/__standin/faults")
                                        : client_->send("POST", "/__standin/faults", switches);
    if (reply.status != 200) {
        throw std::runtime_error(reply.body);
    }
}

json::object ProbeServer::effects() {
    return client_->send("GET", "/__standin/effects").json().as_object();
}

long ProbeServer::requests(const std::string& endpoint) {
    const auto counted = effects();
    const auto* count = counted.at("by_endpoint").as_object().if_contains(endpoint);
    return count == nullptr ? 0 : count->to_number<long>();
}

History ProbeServer::history() {
    const auto told = client_->send("GET", "/history").json().as_object();
    History history;
    for (const auto& kind : ProbePlatform::kinds()) {
        auto& lives = history.kinds[kind];
        for (const auto& [ref, life] : told.at(kind).as_object()) {
            auto& copy = lives[ref];
            copy.creates = life.at("creates").to_number<long>();
            copy.place = life.at("place").to_number<long>();
            for (const auto& seq : life.at("seqs").as_array()) {
                copy.seqs.push_back(seq.to_number<long>());
            }
        }
    }
    history.largest_batch = told.at("largest_batch").to_number<long>();
    return history;
}

void ProbeServer::oauth(const std::string& switches) {
    const auto reply = client_->send("POST", "/oauth/control", switches);
    if (reply.status != 200) {
        throw std::runtime_error(reply.body);
    }
}

json::object ProbeServer::oauth_counts() {
    return client_->send("GET", "/oauth/control").json().as_object();
}

std::string ProbeServer::consent(const std::string& authorize_url) {
    const auto reply = client_->send("GET", authorize_url.substr(base_url().size()));
    if (reply.status != 200) {
        throw std::runtime_error("no consent at " + authorize_url + ": " + reply.body);
    }
    return std::string(reply.json().as_object().at("location").as_string());
}

void ProbeServer::await_creates(const std::string& kind, long wanted) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (true) {
        const auto made = effects().at(kind).at("creates").to_number<long>();
        if (made >= wanted) {
            return;
        }
        if (std::chrono::steady_clock::now() > until) {
            throw std::runtime_error(
                "waited for " + std::to_string(wanted) + " " + kind + ", Probe has made " +
                std::to_string(made)
            );
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

}  // namespace navette::test
