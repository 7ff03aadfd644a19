// What stands behind the listener: the parts that answer requests, and the one place where their routes are
// put together.
#pragma once

#include "daemon/http/authentication.hpp"
#include "daemon/http/change_watch.hpp"
#include "daemon/http/configuration_in_force.hpp"
#include "daemon/http/database_desk.hpp"
#include "daemon/http/database_probe.hpp"
#include "daemon/http/front.hpp"
#include "daemon/http/readiness.hpp"
#include "daemon/http/webhook_routes.hpp"
#include "daemon/outbound/http_client.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <memory>

namespace navette::http {

class Parts {
  public:
    /// Both references must outlive it. Everything in it works on `executor`, and ends before its context.
    Parts(
        const boost::asio::any_io_executor& executor,
        const ConfigurationInForce& configuration,
        Readiness& readiness
    );

    /// All routes. To add some: one line in parts.cpp.
    [[nodiscard]] Router routes();
    /// Who a bearer token belongs to.
    [[nodiscard]] Admit admit();

    /// What works by itself begins; on the executor's thread, or before it runs.
    void start();
    /// Ends the requests that wait for something to happen, so that they do not hold up the end.
    void stop_waiting();
    /// No request is left: what works by itself ends.
    void stop();

  private:
    boost::asio::any_io_executor executor_;
    const ConfigurationInForce& configuration_;
    Readiness& readiness_;
    DatabaseDesk desk_;
    Authenticator authenticator_;
    WebhookIntake intake_;
    DatabaseProbe probe_;
    std::shared_ptr<ChangeWatch> changes_;
    std::shared_ptr<outbound::HttpClient> client_;
};

}  // namespace navette::http
