// Webhooks on their way from a stand-in to whoever subscribed: posted, and posted again while they fail. On
// request they get lost, come twice, and overtake each other, as real ones do.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/json/fwd.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
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

/// What may befall deliveries on their way; probabilities from 0 to 1.
struct Disorder {
    double lost = 0;                         // it is never posted, and its status stays 0
    double repeated = 0;                     // it comes once more, whatever it was answered
    double late = 0;                         // it is held back, and overtaken by younger ones
    std::chrono::milliseconds late_by{200};  // at most so long; repetitions come within it, too
};

class Outbox {
  public:
    /// How often one delivery is tried in all, and how long after a failure. An answer of 410 ends it.
    Outbox(int tries, std::chrono::milliseconds pause) : tries_(tries), pause_(pause) {}

    /// Where deliveries run from now on; until then post() only keeps them in the report.
    void run_on(boost::asio::any_io_executor executor) { executor_ = std::move(executor); }

    /// From the next delivery on; the same seed draws the same fates for the same deliveries.
    void disturb(Disorder disorder, std::uint64_t seed);

    /// Sends it in the background. Any 2xx within 5 s is success.
    void post(Delivery delivery);

    /// Deliveries, repetitions and tries that are still to come.
    [[nodiscard]] std::size_t under_way() const { return *under_way_; }

    /// [{"topic":..,"url":..,"body":..,"headers":{..},"tries":n,"status":n}], oldest first; status 0 where no
    /// answer came (yet).
    boost::json::array report() const;

    /// Forgets what was sent; what is under way goes on.
    void reset() {
        sent_.clear();
        disorder_ = Disorder();
    }

  private:
    struct Sent {
        Delivery delivery;
        int tries = 0;
        unsigned status = 0;
    };

    static boost::asio::awaitable<void> deliver(
        std::shared_ptr<Sent> sent,
        int tries,
        std::chrono::milliseconds pause,
        std::chrono::milliseconds held_back
    );
    static boost::asio::awaitable<void> repeat(Delivery delivery, std::chrono::milliseconds held_back);
    bool happens(double probability);
    std::chrono::milliseconds some_time();

    int tries_;
    std::chrono::milliseconds pause_;
    Disorder disorder_;
    std::shared_ptr<std::size_t> under_way_ = std::make_shared<std::size_t>(0);
    std::mt19937_64 random_;
    boost::asio::any_io_executor executor_;
    std::vector<std::shared_ptr<Sent>> sent_;
};

}  // namespace navette::standin
