// Webhooks on their way from a stand-in to whoever subscribed: posted, and posted again while they fail.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/json/fwd.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace navette::standin {

struct Delivery {
    std::string url;  // http://127.0.0.1:PORT/path
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    std::string topic;  // for the report only
};

class Outbox {
  public:
    /// How often one delivery is tried in all, and how long after a failure. An answer of 410 ends it.
    Outbox(int tries, std::chrono::milliseconds pause) : tries_(tries), pause_(pause) {}

    /// Where deliveries run from now on; until then post() only keeps them in the report.
    void run_on(boost::asio::any_io_executor executor) { executor_ = std::move(executor); }

    /// Sends it in the background. Any 2xx within 5 s is success.
    void post(Delivery delivery);

    /// [{"topic":..,"url":..,"body":..,"headers":{..},"tries":n,"status":n}], oldest first; status 0 where no
    /// answer came (yet).
    boost::json::array report() const;

    /// Forgets what was sent; what is under way goes on.
    void reset() { sent_.clear(); }

  private:
    struct Sent {
        Delivery delivery;
        int tries = 0;
        unsigned status = 0;
    };

    static boost::asio::awaitable<void> deliver(
        std::shared_ptr<Sent> sent, int tries, std::chrono::milliseconds pause
    );

    int tries_;
    std::chrono::milliseconds pause_;
    boost::asio::any_io_executor executor_;
    std::vector<std::shared_ptr<Sent>> sent_;
};

}  // namespace navette::standin
