// Which integrations a webhook may be meant for, with what its signature is checked with. Remembered for some
// seconds, so that a burst of webhooks costs no queries.
#pragma once

#include "daemon/engine/database.hpp"
#include "daemon/outbound/redactor.hpp"
#include "daemon/plugins/inventory.hpp"
#include "daemon/secrets/vault.hpp"
#include "daemon/secrets/wiping.hpp"
#include "daemon/store/leases.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace navette::http {

struct WebhookTarget {
    ~WebhookTarget() { std::ranges::for_each(secrets, secrets::wipe); }

    store::IntegrationKey key;
    boost::json::object settings;  // with defaults filled in
    std::vector<std::string> secrets;
    outbound::Redactor redactor;
    std::string account;        // the remote account by its settings; empty where the manifest names none
    bool takes_changes = true;  // false: its direction is to the platform only
    std::chrono::milliseconds fetch_after{0};  // by its manifest
};
using WebhookTargets = std::vector<std::shared_ptr<const WebhookTarget>>;

/// Names what is looked for: one integration, or one remote account, or all of the platform.
struct WebhookAddress {
    auto operator<=>(const WebhookAddress&) const = default;

    std::string platform;
    std::string integration_id;
    std::string account;
};

class WebhookDirectory {
  public:
    WebhookDirectory(const boost::asio::any_io_executor& executor, const std::string& conninfo)
        : database_(executor, conninfo) {}

    /// What fits the address, disabled integrations too; empty for none. One whose secrets do not open is
    /// left out, with a line in the log.
    boost::asio::awaitable<core::Result<WebhookTargets>> find(
        std::shared_ptr<const plugins::LoadedConnector> connector,
        std::optional<secrets::Vault> vault,
        WebhookAddress address
    );

  private:
    /// How long an answer is believed: a changed secret holds after this.
    static constexpr std::chrono::seconds kRemember{2};
    static constexpr std::size_t kMostRemembered = 10'000;

    struct Known {
        std::chrono::steady_clock::time_point until;
        WebhookTargets targets;
    };
    boost::asio::awaitable<core::Result<WebhookTargets>> load(
        std::shared_ptr<const plugins::LoadedConnector> connector,
        std::optional<secrets::Vault> vault,
        WebhookAddress address
    );

    engine::Database database_;
    std::map<WebhookAddress, Known> known_;
};

}  // namespace navette::http
