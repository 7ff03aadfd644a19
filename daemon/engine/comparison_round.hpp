// Compares whole objects of a platform with the hub, page by page in the background, and applies what was
// approved (docs/plans-and-reconcile.md). Each step is durable before the next one is begun; no more than one
// page is in memory.
#pragma once

#include "daemon/config/settings.hpp"
#include "daemon/engine/background.hpp"
#include "daemon/store/comparisons.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace navette::engine {

struct ComparisonSettings {
    config::ReconcileSettings reconcile;
    int page = 2'000;  // records asked for at a time, at most
};

/// Whether navette can compare the integration's records: it takes what the platform changed, and its
/// connector can pull. One that waits for its plan is paused.
[[nodiscard]] bool is_compared(const Integration& integration);

/// Goes on with the integration's comparison until it waits for something; returns when to look again. A
/// Rota's work.
boost::asio::awaitable<SteadyTime> compare_objects(
    const Background& background,
    ComparisonSettings settings,
    std::shared_ptr<OwnedIntegration> owned,
    std::function<bool()> wanted
);

/// One comparison, from where it stands.
class ComparisonRound {
  public:
    /// All of them outlive the round.
    ComparisonRound(
        const Background& background,
        const ComparisonSettings& settings,
        OwnedIntegration& owned,
        const std::function<bool()>& wanted,
        store::ComparisonState state
    );

    /// One step. Nothing: look where it stands now, and go on.
    boost::asio::awaitable<std::optional<SteadyTime>> step();

  private:
    boost::asio::awaitable<std::optional<SteadyTime>> begin();
    boost::asio::awaitable<std::optional<SteadyTime>> gather();
    boost::asio::awaitable<std::optional<SteadyTime>> read_page();
    /// Records of a page that was read; `next` and `more` say where the comparison stands after them.
    boost::asio::awaitable<core::Result<bool>> write_piece(
        std::vector<sdk::RemoteRecord> records, std::string next, bool more
    );
    boost::asio::awaitable<std::optional<SteadyTime>> read_database();
    boost::asio::awaitable<std::optional<SteadyTime>> apply();
    boost::asio::awaitable<std::optional<SteadyTime>> failed(
        sdk::Outcome failure, std::string sentence, std::optional<std::chrono::milliseconds> pause
    );
    /// What a step's statement came to: look anew, or wait for the database.
    [[nodiscard]] std::optional<SteadyTime> after_step(const core::Result<bool>& done) const;
    [[nodiscard]] store::Owner owner() const { return owner_of(background_, owned_); }

    const Background& background_;
    const ComparisonSettings& settings_;
    OwnedIntegration& owned_;
    const std::function<bool()>& wanted_;
    store::ComparisonState state_;
};

}  // namespace navette::engine
