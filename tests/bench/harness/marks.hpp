// Where those who are measured tell when they were called: datagrams "<id> <nanoseconds of the monotonic
// clock>" to a UDP port of this machine. All processes of one machine share that clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

namespace navette::bench {

class Marks {
  public:
    Marks();
    ~Marks();
    Marks(const Marks&) = delete;
    Marks& operator=(const Marks&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }

    /// Waits for the mark of `id` and returns when the call came; others that come meanwhile are kept. Throws
    /// after `limit`.
    std::chrono::steady_clock::time_point await(
        const std::string& id, std::chrono::milliseconds limit = std::chrono::seconds(30)
    );

  private:
    int socket_ = -1;
    std::uint16_t port_ = 0;
    std::map<std::string, std::chrono::steady_clock::time_point> come_;
};

}  // namespace navette::bench
