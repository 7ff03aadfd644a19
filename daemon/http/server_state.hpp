// What a server's connections share. Belongs to the listener's thread.
#pragma once

#include "daemon/config/settings.hpp"
#include "daemon/http/front.hpp"
#include "daemon/http/log_allowance.hpp"
#include "daemon/http/tls_context.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <random>
#include <string>

namespace navette::http {

struct ServerState {
    ServerState(Front& all_routes, config::ListenSettings listen, std::shared_ptr<const TlsContext> context)
        : front(all_routes), settings(std::move(listen)), tls(std::move(context)) {}

    /// A request's name in log and answer: 16 hexadecimal digits, different for each.
    [[nodiscard]] std::string new_request_id();
    /// The Date header of now, made once a second.
    [[nodiscard]] const std::string& date();

    Front& front;
    config::ListenSettings settings;
    std::shared_ptr<const TlsContext> tls;  // null: plain HTTP
    /// Where bytes are read into before they find their place: connections read one after the other, so one
    /// buffer serves all, and an idle one holds none.
    std::array<char, 16U << 10U> read_buffer{};
    std::uint64_t held_bytes = 0;  // of bodies and unread bytes, all connections
    int requests = 0;              // being answered
    bool draining = false;         // each answer is its connection's last
    LogAllowance refusals_logged{10};

  private:
    std::mt19937_64 random_{std::random_device{}()};
    std::int64_t dated_ = 0;  // seconds since 1970 that date_ stands for
    std::string date_;
};

}  // namespace navette::http
