// Reads what changed on a platform, object by object and page by page. Each page is durable, with the cursor
// behind it, before the next one is asked for; no more than one is in memory. A large one is taken in by
// pieces.
#pragma once

#include "daemon/config/settings.hpp"
#include "daemon/engine/background.hpp"
#include "daemon/store/pulls.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace navette::engine {

/// Whether navette takes from the platform what its connector can pull.
[[nodiscard]] bool is_pulled(const Integration& integration);

/// Pulls the integration's objects that are due; returns when the next one is. A Rota's work.
boost::asio::awaitable<SteadyTime> pull_objects(
    const Background& background,
    config::PullSettings settings,
    std::shared_ptr<OwnedIntegration> owned,
    std::function<bool()> wanted
);

/// One object, from its cursor until the platform has no more.
class PullRound {
  public:
    /// `background`, `owned` and `settings` outlive the round.
    PullRound(
        const Background& background,
        const config::PullSettings& settings,
        OwnedIntegration& owned,
        const std::function<bool()>& wanted,
        store::PullState state
    );

    /// Returns when the object is due again: also where a page could not be read, or has to wait.
    boost::asio::awaitable<SteadyTime> run();

  private:
    /// Nothing: there is another page.
    boost::asio::awaitable<std::optional<SteadyTime>> page();
    /// A page that was read, piece by piece. The last one moves the cursor to `cursor`, the next page:
    /// whoever is stopped in between reads the page again, and knows what it took in of it.
    boost::asio::awaitable<std::optional<SteadyTime>> take_in(
        const BackgroundCall& call, sdk::PullPage page, std::string cursor, SteadyTime asked_at
    );
    /// Nothing: it is durable. `piece`: with its cursor; the rest is filled in.
    boost::asio::awaitable<std::optional<SteadyTime>> take_in_piece(
        const BackgroundCall& call,
        store::PulledPage piece,
        std::vector<sdk::RemoteRecord> records,
        SteadyTime asked_at
    );
    boost::asio::awaitable<core::Result<std::vector<store::KnownRemote>>> known_of(
        std::vector<std::string> ids, SteadyTime asked_at
    );
    boost::asio::awaitable<core::Result<store::PulledResult>> write(store::PulledPage written);
    boost::asio::awaitable<SteadyTime> failed(
        sdk::Outcome failure, std::string sentence, std::optional<std::chrono::milliseconds> pause
    );
    void tell_end() const;

    const Background& background_;
    const config::PullSettings& settings_;
    OwnedIntegration& owned_;
    const std::function<bool()>& wanted_;
    store::PullState state_;
    std::chrono::milliseconds next_in_;  // once all is read
    std::size_t records_ = 0;
    std::int64_t changes_ = 0;
};

}  // namespace navette::engine
