// The HTTP listener as the daemon sees it: a thread of its own with everything that answers requests.
#pragma once

#include "daemon/config/settings.hpp"
#include "daemon/core/error.hpp"
#include "daemon/http/configuration_in_force.hpp"
#include "daemon/http/readiness.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace navette::http {

class Listener {
  public:
    /// Takes its sockets (`inherited` from systemd, or its own) and reads the certificate, so that what
    /// cannot work fails before anything has begun. Clients may connect from now on and wait.
    [[nodiscard]] static core::Result<std::unique_ptr<Listener>> open(
        engine::Configuration configuration, const std::vector<int>& inherited
    );

    /// Cuts off what is left.
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    /// Begins to answer.
    void start();

    /// Takes over new settings, limits, rules and the certificate; address and port need a restart. Where the
    /// new certificate cannot be used, the old one stays and the error says why; all else is taken over.
    [[nodiscard]] core::Result<void> reload(engine::Configuration configuration);

    /// Lets the load balancers know, stops accepting, lets requests in progress finish for some seconds, and
    /// ends the thread. Awaited on the caller's own executor.
    boost::asio::awaitable<void> stop();

    /// Whether its thread has shown signs of life within so long. Safe from any thread.
    [[nodiscard]] bool alive(std::chrono::milliseconds within) const;

    /// Where it listens, for the log: "http://127.0.0.1:8075".
    [[nodiscard]] const std::vector<std::string>& addresses() const;

    /// Reports of the other parts of the daemon.
    [[nodiscard]] Readiness& readiness();

  private:
    struct Impl;
    explicit Listener(std::unique_ptr<Impl> impl);

    std::unique_ptr<Impl> impl_;
};

}  // namespace navette::http
