// Slows those who show one wrong token after the other, and nobody else. Pure: time is handed in.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

namespace navette::http {

struct ThrottleRule {
    /// From so many failures in a row on...
    int failures = 20;
    /// ... the next try must come so long after the last failure.
    std::chrono::milliseconds pause{1'000};
    /// After so long without a failure all is forgotten.
    std::chrono::milliseconds forgive{60'000};
    /// Addresses remembered at most; beyond, those that failed longest ago are forgotten.
    std::size_t remembered = 4'096;
};

class FailureThrottle {
  public:
    using Moment = std::chrono::steady_clock::time_point;

    explicit FailureThrottle(ThrottleRule rule = {}) : rule_(rule) {}

    /// How long this address has to wait before it may try again; zero: not at all.
    [[nodiscard]] std::chrono::milliseconds wait_of(const std::string& address, Moment now) const;

    void failed(const std::string& address, Moment now);
    void succeeded(const std::string& address);

    [[nodiscard]] std::size_t size() const { return entries_.size(); }

  private:
    struct Entry {
        int failures = 0;
        Moment last;
    };

    void make_room(Moment now);

    ThrottleRule rule_;
    std::unordered_map<std::string, Entry> entries_;
};

/// Who counts as one: an IPv4 address; of IPv6 the first 64 bits, for a single machine commands all others.
[[nodiscard]] std::string one_client(std::string_view address);

}  // namespace navette::http
