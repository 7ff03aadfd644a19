// A stand-in of any platform inside the test's own process, on a thread of its own, behind a real socket.
#pragma once

#include "tests/standin/blocking_client.hpp"
#include "tests/standin/site_kind.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace navette::standin {

class SiteInProcess {
  public:
    /// Serves until it is destroyed; on any free port where none is given. Options of every platform: `seed`
    /// of the faults, `webhook_tries` (3) and `webhook_pause_ms` (50).
    explicit SiteInProcess(const std::string& slug, SiteOptions options = {}, std::uint16_t port = 0);
    SiteInProcess(const SiteInProcess&) = delete;
    SiteInProcess& operator=(const SiteInProcess&) = delete;
    ~SiteInProcess();

    [[nodiscard]] std::uint16_t port() const;
    /// "http://127.0.0.1:PORT"
    [[nodiscard]] std::string url() const;

    /// The tests' own API: what happened so far; the fault switches; everything forgotten; any action, whose
    /// answer must be a 2xx (throws otherwise).
    boost::json::object effects();
    void set_faults(const std::string& switches);
    void reset();
    boost::json::value control(
        const std::string& method, const std::string& action, const std::string& body = ""
    );

  private:
    struct Running;
    std::unique_ptr<Running> running_;
    BlockingClient client_;
};

}  // namespace navette::standin
