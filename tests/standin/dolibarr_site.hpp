// A whole Dolibarr 22 site's REST API in memory: firewall, authentication, routing. The fact sheet that it
// follows is the project's shared notes on the platform, platforms/dolibarr.md; what it leaves out stands in
// README.md.
#pragma once

#include "tests/standin/dolibarr_agenda.hpp"
#include "tests/standin/dolibarr_environment.hpp"
#include "tests/standin/dolibarr_orders.hpp"
#include "tests/standin/dolibarr_parties.hpp"
#include "tests/standin/dolibarr_products.hpp"
#include "tests/standin/dolibarr_projects.hpp"
#include "tests/standin/dolibarr_setup.hpp"
#include "tests/standin/dolibarr_stranger.hpp"
#include "tests/standin/outbox.hpp"
#include "tests/standin/platform.hpp"
#include "tests/standin/rate_meter.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace navette::standin {

class DolibarrSite final : public Platform {
  public:
    /// The kinds of records that it counts effects of.
    static std::vector<std::string> kinds();

    /// `outbox` may be null: then no webhooks are sent.
    DolibarrSite(DolibarrSettings settings, DolibarrClock clock, Effects& effects, Outbox* outbox = nullptr);

    boost::asio::awaitable<Response> answer(Request request) override;
    Response outage(Outage outage) override;
    std::string resource_path(const Request& request) const override;
    std::string endpoint(const Request& request) const override;
    std::optional<Response> control(std::string_view action, const Request& request) override;
    void reset() override;

  private:
    Response refuse(const Refused& refused, std::string_view source) const;
    boost::asio::awaitable<Response> answer_admitted(Request request);
    void send_webhooks(const AutoEvent& event);
    /// Does what a request of somebody else asks for.
    Response answer_stranger(
        const std::string& method, const std::string& path, const boost::json::object& body
    );
    boost::asio::awaitable<std::optional<Response>> authenticate(const Request& request) const;
    Checked<Call> read(const Request& request, std::vector<std::string> path) const;

    DolibarrEnvironment environment_;
    Thirdparties thirdparties_;
    Contacts contacts_;
    Products products_;
    Orders orders_;
    Projects projects_;
    Agenda agenda_;
    DolibarrSetup setup_;
    std::map<std::string, DolibarrResource*> resources_;
    RateMeter meter_;
    DolibarrStranger stranger_;
    Outbox* outbox_;
};

}  // namespace navette::standin
