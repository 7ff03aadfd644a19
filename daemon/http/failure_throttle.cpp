#include "daemon/http/failure_throttle.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>

namespace navette::http {

using std::chrono::milliseconds;

milliseconds FailureThrottle::wait_of(const std::string& address, Moment now) const {
    const auto found = entries_.find(one_client(address));
    if (found == entries_.end() || found->second.failures < rule_.failures ||
        now - found->second.last >= rule_.forgive) {
        return milliseconds(0);
    }
    const auto left = std::chrono::ceil<milliseconds>(found->second.last + rule_.pause - now);
    return std::max(left, milliseconds(0));
}

void FailureThrottle::failed(const std::string& address, Moment now) {
    auto client = one_client(address);
    if (entries_.size() >= rule_.remembered && !entries_.contains(client)) {
        make_room(now);
    }
    auto& entry = entries_[std::move(client)];
    if (now - entry.last >= rule_.forgive) {
        entry.failures = 0;
    }
    ++entry.failures;
    entry.last = now;
}

void FailureThrottle::succeeded(const std::string& address) {
    entries_.erase(one_client(address));
}

void FailureThrottle::make_room(Moment now) {
    std::erase_if(entries_, [&](const auto& entry) { return now - entry.second.last >= rule_.forgive; });
    if (entries_.size() >= rule_.remembered) {
        entries_.erase(std::ranges::min_element(entries_, {}, [](const auto& entry) {
            return entry.second.last;
        }));
    }
}

std::string one_client(std::string_view address) {
    boost::system::error_code error;
    const auto parsed = boost::asio::ip::make_address(address, error);
    if (error || !parsed.is_v6()) {
        return std::string(address);
    }
    auto bytes = parsed.to_v6().to_bytes();
    std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
    return boost::asio::ip::address_v6(bytes).to_string();
}

}  // namespace navette::http
