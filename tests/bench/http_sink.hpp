// A fast HTTP/1.1 server on a free port of 127.0.0.1 for benchmarks: one thread, epoll, keep-alive. It
// answers at once or, without a thread for each, later; and it counts what is open at the same time.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

namespace navette::bench {

/// A request that has come in whole. Its texts are valid during the call of the responder only.
struct SinkRequest {
    std::string_view method;
    std::string_view path;
    std::string_view account;  // the header X-Account, empty where it is absent
    std::string_view body;
    std::chrono::steady_clock::time_point at;
};

struct SinkAnswer {
    int status = 200;
    std::string body{R"({"id":"1"})"};
    std::string headers;  // whole lines with their "\r\n"
    std::chrono::milliseconds delay{0};
};

class HttpSink {
  public:
    /// Called on the server's thread for each request.
    using Responder = std::function<SinkAnswer(const SinkRequest&)>;

    /// Listens and serves until it is destroyed. Throws where no socket can be had.
    explicit HttpSink(Responder responder);
    ~HttpSink();
    HttpSink(const HttpSink&) = delete;
    HttpSink& operator=(const HttpSink&) = delete;

    /// "http://127.0.0.1:PORT"
    [[nodiscard]] std::string url() const;
    [[nodiscard]] std::uint64_t answered() const { return answered_.load(); }
    /// The most requests that had come in and were not answered yet, since the last reset.
    [[nodiscard]] int most_open() const { return most_open_.load(); }
    /// Not while requests are under way.
    void reset();

    /// Waits until so many were answered since the last reset; false when `limit` passes first.
    [[nodiscard]] bool await_answered(std::uint64_t wanted, std::chrono::milliseconds limit) const;

  private:
    class Loop;

    std::atomic<std::uint64_t> answered_ = 0;
    std::atomic<int> most_open_ = 0;
    std::unique_ptr<Loop> loop_;
    std::thread thread_;
};

/// {"id":"1"} at once; for paths that begin with /slow after `slow`.
[[nodiscard]] HttpSink::Responder at_once_or_slow(std::chrono::milliseconds slow);

}  // namespace navette::bench
