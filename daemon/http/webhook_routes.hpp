// Where platforms bring their webhooks: found, checked, read, made durable, answered.
#pragma once

#include "daemon/engine/configuration.hpp"
#include "daemon/http/router.hpp"
#include "daemon/http/webhook_desk.hpp"
#include "daemon/http/webhook_directory.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <string>

namespace navette::http {

class WebhookIntake {
  public:
    /// `configuration`: the one in force, asked for each webhook; called on the listener's thread.
    WebhookIntake(
        const boost::asio::any_io_executor& executor,
        const std::string& conninfo,
        std::function<std::shared_ptr<const engine::Configuration>()> configuration,
        WebhookDeskLimits limits = {}
    );

    /// The desk begins to write; stop() lets it finish.
    void start() { desk_.start(); }
    void stop() { desk_.stop(); }

    /// `POST /webhooks/integrations/{platform}`, with `/{integration_id}`, with `/{secret}` behind it, and
    /// `/api/products/webhook` for Stripe.
    void add_routes(Router& router);

    /// One webhook. 200 (or what the platform wants) once it is durable, also for one that was received
    /// before; 401 without a word of why; 404 for a platform without a connector; 400 for a genuine one that
    /// cannot be read; 503 with Retry-After where it cannot be made durable now.
    boost::asio::awaitable<Response> receive(
        Request request, std::string platform, std::string integration_id
    );

  private:
    boost::asio::awaitable<core::Result<WebhookTargets>> targets_of(
        std::shared_ptr<const plugins::LoadedConnector> connector,
        std::optional<secrets::Vault> vault,
        const std::set<std::string>& accounts,
        std::string integration_id
    );
    boost::asio::awaitable<Response> refuse(store::Webhook webhook, std::string reason);

    std::function<std::shared_ptr<const engine::Configuration>()> configuration_;
    WebhookDesk desk_;
    WebhookDirectory directory_;
    // Refused ones are counted always, and logged at most so many in a second: nobody fills the disk that
    // way.
    std::chrono::steady_clock::time_point refused_since_{};
    int refused_logged_ = 0;
};

}  // namespace navette::http
