// Drives one libcurl multi handle by an asio executor: waits on curl's sockets and on its timer, owns
// neither.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <curl/curl.h>

#include <chrono>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

namespace navette::outbound {

/// Not thread-safe. Must be held by a shared_ptr: waits that outlive it find it gone. Every easy handle has
/// to be removed before it is destroyed.
class CurlLoop : public std::enable_shared_from_this<CurlLoop> {
  public:
    /// Told of each transfer that ended, after it has left the loop; never from inside `add` or `remove`.
    using OnDone = std::function<void(CURL*, CURLcode)>;

    CurlLoop(boost::asio::any_io_executor executor, OnDone on_done);
    ~CurlLoop();
    CurlLoop(const CurlLoop&) = delete;
    CurlLoop& operator=(const CurlLoop&) = delete;

    /// Begins the transfer at the executor's next turn. The handle remains the caller's.
    [[nodiscard]] CURLMcode add(CURL* easy);

    /// Ends the transfer, if it is under way, without a call of OnDone.
    void remove(CURL* easy);

  private:
    struct Watch;

    static int on_socket(CURL* easy, curl_socket_t socket, int what, void* self, void* watch);
    static int on_close(void* self, curl_socket_t socket);
    static int on_timer(CURLM* multi, long milliseconds, void* self);

    void act_soon();
    void wait();
    void watch(curl_socket_t socket, int what);
    void forget(curl_socket_t socket);
    void arm(const std::shared_ptr<Watch>& watch);
    void act(curl_socket_t socket, int events);

    boost::asio::any_io_executor executor_;
    OnDone on_done_;
    using Clock = std::chrono::steady_clock;
    boost::asio::steady_timer timer_;
    Clock::time_point due_ = Clock::time_point::max();       // when libcurl wants to be called
    Clock::time_point timer_at_ = Clock::time_point::max();  // when the timer fires: no later
    bool posted_ = false;
    bool acting_ = false;
    std::vector<curl_socket_t> left_;  // by transfers, in the action under way
    std::unordered_map<curl_socket_t, std::shared_ptr<Watch>> watches_;
    CURLM* multi_;
};

}  // namespace navette::outbound
