// An application's endpoint for webhooks: checks every signature by itself, remembers what came, answers as
// it is told to.
#pragma once

#include "tests/standin/http_server.hpp"

#include <boost/json/value.hpp>

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace navette::test {

/// One webhook as it came.
struct Delivery {
    std::string id;
    std::string text;  // the body, to the byte
    boost::json::value body;
    unsigned answered = 0;
    int signatures = 0;  // in its header
    /// Whether one of them is right by the secret that the endpoint knows, and its time is now.
    bool genuine = false;

    [[nodiscard]] bool taken() const { return answered >= 200 && answered < 300; }
    /// "customer:42"
    [[nodiscard]] std::string record() const;
    [[nodiscard]] std::int64_t position() const;
};

class ApplicationEndpoint {
  public:
    /// `secret`: "whsec_...".
    explicit ApplicationEndpoint(std::string secret);
    ~ApplicationEndpoint();
    ApplicationEndpoint(const ApplicationEndpoint&) = delete;
    ApplicationEndpoint& operator=(const ApplicationEndpoint&) = delete;

    [[nodiscard]] std::string url() const;
    void know(std::string secret);
    void answer(unsigned status);

    [[nodiscard]] std::vector<Delivery> deliveries() const;
    /// Returns when so many webhooks came; fails the test after half a minute.
    void await_deliveries(std::size_t wanted);

  private:
    boost::asio::awaitable<standin::Response> receive(standin::Request request);

    mutable std::mutex lock_;
    std::condition_variable came_;
    std::string secret_;
    unsigned status_ = 200;
    std::vector<Delivery> deliveries_;
    boost::asio::io_context io_{1};
    std::unique_ptr<standin::HttpServer> server_;
    std::thread thread_;
};

}  // namespace navette::test
