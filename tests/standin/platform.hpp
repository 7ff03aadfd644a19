// What a stand-in must offer to be put behind the control API and the fault switches.
#pragma once

#include "tests/standin/faults.hpp"
#include "tests/standin/message.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace navette::standin {

class Platform {
  public:
    Platform() = default;
    Platform(const Platform&) = delete;
    Platform& operator=(const Platform&) = delete;
    virtual ~Platform() = default;

    /// Does what the platform would do and answers as it would.
    virtual boost::asio::awaitable<Response> answer(Request request) = 0;

    /// How the platform looks while it is in that state; nothing is done.
    virtual Response outage(Outage outage) = 0;

    /// The path below the API's base ("/orders/5"), which `only_path_prefix` of the faults is compared with.
    virtual std::string resource_path(const Request& request) const = 0;

    /// The request's pattern for the counters: "GET /orders/ref/{key}".
    virtual std::string endpoint(const Request& request) const = 0;

    /// What the tests' own API asks of this platform beyond what Control knows itself, `action` being what
    /// follows /__standin/; nothing where the platform does not know it. README.md lists the actions that
    /// every platform has.
    virtual std::optional<Response> control(std::string_view, const Request&) { return std::nullopt; }

    /// Forgets every record. Writes that are still open are rolled back.
    virtual void reset() = 0;
};

}  // namespace navette::standin
