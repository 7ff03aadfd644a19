// A real Dolibarr on this machine, kept for tests, as one of its API users sees it.
#pragma once

#include "tests/standin/message.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace navette::standin {

class RealDolibarr {
  public:
    /// Below its address on the server.
    static constexpr const char* kBase = "/api/index.php";

    /// The one that DOLIBARR_URL and DOLIBARR_API_KEY name; nothing where they are not set. Throws
    /// std::invalid_argument where the URL is not http://127.0.0.1:PORT/api/index.php: tests write there.
    static std::optional<RealDolibarr> of_environment();

    RealDolibarr(std::uint16_t port, std::string key) : port_(port), key_(std::move(key)) {}

    [[nodiscard]] const std::string& key() const { return key_; }

    /// Asks it and waits, for 30 seconds at most; `path` is below the base ("/contacts/5"). Throws
    /// boost::system::system_error where it does not answer.
    [[nodiscard]] Response call(
        const std::string& method, const std::string& path, const boost::json::object& body = {}
    ) const;

    /// Passes a request on as it is. A server that does not answer is told as a 502, as by its own front.
    [[nodiscard]] boost::asio::awaitable<Response> pass_on(Request request) const;

  private:
    std::uint16_t port_;
    std::string key_;
};

}  // namespace navette::standin
