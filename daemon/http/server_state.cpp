#include "daemon/http/server_state.hpp"

#include "daemon/http/response_head.hpp"

#include <chrono>

namespace navette::http {

std::string ServerState::new_request_id() {
    static constexpr std::string_view kDigits = "0123456789abcdef";
    auto number = random_();
    std::string id(16, '0');
    for (auto& digit : id) {
        digit = kDigits[number & 0xFU];
        number >>= 4U;
    }
    return id;
}

const std::string& ServerState::date() {
    const auto now = std::chrono::system_clock::now();
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
    if (seconds != dated_) {
        dated_ = seconds;
        date_ = http_date(now);
    }
    return date_;
}

}  // namespace navette::http
