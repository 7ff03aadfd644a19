// A Dolibarr stand-in inside the test's own process, on a thread of its own, behind a real socket.
#pragma once

#include "tests/standin/blocking_client.hpp"
#include "tests/standin/dolibarr_environment.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace navette::standin {

class DolibarrInProcess {
  public:
    static constexpr std::string_view kBase = "/api/index.php";

    /// Serves until it is destroyed. The settings' key is replaced by "right-key", PHP's zone is
    /// Europe/Paris.
    explicit DolibarrInProcess(DolibarrSettings settings = {});
    DolibarrInProcess(const DolibarrInProcess&) = delete;
    DolibarrInProcess& operator=(const DolibarrInProcess&) = delete;
    ~DolibarrInProcess();

    std::uint16_t port() const;

    /// A new client with the right key.
    std::unique_ptr<BlockingClient> client() const;

    /// Calls the REST API with the right key on a connection of this object; `path` is below the base
    /// ("/orders").
    Reply call(const std::string& method, const std::string& path, const std::string& body = "");

    /// The control API: what happened so far; sets the fault switches; forgets everything.
    boost::json::object effects();
    void set_faults(const std::string& switches);
    void reset();

  private:
    struct Running;
    std::unique_ptr<Running> running_;
    std::unique_ptr<BlockingClient> client_;
};

}  // namespace navette::standin
